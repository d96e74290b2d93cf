"""How much a model leans on each column: how far its answers get worse when the column's values are exchanged.

A column that nothing depends on may be exchanged at no loss. The interval is about new rows: it comes from how much the
loss differs between units, those that are answered and those that lend their values, so that few rows, or few groups,
give a wide one. Columns that go together are exchanged together too, because one stands in for the other.

Sources: L. Breiman, Machine Learning 45, 2001; A. Fisher, C. Rudin, F. Dominici, Journal of Machine Learning Research
20 (177), 2019 (the estimator is their U-statistic, drawn at random; its spread is that of its projections).
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
from .figures import Array, around, undefined, without_range
from .together import together

SCHEMA = 1
REPEATS = 10
MOST_ROWS = 2_000
MOST_ANSWERS = 500_000
"""So many answers of the model are asked for at once at most."""
Predict = Callable[[Array], NDArray[Any]]
"""Values `(n, p)` -> numbers `(n,)`, or probabilities `(n, n_classes)`."""


@dataclass(frozen=True)
class Held:
    """Rows (positions) that a model did not learn from, and what it answers."""

    predict: Predict
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Importance(Record):
    """Of one column, or of several exchanged together."""

    columns: tuple[str, ...]
    loss: Figure
    """What exchanging costs: of numbers, the share of the target's variance (R2 lost); of classes, the mean squared
    error of the probabilities (Brier). The interval holds for all columns of the record together."""
    plain: Figure
    """The same in plain terms: by how much the mean error grows; which share of right answers is lost."""

    @property
    def shown(self) -> bool:
        """Whether the loss is more than chance: its interval lies above zero."""
        return self.loss.low is not None and self.loss.low > 0

    def to_json(self) -> dict[str, Any]:
        figures = {"loss": self.loss.to_json(), "plain": self.plain.to_json()}
        return {"columns": list(self.columns), **figures, "shown": self.shown}


@dataclass(frozen=True)
class Importances(Record):
    """The importance of each column, the largest first, and of columns that go together."""

    task: str
    way: str
    """In words: which model answered for which rows."""
    n_items: int
    n_units: int
    n_repeats: int
    score: Figure
    """R2, or the share of right answers, before anything is exchanged."""
    columns: tuple[Importance, ...]
    groups: tuple[Importance, ...]

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("task", "way", "n_items", "n_units", "n_repeats")}
        return {
            "schema": SCHEMA,
            **plain,
            "score": self.score.to_json(),
            "columns": [one.to_json() for one in self.columns],
            "groups": [one.to_json() for one in self.groups],
        }


def importances(
    model: Predict | Sequence[Held],
    values: Array,
    columns: Sequence[Column],
    target: NDArray[Any],
    units: NDArray[np.int64] | None = None,
    *,
    classes: Sequence[str] = (),
    way: str = "",
    n_repeats: int = REPEATS,
    seed: int = 0,
    on_step: Callable[[int, int], None] | None = None,
) -> Importances:
    """Exchange the values of each column of `values` `(n, p)` and see how much worse `target` `(n,)` is answered.

    The model must not have learned from these rows, or what it learned by heart would seem to matter: `model` is one
    that did not, or several that each answer for the rows that they did not learn from (cross-fitting). `target` holds
    numbers, or labels of `classes` in the order of the probabilities. `units` says which rows belong together. Of more
    than 2,000 rows so many are taken by chance. `on_step` is told how many columns are done.
    """
    rng = generator(seed, "importance")
    every = [Held(model, np.arange(len(values)))] if callable(model) else model
    chosen = np.zeros(len(values), bool)
    chosen[rng.permutation(len(values))[:MOST_ROWS]] = True
    held = [Held(one.predict, np.sort(one.rows[chosen[one.rows]])) for one in every]
    some = np.concatenate([one.rows for one in held])
    ends = np.cumsum([len(one.rows) for one in held])
    values, target = values[some], target[some]
    unit = numbered(np.arange(len(values)) if units is None else units[some])
    n, n_units = len(values), int(unit.max()) + 1 if len(unit) else 0
    truth = target.astype(np.float64) if not classes else _codes(target, classes)
    task = "classification" if classes else "regression"
    parts = [(one.predict, slice(int(end) - len(one.rows), int(end))) for one, end in zip(held, ends, strict=True)]
    before = np.concatenate([_losses(predict(values[part]), truth[part], task) for predict, part in parts], axis=1)
    variance = float(np.var(truth)) if task == "regression" else 1.0
    sets = [(place,) for place in range(len(columns))] + together(values, columns)
    found = []
    for done, exchanged in enumerate(sets):
        donors = np.empty((n_repeats, n), np.int64)
        more = np.empty((2, n_repeats, n))
        for predict, part in parts:
            size = part.stop - part.start
            donors[:, part] = part.start + np.stack([rng.permutation(size) for _ in range(n_repeats)])
            after = _exchanged(predict, values, truth, part, donors[:, part], list(exchanged), task)
            more[:, :, part] = after - before[:, None, part]
        names = tuple(columns[place].name for place in exchanged)
        figures = [
            _figure(worse, donors, unit, n_units, len(sets), scale=scale)
            for worse, scale in zip(more, (variance, 1.0), strict=True)
        ]
        found.append(Importance(names, *figures))
        if on_step is not None:
            on_step(done + 1, len(sets))
    n_columns = len(columns)
    order, groups = (
        tuple(sorted(some_of, key=lambda one: (-(one.loss.value or 0.0), one.columns)))
        for some_of in (found[:n_columns], found[n_columns:])
    )
    loss, plain = before.mean(axis=1) if n else (np.nan, np.nan)
    score = 1 - loss / variance if task == "regression" and variance > 0 else 1 - plain
    what = "R2 before anything is exchanged" if task == "regression" else "share of right answers before"
    return Importances(task, way, n, n_units, n_repeats, without_range(float(score), n, what), order, groups)


def _exchanged(
    predict: Predict, values: Array, truth: Array, part: slice, donors: NDArray[np.int64], columns: list[int], task: str
) -> Array:
    """Losses `(2, n_repeats, size)` of the rows of `part` with columns taken from `donors` `(n_repeats, size)`."""
    n_repeats, size = donors.shape
    losses = np.empty((2, n_repeats, size))
    at_once = max(1, MOST_ANSWERS // max(size, 1))
    for start in range(0, n_repeats, at_once):
        rows = donors[start : start + at_once]
        tried = np.tile(values[part], (len(rows), 1))
        tried[:, columns] = values[rows.ravel()][:, columns]
        pair = _losses(predict(tried), np.tile(truth[part], len(rows)), task)
        losses[:, start : start + at_once] = pair.reshape(2, len(rows), size)
    return losses


def _codes(labels: NDArray[Any], classes: Sequence[str]) -> Array:
    """Positions of labels among the classes; -1 for one that the model does not know."""
    known = {name: place for place, name in enumerate(classes)}
    return np.array([known.get(str(label), -1) for label in labels], dtype=np.float64)


def _losses(answers: NDArray[Any], truth: Array, task: str) -> Array:
    """Two losses of each row `(2, n)`: squared and plain."""
    if task == "regression":
        error = answers.astype(np.float64) - truth
        return np.stack([error**2, np.abs(error)])
    codes = truth.astype(np.int64)
    wanted = (codes[:, None] == np.arange(answers.shape[1])).astype(np.float64)
    wrong = (answers.argmax(axis=1) != codes).astype(np.float64)
    return np.stack([((answers.astype(np.float64) - wanted) ** 2).sum(axis=1), wrong])


def _figure(more: Array, donors: NDArray[np.int64], unit: NDArray[np.int64], n_units: int, tests: int, *, scale: float
            ) -> Figure:  # fmt: skip
    """The mean of `more` `(n_repeats, n)`, what each exchange cost, with its interval over units."""
    n_repeats, n = more.shape
    if n_units < 2:
        return undefined(n, "not defined: it takes two rows, or two groups of rows")
    if not scale > 0:
        return undefined(n, "not defined: the target is the same in every row")
    if not more.any():
        return Figure(0.0, None, None, n, "no interval: exchanging it changes no answer; the model does not use it")
    value = float(more.mean())
    lent = np.zeros(n)
    np.add.at(lent, donors.ravel(), more.ravel())
    share = (more.mean(axis=0) - value) + (lent / n_repeats - value)
    sums = np.bincount(unit, share, n_units)
    error = float(np.sqrt(n_units / (n_units - 1) * (sums**2).sum())) / n
    counted = "rows" if n_units == n else "groups"
    method = f"{n_repeats} exchanges, over {n_units:,} {counted}, 95 % for {tests} tests together"
    return around(value / scale, error / scale, n_units - 1, n, method, tests=tests)
