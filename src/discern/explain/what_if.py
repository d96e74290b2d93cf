"""What a model would answer if a column were otherwise: changes, what lies outside the data, totals.

Two answers of the same model are compared. That the change would bring about the difference is not shown by it: the
model knows what goes together, not what causes what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import spatial

from ..core.errors import DataError
from ..core.options import suggest
from ..core.records import Column, Figure, InputSpec
from ..core.seeds import generator
from ..core.views import Record
from ..data.table_values import values_of
from .design import filled
from .figures import Array, around, undefined, without_range

SCHEMA = 1
NEAR = 5
"""A row is like the data where its fifth nearest neighbour among them is as near as theirs mostly are."""
MOSTLY = 0.99
SAMPLE = 3_000
MOST_COMPARED = 20_000
Way = Literal["to", "by", "times"]


@dataclass(frozen=True)
class Change:
    """What is done to one column: set `to` a value (NaN: missing), changed `by` an amount, or `times` a factor."""

    place: int
    way: Way
    amount: float
    said: str

    def of(self, values: Array) -> Array:
        """The column `(n,)` after the change; what is missing stays missing where it is changed by an amount."""
        if self.way == "to":
            return np.full(len(values), self.amount)
        return values + self.amount if self.way == "by" else values * self.amount


def parse_changes(texts: Sequence[str], columns: Sequence[Column]) -> tuple[list[Change], list[str]]:
    """`column=-10%`, `column=+5`, `column=120`, `column==-5`, `column=north`: changes, and what is wrong with any.

    A value to set is read as a cell of that column is.
    """
    changes: list[Change] = []
    problems: list[str] = []
    names = [column.name for column in columns]
    for text in texts:
        found = [place for place, name in enumerate(names) if text.startswith(name + "=")]
        if not found:
            name, equals, _ = text.partition("=")
            expected = f"expected one of {', '.join(names[:12])}" + (", ..." if len(names) > 12 else "")
            problems.append(
                f"--set {text}: the model uses no column {name!r}; {expected}{suggest(name, names)}"
                if equals
                else f"--set {text}: expected COLUMN=CHANGE, such as {names[0] if names else 'column'}=-10%"
            )
            continue
        place = max(found, key=lambda place: len(names[place]))
        change, problem = _change(text[len(names[place]) + 1 :].strip(), place, columns[place])
        if any(one.place == place for one in changes):
            problem = f"{names[place]} is changed twice"
        if change is not None and problem is None:
            changes.append(change)
        else:
            problems.append(f"--set {text}: {problem}")
    return changes, problems


def _change(text: str, place: int, column: Column) -> tuple[Change | None, str | None]:
    name, signed = column.name, text[:1] in ("+", "-")
    if signed and column.kind != "category":
        number = _number(text.removesuffix("%").strip())
        if number is None or (column.kind == "date" and text.endswith("%")):
            return (
                None,
                "expected a change such as -10% or +5" if column.kind == "number" else "expected days such as +7",
            )
        if text.endswith("%"):
            return Change(place, "times", 1 + number / 100, f"{name} {_signed(number)} %"), None
        days = " days" if column.kind == "date" else ""
        return Change(place, "by", number, f"{name} {_signed(number)}{days}"), None
    cell = text.removeprefix("=") if column.kind != "category" else text
    if column.kind == "category" and cell not in column.categories:
        listed = ", ".join(column.categories[:10]) + (", ..." if len(column.categories) > 10 else "")
        return None, f"expected one of {listed}{suggest(cell, column.categories)}"
    try:
        found, _ = values_of(pl.DataFrame({name: [cell]}), InputSpec("table", (1,), "float64", columns=(column,)), "")
    except DataError:
        found = np.full((1, 1), math.nan)
    if math.isnan(found[0, 0]):
        kinds = {"number": "-10%, +5 or 120 (==-5 for minus five itself)", "date": "a date as in the data, or +7 days"}
        return None, f"expected {kinds.get(column.kind, 'a value')}"
    return Change(place, "to", float(found[0, 0]), f"{name} is {cell}"), None


def _number(text: str) -> float | None:
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _signed(number: float) -> str:
    return f"{number:+g}".replace("-", "−")


def changed(values: Array, changes: Sequence[Change]) -> Array:
    """`values` `(n, p)` after all changes."""
    new = values.copy()
    for change in changes:
        new[:, change.place] = change.of(values[:, change.place])
    return new


@dataclass(frozen=True)
class Known:
    """The rows that a model learned from, as far as it takes to say what lies outside of them."""

    columns: tuple[Column, ...]
    low: Array
    """Of each column, `(p,)`; NaN for categories and for what was always missing."""
    high: Array
    scale: Array
    tree: Any = field(repr=False)
    bound: float
    """The distance that 99 % of the rows have to their fifth nearest."""

    def outside(self, values: Array, place: int) -> NDArray[np.int8]:
        """Whether a number lies below (-1) or above (1) the data, `(n,)`."""
        column = values[:, place]
        with np.errstate(invalid="ignore"):
            return np.where(column < self.low[place], -1, np.where(column > self.high[place], 1, 0)).astype(np.int8)

    def distance(self, values: Array) -> Array:
        """To the fifth nearest row that was learned from, `(n,)`."""
        if self.tree is None:
            return np.zeros(len(values))
        k = min(NEAR, self.tree.n)
        found, _ = self.tree.query(_placed(values, self.columns, self.scale), k=[k])
        return np.asarray(found[:, 0], dtype=np.float64)


def known(values: Array, columns: Sequence[Column], *, seed: int = 0) -> Known:
    """What is known of the rows `values` `(n, p)`; of more than 3,000, neighbours are looked for among a sample."""
    empty = np.isnan(values).all(axis=0) | np.array([column.kind == "category" for column in columns], dtype=bool)
    safe = np.where(empty, 0.0, values)
    low, high = (np.where(empty, np.nan, side(safe, axis=0)) for side in (np.nanmin, np.nanmax))
    spread = np.nanstd(safe, axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    some = values[np.sort(generator(seed, "known").permutation(len(values))[:SAMPLE])]
    tree, bound = None, math.inf
    if len(some) > NEAR:
        placed = _placed(some, columns, scale)
        tree = spatial.cKDTree(placed)
        found, _ = tree.query(placed, k=[NEAR + 1])  # the nearest is the row itself
        bound = float(np.quantile(found[:, 0], MOSTLY))
    return Known(tuple(columns), low, high, scale, tree, bound)


def _placed(values: Array, columns: Sequence[Column], scale: Array) -> Array:
    """Rows as places: numbers in their spreads, two values of a category as far apart as two spreads' length of one."""
    found = []
    for place, column in enumerate(columns):
        if column.kind == "category":
            codes = np.where(np.isnan(values[:, place]), -1, values[:, place])
            found += [(codes == code).astype(np.float64) for code in range(len(column.categories))]
        else:
            found.append(filled(values[:, place]) / scale[place])
    return np.column_stack(found)


