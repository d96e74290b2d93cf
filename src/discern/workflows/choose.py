"""Which model to fit: named by the person, or found by comparing under the same conditions for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events
from ..core.errors import MissingDependency, OptionError
from ..core.events import Event, Listener
from ..core.optional import available
from ..core.options import TrainOptions, one_of
from ..data.dataset import Dataset
from ..data.splits import Split
from ..evaluate.evaluation import evaluate
from ..models import catalogue
from ..nets import layers, transforms
from ..nets.defaults import default_layers
from ..nets.plan import plan
from . import compare

AUTO = "auto"
"""`--model auto`, the same as naming none: those that suit the data are compared."""

OPTIONS = {
    "k": ("--k", "n_neighbors"),
    "layers": ("--layers", "layers"),
    "epochs": ("--epochs", "epochs"),
    "batch_size": ("--batch", "batch_size"),
    "learning_rate": ("--lr", "learning_rate"),
    "patience": ("--patience", "patience"),
    "precision": ("--precision", "precision"),
    "augment": ("--augment", "augment"),
    "budget": ("--budget", "budget"),
    "features": ("--features", "features"),
    "start": ("--from", "start"),
}
"""Options that belong to some models only: the field of TrainOptions, as typed, and the estimator's parameter."""


OPERATIONS = 3e12
"""What a network may do in a comparison: half a minute or so on two cores."""
LEARNING = 3
"""An item that is learned from costs as much as three that are answered: forward, and backward twice."""
FEWEST_EPOCHS, ENOUGH_EPOCHS = 3, 30


def candidates(options: TrainOptions) -> tuple[str, ...]:
    """Names of the models to consider: those named, or all that are installed and take the options that were given."""
    if not _auto(options):
        return options.model
    given = {parameter for field, (_, parameter) in OPTIONS.items() if getattr(options, field) is not None}
    return tuple(
        name
        for name, entry in catalogue.ENTRIES.items()
        if name != "majority" and (entry.extra is None or available(entry.extra)) and given <= set(entry.parameters)
    )


def problems(options: TrainOptions) -> list[str | None]:
    """What is wrong with the models that were named, and with options that no named model takes."""
    found = [one_of("--model", name, [AUTO, *catalogue.ENTRIES]) for name in options.model]
    if AUTO in options.model and len(options.model) > 1:
        found.append("--model auto compares all that suit the data; found other names beside it")
    if len(set(options.model)) < len(options.model):
        found.append("--model names the same model twice")
    known = [name for name in options.model if name in catalogue.ENTRIES]
    for field, (typed, parameter) in OPTIONS.items():
        takers = [name for name, entry in catalogue.ENTRIES.items() if parameter in entry.parameters]
        if getattr(options, field) is not None and known and not set(known) & set(takers):
            found.append(f"{typed} belongs to --model {' or '.join(takers)}; found --model {', '.join(known)}")
    try:
        if options.layers is not None:
            layers.parse(options.layers)
    except OptionError as error:
        found.extend(f"--layers: {problem}" for problem in error.problems)
    try:
        if options.augment not in (None, "auto"):
            transforms.parse(str(options.augment))
    except OptionError as error:
        found.extend(f"--{problem}" for problem in error.problems)
    found += _limits(options)
    if _auto(options) and not candidates(options):
        found.append("the options given belong to different models; name one with --model")
    return found


def _limits(options: TrainOptions) -> list[str | None]:
    """What the models themselves say to the numbers that were given, under the names they were typed with."""
    given = {field: names for field, names in OPTIONS.items() if isinstance(getattr(options, field), (int, float))}
    found: list[str | None] = []
    named = () if _auto(options) else options.model
    for name in catalogue.ENTRIES if given else ():
        entry = catalogue.entry(name)
        takes = [field for field, (_, parameter) in given.items() if parameter in entry.parameters]
        if (named and name not in named) or not takes or (entry.extra and not available(entry.extra)):
            continue
        limits = type(catalogue.estimator(name)).limits
        for field in takes:
            typed, parameter = OPTIONS[field]
            limit = limits.get(parameter)
            found.append(None if limit is None else limit.problem(typed, getattr(options, field)))
    return found


def check_installed(options: TrainOptions) -> None:
    """Raise MissingDependency when a model that was named needs a library that is not installed."""
    for name in () if _auto(options) else options.model:
        extra = catalogue.entry(name).extra
        if extra and not available(extra):
            raise MissingDependency(
                f"--model {name} needs {extra}, which is not installed; pip install 'discern-ml[{extra}]'"
            )


def check_fits(data: Dataset, options: TrainOptions) -> None:
    """Raise OptionError when the layers or the features do not fit the items."""
    if options.features == "hog" and data.kind == "table":
        raise OptionError("--features is hog; a table has none, expected pixels")
    if options.layers is not None:
        plan(layers.parse(options.layers), data.input.shape, len(data.classes))


def parameters(name: str, options: TrainOptions) -> dict[str, Any]:
    """Constructor arguments of the estimator `name` under these options."""
    takes = catalogue.entry(name).parameters
    chosen = {
        parameter: getattr(options, field)
        for field, (_, parameter) in OPTIONS.items()
        if parameter in takes and parameter != "start" and getattr(options, field) is not None
    }
    if "epochs" in chosen and not catalogue.entry(name).resumable:
        chosen["epochs"] = sum(chosen["epochs"])  # only what can go on learns in cycles
    return chosen | ({"random_state": options.seed} if "random_state" in takes else {})


