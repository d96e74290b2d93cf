"""D205 to D208: items that are almost the same: pictures that were re-saved, cut, shrunk or brightened, texts that were
passed on or filled in anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.records import CheckResult, Finding, Severity
from ..data.dataset import Dataset
from ..data.splits import LEFT_OUT, Split
from .base import NO_PARTS, finding, many, no_classes, not_applicable, noun, parts_of, result

SAME, TWO = ("D205", "near-duplicates"), ("D206", "near-duplicates under several labels")
ACROSS, ALIKE = ("D207", "near-duplicates across parts"), ("D208", "look-alikes")
NO_COPIES = "the items are neither texts nor pictures, or too small to tell a copy from something that looks alike"
DO = {
    "pictures": "look at some of them: frames of one film or shots of one scene need a group each (--group-from), or "
    "the test asks for what was learned; things of one kind may simply look alike",
    "texts": "look at some of them: texts made from one template need a group (--group), or the test asks for what was "
    "learned",
}
PAIRS_SHOWN = 5
Rows = NDArray[np.int64]


def same_label(dataset: Dataset, split: Split | None) -> CheckResult:
    """Near-duplicates under one label (or without labels)."""
    if not dataset.near.applies:
        return not_applicable(*SAME, NO_COPIES)
    groups = [rows for rows in _groups(dataset) if len(_labels(dataset, rows)) < 2]
    if not groups:
        return result(*SAME, ())
    found = _finding(
        SAME[0],
        dataset,
        groups,
        f"{many(sum(map(len, groups)), noun(dataset))} in {many(len(groups), 'set')} that are almost the same",
        "note",
        "nothing must be done: they are kept in one part and counted as one for intervals; fewer copies train faster",
    )
    return result(*SAME, (found,))


def two_labels(dataset: Dataset, split: Split | None) -> CheckResult:
    """Near-duplicates that carry different labels."""
    if not dataset.near.applies:
        return not_applicable(*TWO, NO_COPIES)
    if why := no_classes(dataset):
        return not_applicable(*TWO, why)
    groups = [rows for rows in _groups(dataset) if len(_labels(dataset, rows)) > 1]
    if not groups:
        return result(*TWO, ())
    found = _finding(
        TWO[0],
        dataset,
        groups,
        f"{many(len(groups), 'set')} of {noun(dataset)}s that are almost the same, under several labels",
        "warning",
        f"look at them and put the wrong label right; if both are right, the {noun(dataset)} shows both things",
    )
    return result(*TWO, (found,))


def across_parts(dataset: Dataset, split: Split | None) -> CheckResult:
    """Near-duplicates of one item in several parts."""
    if not dataset.near.applies:
        return not_applicable(*ACROSS, NO_COPIES)
    parts = parts_of(dataset, split)
    if parts is None:
        return not_applicable(*ACROSS, NO_PARTS)
    groups = [rows[parts[rows] != LEFT_OUT] for rows in _groups(dataset)]
    torn = [rows for rows in groups if len(set(parts[rows])) > 1]
    findings = []
    for in_test in (True, False):
        some = [rows for rows in torn if ("test" in parts[rows]) == in_test]
        if some:
            one = len(some) == 1
            where = "training and test part" if in_test else "training and validation part"
            findings.append(
                _finding(
                    ACROSS[0],
                    dataset,
                    some,
                    f"{many(len(some), noun(dataset))} {'stands' if one else 'stand'} in {where}, almost the same",
                    "serious" if in_test else "warning",
                    "leave them out with --drop-leaks, or remove them from one of the parts; until then the result is "
                    "better than it should be",
                )
            )
    return result(*ACROSS, findings)


def look_alikes(dataset: Dataset, split: Split | None) -> CheckResult:
    """Sets too large to be copies of one item."""
    if not dataset.near.applies:
        return not_applicable(*ALIKE, NO_COPIES)
    sets = dataset.near.lookalikes
    if not sets:
        return result(*ALIKE, ())
    found = _finding(
        ALIKE[0],
        dataset,
        sets,
        f"{many(sum(map(len, sets)), noun(dataset))} in {many(len(sets), 'large set')} that hardly differ",
        "note",
        DO[dataset.kind],
    )
    return result(*ALIKE, (found,))


def _groups(dataset: Dataset) -> list[Rows]:
    """Near-duplicates that are not all equal to the pixel (those have findings of their own)."""
    pixels = dataset.items["pixels"]
    return [rows for rows in dataset.near.groups if pixels.gather(rows).n_unique() > 1]


def _labels(dataset: Dataset, rows: Rows) -> set[str]:
    return set() if dataset.labels is None else set(dataset.labels[rows].tolist())


def _finding(code: str, dataset: Dataset, groups: Sequence[Rows], title: str, severity: Severity, do: str) -> Finding:
    """A finding that names the first sets in its detail, and every item of them."""
    names = dataset.items["item"]
    sets = [
        " ~ ".join(names.gather(rows[:4]).to_list()) + (" ~ ..." if len(rows) > 4 else "")
        for rows in groups[:PAIRS_SHOWN]
    ]
    items = names.gather(np.concatenate(groups)).to_list()
    detail = "; ".join(sets) + ("; ..." if len(groups) > PAIRS_SHOWN else "")
    return finding(code, title, severity, items, len(items), do=do, detail=detail)
