"""Which columns of a table of numbers are reckoned from which others: copies, sums, ratios, a shared base.

Pure functions on arrays. A relation counts as exact where it holds up to the rounding of the values in `ENOUGH` of the
rows, and where that rounding is far smaller than the spread of what it reckons: then it is no chance and no good
predictor, but how the column was made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
ENOUGH = 0.98
"""Share of the rows in which a relation must hold: some cells of real tables are wrong."""
FEWEST = 30
"""Rows behind a relation."""
SPREAD = 30.0
"""What is reckoned must spread this many times as far as its rounding."""
TERMS = 20
"""Most columns in a sum."""
PAIRED = 1500
"""Most columns that are looked at two by two: those that go with the target most closely."""
DIGITS = 6
SAME = 1e-9
BESIDE = 10
"""Spaces on each side of a border that say how far values usually lie apart."""
WIDER = 8.0
"""Random spaces are wider than so many times their median once in 250."""


@dataclass(frozen=True, eq=False)
class Sum:
    """`scale` times the columns added, those with a weight below 0 taken away."""

    columns: tuple[int, ...]
    weights: tuple[float, ...]
    plain: bool
    """Whether all weights are 1 or -1 (up to one scale)."""


@dataclass(frozen=True, eq=False)
class Pair:
    """Proportional to `over / under`, or to `over * under` where `times`."""

    over: int
    under: int
    times: bool


def steps(values: Numbers) -> Numbers:
    """What each column `(n, k)` is rounded to: 1, 0.1, ... 1e-6; 0 where it is not rounded, `(k,)`."""
    found = np.zeros(values.shape[1])
    for digits in range(DIGITS, -1, -1):
        scaled = values * 10.0**digits
        with np.errstate(invalid="ignore"):
            off = np.abs(scaled - np.round(scaled)) > 1e-9 * np.maximum(1.0, np.abs(scaled))
        found[~(off & np.isfinite(scaled)).any(axis=0)] = 10.0**-digits
    return found


def step(column: Numbers) -> float:
    return float(steps(column[:, None])[0])


def ranks(column: Numbers) -> Numbers:
    """Ranks of `(n,)` without missing values; equal values share their mean rank."""
    distinct, where, counts = np.unique(column, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[where], np.float64) if len(distinct) else np.zeros(0)


def rank_correlation(one: Numbers, other: Numbers) -> float:
    """Spearman's, over the rows where both are known; 0 where one does not change."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3:
        return 0.0
    a, b = ranks(one[both]), ranks(other[both])
    a, b = a - a.mean(), b - b.mean()
    size = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / size if size else 0.0


def in_step(one: Numbers, other: Numbers) -> bool:
    """Whether the two never move apart: no two rows of which one is higher here and lower there, or always so."""
    for sign in (1.0, -1.0):
        order = np.lexsort((sign * other, one))
        if not (np.diff(sign * other[order]) < 0).any():
            return True
    return False


def touching(values: Numbers, pieces: NDArray[np.int64]) -> float:
    """Of the borders between `pieces` `(n,)` along `values` `(n,)`, the share with no wider space than beside them."""
    distinct, first = np.unique(values, return_index=True)
    spaces = np.diff(distinct)
    borders = np.flatnonzero(np.diff(pieces[first]))
    usual = [float(np.median(spaces[max(at - BESIDE, 0) : at + BESIDE + 1])) for at in borders.tolist()]
    return float(np.mean(spaces[borders] <= WIDER * np.array(usual))) if len(borders) else 0.0


@dataclass(frozen=True, eq=False)
class Table:
    """The columns that relations are looked for among: `values` `(n, k)`, NaN where missing."""

    values: Numbers

    @cached_property
    def steps(self) -> Numbers:
        return steps(self.values)

    @cached_property
    def rounding(self) -> Numbers:
        """As `steps`, but whole numbers are taken for counts, which are exact."""
        return np.where(self.steps == 1, 0.0, self.steps)

    @cached_property
    def standard(self) -> Numbers:
        return standardised(self.values)

    @cached_property
    def logs(self) -> Numbers:
        """NaN where a value is not above 0."""
        return logs_of(self.values)

    @cached_property
    def standard_logs(self) -> Numbers:
        return standardised(self.logs)


