"""A model file is read as it was written, and everything else is refused with a reason."""

from __future__ import annotations

import io
import json
import os
import pickle
import stat
import struct
import tracemalloc
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pytest

from discern import __version__
from discern.core.errors import DataError, ModelFileError, NewerFormat, OptionError, OutputError
from discern.core.records import InputSpec
from discern.models.majority import Majority
from discern.models.neighbours import KNeighbors
from discern.store import archive, bundle
from store.bundles import apart, joined, members, packed, pictures, whole

MANIFEST, TENSORS = archive.MEMBERS


def refused(content: bytes, match: str) -> None:
    with pytest.raises(ModelFileError, match=match):
        bundle.load(content)


def zipped(entries: list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)
    return out.getvalue()


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    loaded = bundle.load(whole())
    assert loaded.model == "knn" and loaded.classes.tolist() == ["cat", "dog"]
    assert (loaded.arrays["items"] == pictures().reshape(40, 16)).all()
    assert set(loaded.manifest) == set(bundle.KEYS)
    assert loaded.manifest["program"] == __version__
    (tmp_path / "m").write_bytes(whole())
    assert (bundle.load(tmp_path / "m").arrays["items"] == loaded.arrays["items"]).all()
    assert (bundle.load(str(tmp_path / "m")).classes == loaded.classes).all()


def test_any_zip_program_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(whole())) as file:
        assert file.testzip() is None
        assert file.namelist() == list(archive.MEMBERS)
        assert file.read(MANIFEST) == members()[MANIFEST]


def test_safetensors_itself_reads_the_arrays() -> None:
    from safetensors.numpy import load

    theirs, ours = load(members()[TENSORS]), bundle.load(whole()).arrays
    assert theirs.keys() == ours.keys()
    assert all((theirs[name] == ours[name]).all() for name in ours)


def test_cut_at_any_length_it_is_refused() -> None:
    content = whole()
    for length in range(0, len(content), 7):
        refused(content[:length], "empty file|another kind|cut|damaged")
    refused(content[:-1], "cut short")


def test_bytes_before_after_or_between_are_refused() -> None:
    content = whole()
    refused(content + b"\0", "followed by other bytes")
    refused(content + content, "damaged|other")
    refused(b"MZ" + content, "another kind")
    parts = list(archive.write(members()))
    refused(b"".join([*parts[:2], b"gap", *parts[2:]]), "damaged|cut")


def test_every_flipped_byte_is_noticed() -> None:
    content = bytearray(whole())
    for place in range(0, len(content), 3):
        content[place] ^= 0x10
        with pytest.raises(ModelFileError):
            bundle.load(bytes(content))
        content[place] ^= 0x10


def keras() -> bytes:
    return zipped([("config.json", b"{}"), ("metadata.json", b"{}"), ("model.weights.h5", b"\x89HDF")])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "an empty file"),
        (pickle.dumps({"a": 1}, protocol=4), "a pickle"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a pickle"),
        (b"\x89HDF\r\n\x1a\n" + bytes(500), "HDF5"),
        (b"\x93NUMPY\x01\x00", "NumPy"),
        (b"\x08\x09\x12\x07discern" + bytes(20), "ONNX"),
        (joined(*apart()), "a safetensors file"),
        (zipped([("m/data.pkl", b"\x80\x02"), ("m/version", b"3")]), "PyTorch"),
        (keras(), "Keras"),
        (b"<html>", "a web page"),
        (b"{}", "JSON"),
        (b"hello", "another kind"),
        (zipped([]), "empty or cut zip"),
    ],
)
def test_other_formats_are_told_by_their_first_bytes(content: bytes, match: str) -> None:
    refused(content, match)


