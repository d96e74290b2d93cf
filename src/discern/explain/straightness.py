"""Is the effect of a number straight, does it bend, or does it turn? Asked of the data, not of the model.

Every number enters a linear model as a smooth curve, the categories as they are, so that a bend of one column is not
laid at the door of another that goes with it.

*bends*: what the curve has beside the line is more than chance (Wald's test, p corrected for the number of columns).
*turns*: it bends, its fitted curve has its top or bottom inside the middle 90 % of the data, and a straight line rises
on one side of that point and falls on the other, each with p at most 0.05. A curve that only levels off does not pass.
*straight*: an effect is shown and no bend. *not shown*: neither.

Sources: the two lines: U. Simonsohn, Advances in Methods and Practices in Psychological Science 1, 2018; the interval
of the turning point, by draws from the estimates' distribution: G. King, M. Tomz, J. Wittenberg, American Journal of
Political Science 44, 2000.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column, Figure
from ..core.seeds import generator
from ..core.views import Record
from ..evaluate.chance import SHOWN, holm, numbered
from .curves import FINE, KNOTS, REST, Basis, Fit, basis_of, fitted
from .design import design, filled
from .figures import Array, around, two_sided, undefined, wald, without_range
from .linear import independent

SCHEMA = 1
MADE_UP = "others make it up"
TURNS, BENDS, STRAIGHT, NOT_SHOWN, NOT_TESTED = "turns", "bends", "straight", "not shown", "not tested"
ENOUGH = 5
"""Rows for each coefficient that it takes to give the other columns a curve of many knots, or of few, while one is
tested; else they stay lines."""
DRAWS = 2_000
GRID = 201
MARGIN = 0.05
"""The outer shares of the data, where few rows hold the curve."""


@dataclass(frozen=True)
class Effect(Record):
    """What was found of one column."""

    column: str
    verdict: str
    effect: Figure
    """p of there being any effect, straight or not, corrected for the number of columns."""
    bend: Figure
    """p of there being a bend, corrected."""
    start: Figure
    """Slope near the low end of the data (their 5 % point): change of the answer, or of the log-odds, for one more."""
    end: Figure
    """Slope near the high end (at their 95 % point)."""
    turn: Figure
    """Where it turns; no value where no turn is shown."""
    top: bool = False
    """Whether the turn is a top; else it is a bottom."""
    at: tuple[float, ...] = ()
    curve: tuple[float, ...] = ()
    """The fitted curve at `at`, zero at the mean of the data, all other columns held fixed."""
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    """Its 95 % band."""
    reason: str = ""
    """Why it was not tested."""

    def to_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name).to_json() for name in ("effect", "bend", "start", "end", "turn")}
        lines = {name: list(getattr(self, name)) for name in ("at", "curve", "low", "high")}
        plain = {"column": self.column, "verdict": self.verdict, "reason": self.reason, "top": self.top}
        return plain | figures | lines


@dataclass(frozen=True)
class Straightness(Record):
    """Of all numbers of a table."""

    n_items: int
    n_units: int
    together: bool
    """Whether the other columns had curves too while one was tested; else they were taken as straight."""
    answer: str
    """Of two classes: the one whose log-odds the curves are about; else empty."""
    effects: tuple[Effect, ...]
    reason: str = ""
    """Why nothing was tested."""

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("n_items", "n_units", "together", "answer", "reason")}
        return {"schema": SCHEMA, **plain, "effects": [one.to_json() for one in self.effects]}


@dataclass(frozen=True)
class _Rows:
    """What every fit shares."""

    target: NDArray[Any]
    classes: tuple[str, ...]
    unit: NDArray[np.int64]
    rest: Array
    """Categories, marks of gaps, and numbers with too few values for a curve."""
    others: dict[int, Array]
    """Every column's curve, or its line, by position."""

    def fit(self, place: int, part: Array) -> Fit | None:
        """The model with `part` in place of a column's own."""
        return fitted({REST: self.rest, **self.others, place: part}, self.target, self.classes, self.unit)


