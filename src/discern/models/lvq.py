"""Learning vector quantisation: a few typical examples of each class, moved until they tell the classes apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from ..core import seeds
from ..core.events import Listener, silent
from ..core.options import SEED, Interval
from .base import Labelled
from .calibrate import out_of_fold, steepness
from .features import FeatureClassifier, standard
from .scorer import softmax

SHARPNESS = 10.0
"""Steepness of the sigmoid over the relative difference of distances: items near a border move the prototypes most."""
LLOYD = 8
"""Rounds of k-means that the prototypes of a class begin with."""


class LVQ(FeatureClassifier):
    """Generalised learning vector quantisation (GLVQ): an item is what the nearest of the prototypes is.

    Parameters
    ----------
    n_prototypes : prototypes of each class.
    max_iter : most steps of L-BFGS, which moves all prototypes at once.
    random_state : seed of the items that k-means begins with, class by class.
    features : `pixels`, or `hog` for pictures.

    Features are standardised as for logistic regression; distances are Euclidean. Distances are turned into
    probabilities by `calibrate` on the validation items, or else on three folds of the items; the prototypes are then
    learned from all of them. Sources: Kohonen 1990; Sato and Yamada, NIPS 1995.

    After `fit`: `prototypes_` `(n_classes, n_prototypes, n_features)` float32 on standardised values, `steepness_`,
    `shift_` `(n_classes,)`, `mean_`, `scale_`, `n_iter_`, `refit_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "n_prototypes": Interval(1, 1000, whole=True),
        "max_iter": Interval(1, 100_000, whole=True),
        "random_state": SEED,
    }

    prototypes_: NDArray[np.float32]
    steepness_: float
    shift_: NDArray[np.float64]
    mean_: NDArray[np.float64]
    scale_: NDArray[np.float64]
    n_iter_: int

    def __init__(
        self, n_prototypes: int = 10, *, max_iter: int = 50, random_state: int = 0, features: str = "pixels"
    ) -> None:
        self.n_prototypes = n_prototypes
        self.max_iter = max_iter
        self.random_state = random_state
        self.features = features

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Standardise, calibrate, learn. Raises OptionError for a parameter out of its limits, ValueError for data."""
        rows, positions, n_items = self._learn_from(X, y, validation)
        self.mean_, self.scale_ = standard(rows, alike=self.input_.kind == "pictures")
        scaled = ((rows - self.mean_) / self.scale_).astype(np.float32)
        self.steepness_, self.shift_ = 1.0, np.zeros(len(self.classes_))
        if len(self.classes_) > 1:
            scores, held = out_of_fold(scaled, positions, n_items, self._ask)
            self.steepness_, self.shift_ = steepness(scores, held)
        self.prototypes_, self.n_iter_ = self._learn(scaled, positions)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, `(n_samples, n_classes)`, worked out in float64."""
        scaled = (self._to_answer(X) - self.mean_) / self.scale_
        return softmax(self.steepness_ * nearness(scaled, self.prototypes_.astype(np.float64)) + self.shift_)

    def _ask(
        self, rows: NDArray[np.float32], positions: NDArray[np.int64], asked: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = nearness(asked, self._learn(rows, positions)[0]).astype(np.float64)
        return scores

    def _learn(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> tuple[NDArray[np.float32], int]:
        """Prototypes `(n_classes, n_prototypes, n_features)`, of k-means in each class and then moved; steps taken."""
        n_classes = len(self.classes_)
        shape = (n_classes, int(self.n_prototypes), rows.shape[1])
        start = np.zeros(shape, np.float32)
        for position in range(n_classes):
            own = rows[positions == position]
            if len(own):  # a class may be missing from the other folds
                start[position] = _k_means(own, shape[1], seeds.generator(self.random_state, "prototypes", position))
        if n_classes == 1:
            return start, 1
        owner = np.repeat(np.arange(n_classes), shape[1])
        own = owner == positions[:, None]
        squares = np.einsum("ij,ij->i", rows, rows)

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            value, slope = _glvq(rows, squares, own, flat.reshape(-1, shape[2]).astype(np.float32))
            return value, slope.ravel().astype(np.float64)

        options: dict[str, Any] = {"maxiter": int(self.max_iter), "ftol": 1e-7}
        found = minimize(loss, start.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options=options)
        return found.x.reshape(shape).astype(np.float32), max(1, int(found.nit))


def nearness(rows: NDArray[Any], prototypes: NDArray[Any]) -> NDArray[Any]:
    """How near each class's nearest prototype is, `(n, n_classes)`: minus the squared distance, up to a number that is
    the same for all classes."""
    n_classes, each, n_features = prototypes.shape
    flat = prototypes.reshape(-1, n_features)
    near = 2 * (rows @ flat.T) - np.einsum("ij,ij->i", flat, flat)
    nearest: NDArray[Any] = near.reshape(len(rows), n_classes, each).max(axis=2)
    return nearest


def _glvq(
    rows: NDArray[np.float32], squares: NDArray[np.float32], own: NDArray[np.bool_], prototypes: NDArray[np.float32]
) -> tuple[float, NDArray[np.float32]]:
    """The mean of `sigmoid(SHARPNESS * (d - e) / (d + e))` and its slope, `(n_prototypes, n_features)`.

    d and e are an item's squared distances to the nearest prototype of its class and of any other.
    """
    n = len(rows)
    apart = squares[:, None] - 2 * (rows @ prototypes.T) + np.einsum("ij,ij->i", prototypes, prototypes)
    apart = np.maximum(apart, 0).astype(np.float64)
    at = np.arange(n)
    friend = np.where(own, apart, np.inf).argmin(axis=1)
    rival = np.where(own, np.inf, apart).argmin(axis=1)
    d, e = apart[at, friend], apart[at, rival]
    total = np.maximum(d + e, 1e-12)
    value = 1 / (1 + np.exp(-SHARPNESS * (d - e) / total))
    steep = SHARPNESS * value * (1 - value) * 2 / total**2 / n
    pull = np.zeros(apart.shape, np.float32)
    pull[at, friend] = steep * e
    pull[at, rival] = -steep * d
    slope = 2 * (pull.sum(axis=0)[:, None] * prototypes - pull.T @ rows)
    return float(value.mean()), slope


def _k_means(own: NDArray[np.float32], k: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """k centres of the items, `(k, n_features)`; some coincide where there are fewer items."""
    order = rng.permutation(len(own))
    centres = own[order[np.arange(k) % len(own)]].copy()
    for _ in range(LLOYD):
        nearest = (2 * (own @ centres.T) - np.einsum("ij,ij->i", centres, centres)).argmax(axis=1)
        for number in range(k):
            members = own[nearest == number]
            if len(members):
                centres[number] = members.mean(axis=0, dtype=np.float64)
    return centres
