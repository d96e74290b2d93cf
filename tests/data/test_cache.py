"""Decoded pictures that are kept: the same data, never trusted, never more than the limit."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from discern.core.errors import OptionError, TooManyBadItems
from discern.core.events import Event
from discern.core.options import PictureOptions
from discern.data import decoded
from discern.data.cache import Cache, Draft, cache, key_of
from discern.data.dataset import Dataset
from discern.data.read import read
from discern.images import fit
from discern.images.fingerprints import row_hashes

RNG = np.random.default_rng(0)
FACTS = {"a": ["é", 1]}


def picture(path: Path, seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures that count as worth keeping, one of them damaged, and a cache of their own."""
    monkeypatch.setattr(decoded, "WORTH_KEEPING", 1)
    monkeypatch.setenv("DISCERN_CACHE", str(tmp_path / "cache"))
    for index in range(30):
        picture(tmp_path / "photos" / "ab"[index % 2] / f"{index}.png", index)
    (tmp_path / "photos" / "a" / "bad.png").write_bytes(b"<html>")
    return tmp_path / "photos"


def files(photos: Path) -> list[Path]:
    return sorted((photos.parent / "cache").iterdir())


def read_and_tell(photos: Path, **options: object) -> tuple[Dataset, bool]:
    """The data, and whether pictures were decoded for it."""
    told: list[Event] = []
    data = read(photos, on_event=told.append, **options)  # type: ignore[arg-type]
    return data, any("pictures read" in str(event) for event in told)


def same(one: Dataset, other: Dataset) -> None:
    np.testing.assert_array_equal(one.values, other.values)
    assert one.items.equals(other.items) and one.rejected.equals(other.rejected)
    assert (one.notes, one.input, one.paths, one.fingerprint) == (
        other.notes,
        other.input,
        other.paths,
        other.fingerprint,
    )


