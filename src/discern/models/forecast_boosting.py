"""Gradient boosting for forecasts: trees on past values and the calendar, all places together, kept as nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from .forecast_panel import Panel, usable

ROUNDS, SHRINKAGE, LEAVES, BINS = 220, 0.1, 31, 127
SMALLEST_LEAF = 40
ROWS_A_LEAF = 25
"""With few rows a leaf holds at least a share of them: one in so many."""
MOST_ROWS = 1_000_000
"""The newest rows are learned from where there are more."""
PIECE = 20_000
DEEPEST = 200
Rows = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Boosting:
    """Regression trees that are added up: the median of what is foretold, as a share of the level.

    Node i sends a row to `left[i]` when `feature[i]` of it is at most `threshold[i]`, or is missing and
    `missing_left[i]` is 1; else to `right[i]`. A leaf has itself as left and right. Learned by scikit-learn's
    `HistGradientBoostingRegressor` with absolute error (Friedman 2001; Ke et al. 2017).
    """

    start: float
    roots: NDArray[np.int32]
    """(n_trees,)"""
    feature: NDArray[np.int32]
    """(n_nodes,), as all that follow"""
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.uint8]
    value: NDArray[np.float64]
    """What a leaf adds; 0 for other nodes."""

    def answers(self, rows: Rows) -> NDArray[np.float64]:
        """`(n,)` for rows `(n, n_features)`."""
        total = np.full(len(rows), self.start)
        for begin in range(0, len(rows), PIECE):
            part = rows[begin : begin + PIECE]
            missing = np.isnan(part)
            items = np.arange(len(part))
            for root in self.roots:
                at = np.full(len(part), root, dtype=np.int32)
                for _ in range(DEEPEST):
                    left, feature = self.left[at], self.feature[at]
                    if (left == at).all():
                        break
                    lower = part[items, feature] <= self.threshold[at]
                    lower |= missing[items, feature] & (self.missing_left[at] == 1)
                    at = np.where(lower, left, self.right[at])
                total[begin : begin + len(part)] += self.value[at]
        return total


def learn(panel: Panel, end: int, *, seed: int) -> Boosting:
    """Trees from all values before step `end`, in forecasts as they are made later: end to end, from the same hour."""
    origins = panel.origins(panel.layout.short, end)
    most = max(1, MOST_ROWS // (panel.layout.n_places * panel.layout.horizon))
    origins = origins[-most:]
    level = usable(panel.levels(origins))
    rows = panel.rows(origins, level).reshape(-1, len(panel.layout.names))
    target = (panel.targets(origins) / level[:, :, None]).reshape(-1)
    weight = np.repeat(level.reshape(-1), panel.layout.horizon)
    good = np.isfinite(target)
    rows[:, np.isnan(rows[good]).all(axis=0)] = 0.0  # scikit-learn cannot bin a column without any value
    learner = HistGradientBoostingRegressor(
        loss="absolute_error",
        max_iter=ROUNDS,
        learning_rate=SHRINKAGE,
        max_leaf_nodes=LEAVES,
        max_bins=BINS,
        min_samples_leaf=max(1, min(SMALLEST_LEAF, int(good.sum()) // ROWS_A_LEAF)),
        early_stopping=False,
        random_state=seed,
    )
    learner.fit(rows[good], target[good], sample_weight=weight[good])
    return _as_nodes(learner)


def forecast(model: Boosting, panel: Panel, origins: NDArray[np.int64]) -> NDArray[np.float64]:
    """`(n_places, n_origins, horizon)`; NaN for a place without a value before an origin."""
    level = usable(panel.levels(origins))
    rows = panel.rows(origins, level)
    found = model.answers(rows.reshape(-1, rows.shape[-1])).reshape(rows.shape[:3])
    return found * level[:, :, None]


def _as_nodes(learner: HistGradientBoostingRegressor) -> Boosting:
    trees = [stage[0].nodes for stage in learner._predictors]
    sizes = [len(nodes) for nodes in trees]
    roots = np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int32)
    nodes = np.concatenate(trees)
    shift = np.repeat(roots, sizes)
    leaf = nodes["is_leaf"].astype(bool)
    itself = np.arange(len(nodes))
    return Boosting(
        float(np.ravel(learner._baseline_prediction)[0]),
        roots,
        np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        np.where(leaf, 0.0, np.clip(nodes["num_threshold"], -1e300, 1e300)),
        np.where(leaf, itself, nodes["left"] + shift).astype(np.int32),
        np.where(leaf, itself, nodes["right"] + shift).astype(np.int32),
        np.where(leaf, 0, nodes["missing_go_to_left"]).astype(np.uint8),
        np.where(leaf, nodes["value"], 0.0),
    )
