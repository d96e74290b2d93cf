"""D102: things among the items that are no items."""

from __future__ import annotations

from collections import Counter

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.scan import BESIDE, OUTSIDE
from ..data.splits import Split
from .base import finding, many, not_applicable, result

CODE, NAME = "D102", "stray files"


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    skipped = dataset.skipped
    if dataset.source.reader != "folder":
        return not_applicable(CODE, NAME, "the data is not a folder of files")
    if not skipped.height:
        return result(CODE, NAME, ())
    reasons = Counter(skipped["reason"].to_list()).most_common(4)
    outside = not {OUTSIDE, BESIDE}.isdisjoint(skipped["reason"])
    found = finding(
        CODE,
        f"{many(skipped.height, 'file or folder', 'files or folders')} passed over",
        "warning" if outside else "note",
        skipped["item"].to_list(),
        skipped.height,
        do="move pictures into the folder of their class or part"
        if outside
        else "nothing, unless one of them is meant",
        detail="; ".join(f"{count:,} x {reason}" for reason, count in reasons),
    )
    return result(CODE, NAME, (found,))
