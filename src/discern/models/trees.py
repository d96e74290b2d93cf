"""Decision trees: one, a forest of them that vote, and a sequence of which each corrects those before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from ..core import threads
from ..core.events import Listener, silent
from ..core.options import SEED, Interval
from .base import Labelled
from .features import FeatureClassifier
from .nodes import DEEPEST, Piece, Trees, join
from .scorer import softmax

DEPTH = Interval(1, DEEPEST, whole=True)
MANY = Interval(1, 10_000, whole=True)


class TreeClassifier(FeatureClassifier):
    """What the three have in common: after `fit`, `trees_` (a `nodes.Trees`) and `refit_`.

    What is learned from are the items and the validation items together.
    """

    trees_: Trees

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Grow the trees. Raises OptionError for a parameter out of its limits, ValueError for data of another form."""
        rows, positions, _ = self._learn_from(X, y, validation)
        self._grow(rows.astype(np.float32, copy=False), positions)
        return self

    def _grow(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> None:
        raise NotImplementedError

    def _sums(self, X: ArrayLike) -> NDArray[np.float64]:
        rows = self._to_answer(X)
        return self.trees_.sums(rows)


class DecisionTree(TreeClassifier):
    """Questions of the form "is this value at most that?", asked one after the other (CART, Gini impurity).

    Parameters
    ----------
    max_depth : most questions an item is asked.
    min_samples_leaf : fewest items that an answer rests on.
    random_state : seed; it decides between questions that are equally good.
    features : `pixels`, or `hog` for pictures.

    Grown by scikit-learn's `DecisionTreeClassifier`. The shares of the classes in a leaf are counted with one more item
    that is of every class in proportion: no answer is certain because two items agree. Sources: Breiman et al.,
    Classification and Regression Trees, 1984; Provost and Domingos, Machine Learning 52, 2003.
    """

    limits: ClassVar[Mapping[str, Interval]] = {"max_depth": DEPTH, "min_samples_leaf": MANY, "random_state": SEED}

    def __init__(
        self,
        max_depth: int = 20,
        *,
        min_samples_leaf: int = 2,
        random_state: int = 0,
        features: str = "pixels",
    ) -> None:
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.random_state = random_state
        self.features = features

    def _grow(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> None:
        grower = DecisionTreeClassifier(
            max_depth=self.max_depth, min_samples_leaf=self.min_samples_leaf, random_state=self.random_state
        )
        grown = _of_forest(grower.fit(rows, positions))
        counts = grower.tree_.n_node_samples[:, None]
        share = np.bincount(positions) / len(positions)
        self.trees_ = join([replace(grown, answers=(grown.answers * counts + share) / (counts + 1))])

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """The shares of the classes among the items of the leaf, `(n_samples, n_classes)`."""
        return self._sums(X)


class RandomForest(TreeClassifier):
    """Trees grown on random draws of the items that ask about random features; their answers are averaged.

    Parameters
    ----------
    n_trees : how many.
    max_depth : most questions a tree asks.
    min_samples_leaf : fewest items that an answer of a tree rests on.
    random_state : seed of the draws.
    features : `pixels`, or `hog` for pictures.

    Grown by scikit-learn's `RandomForestClassifier`. Source: Breiman, Machine Learning 45, 2001.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "n_trees": MANY,
        "max_depth": DEPTH,
        "min_samples_leaf": MANY,
        "random_state": SEED,
    }

    def __init__(
        self,
        n_trees: int = 100,
        *,
        max_depth: int = DEEPEST,
        min_samples_leaf: int = 1,
        random_state: int = 0,
        features: str = "pixels",
    ) -> None:
        self.n_trees = n_trees
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.random_state = random_state
        self.features = features

    def _grow(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> None:
        grower = RandomForestClassifier(
            self.n_trees,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            random_state=self.random_state,
            n_jobs=threads.budget(),
        )
        self.trees_ = join([_of_forest(tree) for tree in grower.fit(rows, positions).estimators_])

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """The mean of the trees' answers, `(n_samples, n_classes)`."""
        return self._sums(X) / len(self.trees_.roots)


class GradientBoosting(TreeClassifier):
    """Small trees one after the other, each fitted to what those before it still get wrong (log loss).

    Parameters
    ----------
    n_rounds : how many times; a round adds a tree for each class (of two classes: one tree).
    shrinkage : how much of a tree's correction is taken.
    max_leaf_nodes : most answers of a tree.
    min_samples_leaf : fewest items that an answer rests on.
    features : `pixels`, or `hog` for pictures.

    Grown by scikit-learn's `HistGradientBoostingClassifier`. Sources: Friedman, Annals of Statistics 29, 2001; Ke et
    al., LightGBM, NeurIPS 2017.

    After `fit` also `start_` `(n_classes,)`: the scores before the first round.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "n_rounds": MANY,
        "shrinkage": Interval(0, 1, open_low=True),
        "max_leaf_nodes": Interval(2, DEEPEST, whole=True),
        "min_samples_leaf": MANY,
    }

    start_: NDArray[np.float64]

    def __init__(
        self,
        n_rounds: int = 100,
        *,
        shrinkage: float = 0.1,
        max_leaf_nodes: int = 31,
        min_samples_leaf: int = 20,
        features: str = "pixels",
    ) -> None:
        self.n_rounds = n_rounds
        self.shrinkage = shrinkage
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.features = features

    def _grow(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> None:
        n_classes = len(self.classes_)
        self.start_ = np.zeros(n_classes)
        if n_classes == 1:
            none = np.array([-1])
            self.trees_ = join([Piece(none, none, none, none, np.zeros((1, 1)))])
            return
        grower = HistGradientBoostingClassifier(
            max_iter=self.n_rounds,
            learning_rate=self.shrinkage,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=self.min_samples_leaf,
            early_stopping=False,
            random_state=0,  # it draws nothing here, but would take a number from NumPy's global stream
        ).fit(rows, positions)
        first = 1 if n_classes == 2 else 0  # of two classes the first one's score is 0
        self.start_[first:] = grower._baseline_prediction.ravel()
        pieces = []
        for each_round in grower._predictors:
            pieces += [_of_boosting(tree.nodes, n_classes, first + place) for place, tree in enumerate(each_round)]
        self.trees_ = join(pieces)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Softmax of the summed corrections, `(n_samples, n_classes)`."""
        return softmax(self._sums(X) + self.start_)


def _of_forest(grown: Any) -> Piece:
    tree = grown.tree_
    shares = tree.value[:, 0, :]
    return Piece(
        tree.feature,
        tree.threshold,
        tree.children_left,
        tree.children_right,
        shares / shares.sum(axis=1, keepdims=True),
    )


def _of_boosting(nodes: NDArray[Any], n_classes: int, position: int) -> Piece:
    """scikit-learn's record array of one tree, which corrects the score of the class at `position`."""
    answers = np.zeros((len(nodes), n_classes))
    answers[:, position] = nodes["value"]
    ends = nodes["is_leaf"].astype(bool)
    left = np.where(ends, -1, nodes["left"].astype(np.int64))
    return Piece(nodes["feature_idx"], nodes["num_threshold"], left, nodes["right"].astype(np.int64), answers)
