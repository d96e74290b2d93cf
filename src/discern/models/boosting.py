"""Gradient boosting on tables as they are: gaps and categories are asked about, not filled or counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.utils.validation import check_is_fitted, validate_data

from ..core import seeds, threads
from ..core.events import Listener, note, silent
from ..core.options import SEED, Interval, raise_all
from ..core.records import InputSpec
from .base import Classifier, Labelled
from .boosted_nodes import GapTrees, Grown, joined
from .nodes import DEEPEST
from .regression import Regressor
from .scorer import softmax
from .table_encoding import Form

Array = NDArray[np.float64]
Part = tuple[Array, NDArray[Any]]
"""Rows, and numbers or positions of classes."""

FEW_VALUES = 200_000
"""Values below which a second thread costs more than it brings."""
MANY_ROWS = 100_000
"""From here on steps are larger and fewer, and the rounds that were chosen are not grown again on all rows."""
FEW_STEPS, MANY_STEPS = (0.3, 30, 63), (0.05, 500, 31)
"""Shrinkage, most rounds and leaves: of many rows and of few. Prediction takes time for each round; 30 with 63 leaves
answer better than scikit-learn's usual 100 with 31 leaves (docs/decisions/0091)."""
WAITED = 0.1
"""Growing ends when this share of the most rounds brought nothing on the validation rows."""
HELD_BACK = 0.1
FEWEST_TO_HOLD_BACK = 50
ROUNDS_WITHOUT_CHOICE = 50
MANY = Interval(1, 10_000, whole=True)
LIMITS: Mapping[str, Interval] = {
    "n_rounds": Interval(1, 10_000, whole=True, or_none=True),
    "shrinkage": Interval(0, 1, open_low=True, or_none=True),
    "max_leaf_nodes": Interval(2, DEEPEST, whole=True, or_none=True),
    "min_samples_leaf": MANY,
    "max_features": Interval(0, 1, open_low=True),
    "penalty": Interval(0, 1e6),
    "random_state": SEED,
}


class Boosted:
    """What both kinds share: parameters, growing, `trees_`, `start_`, `n_rounds_`, `shrinkage_`, `max_leaf_nodes_`.

    Parameters
    ----------
    n_rounds : how many times a tree (for several classes: one a class) is added; None: as many as the validation rows,
        or a seeded tenth of the rows, ask for.
    shrinkage : how much of a tree's correction is taken; None: 0.05, or 0.3 from 100,000 rows on.
    max_leaf_nodes : most answers of a tree; None: 31, or 63 from 100,000 rows on.
    min_samples_leaf : fewest rows that an answer rests on.
    max_features : the share of the columns that is drawn anew for each question.
    penalty : L2 penalty on the corrections.
    random_state : seed of the draws.

    Up to 100,000 rows the chosen number of rounds is grown again on all rows, of validation too. Grown by
    scikit-learn's histogram boosting. Sources: Friedman, Annals of Statistics 29, 2001; Ke et al., LightGBM, NeurIPS
    2017; categories: Fisher, JASA 53, 1958.
    """

    trees_: GapTrees
    start_: Array
    n_rounds_: int
    shrinkage_: float
    max_leaf_nodes_: int
    refit_: bool

    def __init__(
        self,
        n_rounds: int | None = None,
        *,
        shrinkage: float | None = None,
        max_leaf_nodes: int | None = None,
        min_samples_leaf: int = 20,
        max_features: float = 1.0,
        penalty: float = 0.0,
        random_state: int = 0,
    ) -> None:
        self.n_rounds = n_rounds
        self.shrinkage = shrinkage
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.penalty = penalty
        self.random_state = random_state

    def _grow(
        self, kind: Any, learned: Part, held: Part | None, categorical: NDArray[np.bool_], on_event: Listener
    ) -> None:
        """Choose the number of rounds by `held`, the validation rows, and grow."""
        many = len(learned[0]) + (0 if held is None else len(held[0])) > MANY_ROWS
        shrinkage, most, leaves = FEW_STEPS if many else MANY_STEPS
        self.shrinkage_ = shrinkage if self.shrinkage is None else float(self.shrinkage)
        self.max_leaf_nodes_ = self.max_leaf_nodes or leaves
        how: dict[str, Any] = {
            "learning_rate": self.shrinkage_,
            "max_leaf_nodes": self.max_leaf_nodes_,
            "min_samples_leaf": self.min_samples_leaf,
            "l2_regularization": self.penalty,
            "max_features": float(self.max_features),
            "random_state": self.random_state,
            "categorical_features": categorical if categorical.any() else None,
        }
        with threads.alone(learned[0].size < FEW_VALUES):
            grower = self._chosen(kind, learned, held, many, most, how, on_event)
        self._keep(grower, categorical)

    def _chosen(
        self,
        kind: Any,
        learned: Part,
        held: Part | None,
        many: bool,
        most: int,
        how: dict[str, Any],
        on_event: Listener,
    ) -> Any:
        """The grown trees, after the number of rounds is chosen."""
        self.n_rounds_, grower = self.n_rounds or ROUNDS_WITHOUT_CHOICE, None
        some, others = (learned, held) if held is not None or self.n_rounds is not None else self._divided(*learned)
        if self.n_rounds is None and others is not None and _same_classes(some[1], others[1]):
            waited = max(5, round(WAITED * most))
            grower = kind(max_iter=most, early_stopping=True, n_iter_no_change=waited, tol=0.0, **how)
            grower.fit(*some, X_val=others[0], y_val=others[1])
            self.n_rounds_ = max(1, int(np.argmax(grower.validation_score_)))
            note(on_event, f"gradient boosting: {self.n_rounds_} rounds of up to {most}, by {len(others[1]):,} rows")
        again = grower is None or not many
        self.refit_ = again and held is not None
        if again:
            both = learned if held is None else (np.concatenate([learned[0], held[0]]), np.append(learned[1], held[1]))
            grower = kind(max_iter=self.n_rounds_, early_stopping=False, **how).fit(*both)
        return grower

    def _keep(self, grower: Any, categorical: NDArray[np.bool_]) -> None:
        """The trees of the first `n_rounds_` rounds."""
        start = np.ravel(grower._baseline_prediction)
        n_classes = len(getattr(grower, "classes_", [0]))
        first = 1 if n_classes == 2 else 0  # of two classes the first one's score is 0
        self.start_ = np.zeros(n_classes)
        self.start_[first:] = start
        rounds = grower._predictors[: self.n_rounds_]
        grown = [
            Grown(tree.nodes, tree.raw_left_cat_bitsets, first + place)
            for each in rounds
            for place, tree in enumerate(each)
        ]
        columns = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
        known: list[Array | None] = [None] * len(columns)
        if categorical.any():
            known[: int(categorical.sum())] = grower._preprocessor.named_transformers_["encoder"].categories_
        self.trees_ = joined(grown, n_classes, columns, known)

    def _divided(self, rows: Array, y: NDArray[Any]) -> tuple[Part, Part | None]:
        """Rows to learn from, and a seeded tenth to choose by; all and None where there are few."""
        n = len(rows)
        if n < FEWEST_TO_HOLD_BACK:
            return (rows, y), None
        held = np.zeros(n, bool)
        held[seeds.generator(self.random_state, "held back").permutation(n)[: int(HELD_BACK * n)]] = True
        return (rows[~held], y[~held]), (rows[held], y[held])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.allow_nan = True
        return tags


