"""Groups of items by their features: k-means, a Gaussian mixture, Ward's tree, HDBSCAN; and the group of new items.

Beginnings are not drawn by lot: each method but HDBSCAN starts where Ward's tree (1963) is cut, so that the same items
give the same groups. Sources: Lloyd (1982); Dempster, Laird, Rubin (1977); Campello, Moulavi, Sander (2013).
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cut_tree, linkage
from sklearn.cluster import HDBSCAN
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from ..core.views import Record

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
NO_GROUP = -1
ROUNDS = 100
"""Of k-means."""
AT_ONCE, CELLS = 2**16, 2**22
"""Items, and distances, that are worked out together."""
SMALLEST_SHARE, SMALLEST = 0.02, 5
"""A group of HDBSCAN has at least this share of the items, and so many."""
BEGIN, MIXED, ANCHORS = 2_000, 20_000, 5_000
"""So many items are in the tree that the other methods begin with, in a mixture, and in a tree or HDBSCAN itself."""
FAR = 0.99
"""An item is far from every group when it is further from its own than this share of the group's items were."""
FULL, ENOUGH = 20, 10
"""A mixture has full covariances up to so many features, and with so many items a feature and group."""
RIDGE = 1e-3
"""Added to variances of a mixture, in which a standardised column has about 1."""


@dataclass(frozen=True, eq=False)
class Placed(Record):
    """Where items belong, `(n,)` each."""

    groups: Labels
    """-1 for none."""
    next: Labels
    """The group that is second."""
    distance: Array
    """From the middle of the own group; of a mixture in the spread of the group."""
    margin: Array
    """From 0 on the border to the next group up to 1; of a mixture the difference of the two probabilities."""


