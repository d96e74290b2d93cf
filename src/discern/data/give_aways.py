"""Columns that give the target away: copies of it, what it is reckoned from, what is reckoned with it.

A model that sees them looks near perfect and is worth nothing where the target is not known yet. Pure functions: what
is sure and what is only likely are told apart. How closely a column goes with the target proves nothing by itself: good
predictors do so too.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column
from ..core.seeds import generator
from ..core.views import Record
from . import reckoned
from .reckoned import FEWEST, Numbers, Table

Way = Literal["copy", "sum", "ratio", "base", "family", "decides"]
ROWS, CELLS = 4000, 10_000_000
"""Most rows, and most cells, that relations are looked for in; more are drawn from, by a fixed seed."""
CLOSE = 0.995
"""Rank correlation from which a column is likely a copy, whatever it is called."""
RELATED = 0.6
"""Rank correlation from which a column that is called like the target is likely of its family."""
WITH_BASE = 0.4
"""The same of a column that is reckoned on the same unknown base."""
RATES = 8
"""Most columns set aside whose counts are looked for."""
BANDS = 5
"""Levels from which a column that moves in step with the target is surely a copy; with fewer it is likely one."""
TOUCHING = 0.75
"""Share of the pieces of the target that must lie side by side, without a gap."""
OFTEN = 5
"""Rows that a value of a column must stand in, on the average, to decide anything."""
GENERAL = frozenset(
    {
        "per",
        "pop",
        "population",
        "rate",
        "rates",
        "ratio",
        "total",
        "number",
        "numb",
        "num",
        "pct",
        "percent",
        "percentage",
        "share",
        "mean",
        "average",
        "avg",
        "count",
        "counts",
        "value",
        "values",
        "index",
        "score",
        "level",
        "class",
        "label",
        "target",
        "type",
        "kind",
        "name",
        "code",
        "all",
        "the",
        "and",
        "for",
        "with",
        "sum",
        "log",
    }
)
"""Words that say how something is measured, not what."""


@dataclass(frozen=True)
class GiveAway(Record):
    """A column that gives the target away."""

    column: str
    sure: bool
    """Set aside before learning; a column that is only likely is asked about."""
    way: Way
    told: str
    """Why, in a sentence."""

    def to_json(self) -> dict[str, Any]:
        return {"column": self.column, "sure": self.sure, "way": self.way, "told": self.told}


def give_aways(
    values: Numbers, columns: Sequence[Column], target: NDArray[Any], name: str = "the target"
) -> tuple[GiveAway, ...]:
    """The columns of a table that give its target away, in their order.

    `values` is `(n, n_features)` with NaN where a value is missing and positions for categories, `columns` says what
    each is, `target` is `(n,)`: float64 (NaN where unknown), or text for classes. `name` is what the target is called.
    Nothing is found in fewer than 30 rows. Where every column would be set aside, all are only likely.
    """
    of_numbers = target.dtype.kind == "f"
    rows = _sample(np.flatnonzero(np.isfinite(target)) if of_numbers else np.arange(len(target)), len(columns))
    if len(rows) < FEWEST or not columns:
        return ()
    looking, wanted = _Looking(values[rows], tuple(columns), name), target[rows]
    found = looking.for_number(wanted) if of_numbers else looking.for_classes(wanted)
    if sum(one.sure for one in found.values()) == len(columns):
        found = {place: GiveAway(one.column, False, one.way, one.told) for place, one in found.items()}
    return tuple(found[place] for place in sorted(found))


def _sample(known: NDArray[np.int64], n_columns: int) -> NDArray[np.int64]:
    most = max(min(ROWS, CELLS // max(n_columns, 1)), 500)
    if len(known) <= most:
        return known
    return np.sort(generator(0, "give-aways").choice(known, most, replace=False))


class _Looking:
    """The state of one search: what was found so far, by the column's place."""

    def __init__(self, values: Numbers, columns: tuple[Column, ...], name: str) -> None:
        self.values, self.columns, self.name = values, columns, name
        self.found: dict[int, GiveAway] = {}
        kinds = np.array([column.kind for column in columns])
        self.numbers, self.categories = np.flatnonzero(kinds != "category"), np.flatnonzero(kinds == "category")
        self.table = Table(values[:, self.numbers])
        """Of numbers and dates alone: places in it are places in `numbers`."""

    def add(self, places: Iterable[int], way: Way, told: str, *, sure: bool = True) -> None:
        """What was found first stays, but what is sure replaces what was likely."""
        for place in places:
            known = self.found.get(place)
            if known is None or (sure and not known.sure):
                self.found[place] = GiveAway(self.columns[place].name, sure, way, told)

    def called(self, places: Iterable[int]) -> str:
        return ", ".join(self.columns[place].name for place in places)

    @property
    def sure(self) -> list[int]:
        """Places in `table` of what is sure so far."""
        return [at for at, place in enumerate(self.numbers.tolist()) if place in self.found and self.found[place].sure]

    @property
    def left(self) -> NDArray[np.int64]:
        """Places in `table` of all others, those that go with the target most closely first, `PAIRED` at most."""
        others = np.setdiff1d(np.arange(len(self.numbers)), self.sure)
        order = np.argsort(-np.abs(self.closeness[others]), kind="stable")
        return np.asarray(np.sort(others[order[: reckoned.PAIRED]]), np.int64)

    def for_number(self, target: Numbers) -> dict[int, GiveAway]:
        self.closeness = np.array([reckoned.rank_correlation(column, target) for column in self.table.values.T])
        self._copies(target)
        self._bands(target)
        self._sums(target)
        self._ratios(target)
        self._counts(target)
        self._sums_of_found()
        self._family()
        return self.found

    def _copies(self, target: Numbers) -> None:
        for at, place in enumerate(self.numbers.tolist()):
            closeness = self.closeness[at]
            if abs(closeness) < 0.8:
                continue
            column = self.table.values[:, at]
            known = np.isfinite(column)
            if known.sum() < FEWEST:
                continue
            if self._in_step(target[known], column[known]):
                levels = min(len(np.unique(column[known])), len(np.unique(target[known])))
                told = f"{self.columns[place].name} is {self.name} in another form: the two rise and fall together"
                self.add([place], "copy", told, sure=levels >= BANDS)
            elif abs(closeness) >= CLOSE and len(self.columns) > 1:
                told = f"{self.columns[place].name} is nearly {self.name}: rank correlation {closeness:.3f}"
                self.add([place], "copy", told, sure=False)

    def _bands(self, target: Numbers) -> None:
        """Categories that cut the target into pieces, such as low, middle, high."""
        for place in self.categories.tolist():
            column = self.values[:, place]
            known = np.isfinite(column)
            levels, where, counts = np.unique(column[known], return_inverse=True, return_counts=True)
            if len(levels) < 2 or known.sum() < max(FEWEST, OFTEN * len(levels)):
                continue
            means = np.bincount(where, target[known]) / counts
            if self._in_step(target[known], means[where]):
                told = f"{self.columns[place].name} says how high {self.name} is: its values never overlap there"
                self.add([place], "copy", told, sure=len(levels) >= 3)

    def _in_step(self, one: Numbers, other: Numbers) -> bool:
        """Whether one is a form of the other: they never move apart, and levels of one are pieces of the other.

        Levels with wide gaps between them in the other are no pieces of it: a good predictor with few values.
        """
        if not reckoned.in_step(one, other):
            return False
        few, many = sorted((one, other), key=lambda values: len(np.unique(values)))
        levels, where, counts = np.unique(few, return_inverse=True, return_counts=True)
        if len(levels) < 2 or not self._no_chance(counts):
            return False
        if len(levels) > len(few) / 5 or len(np.unique(many)) == len(levels):
            return True
        return reckoned.touching(many, where) >= TOUCHING

    def _no_chance(self, counts: NDArray[np.int64]) -> bool:
        """Whether levels of these sizes would fall into order by chance in fewer than one of a million such tables."""
        orders = math.lgamma(counts.sum() + 1) - sum(math.lgamma(count + 1) for count in counts.tolist())
        return orders > math.log(1e6 * len(self.columns))

    def _sums(self, target: Numbers) -> None:
        found = reckoned.sum_of(target, self.table, np.setdiff1d(np.arange(len(self.numbers)), self.sure))
        if found is None:
            return
        places = self.numbers[list(found.columns)].tolist()
        signs = [" − " if weight < 0 else " + " for weight in found.weights]
        if not found.plain:
            told = f"{self.name} can be calculated exactly from {self.called(places)}, each times a number"
        else:
            written = "".join(sign + self.columns[place].name for sign, place in zip(signs, places, strict=True))
            size = abs(found.weights[0])
            written = written.removeprefix(" + ").strip()
            told = f"{self.name} is exactly " + (written if size == 1 else f"{size:.6g} × ({written})")
        self.add(places, "sum", told, sure=found.plain)

    def _ratios(self, target: Numbers) -> None:
        """Of a ratio what is above the line gives away; of a product what goes with the target most."""
        for form, numbers, off in _forms(target):
            pair = reckoned.pair_of(numbers, off, self.table, self.left)
            if pair is None:
                continue
            over, under = pair.over, pair.under
            if pair.times and abs(self.closeness[under]) > abs(self.closeness[over]):
                over, under = under, over
            first, second = self.numbers[over], self.numbers[under]
            told = (
                f"{form.format(self.name)} is exactly {self.columns[first].name} {'×' if pair.times else '/'} "
                f"{self.columns[second].name}, up to a factor"
            )
            self.add([int(first)], "ratio", told)
            if pair.times:
                self.add([int(second)], "ratio", told, sure=False)
            return

    def _counts(self, target: Numbers) -> None:
        """Counts behind rates that were set aside, and what else is reckoned on the same base."""
        rates = self.sure[:RATES]
        if not rates:
            return
        among = self.left
        if len(among) < 2:
            return
        base = reckoned.shared_base(np.column_stack([target, self.table.values[:, rates]]), self.table, among)
        if base is None:
            return
        names = [self.name, *(self.columns[place].name for place in self.numbers[rates].tolist())]
        for at, rate in base.counts.items():
            place = int(self.numbers[at])
            told = f"{self.columns[place].name} is what {names[rate]} was calculated from"
            self.add([place], "base", told)
        if reckoned.is_column(base, self.table, among) is None:
            self._on_base(base)

    def _on_base(self, base: reckoned.Base) -> None:
        """Rates on a base that is no column of the table come from where the target comes from."""
        own = words(self.name)
        for count, rate in reckoned.over_base(base, self.table, np.union1d(self.left, self.sure)):
            first, second = (int(place) for place in self.numbers[[count, rate]])
            alike = bool(own & words(self.columns[second].name)) and abs(self.closeness[rate]) >= WITH_BASE
            told = (
                f"{self.columns[second].name} was calculated from {self.columns[first].name} with the same divisor as "
                f"{self.name}; no other column is that divisor"
            )
            if alike:
                self.add([first, second], "base", told)

    def _sums_of_found(self) -> None:
        """Columns that are sums of columns set aside."""
        parts = np.array(self.sure, np.int64)
        if len(parts) < 2:
            return
        for at in reckoned.explained(self.table, self.left, parts):
            found = reckoned.sum_of(self.table.values[:, at], self.table, parts)
            if found is not None and found.plain:
                place = int(self.numbers[at])
                added = self.called(self.numbers[list(found.columns)].tolist())
                self.add([place], "sum", f"{self.columns[place].name} is a sum of columns that were set aside: {added}")

    def _family(self) -> None:
        named = [words(column.name) for column in self.columns]
        usual = Counter(word for found in named for word in found)
        own = {word for word in words(self.name) - GENERAL if usual[word] <= max(3, len(named) / 10)}
        for at, place in enumerate(self.numbers.tolist()):
            shared = _shared(own, named[place] - GENERAL)
            closeness = self.closeness[at]
            if shared and abs(closeness) >= RELATED:
                told = (
                    f"{self.columns[place].name} is called like {self.name} ({', '.join(sorted(shared))}) and goes "
                    f"with it: rank correlation {closeness:.2f}"
                )
                self.add([place], "family", told, sure=False)

    def for_classes(self, labels: NDArray[Any]) -> dict[int, GiveAway]:
        """Columns of which each value stands in one class alone, and numbers that were cut into the classes."""
        names, classes = np.unique(labels, return_inverse=True)
        n_classes = len(names)
        for place, column in enumerate(self.columns):
            cells = self.values[:, place]
            known = np.isfinite(cells)
            if known.sum() < FEWEST:
                continue
            levels, where, counts = np.unique(cells[known], return_inverse=True, return_counts=True)
            pure = np.unique(np.stack([where, classes[known]]), axis=1).shape[1] == len(levels)
            if not pure or len(levels) < 2:
                continue
            seen = np.bincount(classes[known], minlength=n_classes)
            if len(levels) * OFTEN > known.sum():
                if column.kind != "category" and self._cut(cells[known], classes[known], seen):
                    told = f"{self.name} was cut out of {column.name}: each class is a stretch of it, without a gap"
                    self.add([place], "copy", told, sure=False)
            elif len(levels) == n_classes and self._no_chance(counts):
                told = f"{column.name} is {self.name} under another name: each value stands for one class"
                self.add([place], "decides", told)
            elif column.kind == "category" and self._no_luck(counts, seen / seen.sum()):
                told = f"{column.name} decides {self.name}: each of its {len(levels)} values stands in one class alone"
                self.add([place], "decides", told)
        return self.found

    def _no_luck(self, counts: NDArray[np.int64], shares: Numbers) -> bool:
        """Whether levels of these sizes would hold one class each by chance in fewer than one of a million tables."""
        of_level = np.log((shares[None, :] ** counts[:, None]).sum(axis=1))
        return float(of_level.sum()) < -math.log(1e6 * len(self.columns))

    def _cut(self, cells: Numbers, classes: NDArray[np.int64], seen: NDArray[np.int64]) -> bool:
        """Whether the classes are stretches of a number that touch: what merely tells them apart leaves a gap."""
        order = np.argsort(cells, kind="stable")
        edges = np.flatnonzero(np.diff(classes[order]))
        if len(edges) != (seen > 0).sum() - 1 or seen[seen > 0].min() < reckoned.BESIDE or not self._no_chance(seen):
            return False
        return reckoned.touching(cells, classes) == 1.0