def logs_of(values: Numbers) -> Numbers:
    return np.log(np.where(values > 0, values, np.nan))


def standardised(values: Numbers) -> Numbers:
    """Columns `(n, k)` with mean 0 and length 1, 0 where missing or not changing."""
    known = np.isfinite(values)
    n = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values, 0.0)
    centred = np.where(known, filled - filled.sum(axis=0) / n, 0.0)
    with np.errstate(over="ignore"):  # a column of 1e300 is like no other
        size = np.sqrt((centred**2).sum(axis=0))
    enough = size > 1e-12 * np.abs(filled).max(axis=0, initial=0.0) * np.sqrt(n)
    return np.where(enough, centred / np.where(enough, size, 1.0), 0.0)


def holds(truth: Numbers, estimate: Numbers, allowed: Numbers) -> bool:
    """Whether `estimate` `(n,)` is `truth` up to what is allowed in each row, and that is little beside its spread."""
    known = np.isfinite(truth) & np.isfinite(estimate)
    if known.sum() < FEWEST:
        return False
    truth, off, allowed = truth[known], np.abs(truth - estimate)[known], allowed[known]
    spread = float(np.std(truth))
    if not spread or len(np.unique(truth)) < 3:
        return False
    tiny = SAME * np.maximum(np.abs(truth), spread)
    if (off <= tiny).mean() >= ENOUGH:
        return True
    return bool(float(np.median(allowed)) * SPREAD <= spread and (off <= allowed * 1.01 + tiny).mean() >= ENOUGH)


def sum_of(target: Numbers, table: Table, among: NDArray[np.int64]) -> Sum | None:
    """The columns of `among` that add up to `target` `(n,)`, or None.

    Found by orthogonal matching pursuit: the column that goes with what is not explained yet is taken in, all weights
    are fitted anew, until nothing is left. Source: Pati, Rezaiifar, Krishnaprasad, Asilomar Conference, 1993.
    """
    rest, chosen = target, np.zeros(0, np.int64)
    pool = table.standard[:, among]
    for _ in range(min(TERMS, len(among))):
        goes_with = np.abs(standardised(rest[:, None])[:, 0] @ pool)
        goes_with[np.isin(among, chosen)] = 0.0
        best = int(np.argmax(goes_with))
        if goes_with[best] < 1e-6:
            return None
        chosen = np.append(chosen, among[best])
        fitted = _fit(target, table.values[:, chosen])
        if fitted is None:
            return None
        weights, rest = fitted
        spread = float(np.nanstd(target))
        if float(np.nanmedian(np.abs(rest))) < 0.05 * spread and len(chosen) > 1:
            found = _exact(target, table, chosen, weights)
            if found is not None:
                return found
    return None


def explained(table: Table, among: NDArray[np.int64], parts: NDArray[np.int64]) -> list[int]:
    """The columns of `among` of which next to nothing is left when the `parts` are fitted to them."""
    design = table.values[:, parts]
    known: NDArray[np.bool_] = np.all(np.isfinite(design), axis=1)
    if known.sum() < FEWEST + 2 * len(parts):
        return []
    fitted = standardised(np.where(known[:, None], design, np.nan))
    wanted = standardised(np.where(known[:, None], table.values[:, among], np.nan))
    rest = wanted - fitted @ np.linalg.lstsq(fitted, wanted, rcond=None)[0]
    left = (rest**2).sum(axis=0)
    return [int(at) for at in among[(left < 0.02) & (wanted**2).any(axis=0)]]


def _fit(target: Numbers, columns: Numbers) -> tuple[Numbers, Numbers] | None:
    """Least squares with a constant: the weights, and what is left in each row."""
    known = np.isfinite(target) & np.isfinite(columns).all(axis=1)
    if known.sum() < FEWEST + 2 * columns.shape[1]:
        return None
    scale = np.maximum(columns[known].std(axis=0), 1e-300)
    design = np.column_stack([columns[known] / scale, np.ones(known.sum())])
    weights = np.linalg.lstsq(design, target[known], rcond=None)[0]
    for _ in range(2):  # rows that are simply wrong must not bend the weights
        off = np.abs(target[known] - design @ weights)
        near = off <= max(6 * float(np.median(off)), 1e-12)
        if near.mean() < ENOUGH - 0.08:
            break
        weights = np.linalg.lstsq(design[near], target[known][near], rcond=None)[0]
    rest = np.full(len(target), np.nan)
    rest[known] = target[known] - design @ weights
    return weights[:-1] / scale, rest


