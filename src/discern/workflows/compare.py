"""How candidates are compared: which suit the data, on how many items, and by folds or by the validation part.

Nothing here looks at the clock: the same data give the same candidates, the same items and the same winner on every
machine. What a fit costs is estimated from counts, with constants measured on one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import seeds
from ..core.options import TrainOptions
from ..data.dataset import Dataset
from ..data.splits import Split

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
AT_LEAST = 20.0
"""Estimated seconds that a comparison may take in any case."""

NETWORK = "conv"
"""Never left out: from few pictures it learns least of all, and from many the most."""

Rows = NDArray[np.int64]
Work = Callable[[int, int, int], float]
SECONDS: Mapping[str, Work] = {
    "majority": lambda n, d, k: 0.0,
    "knn": lambda n, d, k: 1e-9 * min(n, 5000) * n * d / 5,
    "logistic": lambda n, d, k: 2e-8 * n * d * max(k, 8),
    "svm": lambda n, d, k: 1e-7 * n * d * max(k, 8),
    "bayes": lambda n, d, k: 1e-8 * n * d,
    "tree": lambda n, d, k: 4e-7 * n * d,
    "forest": lambda n, d, k: 3e-5 * n * d**0.5,
    "boosting": lambda n, d, k: (5e-3 + 5e-7 * n) * d * (k if k > 2 else 1),
    "mlp": lambda n, d, k: 5e-7 * n * d,
    "lvq": lambda n, d, k: 1e-7 * n * d * k,
    "conv": lambda n, d, k: 2.0 + 2.5e-6 * n * d,
}
"""About what learning from n items of d values in k classes takes, measured on digits and on photographs."""


@dataclass(frozen=True)
class Comparison:
    """What is compared, and on which items."""

    names: tuple[str, ...]
    left_out: tuple[dict[str, str], ...]
    """`{"model", "reason"}`"""
    parts: tuple[tuple[Rows, Rows], ...]
    """Rows to learn from and rows to answer, of each fold; the rows that are answered are all different."""

    @property
    def by_folds(self) -> bool:
        return len(self.parts) > 1

    @property
    def answered(self) -> Rows:
        return np.concatenate([held for _, held in self.parts])

    def to_json(self) -> dict[str, int]:
        """`{"train", "validation"}`, and `folds` where there are any."""
        facts = {"train": min(len(train) for train, _ in self.parts), "validation": len(self.answered)}
        return {**facts, "folds": len(self.parts)} if self.by_folds else facts


def plan(data: Dataset, parts: Split, names: Sequence[str], options: TrainOptions, *, choosy: bool) -> Comparison:
    """Which of `names` to compare and on what; `choosy`: what would take too long for its chances is left out."""
    both = np.sort(np.concatenate([parts.train, parts.validation]))
    d, k = data.input.n_values, len(data.classes)
    if len(both) < FEW:
        divided = tuple(_folds(data, both, options.seed))
        rounds, most = len(divided), max(len(train) for train, _ in divided)
    else:
        rounds, most = 1, min(COMPARED_TRAIN, len(parts.train))
    seconds = {name: SECONDS[name] for name in names}
    allowed = max(AT_LEAST, SHARE * max(work(len(both), d, k) for work in seconds.values()))
    least = most if rounds > 1 else min(most, FEWEST_TRAIN)
    longest = np.inf if not choosy else allowed / 2
    kept = [name for name in names if name == NETWORK or rounds * seconds[name](least, d, k) <= longest]
    reason = "learning would take too long to be compared; --model compares it all the same"
    left_out = tuple({"model": name, "reason": reason} for name in names if name not in kept)
    if rounds == 1:
        while choosy and most > least and sum(seconds[name](most, d, k) for name in kept) > allowed:
            most = max(least, most * 4 // 5)
        train = _at_most(parts.train, most, options.seed)
        divided = ((train, _at_most(parts.validation, COMPARED_VALIDATION, options.seed)),)
    return Comparison(tuple(kept), left_out, divided)


def answers(
    comparison: Comparison, data: Dataset, labels: NDArray[Any], make: Callable[[], Any], **extra: Any
) -> NDArray[np.float64]:
    """Probabilities of the rows that are answered, `(n, n_classes)` in the order of `data.classes`.

    `make` gives a new estimator for each fold; `extra` goes to its `fit`.
    """
    found = []
    classes = np.asarray(data.classes)
    for train, held in comparison.parts:
        model = make().fit(data.values[train], labels[train], **extra)
        columns = np.zeros((len(held), len(classes)))
        columns[:, np.searchsorted(classes, model.classes_)] = model.predict_proba(data.values[held])
        found.append(columns)
    return np.concatenate(found)


def _folds(data: Dataset, both: Rows, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Folds over `both`, stratified by the label of each unit's first item; no unit is torn apart."""
    labels = data.labels
    assert labels is not None  # `choose` has refused data without labels
    _, first, unit = np.unique(data.units[both], return_index=True, return_inverse=True)
    number = min(MORE_FOLDS if len(both) < VERY_FEW else FOLDS, len(first))
    order = seeds.generator(seed, "compare").permutation(len(first))
    order = order[np.argsort(labels[both][first][order], kind="stable")]
    fold = np.empty(len(first), np.int64)
    fold[order] = np.arange(len(first)) % max(number, 1)
    for each in range(number):
        held = fold[unit] == each
        yield both[~held], both[held]


def _at_most(indices: Rows, n: int, seed: int) -> Rows:
    if len(indices) <= n:
        return indices
    return np.sort(seeds.generator(seed, "compare").choice(indices, n, replace=False))
