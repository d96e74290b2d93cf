"""The run's kind of model at several sizes, for `evaluate --solvable`: is it larger than its data bear?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import events
from ..core.events import Listener
from ..evaluate import quick
from ..evaluate.overfit import Overfit, at_sizes
from ..evaluate.refit import Learner
from ..nets import defaults, layers
from . import compare, leaks, refits, settings
from .kept import Finished
from .refits import LONG, Chosen, plain_values


@dataclass(frozen=True)
class Grows:
    """What makes a kind of model larger."""

    parameter: str
    axis: str
    words: str
    values: tuple[Any, ...]
    """The smallest model first."""


STRENGTHS = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
SMOOTHING = "smoothing {:g}"
PENALTY = "how free its weights are (C)"
SIZES: Mapping[str, Grows] = {
    "knn": Grows("n_neighbors", "neighbours that vote: the fewer, the finer", "k = {:g}", (100, 50, 25, 10, 5, 3, 1)),
    "logistic": Grows("C", PENALTY, "C = {:g}", STRENGTHS),
    "svm": Grows("C", PENALTY, "C = {:g}", STRENGTHS[:-2]),
    "bayes": Grows(
        "var_smoothing", "smoothing: the less, the finer", "smoothing {:g}", (10, 1, 0.2, 0.05, 0.01, 0.001)
    ),
    "tree": Grows("max_depth", "most questions an item is asked", "depth {:g}", (1, 2, 4, 6, 8, 12, 20)),
    "forest": Grows("max_depth", "most questions a tree asks", "depth {:g}", (2, 4, 8, 16, 64)),
    "boosting": Grows("n_rounds", "rounds, a tree a class each", "{:g} rounds", (5, 15, 50, 100, 200)),
    "mlp": Grows("width", "units of each hidden layer", "{:g} units", (4, 16, 64, 128, 512)),
    "lvq": Grows("n_prototypes", "prototypes of each class", "{:g} prototypes", (1, 2, 5, 10, 20)),
    "word-bayes": Grows("alpha", "smoothing: the less, the finer", SMOOTHING, (30, 10, 3, 1, 0.3, 0.1, 0.03)),
    "word-logistic": Grows("C", PENALTY, "C = {:g}", (0.1, 1.0, 10.0, 30.0, 100.0)),
    "word-svm": Grows("C", PENALTY, "C = {:g}", (0.001, 0.01, 0.1, 1.0, 10.0)),
}
WIDTHS = (0.125, 0.25, 0.5, 1.0, 2.0)
"""Of a network's layers, in shares of its own."""
RIDGES = (10.0, 3.0, 1.0, 0.3, quick.RIDGE, 0.03, 0.01)


def compared(run: Finished, found: Chosen, own: Overfit, n_folds: int, on_event: Listener) -> Overfit:
    """`own` beside the same kind of model at other sizes, on the same rows; as it is where that takes too long."""
    made = _sizes(run, found)
    if made is None:
        return own
    axis, learners, at = made
    return at_sizes(
        own,
        axis,
        learners,
        at,
        found.labels,
        run.data.units[found.rows],
        n_folds=n_folds,
        seed=run.folder.options().seed,
        on_size=lambda number: events.steps(on_event, "sizes", number, len(learners)),
    )


def _sizes(run: Finished, found: Chosen) -> tuple[str, list[tuple[str, Learner]], int] | None:
    """What varies, a learner for each size with its words, and which of them is the model itself; None: too long."""
    if not found.own:
        values = plain_values(run.data, found.rows)
        model = quick.Quick(values, len(run.data.classes))
        ridged: list[tuple[str, Learner]] = [(f"ridge {ridge:g}", model.ridged(ridge)) for ridge in RIDGES]
        return "ridge: the less, the finer", ridged, RIDGES.index(quick.RIDGE)
    name, given = run.choice["chosen"], refits.parameters(run)
    n_folds = leaks.n_folds(len(found.rows))
    once = refits.seconds(run, len(found.rows) - len(found.rows) // n_folds) * n_folds
    if name == compare.NETWORK:
        if sum(width**2 for width in WIDTHS) * once > LONG:
            return None
        built = layers.parse(
            given.get("layers") or defaults.default_layers(run.data.input.shape, len(run.data.classes))
        )
        sizes = [{**given, "layers": layers.text_of(settings.widened(built, width))} for width in WIDTHS]
        sizes[WIDTHS.index(1.0)] = given
        words = ["as it is" if width == 1 else f"{width:g} of the width" for width in WIDTHS]
        return "the width of its layers", _learners(run, found, sizes, words), WIDTHS.index(1.0)
    grows = SIZES.get(name)
    if grows is None or grows.parameter not in compare.way_of(name, run.data).parameters:
        return None
    if (len(grows.values) + 1) * once > LONG:
        return None
    itself = _itself(run, grows, given)
    if itself is None:
        return None
    falls = grows.values[0] > grows.values[-1]
    most = len(found.rows) // 2 if name == "knn" else float("inf")
    values_of = sorted({*(value for value in grows.values if value <= most), itself}, reverse=falls)
    sizes = [{**given, grows.parameter: value} if value != itself else given for value in values_of]
    words = [grows.words.format(value) for value in values_of]
    return grows.axis, _learners(run, found, sizes, words), values_of.index(itself)


def _itself(run: Finished, grows: Grows, given: Mapping[str, Any]) -> Any:
    """The size of the run's own model: as it was given, found out while learning, or by default."""
    if given.get(grows.parameter) is not None:
        return given[grows.parameter]
    learned = run.folder.load(run.folder.training, "model").get(grows.parameter)
    made = compare.estimator(run.choice["chosen"], run.data)
    return learned or getattr(made, "estimator", made).get_params()[grows.parameter]


def _learners(run: Finished, found: Chosen, sizes: list[dict[str, Any]], words: list[str]) -> list[tuple[str, Learner]]:
    return [
        (said, refits.own(run, found.rows, 0, events.silent, given=one)) for said, one in zip(words, sizes, strict=True)
    ]
