"""How a check says what it came to; shared by all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.records import ITEMS_NAMED, CheckResult, Finding, Severity
from ..data.dataset import Dataset
from ..data.splits import Split

NO_LABELS = "the items have no labels"
NUMBERS = "what is learned is a number, not a class"
NO_PARTS = "the items are not divided into parts"


def result(code: str, name: str, findings: Sequence[Finding]) -> CheckResult:
    """Found when there is at least one finding, passed otherwise."""
    return CheckResult(code, name, "found" if findings else "passed", tuple(findings))


def not_applicable(code: str, name: str, reason: str) -> CheckResult:
    return CheckResult(code, name, "not applicable", reason=reason)


def finding(
    code: str, title: str, severity: Severity, items: Iterable[str], count: int, *, do: str, detail: str = ""
) -> Finding:
    """A finding that names the first items of many."""
    return Finding(code, title, severity, tuple(islice(items, ITEMS_NAMED)), count, do, detail)


def no_classes(dataset: Dataset) -> str:
    """Why a check of classes does not apply; empty where it does."""
    return NO_LABELS if dataset.labels is None else NUMBERS if dataset.task == "regression" else ""


def parts_of(dataset: Dataset, split: Split | None) -> NDArray[np.str_] | None:
    """The part of each item: by the split, else as given by the data, else None."""
    table = split.table if split is not None else dataset.items
    if "part" not in table.columns:
        return None
    names = table["part"].unique().sort()
    place = table["part"].cast(pl.Enum(names)).to_physical().to_numpy()
    found: NDArray[np.str_] = np.asarray(names.to_list(), dtype=np.str_)[place]
    return found


def many(n: int, one: str, more: str = "") -> str:
    """A count with its noun: `1 item`, `1,200 items`."""
    return f"{n:,} {one if n == 1 else more or one + 's'}"


def noun(dataset: Dataset) -> str:
    """What one item is called: `picture`, `text`, `row`."""
    return {"pictures": "picture", "texts": "text"}.get(dataset.kind, "row")
