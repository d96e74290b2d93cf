"""The counts and sizes at the top of an audit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..data.dataset import PARTS, Dataset
from ..data.splits import Split
from .base import parts_of


def facts_of(dataset: Dataset, split: Split | None) -> dict[str, Any]:
    """Plain facts, ready for JSON.

    Always: name, kind, n_items, n_rejected, n_skipped, n_units, shape (of what a model sees), notes. When known:
    n_groups, parts {part: items}, classes [{label, n and, with parts, train, validation, test}], sizes {n_sizes,
    smallest, largest, commonest} as [height, width] before resizing, modes {Pillow's mode: items}.
    """
    facts: dict[str, Any] = {
        "name": dataset.name,
        "kind": dataset.kind,
        "n_items": dataset.n,
        "n_rejected": dataset.rejected.height,
        "n_skipped": dataset.skipped.height,
        "n_units": int(dataset.units.max()) + 1 if dataset.n else 0,
        "shape": list(dataset.input.shape),
        "notes": list(dataset.notes),
    }
    if dataset.groups is not None:
        facts["n_groups"] = len(np.unique(dataset.groups))
    parts = parts_of(dataset, split)
    if parts is not None:
        facts["parts"] = {part: int((parts == part).sum()) for part in PARTS}
    if dataset.labels is not None:
        facts["classes"] = _classes(dataset, split)
    if "height" in dataset.items.columns:
        sizes: Counter[tuple[int, int]] = Counter(dataset.items.select("height", "width").iter_rows())  # type: ignore[arg-type]
        by_area = sorted(sizes, key=lambda size: (size[0] * size[1], size))
        facts["sizes"] = {
            "n_sizes": len(sizes),
            "smallest": list(by_area[0]),
            "largest": list(by_area[-1]),
            "commonest": list(max(by_area, key=lambda size: sizes[size])),
        }
        facts["modes"] = dict(sorted(Counter(dataset.items["mode"]).items()))
    return facts


def _classes(dataset: Dataset, split: Split | None) -> list[dict[str, Any]]:
    labels, parts = dataset.labels, parts_of(dataset, split)
    if labels is None:
        return []
    names, codes = np.unique(labels, return_inverse=True)
    rows: list[dict[str, Any]] = [
        {"label": str(name), "n": int(n)} for name, n in zip(names, np.bincount(codes), strict=True)
    ]
    for part in PARTS if parts is not None else ():
        counts = np.bincount(codes[parts == part], minlength=len(names))
        for row, count in zip(rows, counts.tolist(), strict=True):
            row[part] = count
    return rows