def _exact(target: Numbers, table: Table, chosen: NDArray[np.int64], weights: Numbers) -> Sum | None:
    reach = np.abs(weights) * np.nanstd(table.values[:, chosen], axis=0)
    size = float(np.abs(weights[np.argmax(reach)]))
    if size == 0:
        return None
    near_one = np.abs(np.abs(weights) / size - 1) < 0.05
    kept, signs = chosen[near_one], np.sign(weights[near_one])
    if len(kept) > 1:
        added = table.values[:, kept] @ signs
        rounding = 0.5 * (step(target[np.isfinite(target)]) + size * float(table.steps[kept].sum()))
        for scale in _scales(size):
            for offset in (0.0, float(np.nanmedian(target - scale * added))):
                if holds(target, scale * added + offset, np.full(len(target), rounding)):
                    return Sum(tuple(kept.tolist()), tuple((scale * signs).tolist()), True)
    if len(chosen) > 6:
        return None
    estimate = table.values[:, chosen] @ weights
    estimate = estimate + np.nanmedian(target - estimate)
    none = np.zeros(len(target))
    large = reach > 1e-6 * reach.max()
    if holds(target, estimate, none) and large.sum() > 1:
        return Sum(tuple(chosen[large].tolist()), tuple(weights[large].tolist()), False)
    return None


def _scales(size: float) -> list[float]:
    """A fitted scale and the whole number, or one over a whole number, that it is close to: those first."""
    whole = [float(round(size))] if round(size) else []
    part = [1.0 / round(1.0 / size)] if round(1.0 / size) else []
    return [scale for scale in (*whole, *part) if abs(scale / size - 1) < 0.01] + [size]


def pair_of(target: Numbers, off: Numbers, table: Table, among: NDArray[np.int64]) -> Pair | None:
    """Two columns of `among` whose ratio or product `target` `(n,)` is, up to a factor and its rounding; or None."""
    own = logs_of(target)
    if np.isfinite(own).sum() < FEWEST or len(among) < 2:
        return None
    rests = own[:, None] - table.logs[:, among]
    both = _meets(standardised(rests), table.standard_logs[:, among])
    for place in np.argsort(-np.abs(both).max(axis=1), kind="stable")[:50].tolist():
        other = int(np.argmax(np.abs(both[place])))
        over, under, times = int(among[place]), int(among[other]), bool(both[place, other] > 0)
        if abs(both[place, other]) > 0.5 and proportional(target, off, table, over, under, times=times):
            return Pair(over, under, times)
    return None


def _meets(rests: Numbers, columns: Numbers) -> Numbers:
    """Correlation of each of `rests` with each of `columns`; a column does not meet itself."""
    found: Numbers = rests.T @ columns
    np.fill_diagonal(found, 0.0)
    return found


def proportional(target: Numbers, off: Numbers, table: Table, over: int, under: int, *, times: bool = False) -> bool:
    """Whether `target` `(n,)` is `over / under` (or their product) up to a factor and rounding."""
    a, b = table.values[:, over], table.values[:, under]
    usable = np.isfinite(target) & (target > 0) & (a > 0) & (b > 0)
    if usable.sum() < FEWEST:
        return False
    truth, a, b = target[usable], a[usable], b[usable]
    estimate = a * b if times else a / b
    factor = float(np.median(truth / estimate))
    estimate = estimate * factor
    rounding = table.rounding[over] / a + table.rounding[under] / b
    if min(np.std(np.log(a)), np.std(np.log(b))) < 0.02:  # one of the two does nothing: a copy, no ratio
        return False
    return holds(truth, estimate, off[usable] + 0.5 * estimate * rounding)