@pytest.mark.parametrize("compress", [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_joblib_is_told_whatever_its_compression(compress: object, tmp_path: Path) -> None:
    joblib.dump({"a": np.zeros(100)}, tmp_path / "model.discern", compress=compress)
    with pytest.raises(ModelFileError, match=r"model\.discern: found an? .*(pickle|joblib)"):
        bundle.load(tmp_path / "model.discern")


def test_a_real_pytorch_file_is_refused(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.save({"a": torch.zeros(2)}, tmp_path / "model.discern")
    with pytest.raises(ModelFileError, match="PyTorch"):
        bundle.load(tmp_path / "model.discern")


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("../../x", "points outside"),
        ("..\\x", "points outside"),
        ("/etc/passwd", "points outside"),
        ("C:/x", "points outside"),
        (link("model.json"), "is a link"),
        ("extra.txt", "found the entries"),
    ],
)
def test_entries_that_do_not_belong_are_refused(name: str | zipfile.ZipInfo, match: str) -> None:
    refused(zipped([*members().items(), (name, b"x")]), match)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_doubled_missing_and_reordered_entries_are_refused() -> None:
    parts = members()
    refused(zipped([*parts.items(), (MANIFEST, parts[MANIFEST])]), "stands twice")
    refused(zipped([(MANIFEST, parts[MANIFEST])]), "found the entries")
    refused(zipped([(TENSORS, parts[TENSORS]), (MANIFEST, parts[MANIFEST])]), "another program")
    refused(zipped(list(parts.items())), "another program")


def zip_end(count: int, length: int, at: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, length, at, 0)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_file_of_too_many_entries_is_not_gone_through() -> None:
    many = zipped([(f"{min(number, 99_998):05}", b"") for number in range(100_000)])
    assert b"PK\6\6" in many[-98:]  # a ZIP64 record, which says how many there are whatever the end says
    refused(many[:-22] + zip_end(9, 9, 9), "damaged")
    few = zipped([(f"{number:05}", b"") for number in range(2000)])
    refused(few, "damaged")
    refused(few[:-22] + zip_end(9, 2000 * 51, few.index(b"PK\1\2")), "damaged")


def test_an_entry_that_says_it_lies_beyond_the_file_is_refused() -> None:
    name, beyond = MANIFEST.encode(), struct.pack("<2HQ", 1, 8, 2**64 - 1)  # as where a file of over 4 GiB says it
    fixed = (45, 45, 0, 0, 0, 33, 0, 3, 3, len(name), len(beyond), 0, 0, 0, 0, 2**32 - 1)
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", *fixed) + name + beyond
    refused(b"PK\3\4" + entry + zip_end(1, len(entry), 4), "found the entries")


def test_a_bomb_is_refused_without_swelling() -> None:
    content = zipped([(MANIFEST, members()[MANIFEST]), (TENSORS, bytes(200_000_000))], zipfile.ZIP_DEFLATED)
    assert len(content) < 250_000
    tracemalloc.start()
    refused(content, "is compressed")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


def test_a_length_that_lies_takes_no_memory() -> None:
    for stated in (2**63, 2**64 - 1, 2**31, len(members()[TENSORS])):
        tracemalloc.start()
        refused(packed(content=stated.to_bytes(8, "little") + members()[TENSORS][8:]), "its header has")
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
        tracemalloc.stop()


def test_tensors_that_do_not_tile_the_file_are_refused() -> None:
    header, data = apart()
    first, second = sorted(header, key=lambda name: header[name]["data_offsets"])
    begin, end = header[second]["data_offsets"]

    def moved(name: str, **changes: object) -> bytes:
        return packed(content=joined({**header, name: {**header[name], **changes}}, data))

    refused(moved(second, data_offsets=[begin - 8, end - 8]), "begins at byte")
    refused(moved(second, data_offsets=[begin + 8, end + 8]), "begins at byte")
    refused(packed(content=joined(header, data[:-1])), "ends at byte")
    refused(packed(content=joined(header, data + b"\0")), "belong to no array")
    refused(moved(first, shape=[2**62, 4]), "does not fill")
    refused(moved(first, shape=[-1]), "whole numbers")
    refused(moved(first, shape=[True]), "whole numbers")
    refused(moved(first, shape=[0, 4]), "without 0")
    refused(moved(first, dtype="F16"), "dtype 'F16'")
    refused(moved(first, dtype=["F32"]), "dtype")
    refused(moved(first, data_offsets=[0]), "data_offsets")
    refused(packed(content=joined({**header, "__metadata__": {"a": "b"}}, data)), "not described by")
    refused(packed(content=joined(b'{"a":1,"a":2}', data)), "stands twice")
    refused(packed(content=joined(b"[]", data)), "JSON object")
    refused(packed(content=b"abc"), "cut short")


def test_tensors_that_were_changed_are_noticed() -> None:
    parts = members()
    content = bytearray(parts[TENSORS])
    content[-1] ^= 1
    refused(b"".join(archive.write({**parts, TENSORS: bytes(content)})), "SHA-256 differs")
    refused(b"".join(archive.write({**parts, TENSORS: bytes(content) + b"\0"})), "the manifest says")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b'{"format": 1, "format": 1}', "'format' stands twice"),
        (b'{"format": NaN}', "found NaN"),
        (b'{"format": 1e999}', "found 1e999"),
        (b'{"format": ' + b"9" * 5000 + b"}", "5000 digits"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"format": 1, "a": "\\ud800"}', "surrogates not allowed"),
        (b"\xff\xfe", "cannot be read"),
        (b"[1]", "expected a JSON object"),
        (b"{}", "format .* is None"),
        (b'{"format": true}', "format .* is True"),
        (b'{"format": 0}', "format .* is 0"),
        (b'{"format": 1}', "lacks"),
        (b" " * (archive.MANIFEST_LIMIT + 1), "another program|damaged"),
    ],
)
def test_manifests_that_cannot_be_meant_are_refused(text: bytes, match: str) -> None:
    refused(packed(text), match)


