"""How far an item lies from what was learned, where the features are many: each class has main axes of its own.

Items of a class differ from each other in a few ways only. What lies across these is what makes a thing another thing:
drawn signs that are no digit lie near the axes of all digits together, and far from those of each (docs/inside.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record

Array = NDArray[np.float64]

AXES, FEWEST_AXES = 30, 5
ITEMS_AN_AXIS = 6
MANY = 64
"""Features from which on classes get axes of their own."""
ARRAYS = ("centre", "scale", "own_means", "own_axes", "own_spread")


@dataclass(frozen=True, eq=False)
class Subspaces(Record):
    """Classes as Gaussians, each along main axes of its own, with one variance across them all.

    Wold, Pattern recognition by means of disjoint principal components models, Pattern Recognition 8, 1976; with
    variances as in Tipping and Bishop, Probabilistic Principal Component Analysis, 1999.
    """

    centre: NDArray[np.float32]
    """`(n_features,)`"""
    scale: NDArray[np.float32]
    """`(n_features,)`"""
    own_means: NDArray[np.float32]
    """`(n_classes, n_features)`, centred and scaled."""
    own_axes: NDArray[np.float32]
    """`(n_classes, n_axes, n_features)`, orthonormal in each class."""
    own_spread: NDArray[np.float32]
    """Variance along each axis, `(n_classes, n_axes)`, never below `left_over`."""
    left_over: float
    """Variance of each direction across the axes of a class, over all classes."""

    def distance(self, features: NDArray[np.floating]) -> Array:
        """Squared distance to the nearest class, `(n,)`, from features `(n, n_features)`."""
        flat = features.reshape(len(features), -1).astype(np.float64)
        flat = (flat - self.centre) / self.scale
        nearest = np.full(len(flat), 1e30)
        for mean, axes, spread in zip(self.own_means, self.own_axes, self.own_spread, strict=True):
            apart = flat - mean
            along = (apart @ axes.T.astype(np.float64)) ** 2
            across = np.maximum((apart**2).sum(axis=1) - along.sum(axis=1), 0.0)
            nearest = np.minimum(nearest, across / self.left_over + (along / spread).sum(axis=1))
        return nearest

    def arrays(self) -> Mapping[str, NDArray[np.float32]]:
        return {name: getattr(self, name) for name in ARRAYS}


def fit(flat: Array, positions: NDArray[np.int64], centre: Array, scale: Array, most_values: int) -> Subspaces | None:
    """From features `(n, n_features)`, centred and scaled by `centre` and `scale`, and classes `(n,)`.

    None where features or items are too few for it, or the axes would take more than `most_values` numbers.
    """
    classes, counts = np.unique(positions, return_counts=True)
    n_features = flat.shape[1]
    n_axes = min(AXES, int(counts.min()) // ITEMS_AN_AXIS, most_values // (len(classes) * n_features))
    if n_features < MANY or n_axes < FEWEST_AXES:
        return None
    means, axes, spreads, rest = [], [], [], 0.0
    for each in classes:
        own = flat[positions == each]
        means.append(own.mean(axis=0))
        _, lengths, turned = np.linalg.svd(own - means[-1], full_matrices=False)
        axes.append(turned[:n_axes])
        spreads.append(lengths[:n_axes] ** 2 / len(own))
        rest += float((lengths[n_axes:] ** 2).sum())
    left_over = rest / (len(flat) * (n_features - n_axes))
    if left_over <= 1e-9:
        return None
    own_spread = np.maximum(np.array(spreads), left_over)
    arrays = zip(ARRAYS, (centre, scale, np.array(means), np.array(axes), own_spread), strict=True)
    small = {name: np.ascontiguousarray(part, dtype=np.float32) for name, part in arrays}
    return Subspaces(**small, left_over=left_over)
