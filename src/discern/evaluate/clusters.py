"""How many groups there are, and whether there are any: silhouette, gap, stability, each against clouds without groups.

Sources: Rousseeuw, "Silhouettes", 1987; Tibshirani, Walther, Hastie, "Estimating the number of clusters in a data set
via the gap statistic", 2001; Ben-Hur, Elisseeff, Guyon, "A stability based method for discovering structure in
clustered data", 2002; Hennig, "Cluster-wise assessment of cluster stability", 2007.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record
from ..models import clusters as model_of
from .matching import mean_of

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
ITEMS = 1000
"""So many items, drawn by their contents, are looked at to choose a number of groups."""
MOST = 10
"""The largest number of groups that is tried where it is to be chosen."""
FEWEST_EACH = 5
"""Items that each group must have on average for a number to be tried."""
FEWEST = 20
"""With fewer items nothing is said about groups."""
HALVINGS = 6
CLOUDS = 19
"""Of each kind: beating all of one kind by chance has a probability of 1 in 20."""
STABLE = 0.75
"""Groups that come again less than this are doubtful (Hennig's advice)."""
CLOSE = 0.92
"""Of the best product: the largest number of groups that comes so near to it is taken, so that groups of groups are
told apart."""
SILHOUETTE_METHOD = "mean over items; Student's t over items"
ROUND_METHOD = f"distances in the spread of the groups; {SILHOUETTE_METHOD}"
STABILITY_METHOD = (
    "adjusted Rand index of the groups found in either of two halves drawn by chance; Student's t over draws"
)
GAP_METHOD = (
    "log of the sum of squares within groups in clouds without groups, less that of the items; the middle 95 % of the "
    "clouds"
)
SCORE_METHOD = "silhouette times stability"
CLOUD_METHOD = "mean over clouds without groups; the middle 95 % of them"
P_METHOD = (
    "share of clouds without groups, otherwise like the items, that come to as much with any number of groups (one "
    "more counted on either side); the larger of the shares of two kinds of clouds"
)
Fits = Callable[[Array, Sequence[int]], list[Labels]]


@dataclass(frozen=True)
class Tried(Record):
    """A number of groups that was tried."""

    n_groups: int
    silhouette: Figure
    gap: Figure
    stability: Figure
    score: Figure
    silhouette_by_chance: Figure
    stability_by_chance: Figure
    chosen: bool


@dataclass(frozen=True)
class Choice:
    """What came of trying."""

    method: str
    n_groups: int
    """The best number, whether groups are shown or not."""
    shown: bool
    p: Figure
    tried: tuple[Tried, ...]
    n_items: int
    """How many were looked at."""


@dataclass(frozen=True)
class Measured:
    """Of each number of groups `(n_numbers,)`: log sum of squares, silhouettes of the items, stability of halvings."""

    inside: Array
    silhouettes: tuple[Array, ...]
    stability: Array
    """`(n_numbers, n_halvings)`."""

    @property
    def silhouette(self) -> Array:
        return np.array([one.mean() for one in self.silhouettes])

    @property
    def score(self) -> Array:
        return np.asarray(np.maximum(self.silhouette, 0) * np.maximum(self.stability.mean(axis=1), 0))


def numbers(n_items: int) -> tuple[int, ...]:
    """Numbers of groups that are tried."""
    return tuple(range(2, max(2, min(MOST, n_items // FEWEST_EACH)) + 1))


def choose(
    features: Array,
    clouds: Sequence[Callable[[np.random.Generator], Array]],
    method: str,
    tried: Sequence[int],
    *,
    seed: int = 0,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Choice:
    """Try numbers of groups of items `(n, n_features)` by a method, and say whether groups are shown.

    `clouds` are kinds of clouds: each draws features `(n, n_features)`. Groups are shown when the best product of
    silhouette and stability is larger than in every cloud, and the groups come again.
    """
    own = measure(features, method, tried, HALVINGS, generator(seed, "halves"))
    total = CLOUDS * len(clouds)
    drawn: list[list[Measured]] = []
    for kind, draw in enumerate(clouds):
        found = []
        for number in range(CLOUDS):
            random = generator(seed, "cloud", kind, number)
            found.append(measure(draw(random), method, tried, 1, random))
            tell(kind * CLOUDS + number + 1, total)
        drawn.append(found)
    best = float(own.score.max())
    beaten = [1 + sum(float(one.score.max()) >= best for one in found) for found in drawn]
    p = Figure(max(beaten) / (1 + CLOUDS), None, None, total, P_METHOD)
    close = [place for place in range(len(tried)) if own.score[place] >= CLOSE * best]
    steady = [place for place in close if own.stability[place].mean() >= STABLE]
    place = max(steady or [int(own.score.argmax())])
    shown = bool(steady) and best > 0 and max(beaten) == 1
    flat = [one for found in drawn for one in found]
    found_by_itself = method == "hdbscan"
    counted = [1 + int(partitions(features, method, tried)[0].max())] if found_by_itself else list(tried)
    rows = tuple(_tried(own, flat, i, number, i == place, method) for i, number in enumerate(counted))
    return Choice(method, counted[place], shown, p, rows, len(features))


def measure(features: Array, method: str, tried: Sequence[int], halvings: int, random: np.random.Generator) -> Measured:
    """Groups in all items and in halves of them."""
    away = apart(features)
    rounded = method == "mixture"
    labels = partitions(features, method, tried)
    halves = []
    for _ in range(halvings):
        order = random.permutation(len(features))
        parts = order[: len(order) // 2], order[len(order) // 2 :]
        halves.append([extended(features, np.sort(part), method, tried) for part in parts])
    stability = [[rand(first[place], second[place]) for first, second in halves] for place in range(len(tried))]
    return Measured(
        np.array([sum_of_squares(features, one) for one in labels]),
        tuple(silhouettes(apart(by_their_spread(features, one)) if rounded else away, one) for one in labels),
        np.array(stability),
    )


def partitions(features: Array, method: str, tried: Sequence[int]) -> list[Labels]:
    """Labels `(n,)` for each number of groups."""
    if method == "hdbscan":
        return [model_of.density(features)]
    if method == "mixture":
        pairs = zip(model_of.beginnings(features, tried), tried, strict=True)
        return [_mixed(features, features, begin, number) for begin, number in pairs]
    begin = model_of.cuts(features, tried)
    if method == "hierarchical":
        return begin
    return [model_of.lloyd(features, one, number)[0] for one, number in zip(begin, tried, strict=True)]


def extended(features: Array, part: Labels, method: str, tried: Sequence[int]) -> list[Labels]:
    """Groups found in a part of the items (places `part`), and the groups of all items by them."""
    inside = features[part]
    if method == "kmeans":
        fits = (
            model_of.lloyd(inside, one, number) for one, number in zip(model_of.cuts(inside, tried), tried, strict=True)
        )
        return [model_of.nearest(features, middles) for _, middles in fits]
    if method == "mixture":
        pairs = zip(model_of.beginnings(inside, tried), tried, strict=True)
        return [_mixed(inside, features, begin, number) for begin, number in pairs]
    near = model_of.nearest(features, inside)
    return [labels[near] for labels in partitions(inside, method, tried)]


def apart(features: Array) -> Array:
    """Distances of all pairs, `(n, n)`."""
    squares = (features * features).sum(axis=1)
    found = squares[:, None] + squares
    found -= 2 * features @ features.T
    np.fill_diagonal(found, 0.0)
    return np.asarray(np.sqrt(np.maximum(found, 0.0, out=found), out=found))


def by_their_spread(features: Array, labels: Labels) -> Array:
    """Items in the directions and units in which the groups themselves spread: long groups become round."""
    within = features - model_of.means(features, labels, int(labels.max()) + 1)[labels]
    values, vectors = np.linalg.eigh(within.T @ within / len(features) + model_of.RIDGE * np.eye(features.shape[1]))
    return np.asarray(features @ (vectors / np.sqrt(values)))


def silhouettes(away: Array, labels: Labels) -> Array:
    """The silhouette of each item `(n,)`; 0 for one alone in its group or in none, or where there is one group."""
    inside = labels >= 0
    n_groups = int(labels.max(initial=-1)) + 1
    found = np.zeros(len(labels))
    if n_groups < 2:
        return found
    ones = np.zeros((len(labels), n_groups))
    ones[inside, labels[inside]] = 1.0
    counts = ones.sum(axis=0)
    sums = away @ ones
    rows = np.flatnonzero(inside)
    own = labels[rows]
    within = sums[rows, own] / np.maximum(counts[own] - 1, 1)
    others = np.where(counts > 0, sums[rows] / np.maximum(counts, 1), np.inf)
    others[np.arange(len(rows)), own] = np.inf
    next_to = others.min(axis=1)
    larger = np.maximum(within, next_to)
    known = (counts[own] > 1) & np.isfinite(next_to) & (larger > 0)
    found[rows[known]] = ((next_to - within) / np.where(larger > 0, larger, 1.0))[known]
    return found


def sum_of_squares(features: Array, labels: Labels) -> float:
    """The logarithm of the sum of squared distances from the middles of the groups."""
    n_groups = int(labels.max(initial=-1)) + 1
    if n_groups < 1 or (labels < 0).any():
        return float("nan")
    away = features - model_of.means(features, labels, n_groups)[labels]
    return float(np.log(max(float((away * away).sum()), 1e-300)))


def rand(first: Labels, second: Labels) -> float:
    """How far two groupings agree: the adjusted Rand index (Hubert, Arabie, 1985); 1 for the same, 0 by chance."""
    _, one = np.unique(first, return_inverse=True)
    _, other = np.unique(second, return_inverse=True)
    size = int(other.max()) + 1
    table = np.bincount(one * size + other).astype(np.float64)
    pairs, rows, columns = (
        float((counts * (counts - 1) / 2).sum()) for counts in (table, np.bincount(one), np.bincount(other))
    )
    chance = rows * columns / (len(first) * (len(first) - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == chance else (pairs - chance) / (most - chance)


def jaccard(labels: Labels, other: Labels, group: int) -> float:
    """How much of a group one group of another grouping is: the largest share of what either holds that both hold."""
    own = labels == group
    counts = np.bincount(other[own & (other >= 0)], minlength=1).astype(np.float64)
    sizes = np.bincount(other[other >= 0], minlength=len(counts))[: len(counts)]
    return float((counts / np.maximum(own.sum() + sizes - counts, 1)).max())


def _mixed(inside: Array, features: Array, begin: Sequence[Labels], number: int) -> Labels:
    weights, middles, roots = model_of.mixture(inside, begin, number)
    return model_of.ClusterModel("mixture", middles, np.zeros(number), weights, roots).place(features).groups


def _tried(own: Measured, clouds: Sequence[Measured], i: int, number: int, chosen: bool, method: str) -> Tried:
    silhouette = mean_of(own.silhouettes[i], ROUND_METHOD if method == "mixture" else SILHOUETTE_METHOD, low=-1.0)
    stability = mean_of(own.stability[i], STABILITY_METHOD, low=-1.0)
    if method == "hdbscan":
        gap = Figure(None, None, None, len(clouds), "not defined where items are in no group")
    else:
        gap = _across(np.array([one.inside[i] for one in clouds]) - own.inside[i], GAP_METHOD)
    return Tried(
        number,
        silhouette,
        gap,
        stability,
        Figure(float(own.score[i]), None, None, len(own.silhouettes[i]), SCORE_METHOD),
        _across(np.array([one.silhouette[i] for one in clouds]), CLOUD_METHOD),
        _across(np.array([one.stability[i].mean() for one in clouds]), CLOUD_METHOD),
        chosen,
    )


def _across(values: Array, method: str) -> Figure:
    low, high = np.quantile(values, (0.025, 0.975))
    return Figure(float(values.mean()), float(low), float(high), len(values), method)
