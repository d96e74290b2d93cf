"""D105: columns of a table that hold nothing to learn from: always the same, or nothing at all."""

from __future__ import annotations

import numpy as np

from ..core.records import CheckResult
from ..data.dataset import COLUMN, Dataset
from ..data.splits import Split
from .base import finding, many, not_applicable, result

CODE, NAME = "D105", "columns without content"
MOSTLY = 0.5
"""A column that lacks more than this share of its values is worth a note."""


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if not dataset.input.columns:
        return not_applicable(CODE, NAME, "the data is no table with columns")
    findings = []
    own = [name for name in dataset.aside if COLUMN + name in dataset.items.columns]  # the group is not among them
    empty = [name for name in own if dataset.items[COLUMN + name].n_unique() == 1]
    if empty:
        findings.append(
            finding(
                CODE,
                f"{many(len(empty), 'column says', 'columns say')} the same in every row, or nothing",
                "note",
                [f"{name}: {dataset.aside[name]}" for name in empty],
                len(empty),
                do="nothing: they are set aside; look at them when they are meant to say something",
            )
        )
    missing = np.isnan(dataset.values).mean(axis=0).tolist()
    lacking = {
        column.name: share for column, share in zip(dataset.input.columns, missing, strict=True) if share > MOSTLY
    }
    if lacking:
        worst = sorted(lacking, key=lambda name: (-lacking[name], name))
        findings.append(
            finding(
                CODE,
                f"{many(len(lacking), 'column lacks', 'columns lack')} more than half of the values",
                "note",
                [f"{name}: {lacking[name]:.0%} missing" for name in worst],
                len(lacking),
                do="ask why they are missing: what is known of few rows may be known for a reason that tells the "
                "target; --drop sets a column aside",
            )
        )
    return result(CODE, NAME, findings)
