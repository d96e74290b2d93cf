"""D305: a single class, so that there is nothing to tell apart."""

from __future__ import annotations

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import NO_LABELS, finding, not_applicable, result

CODE, NAME = "D305", "a single class"


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if dataset.task == "regression":
        return _one_number(dataset)
    if dataset.labels is None:
        return not_applicable(CODE, NAME, NO_LABELS)
    if len(dataset.classes) != 1:
        return result(CODE, NAME, ())
    found = finding(
        CODE,
        f"All items have the same label, {dataset.classes[0]!r}",
        "serious",
        dataset.classes,
        1,
        do="add items of at least one other class; a model of one class gives the same answer for everything",
    )
    return result(CODE, NAME, (found,))


def _one_number(dataset: Dataset) -> CheckResult:
    values = dataset.items["label"]
    if values.n_unique() != 1:
        return result(CODE, NAME, ())
    found = finding(
        CODE,
        f"The target is {values[0]:g} in every row",
        "serious",
        (),
        dataset.n,
        do="name another column as target, or add rows in which it differs; there is nothing to learn",
    )
    return result(CODE, NAME, (found,))
