"""D103: pictures of a single colour: a covered lens, a failed download, a blank scan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, many, not_applicable, result

CODE, NAME = "D103", "constant pictures"
FLAT = 3
"""Grey levels between the darkest and the lightest value of a channel, up to which a picture shows nothing."""
FEW = 4


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if dataset.kind != "pictures":
        return not_applicable(CODE, NAME, "the items are no pictures")
    values = dataset.values
    height, width = values.shape[1:3]
    flat = _flat(values[:, :: max(1, height // FEW), :: max(1, width // FEW)])  # a few pixels acquit nearly all
    for row in np.flatnonzero(flat).tolist():
        flat[row] = bool(_flat(values[row : row + 1])[0])
    if not flat.any():
        return result(CODE, NAME, ())
    rows = np.flatnonzero(flat)
    found = finding(
        CODE,
        f"{many(len(rows), 'picture shows', 'pictures show')} a single colour",
        "warning",
        dataset.items["item"].gather(rows).to_list(),
        len(rows),
        do="look at them and remove those that are meant to show something; nothing can be learned from them",
    )
    return result(CODE, NAME, (found,))


def _flat(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether no channel of a picture has values further apart than that."""
    spread = values.max(axis=(1, 2)).astype(np.int16) - values.min(axis=(1, 2))
    flat: NDArray[np.bool_] = (spread <= FLAT).all(axis=1)
    return flat
