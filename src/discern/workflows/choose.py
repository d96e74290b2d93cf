"""Which model to fit: named by the person, or found by comparing under the same conditions for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events
from ..core.errors import MissingDependency, OptionError
from ..core.events import Event, Listener
from ..core.optional import available
from ..core.options import TERMS, TrainOptions, one_of
from ..core.rows import Rows
from ..data.dataset import Dataset
from ..data.splits import Split
from ..models import catalogue
from ..nets import layers, transforms
from ..nets.plan import plan
from . import compare, number_choice, settings
from .compare import BASELINES, Entrant

AUTO = "auto"
"""`--model auto`, the same as naming none: those that suit the data are compared."""

OPTIONS = {
    "k": ("--k", "n_neighbors"),
    "layers": ("--layers", "layers"),
    "loss": ("--loss", "loss"),
    "epochs": ("--epochs", "epochs"),
    "batch_size": ("--batch", "batch_size"),
    "learning_rate": ("--lr", "learning_rate"),
    "patience": ("--patience", "patience"),
    "precision": ("--precision", "precision"),
    "device": ("--device", "device"),
    "augment": ("--augment", "augment"),
    "budget": ("--budget", "budget"),
    "features": ("--features", "features"),
    "class_weight": ("--class-weight", "class_weight"),
    "start": ("--from", "start"),
    "keep_epochs": ("--keep-epochs", "keep_epochs"),
}
"""Options that belong to some models only: the field of TrainOptions, as typed, and the estimator's parameter."""


NOUNS = {"pictures": "pictures", "table": "a table", "texts": "texts"}
CATCHING_UP = 0.25
"""The network's errors fall at least with this power of what it learns from: a tenth of its training leaves it with 1.8
times the errors of the whole (measured: with about the root, docs/decisions/0052-search.md)."""


def candidates(options: TrainOptions) -> tuple[str, ...]:
    """Names of the models to consider: those named, or all that are installed and take the options that were given."""
    if not _auto(options):
        return options.model
    given = set(_given(options))
    return tuple(
        name
        for name, entry in catalogue.ENTRIES.items()
        if name not in BASELINES.values() and (entry.extra is None or available(entry.extra)) and given <= entry.takes
    )


def _given(options: TrainOptions) -> dict[str, str]:
    """Parameters of models that were given, and the option that each was typed as."""
    return {parameter: typed for field, (typed, parameter) in OPTIONS.items() if getattr(options, field) is not None}


def problems(options: TrainOptions) -> list[str | None]:
    """What is wrong with the models that were named, and with options that no named model takes."""
    found = [one_of("--model", name, [AUTO, *catalogue.ENTRIES]) for name in options.model]
    if AUTO in options.model and len(options.model) > 1:
        found.append("--model auto compares all that suit the data; found other names beside it")
    if len(set(options.model)) < len(options.model):
        found.append("--model names the same model twice")
    known = [name for name in options.model if name in catalogue.ENTRIES]
    for field, (typed, parameter) in OPTIONS.items():
        takers = [name for name, entry in catalogue.ENTRIES.items() if parameter in entry.takes]
        if getattr(options, field) is not None and known and not set(known) & set(takers):
            found.append(f"{typed} belongs to --model {' or '.join(takers)}; found --model {', '.join(known)}")
    try:
        if options.layers is not None and options.layers.strip().lower() != layers.NO_LAYERS:
            layers.parse(options.layers)
    except OptionError as error:
        found.extend(f"--layers: {problem}" for problem in error.problems)
    try:
        if options.augment not in (None, "auto"):
            transforms.parse(str(options.augment))
    except OptionError as error:
        found.extend(f"--{problem}" for problem in error.problems)
    found += _limits(options)
    found += _search_problems(options, known)
    if _auto(options) and not candidates(options):
        found.append("the options given belong to different models; name one with --model")
    return found


