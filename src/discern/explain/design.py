"""A table as columns of a linear model: numbers as they are, categories against a reference, gaps filled and marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column
from .figures import Array

LEVELS = 20
"""Of a category with more values, the most frequent ones stand for themselves and the others stand together."""
NO_VALUE, OTHERS = "(no value)", "(other values)"


@dataclass(frozen=True)
class Term:
    """One column of a design."""

    column: int
    """Position of the table's column that it was made from."""
    name: str
    reference: str = ""
    """Of a category: the value that it is held against."""


@dataclass(frozen=True)
class Design:
    """Columns of a linear model, `(n, q)`, without the constant one."""

    matrix: Array
    terms: tuple[Term, ...]

    def of(self, column: int) -> list[int]:
        """Positions of the terms that were made from a column of the table."""
        return [place for place, term in enumerate(self.terms) if term.column == column]

    def rests_on(self, units: NDArray[np.int64]) -> list[int]:
        """Of each term, in how many units it has another value than its commonest: all that its coefficient rests on.

        `units` numbers the unit of each row from 0 without gaps, `(n,)`.
        """
        order = np.argsort(units, kind="stable")
        starts = np.flatnonzero(np.diff(units[order], prepend=-1))
        low, high = (by.reduceat(self.matrix[order], starts, axis=0) for by in (np.minimum, np.maximum))
        found = []
        for place in range(len(self.terms)):
            alike = low[low[:, place] == high[:, place], place]
            found.append(len(starts) - int(np.unique(alike, return_counts=True)[1].max(initial=0)))
        return found


def design(values: Array, columns: Sequence[Column]) -> Design:
    """The terms of every column of `values` `(n, p)`; NaN is a missing value, categories are positions.

    A missing number becomes the median, and a term of its own says where. What never changes gives no term.
    """
    found: list[Array] = []
    terms: list[Term] = []
    for place, column in enumerate(columns):
        made = _levels(values[:, place], column) if column.kind == "category" else _number(values[:, place], column)
        for name, reference, term in made:
            if np.ptp(term) > 0:
                found.append(term)
                terms.append(Term(place, name, reference))
    matrix = np.stack(found, axis=1) if found else np.empty((len(values), 0))
    return Design(matrix, tuple(terms))


def filled(values: Array) -> Array:
    """A column `(n,)` with its median in place of what is missing; zeros where nothing is known."""
    missing = np.isnan(values)
    middle = float(np.median(values[~missing])) if not missing.all() else 0.0
    return np.where(missing, middle, values)


def _number(values: Array, column: Column) -> list[tuple[str, str, Array]]:
    return [
        (column.name, "", filled(values)),
        (f"{column.name} is missing", "", np.isnan(values).astype(np.float64)),
    ]


def _levels(values: Array, column: Column) -> list[tuple[str, str, Array]]:
    codes = np.where(np.isnan(values), len(column.categories), values).astype(np.int64)
    counts = np.bincount(codes, minlength=len(column.categories) + 1)
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], code))
    if len(order) > LEVELS:
        rare = order[LEVELS - 1 :]
        codes = np.where(np.isin(codes, rare), len(column.categories) + 1, codes)
        order = [*order[: LEVELS - 1], len(column.categories) + 1]
    names = [*column.categories, NO_VALUE, OTHERS]
    reference, *others = order or [0]
    return [
        (f"{column.name}: {names[code]}", names[reference], (codes == code).astype(np.float64))
        for code in sorted(others)
    ]
