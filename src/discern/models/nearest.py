"""Nearest items by Euclidean distance: exact, in bounded memory, the same whatever the machine or the block sizes.

Pure NumPy. Distances are ranked by `|t|^2 - 2 q.t`, which differs from the squared distance between query q and item
t by the same `|q|^2` for all items. Equal distances go to the lower index.

uint8: every number is whole and small enough to be exact. Values are centred to -128..127, so a product is at most
2^14 in size and each partial sum over 1,024 features, in whatever order, at most 2^24: exact in float32, at twice
the speed of float64. Blocks of 1,024 features are added up as whole numbers.

float32: in float64, about a centre, and rounded to a grid of about 2^-32 of the spread, so that distances that are
equal on paper are equal here and in the ONNX graph although their sums were formed in another order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES_EXACT = 1024
"""Features in one float32 product of centred bytes: 1,024 x 128 x 128 = 2^24, below which float32 has every number."""
MIDDLE = 128
QUERIES = 256
ITEM_VALUES = 2**24
INT32_FEATURES = (2**31 - 1) // (3 * MIDDLE**2)
"""Up to this many features `|t|^2 - 2 q.t` of centred bytes fits 32 bits."""


def frame_of(items: NDArray[Any]) -> tuple[NDArray[np.float64], int]:
    """The centre, `(n_features,)`, and the grid's exponent for float32 items `(n_items, n_features)`.

    The centre is the mean rounded to a power of two near each feature's spread: whole numbers stay whole, and a
    constant feature becomes exactly zero. Squared distances are rounded to multiples of `2.0 ** -exponent`.
    """
    low, high = items.min(axis=0).astype(np.float64), items.max(axis=0).astype(np.float64)
    step = np.exp2(np.floor(np.log2(np.where(high > low, high - low, 1.0))))
    centre = np.where(high > low, np.rint(items.mean(axis=0, dtype=np.float64) / step) * step, low)
    spread = float(np.square(items.std(axis=0, dtype=np.float64)).sum())
    return centre, 32 - int(np.floor(np.log2(spread))) if spread > 0 else 0


def nearest(
    queries: NDArray[Any],
    items: NDArray[Any],
    k: int,
    frame: tuple[NDArray[np.float64], int] | None = None,
    *,
    leave_out: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Positions of the `k` nearest items of each query, nearest first, `(n_queries, k)`.

    `queries` `(n_queries, n_features)` and `items` `(n_items, n_features)` are uint8 with `frame` None, or float32
    with the frame of the items. `leave_out` `(n_queries,)` names one item for each query that is not looked at.
    """
    best: NDArray[Any] | None = None
    found = np.empty((len(queries), 0), np.int64)
    size = max(k, ITEM_VALUES // items.shape[1], 1)
    for start in range(0, len(items), size):
        block = _prepared(items[start : start + size], frame)
        norms = _norms(block, frame)
        values, places = [], []
        for first in range(0, len(queries), QUERIES):
            part = slice(first, first + QUERIES)
            scores = _scores(_prepared(queries[part], frame), block, norms, frame)
            if leave_out is not None:
                _forget(scores, leave_out[part] - start)
            columns = _smallest(scores, min(k, scores.shape[1]))
            values.append(np.take_along_axis(scores, columns, axis=1))
            places.append(columns + start)
        new, where = np.concatenate(values), np.concatenate(places)
        best = new if best is None else np.concatenate([best, new], axis=1)
        found = np.concatenate([found, where], axis=1)
        order = np.argsort(best, axis=1, kind="stable")[:, :k]  # stable: of equals the lower index stands first
        best, found = np.take_along_axis(best, order, axis=1), np.take_along_axis(found, order, axis=1)
    return found


def _prepared(values: NDArray[Any], frame: tuple[NDArray[np.float64], int] | None) -> NDArray[Any]:
    """Centred values: float32 that hold whole numbers, or float64."""
    if frame is None:
        return values.astype(np.float32) - np.float32(MIDDLE)
    return values.astype(np.float64) - frame[0]


def _norms(block: NDArray[Any], frame: tuple[NDArray[np.float64], int] | None) -> NDArray[Any]:
    if frame is not None:
        return np.asarray(np.einsum("ij,ij->i", block, block))
    parts = [block[:, at : at + FEATURES_EXACT] for at in range(0, block.shape[1], FEATURES_EXACT)]
    total = sum(np.einsum("ij,ij->i", part, part).astype(np.int64) for part in parts)
    return np.asarray(total, np.int32 if block.shape[1] <= INT32_FEATURES else np.int64)


def _scores(
    queries: NDArray[Any], block: NDArray[Any], norms: NDArray[Any], frame: tuple[NDArray[np.float64], int] | None
) -> NDArray[Any]:
    """`|t|^2 - 2 q.t`, `(n_queries, n_block)`; whole numbers, or multiples of the grid."""
    if frame is not None:
        scores = norms - 2.0 * (queries @ block.T)
        return np.asarray(np.rint(np.multiply(scores, np.exp2(frame[1]), out=scores), out=scores))
    total: NDArray[Any] | None = None
    for at in range(0, block.shape[1], FEATURES_EXACT):
        columns = slice(at, at + FEATURES_EXACT)
        product = (queries[:, columns] @ block[:, columns].T).astype(norms.dtype)
        total = product if total is None else np.add(total, product, out=total)
    np.multiply(total, -2, out=total)  # type: ignore[arg-type]
    return np.add(total, norms, out=total)  # type: ignore[arg-type]


def _forget(scores: NDArray[Any], columns: NDArray[np.int64]) -> None:
    """Put the named column of each row behind all others."""
    rows = np.flatnonzero((columns >= 0) & (columns < scores.shape[1]))
    scores[rows, columns[rows]] = np.iinfo(scores.dtype).max if scores.dtype.kind == "i" else np.inf


def _smallest(scores: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Columns of the `k` smallest scores of each row, in rising order of score, then of column."""
    limit = np.partition(scores, k - 1, axis=1)[:, k - 1 : k]
    rows, columns = np.nonzero(scores <= limit)
    order = np.lexsort((columns, scores[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    starts = np.searchsorted(rows, np.arange(len(scores)))
    kept = np.arange(len(rows)) - starts[rows] < k  # more than k where several are as far as the last
    return columns[kept].reshape(len(scores), k)
