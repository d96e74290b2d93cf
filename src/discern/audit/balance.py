"""D301: classes of very different size."""

from __future__ import annotations

import numpy as np

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, no_classes, not_applicable, result

CODE, NAME = "D301", "class balance"
UNEVEN, VERY_UNEVEN = 3.0, 10.0
"""Largest class over smallest: from the first ratio on worth a note, from the second a warning."""


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if why := no_classes(dataset):
        return not_applicable(CODE, NAME, why)
    names, counts = np.unique(np.asarray(dataset.labels), return_counts=True)
    if len(names) < 2:
        return not_applicable(CODE, NAME, "there is one class")
    ratio = counts.max() / counts.min()
    if ratio < UNEVEN:
        return result(CODE, NAME, ())
    order = np.argsort(counts, kind="stable")
    small, large = order[0], order[-1]
    rare = [str(names[i]) for i in order if counts[large] / counts[i] >= UNEVEN]
    found = finding(
        CODE,
        f"The largest class is {ratio:,.1f} times the smallest",
        "warning" if ratio >= VERY_UNEVEN else "note",
        rare,
        len(rare),
        do="collect more of the small classes; read balanced accuracy and each class's own figures, not accuracy alone",
        detail=f"{str(names[large])!r} has {counts[large]:,} items, {str(names[small])!r} has {counts[small]:,}",
    )
    return result(CODE, NAME, (found,))
