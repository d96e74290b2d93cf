"""How candidates are compared: which suit the data, on how many items, and by folds or by the validation part.

Nothing here looks at the clock: the same data give the same candidates, the same items and the same winner on every
machine. What a fit costs is estimated from counts, with constants measured on one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import seeds
from ..core.options import TrainOptions
from ..core.records import Figure
from ..data.dataset import Dataset, targets_of
from ..data.splits import Split
from ..evaluate import refit
from ..evaluate.evaluation import evaluate
from ..images import hog
from ..models import catalogue
from ..nets import defaults, layers
from ..nets import plan as nets

FEW = 2000
"""Below so many items in training and validation together, candidates are compared by folds over both."""
VERY_FEW, FOLDS, MORE_FOLDS = 300, 3, 5
"""Three folds; five below 300 items, where a third of them would be missed."""
COMPARED_TRAIN = 5000
FEWEST_TRAIN = 2000
COMPARED_VALIDATION = 2000
"""Candidates are compared on at most so many items, the same for each; the winner then learns from all."""
SHARE = 0.1
"""Of the estimated time of the longest training, for the whole comparison."""
AT_LEAST, OF_NUMBERS_AT_LEAST = 8.0, 30.0
"""Estimated seconds that a comparison may take in any case; more where a number is learned, which no network joins."""
FEWEST_EPOCHS = 2
"""Of the network in a comparison."""
LEARNING = 3
"""An item that is learned from costs as much as three that are answered: forward, and backward twice."""
HOG_SECONDS = 2.2e-7
"""For a pixel, whatever its channels."""

NETWORK = "conv"
"""Never left out: from few pictures it learns least of all, and from many the most."""
HOG = "hog"
BLEND = "blend"
"""Never left out either: of numbers it is most often the best."""

BASELINES = {"classification": "majority", "regression": "mean"}
"""The model that looks at nothing, for each task."""

Rows = NDArray[np.int64]
Work = Callable[[int, int, int], float]
SECONDS: Mapping[str, Work] = {
    "majority": lambda n, d, k: 0.0,
    "mean": lambda n, d, k: 0.0,
    "ols": lambda n, d, k: 2e-8 * n * d * d,
    "ridge": lambda n, d, k: 2e-8 * n * d * d,
    "lasso": lambda n, d, k: 3e-7 * n * d,
    "blend": lambda n, d, k: 1 + 7e-4 * n,
    "knn": lambda n, d, k: 1e-9 * min(n, 5000) * n * d / 5,
    "logistic": lambda n, d, k: 2e-8 * n * d * max(k, 8),
    "svm": lambda n, d, k: 1e-7 * n * d * max(k, 8),
    "bayes": lambda n, d, k: 1e-8 * n * d,
    "tree": lambda n, d, k: 4e-7 * n * d,
    "forest": lambda n, d, k: 3e-5 * n * d**0.5,
    "boosting": lambda n, d, k: (5e-3 + 5e-7 * n) * d * (k if k > 2 else 1),
    "mlp": lambda n, d, k: 5e-7 * n * d,
    "lvq": lambda n, d, k: 1e-7 * n * d * k,
    "word-bayes": lambda n, d, k: 2e-5 * n,
    "word-logistic": lambda n, d, k: 3e-4 * n * k,
    "word-svm": lambda n, d, k: 2e-4 * n * k,
}
"""About what learning from n items of d values in k classes takes, measured on digits and on photographs."""
OF_NUMBERS: Mapping[str, Work] = {
    "knn": lambda n, d, k: 5e-5 * n,
    "svm": lambda n, d, k: 4e-4 * n * d**0.5,
    "tree": lambda n, d, k: 1.5e-5 * n * d,
    "forest": lambda n, d, k: 1.3e-5 * n * d,
    "boosting": lambda n, d, k: 0.3 + 7e-5 * n * d**0.5,
    "mlp": lambda n, d, k: 2.5e-4 * n,
}
"""The same where a number is learned from a table, of the models for which it is another; on made-up tables."""


@dataclass(frozen=True)
class Entrant:
    """A model in a comparison, with the features that it looks at where those are not as asked for."""

    model: str
    features: str | None = None

    def __str__(self) -> str:
        return self.model if self.features is None else f"{self.model} on {self.features}"

    @property
    def title(self) -> str:
        title = catalogue.entry(self.model).title
        return title if self.features is None else f"{title} on {self.features}"

    @property
    def parameters(self) -> dict[str, Any]:
        """What its estimator is given besides what was asked for."""
        return {} if self.features is None else {"features": self.features}


@dataclass(frozen=True)
class Comparison:
    """What is compared, and on which items."""

    entrants: tuple[Entrant, ...]
    left_out: tuple[dict[str, str], ...]
    """`{"model", "title", "reason"}`"""
    parts: tuple[tuple[Rows, Rows], ...]
    """Rows to learn from and rows to answer, of each fold; the rows that are answered are all different."""
    operations: float = np.inf
    """What the network may do in each fold."""

    @property
    def by_folds(self) -> bool:
        return len(self.parts) > 1

    @property
    def answered(self) -> Rows:
        return np.concatenate([held for _, held in self.parts])

    @property
    def n_learned(self) -> int:
        """The fewest items that are learned from in a fold."""
        return min(len(train) for train, _ in self.parts)

    def to_json(self) -> dict[str, int]:
        """`{"train", "validation"}`, and `folds` where there are any."""
        facts = {"train": self.n_learned, "validation": len(self.answered)}
        return {**facts, "folds": len(self.parts)} if self.by_folds else facts


def plan(
    data: Dataset, parts: Split, entrants: Sequence[Entrant], options: TrainOptions, *, choosy: bool
) -> Comparison:
    """Which of `entrants` to compare and on what; `choosy`: what would take too long for its chances is left out.

    The network may use half of what is allowed and all others together the other half, the cheapest first.
    """
    both = np.sort(np.concatenate([parts.train, parts.validation]))
    if len(both) < FEW:
        divided = folds(data, both, options.seed)
        rounds, most = len(divided), max(len(train) for train, _ in divided)
    else:
        rounds, most = 1, min(COMPARED_TRAIN, len(parts.train))
    if not choosy:
        divided = divided if rounds > 1 else _validation(parts, most, options.seed)
        return Comparison(tuple(entrants), (), divided)
    with_network = any(entrant.model == NETWORK for entrant in entrants)
    others = [entrant for entrant in entrants if entrant.model != NETWORK]
    if with_network:
        full = (
            LEARNING
            * operations(data, options)
            * len(parts.train)
            * epochs(data, options, len(parts.train))
            / defaults.SPEED
        )
    else:
        full = max(_seconds(entrant, len(both), data) for entrant in others)
    allowed = max(OF_NUMBERS_AT_LEAST if data.task == "regression" else AT_LEAST, SHARE * full)
    half = allowed / 2 if with_network else allowed
    least = most if rounds > 1 else min(most, FEWEST_TRAIN)
    by_cost = sorted(others, key=lambda entrant: rounds * _seconds(entrant, least, data))
    kept = [entrant for entrant in by_cost if entrant.model == BLEND or (entrant is by_cost[0] and not with_network)]
    for entrant in by_cost:
        if entrant not in kept and rounds * _together([*kept, entrant], least, data) <= half:
            kept.append(entrant)
    reason = "learning would take too long to be compared; --model compares it all the same"
    twofold = {entrant.model for entrant in others if entrant.features == HOG}
    left_out = tuple(
        {"model": str(entrant), "title": title(entrant, twofold), "reason": reason}
        for entrant in others
        if entrant not in kept
    )
    if rounds == 1:
        while most > least and _together(kept, most, data) > half:
            most = max(least, most * 4 // 5)
        divided = _validation(parts, most, options.seed)
    chosen = tuple(entrant for entrant in entrants if entrant.model == NETWORK or entrant in kept)
    return Comparison(chosen, left_out, divided, half * defaults.SPEED / rounds)


def title(entrant: Entrant, twofold: set[str]) -> str:
    """A model that looks at pixels is told apart from its twin that looks at edges."""
    return f"{entrant.title} on pixels" if entrant.model in twofold and not entrant.features else entrant.title


def operations(data: Dataset, options: TrainOptions) -> int:
    """What the network does to answer for one item while it learns; photographs are smaller then."""
    shape, n_classes = data.input.shape, len(data.classes)
    steps = nets.plan(layers.parse(options.layers or defaults.default_layers(shape, n_classes)), shape, n_classes)
    small = options.layers is None and len(shape) == 3 and min(shape[:2]) >= defaults.LARGE
    return max(1, round(sum(step.operations for step in steps) * (defaults.MEAN_AREA if small else 1)))


def epochs(data: Dataset, options: TrainOptions, n: int) -> int:
    """How many epochs the network learns from `n` items, as asked for or as by default."""
    shape = data.input.shape
    photographs = len(shape) == 3 and min(shape[:2]) >= defaults.PHOTOGRAPH
    return sum(options.epochs) if options.epochs else defaults.default_epochs(n, photographs=photographs)


def _seconds(entrant: Entrant, n: int, data: Dataset) -> float:
    """What learning from `n` items takes; without the features, which are worked out once for all."""
    shape = data.input.shape
    d = hog.Plan(shape).n_features if entrant.features == HOG else data.input.n_values  # type: ignore[arg-type]
    known = {**SECONDS, **OF_NUMBERS} if data.task == "regression" else SECONDS
    return known[entrant.model](n, d, len(data.classes))


def seconds(name: str, n: int, data: Dataset) -> float:
    """About what learning from `n` items takes the model `name`."""
    return _seconds(Entrant(name), n, data)


def _together(entrants: Sequence[Entrant], n: int, data: Dataset) -> float:
    pixels = data.input.shape[0] * data.input.shape[1] if data.kind == "pictures" else 0
    features = HOG_SECONDS * n * pixels if any(entrant.features == HOG for entrant in entrants) else 0.0
    return features + sum(_seconds(entrant, n, data) for entrant in entrants)


def way_of(name: str, data: Dataset) -> catalogue.Way:
    """How the model `name` learns from these data. Raises OptionError for one that cannot."""
    return catalogue.entry(name).way(data.task, table=bool(data.input.columns))


def estimator(name: str, data: Dataset, **parameters: Any) -> Any:
    """The model `name`, unfitted, for these data. Raises OptionError."""
    return catalogue.estimator(name, task=data.task, columns=data.input.columns, **parameters)


def class_labels(model: Any, data: Dataset, rows: Rows) -> dict[str, Any]:
    """What `fit` takes besides `rows`, where `model` is a network and its classes combine labels of several targets."""
    targets = targets_of(data.items[rows]) if getattr(model, "resumable", False) else None
    return {"class_labels": targets.class_labels} if targets else {}


@dataclass(frozen=True)
class Answers:
    """What one candidate answered for the rows of a comparison."""

    probabilities: NDArray[np.float64]
    """`(n, n_classes)` in the order of the data's classes."""
    fitted: Any
    """The estimator of the last fold."""


