"""The stages of a run, in order. Each reads what an earlier, killed process has already written, or computes it, writes
it whole and says so in `run.json`; that is all there is to resuming."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..audit import audit
from ..core import events, files
from ..core.events import Event, Listener
from ..core.options import TrainOptions
from ..core.records import Findings
from ..data.dataset import Dataset, targets_of
from ..data.splits import Split, read_split, split
from ..evaluate import ledger
from ..evaluate.recorded import Measured, recorded
from ..models import catalogue
from ..models.base import Classifier
from ..models.words import unknown_words
from ..store import bundle
from ..store import card as cards
from ..store.event_file import EventFile
from ..store.numbers import ShippedNumbers, ship
from ..store.run_folder import RunFolder, now
from ..store.session import Shipped
from . import apply, choose, classes, compare, leaks, search, tasks, trusting
from .reporting import write_run_report

CHECKED = 512
"""Items on which the fitted and the loaded model are compared."""

WITHOUT_EFFECT = ("tensorboard", "keep_epochs")
"""Options that change nothing of the result."""

LEFT_BEHIND = (
    "history_",
    "loss",
    "best_epoch_",
    "cycles_",
    "batch_size_",
    "learning_rate_",
    "precision_",
    "device_",
    "augment_",
    "augment_probe_",
    "smoothing_",
    "averaging_",
    "growing_",
    "layers_",
    "k_curve_",
    "n_neighbors_",
    "n_iter_",
)
"""Attributes of a fitted estimator that `training.json` keeps where it has them."""


@dataclass(frozen=True)
class Job:
    """What every stage works with."""

    folder: RunFolder
    data: Dataset
    options: TrainOptions
    on_event: Listener
    parts: Split | None = None
    """How the data are divided, where that is already known."""

    @property
    def task(self) -> Any:
        """The module that knows what to do where the answers are classes, or numbers."""
        return tasks.of(self.data.task)

    def begin(self, stage: str) -> float:
        events.stage(self.on_event, stage)
        return time.perf_counter()

    def done(self, state: str, began: float, **facts: Any) -> None:
        """Say in `run.json` that a stage is complete: the last thing that it writes."""
        seconds = self.folder.record().get("seconds", {})
        self.folder.advance(state, seconds={**seconds, state: round(time.perf_counter() - began, 3)}, **facts)


def work_through(job: Job) -> None:
    """Bring a run from whatever state it is in to its report."""
    findings, parts = prepared(job)
    divided = trusting.divide(job.data, parts, job.options)
    choice = compared(job, divided.parts)
    job = dataclasses.replace(job, data=search.resized(job.data, choice, job.on_event))
    shipped = fitted(job, divided, choice)
    evaluation = evaluated(job, parts, shipped)
    reported(job, findings, parts, choice, evaluation)


def prepared(job: Job) -> tuple[Findings, Split]:
    """Audit and divide the items."""
    folder = job.folder
    if folder.at_least("prepared"):
        return folder.findings(), read_split(folder.split, job.data)
    began = job.begin("looking for faults in the data and dividing it")
    parts = job.parts or split(job.data, job.options.split)
    findings = audit(job.data, parts, on_event=job.on_event)
    if len(job.data.rejected):
        files.write_text(folder.rejected, files.csv_text(("item", "reason"), job.data.rejected.iter_rows()))
    files.write_json(folder.audit, findings.to_json())
    files.write_bytes(folder.split, parts.to_parquet_bytes())
    job.done("prepared", began)
    return findings, parts


def compared(job: Job, parts: Split) -> dict[str, Any]:
    """Decide which model to fit and with what settings, by the validation part when there are several."""
    folder = job.folder
    if folder.at_least("compared"):
        return folder.load(folder.candidates, "chosen", "candidates", "compared_on")
    several = len(choose.candidates(job.options)) > 1
    began = job.begin("comparing models") if several else time.perf_counter()
    searching = job.options.search is not None
    if searching and folder.candidates.exists():
        choice = folder.load(folder.candidates, "chosen", "parameters", "candidates")
    else:
        choice = choose.choose(job.data, parts, job.options, on_event=job.on_event)
        files.write_json(folder.candidates, choice)
    if searching and not search.finished(choice):
        events.stage(job.on_event, "trying settings")
        keep = partial(files.write_json, folder.candidates)
        choice = search.search(job.data, parts, job.options, choice, keep=keep, on_event=job.on_event)
        keep(choice)
    job.done("compared", began)
    return choice


def fitted(job: Job, divided: trusting.Divided, choice: Mapping[str, Any]) -> Shipped | ShippedNumbers:
    """Fit the chosen model, save it, load it back and see that it answers the same; then its calibration."""
    folder, parts = job.folder, divided.parts
    if folder.at_least("fitted"):
        return ship(bundle.load(folder.model))
    name = choice["chosen"]
    folder.forget_kept()
    began = job.begin(f"training {catalogue.entry(name).title}")
    to_the_end = choose.learns_to_the_end(name, parts, job.options)
    n_learned = len(parts.train) + len(parts.validation) * to_the_end
    events.note(job.on_event, _size(job.data, n_learned))
    if to_the_end:
        events.note(job.on_event, f"so few that it learns from all {n_learned:,}, to the end, and none is held back")
    estimator = compare.estimator(name, job.data, **choose.winning(choice, job.options, job.data))
    targets = targets_of(job.data.items[parts.train])
    extra: dict[str, Any] = {}
    if catalogue.entry(name).resumable:
        extra = {"checkpoints": folder.checkpoints, "start": _start(folder)}
        extra["keep_epochs"] = bool(job.options.keep_epochs)
        extra |= compare.class_labels(estimator, job.data, parts.train)
    if to_the_end:
        extra["learn_from_all"] = True
    train, validation = choose.labelled(job.data, parts.train), choose.labelled(job.data, parts.validation)
    estimator.fit(*train, validation=validation if len(parts.validation) else None, on_event=job.on_event, **extra)
    facts: dict[str, Any] = {"data": job.data.fingerprint, "seed": job.options.seed}
    facts["holds"] = catalogue.holds(name, job.data.input, len(job.data.classes))
    if job.data.kind == "texts" and len(parts.validation):
        facts[apply.STRANGE] = unknown_words(train[0], validation[0])
    about: dict[str, Any] = {"targets": targets, "spec": job.data.input, "extra": facts, "card": _card(folder)}
    about["target"] = job.data.source.options.table.target or "label"
    save = partial(bundle.save, folder.model, estimator, model=name, **about)
    save()
    if job.options.tensorboard:
        EventFile(folder.tensorboard).complete(getattr(estimator, "history_", ()))
    shipped = ship(bundle.load(folder.model))
    job.task.same_answers(estimator, shipped, train[0][:CHECKED], train[1])
    outcome = job.task.fit_trust(job.data, divided, job.options, choice, estimator, folder.model, on_event=job.on_event)
    if outcome.trust is not None:
        save(trust=outcome.trust)
        shipped = ship(bundle.load(folder.model))
    if outcome.reason and job.data.task == "regression":
        events.note(job.on_event, f"no interval stands beside the answers: {outcome.reason}")
    elif outcome.reason and trusting.insisted(job.options):
        events.note(job.on_event, outcome.reason)
    files.write_json(folder.training, _training_facts(name, estimator) | {"trust": outcome.to_json()})
    job.done("fitted", began)
    return shipped


def _size(data: Dataset, n: int) -> str:
    """How much there is to learn from: values and memory."""
    if data.kind == "texts":
        return f"{n:,} texts to learn from"
    values = n * data.input.n_values
    return f"{n:,} items to learn from: {values:,} values, {values * data.values.itemsize / 1e6:,.1f} MB in memory"


def evaluated(job: Job, parts: Split, shipped: Shipped | ShippedNumbers) -> Measured:
    """Open the test part, once, and measure the loaded model on it."""
    folder = job.folder
    if folder.at_least("evaluated"):
        return recorded(folder.load(folder.evaluation))
    began = job.begin("measuring on the test part")
    others: list[int] = []
    record, name = folder.record(), folder.path.name
    left_out = not parts.counts["test"]  # so few rows that each is answered by a model that learned from the others
    test = (
        parts.train[:0]
        if left_out
        else parts.open_test(
            "train", lambda key, reason: others.append(look(folder.ledger, record, name, key, reason, job.on_event))
        )
    )
    evaluation: Measured = job.task.evaluated(folder, job.data, job.options, shipped, test, parts.train)
    job.done("evaluated", began, earlier_looks=sum(others))
    return evaluation


def reported(job: Job, findings: Findings, parts: Split, choice: Mapping[str, Any], evaluation: Measured) -> None:
    """Write the report, then the digests of everything that stands in the folder."""
    folder = job.folder
    if folder.at_least("finished"):
        return
    began = job.begin("writing the report")
    price = leaks.in_passing(folder, job.data, parts, job.options.seed) if job.task is classes else None
    if price is not None:
        files.write_json(folder.kept("leak_price"), price.to_json())
    write_run_report(folder, job.data, job.options, findings, parts, choice, evaluation)
    job.done("finished", began, files=folder.digests())


def look(path: Path, record: Mapping[str, Any], run: str, test_key: str, reason: str, on_event: Listener) -> int:
    """Log one opening of the test part in the ledger at `path`; say and return how many other configurations looked.

    `record` is the run's `run.json`, or empty for a model file without one.
    """
    options = record.get("options")
    if options is not None:
        options = {name: value for name, value in options.items() if name not in WITHOUT_EFFECT}
    digest = ledger.digest({"options": options, "read": record.get("data", {}).get("read")})
    ledger.look(path, test_key, run, digest, reason)
    others = ledger.looks(path, test_key, digest)
    if others:
        events.note(
            on_event,
            f"this test part has been opened before by {others} other configuration{'s' if others > 1 else ''}; "
            "the more often it is looked at to choose between runs, the more its figure flatters",
        )
    return others


def logging(folder: RunFolder, options: TrainOptions, on_event: Listener) -> Listener:
    """A listener that writes what happens to the run's log, and to its event file, before it passes it on."""
    if options.tensorboard:
        on_event = EventFile(folder.tensorboard).listener(on_event)

    def listen(event: Event) -> None:
        if event.name != "steps":
            files.append_line(folder.log, {"time": now(), "event": event.name, **event.facts})
        on_event(event)

    return listen


def _card(folder: RunFolder) -> dict[str, str]:
    """What people said of the model that this one replaces, when a run learns longer; empty where they said nothing."""
    said = cards.read(folder.model) if folder.model.is_file() else cards.Card()
    return {} if said == cards.Card() else said.to_json()


def _start(folder: RunFolder) -> dict[str, NDArray[np.float32]] | None:
    """The weights that learning begins with, from the run's own copy."""
    if not folder.start.is_file():
        return None
    loaded = bundle.load(folder.start)
    return {name: np.array(array) for name, array in loaded.estimator().weights_.items()}


def _training_facts(name: str, estimator: Classifier) -> dict[str, Any]:
    """What learning left behind for the report, as JSON."""
    learned: Any = getattr(estimator, "inner_", estimator)  # of a table's model: the one behind its encoder
    facts = {"schema": 1, "model": name, "parameters": learned.get_params()}
    for attribute in LEFT_BEHIND:
        if hasattr(learned, attribute):
            facts[attribute.rstrip("_")] = getattr(learned, attribute)
    result: dict[str, Any] = json.loads(json.dumps(facts, default=lambda value: value.tolist()))
    return result