@dataclass(frozen=True, eq=False)
class ClusterModel(Record):
    """Groups as they are saved. Items go to the nearest middle, the likeliest component, or the nearest anchor."""

    method: str
    middles: Array
    """`(n_groups, n_features)`: means of the groups' items."""
    reach: Array
    """`(n_groups,)`: items further away are far from every group."""
    weights: Array | None = None
    """Of a mixture, `(n_groups,)`."""
    precisions: Array | None = None
    """Of a mixture, `(n_groups, n_features, n_features)`: roots of the inverse covariances."""
    anchors: Array | None = None
    """Of a tree and of HDBSCAN, `(n_anchors, n_features)`: items whose groups are known."""
    anchor_groups: Labels | None = None

    @property
    def n_groups(self) -> int:
        return len(self.middles)

    def place(self, features: Array) -> Placed:
        """The group of each item; features `(n, n_features)`. An item's answer does not depend on its company."""
        parts = [self._place(features[start : start + AT_ONCE]) for start in range(0, len(features), AT_ONCE)]
        names = ("groups", "next", "distance", "margin")
        return Placed(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def _place(self, features: Array) -> Placed:
        if self.precisions is not None and self.weights is not None:
            return self._likeliest(features)
        rows, own = np.arange(len(features)), _distances(features, self.middles)
        if self.anchors is None or self.anchor_groups is None:
            groups = own.argmin(axis=1)
        else:
            groups = self.anchor_groups[nearest(features, self.anchors)]
        known = np.maximum(groups, 0)
        first = own[rows, known]
        own[rows, known] = np.inf
        second = own.argmin(axis=1)
        away = own[rows, second]
        margin = np.ones(len(features))
        there = np.isfinite(away)
        margin[there] = (away - first)[there] / np.maximum(np.maximum(away, first)[there], 1e-300)
        return Placed(groups, second, first, np.where(groups >= 0, np.maximum(margin, 0.0), 0.0))

    def _likeliest(self, features: Array) -> Placed:
        assert self.weights is not None and self.precisions is not None
        squares = np.empty((len(features), self.n_groups))
        for group, (middle, root) in enumerate(zip(self.middles, self.precisions, strict=True)):
            turned = np.zeros_like(features)
            for column in range(features.shape[1]):  # row by row the same sums, whoever else is there
                turned += (features[:, column] - middle[column])[:, None] * root[column]
            squares[:, group] = (turned * turned).sum(axis=1)
        volume = np.log(np.diagonal(self.precisions, axis1=1, axis2=2)).sum(axis=1)
        likely = np.log(self.weights) + volume - squares / 2
        shares = np.exp(likely - likely.max(axis=1)[:, None])
        shares /= shares.sum(axis=1)[:, None]
        rows, groups = np.arange(len(features)), likely.argmax(axis=1)
        others = likely.copy()
        others[rows, groups] = -np.inf
        second = others.argmax(axis=1)
        margin = shares[rows, groups] - np.where(self.n_groups > 1, shares[rows, second], 0.0)
        return Placed(groups, second, np.sqrt(squares[rows, groups]), margin)

    def only(self, order: Labels) -> ClusterModel:
        """The same with its groups in another order, or with some of them."""
        back = np.full(self.n_groups + 1, NO_GROUP)
        back[order] = np.arange(len(order))
        return ClusterModel(
            self.method, self.middles[order], self.reach[order],
            None if self.weights is None else self.weights[order],
            None if self.precisions is None else self.precisions[order],
            self.anchors, None if self.anchor_groups is None else back[self.anchor_groups],
        )  # fmt: skip


def cuts(features: Array, numbers: Sequence[int]) -> list[Labels]:
    """Ward's tree of the items, cut into so many groups; a list of labels `(n,)`, one for each number."""
    tree = cut_tree(linkage(features, "ward"), n_clusters=list(numbers))
    return [tree[:, place].astype(np.int64) for place in range(len(numbers))]


def lloyd(features: Array, labels: Labels, n_groups: int) -> tuple[Labels, Array]:
    """Rounds of k-means from given groups: labels `(n,)` and middles `(n_groups, n_features)`."""
    middles = means(features, labels, n_groups)
    for _ in range(ROUNDS):
        found = nearest(features, middles)
        if np.array_equal(found, labels):
            break
        labels = found
        middles = means(features, labels, n_groups, middles)
    return labels, middles


def means(features: Array, labels: Labels, n_groups: int, before: Array | None = None) -> Array:
    """The middle of each group; of an empty one the middle from `before`."""
    counts = np.bincount(labels, minlength=n_groups)[:n_groups]
    sums = np.array([np.bincount(labels, weights=column, minlength=n_groups)[:n_groups] for column in features.T]).T
    found = sums / np.maximum(counts, 1)[:, None]
    return found if before is None else np.where(counts[:, None] > 0, found, before)


def nearest(features: Array, middles: Array) -> Labels:
    """The nearest middle of each item, `(n,)`."""
    found = np.empty(len(features), np.int64)
    squares = (middles * middles).sum(axis=1)
    at_once = max(1, CELLS // len(middles))
    for start in range(0, len(features), at_once):
        part = features[start : start + at_once]
        found[start : start + at_once] = (squares - 2 * part @ middles.T).argmin(axis=1)
    return found


def beginnings(features: Array, numbers: Sequence[int]) -> list[tuple[Labels, Labels]]:
    """Where mixtures begin: Ward's tree of the items, and of the items once all directions are spread alike, in which
    long groups that lie side by side come apart."""
    away = features - features.mean(axis=0)
    left, sizes, _ = np.linalg.svd(away, full_matrices=False)
    round_ones = left[:, sizes > 1e-6 * max(float(sizes[0]), 1e-300)]
    alike = round_ones * np.sqrt(len(features)) if round_ones.shape[1] else away
    return list(zip(cuts(features, numbers), cuts(alike, numbers), strict=True))


def mixture(features: Array, begin: Sequence[Labels], n_groups: int) -> tuple[Array, Array, Array]:
    """The likeliest Gaussian mixture of those that begin with given groups: weights, middles, roots of precisions."""
    fits = [_mixture(features, labels, n_groups) for labels in begin]
    best = max(fits, key=lambda one: one.lower_bound_)
    roots = best.precisions_cholesky_
    full = best.covariance_type == "full"
    return best.weights_, best.means_, roots if full else np.stack([np.diag(row) for row in roots])


def _mixture(features: Array, labels: Labels, n_groups: int) -> Any:
    n, width = features.shape
    full = width <= FULL and n >= ENOUGH * width * n_groups
    shares = np.maximum(np.bincount(labels, minlength=n_groups)[:n_groups], 1) / n
    spreads = [_covariance(features[labels == group]) for group in range(n_groups)]
    fitted: Any = GaussianMixture(
        n_groups, covariance_type="full" if full else "diag", reg_covar=RIDGE, max_iter=ROUNDS,
        weights_init=shares / shares.sum(), means_init=means(features, labels, n_groups),
        precisions_init=np.stack([np.linalg.inv(one) if full else 1 / np.diag(one) for one in spreads]),
        init_params="random", random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 100 rounds are near enough
        return fitted.fit(features)


def _covariance(part: Array) -> Array:
    """With something added to the variances, and of fewer than two items nothing else."""
    found = np.atleast_2d(np.cov(part, rowvar=False)) if len(part) > 1 else np.eye(part.shape[1])
    return np.asarray(found + RIDGE * np.eye(part.shape[1]))


def density(features: Array) -> Labels:
    """The groups of HDBSCAN, and -1 for items in no group, `(n,)`."""
    smallest = max(SMALLEST, round(SMALLEST_SHARE * len(features)))
    found: Any = HDBSCAN(min_cluster_size=smallest, copy=True).fit(features).labels_
    return np.asarray(found, np.int64)


def fit(method: str, features: Array, n_groups: int) -> ClusterModel:
    """Groups of items `(n, n_features)`; HDBSCAN finds their number, which may be 0.

    The items are taken as they come: what is too many for a method is left out at the end, so they should be in no
    order that tells something.
    """
    empty = np.zeros(n_groups)
    if method in ("kmeans", "mixture"):
        some = features[:BEGIN]
        if method == "kmeans":
            labels = nearest(features, means(some, cuts(some, [n_groups])[0], n_groups))
            return ClusterModel(method, lloyd(features, labels, n_groups)[1], empty)
        weights, middles, roots = mixture(some, beginnings(some, [n_groups])[0], n_groups)
        if len(features) > BEGIN:
            labels = ClusterModel(method, middles, empty, weights, roots).place(features[:MIXED]).groups
            weights, middles, roots = mixture(features[:MIXED], [labels], n_groups)
        return ClusterModel(method, middles, empty, np.maximum(weights, 1e-12), roots)
    anchors = features[:ANCHORS]
    labels = density(anchors) if method == "hdbscan" else cuts(anchors, [n_groups])[0]
    n_groups, inside = int(labels.max()) + 1, labels >= 0
    middles = means(anchors[inside], labels[inside], n_groups)
    return ClusterModel(method, middles, np.zeros(n_groups), None, None, anchors, labels)


def reaching(model: ClusterModel, features: Array) -> tuple[ClusterModel, Placed]:
    """The model with how far its groups reach, from the items `(n, n_features)` it was made of; and where they are."""
    placed = model.place(features)
    reach = np.zeros(model.n_groups)
    for group in range(model.n_groups):
        own = np.sort(placed.distance[placed.groups == group])
        reach[group] = own[min(len(own) - 1, int(np.ceil(FAR * len(own))))] if len(own) else 0.0
    return dataclasses.replace(model, reach=reach), placed


def far(model: ClusterModel, placed: Placed, whole: Placed) -> NDArray[np.bool_]:
    """Items far from every group, `(n,)`: `whole` is where they are without outlying values pulled in."""
    reach = np.append(model.reach, np.inf)[placed.groups]
    return np.asarray(whole.distance > reach * (1 + 1e-9))


def _distances(features: Array, middles: Array) -> Array:
    """`(n, n_groups)`, one group after the other, so that an item's sums are the same in any company."""
    found = np.empty((len(features), len(middles)))
    for group, middle in enumerate(middles):
        away = features - middle
        away *= away
        found[:, group] = np.sqrt(away.sum(axis=1))
    return found
