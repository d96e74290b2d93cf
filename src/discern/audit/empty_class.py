"""D303: class folders without a single readable item."""

from __future__ import annotations

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, many, not_applicable, result

CODE, NAME = "D303", "empty classes"


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if dataset.source.reader != "folder":
        return not_applicable(CODE, NAME, "the data has no class folders")
    empty = dataset.empty_classes
    if not empty:
        return result(CODE, NAME, ())
    found = finding(
        CODE,
        f"{many(len(empty), 'class folder holds', 'class folders hold')} no item that can be read",
        "warning",
        empty,
        len(empty),
        do="put items into the folder or remove it; a model cannot answer with a class that it never saw",
    )
    return result(CODE, NAME, (found,))
