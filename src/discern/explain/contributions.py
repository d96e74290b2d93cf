"""Why this answer: what each column of one row adds to the mean answer. The parts add up to the answer.

Where the columns' effects simply add up in the model (a linear one), a part is exact: the effect at this row less its
mean. Else it is Shapley's value: the mean of what the column adds over all orders in which columns may become known,
with rows that were learned from standing in for what is not yet known. All orders are gone through where columns are
few; else orders are drawn by chance, each with its reverse, and every part has an interval.

Sources: L. Shapley, 1953; E. Štrumbelj, I. Kononenko, Knowledge and Information Systems 41, 2014; each order
with its reverse: R. Mitchell et al., Journal of Machine Learning Research 23 (43), 2022.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column, Figure
from ..core.seeds import generator
from ..core.views import Record
from .figures import Array, around, without_range

SCHEMA = 1
FEW = 8
"""With so many columns all orders are gone through, by way of all sets of columns."""
ORDERS = 100
"""Pairs of an order and its reverse that are drawn."""
BACKGROUND = 100
AGREE = 1e-7
Predict = Callable[[Array], NDArray[Any]]
"""Values `(n, p)` -> numbers `(n,)`: the predictions, or the probability of one class."""


@dataclass(frozen=True)
class Part(Record):
    """What one column adds."""

    column: str
    value: str
    """What the row holds there, in words."""
    adds: Figure

    def to_json(self) -> dict[str, Any]:
        return {"column": self.column, "value": self.value, "adds": self.adds.to_json()}


@dataclass(frozen=True)
class Contributions(Record):
    """One answer, from the mean answer to its own."""

    item: str
    answer: str
    """Of classes: the label whose probability this is; else empty."""
    base: Figure
    """The mean answer over the rows that stand in."""
    prediction: Figure
    parts: tuple[Part, ...]
    """The largest first; they add up to the prediction less the base."""
    way: str
    """How they were found, in a sentence."""
    run: str = ""
    target: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "run": self.run,
            "target": self.target,
            "item": self.item,
            "answer": self.answer,
            "base": self.base.to_json(),
            "prediction": self.prediction.to_json(),
            "parts": [part.to_json() for part in self.parts],
            "way": self.way,
        }


def contributions(
    predict: Predict,
    row: Array,
    columns: Sequence[Column],
    background: Array,
    *,
    item: str = "",
    answer: str = "",
    shown: Sequence[str] = (),
    prediction: Figure | None = None,
    seed: int = 0,
) -> Contributions:
    """The parts of the answer for `row` `(p,)`; `background` `(m, p)` holds rows that were learned from.

    `shown` says in words what the row holds in each column (default: its numbers and categories), `prediction` is the
    answer with its interval where the model states one.
    """
    rng = generator(seed, "contributions")
    p = len(columns)
    background = background[np.sort(rng.permutation(len(background))[:BACKGROUND])]
    n = len(background)
    base = predict(background).astype(np.float64)
    value = float(predict(row[None])[0])
    mean = float(base.mean())
    alone = _alone(predict, row, background, base)
    if _adds_up(predict, row, background, base, alone, value):
        parts = [without_range(one, n, "exact") for one in (alone + (value - mean - alone.sum()) / p).tolist()]
        way = "Exact: in this model the effects of the columns add up, and each part is the effect here less its mean."
    elif p <= FEW:
        exact = _all_orders(predict, row, background, mean, value)
        parts = [without_range(one, n, "Shapley's value, all orders") for one in exact.tolist()]
        way = (
            "Each part is what the column adds on average over all orders in which columns may become known (Shapley's "
            f"value), with {n:,} rows that were learned from standing in for what is not known yet."
        )
    else:
        drawn = _orders(predict, row, background, rng)
        error = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
        # the drawn rows' mean answer differs a little from the mean of all: the parts share what is left between them
        found = drawn.mean(axis=0)
        weight = error**2 / (error**2).sum() if (error > 0).any() else np.full(p, 1 / p)
        found = found + weight * (value - mean - found.sum())
        method = f"Shapley's value, {2 * len(drawn)} orders drawn, 95 %"
        parts = [
            around(one, wide, len(drawn) - 1, n, method)
            for one, wide in zip(found.tolist(), error.tolist(), strict=True)
        ]
        way = (
            f"Each part is what the column adds on average over {2 * len(drawn)} orders, drawn by chance, in which "
            f"columns may become known (Shapley's value), with {n:,} rows that were learned from standing in for what "
            "is not known yet."
        )
    words = list(shown) or [said(row[place], column) for place, column in enumerate(columns)]
    listed = [Part(column.name, word, part) for column, word, part in zip(columns, words, parts, strict=True)]
    listed.sort(key=lambda part: (-abs(part.adds.value or 0.0), part.column))
    whole = prediction or without_range(value, n, "the model's answer")
    mean_figure = around(mean, float(base.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan, max(n - 1, 1), n,
                         f"mean answer for {n:,} rows that were learned from, 95 %")  # fmt: skip
    if n == 1:
        mean_figure = without_range(mean, n, "the answer for the one row that was learned from")
    return Contributions(item, answer, mean_figure, whole, tuple(listed), way)


def said(value: float, column: Column) -> str:
    """What a cell holds, in words."""
    if math.isnan(value):
        return "(no value)"
    if column.kind == "category":
        return column.categories[int(value)]
    if column.kind == "date":
        return str(np.datetime64(int(value), "D"))
    return f"{value:,.6g}"


def _alone(predict: Predict, row: Array, background: Array, base: Array) -> Array:
    """The mean change when one column alone becomes the row's, `(p,)`."""
    p = len(row)
    tried = np.tile(background, (p, 1))
    for place in range(p):
        tried[place * len(background) : (place + 1) * len(background), place] = row[place]
    changed: Array = predict(tried).astype(np.float64).reshape(p, -1).mean(axis=1) - base.mean()
    return changed


