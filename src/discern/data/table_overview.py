"""What a table was understood as: each column's kind, how much of it is missing, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.records import Column
from ..core.views import Record
from .dataset import Dataset

EXAMPLES = 5


@dataclass(frozen=True)
class ColumnFacts(Record):
    """A column that is learned from, or the target. Counts and extremes of the rows that were read."""

    name: str
    kind: str
    """`number`, `category` or `date`."""
    form: str
    """How its cells were written; empty for plainly."""
    missing: int
    different: int
    """How many different values it has."""
    low: str = ""
    middle: str = ""
    """The median."""
    high: str = ""
    commonest: tuple[tuple[str, int], ...] = ()
    """Of a category: values and how often each stands, the commonest first, a few of them."""


@dataclass(frozen=True)
class TableOverview(Record):
    """A table as it was read."""

    name: str
    n_rows: int
    columns: tuple[ColumnFacts, ...]
    target: ColumnFacts | None
    aside: Mapping[str, str]
    """Columns that are not learned from, with the reason."""
    rejected: tuple[tuple[str, str], ...]
    """Rows that cannot be read, and the reason; the first of them."""
    n_rejected: int
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "name": self.name,
            "rows": self.n_rows,
            "target": None if self.target is None else _record(self.target),
            "columns": [_record(column) for column in self.columns],
            "set_aside": dict(self.aside),
            "rejected": {"rows": self.n_rejected, "first": [list(row) for row in self.rejected]},
            "notes": list(self.notes),
        }


def _record(facts: ColumnFacts) -> dict[str, Any]:
    common = {"name": facts.name, "kind": facts.kind, "form": facts.form, "missing": facts.missing}
    common["different"] = facts.different
    if facts.kind == "category":
        return common | {"commonest": [list(pair) for pair in facts.commonest]}
    return common | {"low": facts.low, "middle": facts.middle, "high": facts.high}


def overview(data: Dataset) -> TableOverview:
    """What the columns of a table hold. Raises DataError for data that are no table with columns."""
    if not data.input.columns:
        raise DataError(describe(data.name, found=f"data of kind {data.kind}", expected="a table with columns"))
    columns = tuple(_facts(column, data.values[:, i]) for i, column in enumerate(data.input.columns))
    return TableOverview(
        data.name,
        data.n,
        columns,
        _target(data),
        data.aside,
        tuple(data.rejected.head(EXAMPLES).iter_rows()),
        data.rejected.height,
        data.notes,
    )


def _target(data: Dataset) -> ColumnFacts | None:
    name = data.source.options.table.target or "target"
    if data.labels is None:
        return None
    if data.task == "regression":
        return _facts(Column(name, "number"), data.labels)
    codes = np.searchsorted(data.classes, data.labels).astype(np.float64)
    return _facts(Column(name, "category", tuple(data.classes)), codes)


def _facts(column: Column, values: NDArray[np.float64]) -> ColumnFacts:
    known = values[~np.isnan(values)]
    missing, different = len(values) - len(known), pl.Series(known).n_unique()
    if column.kind == "category":
        counts = np.bincount(known.astype(np.int64), minlength=len(column.categories))
        order = np.argsort(-counts, kind="stable")[:EXAMPLES]
        commonest = tuple((column.categories[i], int(counts[i])) for i in order.tolist() if counts[i])
        return ColumnFacts(column.name, column.kind, column.form, missing, different, commonest=commonest)
    shown = ("", "", "")
    if len(known):
        low, middle, high = (_shown(column, number) for number in np.quantile(known, (0, 0.5, 1)).tolist())
        shown = (low, middle, high)
    return ColumnFacts(column.name, column.kind, column.form, missing, different, *shown)


def _shown(column: Column, value: float) -> str:
    if column.kind == "date":
        return str(np.datetime64(0, "D") + int(np.floor(value)))
    if value == round(value) and abs(value) < 1e15:
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.0f}"  # 2016 may be a year
    return f"{value:.4g}"
