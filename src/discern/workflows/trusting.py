"""Which items calibration and thresholds are fitted on, and the fitting: never on what learned or chose the model.

With 2,000 items and more, half of the validation part, at most 1,000 items, is set aside before anything is compared.
With fewer, the model that was chosen is fitted again on folds, and answers each for the others; where that takes long,
it is done on request only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import events, seeds
from ..core.events import Listener
from ..core.options import TrainOptions
from ..data.dataset import Dataset
from ..data.splits import Split
from ..models import calibrate, catalogue
from ..models.answers import Calibration, FittedOn, Trust
from ..store.session import Shipped
from . import choose, compare

MOST = 1000
"""Items that are set aside: a share of 5 % of them is known to within 1.4 points."""
FEWEST_UNITS = 20
CHEAP = 1.0
"""Estimated seconds for all folds, up to which they are fitted without being asked for."""
SET_ASIDE = "calibration"
"""The part of the items that are set aside, in the Split that learning and choosing see."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Divided:
    """What learning and choosing may see, and what is set aside from them."""

    parts: Split
    aside: Rows
    """Rows of the Dataset; empty where folds have to do."""


@dataclass(frozen=True)
class Outcome:
    """What was fitted, or why nothing was."""

    trust: Trust | None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """For `training.json`."""
        return {"reason": self.reason, "fitted_on": self.trust and self.trust.fitted_on.to_json()}


def wanted(options: TrainOptions) -> bool:
    return options.calibrate != "none"


def divide(data: Dataset, parts: Split, options: TrainOptions) -> Divided:
    """Set half of the validation part aside, in whole units, where there are enough items to learn from without."""
    rows = parts.validation
    units = data.units[rows]
    each, sizes = np.unique(units, return_counts=True)
    order = seeds.generator(options.seed, "calibration").permutation(len(each))
    taken = each[order][: int(np.searchsorted(np.cumsum(sizes[order]), min(MOST, len(rows) // 2), side="right"))]
    aside = rows[np.isin(units, taken)]
    left = len(parts.train) + len(rows) - len(aside)
    if not wanted(options) or len(taken) < FEWEST_UNITS or left < compare.FEW:
        return Divided(parts, rows[:0])
    names = parts.table["part"].to_numpy().copy()
    names[aside] = SET_ASIDE
    table = parts.table.with_columns(pl.Series("part", names, dtype=pl.String))
    return Divided(dataclasses.replace(parts, table=table), aside)


def fit(
    data: Dataset,
    divided: Divided,
    options: TrainOptions,
    choice: Mapping[str, Any],
    fitted: Any,
    shipped: Shipped,
    *,
    on_event: Listener,
) -> Outcome:
    """Fit what `options` ask for to answers for items that learning did not see; `fitted` is the estimator."""
    if not wanted(options):
        return Outcome(None, "not asked for")
    rows, how = divided.aside, "kept"
    probabilities = (
        np.concatenate([shipped.raw_proba(data.values[part]) for part in _blocks(rows)]) if len(rows) else None
    )
    if probabilities is None:
        both = np.sort(np.concatenate([divided.parts.train, divided.parts.validation]))
        reason = _too_few(data, both) or _too_long(data, both, options, choice)
        if reason:
            return Outcome(None, reason)
        events.stage(on_event, "calibrating")
        rows, probabilities = _cross_fitted(data, both, divided.parts, options, choice, fitted, on_event)
        how = "folds"
    labels = data.labels
    assert labels is not None  # learning has refused data without labels
    known = np.isin(labels[rows], fitted.classes_)
    rows, given = rows[known], probabilities[known].astype(np.float64)
    units = np.unique(data.units[rows], return_inverse=True)[1] if len(rows) else rows
    n_units = len(np.unique(units))
    if n_units < FEWEST_UNITS:
        return Outcome(None, _few(n_units))
    positions = np.searchsorted(fitted.classes_, labels[rows]).astype(np.int64)
    fitted_on = FittedOn(how, len(rows), n_units)  # type: ignore[arg-type]
    return Outcome(Trust(fitted_on, _calibration(options, given, positions, units)))


def _calibration(
    options: TrainOptions, probabilities: NDArray[np.float64], positions: Rows, units: Rows
) -> Calibration | None:
    match options.calibrate:
        case "none":
            return None
        case "temperature":
            return calibrate.temperature(probabilities, positions)
        case "isotonic":
            return calibrate.isotonic(probabilities, positions)
    return calibrate.chosen(probabilities, positions, units)


def _too_few(data: Dataset, both: Rows) -> str:
    n_units = len(np.unique(data.units[both]))
    return _few(n_units) if n_units < FEWEST_UNITS else ""


def _few(n_units: int) -> str:
    return f"{n_units} items that can be drawn by themselves are too few; it takes {FEWEST_UNITS}"


def _too_long(data: Dataset, both: Rows, options: TrainOptions, choice: Mapping[str, Any]) -> str:
    """Why folds are not fitted without being asked for; empty when they are."""
    name = choice["chosen"]
    seconds = compare.SECONDS.get(name)
    if options.calibrate not in ("auto", "none"):
        return ""
    if seconds and compare.FOLDS * seconds(len(both), data.input.n_values, len(data.classes)) <= CHEAP:
        return ""
    title = catalogue.entry(name).title
    return f"with so few items the {title} would have to learn several times over; `--calibrate temperature` does that"


def _cross_fitted(
    data: Dataset,
    both: Rows,
    parts: Split,
    options: TrainOptions,
    choice: Mapping[str, Any],
    fitted: Any,
    on_event: Listener,
) -> tuple[Rows, NDArray[np.float64]]:
    """Rows, and probabilities `(n, n_classes)` for each by a model that learned from the other folds."""
    name = choice["chosen"]
    parameters = choose.winning(choice, options)
    extra: dict[str, Any] = {}
    if catalogue.entry(name).resumable:  # as the fitted one learned: so long, and with pictures varied so
        parameters = {key: value for key, value in parameters.items() if key != "budget"}
        parameters |= {"epochs": tuple(fitted.cycles_), "augment": fitted.augment_}
        extra["learn_from_all"] = choose.learns_to_the_end(name, parts, options)
    found = []
    labels = data.labels
    assert labels is not None
    for number, (train, held) in enumerate(compare.folds(data, both, options.seed)):
        events.steps(on_event, "calibrating", number, compare.FOLDS)
        validation = train[:: compare.FOLDS * 2] if extra else train[:0]
        learned = np.setdiff1d(train, validation)
        model = catalogue.estimator(name, **parameters).fit(
            *choose.labelled(data, learned),
            **({"validation": choose.labelled(data, validation)} if extra else {}),
            **extra,
        )
        columns = np.zeros((len(held), len(fitted.classes_)))
        columns[:, np.searchsorted(fitted.classes_, model.classes_)] = model.predict_proba(data.values[held])
        answered = np.isin(labels[held], model.classes_)
        found.append((held[answered], columns[answered]))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([columns for _, columns in found])


def _blocks(rows: Rows) -> list[Rows]:
    return np.array_split(rows, max(1, len(rows) // 256))
