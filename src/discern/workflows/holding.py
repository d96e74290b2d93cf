"""`evaluate --nonsense` and `--hold-out`: nonsense of a person's own, and classes that a model is refitted without."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import events, seeds
from ..core.errors import OptionError
from ..core.events import Listener
from ..core.options import suggest
from ..data.splits import LEFT_OUT
from ..evaluate.unknown import Exam, Family, family
from ..models import catalogue
from ..store import bundle
from ..store.bundle import Bundle
from ..store.session import Shipped
from . import choose, compare, exam, trusting
from .kept import Finished


def check(loaded: Bundle, run: Finished | None, nonsense: tuple[str, ...], held_out: tuple[str, ...]) -> None:
    """Raise OptionError, with all that is wrong, when the model cannot be asked."""
    names = [str(label) for label in loaded.classes]
    typed = [f"--nonsense {folder}" for folder in nonsense] + [f"--hold-out {label}" for label in held_out]
    problems = []
    if typed and (loaded.trust is None or loaded.trust.unknown is None):
        problems.append(f"{typed[0]}: this model never answers unknown; train it with --unknown 0.05")
    if held_out and run is None:
        problems.append(f"{typed[-1]}: it takes a run's folder and no other data, for the model is fitted again")
    problems += [
        f"--hold-out {label}: no class is called so{suggest(label, names)}" for label in held_out if label not in names
    ]
    if held_out and len(names) - len(set(held_out)) < 2:
        problems.append("--hold-out leaves fewer than two classes to learn")
    if problems:
        raise OptionError(problems)


def examined(
    shipped: Shipped,
    run: Finished | None,
    data: Any,
    test: NDArray[np.int64],
    nonsense: tuple[str, ...],
    held_out: tuple[str, ...],
    on_event: Listener,
) -> Exam:
    """The exam of training, with nonsense of one's own, and each class held out by itself."""
    seed = 0 if run is None else run.folder.options().seed
    found = exam.exam(shipped, data, test, seed, nonsense)
    assert found is not None  # `check` has refused a model that never answers unknown
    families, reasons = list(found.families), list(found.reasons)
    for label in held_out if run is not None else ():
        events.stage(on_event, f"learning without “{label}”")
        one = without(run, label, on_event)  # type: ignore[arg-type]
        if isinstance(one, Family):
            families.append(one)
        else:
            reasons.append(one)
    return dataclasses.replace(found, families=tuple(families), reasons=tuple(reasons))


def without(run: Finished, label: str, on_event: Listener) -> Family | str:
    """What the run's model says to the class `label` when it has not learned it; or why that cannot be said.

    The model and its thresholds are fitted again without the class, and asked for items of the class from the training
    and the validation part; the test part stays closed.
    """
    data, options = run.data, run.folder.options()
    labels = data.labels
    assert labels is not None  # a finished run learned from labels
    names = run.parts.table["part"].to_numpy().copy()
    strangers = np.flatnonzero((labels == label) & np.isin(names, ("train", "validation")))
    names[labels == label] = LEFT_OUT
    parts = dataclasses.replace(
        run.parts, table=run.parts.table.with_columns(pl.Series("part", names, dtype=pl.String))
    )
    divided = trusting.divide(data, parts, options)
    training = run.folder.load(run.folder.training, "model")
    name, chosen = run.choice["chosen"], choose.winning(run.choice, options, data)
    extra: dict[str, Any] = {}
    if catalogue.entry(name).resumable:
        chosen = {key: value for key, value in chosen.items() if key != "budget"}
        chosen |= {"epochs": tuple(training["cycles"]), "augment": training["augment"]}
        extra["learn_from_all"] = choose.learns_to_the_end(name, divided.parts, options)
    held_back = divided.parts.validation
    validation = choose.labelled(data, held_back) if len(held_back) else None
    estimator = catalogue.estimator(name, **chosen)
    extra |= compare.class_labels(estimator, data, divided.parts.train)
    estimator.fit(*choose.labelled(data, divided.parts.train), validation=validation, **extra)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        bundle.save(path, estimator, model=name, spec=data.input)
        outcome = trusting.fit(data, divided, options, run.choice, estimator, path, on_event=on_event)
        if outcome.trust is None or outcome.trust.unknown is None:
            return f"“{label}” held out: {outcome.reason}"
        bundle.save(path, estimator, model=name, spec=data.input, trust=outcome.trust)
        shipped = Shipped(bundle.load(path))
    drawn = seeds.generator(options.seed, "held out").permutation(strangers)[: exam.ASKED]
    found = [shipped.answer(data.values[part]) for part in np.array_split(drawn, max(1, len(drawn) // 200))]
    unknown = np.concatenate([one.unknown for one in found if one.unknown is not None])
    best = np.concatenate([one.probabilities.max(axis=1) for one in found]).astype(np.float64)
    words = "a class that the model was fitted again without"
    return family(f"{label} (held out)", words, unknown, best, units=data.units[drawn])
