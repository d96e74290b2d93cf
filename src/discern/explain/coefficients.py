"""What each column goes with, all others held fixed: coefficients with standard errors, tests and intervals.

A number is told by one coefficient; a category by one for each value, against its most frequent one. For numbers to
learn the model is ordinary least squares, for classes it is logistic regression without penalty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column, Figure
from ..core.views import Record
from ..evaluate.chance import SHOWN, holm, numbered
from .design import Design, Term, design
from .figures import Array, around, two_sided, undefined, without_range
from .linear import independent, least_squares
from .logistic import logistic

SCHEMA = 1
CONSTANT = "(constant)"
MOST = 1_500
"""With more coefficients than this none are made: their covariance would be too large to invert."""
ENTANGLED = 10.0
"""From this on a variance is so inflated by other columns that the coefficient alone says little (Kutner et al.)."""
FEW, SHARE = 10, 1 / 3
"""A term that rests on fewer rows than this, and no larger share of all, is not tested: they decide their own answers,
and what is left of them says little of how far off they are. Of 1,000 rows, at 5 %, chance alone is called an effect in
95 % where one carries the term, 21 % where two do, 10 % where five do and 6 % where ten do."""
EQUAL, NORMAL = "ordinary least squares, Student's t, 95 %", "logistic regression, Wald, 95 %"
HC3, UNITS = "errors may be unequal (HC3), 95 %", "rows of a group go together, 95 %"


@dataclass(frozen=True)
class Coefficient(Record):
    """One term: what the answer changes by when it grows by one and every other stays."""

    term: str
    column: str
    """The table's column; empty for the constant."""
    reference: str
    """Of a category: the value that this one is held against."""
    answer: str
    """Of classes: the log-odds of this one against the first; else empty."""
    estimate: Figure
    """With the interval that takes all errors for equally large."""
    error: Figure
    """Its standard error."""
    t: Figure
    p: Figure
    robust: Figure
    """The same estimate with an interval that allows unequal errors, or rows that go together."""
    robust_error: Figure
    corrected: Figure
    """p by the robust error, corrected for all columns together; no value for the constant."""
    scaled: Figure
    """What one standard deviation of the term changes, with the robust interval."""
    inflation: Figure
    """How much the variance is inflated by the other columns (VIF)."""
    untested: str = ""
    """Why it has neither range nor test, as “rests on 1 row”; empty where it has."""

    @property
    def shown(self) -> bool:
        return self.corrected.value is not None and self.corrected.value <= SHOWN

    @property
    def entangled(self) -> bool:
        return (self.inflation.value or 0.0) >= ENTANGLED

    def to_json(self) -> dict[str, Any]:
        figures = ("estimate", "error", "t", "p", "robust", "robust_error", "corrected", "scaled", "inflation")
        words = {name: getattr(self, name) for name in ("term", "column", "reference", "answer", "untested")}
        return words | {name: getattr(self, name).to_json() for name in figures} | {"shown": self.shown}


@dataclass(frozen=True)
class LeftOut(Record):
    """A term without a coefficient, and why."""

    term: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"term": self.term, "reason": self.reason}


