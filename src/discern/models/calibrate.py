"""Scores of items that learning did not see become probabilities: one steepness, and one shift for each class."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ..core import seeds
from .features import softmax

FOLDS = 3
Scores = NDArray[np.float64]


def steepness(scores: Scores, positions: NDArray[np.int64]) -> tuple[float, Scores]:
    """`(a, b)`, such that `softmax(a * scores + b)` suits the classes of items that the scores were not fitted on.

    `scores` is `(n, n_classes)`. For two classes, one of which scores 0, this is Platt's sigmoid, also in that the
    targets are not quite 0 and 1, which keeps `a` finite. Source: Platt, in Advances in Large Margin Classifiers, 1999.
    """
    n, n_classes = scores.shape
    spread = float(np.std(scores)) or 1.0
    scores = scores / spread
    counts = np.bincount(positions, minlength=n_classes)[positions].astype(np.float64)
    targets = np.repeat(1 / ((counts + 2) * (n_classes - 1))[:, None], n_classes, axis=1)
    targets[np.arange(n), positions] = (counts + 1) / (counts + 2)

    def loss(point: Scores) -> tuple[float, Scores]:
        probabilities = softmax(point[0] * scores + point[1:])
        wrong = (probabilities - targets) / n
        value = -float((targets * np.log(np.maximum(probabilities, 1e-300))).sum()) / n + 1e-6 * float(point @ point)
        return value, np.concatenate([[(wrong * scores).sum()], wrong.sum(axis=0)]) + 2e-6 * point

    limits = [(1e-3, 1e3)] + [(-50.0, 50.0)] * n_classes
    found = minimize(loss, np.array([1.0] + [0.0] * n_classes), jac=True, method="L-BFGS-B", bounds=limits)
    return float(found.x[0]) / spread, np.asarray(found.x[1:], np.float64)


def out_of_fold(
    rows: NDArray[np.float32],
    positions: NDArray[np.int64],
    n_items: int,
    scores: Callable[[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]], Scores],
) -> tuple[Scores, NDArray[np.int64]]:
    """Scores of items by a model that did not learn from them, and their classes.

    The rows from `n_items` on are validation items and are scored by a model of the others; without any, three folds,
    stratified and seeded, are scored in turn. `scores(rows, positions, asked)` learns and answers. Items whose class
    the model did not learn are left out.
    """
    found = []
    for held in _held(positions, n_items):
        learned = ~held
        held = held & np.isin(positions, positions[learned])
        if held.any():
            found.append((scores(rows[learned], positions[learned], rows[held]), positions[held]))
    if not found:  # no class has two items: what was learned itself has to do
        return scores(rows, positions, rows), positions
    return np.concatenate([part for part, _ in found]), np.concatenate([part for _, part in found])


def _held(positions: NDArray[np.int64], n_items: int) -> Iterator[NDArray[np.bool_]]:
    numbers = np.arange(len(positions))
    if n_items < len(positions):
        yield numbers >= n_items
        return
    order = seeds.generator(0, "folds").permutation(len(positions))
    order = order[np.argsort(positions[order], kind="stable")]
    fold = np.empty(len(positions), np.int64)
    fold[order] = numbers % FOLDS
    for number in range(FOLDS):
        held = fold == number
        if 0 < held.sum() < len(held):
            yield held
