"""How the answer changes with one column: partial dependence, with the spread over rows and where the data lie.

The model is asked about the same rows again and again, with one column set to each of a few values. Each row by itself
gives a line (individual conditional expectation); their mean is the partial dependence. It is about the model, not
about the world; and where columns go together it asks about rows that do not exist.

Sources: J. Friedman, Annals of Statistics 29, 2001; A. Goldstein et al., Journal of Computational and Graphical
Statistics 24, 2015.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column, Figure
from ..core.seeds import generator
from ..core.views import Record
from ..evaluate.chance import numbered
from .figures import Array, around, undefined

SCHEMA = 1
POINTS = 21
"""Values that a number is set to: quantiles of the data between the first and the last per cent."""
MOST_ROWS = 500
LINES = 24
"""Rows whose own line is kept for the figure."""
MOST_VALUES = 20
"""Of a category with more values, the most frequent are asked about."""
MOST_CURVES = 6
Predict = Callable[[Array], NDArray[Any]]


@dataclass(frozen=True)
class Curve(Record):
    """The answer at each point: of a number to learn, or the probability of one class."""

    answer: str
    """The class; empty for numbers."""
    mean: tuple[Figure, ...]
    """Over the rows, with its interval over units."""
    low: tuple[float, ...]
    """Nine of ten rows change at least so from their own mean over the points: the 10 % point of the lines, centred."""
    high: tuple[float, ...]
    """The 90 % point."""
    lines: tuple[tuple[float, ...], ...]
    """Some rows, each with its own line."""

    @property
    def span(self) -> float:
        """From the lowest to the highest mean."""
        values = [one.value for one in self.mean if one.value is not None]
        return max(values) - min(values) if values else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "answer": self.answer,
            "mean": [one.to_json() for one in self.mean],
            "spread": [list(pair) for pair in zip(self.low, self.high, strict=True)],
            "lines": [list(line) for line in self.lines],
        }


@dataclass(frozen=True)
class Dependence(Record):
    """Of one column."""

    column: str
    kind: str
    at: tuple[float, ...]
    """What it was set to; of a category, positions of its values."""
    names: tuple[str, ...]
    """Of a category: its values at `at`; empty for numbers."""
    rows: tuple[int, ...]
    """How many of the rows that were learned from lie nearest to each point."""
    n_items: int
    curves: tuple[Curve, ...]
    reason: str = ""
    """Why there is none."""

    @property
    def span(self) -> float:
        return max((curve.span for curve in self.curves), default=0.0)

    def to_json(self) -> dict[str, Any]:
        return {
            "column": self.column,
            "kind": self.kind,
            "at": list(self.names or self.at),
            "rows": list(self.rows),
            "n_items": self.n_items,
            "curves": [curve.to_json() for curve in self.curves],
            "reason": self.reason,
        }


def dependence(
    predict: Predict,
    values: Array,
    columns: Sequence[Column],
    place: int,
    units: NDArray[np.int64] | None = None,
    *,
    classes: Sequence[str] = (),
    learned: Array | None = None,
    seed: int = 0,
) -> Dependence:
    """Partial dependence on the column at `place`, over at most 500 rows of `values` `(n, p)`.

    `learned` `(m,)` holds the column's values in the rows that were learned from (default: those of `values`): they
    give the points and say where the data lie. `units` says which rows belong together. With `classes`, `predict` gives
    probabilities; of more than six classes the ones that change most are kept.
    """
    column = columns[place]
    known = values[:, place] if learned is None else learned
    known = known[~np.isnan(known)]
    at, rows = _points(known, column)
    some = np.sort(generator(seed, "dependence").permutation(len(values))[:MOST_ROWS])
    unit = numbered(np.arange(len(values)) if units is None else units)[some]
    names = tuple(column.categories[int(code)] for code in at) if column.kind == "category" else ()
    empty = Dependence(column.name, column.kind, tuple(at.tolist()), names, tuple(rows.tolist()), len(some), ())
    if len(at) < 2:
        return Dependence(column.name, column.kind, (), (), (), len(some), (), "it has fewer than two values")
    tried = np.tile(values[some], (len(at), 1))
    tried[:, place] = np.repeat(at, len(some))
    answers = predict(tried).astype(np.float64).reshape(len(at), len(some), -1)
    curves = [
        _curve(answers[:, :, k], unit, str(classes[k]) if classes else "")
        for k in ([1] if len(classes) == 2 else range(answers.shape[2]))
    ]
    kept = sorted(sorted(range(len(curves)), key=lambda k: -curves[k].span)[:MOST_CURVES])
    return Dependence(
        empty.column, empty.kind, empty.at, empty.names, empty.rows, empty.n_items, tuple(curves[k] for k in kept)
    )


def _points(known: Array, column: Column) -> tuple[Array, NDArray[np.int64]]:
    """What the column is set to, and how many of the known values lie nearest to each."""
    if column.kind == "category":
        counts = np.bincount(known.astype(np.int64), minlength=len(column.categories))
        there = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], code))[:MOST_VALUES]
        codes = np.array(sorted(there), dtype=np.int64)
        return codes.astype(np.float64), counts[codes]
    distinct = np.unique(known)
    if len(distinct) > POINTS:
        quantiles = np.quantile(known, np.linspace(0.01, 0.99, POINTS), method="inverted_cdf")
        distinct = np.unique(quantiles)
    if not len(distinct):
        return distinct, np.empty(0, np.int64)
    middle = (distinct[1:] + distinct[:-1]) / 2
    return distinct, np.bincount(np.searchsorted(middle, known), minlength=len(distinct))


def _curve(answers: Array, unit: NDArray[np.int64], name: str) -> Curve:
    """From answers `(n_points, n)`."""
    n = answers.shape[1]
    found = np.unique(unit, return_inverse=True)[1]
    n_units = int(found.max()) + 1
    mean = answers.mean(axis=1)
    counted = "rows" if n_units == n else "groups"
    figures = []
    for value, row in zip(mean.tolist(), answers, strict=True):
        if n_units < 2:
            figures.append(undefined(n, "no interval: a single row, or group") if n == 0 else
                           Figure(value, None, None, n, f"no interval: one of the {counted} alone"))  # fmt: skip
            continue
        sums = np.bincount(found, row - value, n_units)
        error = float(np.sqrt(n_units / (n_units - 1) * (sums**2).sum())) / n
        method = f"mean answer for {n:,} rows, Student's t over {n_units:,} {counted}, 95 %"
        figures.append(around(value, error, n_units - 1, n, method))
    centred = answers - answers.mean(axis=0)
    low, high = np.quantile(centred, [0.1, 0.9], axis=1)
    lines = answers[:, np.linspace(0, n - 1, min(LINES, n)).astype(int)].T
    return Curve(name, tuple(figures), tuple(low.tolist()), tuple(high.tolist()), tuple(map(tuple, lines.tolist())))
