"""How well a model does on parts of the test part: by a column, by the size of pictures, by their brightness.

Each slice is held against all other items. All differences of one record are tested together, and corrected for how
many they are (Holm), because among twenty slices of a model that treats all alike one looks different by chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, checked
from ..core.views import Record
from . import chance
from .intervals import Intervals
from .metrics import Array, ratio

SCHEMA = 1
FEW = 10
"""A slice with fewer units, or with fewer beside it, is not tested: next to nothing could be shown."""
MOST = 20
"""A column of words with more values shows the most frequent ones; the others stand together."""
BINS = 4
"""Numbers with more distinct values than `MOST` are divided at their quantiles into so many slices."""
NO_VALUE = "(no value)"
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Contrast(Record):
    """One slice against all other items."""

    value: str
    """What the items of the slice share: a value of the column, or a range."""
    n_units: int
    share: Figure
    """Of the items of the slice: the share answered rightly, or another rate."""
    difference: Figure
    """That share less the share among all other items."""
    p: Figure
    """The p-value of the difference, corrected for all tests of the record; no value where it was not tested."""

    @property
    def shown(self) -> bool:
        """Whether there is a difference that chance hardly explains."""
        return self.p.value is not None and self.p.value <= chance.SHOWN

    def to_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name).to_json() for name in ("share", "difference", "p")}
        return {"value": self.value, "n_units": self.n_units, **figures}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Contrast:
        figures = (Figure.from_json(record[name]) for name in ("share", "difference", "p"))
        return cls(record["value"], record["n_units"], *figures)


@dataclass(frozen=True)
class Column(Record):
    """What items are told apart by: a value for each, `(n,)`."""

    name: str
    values: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    """The distinct values, in the order to show them."""
    reason: str = ""
    """Why there is nothing to compare; then there are no values."""

    def take(self, rows: NDArray[np.int64]) -> Column:
        """The column for some of the items."""
        return replace(self, values=tuple(self.values[row] for row in rows.tolist()))


@dataclass(frozen=True)
class Facet(Record):
    """The slices by one column."""

    name: str
    contrasts: tuple[Contrast, ...]
    reason: str = ""
    """Why there are none."""

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "reason": self.reason, "slices": [one.to_json() for one in self.contrasts]}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Facet:
        return cls(record["name"], tuple(map(Contrast.from_json, record["slices"])), record["reason"])


@dataclass(frozen=True)
class Slices(Record):
    """The accuracy by each column that was asked for, and by size and brightness where there are pictures."""

    n_items: int
    n_groups: int
    """Units that can be drawn by themselves; equals `n_items` when no items belong together."""
    accuracy: Figure
    """Of all items together."""
    facets: tuple[Facet, ...]

    @property
    def n_tests(self) -> int:
        return sum(one.p.value is not None for facet in self.facets for one in facet.contrasts)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "n_items": self.n_items,
            "n_groups": self.n_groups,
            "accuracy": self.accuracy.to_json(),
            "columns": [facet.to_json() for facet in self.facets],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Slices:
        """Read what `to_json` wrote. Raises DataError for another schema or an incomplete record."""
        with checked("slices", record, SCHEMA):
            facets = tuple(map(Facet.from_json, record["columns"]))
            return cls(record["n_items"], record["n_groups"], Figure.from_json(record["accuracy"]), facets)


def slices(
    right: Bools, columns: Sequence[Column], units: NDArray[np.int64], accuracy: Figure, *, seed: int = 0
) -> Slices:
    """Hold each slice against the rest. `right` says which items were answered rightly, `units` which belong together;
    both `(n,)`, and so are the values of each column. `accuracy` is that of all items."""
    facets = [
        Facet(column.name, () if column.reason else contrasts(right, column, units, seed=seed), column.reason)
        for column in columns
    ]
    corrected = corrected_together([facet.contrasts for facet in facets])
    facets = [replace(facet, contrasts=found) for facet, found in zip(facets, corrected, strict=True)]
    return Slices(len(right), len(np.unique(units)), accuracy, tuple(facets))


def contrasts(
    outcome: Bools, column: Column, units: NDArray[np.int64], *, seed: int, among: str = ""
) -> tuple[Contrast, ...]:
    """Each value of the column against all others in the share of `outcome` `(n,)`; p-values are not yet corrected.

    Where each unit is an item: Wilson's and Newcombe's intervals, Fisher's exact test. Else: the bootstrap over units,
    and the sign-flip test over units. `among` says of which items the share is, for what is not defined.
    """
    names = [name for name in column.order if name in set(column.values)]
    codes = np.array([names.index(value) for value in column.values], dtype=np.int64)
    n, unit = len(outcome), chance.numbered(units)
    n_units = int(unit.max()) + 1 if n else 0
    inside = [codes == code for code in range(len(names))]
    again = np.empty((0, 0))
    if n_units < n:
        sums = [np.bincount(unit, one, n_units) for mask in inside for one in (outcome & mask, mask)]
        again = chance.resampled_sums(np.stack(sums, axis=1).astype(np.float64), seed=seed)
    return tuple(
        _contrast(name, outcome, mask, unit, again, place, seed, among)
        for place, (name, mask) in enumerate(zip(names, inside, strict=True))
    )


def _contrast(
    name: str, outcome: Bools, inside: Bools, unit: NDArray[np.int64], again: Array, place: int, seed: int, among: str
) -> Contrast:
    n, n_inside = len(outcome), int(inside.sum())
    right, others = float((outcome & inside).sum()), float((outcome & ~inside).sum())
    n_in, n_out, n_units = (len(np.unique(unit[mask])) for mask in (inside, ~inside, np.ones(n, dtype=bool)))
    draws = ratio(again[:, 2 * place], again[:, 2 * place + 1]) if again.size else np.empty(0)
    found = Intervals(n_in, n_inside).share(right, n_inside, n_in, draws, f"no item{among}")
    single = n_units == n
    if not 0 < n_inside < n:
        none = Figure(None, None, None, n, "not defined: there is nothing to compare it with")
        return Contrast(name, n_in, found, none, none)
    value = right / n_inside - others / (n - n_inside)
    if single:
        bounds = chance.newcombe(right, n_inside, others, n - n_inside)
        difference = Figure(value, *bounds, n, "Newcombe's interval, 95 %")
    else:
        total = again[:, ::2].sum(axis=1), again[:, 1::2].sum(axis=1)
        rest = ratio(total[0] - again[:, 2 * place], total[1] - again[:, 2 * place + 1])
        difference = Intervals(n_units, n).bootstrap(value, n, draws - rest, "no items")
    if min(n_in, n_out) < FEW:
        kind = ("item" if single else "group") + ("s" if min(n_in, n_out) != 1 else "")
        beside = "" if n_in < FEW else " beside it"
        few = f"not tested: too few ({min(n_in, n_out)} {kind}{beside}; {FEW} are needed)"
        return Contrast(name, n_in, found, difference, Figure(None, None, None, n, few))
    if single:
        p = chance.fisher(int(right), n_inside, int(others), n - n_inside)
        method = "Fisher's exact test"
    else:
        scores = np.bincount(unit, (inside - inside.mean()) * (outcome - outcome.mean()))
        p = chance.sign_flips(scores.astype(np.float64), seed=seed)
        method = f"sign-flip test over {n_units:,} groups"
    return Contrast(name, n_in, found, difference, Figure(p, None, None, n, method))


def corrected_together(found: Sequence[tuple[Contrast, ...]]) -> list[tuple[Contrast, ...]]:
    """The same contrasts with their p-values corrected for all of them together."""
    flat = [one for group in found for one in group]
    values = chance.holm([one.p.value for one in flat])
    n = sum(value is not None for value in values)
    done = iter(
        one
        if p is None
        else replace(one, p=replace(one.p, value=p, method=f"{one.p.method}, corrected for {n} (Holm)"))
        for one, p in zip(flat, values, strict=True)
    )
    return [tuple(next(done) for _ in group) for group in found]


def column_of(name: str, cells: Sequence[str | None]) -> Column:
    """A column of a sheet as slices: each value, or ranges of numbers, or the most frequent of many words."""
    known = [cell for cell in cells if cell]
    if not known:
        return Column(name, reason="no item has a value")
    numbers = [_number(cell) for cell in known]
    distinct = len(set(known))
    if distinct > MOST and all(number is not None for number in numbers):
        values = np.array([math.nan if not cell else _number(cell) for cell in cells], dtype=np.float64)
        return numeric(name, values)
    if distinct == 1 and len(known) == len(cells):
        return Column(name, reason=f"every item has the same value ({known[0]!r})")
    if distinct == len(known) > 1:
        return Column(name, reason="every item has a value of its own, so there is nothing to compare")
    kept = [value for value, _ in sorted(Counter(known).items(), key=lambda pair: (-pair[1], pair[0]))]
    shown = set(kept if distinct <= MOST else kept[: MOST - 1])
    others = f"({distinct - len(shown):,} other values)"
    order = sorted(shown)
    values_of = [NO_VALUE if not cell else cell if cell in shown else others for cell in cells]
    return _in_order(name, values_of, [*order, others, NO_VALUE])


def numeric(name: str, values: Array, *, bins: int = BINS, unit: str = "", decimals: int | None = None) -> Column:
    """Numbers `(n,)` as ranges with about equally many items each; NaN is no value. A number on a border belongs
    below."""
    known = values[~np.isnan(values)]
    if not len(known):
        return Column(name, reason="no item has a value")
    if np.ptp(known) == 0:
        return Column(name, reason=f"every item has the same value ({_written(float(known[0]), decimals)}{unit})")
    inner = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="inverted_cdf"))
    inner = inner[inner < known.max()]
    place = np.searchsorted(inner, values, side="left")
    found: list[str] = []
    for i in range(len(inner) + 1):
        some = known[np.searchsorted(inner, known, side="left") == i]
        low, high = (_written(float(end), decimals) for end in (some.min(), some.max()))
        found.append(f"{low}{unit}" if low == high else f"{low} to {high}{unit}")
    names = [NO_VALUE if math.isnan(value) else found[i] for value, i in zip(values.tolist(), place, strict=True)]
    return _in_order(name, names, [*found, NO_VALUE])


def _in_order(name: str, values: list[str], order: list[str]) -> Column:
    """The column, with those of `order` that occur."""
    return Column(name, tuple(values), tuple(one for one in dict.fromkeys(order) if one in set(values)))


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _written(number: float, decimals: int | None) -> str:
    return f"{number:,.{decimals}f}" if decimals is not None else f"{number:.6g}"