@dataclass(frozen=True, eq=False)
class Base:
    """What counts were divided by to make rates."""

    of_row: Numbers
    """`(n,)`, NaN where no rate tells it."""
    error: Numbers
    """Its relative rounding in each row, `(n,)`."""
    counts: dict[int, int]
    """Column of the table -> position of the rate that was made of it."""


def shared_base(rates: Numbers, table: Table, among: NDArray[np.int64]) -> Base | None:
    """What two or more of `rates` `(n, k)` were divided by, seen from their counts among the columns; or None.

    A count over its rate is the base; two counts over two rates that give the same base in each row are no chance.
    """
    logs, off = logs_of(rates), 0.5 * steps(rates) / np.where(rates > 0, rates, np.nan)
    behind = [standardised(table.logs[:, among] - logs[:, [position]]) for position in range(rates.shape[1])]
    for one in range(rates.shape[1]):
        counts: dict[int, int] = {}
        for other in range(rates.shape[1]):
            if other == one:
                continue
            meets = behind[one].T @ behind[other]
            np.fill_diagonal(meets, 0.0)
            for place in _best(meets):
                a, b = int(among[place]), int(among[int(np.argmax(meets[place]))])
                if counts and a not in counts:
                    continue
                first, second = np.exp(table.logs[:, a] - logs[:, one]), np.exp(table.logs[:, b] - logs[:, other])
                factor = float(np.nanmedian(first / second)) if np.isfinite(first / second).any() else np.nan
                if not abs(factor - 1) < 0.01:
                    continue
                if holds(first, second, first * (off[:, one] + off[:, other])) and np.nanstd(np.log(first)) > 0.02:
                    counts |= {a: one, b: other}
                    break
        if counts:
            return _base(counts, logs, off, table)
    return None


def _best(meets: Numbers) -> list[int]:
    """The rows of a table of correlations that hold the highest, highest first."""
    highest = meets.max(axis=1)
    return [place for place in np.argsort(-highest, kind="stable")[:20].tolist() if highest[place] > 0.5]


def _base(counts: dict[int, int], logs: Numbers, off: Numbers, table: Table) -> Base:
    """Each row's base from the rate that tells it most precisely."""
    bases = np.column_stack([np.exp(table.logs[:, at] - logs[:, rate]) for at, rate in counts.items()])
    errors = np.column_stack([off[:, rate] for rate in counts.values()])
    errors = np.where(np.isfinite(bases), errors, np.inf)
    best = np.argmin(errors, axis=1)
    rows = np.arange(len(bases))
    return Base(bases[rows, best], errors[rows, best], counts)


def is_column(base: Base, table: Table, among: NDArray[np.int64]) -> int | None:
    """The column of the table that the base is, up to a factor."""
    meets = standardised(logs_of(base.of_row[:, None]))[:, 0] @ table.standard_logs[:, among]
    best = int(among[int(np.argmax(meets))])
    column = table.values[:, best]
    factor = float(np.nanmedian(column / base.of_row))
    allowed = 0.5 * table.steps[best] + np.where(np.isfinite(base.error), column * base.error, np.inf)
    return best if holds(column, base.of_row * factor, allowed) else None


def over_base(base: Base, table: Table, among: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pairs of columns (count, rate) of `among` where the rate is the count over the base, up to a factor."""
    own = np.log(base.of_row)
    meets = standardised(table.logs[:, among] - own[:, None]).T @ table.standard_logs[:, among]
    np.fill_diagonal(meets, 0.0)
    found = []
    for place in range(len(among)):
        other = int(np.argmax(meets[place]))
        count, rate = int(among[place]), int(among[other])
        if meets[place, other] < 0.5:
            continue
        estimate = table.values[:, count] / base.of_row
        truth = np.where(estimate > 0, table.values[:, rate], np.nan)
        estimate = estimate * float(np.nanmedian(truth / estimate))
        allowed = 0.5 * table.steps[rate] + np.where(np.isfinite(base.error), estimate * base.error, np.inf)
        if holds(truth, estimate, allowed) and np.nanstd(table.logs[:, count]) > 0.02:
            found.append((count, rate))
    return found
