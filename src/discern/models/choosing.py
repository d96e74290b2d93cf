"""How a model of numbers chooses among settings: by squared errors on the validation rows, else by folds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core import seeds

Array = NDArray[np.float64]
FOLDS = 5
Setting = TypeVar("Setting")


def divisions(n: int, n_items: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to learn from and rows to look at: those from `n_items` on are for looking; without any, five seeded folds.

    None for a single row.
    """
    rows = np.arange(n)
    if n_items < n:
        yield rows[:n_items], rows[n_items:]
        return
    fold = seeds.generator(0, "folds").permutation(n) % min(FOLDS, n)
    for number in range(min(FOLDS, n) if n > 1 else 0):
        yield rows[fold != number], rows[fold == number]


def best(
    settings: Sequence[Setting],
    rows: Array,
    targets: Array,
    n_items: int,
    answers: Callable[[Array, Array, Array], Array],
) -> Setting:
    """The setting with the least sum of squared errors, of equals the first.

    `answers(rows, targets, asked)` learns and gives the answers of all settings, `(n_settings, n_asked)`.
    """
    errors = np.zeros(len(settings))
    if len(settings) > 1:
        for learned, held in divisions(len(rows), n_items):
            found = answers(rows[learned], targets[learned], rows[held])
            errors += np.square(found - targets[held]).sum(axis=1)
    return settings[int(np.argmin(errors))]