def _same_classes(learned: NDArray[Any], held: NDArray[Any]) -> bool:
    """Whether no class is held back whole; of numbers always."""
    return learned.dtype.kind == "f" or bool(np.isin(held, learned).all())


class BoostedNumbers(Boosted, Regressor):
    """Gradient boosting of a number, with squared errors. Parameters and what is there after `fit`: see `Boosted`."""

    limits: ClassVar[Mapping[str, Interval]] = LIMITS
    encoding: ClassVar[Form] = "raw"

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        validation: Labelled | None = None,
        on_event: Listener = silent,
        categorical: NDArray[np.bool_] | None = None,
    ) -> Self:
        """Grow; `categorical` `(n_features,)` says which columns are codes of categories, 0 to 254.

        Raises OptionError for a parameter out of its limits, ValueError for data of another form.
        """
        rows, targets = self._begin_fit(X, y)
        held = None if validation is None else (self._rows(validation[0]), np.asarray(validation[1], np.float64))
        kinds = np.zeros(rows.shape[1], bool) if categorical is None else categorical
        self._grow(HistGradientBoostingRegressor, (rows, targets), held, kinds, on_event)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The summed corrections, `(n_samples,)`."""
        rows = self._rows(X)
        found: Array = self.trees_.sums(rows)[:, 0] + self.start_[0]
        return found


class BoostedClasses(Boosted, Classifier):
    """Gradient boosting of classes, with the log loss. Parameters and what is there after `fit`: see `Boosted`."""

    limits: ClassVar[Mapping[str, Interval]] = LIMITS
    encoding: ClassVar[Form] = "raw"

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        validation: Labelled | None = None,
        on_event: Listener = silent,
        categorical: NDArray[np.bool_] | None = None,
    ) -> Self:
        """Grow, as `BoostedNumbers.fit`."""
        raise_all(limit.problem(name, getattr(self, name)) for name, limit in self.limits.items())
        rows, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        self.input_ = InputSpec("table", (rows.shape[1],), "float64")
        positions = self._begin_classes(labels)
        held = None if validation is None else (self._rows(validation[0]), self._positions(validation[1]))
        kinds = np.zeros(rows.shape[1], bool) if categorical is None else categorical
        if len(self.classes_) == 1:  # it is certain
            self.start_, self.n_rounds_, self.shrinkage_, self.max_leaf_nodes_ = np.zeros(1), 1, 1.0, 2
            self.refit_ = validation is not None
            self.trees_ = joined([_nothing()], 1, np.arange(rows.shape[1]), [None] * rows.shape[1])
            return self
        self._grow(HistGradientBoostingClassifier, (rows, positions), held, kinds, on_event)
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Softmax of the summed corrections, `(n_samples, n_classes)`."""
        rows = self._rows(X)
        return softmax(self.trees_.sums(rows) + self.start_)

    def _rows(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)  # type: ignore[no-any-return]


def _nothing() -> Grown:
    """A tree of one leaf that corrects nothing."""
    names = (
        "value",
        "num_threshold",
        "feature_idx",
        "left",
        "right",
        "is_leaf",
        "is_categorical",
        "missing_go_to_left",
    )
    nodes = np.zeros(1, dtype=[(name, np.float64 if name in names[:2] else np.int64) for name in names])
    nodes["is_leaf"] = 1
    return Grown(nodes, np.zeros((0, 8), np.uint32), 0)
