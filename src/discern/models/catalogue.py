"""The models that there are: a versioned name, the class that learns it and the codec that saves it.

A model enters this table only with its codec; `tests/contract/test_catalogue.py` walks it. Nothing is imported until
it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from numpy.typing import NDArray

from ..core.errors import OptionError
from ..core.options import FEATURES as FEATURE_NAMES
from ..core.options import raise_all, suggest
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
class Entry:
    """One kind of model."""

    name: str
    version: int
    """Of the form in which it is saved; a codec reads its own version and refuses a later one."""
    title: str
    estimator: str
    """`module:class`"""
    codec: str
    extra: str | None = None
    """The optional library that learning needs; predicting needs none."""
    holds: str = ""
    """What of the items that it learned from can be seen in a saved model, in words; empty where nothing can."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What a person may set, and what it means."""
    at_fit: frozenset[str] = frozenset()
    """Those of them that `fit` takes; the others belong to the constructor."""
    resumable: bool = False
    """Whether `fit` takes `checkpoints=` and goes on from what it finds there."""
    kinds: frozenset[str] = frozenset({"pictures", "table"})
    """What it learns from."""
    search: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """What `--search` may put for a parameter; a network's layers are varied instead (`workflows.settings`)."""


FEATURES = "what is looked at: pixels, or hog (histograms of oriented gradients)"
TERMS = "what is looked at: words, or both words and runs of letters"
CLASS_WEIGHT = "balanced: each class counts for as much as any other"
TEXTS = frozenset({"texts"})
VOCABULARY = "the words that its texts have in common"

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
LEAVES = (1, 2, 3, 5, 10)

