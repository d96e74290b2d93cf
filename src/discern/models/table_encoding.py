"""From the values of a table, with gaps and categories, to the numbers that a model looks at. Needs NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.records import Column

Array = NDArray[np.float64]
Form = Literal["standard", "dropped", "raw"]
FORMS: tuple[Form, ...] = ("standard", "dropped", "raw")

MOST_CATEGORIES = 100
"""So many categories of a column have a number of their own, the most frequent ones; the others share one."""
MOST_RAW = 254
"""The same for `raw`: the histograms of boosting tell 255 categories apart."""
LARGEST = 1e60
"""Of a value; its square is still a number."""
FARTHEST = 1e9
"""A standardised value lies at most so many standard deviations from the mean: it stays finite in float32."""


@dataclass(frozen=True, eq=False)
class TableEncoder:
    """What a table's values become, as learned from the training rows.

    `standard`: a gap is filled with the column's median, numbers are centred and divided by their standard deviation;
    then comes a 0 or 1 for each column in which values were missing; then for each category a 0 or 1, and one for all
    rarer ones together. `dropped` is the same without the most frequent category of each column, so that nothing is a
    sum of other columns, as least squares needs it. `raw` leaves all as it is for models that take gaps and categories
    themselves; the rarest categories of a column of more than 254 count as one.

    A category that training did not see is a missing value. Where none was missing in training, such a one is 0 in
    all columns of its category, which for `dropped` makes it the most frequent one.
    """

    columns: tuple[Column, ...]
    form: Form
    fill: Array
    """Medians, `(n_columns,)`, as the next two; of a category 0, 0 and 1."""
    mean: Array
    scale: Array
    flagged: NDArray[np.bool_]
    """Where values were missing in training, `(n_columns,)`."""
    slots: NDArray[np.int64]
    """For each category of each column, one column after the other: its place among the column's numbers; -1 without
    one."""

    @property
    def _numbers(self) -> list[int]:
        return [i for i, column in enumerate(self.columns) if column.kind != "category"]

    def of_categories(self) -> Iterator[tuple[int, NDArray[np.int64], int]]:
        """Of each category column: where it stands, the slots of its categories, and how many numbers it becomes."""
        start = 0
        for i, column in enumerate(self.columns):
            if column.kind == "category":
                slots = self.slots[start : start + len(column.categories)]
                start += len(column.categories)
                yield i, slots, int(slots.max(initial=-1)) + 1 + bool(self.flagged[i])

    @property
    def categorical(self) -> NDArray[np.bool_]:
        """Which of the encoded numbers are categories, `(n_features,)`; none but in `raw`."""
        kinds = [column.kind == "category" for column in self.columns]
        return np.array(kinds) if self.form == "raw" else np.zeros(self.n_features, bool)

    @property
    def n_features(self) -> int:
        """How many numbers a row becomes."""
        if self.form == "raw":
            return len(self.columns)
        of_numbers = len(self._numbers) + int(self.flagged[self._numbers].sum())
        return of_numbers + sum(width for _, _, width in self.of_categories())

    @property
    def names(self) -> list[str]:
        """What each of the numbers is, `(n_features,)`: `age`, `age is missing`, `region: north`."""
        if self.form == "raw":
            return [column.name for column in self.columns]
        found = [self.columns[i].name for i in self._numbers]
        found += [f"{self.columns[i].name} is missing" for i in self._numbers if self.flagged[i]]
        for i, slots, width in self.of_categories():
            column = self.columns[i]
            own: list[str] = [""] * width
            for slot in range(int(slots.max(initial=-1)) + 1):
                members = np.flatnonzero(slots == slot)
                what = column.categories[members[0]] if len(members) == 1 else f"one of {len(members)} rare ones"
                own[slot] = f"{column.name}: {what}"
            if self.flagged[i]:
                own[-1] = f"{column.name} is missing"
            found += own
        return found

    @property
    def sources(self) -> NDArray[np.int64]:
        """The column that each of the numbers comes from, `(n_features,)`."""
        if self.form == "raw":
            return np.arange(len(self.columns))
        found = [*self._numbers, *(i for i in self._numbers if self.flagged[i])]
        return np.array(found + [i for i, _, width in self.of_categories() for _ in range(width)], np.int64)

    @property
    def baselines(self) -> dict[str, str]:
        """Of `dropped`: the category of each column that the others are compared with."""
        pairs = ((self.columns[i], np.flatnonzero(slots < 0)) for i, slots, _ in self.of_categories())
        return {column.name: column.categories[none[0]] for column, none in pairs if len(none)}

    def transform(self, values: NDArray[Any]) -> Array:
        """The numbers that a model looks at, float64 `(n, n_features)`, from values `(n, n_columns)`."""
        values = np.asarray(values, np.float64)
        if self.form == "raw":
            return self._raw(values)
        out = np.zeros((len(values), self.n_features))
        numbers = self._numbers
        given = values[:, numbers]
        gaps = np.isnan(given)
        filled = np.where(gaps, self.fill[numbers], given)
        out[:, : len(numbers)] = np.clip((filled - self.mean[numbers]) / self.scale[numbers], -FARTHEST, FARTHEST)
        flagged = self.flagged[numbers]
        at = len(numbers) + int(flagged.sum())
        out[:, len(numbers) : at] = gaps[:, flagged]
        rows = np.arange(len(values))
        for i, slots, width in self.of_categories():
            places = self.lookup(slots, width, bool(self.flagged[i]))[codes(values[:, i], len(slots))]
            known = places >= 0
            out[rows[known], at + places[known]] = 1.0
            at += width
        return out

    @staticmethod
    def lookup(slots: NDArray[np.int64], width: int, flagged: bool) -> NDArray[np.int64]:
        """The place of each category of a column, and last that of a missing one; -1 for none."""
        return np.append(slots, width - 1 if flagged else -1)

    def _raw(self, values: Array) -> Array:
        out = values
        for i, slots, _ in self.of_categories():
            if len(slots) > MOST_RAW:
                out = values.copy() if out is values else out
                code = codes(values[:, i], len(slots))
                out[:, i] = np.append(slots.astype(np.float64), np.nan)[code]
        return out


def fit(values: NDArray[Any], columns: Sequence[Column], form: Form = "standard") -> TableEncoder:
    """Learn from the training rows `(n, n_columns)`. Raises DataError for numbers that are too large."""
    values = np.asarray(values, np.float64)
    n_columns = len(columns)
    fill, mean, scale = np.zeros(n_columns), np.zeros(n_columns), np.ones(n_columns)
    flagged = np.zeros(n_columns, bool)
    slots = [np.zeros(0, np.int64)]
    n_gaps = np.isnan(values).sum(axis=0)
    for i, column in enumerate(columns):
        if form == "raw" and column.kind != "category":
            flagged[i] = 0 < n_gaps[i] < len(values)
            continue
        given = values[:, i]
        gaps = np.isnan(given)
        seen = given[~gaps]
        flagged[i] = 0 < len(seen) < len(given)
        if column.kind == "category":
            counts = np.bincount(codes(seen, len(column.categories)), minlength=len(column.categories) + 1)[:-1]
            slots.append(_slots(counts, form))
        elif len(seen):
            largest = float(np.abs(seen).max())
            if largest > LARGEST:
                raise DataError(f"column {column.name!r} holds {largest:g} in size; expected at most {LARGEST:g}")
            fill[i] = np.median(seen)
            mean[i], scale[i] = _centre(np.where(gaps, fill[i], given) if flagged[i] else given)
    encoder = TableEncoder(tuple(columns), form, fill, mean, scale, flagged, np.concatenate(slots))
    return encoder if encoder.n_features else fit(values, columns)  # one category alone, and that one dropped


def numbered(n_columns: int) -> tuple[Column, ...]:
    """Columns of a table without names: all are numbers."""
    return tuple(Column(f"column {number}", "number") for number in range(n_columns))


def coded(counts: Sequence[int]) -> tuple[Column, ...]:
    """Columns without names: so many codes each, 0 for a number."""
    texts = {count: tuple(f"{code:03d}" for code in range(count)) for count in set(counts)}
    return tuple(
        Column(column.name, "category", texts[count]) if count else column
        for column, count in zip(numbered(len(counts)), counts, strict=True)
    )


def codes(values: Array, n_categories: int) -> NDArray[np.int64]:
    """Positions of categories, `(n,)`; `n_categories` for what is missing."""
    found = np.where(np.isnan(values), n_categories, values)
    return np.clip(found, 0, n_categories).astype(np.int64)


def _centre(values: Array) -> tuple[float, float]:
    """Mean and standard deviation; of a constant its value and 1."""
    if values.min() == values.max():
        return float(values[0]), 1.0
    spread = float(values.std())
    return float(values.mean()), spread if spread > 0 else 1.0


def _slots(counts: NDArray[np.int64], form: Form) -> NDArray[np.int64]:
    """The place of each category among the numbers of its column, in the order of the categories."""
    most = MOST_RAW if form == "raw" else MOST_CATEGORIES
    order = np.argsort(-counts, kind="stable")
    found = np.full(len(counts), -1, np.int64)
    alone = order[(form == "dropped") : most]
    if form == "raw" and len(counts) <= most:
        return np.arange(len(counts))
    found[np.sort(alone)] = np.arange(len(alone))
    found[order[most:]] = len(alone)
    return found