def answers(
    comparison: Comparison, data: Dataset, make: Callable[[], Any], *, features: Features | None = None, **extra: Any
) -> Answers:
    """What `make()`, a new estimator for each fold, answers; `extra` goes to its `fit`.

    `features` gives what is looked at by row, where it is not the data's own values.
    """
    found = []
    classes, labels = np.asarray(data.classes), data.labels
    assert labels is not None  # `choose` has refused data without labels
    model = None
    for train, held in comparison.parts:
        values = data.values.__getitem__ if features is None else features.of
        model = make()
        model.fit(values(train), labels[train], **extra, **class_labels(model, data, train))
        columns = np.zeros((len(held), len(classes)))
        columns[:, np.searchsorted(classes, model.classes_)] = model.predict_proba(values(held))
        found.append(columns)
    return Answers(np.concatenate(found), model)


def figures(
    comparison: Comparison, data: Dataset, probabilities: NDArray[np.float64], baseline: NDArray[np.float64]
) -> dict[str, Figure]:
    """The figures of what a candidate answered, beside those of the baseline."""
    held = comparison.answered
    labels = data.labels
    assert labels is not None  # `choose` has refused data without labels
    measured = evaluate(
        labels[held],
        probabilities,
        np.asarray(data.classes),
        units=data.units[held],
        kind=data.kind,
        baseline_probabilities=baseline,
        baseline_name="majority",
    )
    return dict(measured.figures)