def _search_problems(options: TrainOptions, known: list[str]) -> list[str | None]:
    """What stands against `--search` with these models."""
    if options.search is None:
        return []
    able = [name for name in catalogue.ENTRIES if settings.searchable(name)]
    return [
        "--search and --from were both given; expected one of them: the weights to start from fix the network"
        if options.start
        else None,
        f"--search finds nothing to try in --model {', '.join(known)}; expected one of {', '.join(able)}"
        if known and not set(known) & set(able)
        else None,
    ]


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
        made = catalogue.estimator(name)
        limits = type(getattr(made, "estimator", made)).limits  # of a table's model: of the one behind its encoder
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
    """Raise OptionError when the models, the layers or the features do not fit the items."""
    named = [name for name in options.model if name in catalogue.ENTRIES]
    wrong = [name for name in named if data.kind not in catalogue.entry(name).kinds]
    suiting = ", ".join(name for name, entry in catalogue.ENTRIES.items() if suits(entry, data))
    if wrong:
        raise OptionError(f"--model {wrong[0]} does not learn from {NOUNS[data.kind]}; expected one of {suiting}")
    other = [name for name in named if data.task not in catalogue.entry(name).tasks]
    if other:
        what = "a number" if data.task == "regression" else "classes"
        raise OptionError(f"--model {other[0]} does not learn {what}; expected one of {suiting}")
    number_choice.check_fits(data, options)
    if options.unknown is not None and data.input.columns:
        raise OptionError(
            "--unknown tells how far off an item lies by all of its values; a row of a table may lack some"
        )
    looks = {"pictures": ("pixels", "hog"), "table": ("pixels",), "texts": TERMS}[data.kind]
    if options.features not in (None, *looks):
        raise OptionError(f"--features is {options.features}; for {NOUNS[data.kind]} expected {' or '.join(looks)}")
    if not named and not entrants(data, options):
        typed = ", ".join(_given(options).values())
        raise OptionError(f"no model that learns from {NOUNS[data.kind]} takes {typed} ({suiting})")
    for parameter, typed in _given(options).items():
        if named and not any(parameter in compare.way_of(name, data).parameters for name in named):
            names = " or ".join(named)
            raise OptionError(f"{typed} is not for --model {names} on {NOUNS[data.kind]}; expected it to be left out")
    if options.layers is not None and data.kind == "pictures":
        plan(layers.parse(options.layers), data.input.shape, len(data.classes))
    if options.layers is not None and data.input.columns:
        layers.dense_units(options.layers)


def suits(entry: catalogue.Entry, data: Dataset) -> bool:
    """Whether a model learns what there is to learn from such data."""
    columns = bool(data.input.columns) and entry.name == compare.NETWORK  # nothing lies beside anything in a table
    return data.kind in entry.kinds and data.task in entry.tasks and not columns


def parameters(name: str, options: TrainOptions, data: Dataset) -> dict[str, Any]:
    """Constructor arguments of the estimator `name` under these options, for these data."""
    takes = compare.way_of(name, data).parameters
    chosen = {
        parameter: getattr(options, field)
        for field, (_, parameter) in OPTIONS.items()
        if parameter in takes and parameter not in catalogue.entry(name).at_fit and getattr(options, field) is not None
    }
    if "epochs" in chosen and not catalogue.entry(name).resumable:
        chosen["epochs"] = sum(chosen["epochs"])  # only what can go on learns in cycles
    return chosen | ({"random_state": options.seed} if "random_state" in takes else {})


def entrants(data: Dataset, options: TrainOptions) -> tuple[Entrant, ...]:
    """The candidates for these data: where nothing was asked for and items are pictures, on gradient features too."""
    found = [Entrant(name) for name in candidates(options) if suits(catalogue.entry(name), data)]
    if _auto(options):
        given = set(_given(options))
        found = [entrant for entrant in found if given <= set(compare.way_of(entrant.model, data).parameters)]
    if _auto(options) and options.features is None and settings.has_edges(data):
        found += [Entrant(e.model, compare.HOG) for e in found if "features" in catalogue.entry(e.model).parameters]
    return tuple(found)


