"""D203 and D204: what stands in two parts at once, so that a test would ask what was learned by heart."""

from __future__ import annotations

import polars as pl

from ..core.records import CheckResult, Finding
from ..data.dataset import Dataset
from ..data.splits import LEFT_OUT, Split
from .base import NO_PARTS, finding, many, not_applicable, parts_of, result
from .duplicates import first_set, names, sets_of_copies

COPIES, GROUPS = ("D203", "copies across parts"), ("D204", "groups across parts")


def copies(dataset: Dataset, split: Split | None) -> CheckResult:
    """Exact copies of one item in several parts."""
    if split is None and "part" not in dataset.items.columns:
        return not_applicable(*COPIES, NO_PARTS)
    sets = sets_of_copies(dataset)
    parts = parts_of(dataset, split) if sets.height else None
    if parts is None:
        return result(*COPIES, ())
    in_parts = [set(parts[rows]) - {LEFT_OUT} for rows in sets["rows"].to_list()]
    findings = []
    for test, severity in ((True, "serious"), (False, "warning")):
        mask = [len(found) > 1 and ("test" in found) == test for found in in_parts]
        torn = sets.filter(pl.Series(mask, dtype=pl.Boolean))
        if torn.height:
            items = names(dataset, torn)
            where = "training and test part" if test else "training and validation part"
            findings.append(
                finding(
                    COPIES[0],
                    f"{many(torn.height, 'item')} {'stands' if torn.height == 1 else 'stand'} in {where} at once",
                    "serious" if severity == "serious" else "warning",
                    items,
                    len(items),
                    do="remove the copies from one of the parts; until then the result is better than it should be",
                    detail=f"the first: {first_set(dataset, torn)}",
                )
            )
    return result(*COPIES, findings)


def groups(dataset: Dataset, split: Split | None) -> CheckResult:
    """Groups with items in several parts."""
    known = dataset.groups
    parts = parts_of(dataset, split) if known is not None else None
    if known is None:
        return not_applicable(*GROUPS, "the items have no groups")
    if parts is None:
        return not_applicable(*GROUPS, NO_PARTS)
    frame = pl.DataFrame({"group": known.tolist(), "part": parts.tolist(), "item": dataset.items["item"]})
    torn = (
        frame.filter(pl.col("part") != LEFT_OUT)
        .group_by("group", maintain_order=True)
        .agg(pl.col("item"), pl.col("part").n_unique().alias("n_parts"))
        .filter(pl.col("n_parts") > 1)
    )
    if not torn.height:
        return result(*GROUPS, ())
    with_test = set(known[parts == "test"].tolist()) & set(torn["group"].to_list())
    items = torn["item"].explode().to_list()
    found: Finding = finding(
        GROUPS[0],
        f"{many(torn.height, 'group')} torn between parts",
        "serious" if with_test else "warning",
        items,
        len(items),
        do="keep each group in one part, or let the program divide the data",
        detail=f"{many(len(with_test), 'group')} of them also in the test part; the first: {torn['group'][0]!r}",
    )
    return result(*GROUPS, (found,))