@dataclass(frozen=True)
class Outside(Record):
    """How many rows a change takes out of the data."""

    column: str
    below: int
    above: int
    low: float
    high: float
    """The range of the rows that were learned from."""

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("column", "below", "above", "low", "high")}


@dataclass(frozen=True)
class Total(Record):
    """The sum of the answers before and after; of classes, how many rows are expected to be of one."""

    answer: str
    before: Figure
    after: Figure
    difference: Figure

    def to_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name).to_json() for name in ("before", "after", "difference")}
        return {"answer": self.answer, **figures}


@dataclass(frozen=True)
class WhatIf(Record):
    """What a model would answer."""

    run: str
    task: str
    target: str
    changes: tuple[str, ...]
    n_items: int
    n_different: int
    """Rows whose answer changes; of classes, whose most probable label does."""
    n_unchanged: int
    """Rows that the changes leave as they are, such as where the value is missing."""
    totals: tuple[Total, ...]
    outside: tuple[Outside, ...]
    odd: int
    """Rows that each column would allow, but all together are unlike any row that was learned from."""
    n_compared: int
    """Rows that were looked at for that."""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        plain = ("run", "task", "target", "n_items", "n_different", "n_unchanged", "odd", "n_compared")
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in plain},
            "changes": list(self.changes),
            "totals": [one.to_json() for one in self.totals],
            "outside": [one.to_json() for one in self.outside],
            "notes": list(self.notes),
        }


FAR = 0.05
"""With more rows than this share outside of the data, the errors measured within them say nothing of a total."""
DIFFERENCE = "two answers of one model; nothing is measured about the change itself"


def sums(before: float, after: float, n: int, errors: Array | None, far: int) -> Total:
    """Totals of numbers over `n` rows. `errors` `(m,)` are those of rows that the model did not learn from; None where
    there are none. `far` is how many rows lie outside of what was learned from."""
    if errors is None or len(errors) < 2:
        reason = "no interval: there are no rows to measure the errors on"
        figures = [Figure(value, None, None, n, reason) for value in (before, after)]
    else:
        m = len(errors)
        square = float((errors**2).mean())
        spread = math.sqrt(square * (n + n * n / m))
        method = f"sum of {n:,} answers, errors as measured on {m:,} test rows, 95 %"
        figures = [around(value, spread, m - 1, n, method) for value in (before, after)]
        if far > FAR * n:
            figures[1] = Figure(after, None, None, n, _far(far, n))
    return Total("", figures[0], figures[1], without_range(after - before, n, DIFFERENCE))


def counts(before: Array, after: Array, spread: Array, n: int, classes: Sequence[str], far: int) -> tuple[Total, ...]:
    """Totals of classes: sums of probabilities `(n_classes,)` before and after, and `spread` `(2, n_classes)`, the sums
    of p (1 - p)."""
    method = f"sum of {n:,} probabilities, 95 % if they are right"
    found = []
    for place, name in enumerate(classes):
        pair = [
            around(float(side[place]), math.sqrt(float(spread[way, place])), math.inf, n, method)
            for way, side in enumerate((before, after))
        ]
        if far > FAR * n:
            pair[1] = Figure(float(after[place]), None, None, n, _far(far, n))
        difference = without_range(float(after[place] - before[place]), n, DIFFERENCE)
        found.append(Total(name, pair[0], pair[1], difference))
    return tuple(found) or (Total("", *(undefined(n, "there are no classes"),) * 3),)


def _far(far: int, n: int) -> str:
    return f"no interval: {far:,} of {n:,} rows lie outside of what was learned from"
