"""What a model leaves over, and which rows pull it: residuals, outliers, leverage and Cook's distance.

`leftovers` is about the model that answers, on rows that it did not learn from. `influence` is about a linear model of
the rows themselves, where leaving a row out can be computed without fitting again.

Sources: R. D. Cook, Technometrics 19, 1977; D. Belsley, E. Kuh, R. Welsch, Regression Diagnostics, 1980; T. Breusch, A.
Pagan, Econometrica 47, 1979, in R. Koenker's form, Journal of Econometrics 17, 1981.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..core.records import Column, Figure
from ..core.views import Record
from ..evaluate.chance import SHOWN, numbered
from .design import Design, design
from .figures import Array, around, two_sided, undefined, without_range
from .linear import FULL, independent, least_squares

SCHEMA = 1
LISTED = 20
"""So many outliers, and so many influential rows, are named."""
POINTS = 1_500
"""So many residuals are kept for the figure."""


@dataclass(frozen=True)
class Pulling(Record):
    """One row and what it does to a linear model."""

    item: str
    target: float
    answer: float
    """Of the linear model, this row among those it was fitted to."""
    studentised: Figure
    """The residual in its own standard errors, the row left out."""
    p: Figure
    """Of so large a residual among all rows (Bonferroni)."""
    leverage: Figure
    """How far the row decides its own answer, from 1 / n to 1."""
    cook: Figure
    """Cook's distance."""
    moved: str
    """The term whose coefficient changes most without the row; empty where none does."""
    before: float
    after: float
    """That coefficient with and without the row."""
    in_errors: Figure
    """By how many of its standard errors it changes (DFBETAS)."""

    @property
    def outlier(self) -> bool:
        return self.p.value is not None and self.p.value <= SHOWN

    def to_json(self) -> dict[str, Any]:
        figures = ("studentised", "p", "leverage", "cook", "in_errors")
        plain = ("item", "target", "answer", "moved", "before", "after")
        return {name: getattr(self, name) for name in plain} | {name: getattr(self, name).to_json() for name in figures}


@dataclass(frozen=True)
class Influence(Record):
    """Outliers and influential rows of a linear model."""

    n_items: int
    bound: Figure
    """Cook's distance from which a row is called influential: the middle of F(k, n - k), as he proposed."""
    outliers: tuple[Pulling, ...]
    """The clearest first."""
    influential: tuple[Pulling, ...]
    n_outliers: int
    n_influential: int
    largest: tuple[Pulling, ...]
    """The rows of the largest Cook's distances, whether or not any is called influential."""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        lists = {
            name: [one.to_json() for one in getattr(self, name)] for name in ("outliers", "influential", "largest")
        }
        plain = {name: getattr(self, name) for name in ("n_items", "n_outliers", "n_influential", "reason")}
        return {"schema": SCHEMA, **plain, "bound": self.bound.to_json(), **lists}


@dataclass(frozen=True)
class Influences:
    """The same numbers for every row, `(n,)` each; for tests and figures."""

    leverage: Array
    studentised: Array
    """By a model without the row."""
    cook: Array
    change: Array
    """Of each coefficient when a row is left out, in standard errors, `(n, k)`, the constant first (DFBETAS)."""
    shift: Array
    """The same in the coefficient's own units (DFBETA)."""


def influences(matrix: Array, target: Array) -> Influences:
    """Of every row of a linear model with independent columns `matrix` `(n, q)`. Oracle: statsmodels' OLSInfluence."""
    fit = least_squares(matrix, target)
    n, k = fit.matrix.shape
    left = np.maximum(1 - fit.leverage, 0.0)
    open_rows = left > FULL
    safe = np.where(open_rows, left, 1.0)
    inner = np.where(open_rows, fit.residuals / np.sqrt(fit.variance * safe), 0.0) if fit.variance > 0 else np.zeros(n)
    rest = np.maximum(n - k - inner**2, 0.0)
    beyond = np.where(
        inner == 0, 0.0, np.copysign(np.inf, inner)
    )  # without the row, the others fit without a remainder
    outer = np.where(rest > 0, inner * np.sqrt(max(n - k - 1, 0) / np.where(rest > 0, rest, 1.0)), beyond)
    cook = inner**2 / k * fit.leverage / safe
    shift = (fit.matrix @ fit.bread) * np.where(open_rows, fit.residuals / safe, 0.0)[:, None]
    without = fit.variance * rest / max(n - k - 1, 1)
    errors = np.sqrt(np.maximum(without[:, None] * np.diag(fit.bread)[None], 0.0))
    change = np.where(errors > 0, shift / np.where(errors > 0, errors, 1.0), 0.0)
    return Influences(fit.leverage, outer, cook, change, shift)


