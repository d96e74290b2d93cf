"""The price of a leak: by a quick model while a run is made, by the run's own model when it is asked for."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..audit import shortcuts
from ..data.dataset import Dataset
from ..data.splits import Split
from ..evaluate.leak_price import LeakPrice, Pattern, across, leak_price
from ..evaluate.refit import balanced
from ..store.run_folder import RunFolder
from .refits import Chosen, quick_one

FEW, FOLDS, MORE_FOLDS = 2000, 3, 5
IN_PASSING = 1000
"""Items that the quick model is tried on while a run is made: a tenth of a second or two of a processor."""


def in_passing(folder: RunFolder, data: Dataset, parts: Split, seed: int) -> LeakPrice | None:
    """The same by a quick model on at most 1,000 items, or None where nothing belongs together."""
    every = np.sort(np.concatenate([parts.train, parts.validation]))
    if data.groups is None and len(np.unique(data.copies)) == data.n:
        return None
    found = quick_one(data, every, seed, most=IN_PASSING)
    return completed(scored(data, found, seed), folder, data, parts, found.rows)


def n_folds(n: int) -> int:
    """Into how many folds `n` items are divided."""
    return MORE_FOLDS if n < FEW else FOLDS


def scored(data: Dataset, found: Chosen, seed: int) -> LeakPrice:
    """The same items answered under each split."""
    grouped, number = data.groups is not None, n_folds(len(found.rows))
    units, copies = data.units[found.rows], data.copies[found.rows]
    return leak_price(
        found.learner, found.labels, copies, units, grouped=grouped, own=found.own, n_folds=number, seed=seed
    )


def completed(
    result: LeakPrice, folder: RunFolder, data: Dataset, parts: Split, looked_at: NDArray[np.int64]
) -> LeakPrice:
    """With what the recorded answers for the test part say, and what patterns alone tell of the rows looked at."""
    learned = np.sort(np.concatenate([parts.train, parts.validation]))
    recorded = pl.read_parquet(folder.predictions, columns=["item", "label", "prediction"])
    places = {name: place for place, name in enumerate(data.items["item"])}
    rows = np.array([places[name] for name in recorded["item"]], dtype=np.int64)
    leaking: NDArray[np.bool_] = np.isin(data.units[rows], data.units[learned])
    right = (recorded["label"] == recorded["prediction"]).to_numpy()
    return dataclasses.replace(
        result,
        across=across(right, leaking, data.units[rows]),
        n_across=int(leaking.sum()),
        patterns=patterns(data.take(looked_at)),
    )


def patterns(data: Dataset) -> tuple[Pattern, ...]:
    """What tells the label without showing the thing, each with the score of a model that sees nothing else."""
    return tuple(
        Pattern(
            one.name,
            one.visible,
            balanced(one.answers, one.truth, data.units[one.rows]),
            1 / len(np.unique(one.truth)),
            one.told,
        )
        for one in shortcuts.telling(data)
    )
