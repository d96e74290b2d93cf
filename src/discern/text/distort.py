"""Distortions of texts: misspelt words, letters in the other case, words left out.

What becomes of a word is drawn once for each text, so that a stronger distortion is more of the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.seeds import generator

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""Of a keyboard: a letter is taken for its neighbour."""
SHORTEST = 3
"""Letters of a word that may be misspelt."""


def distorted(texts: Sequence[str], kind: str, share: float, first: int) -> NDArray[Any]:
    """The texts `(n,)` with `share` of their words misspelt or left out, or of their letters in the other case.

    `kind` is `misspelling`, `case` or `missing words`; `first` is the number of the first text among all, by which what
    becomes of it is drawn. Words stand between spaces; one space stands between those that are left.
    """
    change = {"misspelling": _misspelt, "case": _other_case, "missing words": _without}[kind]
    found = [change(text, share, generator(0, kind, number)) for number, text in enumerate(texts, first)]
    return np.array(found, dtype=object)


def _misspelt(text: str, share: float, random: np.random.Generator) -> str:
    parts = text.split()
    draws, ways, places = random.random(len(parts)), random.integers(0, 4, len(parts)), random.random(len(parts))
    return " ".join(
        _slip(word, int(way), float(place)) if draw < share and len(word) >= SHORTEST else word
        for word, draw, way, place in zip(parts, draws, ways, places, strict=True)
    )


def _slip(word: str, way: int, place: float) -> str:
    """One slip of the fingers: two letters change places, one is left out, doubled, or taken for its neighbour."""
    at = int(place * (len(word) - 1))
    if way == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if way == 1:
        return word[:at] + word[at + 1 :]
    if way == 2:
        return word[: at + 1] + word[at:]
    return word[:at] + _neighbour(word[at]) + word[at + 1 :]


def _neighbour(letter: str) -> str:
    row = next((row for row in ROWS if letter.lower() in row), None)
    if row is None:
        return letter + letter
    place = row.index(letter.lower())
    other = row[place + 1] if place + 1 < len(row) else row[place - 1]
    return other.upper() if letter.isupper() else other


def _other_case(text: str, share: float, random: np.random.Generator) -> str:
    draws = random.random(len(text))
    return "".join(letter.swapcase() if draw < share else letter for letter, draw in zip(text, draws, strict=True))


def _without(text: str, share: float, random: np.random.Generator) -> str:
    parts = text.split()
    return " ".join(word for word, draw in zip(parts, random.random(len(parts)), strict=True) if draw >= share)
