"""The record that everything else works on: one row an item, the numbers that a model sees, and what was set aside."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import scipy  # its parts load when they are first used
from numpy.typing import ArrayLike, NDArray

from ..core.options import ReadOptions
from ..core.records import Column, InputSpec
from ..core.targets import Targets
from ..core.views import Record
from . import manifest
from .give_aways import GiveAway
from .neighbours import NearDuplicates, near_duplicates

Kind = Literal["pictures", "table", "texts"]
PARTS = ("train", "validation", "test")
TARGET = "target:"
"""What the column of one of several targets is called, before its name."""
COLUMN = "column:"
"""What a column of the sheet of labels that is no label is called, before its name."""
SET_ASIDE = {"item": pl.String, "reason": pl.String}
"""Columns of `rejected` and `skipped`."""


@dataclass(frozen=True)
class Source(Record):
    """Where a data set was read from."""

    reader: str
    """`folder`, `idx`, `arrays`, `npz`, `digits`, `texts` or `table`."""
    path: str | None
    """As the person gave it; None for arrays."""
    options: ReadOptions = field(default_factory=ReadOptions)
    """What it was read with."""


def set_aside(rows: list[tuple[str, str]]) -> pl.DataFrame:
    """A frame of items and reasons."""
    return pl.DataFrame(rows, schema=SET_ASIDE, orient="row")


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Record):
    """Items to learn from or to answer for. Nothing in it changes after reading."""

    name: str
    """For people: the folder's name, `sample:digits`, `arrays`."""
    kind: Kind
    items: pl.DataFrame
    """A row an item: `item` (unique), `sha256` (of the file's bytes, or of the row), `pixels` (of what the model sees)
    and, when known, `label`, `group`, `part` (`train`, `validation`, `test`), `height`, `width`, `mode`; then
    `target:<name>` for each of several targets, and `column:<name>` for what else the table or sheet says. Everything
    is text, but the `label` of a regression: Float64."""
    values: NDArray[Any]
    """Pictures: uint8 `(n, H, W, C)`, C is 1 or 3. Array: float32 `(n, n_features)`. Table with columns: float64
    `(n, n_features)`, NaN where a value is missing (see `frame`). Texts: `str` `(n,)`, dtype object. In the order of
    `items`."""
    paths: tuple[Path | None, ...]
    """Where each item lies; None for items that are no files of their own."""
    rejected: pl.DataFrame
    """`item`, `reason`: meant to be items, but they cannot be read."""
    skipped: pl.DataFrame
    """`item`, `reason`: not meant to be items (links, hidden files, text files)."""
    notes: tuple[str, ...]
    """Sentences worth saying once."""
    empty_classes: tuple[str, ...]
    """Class folders without a single readable item."""
    source: Source
    spec: InputSpec | None = None
    """How pictures, or the columns of a table, got to the form of `values`; None where nothing but that form is known
    (then see `input`)."""
    aside: Mapping[str, str] = field(default_factory=dict)
    """Columns of a table that are no features, with the reason: identifiers, constants, free text. Their cells are in
    `items` as `column:<name>`."""

    given_away: tuple[GiveAway, ...] = ()
    """Columns of a table that give its target away, or may: those that are sure are in `aside`, unless kept."""

    def __post_init__(self) -> None:
        if not self.items.height == len(self.values) == len(self.paths):
            raise ValueError(f"{self.items.height} items, {len(self.values)} rows of values, {len(self.paths)} paths")

    @property
    def n(self) -> int:
        return self.items.height

    def __len__(self) -> int:
        return self.n

    @property
    def task(self) -> Literal["regression", "classification"] | None:
        """What there is to learn: a number, a class, or nothing where there are no labels."""
        if "label" not in self.items.columns:
            return None
        return "regression" if self.items.schema["label"].is_float() else "classification"

    @cached_property
    def labels(self) -> NDArray[Any] | None:
        """The label of each item, `(n,)`, or None when there are none: text, or float64 of a regression."""
        if self.task == "regression":
            return self.items["label"].to_numpy()
        return _column(self.items, "label")

    @property
    def feature_names(self) -> list[str]:
        """The names of the columns of a table; `column 0` and so on where they have none."""
        named = [column.name for column in self.input.columns]
        return named or [f"column {number}" for number in range(self.input.n_values)]

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The features of a table under their names: numbers, dates, and categories as text; null where missing."""
        columns = self.input.columns or tuple(Column(name, "number") for name in self.feature_names)
        return pl.DataFrame([decoded(column, self.values[:, i]) for i, column in enumerate(columns)])

    @cached_property
    def targets(self) -> Targets | None:
        """What each class stands for, where labels are combinations of several targets."""
        return targets_of(self.items)

    def target(self, name: str) -> NDArray[np.str_]:
        """The label of each item for one of several targets, `(n,)`."""
        return np.asarray(self.items[TARGET + name].to_list(), dtype=np.str_)

    @property
    def columns(self) -> list[str]:
        """Names of the columns that say more about the items, from the sheet of labels."""
        return [name.removeprefix(COLUMN) for name in self.items.columns if name.startswith(COLUMN)]

    @cached_property
    def groups(self) -> NDArray[np.str_] | None:
        """The group of each item, `(n,)`, or None when there are none."""
        return _column(self.items, "group")

    @cached_property
    def classes(self) -> list[str]:
        """The distinct labels, sorted by Unicode code point as NumPy sorts; none of a regression."""
        return [] if self.labels is None or self.task == "regression" else np.unique(self.labels).tolist()

    @property
    def input(self) -> InputSpec:
        """What a model of this data takes, and how pictures get to that form."""
        if self.spec is not None:
            return self.spec
        dtypes: dict[Kind, Literal["uint8", "float32", "text"]]
        dtypes = {"pictures": "uint8", "table": "float32", "texts": "text"}
        return InputSpec(self.kind, tuple(self.values.shape[1:]), dtypes[self.kind])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names, labels, groups, parts and contents of all items."""
        return manifest.fingerprint_by_columns(self.items) if self.input.columns else manifest.fingerprint(self.items)

    @cached_property
    def near(self) -> NearDuplicates:
        """Items that are almost the same, found when first asked for (about a second for 10,000 photographs)."""
        return near_duplicates(self.values)

    @cached_property
    def units(self) -> NDArray[np.int64]:
        """What must not be torn apart, `(n,)`: items of one group, almost or quite the same, have one number.

        Numbers count from 0 in the order of first appearance. Links are followed all the way: a copy that stands in
        two groups makes them one unit.
        """
        if "group" not in self.items.columns:
            return self.copies
        return connected([self.copies, _codes(self.items["group"])], self.n)

    @cached_property
    def copies(self) -> NDArray[np.int64]:
        """As `units`, but for copies and near-copies alone, whatever their groups."""
        exact = _codes(self.items["pixels"])
        return connected([exact, self.near.codes(self.n)], self.n) if self.near.groups else exact

    def take(self, indices: ArrayLike) -> Dataset:
        """The data set of these rows, in this order. What was set aside while reading stays as it was."""
        rows = np.asarray(indices, dtype=np.int64)
        return dataclasses.replace(
            self, items=self.items[rows], values=self.values[rows], paths=tuple(self.paths[row] for row in rows)
        )

    def __repr__(self) -> str:
        what = {"regression": "a number to learn", "classification": f"{len(self.classes)} classes", None: "no labels"}
        aside = f", {self.rejected.height} set aside" if self.rejected.height else ""
        return f"<Dataset {self.name!r}: {self.n:,} items, {what[self.task]}, {self.input}{aside}>"


