"""A long text to learn a style from: its characters, and which passages are held back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.options import TextOptions
from .given import missing_path, refuse_address
from .scan import shown
from .text_folder import Folder

PIECES = 10
"""The text is cut into so many pieces of one length, and the end of each is held back: a text changes as it goes on,
and its last part alone would not stand for the whole."""
TEST, VALIDATION = 0.1, 0.05
"""Shares of each piece: its end, and what lies before that."""
FEWEST = 5_000
"""Characters; from fewer no style can be learned, nor anything measured."""
PIECES_READ = 1_000
"""Files at a time."""
MOST_CHARACTERS = 1_000
"""Of an alphabet; those that are rarer become one character."""
OTHER = "\ufffd"
"""Stands for every character that is not in the alphabet."""

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Passages:
    """A text in passages: what is learned from, what chooses, and what measures."""

    name: str
    alphabet: str
    """Sorted; the first is OTHER."""
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return sum(len(one) for part in (self.train, self.validation, self.test) for one in part)


def read_passages(source: str | Path, encoding: str | None = None) -> Passages:
    """A text file, or the `.txt` files of a folder one after the other, in passages.

    Raises DataError for what is no text, or too short a one.
    """
    name = str(source)
    refuse_address(name)
    path = Path(source)
    if not path.exists():
        raise missing_path(name)
    folder = Folder(path, TextOptions(encoding=encoding), subject=shown(name))
    pieces = list(folder.pieces(PIECES_READ, 0))
    rejected = [one for piece in pieces for one in piece.rejected]
    texts = [text for piece in pieces for text in piece.frame["text"].to_list()]
    if not texts:
        raise DataError(describe(shown(name), found=rejected[0][1], expected="a text, or a folder of .txt files"))
    notes = tuple(f"left out: {item} ({reason})" for item, reason in rejected)
    whole = "\n\n".join(texts).replace("\r\n", "\n").replace("\r", "\n")
    return passages(whole, folder.name, (*folder.notes, *notes))


def passages(text: str, name: str = "text", notes: tuple[str, ...] = ()) -> Passages:
    """A text in passages. Raises DataError when it is too short, or all one character."""
    if len(text) < FEWEST:
        found = f"{len(text):,} characters"
        raise DataError(describe(name, found=found, expected=f"at least {FEWEST:,}, to learn a style from"))
    train, validation, test = [], [], []
    length = len(text) // PIECES
    for piece in range(PIECES):
        end = len(text) if piece == PIECES - 1 else (piece + 1) * length
        begin = piece * length
        tested = end - int(TEST * (end - begin))
        looked = tested - int(VALIDATION * (end - begin))
        train.append(text[begin:looked])
        validation.append(text[looked:tested])
        test.append(text[tested:end])
    alphabet, rare = _alphabet("".join(train))
    if len(alphabet) < 3:
        raise DataError(describe(name, found="one character over and over", expected="a text"))
    if rare:
        said = f"{rare:,} characters that are seldom used are learned as one: '{OTHER}'"
        notes = (*notes, said)
    return Passages(name, alphabet, tuple(train), tuple(validation), tuple(test), notes)


def codes(text: str, alphabet: str) -> Codes:
    """The place of each character in `alphabet` `(n,)`; 0 for those that are not in it."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    known = np.frombuffer(alphabet[1:].encode("utf-32-le"), np.uint32)
    at = np.minimum(np.searchsorted(known, letters), len(known) - 1)
    return np.where(known[at] == letters, at + 1, 0).astype(np.int64)


def _alphabet(text: str) -> tuple[str, int]:
    """OTHER, then the characters of a text in order; and how many of them were too rare to be kept."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    found, times = np.unique(letters, return_counts=True)
    sound = (found != ord(OTHER)) & ~((found >= 0xD800) & (found < 0xE000))
    found, times = found[sound], times[sound]
    kept = np.sort(found[np.argsort(-times, kind="stable")[:MOST_CHARACTERS]])
    return OTHER + "".join(map(chr, kept.tolist())), len(found) - len(kept)
