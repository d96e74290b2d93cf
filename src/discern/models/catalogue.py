"""The models that there are: a versioned name, the classes that learn it and the codecs that save it.

One name serves classes and numbers, arrays and tables: an entry says by which class it does each.

A model enters this table only with its codec; `tests/contract/test_catalogue.py` walks it. Nothing is imported until
it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from numpy.typing import NDArray

from ..core.errors import OptionError
from ..core.options import FEATURES as FEATURE_NAMES
from ..core.options import raise_all, suggest
from ..core.records import Column, InputSpec

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
    """As in `Entry`."""


CLASSES, NUMBERS = "classification", "regression"


@dataclass(frozen=True)
class Entry:
    """One kind of model. What stands here itself is how it learns classes; `numbers` and `tables` say what differs."""

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
    numbers: Way | None = None
    """How it learns a number from a table; None where it cannot."""
    tables: Way | None = None
    """How it learns classes from a table with gaps and categories; None for as from other numbers."""
    only_numbers: bool = False

    @property
    def tasks(self) -> frozenset[str]:
        """Of `classification` and `regression`."""
        classes, numbers = () if self.only_numbers else (CLASSES,), (NUMBERS,) if self.numbers else ()
        return frozenset((*classes, *numbers))

    @property
    def takes(self) -> frozenset[str]:
        """What a person may set in one of its ways."""
        ways = [way.parameters for way in (self.numbers, self.tables) if way is not None]
        return frozenset(self.parameters).union(*ways)

    def way(self, task: str | None = None, *, table: bool = False) -> Way:
        """How it does a task (None: the first that it can); `table`: from a table with columns.

        Raises OptionError for a task that it cannot do.
        """
        task = task or (NUMBERS if self.only_numbers else CLASSES)
        if task not in self.tasks:
            what = {CLASSES: "classes", NUMBERS: "numbers"}
            able = ", ".join(other.name for other in ENTRIES.values() if task in other.tasks)
            raise OptionError(f"model {self.name!r} does not learn {what.get(task, task)}; expected one of {able}")
        own = Way(self.estimator, self.codec, self.parameters, self.search, self.holds)
        if task == NUMBERS:
            return self.numbers or own
        return (self.tables if table else None) or own


FEATURES = "what is looked at: pixels, or hog (histograms of oriented gradients)"
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
TERMS = "what is looked at: words, or both words and runs of letters"
CLASS_WEIGHT = "balanced: each class counts for as much as any other"
TEXTS = frozenset({"texts"})
TABLES = frozenset({"table"})
TREE_NUMBERS = "discern.models.codecs.tree_numbers"
PENALTY = {"alpha": "strength of the penalty, for each row; chosen on validation rows when not given"}
LINEAR = "discern.models.codecs.linear_numbers"
VOCABULARY = "the words that its texts have in common"

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
            "mean",
            1,
            "the mean (the baseline)",
            "discern.models.regression:Mean",
            LINEAR,
            kinds=TABLES,
            only_numbers=True,
            numbers=Way("discern.models.regression:Mean", LINEAR),
        ),
        Entry(
            "ols",
            1,
            "ordinary least squares",
            "discern.models.regression:LeastSquares",
            LINEAR,
            kinds=TABLES,
            only_numbers=True,
            numbers=Way("discern.models.regression:LeastSquares", LINEAR),
        ),
        *(
            Entry(
                name,
                1,
                title,
                f"discern.models.penalised:{name.title()}",
                LINEAR,
                kinds=TABLES,
                only_numbers=True,
                numbers=Way(f"discern.models.penalised:{name.title()}", LINEAR, PENALTY),
            )
            for name, title in (
                ("ridge", "ridge regression (least squares with a penalty on large weights)"),
                ("lasso", "lasso (least squares that leaves columns out)"),
            )
        ),
        Entry(
            "blend",
            1,
            "ridge regression and gradient boosting, averaged",
            "discern.models.blend:Blend",
            "discern.models.codecs.blend",
            kinds=TABLES,
            only_numbers=True,
            numbers=Way("discern.models.blend:Blend", "discern.models.codecs.blend", BLEND),
        ),
        Entry(
            "knn",
            1,
            "k nearest neighbours",
            "discern.models.neighbours:KNeighbors",
            "discern.models.codecs.neighbours",
            holds="the items that it learned from, as they are",
            parameters={"n_neighbors": "how many neighbours vote; chosen by validation error when not given"},
            numbers=Way(
                "discern.models.neighbour_numbers:NeighborNumbers",
                "discern.models.codecs.neighbour_numbers",
                {"n_neighbors": "how many neighbours are averaged; chosen on validation rows when not given"},
                holds="the rows that it learned from, standardised",
            ),
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
            numbers=Way(
                "discern.models.kernel_numbers:KernelNumbers",
                "discern.models.codecs.kernel_numbers",
                {
                    "C": "inverse strength of the penalty; chosen on validation rows when not given",
                    "width": "how narrow the bumps are; chosen on validation rows when not given",
                },
                {"C": (0.1, 0.3, 1.0, 3.0, 10.0), "width": (0.03, 0.1, 0.3, 1.0)},
                "many of the rows that it learned from, standardised",
            ),
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
            numbers=Way(
                "discern.models.tree_numbers:RegressionTree",
                TREE_NUMBERS,
                {
                    "max_depth": "most questions a row is asked",
                    "min_samples_leaf": "fewest rows that an answer rests on; chosen when not given",
                    "random_state": "the seed",
                },
                {"max_depth": (4, 8, 16, 32), "min_samples_leaf": LEAVES},
            ),
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
            numbers=Way(
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
            numbers=Way("discern.models.boosting:BoostedNumbers", BOOSTED, BOOSTING, BOOSTING_SEARCH),
            tables=Way("discern.models.boosting:BoostedClasses", BOOSTED, BOOSTING, BOOSTING_SEARCH),
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
            numbers=Way(
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
            tables=Way(
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


def estimator(name: str, *, task: str | None = None, columns: Sequence[Column] | None = None, **parameters: Any) -> Any:
    """An unfitted estimator of classes, or for the task `regression` of numbers.

    `columns` describe a table (`dataset.input.columns`); its gaps and categories are then taken care of. Raises
    OptionError for a name, a task or a parameter that is not known.
    """
    found = entry(name)
    way = found.way(task, table=bool(columns))
    known = [key for key in way.parameters if key not in found.at_fit]
    raise_all(
        f"model {name!r} has no parameter {key!r}; expected one of {', '.join(known) or 'none'}{suggest(key, known)}"
        for key in parameters
        if key not in known
    )
    made = _class(way.estimator)(**parameters)
    if way.estimator == found.estimator and not columns and not found.only_numbers:
        return made
    kind = "TableClassifier" if issubclass(type(made), _class("discern.models.base:Classifier")) else "TableRegressor"
    return _class(f"discern.models.tabular:{kind}")(made, tuple(columns or ()))


def codec(name: str, spec: InputSpec | None = None, n_classes: int = 1) -> Codec:
    """The codec of the entry called `name` for a model that takes `spec` and tells `n_classes` apart (0: numbers).

    Raises OptionError for a name that is not known or a task that the model cannot do.
    """
    found = entry(name)
    table = spec is not None and spec.kind == "table" and (spec.dtype == "float64" or n_classes == 0)
    if not table:
        return cast(Codec, import_module(found.codec))
    from .codecs.tabular import TableCodec

    way = found.way(CLASSES if n_classes else NUMBERS, table=True)
    return TableCodec(cast(Codec, import_module(way.codec)))


def name_of(model: object) -> str:
    """The name under which a model's class is listed. Raises OptionError for a class that is not."""
    inner = getattr(model, "estimator", model) if type(model).__module__ == "discern.models.tabular" else model
    wanted = f"{type(inner).__module__}:{type(inner).__name__}"
    for found in ENTRIES.values():
        ways = [found.estimator, *(way.estimator for way in (found.numbers, found.tables) if way)]
        if wanted in ways:
            return found.name
    raise OptionError(f"a {type(model).__name__} is not a model of the catalogue; expected one of {', '.join(ENTRIES)}")


def _class(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