def test_a_name_that_stands_twice_is_found_among_very_many() -> None:
    names = [f"{number:06}" for number in range(350_000)]
    text = json.dumps(dict.fromkeys(names, 0), separators=(",", ":"))[:-1] + ',"349999":0}'
    assert len(text) < archive.MANIFEST_LIMIT
    refused(packed(text.encode()), "'349999' stands twice")


@pytest.mark.parametrize(
    ("facts", "match"),
    [
        ({"more": 1}, "unknown 'more'"),
        ({"config": []}, "config in .* expected an object"),
        ({"target": 3}, "target in .* expected text"),
        ({"threads": 0}, "threads is 0"),
        ({"threads": 10**15}, "threads is"),
        ({"model": {"name": "kn", "version": 1}}, "did you mean 'knn'"),
        ({"model": {"name": "os.system", "version": 1}}, "is not known"),
        ({"model": {"name": ["knn"], "version": 1}}, "is not known"),
        ({"model": {"name": "majority", "version": 1}}, "config"),
        ({"model": {"name": "knn", "version": True}}, "version is True"),
        ({"classes": ["cat"]}, "names a class outside"),
        ({"classes": ["cat", "cat"]}, "rising order"),
        ({"classes": ["dog", "cat"]}, "rising order"),
        ({"classes": []}, "expected a list of texts"),
        ({"classes": [1, 2]}, "expected a list of texts"),
        ({"classes": ["cat", "dog\0"]}, "NUL"),
        ({"classes": ["a", "b" * 10_000_000]}, "damaged"),
        ({"classes": [*map(str, range(10)), "b" * 3_000_000]}, "too many"),
        ({"input": {"kind": "pictures", "shape": [4, 4], "dtype": "uint8"}}, "input shape"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 2], "dtype": "uint8"}}, "array 'items'"),
        ({"input": {"kind": "pictures", "shape": [2**20, 2**20, 1], "dtype": "uint8"}}, "input shape"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "float32"}}, "lacks"),
        ({"input": {"kind": "table", "shape": [16], "dtype": "uint8"}}, "input dtype"),
        ({"input": {"kind": "sounds", "shape": [16], "dtype": "uint8"}}, "input kind"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "crop": [0, 0, 0]}}, "input crop"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "crop": [0, 0, 0, True]}}, "input crop"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "crop": [0.5, 0, 0.5, 0]}}, "input crop"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "crop": [0, 0, 0, -1]}}, "input crop"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "crop": "0000"}}, "input crop"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "binary": 1}}, "true or false"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "keep_aspect": None}}, "true or false"),
        ({"input": {"kind": "pictures", "shape": [4, 4, 1], "dtype": "uint8", "rotate": True}}, "unknown"),
        ({"input": {"kind": "table", "shape": [16], "dtype": "float32", "binary": True}}, "and pictures"),
        ({"config": {"n_neighbors": 0, "refit": False}}, "n_neighbors is 0"),
        ({"config": {"n_neighbors": 41, "refit": False}}, "n_neighbors is 41"),
        ({"config": {"n_neighbors": 3.0, "refit": False}}, "n_neighbors is 3.0"),
    ],
)
def test_manifests_that_do_not_fit_are_refused(facts: dict[str, object], match: str) -> None:
    refused(packed(facts), match)


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    model = Majority().fit(np.zeros((4, 2)), ["a", "b", "b", "b"])
    for bad, match in ((np.nan, "NaN"), (np.inf, "infinity"), (-0.5, "sum to 1"), (0.5, "sum to 1")):
        model.prior_ = np.array([bad, 0.75])
        with pytest.raises(DataError, match=match):
            bundle.save(tmp_path / "m", model)
    assert not list(tmp_path.iterdir())