def influence(values: Array, columns: Sequence[Column], target: Array, items: Sequence[str]) -> Influence:
    """Outliers and influential rows among `values` `(n, p)` with `target` `(n,)`; `items` names the rows."""
    made = design(values, columns)
    kept, _ = independent(made.matrix)
    some = Design(made.matrix[:, kept], tuple(made.terms[place] for place in kept))
    n, k = len(values), len(kept) + 1
    if n <= k + 1 or np.ptp(target) == 0:
        reason = f"{n} rows for {k} coefficients are too few" if n <= k + 1 else "the target is the same in every row"
        return Influence(n, undefined(n, reason), (), (), 0, 0, (), reason)
    found = influences(some.matrix, target)
    fit = least_squares(some.matrix, target)
    bound = float(special.fdtri(k, n - k, 0.5))
    p = np.array([min(1.0, n * two_sided(one, n - k - 1)) for one in found.studentised.tolist()])
    outlying = sorted(np.flatnonzero(p <= SHOWN).tolist(), key=lambda i: (-abs(found.studentised[i]), i))
    pulling = sorted(np.flatnonzero(found.cook > bound).tolist(), key=lambda i: (-found.cook[i], i))
    largest = np.argsort(-found.cook, kind="stable")[:LISTED].tolist()

    def row(i: int) -> Pulling:
        term = int(np.abs(found.change[i, 1:]).argmax()) if k > 1 else -1
        place = term + 1
        before = float(fit.estimates[place])
        student = "residual / its standard error, fitted without the row"
        return Pulling(
            items[i],
            float(target[i]),
            float(target[i] - fit.residuals[i]),
            without_range(float(found.studentised[i]), n, student),
            without_range(float(p[i]), n, f"Student's t, corrected for {n:,} rows (Bonferroni)"),
            without_range(float(found.leverage[i]), n, "diagonal of the hat matrix"),
            without_range(float(found.cook[i]), n, "Cook's distance"),
            some.terms[term].name if term >= 0 else "",
            before,
            before - float(found.shift[i, place]),
            without_range(float(found.change[i, place]), n, "DFBETAS"),
        )

    return Influence(
        n,
        without_range(bound, n, f"the middle of F({k}, {n - k})"),
        tuple(row(i) for i in outlying[:LISTED]),
        tuple(row(i) for i in pulling[:LISTED]),
        len(outlying),
        len(pulling),
        tuple(row(i) for i in largest),
    )


@dataclass(frozen=True)
class Leftovers(Record):
    """Residuals (target less answer) of the model that answers."""

    n_items: int
    mean: Figure
    """Whether answers are too low (above zero) or too high on the whole."""
    spread: Figure
    """Their standard deviation."""
    grows: Figure
    """p of the spread being the same whatever the answer: low where errors grow, or shrink, with the answer."""
    wider: bool
    """Whether they grow with the answer."""
    points: tuple[tuple[float, float], ...]
    """Answer and residual of rows, by answer; of many rows some."""
    farthest: tuple[tuple[str, float, float], ...]
    """Item, target and answer of the rows that the model misses most."""

    @property
    def uneven(self) -> bool:
        return self.grows.value is not None and self.grows.value <= SHOWN

    def to_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name).to_json() for name in ("mean", "spread", "grows")}
        return {
            "schema": SCHEMA,
            "n_items": self.n_items,
            **figures,
            "wider": self.wider,
            "points": [list(point) for point in self.points],
            "farthest": [list(one) for one in self.farthest],
        }


def leftovers(
    answers: Array,
    target: Array,
    items: Sequence[str],
    units: NDArray[np.int64] | None = None,
) -> Leftovers:
    """Residuals of `answers` `(n,)` to `target` `(n,)`; `units` says which rows belong together."""
    n = len(target)
    residuals = target - answers
    unit = numbered(np.arange(n) if units is None else units)
    n_units = int(unit.max()) + 1 if n else 0
    mean = undefined(n, "not defined: it takes two rows, or two groups of rows")
    if n_units > 1:
        value = float(residuals.mean())
        sums = np.bincount(unit, residuals - value, n_units)
        error = math.sqrt(n_units / (n_units - 1) * float((sums**2).sum())) / n
        counted = "rows" if n_units == n else "groups"
        mean = around(value, error, n_units - 1, n, f"Student's t over {n_units:,} {counted}, 95 %")
    spread = without_range(
        float(residuals.std(ddof=1)) if n > 1 else math.nan, n, "standard deviation of the residuals"
    )
    grows, wider = undefined(n, "not tested: too few rows, or one answer for all"), False
    if n >= 10 and np.ptp(answers) > 0 and np.ptp(residuals) > 0:
        line = least_squares(answers[:, None], residuals**2)
        p = float(special.chdtrc(1, n * max(line.r2, 0.0)))
        grows = without_range(p, n, "Breusch and Pagan's test in Koenker's form")
        wider = bool(line.estimates[1] > 0)
    order = np.argsort(answers, kind="stable")
    order = order[np.linspace(0, n - 1, min(n, POINTS)).astype(int)] if n else order
    far = np.argsort(-np.abs(residuals), kind="stable")[:LISTED]
    return Leftovers(
        n, mean, spread, grows, wider,
        tuple((float(answers[i]), float(residuals[i])) for i in order),
        tuple((items[i], float(target[i]), float(answers[i])) for i in far.tolist()),
    )  # fmt: skip
