"""The made-up notes: known types, the day's collocations, and every planted thing listed where it stands."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest

from discern.core.errors import OptionError, OutputError
from discern.core.files import FORMULA_STARTS
from discern.data.note_words import SERIES, TYPES, WORDS_TOO
from discern.data.notes import AUTHORS, notes, write_notes

MADE = notes(1500)
FORMS = {
    "PHONE": r"(07700 ?900|\+44 7700 900|01632 ?960|\+44 1632 960|0113 ?4960|\+44 113 4960)\d{3}",
    "PLATE": r"[JTU][A-Z]\d\d ?[A-Z]{3}",
    "POSTCODE": r"KB\d{1,2} \d[A-Z]{2}",
    "EMAIL": r"[a-z0-9._]+@(example\.(com|org)|mail\.example\.net)",
    "NAME": r"[A-Za-z]+( [A-Za-z]+)?",
}


def test_every_planted_thing_stands_where_it_is_listed() -> None:
    counts: Counter[str] = Counter()
    for note in MADE:
        for it in note.planted:
            assert note.note[it.start : it.end] == it.text
            flags = re.IGNORECASE if it.type == "EMAIL" else 0
            assert re.fullmatch(FORMS[it.type], it.text, flags), it
            counts[it.type] += 1
        shown = {note.note[it.start : it.end] for it in note.planted}
        for form in ("PHONE", "PLATE", "POSTCODE", "EMAIL"):  # and nothing of these forms stands there unlisted
            found = {match[0] for match in re.finditer(rf"(?<!\w){FORMS[form]}", note.note, re.IGNORECASE)}
            assert found <= shown
    assert min(counts.values()) > 100 and set(counts) == set(FORMS)


def test_some_names_are_words_and_the_words_are_used_as_words_too() -> None:
    also = {part.capitalize() for note in MADE for it in note.planted if it.also_a_word for part in it.text.split()}
    assert {"Mark", "Will", "Rose", "Grace"} <= also & WORDS_TOO
    outside = Counter(word for note in MADE for word in re.findall(r"\b(?:mark|will|rose)\b", _without_planted(note)))
    assert min(outside[word] for word in ("mark", "will", "rose")) >= 10


def test_the_collocations_of_such_notes_are_frequent() -> None:
    pairs: Counter[str] = Counter()
    for note in MADE:
        words = re.findall(r"\w+", note.note.lower())
        pairs.update(map(" ".join, itertools.pairwise(words)))
    for pair in ("taxi driver", "city centre", "mobile phone", "without paying", "causing damage", "calls police"):
        assert pairs[pair] >= 100, pair


def test_notes_are_varied() -> None:
    assert len({note.note for note in MADE}) == len(MADE)
    assert {note.type for note in MADE} == set(TYPES) and len({note.author for note in MADE}) >= AUTHORS - 3
    vocabulary = {word for note in MADE for word in re.findall(r"[a-z]+", note.note.lower())}
    assert len(vocabulary) > 1000 and {"ip", "mo", "offr"} <= vocabulary and {"vehical", "statment"} & vocabulary
    assert len({note.series for note in MADE} - {None}) == len(SERIES)
    assert not [note for note in MADE if re.search(r"[\x00-\x09{}\[\]|]|  ", note.note)]  # nothing left unfilled
    assert not [note for note in MADE if note.note.startswith(FORMULA_STARTS)]
    of_day = Counter(note.type for note in MADE if 6 <= int(note.time[:2]) < 20)
    assert of_day["shop theft"] > 100 and of_day["taxi fare"] == 0  # each type has its hours


def test_the_same_seed_the_same_bytes_and_more_begin_with_the_same(tmp_path: Path) -> None:
    assert write_notes(tmp_path / "a", 50, seed=3) == 50
    write_notes(tmp_path / "b", 50, seed=3)
    write_notes(tmp_path / "c", 80, seed=3)
    write_notes(tmp_path / "d", 50, seed=4)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["README.md", "notes.csv", "planted.csv", "series.csv"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    few, more = (tmp_path / "a" / "notes.csv").read_text(), (tmp_path / "c" / "notes.csv").read_text()
    assert more.startswith(few) and len(more) > len(few) and few != (tmp_path / "d" / "notes.csv").read_text()
    with (tmp_path / "a" / "notes.csv").open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert [row["note"] for row in rows.values()] == [note.note for note in notes(50, seed=3)]
    with (tmp_path / "a" / "planted.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            said = row["text"].removeprefix("'")  # a number that starts with + is kept from being a formula
            assert rows[row["id"]]["note"][int(row["start"]) : int(row["end"])] == said
    assert "made" in (tmp_path / "a" / "README.md").read_text().lower()


def test_bad_numbers_and_a_full_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"--n is 0.*--seed is -1"):
        write_notes(tmp_path / "n", 0, seed=-1)
    write_notes(tmp_path / "n", 1)
    with pytest.raises(OutputError, match="--force"):
        write_notes(tmp_path / "n", 1)


def _without_planted(note: object) -> str:
    text, planted = note.note, note.planted  # type: ignore[attr-defined]
    for it in planted:
        text = text[: it.start] + " " * (it.end - it.start) + text[it.end :]
    return str(text).lower()
