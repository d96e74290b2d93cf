"""The counts and sizes at the top of an audit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..data.dataset import PARTS, Dataset
from ..data.splits import Split
from .base import parts_of


def facts_of(dataset: Dataset, split: Split | None) -> dict[str, Any]:
    """Plain facts in the order to show them, ready for JSON: numbers, texts, and counts by name.

    Always: name, kind, items, rejected, skipped, units, each_item (what a model sees). When known: groups, parts and
    classes {name: items}, classes_in_train and so on, columns {kind: how many}, target {lowest, median, highest} of a
    number, sizes before resizing {different, smallest, largest, commonest, as height x width}, modes {Pillow's mode:
    items}, notes.
    """
    facts: dict[str, Any] = {
        "name": dataset.name,
        "kind": dataset.kind,
        "items": dataset.n,
        "rejected": dataset.rejected.height,
        "skipped": dataset.skipped.height,
        "units": int(dataset.units.max()) + 1 if dataset.n else 0,
        "each_item": str(dataset.input),
    }
    if dataset.groups is not None:
        facts["groups"] = len(np.unique(dataset.groups))
    parts, labels = parts_of(dataset, split), dataset.labels
    if parts is not None:
        facts["parts"] = {part: int((parts == part).sum()) for part in PARTS}
    if dataset.input.columns:
        facts["columns"] = _columns(dataset)
    if labels is not None and dataset.task == "regression":
        facts["target"] = {
            name: float(f"{value:.6g}")
            for name, value in zip(("lowest", "median", "highest"), np.quantile(labels, (0, 0.5, 1)), strict=True)
        }
    elif labels is not None:
        codes = np.searchsorted(dataset.classes, labels)
        facts["classes"] = _counts(dataset.classes, codes)
        for part in PARTS if parts is not None else ():
            facts[f"classes_in_{part}"] = _counts(dataset.classes, codes[parts == part])
    if "height" in dataset.items.columns:
        facts["sizes"] = _sizes(dataset)
        facts["modes"] = dict(sorted(Counter(dataset.items["mode"]).items()))
    if dataset.notes:
        facts["notes"] = list(dataset.notes)
    return facts


def _columns(dataset: Dataset) -> dict[str, int]:
    kinds = Counter(column.kind for column in dataset.input.columns)
    return dict(sorted(kinds.items())) | ({"set aside": len(dataset.aside)} if dataset.aside else {})


def _counts(classes: list[str], codes: Any) -> dict[str, int]:
    return dict(zip(classes, np.bincount(codes, minlength=len(classes)).tolist(), strict=True))


def _sizes(dataset: Dataset) -> dict[str, Any]:
    sizes = Counter(dataset.items.select("height", "width").iter_rows())
    by_area = sorted(sizes, key=lambda size: (size[0] * size[1], size))
    named = {"smallest": by_area[0], "largest": by_area[-1], "commonest": max(by_area, key=lambda size: sizes[size])}
    return {"different": len(sizes)} | {name: f"{height} x {width}" for name, (height, width) in named.items()}