def straightness(
    values: Array,
    columns: Sequence[Column],
    target: NDArray[Any],
    units: NDArray[np.int64] | None = None,
    *,
    seed: int = 0,
) -> Straightness:
    """Test every number (and date) among the columns of `values` `(n, p)` against `target` `(n,)`, numbers or labels.

    `units` says which rows belong together. Covariances allow unequal errors (HC3), or rows that go together.
    """
    n = len(values)
    unit = np.arange(n) if units is None else numbered(units)
    n_units = int(unit.max()) + 1 if n else 0
    classes = () if target.dtype.kind == "f" else tuple(sorted(set(target.astype(str).tolist())))
    sets = max(1, len(classes) - 1)
    rest, bases, reasons = _sorted_out(values, columns)
    n_rest = 1 + rest.shape[1]
    curves, fine = (
        {
            place: (basis_of(values[:, place], knots) or basis)(filled(values[:, place]))
            for place, basis in bases.items()
        }
        for knots in (KNOTS, FINE)
    )
    enough = n_units / (ENOUGH * sets) - n_rest
    others = next((some for some in (fine, curves) if sum(curve.shape[1] for curve in some.values()) <= enough), None)
    found = Straightness(n, n_units, others is not None, classes[1] if len(classes) == 2 else "", ())
    if n < sets * (n_rest + len(curves) + 2) + 10 or n_units < 3:
        counted = f"{n:,} rows" if n_units == n else f"{n:,} rows in {n_units:,} groups"
        return replace(found, reason=f"{counted} are too few to test {len(bases):,} columns for bends")
    if len(classes) == 1 or (not classes and np.ptp(target) == 0):
        return replace(found, reason="what is to be explained is the same in every row")
    if others is None:
        others = {place: curve[:, :1] for place, curve in curves.items()}
    rows = _Rows(target, classes, unit, rest, others)
    whole = rows.fit(REST, rest) if others is curves else None
    effects = {place: _not_tested(columns[place].name, n, reason) for place, reason in reasons.items()}
    for place, basis in bases.items():
        name = columns[place].name
        fit = whole if others is curves else rows.fit(place, curves[place])
        if fit is None or place not in fit.places:
            why = "the columns tell some labels apart without a mistake" if fit is None else MADE_UP
            effects[place] = _not_tested(name, n, why)
        else:
            random = generator(seed, "turn", name)
            effects[place] = _effect(name, values[:, place], basis, fit, place, rows, random)
    return replace(found, effects=_judged([effects[place] for place in sorted(effects)]))


def _sorted_out(values: Array, columns: Sequence[Column]) -> tuple[Array, dict[int, Basis], dict[int, str]]:
    """What has no curve (categories, marks of gaps, numbers of two values), the curves of the others, and of which
    columns there is nothing to test, with the reason."""
    made = design(values, columns)
    bases: dict[int, Basis] = {}
    reasons: dict[int, str] = {}
    for place, column in enumerate(columns):
        basis = None if column.kind == "category" else basis_of(values[:, place])
        if basis is not None:
            bases[place] = basis
        elif column.kind != "category":
            reasons[place] = "it has fewer than three values"
    curved = [term.column in bases and term.name == columns[term.column].name for term in made.terms]
    rest = made.matrix[:, [not one for one in curved]]
    lines = list(bases)
    kept, _ = independent(np.column_stack([rest, *(filled(values[:, place]) for place in lines)]))
    for i, place in enumerate(lines):
        if rest.shape[1] + i not in kept:
            del bases[place]
            reasons[place] = MADE_UP
    return rest, bases, reasons


def _not_tested(name: str, n: int, reason: str) -> Effect:
    none = undefined(n, f"not tested: {reason}")
    return Effect(name, NOT_TESTED, none, none, none, none, none, reason=reason)


