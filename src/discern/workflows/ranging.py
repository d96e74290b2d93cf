"""Which items the intervals of a model's numbers are fitted on: never on what it learned from.

As in `trusting`: with 2,000 items and more on items that were set aside before anything was compared, with fewer on the
answers of models that learned from the other folds, where that does not take long or was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events
from ..core.events import Listener
from ..core.options import TrainOptions
from ..data.dataset import Dataset
from ..models import catalogue, conformal_numbers
from ..models.answers import FittedOn, Trust
from ..store import bundle
from ..store.numbers import ShippedNumbers
from . import choose, compare
from .trusting import FEWEST_UNITS, Divided, Outcome, few

CHEAP = 10.0
"""Estimated seconds for all folds, up to which the model is fitted on them without being asked for."""

Rows = NDArray[np.int64]


def fit(
    data: Dataset,
    divided: Divided,
    options: TrainOptions,
    choice: Mapping[str, Any],
    fitted: Any,
    model: Path,
    *,
    on_event: Listener,
) -> Outcome:
    """The intervals of the model in the file `model`; `fitted` is its estimator."""
    if options.calibrate == "none" and options.coverage is None:
        return Outcome(None, "not asked for")
    coverage = conformal_numbers.COVERAGE if options.coverage is None else options.coverage
    labels = data.labels
    assert labels is not None  # learning has refused data without labels
    how = "kept" if len(divided.aside) else "folds"
    rows = divided.aside if how == "kept" else np.sort(np.concatenate([divided.parts.train, divided.parts.validation]))
    n_units = len(np.unique(data.units[rows]))
    if n_units < FEWEST_UNITS:
        return Outcome(None, few(n_units))
    if how == "kept":
        answers = ShippedNumbers(bundle.load(model)).predict(data.values[rows])
    else:
        reason = _too_long(data, rows, options, choice)
        if reason:
            return Outcome(None, reason)
        events.stage(on_event, "finding how far off it is")
        rows, answers = _cross_fitted(data, rows, options, choice)
    units = np.unique(data.units[rows], return_inverse=True)[1].astype(np.int64)
    found = conformal_numbers.fit(answers, labels[rows], coverage=coverage, units=units, seed=options.seed)
    if found is None:
        return Outcome(
            None, f"--coverage {coverage:g} takes more than {n_units:,} items that can be drawn by themselves"
        )
    return Outcome(Trust(FittedOn(how, len(rows), n_units), interval=found))  # type: ignore[arg-type]


def _too_long(data: Dataset, rows: Rows, options: TrainOptions, choice: Mapping[str, Any]) -> str:
    """Why the model is not fitted on folds without being asked for; empty when it is."""
    name = choice["chosen"]
    if options.coverage is not None or compare.FOLDS * compare.seconds(name, len(rows), data) <= CHEAP:
        return ""
    title = catalogue.entry(name).title
    return f"with so few items the {title} would have to learn several times over; `--coverage 0.95` does that"


def _cross_fitted(
    data: Dataset, rows: Rows, options: TrainOptions, choice: Mapping[str, Any]
) -> tuple[Rows, NDArray[np.float64]]:
    """Answers for each item by a model that learned from the other folds; rows and answers in the same order."""
    labels, given = data.labels, choose.winning(choice, options, data)
    assert labels is not None
    held_rows, answers = [], []
    for train, held in compare.folds(data, rows, options.seed):
        model = compare.estimator(choice["chosen"], data, **given).fit(data.values[train], labels[train])
        held_rows.append(held)
        answers.append(np.asarray(model.predict(data.values[held]), np.float64))
    return np.concatenate(held_rows), np.concatenate(answers)
