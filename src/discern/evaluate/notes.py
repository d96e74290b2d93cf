"""Plain sentences about an evaluation that its figures alone would not tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .metrics import Array

FEW_UNITS = 20
"""Below this many units a 95 % interval is rough."""
NAMED = 5


def notes_on(
    confusion: NDArray[np.int64], labels: list[str], n_learned: int, probabilities: Array, n_units: int
) -> tuple[str, ...]:
    """What a reader must know before trusting the figures: unseen labels, missing classes, too little to measure."""
    actual = confusion.sum(axis=1)
    n_items = int(actual.sum())
    notes = []
    unseen = labels[n_learned:]
    if unseen:
        count = int(actual[n_learned:].sum())
        notes.append(
            f"{_count(count, 'test item')} {'has' if count == 1 else 'have'} a label that the model never learned"
            f" ({listed(unseen)}); each counts as an error."
        )
    missing = [label for label, n in zip(labels, actual, strict=True) if n == 0]
    if n_items == 1:
        notes.append("A single item was tested: the figures say next to nothing.")
    elif np.count_nonzero(actual) == 1:
        only = labels[int(actual.argmax())]
        notes.append(f"Every test item is of one class ({listed([only])}): the figures cannot show what is told apart.")
    elif missing:
        notes.append(
            f"{_count(len(missing), 'class', 'classes')} of {len(labels)} {'has' if len(missing) == 1 else 'have'}"
            f" no test item ({listed(missing)}): nothing is known about {'it' if len(missing) == 1 else 'them'}."
        )
    if 1 < n_units < FEW_UNITS:
        kind = "items" if n_units == n_items else "groups of items"
        notes.append(f"Only {n_units} {kind} were tested: the intervals are rough.")
    if n_items > 1 and np.ptp(probabilities, axis=0).max() < 1e-9:
        notes.append("The model gives every item the same probabilities: it tells nothing apart.")
    return tuple(notes)


def listed(names: list[str]) -> str:
    """The first names in quotes, and how many more there are."""
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"