ENTRIES: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            "majority",
            1,
            "how often each class occurs (the baseline)",
            "discern.models.majority:Majority",
            "discern.models.codecs.majority",
            kinds=frozenset({"pictures", "table", "texts"}),
        ),
        Entry(
            "knn",
            1,
            "k nearest neighbours",
            "discern.models.neighbours:KNeighbors",
            "discern.models.codecs.neighbours",
            holds="the items that it learned from, as they are",
            parameters={"n_neighbors": "how many neighbours vote; chosen by validation error when not given"},
        ),
        Entry(
            "logistic",
            1,
            "logistic regression",
            "discern.models.logistic:Logistic",
            "discern.models.codecs.logistic",
            parameters={
                "C": "inverse strength of the penalty on large weights",
                "max_iter": "most steps of the solver",
            },
            search={"C": STRENGTHS},
        ),
        Entry(
            "svm",
            1,
            "linear support vector machine",
            "discern.models.svm:LinearSVM",
            "discern.models.codecs.svm",
            parameters={
                "C": "inverse strength of the penalty on large weights",
                "max_iter": "most steps of the solver",
                "features": FEATURES,
            },
            search={"C": STRENGTHS, "features": FEATURE_NAMES},
        ),
        Entry(
            "bayes",
            1,
            "Gaussian naive Bayes",
            "discern.models.bayes:NaiveBayes",
            "discern.models.codecs.bayes",
            parameters={
                "var_smoothing": "share of the largest variance that is added to every variance",
                "features": FEATURES,
            },
            search={"var_smoothing": (0.001, 0.01, 0.02, 0.1, 0.2), "features": FEATURE_NAMES},
        ),
        Entry(
            "tree",
            1,
            "decision tree",
            "discern.models.trees:DecisionTree",
            "discern.models.codecs.trees",
            parameters={
                "max_depth": "most questions an item is asked",
                "min_samples_leaf": "fewest items that an answer rests on",
                "random_state": "the seed",
                "features": FEATURES,
            },
            search={"max_depth": (4, 8, 16, 32), "min_samples_leaf": LEAVES, "features": FEATURE_NAMES},
        ),
        Entry(
            "forest",
            1,
            "random forest",
            "discern.models.trees:RandomForest",
            "discern.models.codecs.trees",
            parameters={
                "n_trees": "how many trees vote",
                "max_depth": "most questions a tree asks",
                "min_samples_leaf": "fewest items that a tree's answer rests on",
                "random_state": "the seed",
                "features": FEATURES,
            },
            search={
                "n_trees": (50, 200, 400),
                "max_depth": (8, 16, 32),
                "min_samples_leaf": LEAVES,
                "features": FEATURE_NAMES,
            },
        ),
        Entry(
            "boosting",
            1,
            "gradient boosting",
            "discern.models.trees:GradientBoosting",
            "discern.models.codecs.trees",
            parameters={
                "n_rounds": "how many times a tree a class is added",
                "shrinkage": "how much of a tree's correction is taken",
                "max_leaf_nodes": "most answers of a tree",
                "min_samples_leaf": "fewest items that an answer rests on",
                "features": FEATURES,
            },
            search={
                "n_rounds": (25, 50, 100, 200),
                "shrinkage": (0.03, 0.1, 0.2, 0.3),
                "max_leaf_nodes": (7, 15, 31, 63),
                "min_samples_leaf": (5, 10, 20, 50),
                "features": FEATURE_NAMES,
            },
        ),
        Entry(
            "mlp",
            1,
            "multilayer perceptron",
            "discern.models.perceptron:Perceptron",
            "discern.models.codecs.perceptron",
            parameters={
                "width": "units of each hidden layer",
                "depth": "hidden layers",
                "epochs": "most passes over the items",
                "patience": "passes without a better validation loss before learning stops",
                "learning_rate": "size of a step",
                "alpha": "penalty on large weights",
                "random_state": "the seed",
                "features": FEATURES,
            },
            search={
                "width": (32, 64, 128, 256, 512),
                "depth": (1, 2, 3),
                "learning_rate": (0.0003, 0.001, 0.003, 0.01),
                "alpha": (0.00001, 0.0001, 0.001, 0.01, 0.1),
                "features": FEATURE_NAMES,
            },
        ),
        Entry(
            "lvq",
            1,
            "learning vector quantisation",
            "discern.models.lvq:LVQ",
            "discern.models.codecs.lvq",
            holds="prototypes, which can look like items that it learned from",
            parameters={
                "n_prototypes": "prototypes of each class",
                "max_iter": "most steps of the solver",
                "random_state": "the seed",
                "features": FEATURES,
            },
            search={"n_prototypes": (1, 2, 3, 5, 8, 12), "features": FEATURE_NAMES},
        ),
        Entry(
            "conv",
            1,
            "convolutional network",
            "discern.models.convolutional:ConvNet",
            "discern.models.codecs.convolutional",
            extra="torch",
            parameters={
                "layers": "what the network is built of, such as 'conv 32, pool, flatten, dense 128'",
                "epochs": "how many times learning goes through the items",
                "batch_size": "items a step",
                "learning_rate": "highest size of a step",
                "weight_decay": "pull of the weights towards zero",
                "patience": "epochs without a better validation loss before learning stops",
                "precision": "float32, bfloat16 or auto",
                "device": "cpu, cuda (a graphics card) or auto",
                "augment": "how pictures are varied while learning, none or auto",
                "budget": "seconds that learning may take, instead of epochs",
                "random_state": "the seed",
                "start": "weights to go on from",
            },
            at_fit=frozenset({"start"}),
            resumable=True,
        ),
        Entry(
            "word-bayes",
            1,
            "naive Bayes on words",
            "discern.models.words:WordBayes",
            "discern.models.codecs.words",
            holds=VOCABULARY,
            kinds=TEXTS,
            parameters={"alpha": "texts added to each count, so that no word makes a class impossible"},
            search={"alpha": (0.01, 0.1, 0.3, 1.0, 3.0)},
        ),
        Entry(
            "word-logistic",
            1,
            "logistic regression on words",
            "discern.models.words:WordLogistic",
            "discern.models.codecs.words",
            holds=VOCABULARY,
            kinds=TEXTS,
            parameters={
                "C": "inverse strength of the penalty on large weights",
                "features": TERMS,
                "class_weight": CLASS_WEIGHT,
            },
            search={"C": (1.0, 3.0, 10.0, 30.0, 100.0, 300.0), "features": ("words", "both")},
        ),
        Entry(
            "word-svm",
            1,
            "linear support vector machine on words",
            "discern.models.words:WordSVM",
            "discern.models.codecs.words",
            holds=VOCABULARY,
            kinds=TEXTS,
            parameters={
                "C": "inverse strength of the penalty on large weights",
                "features": TERMS,
                "class_weight": CLASS_WEIGHT,
            },
            search={"C": (0.1, 0.3, 1.0, 3.0, 10.0), "features": ("words", "both")},
        ),
    )
}


def entry(name: str) -> Entry:
    """The entry called `name`. Raises OptionError with the likely spelling."""
    if name not in ENTRIES:
        raise OptionError(f"model {name!r} is not known; expected one of {', '.join(ENTRIES)}{suggest(name, ENTRIES)}")
    return ENTRIES[name]


def estimator(name: str, **parameters: Any) -> Any:
    """An unfitted estimator. Raises OptionError for a name or a parameter that is not known."""
    found = entry(name)
    known = [key for key in found.parameters if key not in found.at_fit]
    raise_all(
        f"model {name!r} has no parameter {key!r}; expected one of {', '.join(known) or 'none'}{suggest(key, known)}"
        for key in parameters
        if key not in known
    )
    module, _, class_name = found.estimator.partition(":")
    return getattr(import_module(module), class_name)(**parameters)


def codec(name: str) -> Codec:
    """The codec of the entry called `name`. Raises OptionError."""
    return cast(Codec, import_module(entry(name).codec))


def name_of(model: object) -> str:
    """The name under which a model's class is listed. Raises OptionError for a class that is not."""
    wanted = f"{type(model).__module__}:{type(model).__name__}"
    for found in ENTRIES.values():
        if found.estimator == wanted:
            return found.name
    raise OptionError(f"a {type(model).__name__} is not a model of the catalogue; expected one of {', '.join(ENTRIES)}")
