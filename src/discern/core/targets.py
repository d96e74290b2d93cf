"""Several targets at once, such as make and model: the classes are the combinations that the data hold.

A model answers with one combination, so its answers always fit together; the probability of one target's label is the
sum over the combinations that have it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .views import Record

JOINT = "joint"
"""What the answer to all targets together is called; no target may have this name."""
BETWEEN = " / "
"""Stands between the labels of a combination: `Ford / Fiesta`."""


@dataclass(frozen=True)
class Targets(Record):
    """For each target its label in each class, in the order of the classes."""

    labels: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.labels)

    def of(self, name: str) -> NDArray[np.str_]:
        """The distinct labels of one target, sorted, `(n_labels,)`."""
        return np.unique(np.asarray(self.labels[name], dtype=np.str_))

    def codes(self, name: str) -> NDArray[np.int64]:
        """For each class the position of its label in `of(name)`, `(n_classes,)`."""
        return np.searchsorted(self.of(name), np.asarray(self.labels[name], dtype=np.str_)).astype(np.int64)

    @property
    def class_labels(self) -> NDArray[np.int64]:
        """The `codes` of all targets side by side, `(n_classes, n_targets)`."""
        return np.stack([self.codes(name) for name in self.names], axis=1)

    def marginal(self, name: str, probabilities: NDArray[Any]) -> NDArray[np.float64]:
        """Probabilities of one target's labels `(n_items, n_labels)` from those of classes `(n_items, n_classes)`."""
        total = np.zeros((len(probabilities), len(self.of(name))))
        np.add.at(total.T, self.codes(name), probabilities.T.astype(np.float64))
        return total

    def to_json(self) -> dict[str, list[str]]:
        return {name: list(labels) for name, labels in self.labels.items()}


def combine(columns: Sequence[Sequence[str]]) -> list[str]:
    """One label an item from its labels for each target."""
    return [BETWEEN.join(labels) for labels in zip(*columns, strict=True)]