class Features:
    """Gradient features of the items of a comparison, worked out once; as pictures of one row."""

    def __init__(self, comparison: Comparison, data: Dataset) -> None:
        self._rows = np.unique(np.concatenate([np.concatenate(part) for part in comparison.parts]))
        self._values = hog.hog(data.values[self._rows])[:, None, :, None]

    def of(self, rows: Rows) -> NDArray[np.float32]:
        """`(n, 1, n_features, 1)`"""
        found: NDArray[np.float32] = self._values[np.searchsorted(self._rows, rows)]
        return found


def folds(data: Dataset, both: Rows, seed: int) -> tuple[tuple[Rows, Rows], ...]:
    """Folds over `both`, rows to learn from and to answer (`refit.folds`): five of them where items are very few."""
    labels = data.labels
    assert labels is not None  # `choose` has refused data without labels
    number = MORE_FOLDS if len(both) < VERY_FEW else FOLDS
    parts = refit.folds(data.units[both], labels[both], number, seed=seed, purpose="compare")
    return tuple((both[train], both[held]) for train, held in parts)


def _validation(parts: Split, most: int, seed: int) -> tuple[tuple[Rows, Rows], ...]:
    """`most` rows to learn from, and the validation part."""
    return ((_at_most(parts.train, most, seed), _at_most(parts.validation, COMPARED_VALIDATION, seed)),)


def _at_most(indices: Rows, n: int, seed: int) -> Rows:
    if len(indices) <= n:
        return indices
    return np.sort(seeds.generator(seed, "compare").choice(indices, n, replace=False))
