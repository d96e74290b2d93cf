"""An index gives what its texts give, and a damaged or hostile one is refused in one line."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError
from discern.text.concordance import concordance
from discern.text.corpus import Builder, Corpus
from discern.text.index import is_index, open_index, write_index

TEXTS = ["Male left the taxi without paying.", "", "Ünïcode “words”, 日本 and 👍\nsecond line", "taxi taxi"]


@pytest.fixture(scope="module")
def whole() -> Corpus:
    builder = Builder("notes")
    builder.add(pl.Series(TEXTS), pl.Series(["n1", "n2", "n,3", "=n4"]), {"type": pl.Series(["x", "", "y", "x"])})
    return builder.finish()


@pytest.fixture(scope="module")
def content(whole: Corpus, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("index") / "notes.index"
    write_index(path, whole)
    return path.read_bytes()


def test_what_was_written_is_read_back(whole: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "notes.index"
    write_index(path, whole)
    again = open_index(path)
    for name in ("tokens", "starts", "begins"):
        assert np.array_equal(getattr(again, name), getattr(whole, name)), name
    assert again.vocabulary.to_list() == whole.vocabulary.to_list()
    assert list(again.texts) == TEXTS and list(again.items) == list(whole.items)
    assert again.column("type").to_list() == ["x", "", "y", "x"] and again.name == "notes"
    assert concordance(again, "taxi") == concordance(whole, "taxi")
    assert isinstance(again.tokens.base, np.memmap | np.ndarray) and not again.tokens.flags.writeable


def test_the_same_texts_give_the_same_bytes_which_their_owner_alone_can_read(
    whole: Corpus, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "again.index"
    write_index(path, whole)
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"the texts themselves" in content


def test_an_index_is_told_by_its_first_bytes(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    (tmp_path / "b.index").write_text("text\nword")
    assert is_index(tmp_path / "a.csv")
    assert not is_index(tmp_path / "b.index") and not is_index(tmp_path) and not is_index("nowhere")


def test_a_column_that_was_not_kept_is_named_with_those_that_were(whole: Corpus) -> None:
    with pytest.raises(DataError, match="no column 'types'; expected one of: type"):
        whole.column("types")


def refused(path: Path, damaged: bytes) -> str:
    path.write_bytes(damaged)
    with pytest.raises(DataError) as error:
        open_index(path)
    message = str(error.value)
    assert "\n" not in message and str(path) in message
    return message


def test_cut_at_any_length_it_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.index"
    header = 48 + int.from_bytes(content[8:16], "little")
    lengths = {*range(64), *range(header - 3, header + 70), *range(0, len(content), 97), len(content) - 1}
    for length in sorted(lengths):
        refused(path, content[:length])
    refused(path, content + b"\0")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_anywhere_is_refused(content: bytes, tmp_path: Path, data: st.DataObject) -> None:
    place = data.draw(st.one_of(st.integers(0, 100), st.integers(0, len(content) - 1)))
    damaged = bytearray(content)
    damaged[place] ^= data.draw(st.integers(1, 255))
    refused(tmp_path / "flipped.index", bytes(damaged))


def rebuilt(content: bytes, change: Callable[[dict[str, Any], dict[str, np.ndarray[Any, Any]]], None]) -> bytes:
    """An index with other contents and checksums that are right: made by someone, not by accident."""
    length = int.from_bytes(content[8:16], "little")
    header = json.loads(content[48 : 48 + length])
    at, arrays = 48 + length, {}
    for entry in header["arrays"]:
        name = entry["name"]
        kind = {"tokens": "<i4", "begins": "<u4", "order": "<i4"}.get(name) or (
            "u1" if name.endswith("bytes") else "<i8"
        )
        at += -at % 64
        arrays[name] = np.frombuffer(content, kind, entry["n"], at).copy()
        at += arrays[name].nbytes
    change(header, arrays)
    for entry in header["arrays"] if isinstance(header.get("arrays"), list) else ():
        if isinstance(entry, dict) and entry.get("name") in arrays:
            value = arrays[entry["name"]]
            entry |= {"sha256": hashlib.sha256(value.tobytes()).hexdigest()}
            entry.setdefault("n", len(value))
    text = json.dumps(header).encode()
    out = content[:8] + len(text).to_bytes(8, "little") + hashlib.sha256(text).digest() + text
    for value in arrays.values():
        out += bytes(-len(out) % 64) + value.tobytes()
    return out


def test_an_unchanged_index_survives_being_rebuilt(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "same.index").write_bytes(rebuilt(content, lambda header, arrays: None))
    assert list(open_index(tmp_path / "same.index").texts) == TEXTS


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("tokens", 0, 10_000),
        ("tokens", 0, -1),
        ("order", 3, 2**31 - 1),
        ("order", 3, -5),
        ("starts", 1, 2**60),
        ("starts", 0, 1),
        ("starts", -1, 3),
        ("firsts", 2, -(2**60)),
        ("texts ends", 1, 2**62),
        ("items ends", 0, -9),
        ("vocabulary ends", -1, 1),
        ("column 0 ends", 2, 2**40),
    ],
)
def test_places_outside_are_refused_though_checksums_are_right(
    content: bytes, tmp_path: Path, name: str, place: int, value: int
) -> None:
    def change(header: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> None:
        arrays[name][place] = value

    assert "outside of its texts" in refused(tmp_path / "hostile.index", rebuilt(content, change))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 2),
        ("format", None),
        ("arrays", []),
        ("arrays", {}),
        ("arrays", [{"name": "tokens", "n": 10**400, "sha256": ""}]),
        ("columns", ["type", "type"]),
        ("columns", 7),
        ("columns", ["x"] * 3),
        ("name", 5),
        ("name", None),
        ("words", ["other rules"]),
    ],
)
def test_a_header_that_describes_no_index_is_refused(content: bytes, tmp_path: Path, field: str, value: Any) -> None:
    refused(tmp_path / "hostile.index", rebuilt(content, lambda header, arrays: header.update({field: value})))


def test_an_index_whose_words_were_cut_by_other_rules_still_answers_and_says_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "old.index"
    path.write_bytes(rebuilt(content, lambda header, arrays: header.update({"words": "other rules"})))
    assert "other rules" in open_index(path).notes[0] and concordance(open_index(path), "taxi").n_found == 3


@pytest.mark.parametrize("n", [-1, 0, 2**62, True, 1.5, "1"])
def test_a_size_that_is_none_is_refused(content: bytes, tmp_path: Path, n: Any) -> None:
    refused(
        tmp_path / "hostile.index",
        rebuilt(content, lambda header, arrays: header["arrays"][0].update({"n": n})),
    )


def test_a_header_nested_without_end_is_refused(content: bytes, tmp_path: Path) -> None:
    text = b"[" * 200_000
    damaged = content[:8] + len(text).to_bytes(8, "little") + hashlib.sha256(text).digest() + text
    assert "header" in refused(tmp_path / "deep.index", damaged)


def test_wrong_order_of_words_in_a_made_up_index_shows_wrong_lines_but_ends_well(
    content: bytes, tmp_path: Path
) -> None:
    """A file with right checksums and places within bounds may lie; it must not do more than that."""

    def change(header: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> None:
        arrays["begins"][:] = 2**32 - 1
        arrays["texts bytes"][:] = 0xFF
        arrays["vocabulary bytes"][:] = 0xC3

    (tmp_path / "lie.index").write_bytes(rebuilt(content, change))
    lie = open_index(tmp_path / "lie.index")
    assert concordance(lie, "taxi").n_found >= 0
    for query in (".*", "�*"):
        concordance(lie, query, regex=query == ".*")
