"""Clouds without groups that are otherwise like the items: what groups look like where there are none.

A cloud has the items' columns, each with the distribution without a second peak that is nearest to the column's own,
and holds them together in one of two ways: by the same correlations (of normal scores), or by the same independent
sources mixed in the same way (Hyvarinen, Oja, "Independent component analysis", 2000). A finding must beat both.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import isotonic_regression

from ..core.views import Record
from ..models.cluster_features import FEW_VALUES, Features, TableFeatures, TextFeatures

Array = NDArray[np.float64]
GRID, PEAKS = 65, 24
"""Places of a distribution, and places of its peak that are tried."""
MOST_SOURCES = 10
"""Independent sources are looked for in so many principal components; the rest are taken as they are."""
Draw = Callable[[np.random.Generator], Array]


@dataclass(frozen=True)
class Marginal(Record):
    """The distribution of a column: places in rising order, and the share of items up to each."""

    places: Array
    shares: Array
    steps: bool
    """Whether only the places themselves occur."""

    def at(self, shares: Array) -> Array:
        """The values below which these shares of the items lie."""
        if self.steps:
            return np.asarray(self.places[np.searchsorted(self.shares[:-1], shares, side="right")])
        return np.asarray(np.interp(shares, self.shares, self.places))


def one_peak(values: Array) -> Marginal:
    """The distribution nearest to that of `values` `(n,)` whose density rises to one peak and falls from there.

    Nearest by the largest difference of the shares, among those that are, on either side of a peak, the best of their
    kind (Grenander, 1956, by isotonic regression); compare Hartigan, Hartigan, "The dip test of unimodality", 1985.
    """
    ordered = np.sort(values)
    places = np.unique(np.quantile(ordered, np.linspace(0, 1, GRID)))
    if len(places) < 2:
        return Marginal(places, np.ones(1), steps=True)
    shares = np.searchsorted(ordered, places, side="right") / len(values)
    shares[0] = 0.0
    widths = np.diff(places)
    heights = np.diff(shares) / widths
    best, found = np.inf, shares
    for peak in np.unique(np.linspace(0, len(heights), PEAKS).astype(int)).tolist():
        up = _monotone(heights[:peak], widths[:peak], rising=True)
        down = _monotone(heights[peak:], widths[peak:], rising=False)
        sums = np.concatenate([[0.0], np.cumsum(np.concatenate([up, down]) * widths)])
        apart = float(np.abs(sums - shares).max())
        if apart < best:
            best, found = apart, sums / sums[-1]
    return Marginal(places, found, steps=False)


def as_it_is(values: Array) -> Marginal:
    """The distribution of a column of categories, or of few different values."""
    places, counts = np.unique(values, return_counts=True)
    return Marginal(places, np.cumsum(counts) / len(values), steps=True)


def alike(columns: Array, stepped: NDArray[np.bool_]) -> Draw:
    """Clouds with the columns' own correlations. `columns` `(n, n_columns)`, `stepped` says where values are kept."""
    marginals = [as_it_is(one) if steps else one_peak(one) for one, steps in zip(columns.T, stepped, strict=True)]
    scores = np.column_stack([norm.ppf((rankdata(one) - 0.5) / len(columns)) for one in columns.T])
    spread = scores.std(axis=0)
    scores /= np.where(spread > 0, spread, 1.0)
    values, vectors = np.linalg.eigh(scores.T @ scores / len(scores))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))).T

    def draw(random: np.random.Generator) -> Array:
        shares = norm.cdf(random.standard_normal((len(columns), len(root))) @ root)
        return np.column_stack([one.at(share) for one, share in zip(marginals, shares.T, strict=True)])

    return draw


def mixed(features: Array) -> Draw:
    """Clouds of independent sources, mixed as those of `features` `(n, n_features)` seem to be."""
    mean = features.mean(axis=0)
    _, sizes, directions = np.linalg.svd(features - mean, full_matrices=False)
    kept = sizes > 1e-9 * sizes[0]
    parts = (features - mean) @ directions[kept].T
    unmixing = np.eye(parts.shape[1])
    if (n_sources := min(MOST_SOURCES, parts.shape[1])) > 1:
        found = FastICA(whiten="unit-variance", random_state=0, max_iter=300, tol=1e-3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # what it has come to is mixing enough
            found.fit(parts[:, :n_sources])
        unmixing[:n_sources, :n_sources] = found.components_.T
    marginals = [one_peak(one) for one in (parts @ unmixing).T]
    back = np.linalg.inv(unmixing) @ directions[kept]

    def draw(random: np.random.Generator) -> Array:
        shares = random.random((len(features), len(marginals)))
        sources = np.column_stack([one.at(share) for one, share in zip(marginals, shares.T, strict=True)])
        return np.asarray(sources @ back + mean)

    return draw


def of_features(found: Features, values: Array, features: Array) -> list[Draw]:
    """The two kinds of clouds of items: `values` as `found` turns them into `features` `(n, n_features)`."""
    if isinstance(found, TableFeatures):
        return [_table(found, values), mixed(features)]
    loose = alike(features, np.zeros(features.shape[1], bool))
    if not isinstance(found, TextFeatures):
        return [loose, mixed(features)]
    tied = mixed(features)
    return [lambda random: _of_length_one(loose(random)), lambda random: _of_length_one(tied(random))]


def _table(found: TableFeatures, values: Array) -> Draw:
    """Clouds of rows: categories, and numbers of few values, keep the values that they have."""
    scaled = found.scaled(values)
    numbers = found.numbers
    scaled[:, numbers] = np.nan_to_num(scaled[:, numbers])
    stepped = np.array([len(np.unique(column[~np.isnan(column)])) <= FEW_VALUES for column in scaled.T])
    columns, back = scaled.copy(), {}
    for place, _, shares in found.categories():
        slots = np.where(np.isnan(scaled[:, place]), len(shares), scaled[:, place]).astype(np.int64)
        stepped[place] = True
        columns[:, place] = ordered_by(slots, scaled[:, numbers])
        back[place] = np.full(len(shares) + 1, np.nan)
        back[place][columns[:, place].astype(np.int64)] = np.where(slots < len(shares), slots, np.nan)
    draw = alike(columns, stepped)

    def rows(random: np.random.Generator) -> Array:
        drawn = draw(random)
        for place, slots in back.items():
            drawn[:, place] = slots[drawn[:, place].astype(np.int64)]
        return found.spread(drawn)

    return rows


def _of_length_one(features: Array) -> Array:
    lengths = np.sqrt((features * features).sum(axis=1))
    return np.asarray(features / np.where(lengths > 0, lengths, 1.0)[:, None])


def ordered_by(categories: NDArray[np.int64], others: Array) -> Array:
    """Categories `(n,)` as numbers: in the order in which they follow the main direction of the other columns."""
    if not others.shape[1]:
        return categories.astype(np.float64)
    away = others - others.mean(axis=0)
    along = away @ np.linalg.svd(away, full_matrices=False)[2][0]
    counts = np.bincount(categories)
    sums = np.bincount(categories, weights=along) / np.maximum(counts, 1)
    return np.argsort(np.argsort(sums, kind="stable"), kind="stable")[categories].astype(np.float64)


def _monotone(heights: Array, widths: Array, *, rising: bool) -> Array:
    if not len(heights):
        return heights
    return np.asarray(isotonic_regression(heights, sample_weight=widths, increasing=rising))