def _effect(
    name: str, values: Array, basis: Basis, fit: Fit, place: int, rows: _Rows, rng: np.random.Generator
) -> Effect:
    """One column's tests; p-values are not yet corrected."""
    n = len(values)
    method = "Wald's test of the terms of a curve"
    effect = without_range(wald(*fit.of(place), fit.dof), n, method)
    bend = without_range(wald(*fit.of(place, 1), fit.dof), n, method)
    if len(rows.classes) > 2:
        many = undefined(n, "not defined: there are more than two labels, and a curve for each")
        return Effect(name, STRAIGHT, effect, bend, many, many, many)
    estimates, covariance = fit.of(place)
    known = values[~np.isnan(values)]
    inner = np.quantile(known, [MARGIN, 1 - MARGIN]).tolist()
    start, end = (_slope(basis.slope(x), estimates, covariance, fit.dof, n, bool(rows.classes)) for x in inner)
    plain = Effect(name, STRAIGHT, effect, bend, start, end, undefined(n, "no turn is shown"))
    found = _turn(values, basis, estimates, inner, place, rows)
    if found is None:
        return replace(plain, **_drawn(known, basis, estimates, covariance))
    top, fine, estimates, covariance = found
    grid = np.linspace(inner[0], inner[1], GRID)
    terms = fine(grid) if top else -fine(grid)
    x = float(grid[(terms @ estimates).argmax()])
    draws = rng.multivariate_normal(estimates, covariance, DRAWS, method="svd")
    low, high = np.quantile(grid[(draws @ terms.T).argmax(axis=1)], [0.025, 0.975]).tolist()
    method = f"{'top' if top else 'bottom'} of a curve of more knots, {DRAWS:,} draws of its estimates, 95 %"
    turn = Figure(x, min(low, x), max(high, x), n, method)
    return replace(plain, turn=turn, top=top, **_drawn(known, fine, estimates, covariance))


def _drawn(known: Array, basis: Basis, estimates: Array, covariance: Array) -> dict[str, Any]:
    """A curve over the data and its band."""
    low, high = np.quantile(known, [0.01, 0.99]).tolist()
    at = np.linspace(low, high, GRID)
    terms = basis(at) - basis(known).mean(axis=0)
    curve = terms @ estimates
    half = 1.96 * np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", terms, covariance, terms), 0))
    lines = {"at": at, "curve": curve, "low": curve - half, "high": curve + half}
    return {name: tuple(line.tolist()) for name, line in lines.items()}


def _slope(terms: Array, estimates: Array, covariance: Array, dof: float, n: int, odds: bool) -> Figure:
    error = math.sqrt(max(float(terms @ covariance @ terms), 0.0))
    what = "log-odds for one more" if odds else "for one more"
    return around(float(terms @ estimates), error, dof, n, f"slope of a curve, {what}, 95 %")


def _turn(
    values: Array, basis: Basis, estimates: Array, inner: list[float], place: int, rows: _Rows
) -> tuple[bool, Basis, Array, Array] | None:
    """Whether the curve turns at a top, with a curve of more knots for the place; None where two lines do not agree."""
    grid = np.linspace(inner[0], inner[1], GRID)
    curve = basis(grid) @ estimates
    over, under = curve.max() - max(curve[0], curve[-1]), min(curve[0], curve[-1]) - curve.min()
    if max(over, under) <= 0:
        return None
    top = bool(over >= under)
    x = float(grid[(curve if top else -curve).argmax()])
    whole = filled(values)
    left, right = (side(whole - x, 0) / basis.scale for side in (np.minimum, np.maximum))
    two = rows.fit(place, np.column_stack([left, right, whole >= x]))
    if two is None or place not in two.places:
        return None
    slopes, spread = two.of(place)
    for slope, error, sign in zip(slopes[:2], np.sqrt(np.diag(spread))[:2], (1, -1) if top else (-1, 1), strict=True):
        if not (error > 0 and slope * sign > 0 and two_sided(float(slope / error), two.dof) <= SHOWN):
            return None
    fine = basis_of(values, FINE) or basis
    fit = rows.fit(place, fine(whole))
    return None if fit is None or place not in fit.places else (top, fine, *fit.of(place))


def _judged(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """With p-values that hold for all columns together, and the verdicts that follow."""
    corrected = [holm([getattr(one, name).value for one in effects]) for name in ("effect", "bend")]
    n = sum(value is not None for value in corrected[1])
    found = []
    for one, effect, bend in zip(effects, *corrected, strict=True):
        if bend is None or effect is None:
            found.append(
                one if one.verdict == NOT_TESTED else _not_tested(one.column, one.bend.n, "no test is defined")
            )
            continue
        verdict = STRAIGHT if effect <= SHOWN else NOT_SHOWN
        turn = undefined(one.turn.n, "no turn is shown")
        if bend <= SHOWN:
            verdict, turn = (TURNS if one.turn.value is not None else BENDS), one.turn
        figures = {
            name: replace(getattr(one, name), value=value, method=f"{one.bend.method}, corrected for {n} (Holm)")
            for name, value in (("effect", effect), ("bend", bend))
        }
        found.append(replace(one, verdict=verdict, turn=turn, **figures))
    return tuple(found)
