"""Decision trees as arrays of nodes, and the walk from root to leaf in plain NumPy: what is saved is what answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEEPEST = 64
"""Steps from a root to its deepest leaf. A bound on the walk, here and in the runtime that answers from a file."""
PLACES_A_STEP = 2**18


@dataclass(frozen=True)
class Trees:
    """The nodes of all trees, one tree after the other, each beginning with its root.

    Node i sends an item to `left[i]` when `feature[i]` of it is at most `threshold[i]`, else to `right[i]`. A leaf has
    itself as left and right, and its answer is row `leaf[i]` of `values`; of other nodes `leaf` is -1.
    """

    roots: NDArray[np.int32]
    """(n_trees,)"""
    feature: NDArray[np.int32]
    """(n_nodes,), as all that follow but the last"""
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    leaf: NDArray[np.int32]
    values: NDArray[np.float32]
    """(n_leaves, n_classes)"""

    def sums(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """The answers of all trees added up, `(n, n_classes)`, for uint8 or float32 features `(n, n_features)`."""
        total = np.empty((len(rows), self.values.shape[1]))
        at_once = max(1, PLACES_A_STEP // len(self.roots))
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            leaves = self.leaf[self._walk(part)]
            total[start : start + at_once] = 0
            for answers in leaves.T:  # tree by tree: the answers of all at once would take too much memory
                total[start : start + at_once] += self.values[answers]
        return total

    def _walk(self, rows: NDArray[Any]) -> NDArray[np.int32]:
        """The leaf that each item ends in, `(n, n_trees)`."""
        at = np.repeat(self.roots[None], len(rows), axis=0)
        items = np.arange(len(rows))[:, None]
        for _ in range(DEEPEST):
            if (self.leaf[at] >= 0).all():
                break
            goes_left = rows[items, self.feature[at]] <= self.threshold[at]
            at = np.where(goes_left, self.left[at], self.right[at])
        return at

    @property
    def n_nodes(self) -> int:
        return len(self.feature)


@dataclass(frozen=True)
class Piece:
    """One tree: `left` and `right` count from its own root; a leaf's `left` is below 0."""

    feature: NDArray[Any]
    threshold: NDArray[Any]
    left: NDArray[Any]
    right: NDArray[Any]
    answers: NDArray[Any]
    """(n_nodes, n_classes); those of leaves are kept"""


def join(pieces: Sequence[Piece]) -> Trees:
    """All trees in one set of arrays."""
    sizes = [len(piece.feature) for piece in pieces]
    roots = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int32)
    ends = np.concatenate([piece.left < 0 for piece in pieces])
    itself = np.arange(len(ends), dtype=np.int32)
    left = np.concatenate([piece.left + root for piece, root in zip(pieces, roots, strict=True)])
    right = np.concatenate([piece.right + root for piece, root in zip(pieces, roots, strict=True)])
    return Trees(
        roots,
        np.where(ends, 0, np.concatenate([piece.feature for piece in pieces])).astype(np.int32),
        np.where(ends, 0, np.concatenate([piece.threshold for piece in pieces])).astype(np.float64),
        np.where(ends, itself, left).astype(np.int32),
        np.where(ends, itself, right).astype(np.int32),
        np.where(ends, np.cumsum(ends) - 1, -1).astype(np.int32),
        np.concatenate([piece.answers for piece in pieces])[ends].astype(np.float32),
    )
