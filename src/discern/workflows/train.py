"""`train`: learn from data and measure the result on items that learning never saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from .. import __version__
from ..core import events, files, threads
from ..core.errors import DataError, OptionError
from ..core.events import Listener, silent
from ..core.options import ReadOptions, SplitOptions, TrainOptions, raise_all
from ..data.assemble import Groups
from ..data.corrections import copied
from ..data.dataset import Dataset
from ..data.given import refuse_address
from ..data.splits import split
from ..store import bundle, event_file
from ..store.run_folder import check_apart, clear, for_new_run, free_path, model_path
from . import choose, number_choice, stages
from .reading import read_with, versions
from .run import Run

RUNS = Path("runs")
PLAIN = ReadOptions()


def train(
    source: str | Path | Dataset | ArrayLike,
    y: ArrayLike | None = None,
    *,
    out: str | Path | None = None,
    model: str | Sequence[str] = (),
    k: int | None = None,
    layers: str | None = None,
    loss: str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    patience: int | None = None,
    precision: str | None = None,
    device: str | None = None,
    augment: str | None = None,
    budget: float | None = None,
    features: str | None = None,
    tensorboard: bool = False,
    keep_epochs: bool = False,
    test: float = 0.15,
    validation: float = 0.15,
    first: float | None = None,
    drop_leaks: bool = False,
    groups: Groups | None = None,
    start: str | Path | None = None,
    search: int | None = None,
    calibrate: str = "auto",
    coverage: float | None = None,
    unknown: float | None = None,
    seed: int = 0,
    force: bool = False,
    on_event: Listener = silent,
) -> Run:
    """Audit, divide, choose, fit, measure, save and report; everything lands in one run folder.

    `source` is a folder, MNIST's IDX files, an `.npz`, `"sample:digits"`, a Dataset, or an array `(n, H, W[, C])` or
    `(n, n_features)` with labels `y` (and `groups`, items that belong together). `model` names one or several of the
    catalogue, compared on the validation part; none compares all that are installed. `search` is how many settings of
    the chosen model are tried (`workflows.search`). `calibrate` says how its probabilities are; with
    `coverage` it answers with sets of labels too, with `unknown` it may give none (`workflows.trusting`).
    `out` is the run folder (default: `runs/<name of the data>`, never
    overwritten without `force`). How pictures are prepared, and where their labels and groups come from, is said to
    `read`: give its Dataset.

    Raises OptionError (all mistakes at once, before any data is read), DataError, OutputError, MissingDependency.
    """
    options = TrainOptions(
        model=(model,) if isinstance(model, str) else tuple(model),
        k=k,
        layers=layers,
        loss=loss,
        epochs=None if epochs is None else (epochs,),
        batch_size=batch_size,
        learning_rate=learning_rate,
        patience=patience,
        precision=precision,
        device=device,
        augment=augment,
        budget=budget,
        features=features,
        tensorboard=tensorboard,
        keep_epochs=keep_epochs or None,
        split=SplitOptions(test=test, validation=validation, first=first, seed=seed, drop_leaks=drop_leaks),
        start=None if start is None else str(start),
        search=search,
        calibrate=calibrate,
        coverage=coverage,
        unknown=unknown,
    )
    return train_with(source, options, y=y, groups=groups, out=out, force=force, on_event=on_event)


def train_with(
    source: str | Path | Dataset | ArrayLike,
    options: TrainOptions,
    *,
    reading: ReadOptions = PLAIN,
    y: ArrayLike | None = None,
    groups: Groups | None = None,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Run:
    """`train`, with its options as records: those of learning and, for a path, those of reading."""
    raise_all([*options.problems(), *reading.problems(), *choose.problems(options)])
    choose.check_installed(options)
    if options.tensorboard:
        event_file.check_installed()
    start = None if options.start is None else _start_model(options.start)
    for place in (source, out):
        if isinstance(place, (str, Path)):
            refuse_address(str(place))
    inputs = Path(source) if isinstance(source, (str, Path)) and not str(source).startswith("sample:") else None
    if out is not None:
        check_apart(Path(out), inputs)
    count = threads.set_budget()
    events.stage(on_event, "reading")
    data = source if isinstance(source, Dataset) else read_with(source, reading, y=y, groups=groups, on_event=on_event)
    check_learnable(data)
    corrections = data.source.options.corrections
    correcting = None if corrections is None else copied(Path(corrections))
    path = Path(out) if out is not None else free_path(RUNS, data.name)
    folder = for_new_run(path, inputs=inputs, force=force)
    choose.check_fits(data, options)
    parts = split(data, options.split)
    folder.make()
    with folder.writing():
        for_new_run(path, inputs=inputs, force=force)
        clear(folder)
        if start is not None:
            files.write_bytes(folder.start, start)
        if correcting is not None:
            files.write_bytes(folder.corrections, correcting)
        folder.create(facts(data, options, count))
        stages.work_through(stages.Job(folder, data, options, stages.logging(folder, options, on_event), parts))
    return Run.open(folder.path)


def _start_model(path: str) -> bytes:
    """The bytes of the model that learning begins with. Raises OptionError when it is no network."""
    content = model_path(path).read_bytes()
    name = bundle.load(content).model
    if name != "conv":
        raise OptionError(f"--from {path}: found a {name} model; expected a network")
    return content


def check_learnable(data: Dataset) -> None:
    """Raise DataError when there is nothing to learn from: no labels, or a single class."""
    if data.labels is None:
        raise DataError(f"{data.name}: the items have no labels; learning needs a folder a class, or labels")
    if data.task == "regression":
        number_choice.check_learnable(data)
    elif len(data.classes) < 2:
        raise DataError(f"{data.name}: all {data.n} items are {data.classes[0]!r}; learning needs at least two classes")


def facts(data: Dataset, options: TrainOptions, count: int) -> dict[str, Any]:
    """What `run.json` holds from the start."""
    return {
        "program": __version__,
        "options": options.to_json(),
        "data": {
            "name": data.name,
            "kind": data.kind,
            "reader": data.source.reader,
            "path": data.source.path,
            "place": _absolute(data.source.path),
            "sheet": _absolute(data.source.options.labels),
            "read": data.source.options.to_json(),
            "n_items": data.n,
            "fingerprint": data.fingerprint,
            **({"aside": dict(data.aside)} if data.aside else {}),
        },
        "seed": options.seed,
        "threads": count,
        "versions": versions(),
    }


def _absolute(path: str | None) -> str | None:
    """A path that holds wherever one stands; names such as `sample:digits` are no paths."""
    return path if path is None or path.startswith("sample:") else str(Path(path).absolute())
