"""D201 and D202: items that are equal to the pixel (or number, or word), under one label and under several."""

from __future__ import annotations

import numpy as np
import polars as pl

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, many, no_classes, not_applicable, noun, result

SAME, TWO = ("D201", "exact duplicates"), ("D202", "one picture, several labels")


def sets_of_copies(dataset: Dataset) -> pl.DataFrame:
    """A row for each set of two or more equal items: `rows` of the Dataset, `n_labels`, `n_files` (distinct bytes).

    Items are equal when a model sees the same: equal after decoding and resizing, whatever the file format.
    """
    alike = np.bincount(dataset.copies, minlength=1)[dataset.copies] > 1  # known already; exact copies are among these
    frame = dataset.items.with_row_index("rows").filter(alike)
    labels = pl.col("label").n_unique() if "label" in frame.columns else pl.lit(1)
    return (
        frame.group_by("pixels", maintain_order=True)
        .agg(pl.col("rows"), labels.alias("n_labels"), pl.col("sha256").n_unique().alias("n_files"))
        .filter(pl.col("rows").list.len() > 1)
    )


def names(dataset: Dataset, sets: pl.DataFrame) -> list[str]:
    """The items of all sets, set by set."""
    return dataset.items["item"].gather(sets["rows"].explode()).to_list()


def first_set(dataset: Dataset, sets: pl.DataFrame) -> str:
    """The first set in words: `a.png = b.png`."""
    items = dataset.items["item"].gather(sets["rows"][0]).to_list()
    return " = ".join(items[:4]) + (" = ..." if len(items) > 4 else "")


def same_label(dataset: Dataset, split: Split | None) -> CheckResult:
    """Copies under one label (or without labels)."""
    sets = sets_of_copies(dataset).filter(pl.col("n_labels") == 1)
    if not sets.height:
        return result(*SAME, ())
    items = names(dataset, sets)
    in_bytes = sets.filter(pl.col("n_files") == 1).height
    found = finding(
        SAME[0],
        f"{many(len(items), 'item')} in {many(sets.height, 'set')} of exact copies",
        "note",
        items,
        len(items),
        do="remove the copies, or leave them: copies are kept in one part and counted as one for intervals",
        detail=f"{in_bytes:,} of the sets are the same byte for byte; the first set: {first_set(dataset, sets)}",
    )
    return result(*SAME, (found,))


def two_labels(dataset: Dataset, split: Split | None) -> CheckResult:
    """Copies that carry different labels."""
    if why := no_classes(dataset):
        return not_applicable(*TWO, why)
    sets = sets_of_copies(dataset).filter(pl.col("n_labels") > 1)
    if not sets.height:
        return result(*TWO, ())
    items = names(dataset, sets)
    labels = sorted(set(dataset.items["label"].gather(sets["rows"][0])))
    found = finding(
        TWO[0],
        f"{many(sets.height, noun(dataset))} under several labels",
        "note" if dataset.input.columns else "serious",
        items,
        len(items),
        do="nothing, when different things may look alike in these columns; else decide which label is right"
        if dataset.input.columns
        else "decide which label is right and remove the other copies; no model can answer both",
        detail=f"the first: {first_set(dataset, sets)}, labelled {', '.join(map(repr, labels))}",
    )
    return result(*TWO, (found,))