def test_the_second_reading_decodes_nothing_and_is_the_same(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, decoding = read_and_tell(photos)
    assert decoding and first.rejected["item"].to_list() == ["a/bad.png"]
    second, again = read_and_tell(photos)
    assert not again
    same(first, second)
    monkeypatch.setenv("DISCERN_CACHE", "off")
    without, decoding = read_and_tell(photos)
    assert decoding
    same(first, without)
    (kept,) = files(photos)
    before = kept.read_bytes()
    second.values[:] = 0  # the program's own copy; the file stays
    assert kept.read_bytes() == before and type(second.values) is np.ndarray


def test_names_do_not_matter_contents_and_preparation_do(photos: Path) -> None:
    read(photos)
    (photos / "a").rename(photos / "aa")
    renamed, decoding = read_and_tell(photos)
    assert not decoding and renamed.classes == ["aa", "b"]
    for options in ({"pictures": PictureOptions(grey=True)}, {"max_megapixels": 40}, {"spec": renamed.input}):
        assert read_and_tell(photos, **options)[1]
        assert not read_and_tell(photos, **options)[1]
    os.utime(photos / "aa" / "0.png", (1, 1))
    assert not read_and_tell(photos)[1]
    times = (photos / "aa" / "2.png").stat()
    picture(photos / "aa" / "2.png", 99)
    os.utime(photos / "aa" / "2.png", ns=(times.st_atime_ns, times.st_mtime_ns))
    changed, decoding = read_and_tell(photos)
    assert decoding and changed.fingerprint != renamed.fingerprint


def test_what_is_damaged_is_made_anew(photos: Path) -> None:
    first = read(photos)
    (kept,) = files(photos)
    whole = kept.read_bytes()
    pixel, fact = 4096 + 5, len(whole) - 5
    for damaged in (
        b"", whole[:30], whole[:-1], whole + b"x", b"X" + whole[1:], whole[:60] + b"~" + whole[61:],
        whole[:pixel] + bytes([whole[pixel] ^ 1]) + whole[pixel + 1 :], whole[:8] + b"\xff" * 8 + whole[16:],
        whole[:fact] + bytes([whole[fact] ^ 1]) + whole[fact + 1 :],
    ):  # fmt: skip
        kept.unlink()  # pictures that are in use stay mapped
        kept.write_bytes(damaged)
        again, decoding = read_and_tell(photos)
        assert decoding
        same(first, again)
        assert kept.read_bytes() == whole
    kept.unlink()
    kept.mkdir()
    same(first, read(photos))


@pytest.mark.skipif(os.name != "posix", reason="permissions of Unix")
def test_files_are_the_owners_alone(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(photos)
    (kept,) = files(photos)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    monkeypatch.setattr(os, "getuid", lambda: kept.stat().st_uid + 1)
    assert read_and_tell(photos)[1]  # somebody else's file is not used


def test_a_place_that_cannot_be_written_is_only_slower(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (photos.parent / "cache").write_bytes(b"a file")
    assert read_and_tell(photos)[1] and read_and_tell(photos)[1]
    monkeypatch.setenv("DISCERN_CACHE", "/proc/none/of/this")
    assert read(photos).n == 30
    monkeypatch.setenv("DISCERN_CACHE_LIMIT", "lots")
    with pytest.raises(OptionError, match="DISCERN_CACHE_LIMIT is 'lots'; expected gigabytes"):
        read(photos)


def test_what_was_used_longest_ago_goes(tmp_path: Path) -> None:
    values = RNG.integers(0, 256, (4, 50, 50, 1), dtype=np.uint8)
    hashes = row_hashes(values)
    a, b, c, d, e, f = (letter * 64 for letter in "abcdef")
    assert Cache(tmp_path / "one", 10**6).save(a, values, hashes, FACTS)
    size = (tmp_path / "one" / f"{a}.pixels").stat().st_size
    store = Cache(tmp_path / "c", 3 * size)
    for order, key in enumerate((a, b, c)):
        assert store.save(key, values, hashes, FACTS)
        os.utime(tmp_path / "c" / f"{key}.pixels", (order, order))
    (tmp_path / "c" / "mine.pixels").write_bytes(b"somebody else's" * 10**6)
    left = tmp_path / "c" / ".writing-killed"
    left.write_bytes(b"x")
    os.utime(left, (1, 1))
    entry = store.load(a)
    assert entry is not None and entry.facts == FACTS
    assert store.save(d, values, hashes, FACTS)
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        *(f"{key}.pixels" for key in (a, c, d)), "mine.pixels"
    ]  # fmt: skip
    assert not Cache(tmp_path / "c", values.nbytes - 1).save(e, values, hashes, FACTS)
    assert Cache(tmp_path / "c", size).save(f, values, hashes, FACTS)
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [f"{f}.pixels", "mine.pixels"]
    np.testing.assert_array_equal(entry.values, values)  # removed, and still readable to who has it


def test_small_folders_are_not_kept(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "WORTH_KEEPING", 10**9)
    read(photos)
    assert not (photos.parent / "cache").exists()


def test_a_file_that_changes_while_it_is_read_is_not_kept(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = decoded._hashes
    monkeypatch.setattr(decoded, "_hashes", lambda *a: ["0" * 64 if i == 3 else h for i, h in enumerate(plain(*a))])
    data = read(photos)
    assert not files(photos)
    monkeypatch.setenv("DISCERN_CACHE", "off")
    same(data, read(photos))


def test_a_failure_that_passes_is_not_kept(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, failed = decoded.load_with_facts, []

    def fails_once(path: Path, *how: object, **more: object) -> object:
        if path.name == "4.png" and not failed:
            failed.append(path)
            return "input/output error"
        return plain(path, *how, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(decoded, "load_with_facts", fails_once)
    assert read(photos, max_bad=0.1).rejected["item"].to_list() == ["a/4.png", "a/bad.png"]
    assert failed and not files(photos)
    assert read(photos).rejected["item"].to_list() == ["a/bad.png"] and files(photos)


def test_a_failure_to_read_a_file_at_all_is_kept_until_it_can_be_read(photos: Path) -> None:
    whole = (photos / "a" / "0.png").read_bytes()
    (photos / "a" / "0.png").write_bytes(b"")
    assert read(photos, max_bad=0.1).n == 29 and files(photos)
    assert not read_and_tell(photos, max_bad=0.1)[1]
    (photos / "a" / "0.png").write_bytes(whole)
    assert read(photos).n == 30


def test_a_disk_that_fills_up_costs_time_only(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, written = Draft.write, []

    def full(draft: Draft, pixels: NDArray[np.uint8]) -> None:
        written.append(pixels)
        if len(written) > 20:
            raise OSError(28, "No space left on device")
        plain(draft, pixels)

    monkeypatch.setattr(Draft, "write", full)
    data = read(photos)
    assert len(written) == 21 and not files(photos)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=100))
    assert read(photos).fingerprint == data.fingerprint and len(written) == 21
    monkeypatch.setenv("DISCERN_CACHE", "off")
    same(data, read(photos))


def test_nothing_is_left_of_a_reading_that_fails(photos: Path) -> None:
    for index in range(20):
        (photos / "a" / f"bad{index}.png").write_bytes(b"<html>")
    with pytest.raises(TooManyBadItems):
        read(photos)
    assert not files(photos)


def test_pictures_are_decoded_into_the_file_and_not_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded, "WORTH_KEEPING", 1)
    monkeypatch.setenv("DISCERN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DISCERN_THREADS", "1")
    for index in range(400):
        path = tmp_path / "photos" / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (112, 112), (index % 256, index // 256, 0)).save(path)
    tracemalloc.start()
    try:
        data = read(tmp_path / "photos")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert data.n == 400 and most < data.values.nbytes / 2


def test_another_common_size_is_another_entry(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (30, 200)).save(photos / "a" / "long.png")
    assert read(photos).input.shape == (112, 112, 3)
    for module in (decoded, fit):
        monkeypatch.setattr(module, "COMMON_SIZE", 80)
    assert read(photos).input.shape == (80, 80, 3)


def test_the_place_is_the_platforms_unless_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DISCERN_CACHE", raising=False)
    found = cache()
    assert found is not None and found.limit == 4e9 and found.folder.name == "pictures"
    assert "discern" in found.folder.parts
    monkeypatch.setenv("DISCERN_CACHE_LIMIT", "0.5")
    monkeypatch.setenv("DISCERN_CACHE", str(tmp_path))
    assert cache() == Cache(tmp_path, 500_000_000)
    assert key_of(["a"], {}) != key_of(["b"], {}) != key_of(["b"], {"x": 1})


def test_several_processes_share_it(photos: Path) -> None:
    code = (
        "import sys; from discern.data import decoded; decoded.WORTH_KEEPING = 1\n"
        "from discern.data.read import read; print([read(sys.argv[1]).values.sum() for _ in range(5)])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(photos)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    outputs = {process.communicate()[0] for process in running}
    assert len(outputs) == 1 and all(process.returncode == 0 for process in running)
    assert len(files(photos)) == 1
