"""What is refitted when a run is looked at again: its own model where that does not take too long, else a quick one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events
from ..core.events import Listener
from ..core.targets import Targets
from ..data.dataset import Dataset, targets_of
from ..evaluate import quick
from ..evaluate.refit import Learner, Refit, some_units
from ..images import hog
from ..models import catalogue, table_encoding
from ..nets import defaults
from . import choose, compare
from .kept import Finished

Rows = NDArray[np.int64]
LONG = 600.0
"""Estimated seconds of all refits above which a quick model stands in for the run's own."""
MOST, FEWEST = 5000, 2000
"""Items that are refitted on at most; where that takes too long, fewer, but not fewer than the second."""


@dataclass(frozen=True)
class Chosen:
    """What is refitted, on which rows of the data."""

    learner: Learner
    rows: Rows
    own: bool
    labels: NDArray[np.int64]
    """`(len(rows),)`, positions of the classes of the data."""


def learnable(run: Finished) -> Rows:
    """The rows of the training and the validation part, ascending."""
    return np.sort(np.concatenate([run.parts.train, run.parts.validation]))


def chosen(run: Finished, cost: Callable[[int], list[int]], on_event: Listener, *, most: int = MOST) -> Chosen:
    """The run's own model on as many items as time allows, else a quick one, and says which.

    `cost` gives, for n items, how many items each refit learns from.
    """
    every, seed = learnable(run), run.folder.options().seed
    title = catalogue.entry(run.choice["chosen"]).title
    for n in sorted({min(n, len(every)) for n in (most, (most + FEWEST) // 2, FEWEST)}, reverse=True):
        if sum(seconds(run, count) for count in cost(n)) <= LONG:
            rows = every[some_units(run.data.units[every], n, seed=seed)]
            return Chosen(own(run, rows, len(cost(n)), on_event), rows, True, codes(run.data, rows))
    events.note(on_event, f"refitting {title} so often would take too long: {quick.TITLE} stands in for it")
    return quick_one(run.data, every, seed)


def quick_one(data: Dataset, every: Rows, seed: int, *, most: int = quick.MOST) -> Chosen:
    """The quick model on at most so many of these rows, whole units."""
    rows = every[some_units(data.units[every], most, seed=seed)][:most]
    learner = quick.Quick(plain_values(data, rows), len(data.classes))
    return Chosen(learner, rows, False, codes(data, rows))


def own(run: Finished, rows: Rows, fits: int, on_event: Listener, *, given: Mapping[str, Any] | None = None) -> Refit:
    """The run's own model, with the settings that it had in the end or `given` ones, to be refitted on `rows`."""
    made = [0]

    def tell() -> None:
        made[0] += 1
        events.steps(on_event, "refits", made[0], fits)

    name, given = run.choice["chosen"], parameters(run) if given is None else given
    values = run.data.values[rows]
    title = catalogue.entry(name).title
    targets = targets_of(run.data.items) if name == compare.NETWORK else None

    def more(known: Rows) -> dict[str, Any]:
        """Labels of several targets, of those classes that stand in a fold."""
        if targets is None:
            return {}
        some = {target: tuple(np.array(labels)[known].tolist()) for target, labels in targets.labels.items()}
        return {"class_labels": Targets(some).class_labels}

    make = partial(compare.estimator, name, run.data, **given)
    return Refit(make, values, len(run.data.classes), title, tell=tell, more=more)


def parameters(run: Finished) -> dict[str, Any]:
    """Constructor arguments of the run's own model; what it worked out by itself for the network is not tried anew."""
    found = choose.winning(run.choice, run.folder.options(), run.data)
    if run.choice["chosen"] == compare.NETWORK:
        facts = run.folder.load(run.folder.training, "model")
        found.pop("budget", None)
        found |= {"epochs": (sum(facts["cycles"]),), "augment": facts.get("augment") or "none"}
    return found


def seconds(run: Finished, n: int) -> float:
    """About what one fit from `n` items takes, counted and not timed, so that it is the same on every machine."""
    data, options, name = run.data, run.folder.options(), run.choice["chosen"]
    if name == compare.NETWORK:
        epochs = sum(run.folder.load(run.folder.training, "cycles")["cycles"])
        return float(compare.LEARNING * compare.operations(data, options) * n * epochs / defaults.SPEED)
    shape, d = data.input.shape, data.input.n_values
    features = 0.0
    if parameters(run).get("features") == compare.HOG:
        d = hog.Plan(shape).n_features  # type: ignore[arg-type]
        features = compare.HOG_SECONDS * n * shape[0] * shape[1]
    return features + compare.SECONDS[name](n, d, len(data.classes))


def plain_values(data: Dataset, rows: Rows) -> NDArray[Any]:
    """Values of some rows for the quick model; of a table with columns as numbers without gaps."""
    values = data.values[rows]
    return table_encoding.fit(values, data.input.columns).transform(values) if data.input.columns else values


def codes(data: Dataset, rows: Rows) -> NDArray[np.int64]:
    """Positions of the labels of some rows among the classes of the data."""
    labels = data.labels
    assert labels is not None  # a run has learned from them
    return np.searchsorted(np.asarray(data.classes), labels[rows]).astype(np.int64)
