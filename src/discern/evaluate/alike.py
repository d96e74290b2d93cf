"""Which texts are most alike to one, how alike random pairs are, and whether alike texts share a column's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record
from ..text import near
from ..text.similar import WordWeights, best
from .intervals import RESAMPLES, Z, wilson

SCHEMA = 1
RANDOM_PAIRS = 20_000
ASKED = 1000
"""Texts, at most, by which it is measured whether alike texts share a value."""
AT_ONCE = 2**24
REACHED = 0.99
"""The share of random pairs that are less alike than `Similar.random`."""
EXACT = "computed for these texts, not estimated"

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Alike(Record):
    """One text that is alike."""

    item: str
    text: str
    value: str | None
    """Of the column that was asked for."""
    similarity: Figure
    """From 0 (no word in common) to 1 (the same words); `n` is how many words both have."""
    by_chance: Figure
    """The share of random pairs that are at least as alike."""
    shared: tuple[tuple[str, Figure], ...]
    """Words of both, and the part of the similarity that each makes up; most first."""
    same: bool
    """Whether it is the same text but for case, spaces, signs, and that it was passed on."""

    def to_json(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "text": self.text,
            "value": self.value,
            "similarity": self.similarity.to_json(),
            "by_chance": self.by_chance.to_json(),
            "shared": {word: part.to_json() for word, part in self.shared},
            "same": self.same,
        }


@dataclass(frozen=True)
class Agreement(Record):
    """Whether the most alike texts share the value of a column, more than chance would have it."""

    column: str
    nearest: int
    """How many of the most alike texts are looked at."""
    shared: Figure
    """The share of them that have the value of the text they are alike to; `n` is how many texts were asked about."""
    chance: Figure
    """The same for texts drawn at random."""

    def to_json(self) -> dict[str, Any]:
        return {
            "column": self.column,
            "nearest": self.nearest,
            "shared": self.shared.to_json(),
            "chance": self.chance.to_json(),
        }


@dataclass(frozen=True)
class Similar(Record):
    """The texts that are most alike to one."""

    name: str
    n_texts: int
    asked: str | None
    """The text that was asked about; None where only a column was."""
    item: str | None
    """Its name, where it is one of the texts."""
    unknown: tuple[str, ...]
    """Words of it that no other text holds."""
    found: tuple[Alike, ...]
    random: Figure
    """How alike a pair is that is more alike than 99 of 100 random ones."""
    agreement: Agreement | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "name": self.name,
            "n_texts": self.n_texts,
            "asked": self.asked,
            "item": self.item,
            "unknown": list(self.unknown),
            "found": [one.to_json() for one in self.found],
            "random": self.random.to_json(),
            "agreement": None if self.agreement is None else self.agreement.to_json(),
        }


@dataclass(frozen=True, eq=False)
class Corpus:
    """Texts `(n,)` with their names, weighed, and how alike random pairs of them are, ascending."""

    name: str
    items: pl.Series
    texts: pl.Series
    weights: WordWeights
    random: Array

    def by_chance(self, similarity: float) -> Figure:
        """The share of random pairs that are at least so alike."""
        n = len(self.random)
        if n == 0:
            return Figure(None, None, None, 0, "there is no pair of texts")
        reached = n - int(np.searchsorted(self.random, similarity * (1 - 1e-12)))
        return Figure(reached / n, *wilson(reached, n), n, "random pairs of texts, Wilson")


def random_similarities(weights: WordWeights, *, seed: int, n_pairs: int = RANDOM_PAIRS) -> Array:
    """How alike the texts of random pairs are, ascending; none where there are not two texts."""
    if weights.n < 2:
        return np.zeros(0)
    draws = generator(seed, "random pairs")
    first = draws.integers(0, weights.n, n_pairs)
    second = (first + draws.integers(1, weights.n, n_pairs)) % weights.n
    return np.sort(weights.pairs(first, second))


def reached_by_few(random: Array) -> Figure:
    """The similarity that one random pair in a hundred reaches, with the interval of that order statistic."""
    n = len(random)
    if n == 0:
        return Figure(None, None, None, 0, "there is no pair of texts")
    middle, half = REACHED * n, Z * np.sqrt(n * REACHED * (1 - REACHED))
    at = np.clip(np.array([middle, middle - half, middle + half]).round().astype(int), 0, n - 1)
    value, low, high = random[at].tolist()
    return Figure(value, low, high, n, "quantile of random pairs, order statistics")


def most_alike(
    corpus: Corpus, weights: Array, n: int, *, own: int | None, plain: str, values: pl.Series | None
) -> tuple[Alike, ...]:
    """The `n` texts most alike to one with these weights; `own` is its row, where it is one of them."""
    alike = corpus.weights.alike(weights)
    rows = best(alike, n, without=None if own is None else np.array([own]))
    same = near.plain(corpus.texts.gather(rows)) == plain
    found = []
    for row, is_same in zip(rows.tolist(), same.to_list(), strict=True):
        shared = corpus.weights.shared(weights, row)
        similarity = min(1.0, float(alike[row]))
        found.append(
            Alike(
                item=corpus.items[row],
                text=corpus.texts[row],
                value=None if values is None else values[row],
                similarity=Figure(similarity, None, None, len(shared), EXACT),
                by_chance=corpus.by_chance(similarity),
                shared=tuple((word, Figure(part, None, None, 1, EXACT)) for word, part in shared),
                same=is_same,
            )
        )
    return tuple(found)


def agreement(
    weights: WordWeights, codes: Rows, alone: Rows, column: str, nearest: int, *, seed: int, asked: int = ASKED
) -> Agreement:
    """How often the `nearest` texts share the value of a column, and how often random ones do.

    `codes` `(n,)` numbers the values, -1 where there is none; texts with one number in `alone` `(n,)` (copies and
    near-copies) do not count for each other. At most `asked` texts are asked about, drawn at random.
    """
    known = np.flatnonzero(codes >= 0)
    draws = generator(seed, "agreement")
    some = np.sort(draws.permutation(known)[:asked])
    shares, by_chance = [], []
    step = max(1, AT_ONCE // max(1, weights.n))
    counts = np.bincount(codes[known], minlength=1)
    for begin in range(0, len(some), step):
        block = some[begin : begin + step]
        alike = (weights.rows[block] @ weights.rows.T).toarray()
        alike[:, codes < 0] = 0
        alike[alone[block, None] == alone[None, :]] = 0
        for row, scores in zip(block.tolist(), alike, strict=True):
            rows = best(scores, nearest)
            if len(rows):
                shares.append(np.mean(codes[rows] == codes[row]))
                by_chance.append((counts[codes[row]] - 1) / max(1, len(known) - 1))
    n = len(shares)
    if n < 2:
        none = Figure(None, None, None, n, "fewer than two texts have a value and a text that is alike")
        return Agreement(column, nearest, none, none)
    mean = np.array(shares)
    again = mean[draws.integers(0, n, (RESAMPLES, n))].mean(axis=1)
    low, high = np.percentile(again, [2.5, 97.5]).tolist()
    expected = Figure(float(np.mean(by_chance)), None, None, n, "shares of the values; " + EXACT)
    return Agreement(column, nearest, Figure(float(mean.mean()), low, high, n, f"bootstrap over {n:,} texts"), expected)


def codes(values: pl.Series) -> Rows:
    """A number for each value `(n,)`, by first appearance, -1 for an empty one."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(value, len(seen)) if value else -1 for value in values.to_list()], np.int64)
