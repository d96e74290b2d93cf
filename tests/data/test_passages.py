"""A text in passages: nothing is lost, nothing stands twice, and what is held back is spread over the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discern.core.errors import DataError
from discern.data.passages import FEWEST, MOST_CHARACTERS, OTHER, PIECES, codes, passages, read_passages

WORDS = "".join(chr(97 + (i * i) % 23) + " " * (i % 5 == 0) for i in range(6000))


@given(st.integers(FEWEST, len(WORDS)))
def test_every_character_lies_in_one_passage_in_order(n: int) -> None:
    text = WORDS[:n]
    found = passages(text)
    together = "".join(a + b + c for a, b, c in zip(found.train, found.validation, found.test, strict=True))
    assert together == text
    assert len(found.test) == PIECES
    assert abs(sum(map(len, found.test)) / n - 0.1) < 0.01
    assert abs(sum(map(len, found.validation)) / n - 0.05) < 0.01


def test_the_alphabet_is_that_of_what_is_learned_from() -> None:
    text = WORDS + "Ω" * 3
    found = passages(text)
    assert found.alphabet[0] == OTHER
    assert list(found.alphabet[1:]) == sorted(set(WORDS))
    assert codes("Ω" + WORDS[0], found.alphabet).tolist() == [0, found.alphabet.index(WORDS[0])]


def test_rare_characters_of_a_large_alphabet_become_one() -> None:
    letters = [chr(0x4E00 + i) for i in range(MOST_CHARACTERS + 50)]
    text = "".join(letters[:MOST_CHARACTERS] * 20 + letters[MOST_CHARACTERS:]) * 1
    found = passages(text + "".join(letters[:MOST_CHARACTERS] * 4))
    assert len(found.alphabet) == MOST_CHARACTERS + 1
    assert any("seldom used" in note for note in found.notes)


def test_codes_of_any_text() -> None:
    alphabet = OTHER + "ab😀"
    np.testing.assert_array_equal(codes("a😀bz", alphabet), [1, 3, 2, 0])
    assert codes("", alphabet).tolist() == []
    assert codes("\ud800", alphabet).tolist() == [0]


def test_files_and_folders_are_read_with_one_form_of_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + WORDS.replace(" ", "\r\n").encode())
    assert passages(WORDS.replace(" ", "\n")).train == read_passages(tmp_path / "a.txt").train
    folder = tmp_path / "plays"
    folder.mkdir()
    (folder / "1.txt").write_text(WORDS)
    (folder / "2.txt").write_text("zzz" + WORDS)
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff")
    found = read_passages(folder)
    assert found.n == 2 * len(WORDS) + 5
    assert any("picture.jpg" in note for note in found.notes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"too short", "9 characters; expected at least 5,000"),
        (b"a" * 9000, "one character over and over"),
        (b"\xff\xd8\xff" + b"\0" * 9000, "expected"),
        (b"", "characters"),
        (b"ab\0" * 5000, "zero"),
    ],
)
def test_what_is_no_text_or_too_little_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "some.txt").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_passages(tmp_path / "some.txt")
    with pytest.raises(DataError, match="no such"):
        read_passages(tmp_path / "nowhere.txt")
