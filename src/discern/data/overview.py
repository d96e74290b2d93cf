"""A look at the pictures of a data set: some of each class on one sheet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.options import Interval, raise_all
from ..images import contact
from .dataset import Dataset

CLASSES_SHOWN = 60
PER_CLASS = Interval(1, 40, whole=True)


Change = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


def contact_sheet(dataset: Dataset, per_class: int = 8, change: Change | None = None) -> NDArray[np.uint8]:
    """A sheet `(H, W, 3)` with up to `per_class` pictures of each class, as the model sees them.

    They are taken at even steps through the items of a class, so the same data give the same sheet. `change` is done to
    the pictures `(n, H, W, C)` of a class before they are shown. Raises OptionError, DataError for data that are no
    pictures.
    """
    raise_all([PER_CLASS.problem("--per-class", per_class)])
    if dataset.kind != "pictures":
        raise DataError(describe(dataset.name, found="a table", expected="pictures"))
    rows = []
    for label, items in _by_class(dataset)[:CLASSES_SHOWN]:
        taken = items[np.linspace(0, len(items) - 1, min(per_class, len(items))).round().astype(np.int64)]
        pictures = np.asarray(dataset.values[taken])
        caption = f"{label} ({len(items):,} picture{'' if len(items) == 1 else 's'})"
        rows.append((caption, pictures if change is None else change(pictures)))
    left = len(dataset.classes) - CLASSES_SHOWN
    if left > 0:
        rows.append((f"and {left:,} more classes", dataset.values[:0]))
    return contact.contact_sheet(rows)


def _by_class(dataset: Dataset) -> list[tuple[str, NDArray[np.int64]]]:
    if dataset.labels is None:
        return [("without labels", np.arange(dataset.n))]
    return [(label, np.flatnonzero(dataset.labels == label)) for label in dataset.classes]
