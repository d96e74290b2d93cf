"""What was read on a page, character by character, and how far it is from what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record
from .intervals import wilson

SURE = 0.8
"""Answers with at least this probability are called sure."""
UNKNOWN = "?"
"""Stands for a character that is like none that was learned."""
MOSTLY = 0.5
"""Where more than this share is unsure, the page is probably not in this alphabet."""
RESAMPLES = 2000


@dataclass(frozen=True)
class ReadCharacter(Record):
    """One character as it was read."""

    label: str
    """Its likeliest label, or UNKNOWN."""
    probability: float
    sure: bool
    others: tuple[tuple[str, float], ...]
    """The next likeliest labels and their probabilities."""
    line: int
    """From 0."""
    box: tuple[int, int, int, int]
    """Top, bottom, left, right in the upright page, ends exclusive."""


@dataclass(frozen=True)
class Reading(Record):
    """A page as text."""

    item: str
    text: str
    tilt: float
    """Degrees by which the page stood askew."""
    size: tuple[int, int]
    """Height and width of the upright page."""
    characters: tuple[ReadCharacter, ...]
    notes: tuple[str, ...] = ()

    @property
    def n_sure(self) -> int:
        return sum(one.sure for one in self.characters)

    @property
    def unsure(self) -> tuple[ReadCharacter, ...]:
        return tuple(one for one in self.characters if not one.sure)

    def to_json(self) -> dict[str, Any]:
        return {"schema": 1, **asdict(self)}


def edits(found: str, wanted: str) -> int:
    """The fewest characters to put in, take out or replace to get from one text to the other.

    Source: Levenshtein, Soviet Physics Doklady 10(8), 1966; Wagner and Fischer, Journal of the ACM 21(1), 1974.
    """
    row = np.arange(len(wanted) + 1)
    letters = np.array(list(wanted))
    for count, letter in enumerate(found, 1):
        before = row
        row = np.empty_like(before)
        row[0] = count
        best = np.minimum(before[1:] + 1, before[:-1] + (letters != letter))
        row[1:] = best
        # what is put in on the way: the least of all places to the left, each one further
        row = np.minimum.accumulate(row - np.arange(len(row))) + np.arange(len(row))
    return int(row[-1])


def character_error(found: Sequence[str], wanted: Sequence[str], seed: int = 0) -> Figure:
    """Edits a character over all texts; its interval by a bootstrap over texts."""
    wrong = np.array([edits(a, b) for a, b in zip(found, wanted, strict=True)], float)
    lengths = np.array([len(one) for one in wanted], float)
    drawn = generator(seed, "reading").integers(0, len(wrong), (RESAMPLES, len(wrong)))
    shares = wrong[drawn].sum(axis=1) / np.maximum(1, lengths[drawn].sum(axis=1))
    low, high = np.quantile(shares, (0.025, 0.975))
    method = f"edits a character, bootstrap over {len(wrong):,} texts"
    return Figure(float(wrong.sum() / lengths.sum()), float(low), float(high), int(lengths.sum()), method)


def strings_right(found: Sequence[str], wanted: Sequence[str]) -> Figure:
    """The share of texts that were read without a fault."""
    right = sum(a == b for a, b in zip(found, wanted, strict=True))
    low, high = wilson(right, len(wanted))
    return Figure(right / len(wanted), low, high, len(wanted), "Wilson")
