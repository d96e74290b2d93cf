"""D101: items that cannot be read."""

from __future__ import annotations

from collections import Counter

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, many, result

CODE, NAME = "D101", "unreadable items"


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    rejected = dataset.rejected
    if not rejected.height:
        return result(CODE, NAME, ())
    reasons = Counter(rejected["reason"].to_list()).most_common(3)
    found = finding(
        CODE,
        f"{many(rejected.height, 'item')} cannot be read",
        "warning",
        rejected["item"].to_list(),
        rejected.height,
        do="put the files right or remove them; they were left out of everything that follows",
        detail="; ".join(f"{count:,} x {reason}" for reason, count in reasons),
    )
    return result(CODE, NAME, (found,))
