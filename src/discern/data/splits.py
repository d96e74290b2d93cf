"""Divides items into train, validation and test: evenly from the classes, or over the range of a number to learn, with
groups and copies together; the same every time."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError, describe
from ..core.options import SplitOptions, raise_all
from ..core.seeds import generator
from ..core.views import Record
from . import manifest
from .dataset import PARTS, Dataset

SCHEMA = "1"
COLUMNS = {"item": pl.String, "label": pl.String, "unit": pl.Int64, "sha256": pl.String, "part": pl.String}
LEFT_OUT = "left out"
"""The part of items that are in no part: with `drop_leaks`, what would let a model learn the test by heart."""
FEW_TOGETHER = 0.02
"""Share of the items that stand in a unit with others, up to which those units are divided first."""
STRATA = 10
"""Ranges of a number to learn, from which parts are drawn evenly."""
FEWEST_ROWS, FEW_ROWS = 3, 10
"""Rows that a number can be learned from; fewer rows than the second are not divided."""
LEAVE_ONE_OUT = (
    "The rows are too few to keep some for testing: each is answered by a model that learned from all others."
)
ENOUGH_UNITS = 3
"""A class with this many units gives at least one item to the test part, however small its share."""


@dataclass(frozen=True, eq=False)
class Split(Record):
    """Which item belongs to which part. The rows of the test part are given by `open_test` alone."""

    table: pl.DataFrame
    """A row an item, in the order of the Dataset: item, label, group (if any), unit, sha256, part."""
    method: str
    """In sentences: how it was divided."""

    @property
    def train(self) -> NDArray[np.int64]:
        """Rows of the Dataset to learn from."""
        return self._rows("train")

    @property
    def validation(self) -> NDArray[np.int64]:
        """Rows of the Dataset to choose by; may be empty when the data is too small to set any aside."""
        return self._rows("validation")

    @property
    def counts(self) -> dict[str, int]:
        """Items of each part."""
        return {part: int((self.table["part"] == part).sum()) for part in PARTS}

    def n_units(self, part: str) -> int:
        """Groups (with copies counted as one) of a part."""
        return self.table.filter(pl.col("part") == part)["unit"].n_unique()

    @cached_property
    def test_key(self) -> str:
        """SHA-256 over the contents and labels of the test part: what the ledger of looks is keyed by."""
        return manifest.key_of_items(self.table.filter(pl.col("part") == "test"))

    def open_test(self, reason: str, look: Callable[[str, str], None]) -> NDArray[np.int64]:
        """Rows of the test part, after `look(test_key, reason)` has written down that they are looked at."""
        look(self.test_key, reason)
        return self._rows("test")

    def to_parquet_bytes(self) -> bytes:
        """The table as a Parquet file; the same split gives the same bytes."""
        out = io.BytesIO()
        self.table.write_parquet(out, metadata={"schema": SCHEMA, "method": self.method})
        return out.getvalue()

    def _rows(self, part: str) -> NDArray[np.int64]:
        return np.flatnonzero((self.table["part"] == part).to_numpy()).astype(np.int64)


def split(dataset: Dataset, options: SplitOptions) -> Split:
    """Divide `dataset`.

    Parts given by the data are kept as they are. What they lack is set aside from the training part: units (a group
    with all exact and near copies of its items) are taken whole, classes in proportion, and every class keeps a
    training item. With `options.drop_leaks`, items of units that reach into the test part are left out of the others.
    With `options.first` the first share of the items is for training and validation and the rest is the test part;
    nothing is moved. Raises OptionError, or DataError when the data cannot be divided.
    """
    raise_all(options.problems())
    labels = dataset.labels
    if labels is None:
        raise DataError(describe(dataset.name, found="items without labels", expected="a label for each item"))
    numbers = dataset.task == "regression"
    codes = np.zeros(dataset.n, np.int64) if numbers else np.unique(labels, return_inverse=True)[1]
    parts = np.full(dataset.n, "train", dtype="<U10")
    said = []
    if "part" in dataset.items.columns:
        if options.first is not None:
            raise OptionError("--split first: the data has parts of its own (train, test); leave the option away")
        parts[:] = dataset.items["part"].to_list()
        given = [part for part in PARTS if (parts == part).any()]
        said.append(f"Parts as given by the data: {', '.join(given)}.")
    elif options.first is not None:
        parts[_cut(dataset.n, options.first) :] = "test"
        said.append(f"Test: what follows the first {_percent(options.first)} of the items, in their order.")
    units = dataset.units
    if numbers and "part" not in dataset.items.columns and options.first is None and _is_few(dataset):
        return Split(_table(dataset, units, parts), LEAVE_ONE_OUT)
    _need_training(dataset.name, parts, codes, dataset.classes)
    for part, share in (("test", options.test), ("validation", options.validation)):
        if (parts == part).any():
            continue
        pool = np.flatnonzero(parts == "train")
        random = generator(options.seed, "split", part)
        among = _strata(labels[pool], share) if numbers else codes[pool]
        chosen = pool[_carve(among, units[pool], share, random)]
        if not len(chosen) and part == "test":
            raise _cannot(dataset, units[pool])
        parts[chosen] = part
        of = "of the items" if part == "test" else "of the rest"
        evenly = "over the range of the target" if numbers else "from the classes"
        drawn = f"{part.capitalize()}: {_percent(share)} {of}, drawn evenly {evenly}."
        said.append(drawn if len(chosen) else f"{part.capitalize()}: none, for there are too few items.")
    if options.drop_leaks:  # after all is drawn, so that nothing else changes
        said += _drop_leaks(parts, units)
        _need_training(dataset.name, parts, codes, dataset.classes)
    if any("drawn" in sentence for sentence in said):
        said.append(f"{_kept_together(dataset)} stay together. Seed {options.seed}.")
    return Split(_table(dataset, units, parts), " ".join(said))


def _is_few(dataset: Dataset) -> bool:
    """Whether a number is to be learned from so few rows that none is kept for testing. Raises DataError for none."""
    n_rows = int(dataset.copies.max(initial=-1)) + 1
    if n_rows < FEWEST_ROWS:
        found = f"{n_rows:,} different row{'s' if n_rows > 1 else ''} to learn a number from"
        raise DataError(describe(dataset.name, found=found, expected=f"{FEWEST_ROWS} or more"))
    return n_rows < FEW_ROWS


def _strata(numbers: NDArray[np.float64], share: float) -> NDArray[np.int64]:
    """Up to ten ranges of a number to learn, each with about as many items; one to be taken from each at least."""
    n_strata = max(1, min(STRATA, int(share * len(numbers))))
    edges = np.quantile(numbers, np.arange(1, n_strata) / n_strata)
    place = np.searchsorted(np.unique(edges), numbers, side="right")
    return np.unique(place, return_inverse=True)[1].astype(np.int64)


def _drop_leaks(parts: NDArray[np.str_], units: NDArray[np.int64]) -> list[str]:
    """Move to `left out` what shares a unit with the test part, then training items that share one with validation."""
    said = []
    for closed, others in (("test", ("train", "validation")), ("validation", ("train",))):
        leaking = np.isin(units, units[parts == closed]) & np.isin(parts, others)
        parts[leaking] = LEFT_OUT
        if count := int(leaking.sum()):
            said.append(f"Left out: {count:,} items that stand in the {closed} part too, as copies or in groups.")
    return said


def _kept_together(dataset: Dataset) -> str:
    words = ["groups"] * (dataset.groups is not None) + ["exact copies"]
    words += ["pictures that are almost the same"] * bool(dataset.near.groups)
    text = ", ".join(words[:-1]) + " and " * (len(words) > 1) + words[-1]
    return text[0].upper() + text[1:]


def read_split(path: Path, dataset: Dataset) -> Split:
    """A split from a file, for the data it was made of.

    Raises DataError when the file is no split, or when items, contents or labels of `dataset` are others.
    """
    try:
        table = pl.read_parquet(path, glob=False)
        about = pl.read_parquet_metadata(path)
    except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataError(describe(str(path), found=f"not a Parquet file that can be read ({error})")) from error
    if about.get("schema") != SCHEMA:
        expected = f"a split of schema {SCHEMA}"
        raise DataError(describe(str(path), found=f"schema {about.get('schema', '(none)')}", expected=expected))
    kinds = {**COLUMNS, "label": dataset.items.schema.get("label", pl.String)}
    wrong = [name for name, kind in kinds.items() if table.schema.get(name) != kind or table[name].null_count()]
    if wrong or not set(table["part"].unique()) <= {*PARTS, LEFT_OUT}:
        raise DataError(
            describe(str(path), found=f"unusable columns ({', '.join(wrong) or 'part'})", expected="a split")
        )
    same = [name for name in ("item", "sha256", "label") if name in dataset.items.columns]
    if table.select(same).equals(dataset.items.select(same)):
        return Split(table, about.get("method", ""))
    _must_match(path, table, dataset)
    order = dict(zip(table["item"], range(table.height), strict=True))
    return Split(table[[order[item] for item in dataset.items["item"]]], about.get("method", ""))


def _must_match(path: Path, table: pl.DataFrame, dataset: Dataset) -> None:
    columns = [name for name in ("item", "sha256", "label") if name in dataset.items.columns]
    recorded = {row[0]: row[1:] for row in table.select(columns).iter_rows()}
    present = {row[0]: row[1:] for row in dataset.items.select(columns).iter_rows()}
    differences = []
    for words, names in (
        ("are new", present.keys() - recorded.keys()),
        ("are missing", recorded.keys() - present.keys()),
        ("have changed", {name for name in present.keys() & recorded.keys() if present[name] != recorded[name]}),
    ):
        if names:
            differences.append(f"{len(names):,} items {words} (the first is {min(names)!r})")
    if differences or len(recorded) != table.height:
        found = "; ".join(differences) or "items that stand twice"
        raise DataError(describe(dataset.name, found=found, expected=f"the data that {path} was made of"))


def _cut(n: int, first: float) -> int:
    cut = int(first * n)
    if not 0 < cut < n:
        raise OptionError(
            f"--split first:{first:g} leaves {cut} of {n} items for training; expected some in both parts"
        )
    return cut


def _need_training(name: str, parts: NDArray[np.str_], codes: NDArray[np.int64], classes: Sequence[str]) -> None:
    """Classes of the validation part must be in training; those of the test part may be new (they count as errors)."""
    trained = set(codes[parts == "train"].tolist())
    if not trained:
        raise DataError(describe(name, found="no items to train on", expected="a train/ folder with items"))
    lost = sorted(set(codes[parts == "validation"].tolist()) - trained)
    if lost:
        found = f"class {classes[lost[0]]!r} is in the validation part but not in the training part"
        raise DataError(describe(name, found=found, do="move some of its items to train/"))


def _cannot(dataset: Dataset, units: NDArray[np.int64]) -> DataError:
    what = "group" if dataset.groups is not None else "set of exact copies"
    if len(np.unique(units)) == 1:
        found = f"all {len(units):,} items to divide are in one {what}, which must not be torn apart"
        do = "give items of other groups, or a test/ folder"
    else:
        found = f"every class has its items in a single {what}, and each must keep one for training"
        do = "give more items to at least one class, or a test/ folder"
    return DataError(describe(dataset.name, found=f"no test part can be set aside: {found}", do=do))


def _carve(
    codes: NDArray[np.int64], units: NDArray[np.int64], share: float, random: np.random.Generator
) -> NDArray[np.int64]:
    """Rows to set aside: whole units, near `share` of each class, never the last row of a class.

    Units are visited in a seeded order; one is taken when that brings the counts of its classes nearer to what is
    wanted (squared distance, each class in proportion to its size). Where few items have company, their units come
    first, the large before the small; where many have (copies of messages, all posts of an author), that would fill
    the part with the largest units, and the order is left to chance.
    """
    place, where = _classes_by_unit(codes, units)
    sizes = np.bincount(where)
    left = np.bincount(codes).tolist()
    wanted = _wanted(left, share, np.bincount(place[1], minlength=len(left)).tolist())
    weights = [1 / count**2 if count else 0.0 for count in left]
    shuffled = random.permutation(len(sizes))
    few = sizes[sizes > 1].sum() <= FEW_TOGETHER * len(codes)
    order = shuffled[np.argsort(-sizes[shuffled], kind="stable")] if few else shuffled
    one_by_one = order[: int((sizes > 1).sum())] if few else order
    starts = np.searchsorted(place[0], np.arange(len(sizes) + 1))
    taken = [0] * len(left)
    chosen = np.zeros(len(sizes), bool)

    def classes_of(unit: int) -> dict[int, int]:
        part = slice(starts[unit], starts[unit + 1])
        return dict(zip(place[1][part].tolist(), place[2][part].tolist(), strict=True))

    def take(unit: int, classes: Mapping[int, int]) -> None:
        chosen[unit] = True
        for code, count in classes.items():
            taken[code] += count
            left[code] -= count

    for unit in one_by_one.tolist():
        classes = classes_of(unit)
        gain = sum(weights[c] * k * (k + 2 * (taken[c] - wanted[c])) for c, k in classes.items())
        if gain < 0 and _leaves_some(classes, left):
            take(unit, classes)
    alone = order[len(one_by_one) :]
    code_alone = place[1][starts[alone]]
    for code, number in enumerate(wanted):  # single items, all at once: of each class the first that are still wanted
        chosen[alone[code_alone == code][: max(0, min(number - taken[code], left[code] - 1))]] = True
    if not chosen.any():  # large groups or few items: the smallest unit that can be spared
        by_size = order[np.argsort(sizes[order], kind="stable")].tolist()
        spare = next((unit for unit in by_size if _leaves_some(classes_of(unit), left)), None)
        if spare is not None:
            take(spare, classes_of(spare))
    return np.flatnonzero(chosen[where]).astype(np.int64)


def _percent(share: float) -> str:
    return f"{100 * share:.10g} %"


def _leaves_some(classes: Mapping[int, int], left: Sequence[int]) -> bool:
    return all(left[code] > count for code, count in classes.items())


def _classes_by_unit(
    codes: NDArray[np.int64], units: NDArray[np.int64]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]:
    """Unit, class and number of items wherever a unit has any of a class, by unit; and each row's unit, from 0."""
    _, where = np.unique(units, return_inverse=True)
    n_codes = int(codes.max()) + 1 if len(codes) else 1
    pairs, counts = np.unique(where.astype(np.int64) * n_codes + codes, return_counts=True)
    return (pairs // n_codes, pairs % n_codes, counts), where.astype(np.int64)


def _wanted(counts: Sequence[int], share: float, n_units: Sequence[int]) -> list[int]:
    """Items wanted of each class: `share` of it, rounded so that the sum fits (largest remainders); one from each class
    that stands in enough of the `n_units` to spare it."""
    exact = [share * count for count in counts]
    wanted = [int(value) for value in exact]
    missing = round(share * sum(counts)) - sum(wanted)
    by_remainder = sorted(range(len(counts)), key=lambda code: (wanted[code] - exact[code], code))
    for code in by_remainder[: max(0, missing)]:
        wanted[code] += 1
    return [max(number, 1) if n_units[code] >= ENOUGH_UNITS else number for code, number in enumerate(wanted)]


def _table(dataset: Dataset, units: NDArray[np.int64], parts: NDArray[np.str_]) -> pl.DataFrame:
    columns = [name for name in ("item", "label", "group") if name in dataset.items.columns]
    return dataset.items.select(columns).with_columns(
        pl.Series("unit", units, pl.Int64),
        dataset.items["sha256"],
        pl.Series("part", parts.tolist(), pl.String),
    )