def test_a_newer_file_names_the_program_that_reads_it() -> None:
    with pytest.raises(NewerFormat, match=r"found format 4, written by discern 9\.1; .*pip install 'discern-ml>=9\.1'"):
        bundle.load(packed({"format": 4, "program": "9.1", "unheard": []}))
    with pytest.raises(NewerFormat, match=r"version 7 of model 'knn', written by discern 9\.1"):
        bundle.load(packed({"model": {"name": "knn", "version": 7}, "program": "9.1"}))
    with pytest.raises(NewerFormat, match="format 4, written by discern unknown"):
        bundle.load(zipped([("manifest.json", b'{"format": 4, "program": "\\u001b[2J"}'), ("other.bin", b"123")]))


def test_paths_that_are_no_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        bundle.load(tmp_path / "absent")
    with pytest.raises(ModelFileError, match="a folder"):
        bundle.load(tmp_path)
    with pytest.raises(ModelFileError, match="null"):
        bundle.load("a\0b")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ModelFileError, match="regular"):
            bundle.load(tmp_path / "pipe")


def test_what_cannot_be_kept_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    model = Majority().fit(np.zeros((4, 2)), [1, 2, 2, 2])
    with pytest.raises(DataError, match="labels are int64"):
        bundle.save(tmp_path / "m", model)
    model = Majority().fit(np.zeros((4, 2)), ["a", "b", "b", "b"])
    with pytest.raises(DataError, match="cannot be saved"):
        bundle.save(tmp_path / "m", model, extra={"time": float("nan")})
    with pytest.raises(DataError, match="cannot be saved"):
        bundle.save(tmp_path / "m", model, card={"by": tmp_path})
    with pytest.raises(OptionError, match="not a model of the catalogue"):
        bundle.save(tmp_path / "m", object())
    with pytest.raises(OutputError):
        bundle.save(tmp_path / "no" / "m", model)
    assert not list(tmp_path.iterdir())


def test_facts_and_card_come_back(tmp_path: Path) -> None:
    model = Majority().fit(np.zeros((4, 2)), ["a", "é", "é", "日本"])
    bundle.save(tmp_path / "m", model, target="species", card={"by": "us"}, extra={"seed": 0, "data": {"n": [1, 2]}})
    loaded = bundle.load(tmp_path / "m")
    assert loaded.manifest["target"] == "species" and loaded.manifest["card"] == {"by": "us"}
    assert loaded.extra == {"seed": 0, "data": {"n": [1, 2]}}
    assert loaded.classes.tolist() == ["a", "é", "日本"]
    assert json.loads(json.dumps(loaded.manifest)) == loaded.manifest


def test_how_pictures_are_prepared_goes_with_the_model(tmp_path: Path) -> None:
    model = KNeighbors(1).fit(pictures(), np.array(["cat", "dog"])[np.arange(40) % 2])
    spec = InputSpec("pictures", (4, 4, 1), "uint8", (0, 0.1, 0.25, 0), keep_aspect=True, binary=True)
    bundle.save(tmp_path / "m", model, spec=spec)
    assert bundle.load(tmp_path / "m").spec == spec
    bundle.save(tmp_path / "plain", model, spec=spec.plain)
    bundle.save(tmp_path / "without", model)
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "without").read_bytes()
    with pytest.raises(DataError, match="the model takes pictures of 4x4x1"):
        bundle.save(tmp_path / "other", model, spec=InputSpec("pictures", (8, 8, 1), "uint8"))
    assert not (tmp_path / "other").exists()
