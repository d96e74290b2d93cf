"""Which model to fit: named by the person, or compared on the validation part under the same conditions for each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events, seeds
from ..core.errors import MissingDependency, OptionError
from ..core.events import Event, Listener
from ..core.optional import available
from ..core.options import TrainOptions, one_of
from ..data.dataset import Dataset
from ..data.splits import Split
from ..evaluate.evaluation import evaluate
from ..models import catalogue
from ..models.majority import Majority
from ..nets.layers import parse
from ..nets.plan import plan

COMPARED_TRAIN = 5000
COMPARED_VALIDATION = 2000
"""Candidates are compared on at most so many items, the same for each; the winner then learns from all."""

OPTIONS = {
    "k": ("--k", "n_neighbors"),
    "layers": ("--layers", "layers"),
    "epochs": ("--epochs", "epochs"),
    "batch_size": ("--batch", "batch_size"),
    "learning_rate": ("--lr", "learning_rate"),
    "patience": ("--patience", "patience"),
    "precision": ("--precision", "precision"),
    "start": ("--from", "start"),
}
"""Options that belong to some models only: the field of TrainOptions, as typed, and the estimator's parameter."""


def candidates(options: TrainOptions) -> tuple[str, ...]:
    """Names of the models to consider: those named, or all that are installed and take the options that were given."""
    if options.model:
        return options.model
    given = {parameter for field, (_, parameter) in OPTIONS.items() if getattr(options, field) is not None}
    return tuple(
        name
        for name, entry in catalogue.ENTRIES.items()
        if name != "majority" and (entry.extra is None or available(entry.extra)) and given <= set(entry.parameters)
    )


def problems(options: TrainOptions) -> list[str | None]:
    """What is wrong with the models that were named, and with options that no named model takes."""
    found = [one_of("--model", name, list(catalogue.ENTRIES)) for name in options.model]
    if len(set(options.model)) < len(options.model):
        found.append("--model names the same model twice")
    known = [name for name in options.model if name in catalogue.ENTRIES]
    for field, (typed, parameter) in OPTIONS.items():
        takers = [name for name, entry in catalogue.ENTRIES.items() if parameter in entry.parameters]
        if getattr(options, field) is not None and known and not set(known) & set(takers):
            found.append(f"{typed} belongs to --model {' or '.join(takers)}; found --model {', '.join(known)}")
    if options.layers is not None:
        try:
            parse(options.layers)
        except OptionError as error:
            found.extend(f"--layers: {problem}" for problem in error.problems)
    if not options.model and not candidates(options):
        found.append("the options given belong to different models; name one with --model")
    return found


def check_installed(options: TrainOptions) -> None:
    """Raise MissingDependency when a model that was named needs a library that is not installed."""
    for name in options.model:
        extra = catalogue.entry(name).extra
        if extra and not available(extra):
            raise MissingDependency(
                f"--model {name} needs {extra}, which is not installed; pip install 'discern-ml[{extra}]'"
            )


def check_fits(data: Dataset, options: TrainOptions) -> None:
    """Raise OptionError when the layers that were described do not fit the items."""
    if options.layers is not None:
        plan(parse(options.layers), data.input.shape, len(data.classes))


def parameters(name: str, options: TrainOptions) -> dict[str, Any]:
    """Constructor arguments of the estimator `name` under these options."""
    takes = catalogue.entry(name).parameters
    chosen = {
        parameter: getattr(options, field)
        for field, (_, parameter) in OPTIONS.items()
        if parameter in takes and parameter != "start" and getattr(options, field) is not None
    }
    return chosen | ({"random_state": options.seed} if "random_state" in takes else {})


def labelled(data: Dataset, indices: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Values and labels of some items."""
    labels = data.labels
    if labels is None:
        raise OptionError(f"{data.name}: the items have no labels; learning needs a folder a class, or labels")
    return data.values[indices], labels[indices]


def choose(data: Dataset, parts: Split, options: TrainOptions, *, on_event: Listener) -> dict[str, Any]:
    """Compare the candidates and name the winner: the highest validation accuracy, then the lowest log loss.

    The record is `{"schema", "chosen", "compared_on": {"train", "validation"}, "candidates": [{"model", "title",
    "figures"}]}`; with one candidate or without validation items nothing is compared.
    """
    names = candidates(options)
    if len(names) == 1 or not len(parts.validation):
        chosen = names[0] if names else "knn"
        return {"schema": 1, "chosen": chosen, "compared_on": None, "candidates": []}
    train = _at_most(parts.train, COMPARED_TRAIN, options.seed)
    validation = _at_most(parts.validation, COMPARED_VALIDATION, options.seed)
    X, y = labelled(data, train)
    truth = labelled(data, validation)[1]
    baseline = Majority().fit(X, y).predict_proba(data.values[validation])
    rows = []
    for name in ("majority", *(name for name in names if name != "majority")):
        model = catalogue.estimator(name, **parameters(name, options))
        model.fit(X, y, on_event=_quiet(on_event))
        figures = evaluate(
            truth,
            model.predict_proba(data.values[validation]),
            model.classes_,
            units=data.units[validation],
            kind=data.kind,
            baseline_probabilities=baseline,
            baseline_name="majority",
        ).figures
        rows.append(
            {
                "model": name,
                "title": catalogue.entry(name).title,
                "figures": {key: figure.to_json() for key, figure in figures.items()},
            }
        )
        on_event(Event("candidate", {"model": name, "validation_accuracy": figures["accuracy"].value}))
    ranked = sorted((row for row in rows if row["model"] in names), key=_rank)
    events.note(on_event, _sentence(ranked))
    compared_on = {"train": len(train), "validation": len(validation)}
    if len(train) < len(parts.train):
        events.note(on_event, f"compared after learning from {len(train):,} items; the winner learns from all")
    return {"schema": 1, "chosen": ranked[0]["model"], "compared_on": compared_on, "candidates": rows}


def _rank(row: dict[str, Any]) -> tuple[float, float]:
    return -row["figures"]["accuracy"]["value"], row["figures"]["log_loss"]["value"] or 0.0


def _sentence(ranked: list[dict[str, Any]]) -> str:
    best, second = ranked[0], ranked[1]
    gap = best["figures"]["accuracy"]["value"] - second["figures"]["accuracy"]["value"]
    by = f"by {100 * gap:.1f} points over" if gap else "by its log loss; as many right as"
    return f"chosen: {best['title']}, {by} {second['title']} on the validation part"


def _at_most(indices: NDArray[np.int64], n: int, seed: int) -> NDArray[np.int64]:
    if len(indices) <= n:
        return indices
    return np.sort(seeds.generator(seed, "compare").choice(indices, n, replace=False))


def _quiet(on_event: Listener) -> Listener:
    """Pass on how far a candidate is, not its epochs: those of the winner follow."""
    return lambda event: on_event(event) if event.name == "steps" else None
