"""A regression tree, and a forest of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from ..core import threads
from ..core.events import Listener, note, silent
from ..core.options import SEED, Interval
from .base import Labelled
from .choosing import best
from .nodes import DEEPEST, Piece, Trees, join
from .regression import Regressor

Array = NDArray[np.float64]
DEPTH = Interval(1, DEEPEST, whole=True)
MANY = Interval(1, 10_000, whole=True)
LEAVES = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200)
"""Sizes of leaves that are tried."""
MOST_DRAWN = 20_000
"""Rows that a tree of a forest learns from: on millions each would be as large as the table."""


class TreeNumbers(Regressor):
    """What both have in common: after `fit`, `trees_` (a `nodes.Trees` with one answer)."""

    trees_: Trees

    def predict(self, X: ArrayLike) -> Array:
        """The mean of the trees' answers, `(n_samples,)`."""
        rows = self._rows(X).astype(np.float32)
        found: Array = self.trees_.sums(rows)[:, 0] / len(self.trees_.roots)
        return found


class RegressionTree(TreeNumbers):
    """Questions of the form "is this value at most that?", asked one after the other; the answer is a leaf's mean.

    Parameters
    ----------
    max_depth : most questions a row is asked.
    min_samples_leaf : fewest rows that an answer rests on; None: chosen by squared errors on the validation rows, or
        else by five folds. Then all rows are learned from.
    random_state : seed; it decides between questions that are equally good.

    Grown by scikit-learn's `DecisionTreeRegressor`. Source: Breiman et al., Classification and Regression Trees, 1984.

    After `fit` also `min_samples_leaf_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "max_depth": DEPTH,
        "min_samples_leaf": Interval(1, 10_000, whole=True, or_none=True),
        "random_state": SEED,
    }

    min_samples_leaf_: int

    def __init__(self, max_depth: int = 20, *, min_samples_leaf: int | None = None, random_state: int = 0) -> None:
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Grow. Raises OptionError for a parameter out of its limits, ValueError for data of another form."""
        rows, targets, n_items = self._learn_from(X, y, validation)

        def answers(some: Array, theirs: Array, asked: Array) -> Array:
            return np.array([self._grown(size, some, theirs).predict(asked) for size in LEAVES])

        self.min_samples_leaf_ = self.min_samples_leaf or best(LEAVES, rows, targets, n_items, answers)
        if self.min_samples_leaf is None:
            note(on_event, f"each answer of the tree rests on at least {self.min_samples_leaf_} rows")
        self.trees_ = join([_piece(self._grown(self.min_samples_leaf_, rows, targets))])
        return self

    def _grown(self, size: int, rows: Array, targets: Array) -> DecisionTreeRegressor:
        return DecisionTreeRegressor(
            max_depth=self.max_depth, min_samples_leaf=size, random_state=self.random_state
        ).fit(rows, targets)


class ForestNumbers(TreeNumbers):
    """Trees grown on random draws of the rows that ask about random features; their answers are averaged.

    Parameters
    ----------
    n_trees : how many.
    max_depth : most questions a tree asks.
    min_samples_leaf : fewest rows that an answer of a tree rests on.
    max_features : the share of the features that is drawn for each question.
    random_state : seed of the draws.

    A tree learns from as many rows as there are, drawn with repetition, and at most 20,000. Grown by scikit-learn's
    `RandomForestRegressor`. Source: Breiman, Machine Learning 45, 2001.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "n_trees": MANY,
        "max_depth": DEPTH,
        "min_samples_leaf": MANY,
        "max_features": Interval(0, 1, open_low=True),
        "random_state": SEED,
    }

    def __init__(
        self,
        n_trees: int = 100,
        *,
        max_depth: int = 20,
        min_samples_leaf: int = 2,
        max_features: float = 0.33,
        random_state: int = 0,
    ) -> None:
        self.n_trees = n_trees
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Grow. Raises OptionError for a parameter out of its limits, ValueError for data of another form."""
        rows, targets, _ = self._learn_from(X, y, validation)
        grower = RandomForestRegressor(
            self.n_trees,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            max_features=float(self.max_features),
            max_samples=MOST_DRAWN if len(rows) > MOST_DRAWN else None,
            random_state=self.random_state,
            n_jobs=threads.budget(),
        )
        self.trees_ = join([_piece(tree) for tree in grower.fit(rows, targets).estimators_])
        return self


def _piece(grown: DecisionTreeRegressor) -> Piece:
    tree = grown.tree_
    return Piece(tree.feature, tree.threshold, tree.children_left, tree.children_right, tree.value[:, 0, :])