def decoded(column: Column, values: NDArray[Any]) -> pl.Series:
    """Values `(n,)` of a feature as a person reads them; NaN becomes null."""
    numbers = pl.Series(column.name, np.asarray(values, np.float64), nan_to_null=True)
    if column.kind == "number":
        return numbers
    if column.kind == "date":
        return numbers.floor().cast(pl.Int32).cast(pl.Date)
    return pl.Series(column.name, column.categories, pl.String).gather(numbers.cast(pl.UInt32)).rename(column.name)


def targets_of(items: pl.DataFrame) -> Targets | None:
    """What each class among `items` stands for, or None where there are no columns `target:<name>`."""
    columns = [name for name in items.columns if name.startswith(TARGET)]
    if not columns:
        return None
    table = items.select("label", *columns).unique("label").sort("label")
    return Targets({name.removeprefix(TARGET): tuple(table[name].to_list()) for name in columns})


def _column(items: pl.DataFrame, name: str) -> NDArray[np.str_] | None:
    return np.asarray(items[name].to_list(), dtype=np.str_) if name in items.columns else None


def _codes(column: pl.Series) -> NDArray[np.int64]:
    """A number for each distinct value, by first appearance."""
    if column.n_unique() == len(column):
        return np.arange(len(column))
    seen = column.unique(maintain_order=True).to_frame("value").with_row_index("code")
    found = column.to_frame("value").join(seen, on="value", how="left", nulls_equal=True, maintain_order="left")
    return found["code"].to_numpy().astype(np.int64)


def connected(links: list[NDArray[np.int64]], n: int) -> NDArray[np.int64]:
    """Connected components of items that share a code in any of `links`, numbered by first appearance."""
    nodes, n_codes = [], n
    for codes in links:
        _, places = np.unique(codes, return_inverse=True)
        nodes.append(places + n_codes)
        n_codes += n
    edges = np.tile(np.arange(n), len(links)), np.concatenate([*nodes, np.zeros(0, np.int64)])
    graph = scipy.sparse.coo_array((np.ones(len(edges[0]), np.int8), edges), shape=(n_codes, n_codes))
    _, component = scipy.sparse.csgraph.connected_components(graph, directed=False)
    _, first, place = np.unique(component[:n], return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    found: NDArray[np.int64] = number[place]
    return found
