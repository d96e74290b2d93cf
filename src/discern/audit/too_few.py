"""D302: classes with too few items to learn from and to be tested on."""

from __future__ import annotations

import numpy as np

from ..core.records import CheckResult, Finding
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import NO_LABELS, finding, many, not_applicable, result

CODE, NAME = "D302", "too few items"
FEW, SMALL = 10, 30
"""Fewer units (groups, copies counted once) than the first: a warning; fewer than the second: a note."""


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if dataset.task == "regression":
        return _rows(dataset)
    labels = dataset.labels
    if labels is None:
        return not_applicable(CODE, NAME, NO_LABELS)
    names, codes = np.unique(labels, return_inverse=True)
    pairs = np.unique(np.stack([codes, dataset.units]), axis=1)
    n_units = np.bincount(pairs[0], minlength=len(names))
    found: list[Finding] = []
    what = "group" if dataset.groups is not None else "item"
    for severity, low, high in (("warning", 0, FEW), ("note", FEW, SMALL)):
        few = [i for i in np.argsort(n_units, kind="stable").tolist() if low <= n_units[i] < high]
        if few:
            found.append(
                finding(
                    CODE,
                    f"{many(len(few), 'class has', 'classes have')} fewer than {high} different {what}s",
                    "warning" if severity == "warning" else "note",
                    [str(names[i]) for i in few],
                    len(few),
                    do="collect more of them; until then their figures have wide intervals"
                    + (", and a class of one cannot be tested at all" if n_units[few[0]] == 1 else ""),
                    detail=", ".join(f"{str(names[i])!r}: {n_units[i]}" for i in few[:10]),
                )
            )
    return result(CODE, NAME, found)


def _rows(dataset: Dataset) -> CheckResult:
    """Of a number to learn: rows that are different (groups, copies counted once) against columns."""
    n_units, n_columns = int(dataset.units.max(initial=-1)) + 1, dataset.input.n_values
    if n_units >= max(SMALL, n_columns):
        return result(CODE, NAME, ())
    what = "group" if dataset.groups is not None else "row"
    found = finding(
        CODE,
        f"{many(n_units, f'different {what}')} for {many(n_columns, 'column')}",
        "warning" if n_units < max(FEW, n_columns) else "note",
        (),
        n_units,
        do="collect more rows, or set columns aside (--drop): so few can be learned by heart, and figures on them have "
        "wide intervals",
    )
    return result(CODE, NAME, (found,))
