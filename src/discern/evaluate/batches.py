"""Which items of a pool to label next: those a model is least sure of, unlike each other, and a share drawn at random.

Pure functions on arrays; rows are rows of the pool.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Array = NDArray[np.float64]

RANDOM = 0.25
"""The share of a batch that is drawn at random: it alone says how well the model does on the pool."""
CANDIDATES = 10
"""So many times the items that are wanted are looked at, the least sure, for those unlike each other."""


def margins(probabilities: Array) -> Array:
    """How sure a model is of each item, `(n,)`: the probability of its first class less that of its second.

    Source: T. Scheffer, C. Decomain and S. Wrobel, "Active hidden Markov models for information extraction", 2001.
    """
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities))
    ordered = np.partition(probabilities, -2, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2], np.float64)


def drawn_order(items: Sequence[str], *, seed: int) -> Rows:
    """The order in which items of the pool are drawn at random, `(n,)`: any beginning of it is a fair sample.

    It hangs on the names of the items and the seed alone, so that items which join the pool later move no others.
    """
    keys = [hashlib.blake2b(f"{seed} {item}".encode("utf-8", "backslashreplace")).digest() for item in items]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


def next_random(order: Rows, drawn: int, taken: Mask, n: int) -> tuple[Rows, int]:
    """The next `n` items of the random order that are not `taken`, and how many of the order are then drawn.

    Items that are taken already, for whatever reason, count as drawn when the order comes to them: leaving them out
    would make the sample one of what the model was sure of.
    """
    found: list[int] = []
    while len(found) < n and drawn < len(order):
        if not taken[order[drawn]]:
            found.append(int(order[drawn]))
        drawn += 1
    return np.array(found, np.int64), drawn


def least_sure(probabilities: Array, free: Mask, n: int) -> Rows:
    """The `CANDIDATES * n` free rows with the smallest margins, the least sure first, equal ones by row."""
    rows = np.flatnonzero(free)
    order = np.argsort(margins(probabilities[rows]), kind="stable")
    return rows[order[: CANDIDATES * n]].astype(np.int64)


def unlike(candidates: Rows, sure: Array, features: Array | sparse.csr_array, units: Rows, n: int) -> Rows:
    """`n` of the candidates `(m,)` that are unsure and unlike each other.

    Each is the one with the largest `(1 - margin) * (1 - likeness to the nearest chosen one)`; `features` `(m, d)` have
    rows of length 1, and of a unit (copies, near-copies) at most one is chosen. Sources: J. Carbonell and J. Goldstein,
    "The use of MMR", SIGIR 1998; K. Brinker, "Incorporating diversity in active learning", ICML 2003.
    """
    chosen: list[int] = []
    nearest = np.zeros(len(candidates))
    open_ = np.ones(len(candidates), bool)
    while len(chosen) < n and open_.any():
        worth = np.where(open_, (1 - sure) * (1 - nearest), -1.0)
        at = int(worth.argmax())
        chosen.append(at)
        open_ &= units != units[at]
        row = features[[at]]
        alike: Any = features @ row.T
        alike = np.asarray(alike.toarray() if sparse.issparse(alike) else alike)
        nearest = np.maximum(nearest, np.clip(alike.ravel(), 0, 1))
    return candidates[chosen]