def brief(name: str, options: TrainOptions, data: Dataset, n: int) -> dict[str, Any]:
    """`parameters` for a comparison after learning from `n` items: a network does about as much as the others may.

    Its epochs are counted from its operations, so that the same data give the same number on every machine; a budget is
    for the winner, and so is finding out what may be varied.
    """
    chosen = parameters(name, options)
    if name != "conv" or "epochs" in chosen:
        return chosen
    text = options.layers or default_layers(data.input.shape, len(data.classes))
    operations = sum(step.operations for step in plan(layers.parse(text), data.input.shape, len(data.classes)))
    passes = int(OPERATIONS / (LEARNING * max(1, operations) * max(1, n)))
    chosen = {"augment": "none"} | {key: value for key, value in chosen.items() if key != "budget"}
    return chosen | ({"epochs": (max(FEWEST_EPOCHS, passes),)} if passes < ENOUGH_EPOCHS else {})


def learns_to_the_end(name: str, parts: Split, options: TrainOptions) -> bool:
    """Whether a network learns from the validation part too: where items are few, and nobody asked it to stop early."""
    n_items = len(parts.train) + len(parts.validation)
    few = len(parts.validation) > 0 and n_items < compare.FEW
    return few and options.patience is None and catalogue.entry(name).resumable


def labelled(data: Dataset, indices: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Values and labels of some items."""
    labels = data.labels
    if labels is None:
        raise OptionError(f"{data.name}: the items have no labels; learning needs a folder a class, or labels")
    return data.values[indices], labels[indices]


def choose(data: Dataset, parts: Split, options: TrainOptions, *, on_event: Listener) -> dict[str, Any]:
    """Compare the candidates and name the winner: the highest accuracy, then the lowest log loss.

    Below 2,000 items by folds over the training and the validation part, else on the validation part. The record is
    `{"schema", "chosen", "compared_on": {"train", "validation"[, "folds"]}, "candidates": [{"model", "title",
    "figures"}], "left_out": [{"model", "reason"}]}`; with one candidate or without validation items nothing is
    compared.
    """
    names = candidates(options)
    if len(names) == 1 or not len(parts.validation):
        chosen = names[0] if names else "knn"
        return {"schema": 1, "chosen": chosen, "compared_on": None, "candidates": [], "left_out": []}
    comparison = compare.plan(data, parts, names, options, choosy=_auto(options))
    for left in comparison.left_out:
        events.note(on_event, f"{catalogue.entry(left['model']).title} is not compared: {left['reason']}")
    others = tuple(name for name in comparison.names if name != "majority")
    rows = _measured(data, comparison, ("majority", *others), options, on_event)
    ranked = sorted((row for row in rows if row["model"] in comparison.names), key=_rank)
    compared_on = comparison.to_json()
    if len(ranked) > 1:
        events.note(on_event, _sentence(ranked, compared_on))
    if not comparison.by_folds and compared_on["train"] < len(parts.train):
        n_items = f"{compared_on['train']:,}"
        events.note(on_event, f"compared after learning from {n_items} items; the winner learns from all")
    left_out = list(comparison.left_out)
    chosen = ranked[0]["model"]
    return {"schema": 1, "chosen": chosen, "compared_on": compared_on, "candidates": rows, "left_out": left_out}


def _measured(
    data: Dataset, comparison: compare.Comparison, names: Sequence[str], options: TrainOptions, on_event: Listener
) -> list[dict[str, Any]]:
    """The figures of each candidate, the first of which is the baseline."""
    held = comparison.answered
    labels = labelled(data, held)[1]
    every = data.labels
    assert every is not None  # `labelled` has refused data without labels
    baseline, rows, n = None, [], int(comparison.to_json()["train"])
    for name in names:
        found = compare.answers(
            comparison,
            data,
            every,
            lambda name=name: catalogue.estimator(name, **brief(name, options, data, n)),  # type: ignore[misc]
            on_event=_quiet(on_event),
        )
        baseline = found if baseline is None else baseline
        figures = evaluate(
            labels,
            found,
            np.asarray(data.classes),
            units=data.units[held],
            kind=data.kind,
            baseline_probabilities=baseline,
            baseline_name=names[0],
        ).figures
        facts = {key: figure.to_json() for key, figure in figures.items()}
        rows.append({"model": name, "title": catalogue.entry(name).title, "figures": facts})
        on_event(Event("candidate", {"model": name, "validation_accuracy": figures["accuracy"].value}))
    return rows


def _auto(options: TrainOptions) -> bool:
    return options.model in ((), (AUTO,))


def _rank(row: dict[str, Any]) -> tuple[float, float]:
    return -row["figures"]["accuracy"]["value"], row["figures"]["log_loss"]["value"] or 0.0


def _sentence(ranked: list[dict[str, Any]], compared_on: Mapping[str, int]) -> str:
    best, second = ranked[0], ranked[1]
    gap = best["figures"]["accuracy"]["value"] - second["figures"]["accuracy"]["value"]
    by = f"by {100 * gap:.1f} points over" if gap else "by its log loss; as many right as"
    where = f"over {compared_on['folds']} folds" if "folds" in compared_on else "on the validation part"
    return f"chosen: {best['title']}, {by} {second['title']} {where}"


def _quiet(on_event: Listener) -> Listener:
    """Pass on how far a candidate is, not its epochs: those of the winner follow."""
    return lambda event: on_event(event) if event.name == "steps" else None
