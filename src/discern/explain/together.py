"""Columns of a table that go together, so that one can stand in for the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.cluster import hierarchy
from scipy.spatial import distance

from ..core.records import Column
from .design import filled
from .figures import Array

ALIKE = 0.7
"""Columns whose strength of association is at least this, on average over their pairs, go together."""


def together(values: Array, columns: Sequence[Column]) -> list[tuple[int, ...]]:
    """Groups of two columns or more that go together (positions), by average linkage; `values` is `(n, p)`."""
    p = len(columns)
    if p < 2 or len(values) < 3:
        return []
    near = distance.squareform(1 - association(values, columns), checks=False)
    labels = hierarchy.fcluster(hierarchy.linkage(near, "average"), 1 - ALIKE, "distance")
    groups = [tuple(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)]
    return sorted(group for group in groups if len(group) > 1)


def association(values: Array, columns: Sequence[Column]) -> Array:
    """How strongly each two columns go together, from 0 to 1, `(p, p)`.

    Two numbers: Spearman's rank correlation without its sign; a number and a category: the correlation ratio of the
    ranks; two categories: Cramér's V.
    """
    p = len(columns)
    found = np.eye(p)
    numbers = [place for place, column in enumerate(columns) if column.kind != "category"]
    codes = {
        place: np.where(np.isnan(values[:, place]), -1, values[:, place]).astype(np.int64)
        for place, column in enumerate(columns)
        if column.kind == "category"
    }
    ranks = np.zeros(values.shape)
    for place in numbers:
        rank = stats.rankdata(filled(values[:, place]))
        spread = rank.std()
        ranks[:, place] = (rank - rank.mean()) / spread if spread > 0 else 0.0
    some = ranks[:, numbers]
    found[np.ix_(numbers, numbers)] = np.abs(some.T @ some) / len(values)
    for place, code in codes.items():
        shares = _ratio(code, some)
        found[place, numbers] = shares
        found[numbers, place] = shares
        for other in codes:
            if other < place:
                found[place, other] = found[other, place] = _cramer(code, codes[other])
    np.fill_diagonal(found, 1.0)
    return np.clip(found, 0.0, 1.0).astype(np.float64)


def _ratio(codes: NDArray[np.int64], ranks: Array) -> Array:
    """The correlation ratio of standard ranks `(n, q)` by a category `(n,)`."""
    _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if len(counts) < 2 or len(counts) > len(codes) / 2:
        return np.zeros(ranks.shape[1])
    sums = np.zeros((len(counts), ranks.shape[1]))
    np.add.at(sums, place, ranks)
    shares: Array = np.sqrt((sums**2 / counts[:, None]).sum(axis=0) / len(codes))
    return shares


def _cramer(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Cramér's V with the correction for chance (W. Bergsma, Journal of the Korean Statistical Society 42, 2013)."""
    n = len(one)
    rows, columns = np.unique(one, return_inverse=True)[1], np.unique(other, return_inverse=True)[1]
    counts = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(counts, (rows, columns), 1.0)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / n
    phi = float(((counts - expected) ** 2 / expected).sum()) / n
    r, c = counts.shape
    phi = max(0.0, phi - (r - 1) * (c - 1) / (n - 1))
    least = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / least)) if least > 0 else 0.0