def _forms(target: Numbers) -> Iterator[tuple[str, Numbers, Numbers]]:
    """The target, and what would be a ratio if it were a share, a percentage, or a growth of something; with what
    rounding makes of each row."""
    off = np.full(len(target), 0.5 * reckoned.step(target))
    yield "{0}", target, off
    for whole, form in ((1.0, "{0} / (1 − {0})"), (100.0, "{0} / (100 − {0})")):
        inside = (target > 0) & (target < whole)
        if inside.mean() >= reckoned.ENOUGH - 0.05:
            shares = np.where(inside, target, np.nan)
            yield form, shares / (whole - shares), off * whole / (whole - shares) ** 2
    for whole, form in ((1.0, "1 + {0}"), (100.0, "100 + {0}")):
        if target.min() < 0 and (target > -whole).mean() >= reckoned.ENOUGH:
            yield form, whole + target, off


def words(name: str) -> frozenset[str]:
    """The words of a column's name: `ViolentCrimesPerPop` and `violent_crimes_per_pop` have the same four."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)", " ", name)
    return frozenset(word.casefold() for word in re.split(r"[\W_]+", apart) if word)


def _shared(one: Set[str], other: Set[str]) -> set[str]:
    """Words of `one` that begin like a word of `other`, or the other way round; four letters at least."""
    return {a for a in one for b in other if min(len(a), len(b)) >= 4 and (a.startswith(b) or b.startswith(a))}
