"""What a way of learning is made of; how models of the catalogue learn numbers, and classes from tables with gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from ..core.records import InputSpec

if TYPE_CHECKING:
    import onnx


class Codec(Protocol):
    """The four functions of a module in `models/codecs`."""

    def encode(self, model: Any) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]: ...

    def check(
        self, config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
    ) -> None: ...

    def decode(
        self, config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
    ) -> Any: ...

    def graph(
        self, config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
    ) -> onnx.ModelProto: ...


@dataclass(frozen=True)
class Way:
    """The class by which a model does one thing, what it may be told, and the codec."""

    estimator: str
    """`module:class`"""
    codec: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    search: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    holds: str = ""
    """What of the items that it learned from can be seen in a saved model, in words; empty where nothing can."""


FEW_CATEGORIES = 50
"""Up to so many categories of a column tell no more of the rows than names of classes do."""
OF_TERMS = {
    "C": "inverse strength of the penalty on large weights",
    "features": "what is looked at: words, or both words and runs of letters",
    "class_weight": "balanced: each class counts for as much as any other",
}
VOCABULARY = "the words that its texts have in common"
STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
LEAVES = (1, 2, 3, 5, 10)
LAYERS = "the hidden layers one by one, such as 'dense 16, dense 8', or none for a single neuron"
PERCEPTRON = {
    "width": "units of each hidden layer",
    "depth": "hidden layers",
    "layers": LAYERS,
    "epochs": "most passes over the rows",
    "patience": "passes without a better validation loss before learning stops",
    "learning_rate": "size of a step",
    "alpha": "penalty on large weights",
    "random_state": "the seed",
}
"""What may be said of one that learns from a table."""
TREE_NUMBERS = "discern.models.codecs.tree_numbers"
PENALTY = {"alpha": "strength of the penalty, for each row; chosen on validation rows when not given"}
LINEAR = "discern.models.codecs.linear_numbers"
BOOSTED = "discern.models.codecs.boosting"
BOOSTING = {
    "n_rounds": "how many times a tree is added; chosen on validation rows when not given",
    "shrinkage": "how much of a tree's correction is taken; smaller for fewer rows when not given",
    "max_leaf_nodes": "most answers of a tree",
    "min_samples_leaf": "fewest rows that an answer rests on",
    "max_features": "share of the columns that is drawn for each question",
    "penalty": "penalty on large corrections",
    "random_state": "the seed",
}
BOOSTING_SEARCH: Mapping[str, tuple[Any, ...]] = {
    "shrinkage": (0.02, 0.05, 0.1, 0.2),
    "max_leaf_nodes": (7, 15, 31, 63),
    "min_samples_leaf": (5, 10, 20, 50),
    "max_features": (0.2, 0.5, 1.0),
    "penalty": (0.0, 1.0, 10.0),
}

BLEND = {
    "n_rounds": "how many trees boosting adds; chosen on a tenth of the rows when not given",
    "random_state": "the seed",
}
OF_NUMBERS: Mapping[str, Way] = {
    "mean": Way("discern.models.regression:Mean", LINEAR),
    "ols": Way("discern.models.regression:LeastSquares", LINEAR),
    "ridge": Way("discern.models.penalised:Ridge", LINEAR, PENALTY),
    "lasso": Way("discern.models.penalised:Lasso", LINEAR, PENALTY),
    "blend": Way("discern.models.blend:Blend", "discern.models.codecs.blend", BLEND),
    "knn": Way(
        "discern.models.neighbour_numbers:NeighborNumbers",
        "discern.models.codecs.neighbour_numbers",
        {"n_neighbors": "how many neighbours are averaged; chosen on validation rows when not given"},
        holds="the rows that it learned from, as standardised numbers",
    ),
    "svm": Way(
        "discern.models.kernel_numbers:KernelNumbers",
        "discern.models.codecs.kernel_numbers",
        {
            "C": "inverse strength of the penalty; chosen on validation rows when not given",
            "width": "how narrow the bumps are; chosen on validation rows when not given",
        },
        {"C": (0.1, 0.3, 1.0, 3.0, 10.0), "width": (0.03, 0.1, 0.3, 1.0)},
        "many of the rows that it learned from, as standardised numbers",
    ),
    "tree": Way(
        "discern.models.tree_numbers:RegressionTree",
        TREE_NUMBERS,
        {
            "max_depth": "most questions a row is asked",
            "min_samples_leaf": "fewest rows that an answer rests on; chosen when not given",
            "random_state": "the seed",
        },
        {"max_depth": (4, 8, 16, 32), "min_samples_leaf": LEAVES},
    ),
    "forest": Way(
        "discern.models.tree_numbers:ForestNumbers",
        TREE_NUMBERS,
        {
            "n_trees": "how many trees vote",
            "max_depth": "most questions a tree asks",
            "min_samples_leaf": "fewest rows that a tree's answer rests on",
            "max_features": "share of the columns that is drawn for each question",
            "random_state": "the seed",
        },
        {
            "n_trees": (50, 200, 400),
            "max_depth": (8, 16, 32),
            "min_samples_leaf": LEAVES,
            "max_features": (0.1, 0.33, 0.66, 1.0),
        },
    ),
    "boosting": Way("discern.models.boosting:BoostedNumbers", BOOSTED, BOOSTING, BOOSTING_SEARCH),
    "mlp": Way(
        "discern.models.perceptron_numbers:PerceptronNumbers",
        "discern.models.codecs.perceptron",
        PERCEPTRON,
        {
            "width": (16, 32, 64, 128, 256),
            "depth": (1, 2, 3),
            "learning_rate": (0.0003, 0.001, 0.003, 0.01),
            "alpha": (0.0001, 0.001, 0.01, 0.1, 1.0),
        },
    ),
}
"""How a number is learned from a table."""

OF_TABLES: Mapping[str, Way] = {
    "boosting": Way("discern.models.boosting:BoostedClasses", BOOSTED, BOOSTING, BOOSTING_SEARCH),
    "mlp": Way(
        "discern.models.perceptron:Perceptron",
        "discern.models.codecs.perceptron",
        PERCEPTRON,
        {
            "width": (16, 32, 64, 128, 256),
            "depth": (1, 2, 3),
            "learning_rate": (0.0003, 0.001, 0.003, 0.01),
            "alpha": (0.00001, 0.0001, 0.001, 0.01, 0.1),
        },
    ),
}
"""How classes are learned from a table with columns; other models learn as from other numbers."""