def brief(entrant: Entrant, options: TrainOptions, data: Dataset, comparison: compare.Comparison) -> dict[str, Any]:
    """`parameters` for a comparison: the network's epochs are cut to what it may do there.

    They are counted from its operations, so that the same data give the same number on every machine; a budget is for
    the winner, and so is finding out what may be varied. Gradient features come from outside.
    """
    chosen = parameters(entrant.model, options, data)
    if entrant.model != compare.NETWORK or "epochs" in chosen:
        return chosen
    chosen = {"augment": "none"} | {key: value for key, value in chosen.items() if key != "budget"}
    n = comparison.n_learned
    passes = comparison.operations / (compare.LEARNING * compare.operations(data, options) * n)
    whole = compare.epochs(data, options, n)
    return chosen | ({"epochs": (max(compare.FEWEST_EPOCHS, int(passes)),)} if passes < whole else {})


def learns_to_the_end(name: str, parts: Split, options: TrainOptions) -> bool:
    """Whether a network learns from the validation part too: where items are few, and nobody asked it to stop early."""
    n_items = len(parts.train) + len(parts.validation)
    few = len(parts.validation) > 0 and n_items < compare.FEW
    return few and options.patience is None and catalogue.entry(name).resumable


def labelled(data: Dataset, indices: NDArray[np.int64]) -> tuple[NDArray[Any] | Rows, NDArray[Any]]:
    """Values and labels of some items; pictures stay where they lie."""
    labels = data.labels
    if labels is None:
        raise OptionError(f"{data.name}: the items have no labels; learning needs a folder a class, or labels")
    values = Rows(data.values, indices) if data.kind == "pictures" else data.values[indices]
    return values, labels[indices]


def choose(data: Dataset, parts: Split, options: TrainOptions, *, on_event: Listener) -> dict[str, Any]:
    """Compare the candidates and name the winner: the highest accuracy, then the lowest log loss; of numbers the lowest
    root of the mean squared error.

    Below 2,000 items by folds over the training and the validation part, else on the validation part. The record is
    `{"schema", "chosen", "parameters", "compared_on": {"train", "validation"[, "folds"]}, "candidates": [{"model",
    "title", "parameters", "figures"[, "trained"]}], "left_out": [{"model", "title", "reason"}]}`; with one candidate or
    without validation items nothing is compared. `trained` is the share of its whole training that the network had: as
    it goes on learning, its errors count for less (`expected`).
    """
    known = entrants(data, options)
    if len(known) == 1 or not len(parts.validation):
        first = known[0] if known else Entrant("knn")
        return _record(first.model, first.parameters)
    comparison = compare.plan(data, parts, known, options, choosy=_auto(options))
    if comparison.left_out:
        titles = ", ".join(left["title"] for left in comparison.left_out)
        events.note(on_event, f"not compared: {titles}; {comparison.left_out[0]['reason']}")
    of_numbers = data.task == "regression"
    if of_numbers:
        rows = number_choice.measured(
            data, comparison, lambda entrant: brief(entrant, options, data, comparison), on_event
        )
    else:
        rows = _measured(data, parts, comparison, options, on_event)
    baseline = BASELINES[data.task or "classification"]
    entered = [row for row in rows if row["model"] != baseline or baseline in options.model]
    ranked = number_choice.ranking(entered) if of_numbers else ranking(entered)
    compared_on = comparison.to_json()
    if len(ranked) > 1:
        say = number_choice.sentence if of_numbers else _sentence
        events.note(on_event, say(ranked, compared_on))
    if not comparison.by_folds and compared_on["train"] < len(parts.train):
        n_items = f"{compared_on['train']:,}"
        events.note(on_event, f"compared after learning from {n_items} items; the winner learns from all")
    best = ranked[0]
    return _record(best["model"], best["parameters"]) | {
        "compared_on": compared_on,
        "candidates": rows,
        "left_out": list(comparison.left_out),
    }


