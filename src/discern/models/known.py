"""How far an item lies from what was learned: Gaussians a class around the features of training items. Where features
are many, each class has axes of its own (`subspaces`).

A model may be sure of what it has never seen anything like: networks called no picture of pure noise doubtful
(docs/decisions/0060-unknown.md). So an item is `unknown` when its best probability is low, or when its features are far
from all classes. Needs NumPy alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record
from . import subspaces
from .subspaces import Subspaces

Array = NDArray[np.float64]

AXES = 60
ITEMS_AN_AXIS = 8
VALUES = 2**20
"""Numbers that the axes may take, which bounds what is added to a model file."""
RIDGE = 1e-3
SMALLEST_SCALE = 1e-6
ARRAYS = ("centre", "scale", "axes", "whitening", "means")


@dataclass(frozen=True, eq=False)
class Near(Record):
    """Classes as Gaussians of one shape along the main axes of the features, and one variance across all others.

    The distance is Mahalanobis' to the nearest class (Lee et al., A Simple Unified Framework for Detecting
    Out-of-Distribution Samples, NeurIPS 2018), with what the axes leave over (Tipping and Bishop, Probabilistic
    Principal Component Analysis, 1999; Wang et al., ViM, CVPR 2022).
    """

    centre: NDArray[np.float32]
    """`(n_features,)`"""
    scale: NDArray[np.float32]
    """`(n_features,)`"""
    axes: NDArray[np.float32]
    """`(n_axes, n_features)`, orthonormal."""
    whitening: NDArray[np.float32]
    """`(n_axes, n_axes)`"""
    means: NDArray[np.float32]
    """Of the classes, whitened, `(n_classes, n_axes)`."""
    left_over: float
    """Variance of each direction across the axes; 0 where there is none."""

    def distance(self, features: NDArray[Any]) -> Array:
        """Squared distance to the nearest class, `(n,)`, from features `(n, n_features)`, NaN where one is missing."""
        flat = (_whole(features, self.centre.astype(np.float64)) - self.centre) / self.scale
        along = flat @ self.axes.T.astype(np.float64)
        white = along @ self.whitening.astype(np.float64)
        apart = ((white[:, None, :] - self.means[None].astype(np.float64)) ** 2).sum(axis=2).min(axis=1)
        if self.left_over > 0:
            across = np.maximum((flat**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
            apart = apart + across / self.left_over
        return np.asarray(np.minimum(apart, 1e30))

    def arrays(self) -> Mapping[str, NDArray[np.float32]]:
        return {name: getattr(self, name) for name in ARRAYS}


def fit(features: NDArray[Any], positions: NDArray[np.int64], *, alike: bool) -> Near | Subspaces:
    """From features `(n, n_features)` of items that were learned from, and their classes `(n,)`.

    `alike`: the features share one unit, as pixels do, and so one scale.
    """
    flat = features.reshape(len(features), -1).astype(np.float64)
    missing = np.isnan(flat)
    if missing.any():  # of a table
        seen = (~missing).sum(axis=0)
        flat = _whole(flat, np.where(missing, 0.0, flat).sum(axis=0) / np.maximum(seen, 1))
    centre = flat.mean(axis=0)
    spread = flat.var(axis=0)
    scale = np.sqrt(np.full_like(spread, spread.mean()) if alike else spread)
    scale[scale <= SMALLEST_SCALE] = 1.0
    flat = (flat - centre) / scale
    own = subspaces.fit(flat, positions, centre, scale, VALUES) if alike else None
    if own is not None:
        return own
    n, d = flat.shape
    most = min(AXES, d, max(1, n // ITEMS_AN_AXIS), max(1, VALUES // d))
    _, lengths, turned = np.linalg.svd(flat, full_matrices=False)
    axes = turned[:most]
    total, inside = float((flat**2).sum()), float((lengths[:most] ** 2).sum())
    left_over = max(total - inside, 0.0) / (n * (d - most)) if d > most else 0.0
    along = flat @ axes.T
    classes = np.unique(positions)
    means = np.array([along[positions == each].mean(axis=0) for each in classes])
    within = along - means[np.searchsorted(classes, positions)]
    covariance = within.T @ within / max(n - len(classes), 1)
    covariance += (RIDGE * np.trace(covariance) / most + 1e-9) * np.eye(most)
    whitening = np.linalg.cholesky(np.linalg.inv(covariance))
    arrays = dict(zip(ARRAYS, (centre, scale, axes, whitening, means @ whitening), strict=True))
    small = {name: np.ascontiguousarray(part, dtype=np.float32) for name, part in arrays.items()}
    return Near(**small, left_over=left_over if left_over > 1e-9 else 0.0)


def _whole(features: NDArray[Any], centre: Array) -> Array:
    """Features `(n, n_features)`; what is missing in a table is as usual: it tells nothing."""
    flat = features.reshape(len(features), -1).astype(np.float64)
    missing = np.isnan(flat)
    return np.where(missing, centre, flat) if missing.any() else flat


@dataclass(frozen=True, eq=False)
class Unknown(Record):
    """When the answer is `unknown`: the best probability is below `least`, or the distance above `farthest`."""

    given_up: float
    """The share of known items that this gives up, at most, on average."""
    least: float
    farthest: float
    near: Near | Subspaces

    def of(self, probabilities: NDArray[np.floating], features: NDArray[Any]) -> NDArray[np.bool_]:
        """Which items are unknown, `(n,)`, by stated probabilities `(n, n_classes)` and features of the same items."""
        return self.by(np.asarray(probabilities, np.float64).max(axis=1), self.near.distance(features))

    def by(self, best: Array, distance: Array) -> NDArray[np.bool_]:
        unknown: NDArray[np.bool_] = (best < self.least) | (distance > self.farthest)
        return unknown

    def to_json(self) -> dict[str, Any]:
        left_over = self.near.left_over
        return {"given_up": self.given_up, "least": self.least, "farthest": self.farthest, "left_over": left_over}


def thresholds(best: Array, distance: Array, given_up: float) -> tuple[float, float] | None:
    """`least` and `farthest`, as strict as each other, that give up at most `given_up` of known items together.

    `best` and `distance` `(n,)` are of items that learning did not see and that could be drawn by themselves. None
    where so few items allow no such share.
    """
    n = len(best)
    allowed = int(np.floor((n + 1) * given_up + 1e-9)) - 2  # a new item may fall beyond either threshold
    if allowed < 0:
        return None
    low, high = np.sort(best), np.sort(distance)[::-1]
    chosen = (float(low[0]), float(high[0]))
    for each in range(1, allowed + 1):
        least, farthest = float(low[min(each, n - 1)]), float(high[min(each, n - 1)])
        if int(((best < least) | (distance > farthest)).sum()) > allowed:
            break
        chosen = (least, farthest)
    return chosen