def _adds_up(predict: Predict, row: Array, background: Array, base: Array, alone: Array, value: float) -> bool:
    """Whether the columns' effects simply add up: for the whole row, and for halves of it in each other row."""
    size = max(float(np.abs(base).max()), abs(value), float(np.abs(alone).max(initial=0.0)), 1e-300)
    if abs(base.mean() + alone.sum() - value) > AGREE * size:
        return False
    half = np.arange(len(row)) % 2 == 0
    mixed, other = np.where(half, row, background), np.where(half, background, row)
    both = predict(mixed).astype(np.float64) + predict(other).astype(np.float64)
    return bool((np.abs(both - base - value) <= 4 * AGREE * size).all())


def _all_orders(predict: Predict, row: Array, background: Array, mean: float, value: float) -> Array:
    """Shapley's values `(p,)` from the mean answer with every set of columns known."""
    p = len(row)
    sets = (np.arange(2**p)[:, None] >> np.arange(p)) & 1
    answers = np.empty(2**p)
    for code in range(2**p):
        answers[code] = predict(np.where(sets[code] == 1, row, background)).astype(np.float64).mean()
    answers[0], answers[-1] = mean, value
    sizes = sets.sum(axis=1)
    weight = np.array([math.factorial(size) * math.factorial(p - size - 1) for size in range(p)]) / math.factorial(p)
    found = np.empty(p)
    for place in range(p):
        without = np.flatnonzero(sets[:, place] == 0)
        found[place] = (weight[sizes[without]] * (answers[without + 2**place] - answers[without])).sum()
    return found


def _orders(predict: Predict, row: Array, background: Array, rng: np.random.Generator) -> Array:
    """What each column added, the mean of an order and its reverse, `(ORDERS, p)`."""
    p = len(row)
    found = np.zeros((ORDERS, p))
    for number in range(ORDERS):
        order = rng.permutation(p)
        start = background[number % len(background)]
        for way in (order, order[::-1]):
            steps = np.tile(start, (p + 1, 1))
            for depth, place in enumerate(way.tolist()):
                steps[depth + 1 :, place] = row[place]
            found[number, way] += np.diff(predict(steps).astype(np.float64)) / 2
    return found
