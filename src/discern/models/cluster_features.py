"""What items are compared by when groups are looked for: columns of one weight each, shapes in pictures, words.

Every record here turns items into numbers `(n, n_features)` in the same way for the items that groups were found in
and for new ones, and is saved with the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

from ..core.errors import DataError
from ..core.records import Column, InputSpec
from ..core.views import Record
from ..images.hog import hog
from ..text.split import words
from ..text.stops import stop_words
from .bags import Bag, Preparation, encode, prepare

Array = NDArray[np.float64]
REACH = 5.0
"""Numbers further from the median than so many of the middle spreads are pulled in to there: one huge value must not
make all others look alike."""
SPREAD = 1.349
"""Between the quartiles of a normal distribution, in standard deviations."""
MOST_MISSING = 0.5
"""Columns with more missing cells than this share are set aside."""
MOST_CATEGORIES = 20
"""So many categories of a column count by themselves, the frequent ones; the rarer ones count as one."""
FEW_VALUES = 10
"""A column of numbers with at most so many different values is a scale: its clumps are its own, no groups."""
LARGEST, SMALLEST = 1e100, 1e-100
"""Of a value, whose square is still a number; and before a logarithm is taken."""
SPAN = 20.0
"""Numbers from 0 up are taken by their logarithms when the 95th percentile is so many times the 5th and logarithms are
less skewed."""
MOST_COMPONENTS = 20
MOST_WORDS = 20_000
LEARNED = 20_000
"""So many texts, or pictures, are enough to learn components from."""


@dataclass(frozen=True, eq=False)
class TableFeatures(Record):
    """Columns with the same weight each: two rows drawn by chance differ as much in any of them.

    A number is centred and divided by its standard deviation, outlying values pulled in first; numbers of very
    different size, such as areas and incomes, are taken by their logarithms. A category becomes a 0
    or 1 for each of its values, centred, and all divided by the root of their variances' sum, so that the column has
    the variance of one number. A missing cell, and a category that was not seen, count as the average.
    """

    columns: tuple[Column, ...]
    centre: Array
    """`(n_columns,)`, as the next four."""
    scale: Array
    low: Array
    high: Array
    shift: Array
    """What is added before the logarithm is taken; -1 where none is."""
    slots: NDArray[np.int64]
    """For each category of each column of categories: its place among the column's numbers."""
    shares: Array
    """The share of the rows in each of those places."""

    kind = "table"

    def categories(self) -> list[tuple[int, NDArray[np.int64], Array]]:
        """Of each column of categories: its place, its slots, and the shares of the slots."""
        found, start, at = [], 0, 0
        for place, column in enumerate(self.columns):
            if column.kind == "category":
                slots = self.slots[start : start + len(column.categories)]
                width = int(slots.max()) + 1
                found.append((place, slots, self.shares[at : at + width]))
                start, at = start + len(slots), at + width
        return found

    @property
    def numbers(self) -> list[int]:
        """Places of the columns that are no categories."""
        return [place for place, column in enumerate(self.columns) if column.kind != "category"]

    @property
    def logarithms(self) -> list[str]:
        """Names of the columns that are taken by their logarithms."""
        return [self.columns[place].name for place in self.numbers if self.shift[place] >= 0]

    @property
    def names(self) -> list[str]:
        """What each feature is, `(n_features,)`."""
        found = [self.columns[place].name for place in self.numbers]
        for place, slots, shares in self.categories():
            column = self.columns[place]
            for slot in range(len(shares)):
                members = np.flatnonzero(slots == slot)
                what = column.categories[members[0]] if len(members) == 1 else f"one of {len(members)} rarer ones"
                found.append(f"{column.name}: {what}")
        return found

    def scaled(self, values: NDArray[Any], *, whole: bool = False) -> Array:
        """Columns `(n, n_columns)`: numbers standardised, categories as slots; NaN where missing.

        `whole`: outlying numbers are left as they are.
        """
        found = np.array(values, np.float64)
        places = self.numbers
        given = found[:, places]
        logs, shift = self.shift[places] >= 0, self.shift[places]
        given[:, logs] = np.log(np.maximum(given[:, logs] + shift[logs], SMALLEST))
        given = given if whole else np.clip(given, self.low[places], self.high[places])
        found[:, places] = (given - self.centre[places]) / self.scale[places]
        for place, slots, _ in self.categories():
            cells = found[:, place]
            known = ~np.isnan(cells)
            cells[known] = slots[cells[known].astype(np.int64)]
        return found

    def spread(self, scaled: Array) -> Array:
        """Features `(n, n_features)` of what `scaled` gave."""
        places = self.numbers
        parts = [np.nan_to_num(scaled[:, places])]
        for place, _, shares in self.categories():
            cells = scaled[:, place]
            known = ~np.isnan(cells)
            ones = np.zeros((len(scaled), len(shares)))
            ones[known] = -shares
            ones[known, cells[known].astype(np.int64)] += 1.0
            parts.append(ones / np.sqrt((shares * (1 - shares)).sum()))
        return np.column_stack(parts)

    def transform(self, values: NDArray[Any], *, whole: bool = False) -> Array:
        """Features `(n, n_features)` of values `(n, n_columns)`."""
        return self.spread(self.scaled(values, whole=whole))

    def silent(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Rows that say nothing, `(n,)`: every cell is missing."""
        return np.asarray(np.isnan(np.asarray(values, np.float64)).all(axis=1))


@dataclass(frozen=True, eq=False)
class PictureFeatures(Record):
    """Edges in the parts of a picture (`images.hog`), brought down to the directions in which pictures differ most."""

    spec: InputSpec
    mean: Array
    basis: Array
    """`(n_hog, n_features)`."""

    kind = "pictures"

    @property
    def names(self) -> list[str]:
        return []

    def transform(self, values: NDArray[Any], *, whole: bool = False) -> Array:
        """Features `(n, n_features)` of pictures `(n, H, W, C)`."""
        return np.asarray((hog(values).astype(np.float64) - self.mean) @ self.basis)

    def silent(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        return np.zeros(len(values), bool)


@dataclass(frozen=True, eq=False)
class TextFeatures(Record):
    """Words by how telling they are, brought down to what goes together, each text of length 1.

    Deerwester and others, "Indexing by latent semantic analysis", JASIS 41 (1990).
    """

    vocabulary: tuple[str, ...]
    preparation: Preparation
    weights: Array
    """`(n_words,)`: the rarer a word the higher."""
    basis: Array
    """`(n_words, n_features)`."""

    kind = "texts"

    @property
    def names(self) -> list[str]:
        return list(self.vocabulary)

    def bag(self, texts: Sequence[str] | NDArray[Any]) -> Bag:
        return encode(words(pl.Series("text", list(texts), dtype=pl.String)), self.vocabulary, self.preparation)

    def transform(self, values: Sequence[str] | NDArray[Any], *, whole: bool = False) -> Array:
        """Features `(n, n_features)` of texts `(n,)`."""
        return self.of_bag(self.bag(values))

    def of_bag(self, bag: Bag) -> Array:
        found = np.asarray(weighed(bag, self.weights) @ self.basis)
        lengths = np.sqrt((found * found).sum(axis=1))
        return np.asarray(found / np.where(lengths > 0, lengths, 1.0)[:, None])

    def silent(self, values: Sequence[str] | NDArray[Any]) -> NDArray[np.bool_]:
        """Texts without a word that counts, `(n,)`."""
        return np.asarray(self.bag(values).lengths == 0)


Features = TableFeatures | PictureFeatures | TextFeatures


def of_table(
    values: NDArray[Any], columns: Sequence[Column]
) -> tuple[TableFeatures, NDArray[np.int64], dict[str, str]]:
    """What rows are compared by, the places of the columns that takes, and the other columns with the reason.

    `values` `(n, n_columns)`: numbers, categories as their places, NaN where missing. Raises DataError where no column
    is left.
    """
    values = np.asarray(values, np.float64)
    used: list[int] = []
    aside: dict[str, str] = {}
    measures: list[tuple[float, ...]] = []
    slots, shares = [np.zeros(0, np.int64)], [np.zeros(0)]
    for place, column in enumerate(columns):
        known = values[~np.isnan(values[:, place]), place]
        if len(known) and np.abs(known).max() > LARGEST:
            largest = np.abs(known).max()
            raise DataError(f"column {column.name!r} holds {largest:g} in size; expected at most {LARGEST:g}")
        if not len(known) or len(known) < (1 - MOST_MISSING) * len(values):
            aside[column.name] = f"{100 * (1 - len(known) / len(values)):.0f} % of its cells are missing"
        elif known.min() == known.max():
            aside[column.name] = "all its values are the same"
        else:
            used.append(place)
            measures.append((0.0, 1.0, 0.0, 1.0, -1.0) if column.kind == "category" else _measures(known))
            if column.kind == "category":
                own, part = _slots(known.astype(np.int64), len(column.categories))
                slots.append(own)
                shares.append(part)
    if not used:
        raise DataError("no column is left that rows could be told apart by: each is constant or mostly missing")
    centre, scale, low, high, shift = np.array(measures).T.copy()
    kept = tuple(columns[place] for place in used)
    found = TableFeatures(kept, centre, scale, low, high, shift, np.concatenate(slots), np.concatenate(shares))
    return found, np.array(used), aside


def of_pictures(values: NDArray[Any], spec: InputSpec) -> PictureFeatures:
    """What pictures are compared by. `values` `(n, H, W, C)`."""
    found = hog(values[:LEARNED]).astype(np.float64)
    mean = found.mean(axis=0)
    _, sizes, directions = np.linalg.svd(found - mean, full_matrices=False)
    kept = int((sizes[:MOST_COMPONENTS] > 1e-9 * max(sizes[0], 1e-300)).sum())
    if sizes[0] < 1e-9:
        raise DataError("all pictures look the same by their edges; expected pictures that differ")
    return PictureFeatures(spec, mean, _signed(directions[:kept].T))


def of_texts(texts: Sequence[str] | NDArray[Any], language: str = "en") -> TextFeatures:
    """What texts are compared by. Raises DataError when they leave too few words."""
    how = Preparation(tuple(sorted(stop_words(language))))
    bag = prepare(words(pl.Series("text", list(texts), dtype=pl.String)), how)
    filled = int((bag.lengths > 0).sum())
    if len(bag.vocabulary) < 3 or filled < 3:
        raise DataError(
            f"the texts leave {len(bag.vocabulary)} words in {filled} texts; groups need 3 and more of both"
        )
    places = bag.counts()[1]
    standing = np.bincount(places, minlength=len(bag.vocabulary))
    if len(standing) > MOST_WORDS:
        kept = np.sort(np.argsort(-standing, kind="stable")[:MOST_WORDS])
        return _texts(encode_again(bag, kept), standing[kept], how)
    return _texts(bag, standing, how)


def encode_again(bag: Bag, kept: NDArray[np.int64]) -> Bag:
    """The same texts in terms of some of the words."""
    place = np.full(len(bag.vocabulary), -1)
    place[kept] = np.arange(len(kept))
    ids = place[bag.ids]
    lengths = np.bincount(bag.owners[ids >= 0], minlength=bag.n_texts)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Bag(tuple(bag.vocabulary[i] for i in kept.tolist()), ids[ids >= 0].astype(np.int32), offsets)


def weighed(bag: Bag, weights: Array) -> Any:
    """Words of texts as `(1 + log times) * weight`, each text of length 1; sparse `(n_texts, n_words)`."""
    rows, places, times = bag.counts()
    found = (1 + np.log(times)) * weights[places]
    lengths = np.sqrt(np.bincount(rows, weights=found * found, minlength=bag.n_texts))
    return csr_matrix((found / lengths[rows], (rows, places)), shape=(bag.n_texts, len(weights)))


def _texts(bag: Bag, standing: NDArray[np.int64], how: Preparation) -> TextFeatures:
    weights = np.log((1 + bag.n_texts) / (1 + standing)) + 1
    found = weighed(bag, weights)[:LEARNED]
    n_components = min(MOST_COMPONENTS, min(found.shape) - 1)
    _, sizes, directions = svds(found, k=n_components, v0=np.ones(min(found.shape)))
    order = np.argsort(-sizes, kind="stable")
    return TextFeatures(bag.vocabulary, how, weights, _signed(directions[order].T))


def _signed(basis: Array) -> Array:
    """Directions `(n, n_directions)` that point to where their largest entry is above 0."""
    largest = basis[np.abs(basis).argmax(axis=0), np.arange(basis.shape[1])]
    return np.ascontiguousarray(basis * np.where(largest < 0, -1.0, 1.0))


def _measures(known: Array) -> tuple[float, ...]:
    """Mean and standard deviation once outlying values are pulled in, the ends they are pulled in to, and the shift."""
    shift = _shift(known)
    if shift >= 0:
        known = np.log(known + shift)
    lower, middle, upper = np.quantile(known, (0.25, 0.5, 0.75))
    reach = REACH * (upper - lower) / SPREAD
    low, high = float(known.min()), float(known.max())
    if reach > 0:
        low, high = max(low, float(middle - reach)), min(high, float(middle + reach))
    inside = np.clip(known, low, high)
    return float(inside.mean()), float(inside.std()) or 1.0, low, high, shift


def _shift(known: Array) -> float:
    """What is added before the logarithm is taken: the smallest number above 0 where there are zeros; -1 for none."""
    if known.min() < 0 or len(np.unique(known)) <= FEW_VALUES:
        return -1.0
    shift = float(known[known > 0].min()) if known.min() == 0 else 0.0
    small, large = np.quantile(known + shift, (0.05, 0.95))
    skewed = _skewness(known)
    return shift if large >= SPAN * small and abs(_skewness(np.log(known + shift))) < skewed else -1.0


def _skewness(values: Array) -> float:
    away = values - values.mean()
    spread = float(np.sqrt((away * away).mean()))
    return float(((away / spread) ** 3).mean()) if spread > 0 else 0.0


def _slots(known: NDArray[np.int64], n: int) -> tuple[NDArray[np.int64], Array]:
    """The slot of each category, the rarer ones sharing the last; and the share of each slot."""
    counts = np.bincount(known, minlength=n)
    order = np.argsort(-counts, kind="stable")
    slots = np.full(n, min(n, MOST_CATEGORIES))
    alone = np.sort(order[:MOST_CATEGORIES])
    slots[alone] = np.arange(len(alone))
    return slots, np.bincount(slots[known], minlength=int(slots.max()) + 1) / len(known)
