"""What learning starts with: items to learn from and to look at, as arrays or as rows that stay where they lie, and
weights."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from ..core import seeds
from ..core.errors import DataError, OptionError
from ..core.events import Listener, note
from ..core.rows import Rows
from ..nets.build import Weights
from ..nets.plan import Step

HELD_BACK = 0.1
"""The share of the items that is looked at, and not learned from, when no validation part is given."""
Items = tuple[NDArray[Any] | Rows, NDArray[np.int64]]
"""Values, and the position of each label among the classes."""


def stays(X: object) -> TypeGuard[Rows]:
    """Whether X is rows of pictures that can be learned from where they lie."""
    return isinstance(X, Rows) and X.dtype == np.uint8 and X.ndim == 4 and 0 not in X.shape


def shaped(values: NDArray[Any] | Rows, shape: tuple[int, ...]) -> NDArray[Any] | Rows:
    """Values as the network sees them; rows have that form."""
    return values if isinstance(values, Rows) else values.reshape(-1, *shape)


def divided(values: NDArray[Any] | Rows, targets: NDArray[np.int64], seed: int) -> tuple[Items, Items]:
    """What is left to learn from, and a seeded tenth that is held back."""
    held = _held_back(targets, seed)
    return (_some(values, ~held), targets[~held]), (_some(values, held), targets[held])


def joined(train: Items, held_back: Items) -> Items:
    """Both, copied."""
    return np.concatenate([train[0][:], held_back[0][:]]), np.concatenate([train[1], held_back[1]])


def codes(class_labels: NDArray[np.int64] | None, n_classes: int) -> NDArray[np.int64] | None:
    """For each class the positions of its labels, `(n_classes, n_targets)`, checked. Raises DataError."""
    if class_labels is None:
        return None
    found = np.asarray(class_labels)
    fits = found.ndim == 2 and len(found) == n_classes and found.shape[1] > 0
    if not fits or found.dtype.kind not in "iu" or found.min() < 0:
        raise DataError(
            f"class_labels has shape {found.shape} and type {found.dtype}; expected ({n_classes}, n_targets), "
            "whole numbers from 0"
        )
    return found.astype(np.int64)


def matching(start: Weights, steps: tuple[Step, ...], on_event: Listener) -> Weights:
    """The arrays of `start` that these layers take. Raises OptionError that names the layers that do not fit."""
    wanted = {name: shape for step in steps for name, shape in step.arrays.items()}
    given = {name: tuple(value.shape) for name, value in start.items()}
    other = sorted(
        {name.partition(".")[0] for name in wanted.keys() | given.keys() if wanted.get(name) != given.get(name)}
    )
    misfits = sorted({name.removesuffix("_norm") for name in other if name != "head"})
    if misfits:
        raise OptionError(
            f"the weights to start from do not fit these layers: {', '.join(misfits)}; "
            "describe the layers that they were learned with"
        )
    if other:
        note(on_event, "the last layer is made anew: the weights to start from are for another number of classes")
    return {name: value for name, value in start.items() if name.partition(".")[0] not in other}


def _some(values: NDArray[Any] | Rows, chosen: NDArray[np.bool_]) -> NDArray[Any] | Rows:
    return Rows(values.values, values.indices[chosen]) if isinstance(values, Rows) else values[chosen]


def _held_back(targets: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """A seeded tenth of each class, rounded to the nearest; a class of few items keeps them all for learning."""
    held = np.zeros(len(targets), dtype=bool)
    for position in range(int(targets.max()) + 1):
        members = seeds.generator(seed, "held back", position).permutation(np.flatnonzero(targets == position))
        held[members[: round(HELD_BACK * len(members))]] = True
    return held
