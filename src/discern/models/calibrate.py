"""Scores of items that learning did not see become probabilities: one steepness, and one shift for each class.

And a model's probabilities become calibrated ones: one temperature, or one rising curve. Both are fitted on items that
learning did not see; what they come to is applied in `answers`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from ..core import seeds
from .answers import MOST_POINTS, SMALLEST, TEMPERATURES, Calibration, Sets
from .scorer import softmax

FOLDS = 3
CHOOSING = 5
"""Folds by which a way to calibrate is chosen."""
ENOUGH_FOR_ISOTONIC = 500
"""Items from which on a curve of many points is tried beside the one number that a temperature is."""
APART = 0.01
"""So far apart lie the points of the curve of the most probable label, so that float32 follows it closely."""
Scores = NDArray[np.float64]
Way = Callable[[Scores, NDArray[np.int64]], Calibration]
"""How calibration is fitted to probabilities and true classes."""


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


def temperature(probabilities: Scores, positions: NDArray[np.int64]) -> Calibration:
    """The temperature with the lowest log loss on probabilities `(n, n_classes)` and positions of true classes `(n,)`.

    A model that states 0 where it merely never saw a case, as votes do, gets a floor: one more item than there are
    would be the first. Source: Guo et al., On Calibration of Modern Neural Networks, ICML 2017.
    """
    given = np.asarray(probabilities, np.float64)
    n, n_classes = given.shape
    votes = float((given < SMALLEST).mean()) > 0.1
    floor = min(0.1, 1 / ((n + 2) * n_classes)) if votes else SMALLEST
    logs = np.log(np.maximum(given, floor))
    rows = np.arange(n)

    def loss(log_temperature: float) -> float:
        scaled = logs / np.exp(log_temperature)
        most = scaled.max(axis=1)
        total = most + np.log(np.exp(scaled - most[:, None]).sum(axis=1))
        return float((total - scaled[rows, positions]).mean())

    low, high = np.log(TEMPERATURES)
    found = minimize_scalar(loss, bounds=(low + 1e-6, high - 1e-6), method="bounded", options={"xatol": 1e-6})
    return Calibration("temperature", float(np.exp(found.x)), floor)


def isotonic(probabilities: Scores, positions: NDArray[np.int64]) -> Calibration:
    """One rising curve from stated to found probability, over all classes together, in at most 64 points.

    Source: Zhang, Kailkhura and Han, Mix-n-Match, ICML 2020 (one curve for all classes keeps their order); Zadrozny
    and Elkan, KDD 2002.
    """
    given = np.asarray(probabilities, np.float64)
    truth = np.zeros_like(given)
    truth[np.arange(len(given)), positions] = 1.0
    return Calibration("isotonic", points=_rising(given.ravel(), truth.ravel()))


def crowned(way: Calibration, probabilities: Scores, positions: NDArray[np.int64]) -> Calibration:
    """`way` followed by a rising curve for the most probable label alone, which people read most.

    Of the labels together most are improbable, and decide the common curve. Source: Gupta and Ramdas, Top-label
    calibration and multiclass-to-binary reductions, ICLR 2022.
    """
    stated = way.apply(probabilities)
    right = (stated.argmax(axis=1) == positions).astype(np.float64)
    points = _rising(stated.max(axis=1), right)
    kept = [points[0]]
    for point in points[1:]:
        if point[0] - kept[-1][0] >= APART:
            kept.append(point)
    kept[-1] = (kept[-1][0], points[-1][1])
    return dataclasses.replace(way, best=tuple(kept))


def _rising(stated: Scores, right: Scores) -> tuple[tuple[float, float], ...]:
    """The rising curve from `stated` to the share that is `right`, both `(n,)`, in at most 64 points."""
    from sklearn.isotonic import isotonic_regression

    x, place, weight = np.unique(stated, return_inverse=True, return_counts=True)
    share = np.bincount(place, right) / weight
    y = isotonic_regression(share, sample_weight=weight, increasing=True)
    least = 1 / (len(stated) + 2)
    levels, first = np.unique(np.clip(y, least, 1 - least), return_index=True)
    middles = np.add.reduceat(x * weight, first) / np.add.reduceat(weight, first)
    middles = middles.astype(np.float32).astype(np.float64)  # as models state them: what float32 takes for one is one
    middles[middles < np.finfo(np.float32).tiny] = 0.0
    heights = dict(zip(middles.tolist(), levels, strict=True)) | {0.0: levels[0], 1.0: levels[-1]}
    points = sorted(heights)
    if len(points) > MOST_POINTS:
        points = [points[i] for i in np.unique(np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int))]
    return tuple((place, float(heights[place])) for place in points)


def chosen(probabilities: Scores, positions: NDArray[np.int64], units: NDArray[np.int64]) -> Calibration:
    """A temperature, or a curve where that is better by more than chance for items that it was not fitted on; and with
    a curve for the most probable label on top where that is better in turn.

    Compared by folds over `units` `(n,)`: the log losses of the same items, one standard error apart or more.
    """
    numbers = np.unique(units, return_inverse=True)[1]
    way: Way = temperature
    if min(len(positions), int(numbers.max()) + 1) < ENOUGH_FOR_ISOTONIC:
        return way(probabilities, positions)
    if _better(temperature, isotonic, probabilities, positions, numbers):
        way = isotonic
    plain = way

    def with_best(some: Scores, places: NDArray[np.int64]) -> Calibration:
        return crowned(plain(some, places), some, places)

    if _better(plain, with_best, probabilities, positions, numbers):
        way = with_best
    return way(probabilities, positions)


def _better(
    one: Way, other: Way, probabilities: Scores, positions: NDArray[np.int64], numbers: NDArray[np.int64]
) -> bool:
    """Whether the `other` way has the lower log loss by more than a standard error, in folds over units `numbers`."""
    fold = seeds.generator(0, "calibration").permutation(int(numbers.max()) + 1)[numbers] % CHOOSING
    gain = np.empty(len(positions))
    for held in (fold == number for number in range(CHOOSING)):
        fitted = (way(probabilities[~held], positions[~held]) for way in (one, other))
        first, second = (_losses(way, probabilities[held], positions[held]) for way in fitted)
        gain[held] = first - second
    each = np.bincount(numbers, gain)
    return bool(float(each.sum()) > float(each.std(ddof=1)) * len(each) ** 0.5)


def sets(of_truth: Scores, coverage: float) -> Sets | None:
    """The threshold of sets that hold the true label in `coverage` of cases; None where there are too few items.

    `of_truth` `(n,)` are stated probabilities of the true label, of items that could be drawn by themselves: one of
    each group (Dunn, Wasserman and Ramdas, Distribution-Free Prediction Sets for Two-Layer Hierarchical Models, JASA
    2022). For a new item the chance is at least `coverage`, and less than 1 / (n + 1) above it where none are equal.
    """
    n = len(of_truth)
    place = int(np.floor((n + 1) * (1 - coverage) + 1e-9))
    return Sets(coverage, float(np.sort(of_truth)[place - 1])) if place >= 1 else None


def one_of_each(units: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """The row of one item of each unit, drawn by the seed; `units` is `(n,)`."""
    order = seeds.generator(seed, "one of each").permutation(len(units))
    return np.sort(order[np.unique(units[order], return_index=True)[1]])


def _losses(way: Calibration, probabilities: Scores, positions: NDArray[np.int64]) -> Scores:
    of_truth = way.apply(probabilities)[np.arange(len(positions)), positions]
    return np.asarray(-np.log(np.maximum(of_truth, SMALLEST)))
