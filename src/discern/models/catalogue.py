"""The models that there are: a versioned name, the classes that learn it and the codecs that save it.

One name serves classes and numbers, arrays and tables: an entry and `ways` say by which class it does each.

A model enters this table only with its codec; `tests/contract` walks it. Nothing is imported until it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

from ..core.errors import OptionError
from ..core.options import FEATURES as FEATURE_NAMES
from ..core.options import raise_all, suggest
from ..core.records import Column, InputSpec
from ..core.views import Record
from .ways import FEW_CATEGORIES, LEAVES, OF_NUMBERS, OF_TABLES, OF_TERMS, STRENGTHS, VOCABULARY
from .ways import Codec as Codec
from .ways import Way as Way

CLASSES, NUMBERS = "classification", "regression"


@dataclass(frozen=True)
class Entry(Record):
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
    only_numbers: bool = False

    @property
    def numbers(self) -> Way | None:
        """How it learns a number from a table; None where it cannot."""
        return OF_NUMBERS.get(self.name)

    @property
    def tables(self) -> Way | None:
        """How it learns classes from a table with columns; None for as from other numbers."""
        return OF_TABLES.get(self.name)

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
TEXTS = frozenset({"texts"})
TABLES = frozenset({"table"})


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
        *(
            Entry(name, 1, title, OF_NUMBERS[name].estimator, OF_NUMBERS[name].codec, kinds=TABLES, only_numbers=True)
            for name, title in (
                ("mean", "the mean (the baseline)"),
                ("ols", "ordinary least squares"),
                ("ridge", "ridge regression (least squares with a penalty on large weights)"),
                ("lasso", "lasso (least squares that leaves columns out)"),
                ("blend", "ridge regression and gradient boosting, averaged"),
            )
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
            "support vector machine",
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
                "loss": "what learning makes small: cross-entropy, or mse (squared error of the probabilities)",
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
                "keep_epochs": "whether the weights of every epoch are kept beside the checkpoint",
            },
            at_fit=frozenset({"start", "keep_epochs"}),
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
            parameters=OF_TERMS,
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
            parameters=OF_TERMS,
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
    way = way_of(name, spec, n_classes)
    inner = cast(Codec, import_module(way.codec))
    if not _is_table(spec, n_classes):
        return inner
    from .codecs.tabular import TableCodec

    return TableCodec(inner)


def way_of(name: str, spec: InputSpec | None = None, n_classes: int = 1) -> Way:
    """The way of a model that takes `spec` and tells `n_classes` apart (0: numbers). Raises OptionError as `codec`."""
    if not _is_table(spec, n_classes):
        return entry(name).way()
    return entry(name).way(CLASSES if n_classes else NUMBERS, table=True)


def holds(name: str, spec: InputSpec, n_classes: int) -> str:
    """What of the items that it learned from can be seen in a saved model, in words; empty where nothing can."""
    named = (
        ("columns of many categories",)
        if any(len(column.categories) > FEW_CATEGORIES for column in spec.columns)
        else ()
    )
    return " and ".join(filter(None, (way_of(name, spec, n_classes).holds, *named)))


def _is_table(spec: InputSpec | None, n_classes: int) -> bool:
    return spec is not None and spec.kind == "table" and (spec.dtype == "float64" or n_classes == 0)


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
