"""What a map shows of each area: a share, a rate by people, a density, a mean; what stands out, and what could not.

Each value has an interval. An area is a hot spot where it is above all others beyond chance (Benjamini and Hochberg,
1995, at 5 %); one whose few items would not show even a doubling is said to be unable to show a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..core.records import Figure
from ..core.views import Record
from .counts import POWER_Z, Counts, discoveries
from .intervals import Z, wilson

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Kind = Literal["share", "rate", "density", "mean"]

PEOPLE = 1000
"""Rates are for so many people."""
DOUBLING = (Z + POWER_Z * 2**0.5) ** 2
"""Items to be expected in an area, so that twice as many are told from them in four cases of five."""
HALF = ((Z + POWER_Z) / 0.5) ** 2
"""Items of an area, so that a mean half a standard deviation off is told from the overall one as often."""


@dataclass(frozen=True)
class AreaValue(Record):
    name: str
    n: int
    value: Figure
    could_show: bool
    hot: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "n": self.n,
            "value": self.value.to_json(),
            "could_show": self.could_show,
            "hot": self.hot,
        }


@dataclass(frozen=True)
class AreaValues(Record):
    """One value an area."""

    kind: Kind
    what: str
    """What the value is of, in words."""
    n: int
    """Items in any area."""
    overall: Figure
    rows: tuple[AreaValue, ...]
    tested: bool
    """Whether it was asked which areas stand out: a density alone says nothing without the number of people."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "kind": self.kind,
            "what": self.what,
            "n": self.n,
            "overall": self.overall.to_json(),
            "tested": self.tested,
            "rows": [row.to_json() for row in self.rows],
        }


def from_counts(counts: Counts) -> AreaValues:
    """The corrected shares of a count by area."""
    rows = tuple(AreaValue(row.name, row.n, row.share, row.could_show, row.hot) for row in counts.rows)
    return AreaValues("share", f"share of {counts.label}", sum(row.n for row in rows), counts.overall, rows, True)


def densities(place: Whole, names: Sequence[str], square_km: Array) -> AreaValues:
    """Items for each square kilometre; `square_km` `(n_areas,)`."""
    n = _numbers(place, len(names))
    return _rates("density", "items for each square kilometre", n, names, square_km, 1.0, tested=False)


def rates(place: Whole, names: Sequence[str], people: Array) -> AreaValues:
    """Items for each thousand people; `people` `(n_areas,)`, NaN where it is not known."""
    n = _numbers(place, len(names))
    return _rates("rate", f"items for each {PEOPLE:,} people", n, names, people, float(PEOPLE), tested=True)


def shares(yes: NDArray[np.bool_], place: Whole, names: Sequence[str], what: str) -> AreaValues:
    """The share of items for which `yes` `(n_items,)` holds."""
    n = _numbers(place, len(names))
    having = np.bincount(place[(place >= 0) & yes], minlength=len(names)).astype(np.float64)
    whole, total = having.sum(), n.sum()
    chance = stats.hypergeom.sf(having - 1, int(total), int(whole), n.astype(np.int64))
    hot = discoveries(np.where((n > 0) & (n < total), chance, 1.0))
    share = whole / max(total, 1)
    could = hot | (n * share >= DOUBLING * (1 - share))
    figures = [_share(h, k) for h, k in zip(having, n, strict=True)]
    return AreaValues("share", what, int(total), _share(whole, total), _rows(names, n, figures, could, hot), True)


def means(numbers: Array, place: Whole, names: Sequence[str], what: str) -> AreaValues:
    """The mean of `numbers` `(n_items,)`; NaN counts as no item."""
    place = np.where(np.isnan(numbers), -1, place)
    inside = place >= 0
    values, spot = numbers[inside], place[inside]
    n = _numbers(place, len(names))
    sums, squares = np.bincount(spot, values, len(names)), np.bincount(spot, values**2, len(names))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums / n
        spread = np.sqrt(np.maximum(squares / n - mean**2, 0) * n / (n - 1))
        rest = (values.sum() - sums) / (n.sum() - n)
        error = np.sqrt(spread**2 / n + values.var() / (n.sum() - n))
        chance = stats.t.sf((mean - rest) / error, np.maximum(n - 1, 1))
    hot = discoveries(np.where((n > 1) & np.isfinite(chance), chance, 1.0))
    half = stats.t.ppf(0.975, np.maximum(n - 1, 1)) * spread / np.sqrt(np.maximum(n, 1))
    figures = [_mean(m, h, k) for m, h, k in zip(mean, half, n, strict=True)]
    overall = _mean(float(values.mean()), float(Z * values.std() / np.sqrt(len(values))), float(len(values)))
    return AreaValues("mean", what, len(values), overall, _rows(names, n, figures, hot | (n >= HALF), hot), True)


def _rates(
    kind: Kind, what: str, n: Array, names: Sequence[str], base: Array, per: float, *, tested: bool
) -> AreaValues:
    known = np.isfinite(base) & (base > 0)
    whole, total = float(n[known].sum()), float(base[known].sum())
    expected = np.where(known, whole * np.where(known, base, 0) / max(total, 1e-300), 0)
    chance = stats.binom.sf(n - 1, whole, np.clip(expected / max(whole, 1), 0, 1))
    hot = discoveries(np.where(known, chance, 1.0)) if tested else np.zeros(len(n), dtype=bool)
    could = hot | (expected >= DOUBLING) if tested else np.ones(len(n), dtype=bool)
    figures = [_rate(k, b, per) if ok else _nothing("not known how many people live there")
               for k, b, ok in zip(n, base, known, strict=True)]  # fmt: skip
    overall = _rate(whole, total, per) if total else _nothing("not known how many people live there")
    return AreaValues(kind, what, int(n.sum()), overall, _rows(names, n, figures, could, hot), tested)


def _rows(
    names: Sequence[str], n: Array, figures: Sequence[Figure], could: NDArray[np.bool_], hot: NDArray[np.bool_]
) -> tuple[AreaValue, ...]:
    return tuple(
        AreaValue(name, int(k), figure, bool(able), bool(stands_out))
        for name, k, figure, able, stands_out in zip(names, n, figures, could, hot, strict=True)
    )


def _numbers(place: Whole, n: int) -> Array:
    return np.bincount(place[place >= 0], minlength=n).astype(np.float64)


def _nothing(why: str) -> Figure:
    return Figure(None, None, None, 0, why)


def _share(having: float, n: float) -> Figure:
    if not n:
        return _nothing("no items")
    return Figure(having / n, *wilson(having, n), int(n), "Wilson 95 %")


def _mean(mean: float, half: float, n: float) -> Figure:
    if n < 1:
        return _nothing("no items")
    if n < 2:
        return Figure(float(mean), None, None, int(n), "no interval: a single item")
    return Figure(float(mean), float(mean - half), float(mean + half), int(n), "t interval, 95 %")


def _rate(n: float, base: float, per: float) -> Figure:
    """A number of items over what it is for, with Garwood's interval (1936) of a Poisson number."""
    low = stats.chi2.ppf(0.025, 2 * n) / 2 if n else 0.0
    high = stats.chi2.ppf(0.975, 2 * n + 2) / 2
    return Figure(per * n / base, per * float(low) / base, per * float(high) / base, int(n), "Poisson 95 % (Garwood)")