@dataclass(frozen=True)
class Coefficients(Record):
    """All coefficients of a linear model of the rows."""

    task: str
    model: str
    """Ordinary least squares or logistic regression."""
    n_items: int
    n_units: int
    reference: str
    """Of classes: the one that the others are held against."""
    fit: Figure
    """R2 on the very rows that were fitted; of classes, the share of the log-likelihood explained (McFadden)."""
    rows: tuple[Coefficient, ...]
    """Those that are not tested last."""
    left_out: tuple[LeftOut, ...]
    reason: str = ""
    """Why there are none."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in ("task", "model", "n_items", "n_units", "reference", "reason")},
            "fit": self.fit.to_json(),
            "rows": [row.to_json() for row in self.rows],
            "left_out": [one.to_json() for one in self.left_out],
        }


def coefficients(
    values: Array, columns: Sequence[Column], target: NDArray[Any], units: NDArray[np.int64] | None = None
) -> Coefficients:
    """Coefficients of `target` `(n,)` (float64 numbers, or labels) by the columns of `values` `(n, p)`.

    `units` says which rows belong together. Exact combinations of other columns, and what never changes, are left out
    and named. Oracle: statsmodels' OLS, Logit and MNLogit.
    """
    made = design(values, columns)
    kept, dependent = independent(made.matrix)
    unit = np.arange(len(values)) if units is None else numbered(units)
    names = [term.name for term in made.terms]
    left = [
        LeftOut(names[one.column], "it is made of " + ", ".join(names[other] for other in one.others[:5])
                + (f" and {len(one.others) - 5} more" if len(one.others) > 5 else ""))
        for one in dependent if one.others
    ]  # fmt: skip
    with_terms = {term.column for term in made.terms}
    left += [
        LeftOut(column.name, "it is the same in every row")
        for place, column in enumerate(columns)
        if place not in with_terms
    ]
    some = Design(made.matrix[:, kept], tuple(made.terms[place] for place in kept))
    if target.dtype.kind == "f":
        return _numbers(some, columns, target.astype(np.float64), unit, tuple(left))
    return _classes(some, columns, target.astype(str), unit, tuple(left))


def _numbers(
    made: Design, columns: Sequence[Column], target: Array, unit: NDArray[np.int64], left: tuple[LeftOut, ...]
) -> Coefficients:
    n, q = made.matrix.shape
    n_units = int(unit.max()) + 1 if n else 0

    def without(reason: str) -> Coefficients:
        return Coefficients(
            "regression", "ordinary least squares", n, n_units, "", undefined(n, reason), (), (), reason
        )

    if n <= q + 1:
        return without(f"{n} rows for {q + 1} coefficients: there must be more rows than coefficients")
    if q > MOST:
        return without(f"{q:,} coefficients; they are made for up to {MOST:,}")
    if np.ptp(target) == 0:
        return without("what is to be explained is the same in every row")
    fitted = least_squares(made.matrix, target)
    robust, dof = fitted.robust(unit)
    beside = (HC3 if n_units == n else UNITS) if n_units > 1 else "a single group"
    terms = (Term(-1, CONSTANT), *made.terms)
    few = _untested(made, unit)
    spread = np.concatenate([[math.nan], made.matrix.std(axis=0, ddof=1)])
    rows = [
        _row(term, columns, "", float(fitted.estimates[place]), float(fitted.covariance[place, place]),
             float(robust[place, place]) if n_units > 1 else math.nan, float(spread[place]),
             float(fitted.inflation[place]), n, (float(fitted.dof), dof), (EQUAL, beside), few[place])
        for place, term in enumerate(terms)
    ]  # fmt: skip
    fit = without_range(fitted.r2, n, "on the rows that were fitted, so too good for new ones")
    return Coefficients("regression", "ordinary least squares", n, n_units, "", fit, _corrected(rows), left)


def _classes(
    made: Design, columns: Sequence[Column], labels: NDArray[np.str_], unit: NDArray[np.int64],
    left: tuple[LeftOut, ...],
) -> Coefficients:  # fmt: skip
    n, q = made.matrix.shape
    n_units = int(unit.max()) + 1 if n else 0
    names, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    number = (q + 1) * (len(names) - 1)

    def without(reason: str) -> Coefficients:
        first = str(names[0]) if len(names) else ""
        return Coefficients("classification", "logistic regression", n, n_units, first, undefined(n, reason), (), (),
                            reason)  # fmt: skip

    if len(names) < 2:
        return without("every row has the same label")
    if n <= number:
        return without(f"{n} rows for {number} coefficients: there must be more rows than coefficients")
    if number > MOST:
        return without(f"{number:,} coefficients; they are made for up to {MOST:,}")
    fitted = logistic(made.matrix, codes.astype(np.int64), len(names))
    if fitted.separated:
        return without(
            "the columns tell some labels apart without a mistake, so that no finite coefficient fits best; "
            "the importance of the columns says more"
        )
    robust, dof = fitted.robust(unit)
    inflation = least_squares(made.matrix, codes.astype(np.float64)).inflation
    beside = UNITS if n_units < n else NORMAL
    terms = (Term(-1, CONSTANT), *made.terms)
    few = _untested(made, unit)
    spread = np.concatenate([[math.nan], made.matrix.std(axis=0, ddof=1)])
    k = q + 1
    rows = [
        _row(term, columns, str(names[other + 1]), float(fitted.estimates[other, place]),
             float(fitted.covariance[other * k + place, other * k + place]),
             float(robust[other * k + place, other * k + place]) if n_units > 1 else math.nan,
             float(spread[place]), float(inflation[place]), n, (math.inf, dof), (NORMAL, beside), few[place])
        for other in range(len(names) - 1)
        for place, term in enumerate(terms)
    ]  # fmt: skip
    alone = float((counts * np.log(counts / n)).sum())
    fit = without_range(1 - fitted.log_likelihood / alone, n, "McFadden's R2, on the rows that were fitted")
    return Coefficients("classification", "logistic regression", n, n_units, str(names[0]), fit, _corrected(rows), left)


def _untested(made: Design, unit: NDArray[np.int64]) -> list[str]:
    """Of the constant and each term: why it is not tested, or nothing."""
    n, n_units = len(unit), int(unit.max()) + 1
    what = "group" if 1 < n_units < n else "row"
    found = made.rests_on(unit if n_units > 1 else np.arange(n))
    most = max(1.0, SHARE * (n_units if n_units > 1 else n))
    return ["", *(f"rests on {few} {what}{'s' if few > 1 else ''}" if few < FEW and few <= most else ""
                  for few in found)]  # fmt: skip


def _row(
    term: Term, columns: Sequence[Column], answer: str, value: float, equal: float, robust: float, spread: float,
    inflation: float, n: int, dof: tuple[float, float], methods: tuple[str, str],
    untested: str,
) -> Coefficient:  # fmt: skip
    """One coefficient from its estimate, its two variances and the spread of its term."""
    name = columns[term.column].name if term.column >= 0 else ""
    if untested:
        alone, none = without_range(value, n, f"not tested: {untested}"), undefined(n, f"not tested: {untested}")
        vif = without_range(inflation, n, "variance inflation factor")
        return Coefficient(term.name, name, term.reference, answer, alone, none, none, none, alone, none, none, none,
                           vif, untested)  # fmt: skip
    error, wide = math.sqrt(max(equal, 0.0)), math.sqrt(robust) if robust >= 0 else math.nan
    t, steady = value / error if error > 0 else math.nan, value / wide if wide > 0 else math.nan
    scaled = around(value * spread, wide * spread, dof[1], n, f"one standard deviation, {methods[1]}")
    return Coefficient(
        term.name,
        name,
        term.reference,
        answer,
        estimate=around(value, error, dof[0], n, methods[0]),
        error=without_range(error, n, "standard error"),
        t=without_range(t, n, "estimate / standard error"),
        p=without_range(two_sided(t, dof[0]), n, methods[0].removesuffix(", 95 %")),
        robust=around(value, wide, dof[1], n, methods[1]),
        robust_error=without_range(wide, n, "standard error, " + methods[1].removesuffix(", 95 %")),
        corrected=without_range(two_sided(steady, dof[1]) if term.column >= 0 else math.nan, n,
                                methods[1].removesuffix(", 95 %")),
        scaled=scaled,
        inflation=without_range(inflation, n, "variance inflation factor"),
    )  # fmt: skip


def _corrected(rows: Sequence[Coefficient]) -> tuple[Coefficient, ...]:
    """With p-values that hold for all of them together; those that are not tested last."""
    rows = sorted(rows, key=lambda row: bool(row.untested))
    values = holm([row.corrected.value for row in rows])
    n = sum(value is not None for value in values)
    return tuple(
        row
        if value is None
        else replace(row, corrected=replace(row.corrected, value=value,
                                            method=f"{row.corrected.method}, corrected for {n} (Holm)"))
        for row, value in zip(rows, values, strict=True)
    )  # fmt: skip