def _record(model: str, given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": 1, "chosen": model, "parameters": dict(given), "compared_on": None}
    return found | {"candidates": [], "left_out": []}


def winning(choice: Mapping[str, Any], options: TrainOptions, data: Dataset) -> dict[str, Any]:
    """Constructor arguments of the estimator that was chosen."""
    return parameters(choice["chosen"], options, data) | dict(choice.get("parameters", {}))


def _measured(
    data: Dataset, parts: Split, comparison: compare.Comparison, options: TrainOptions, on_event: Listener
) -> list[dict[str, Any]]:
    """The figures of each candidate, the first of which is the baseline."""
    rows: list[dict[str, Any]] = []
    baseline, edges, guessing = None, None, 1.0
    others = (entrant for entrant in comparison.entrants if entrant.model != "majority")
    for entrant in (Entrant("majority"), *others):
        if entrant.features == compare.HOG and edges is None:
            edges = compare.Features(comparison, data)
        given = brief(entrant, options, data, comparison)
        found = compare.answers(
            comparison,
            data,
            lambda entrant=entrant, given=given: compare.estimator(entrant.model, data, **given),  # type: ignore[misc]
            features=edges if entrant.features == compare.HOG else None,
            on_event=quiet(on_event),
        ).probabilities
        baseline = found if baseline is None else baseline
        figures = compare.figures(comparison, data, found, baseline)
        facts = {key: figure.to_json() for key, figure in figures.items()}
        row: dict[str, Any] = {
            "model": entrant.model,
            "title": entrant.title,
            "parameters": entrant.parameters,
            "figures": facts,
        }
        if entrant.model == compare.NETWORK and _auto(options) and (figures["accuracy"].low or 0.0) > guessing:
            share = _trained(given, data, parts, comparison, options)
            row |= {"trained": share} if share < 1 else {}
        rows.append(row)
        if entrant.model == "majority":
            guessing = figures["accuracy"].value or 0.0
        on_event(Event("candidate", {"model": str(entrant), "validation_accuracy": figures["accuracy"].value}))
    return rows


def _trained(
    given: Mapping[str, Any], data: Dataset, parts: Split, comparison: compare.Comparison, options: TrainOptions
) -> float:
    """The share of the network's whole training that it had in a comparison, by items learned from."""
    n = comparison.n_learned
    had = n * (sum(given["epochs"]) if "epochs" in given else compare.epochs(data, options, n))
    whole = len(parts.train) * compare.epochs(data, options, len(parts.train))
    return 1.0 if comparison.by_folds and "epochs" not in given else round(min(1.0, had / whole), 4)


def ranking(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The candidates, the best first."""
    return sorted(rows, key=lambda row: (-expected(row), row["figures"]["log_loss"]["value"] or 0.0))


def expected(row: Mapping[str, Any]) -> float:
    """The accuracy that counts: as measured, or what a network that was cut short will at least come to."""
    right: float = row["figures"]["accuracy"]["value"]
    left: float = float(row.get("trained", 1.0)) ** CATCHING_UP
    return 1 - (1 - right) * left


def _auto(options: TrainOptions) -> bool:
    return options.model in ((), (AUTO,))


def _sentence(ranked: list[dict[str, Any]], compared_on: Mapping[str, int]) -> str:
    best, second = ranked[0], ranked[1]
    gap = best["figures"]["accuracy"]["value"] - second["figures"]["accuracy"]["value"]
    if gap < 0:
        behind = f"{-100 * gap:.1f} points behind {second['title']}"
        return (
            f"chosen: {best['title']}, {behind} after {100 * best['trained']:.0f} % of its training, which will go on"
        )
    by = f"by {100 * gap:.1f} points over" if gap else "by its log loss; as many right as"
    where = f"over {compared_on['folds']} folds" if "folds" in compared_on else "on the validation part"
    return f"chosen: {best['title']}, {by} {second['title']} {where}"


def quiet(on_event: Listener) -> Listener:
    """Pass on how far a candidate is, not its epochs: those of the winner follow."""
    return lambda event: on_event(event) if event.name == "steps" else None
