"""`evaluate`, and what else is asked about the same items in the same look at them: slices, how easily it breaks, at
which threshold it should answer. What is found out about a run's own test part is kept beside it and in its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import events, files, threads
from ..core.asked import InspectOptions
from ..core.errors import DataError, OptionError
from ..core.events import Listener, silent
from ..core.options import ReadOptions, raise_all
from ..core.views import Record
from ..data.dataset import Dataset
from ..evaluate.evaluation import Evaluation
from ..evaluate.recorded import Measured
from ..store import bundle, outputs
from ..store.bundle import Bundle
from ..store.numbers import ShippedNumbers
from ..store.run_folder import RunFolder, ledger_of, model_path
from ..store.session import Shipped
from . import again, classes, distorting, holding, kept, numbers, slicing, threshold
from .evaluate import Opened, open_items, test_key
from .stages import look


@dataclass(frozen=True)
class Inspected(Record):
    """The figures, and what else was asked."""

    evaluation: Measured
    results: Mapping[str, Any]
    """Name (see `workflows.kept`) -> its record."""


@dataclass(frozen=True)
class Looked:
    """One look at a test part: everything that an examination may need."""

    shipped: Shipped
    data: Dataset
    test: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    """`(n_test, n_classes)`, in the order of `test`."""
    evaluation: Evaluation
    run: kept.Finished | None
    """The run whose own test part this is, or None for other data."""


def evaluate(
    run: str | Path,
    source: str | Path | Dataset | None = None,
    *,
    slices: Sequence[str] = (),
    robustness: bool = False,
    of: str | None = None,
    costs: tuple[float, float] | None = None,
    prevalence: float | None = None,
    nonsense: Sequence[str | Path] = (),
    held_out: Sequence[str] = (),
    reading: ReadOptions | None = None,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Measured:
    """Measure the model of a run, or a model file, on labelled items. Every opening of a test part goes to the ledger.

    Without `source`: the run's own test part. With it: its test part where it has one, else all of its items, read with
    `reading` (default: as the run read its data, but always to the form that the model takes). `out` is a JSON file to
    write the figures to.

    What else is asked about the run's own test part is kept beside the run and shown in its report: figures by columns
    of the sheet of labels (`slices`) and while pictures are distorted (`robustness`); the threshold for the label
    `of`, with `costs` of a miss and of a false alarm, at the `prevalence` of the real world; what it says to folders
    of `nonsense` and to classes that it is fitted again without (`held_out`).

    Raises OptionError, OutputError, RunError, ModelFileError, DataError (no labels, or no label that the model knows).
    """
    asked = InspectOptions(
        slices=tuple(slices),
        nonsense=tuple(map(str, nonsense)),
        held_out=tuple(held_out),
        robustness=robustness,
        of=of,
        costs=costs,
        prevalence=prevalence,
    )
    return inspect(run, source, asked, reading=reading, out=out, force=force, on_event=on_event).evaluation


def inspect(
    run: str | Path,
    source: str | Path | Dataset | None = None,
    options: InspectOptions | None = None,
    *,
    reading: ReadOptions | None = None,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Inspected:
    """`evaluate`, and what `options` ask for, in one look at the test part.

    Raises what `evaluate` raises, and OptionError for columns that are not there and for what does not fit the model.
    """
    options = options or InspectOptions()
    raise_all(options.problems())
    inputs = [source] if isinstance(source, (str, Path)) else []
    target = None if out is None else outputs.checked("-o", out, inputs=inputs, endings=(".json",), force=force)
    threads.set_budget()
    loaded = bundle.load(model_path(run))
    of_numbers = loaded.task == "regression"
    if of_numbers and options:
        raise OptionError(f"{run}: this model answers with a number ({loaded.target}); what was asked is about classes")
    own, opened = _open(run, source, loaded, options, reading, on_event)
    if not len(opened.test):
        raise DataError(f"{opened.data.name}: no row was kept for testing; the run's report says what was measured")
    slicing.check(opened.data, options.slices)
    holding.check(loaded, own, options.nonsense, options.held_out)
    if options.operating:
        threshold.label_of(loaded.classes, opened.data, opened.test, options.of)
    folder = RunFolder(Path(run))
    record = folder.record() if folder.exists() else {}
    key = test_key(opened.data, opened.test)
    look(ledger_of(run), record, Path(run).name, key, "evaluate", on_event)
    events.stage(on_event, "measuring")
    evaluation: Measured
    results: dict[str, Any] = {}
    if of_numbers:
        evaluation, _ = numbers.measure(ShippedNumbers(loaded), opened.data, opened.test, baseline_from=opened.train)
    else:
        shipped = Shipped(loaded)
        found, probabilities = classes.measure(shipped, opened.data, opened.test, baseline_from=opened.train)
        looked = Looked(shipped, opened.data, opened.test, probabilities, found, own)
        results = _results(looked, options, on_event) if options else {}
        evaluation = found
    if own is not None and results:
        again.keep(own, results)
    elif results:
        events.note(on_event, "nothing of this is kept, for it is not the run's own test part")
    if target is not None:
        files.write_json(target, evaluation.to_json())
    return Inspected(evaluation, results)


def _open(
    run: str | Path,
    source: str | Path | Dataset | None,
    loaded: Bundle,
    options: InspectOptions,
    reading: ReadOptions | None,
    on_event: Listener,
) -> tuple[kept.Finished | None, Opened]:
    """The items, and the run whose own they are, where something is to be kept with it."""
    if options and source is None and Path(run).is_dir():
        own = again.finished(run, None, on_event)
        test = own.parts.open_test("evaluate", lambda key, reason: None)  # logged once, with its configuration
        return own, Opened(own.data, test, own.parts.train)
    events.stage(on_event, "reading")
    return None, open_items(Path(run), loaded, source, reading, on_event)


def _results(looked: Looked, options: InspectOptions, on_event: Listener) -> dict[str, Any]:
    """Every examination that was asked for, by name."""
    answers = looked.shipped.classes[looked.probabilities.argmax(axis=1)]
    found: dict[str, Any] = {}
    if options.slices:
        found |= slicing.examined(looked.data, looked.test, looked.evaluation, answers, options.slices)
    if options.nonsense or options.held_out:
        looked_at = (looked.shipped, looked.run, looked.data, looked.test)
        found["unknown"] = holding.examined(*looked_at, options.nonsense, options.held_out, on_event)
    if options.robustness:
        events.stage(on_event, "distorting the pictures")
        guessing = looked.evaluation.baseline_figures["accuracy"]
        found["robustness"] = distorting.examined(looked.shipped, looked.data, looked.test, guessing, on_event)
    if options.operating:
        asked = (looked.shipped, looked.data, looked.test, looked.probabilities, looked.run)
        found["operating"] = threshold.examined(*asked, options)
    return found
