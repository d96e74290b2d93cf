"""Which items calibration and thresholds are fitted on, and the fitting: never on answers of a model for items that it
learned from.

With 2,000 items and more, half of the validation part, at most 1,000 items, is set aside before anything is compared:
they did not choose the model either. With fewer, the model that was chosen is fitted again on folds, those by which
models were compared, and answers each for the others; where that takes long, it is done on request only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import events, seeds
from ..core.events import Listener
from ..core.options import TrainOptions
from ..data.dataset import Dataset
from ..data.splits import Split
from ..models import calibrate, catalogue, known
from ..models.answers import UNKNOWN, Calibration, FittedOn, Trust
from ..models.known import Near, Unknown, thresholds
from ..models.subspaces import Subspaces
from ..store import bundle
from ..store.session import Shipped
from . import choose, compare

MOST = 1000
"""Items that are set aside: a share of 5 % of them is known to within 1.4 points."""
FEWEST_UNITS = 20
LOOKED_AT = 2000
"""Items that were learned from whose features are looked at."""
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
    return options.calibrate != "none" or insisted(options)


def insisted(options: TrainOptions) -> bool:
    """Whether something was asked for by name, however long it takes."""
    named = options.calibrate not in ("auto", "none")
    return named or options.coverage is not None or options.unknown is not None


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
    model: Path,
    *,
    on_event: Listener,
) -> Outcome:
    """Fit what `options` ask for to answers for items that learning did not see.

    `fitted` is the estimator and `model` its file.
    """
    if not wanted(options):
        return Outcome(None, "not asked for")
    if UNKNOWN in fitted.classes_ and options.unknown is not None:
        return Outcome(None, f"--unknown: a class is called {UNKNOWN!r}; the two answers could not be told apart")
    looking = Shipped(bundle.load(model), features=options.unknown is not None)
    near = _near(looking, data, divided.parts.train, fitted.classes_, options)
    if len(divided.aside):
        found = _ask(looking, near, data, divided.aside)
        how = "kept"
    else:
        both = np.sort(np.concatenate([divided.parts.train, divided.parts.validation]))
        reason = _too_few(data, both) or _too_long(data, both, options, choice)
        if reason:
            return Outcome(None, reason)
        events.stage(on_event, "calibrating")
        found = _cross_fitted(data, both, divided.parts, options, choice, fitted, on_event)
        how = "folds"
    labels = data.labels
    assert labels is not None  # learning has refused data without labels
    found = found.take(np.isin(labels[found.rows], fitted.classes_))
    n_units = len(np.unique(data.units[found.rows]))
    if n_units < FEWEST_UNITS:
        return Outcome(None, few(n_units))
    units = np.unique(data.units[found.rows], return_inverse=True)[1].astype(np.int64)
    positions = np.searchsorted(fitted.classes_, labels[found.rows]).astype(np.int64)
    calibration = _calibration(options, found.probabilities, positions, units)
    fitted_on = FittedOn(how, len(found.rows), n_units)  # type: ignore[arg-type]
    trust = Trust(fitted_on, calibration)
    stated = np.asarray(trust.apply(found.probabilities), np.float64)
    alone = calibrate.one_of_each(units, options.seed)
    enough = "takes more than {:,} items that can be drawn by themselves"
    reasons = []
    if options.coverage is not None:
        trust = dataclasses.replace(trust, sets=calibrate.sets(stated[alone, positions[alone]], options.coverage))
        reasons += [] if trust.sets else [f"--coverage {options.coverage:g} {enough.format(n_units)}"]
    if options.unknown is not None and near is not None:
        best, distance = stated[alone].max(axis=1), found.distance[alone]
        limits = thresholds(best, distance, options.unknown)
        if limits is None:
            reasons.append(f"--unknown {options.unknown:g} {enough.format(n_units)}")
        else:
            trust = dataclasses.replace(trust, unknown=Unknown(options.unknown, *limits, near))
    return Outcome(trust, "; ".join(reasons))


@dataclass(frozen=True, eq=False)
class _Found:
    """What a model answered for items that it did not learn from."""

    rows: Rows
    probabilities: NDArray[np.float64]
    """Before calibration, `(n, n_classes)`."""
    distance: NDArray[np.float64]
    """Of their features from what was learned, `(n,)`; 0 where nobody asked."""

    def take(self, which: NDArray[np.bool_]) -> _Found:
        return _Found(self.rows[which], self.probabilities[which], self.distance[which])


def _near(
    looking: Shipped, data: Dataset, train: Rows, classes: NDArray[Any], options: TrainOptions
) -> Near | Subspaces | None:
    """Where the features of the items that were learned from lie; None where nobody asked."""
    if options.unknown is None:
        return None
    labels = data.labels
    assert labels is not None
    rows = train[np.isin(labels[train], classes)]
    if len(rows) > LOOKED_AT:
        rows = np.sort(seeds.generator(options.seed, "near").choice(rows, LOOKED_AT, replace=False))
    parts = [looking.looked(data.values[part])[1] for part in _blocks(rows)]
    features = np.concatenate([part for part in parts if part is not None])
    return known.fit(features, np.searchsorted(classes, labels[rows]), alike=looking.deep or data.kind == "pictures")


def _ask(looking: Shipped, near: Near | Subspaces | None, data: Dataset, rows: Rows) -> _Found:
    probabilities, distances = [], []
    for part in _blocks(rows):
        raw, features = looking.looked(data.values[part])
        probabilities.append(raw.astype(np.float64))
        distances.append(np.zeros(len(part)) if near is None or features is None else near.distance(features))
    return _Found(rows, np.concatenate(probabilities), np.concatenate(distances))


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
    return few(n_units) if n_units < FEWEST_UNITS else ""


def few(n_units: int) -> str:
    """Why nothing is fitted on so few."""
    items = "item that can be drawn by itself is" if n_units == 1 else "items that can be drawn by themselves are"
    return f"{n_units} {items} too few; it takes {FEWEST_UNITS}"


def _too_long(data: Dataset, both: Rows, options: TrainOptions, choice: Mapping[str, Any]) -> str:
    """Why folds are not fitted without being asked for; empty when they are."""
    name = choice["chosen"]
    seconds = compare.SECONDS.get(name)
    if insisted(options):
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
) -> _Found:
    """Answers for each item by a model that learned from the other folds, saved and loaded as the fitted one is."""
    name = choice["chosen"]
    parameters = choose.winning(choice, options, data)
    extra: dict[str, Any] = {}
    if catalogue.entry(name).resumable:  # as the fitted one learned: so long, and with pictures varied so
        parameters = {key: value for key, value in parameters.items() if key != "budget"}
        parameters |= {"epochs": tuple(fitted.cycles_), "augment": fitted.augment_}
        extra["learn_from_all"] = choose.learns_to_the_end(name, parts, options)
    found = []
    labels = data.labels
    assert labels is not None  # learning has refused data without labels
    for number, (train, held) in enumerate(compare.folds(data, both, options.seed)):
        events.steps(on_event, "calibrating", number, compare.FOLDS)
        learned = train
        if extra:
            extra["validation"] = choose.labelled(data, train[:: 2 * compare.FOLDS])
            learned = np.setdiff1d(train, train[:: 2 * compare.FOLDS])
        if len(np.unique(labels[learned])) < 2:  # all that is left is of one class: nothing to tell apart
            continue
        model = compare.estimator(name, data, **parameters)
        model.fit(*choose.labelled(data, learned), **extra, **compare.class_labels(model, data, learned))
        held = held[np.isin(labels[held], model.classes_)]
        with TemporaryDirectory() as folder:
            bundle.save(Path(folder) / "model", model, model=name, spec=data.input)
            looking = Shipped(bundle.load(Path(folder) / "model"), features=options.unknown is not None)
        near = _near(looking, data, learned, model.classes_, options)
        if len(held):
            some = _ask(looking, near, data, held)
            columns = np.zeros((len(held), len(fitted.classes_)))
            columns[:, np.searchsorted(fitted.classes_, model.classes_)] = some.probabilities
            found.append(_Found(held, columns, some.distance))
    if not found:
        return _Found(both[:0], np.zeros((0, len(fitted.classes_))), np.zeros(0))
    return _Found(
        *(np.concatenate([getattr(one, part) for one in found]) for part in ("rows", "probabilities", "distance"))
    )


def _blocks(rows: Rows) -> list[Rows]:
    return np.array_split(rows, max(1, len(rows) // 256))
