"""`train`: learn from data and measure the result on items that learning never saw."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from .. import __version__
from ..core import events, files, threads
from ..core.errors import DataError, OptionError
from ..core.events import Listener, silent
from ..core.options import ReadOptions, SplitOptions, TrainOptions, raise_all
from ..core.records import InputSpec
from ..data.assemble import Groups
from ..data.corrections import copied
from ..data.dataset import Dataset
from ..data.given import refuse_address
from ..data.read import read
from ..data.splits import split
from ..store import bundle, event_file
from ..store.run_folder import RunFolder, check_apart, clear, for_new_run, free_path, model_path
from . import choose, number_choice, stages
from .run import Run

LIBRARIES = ("numpy", "scipy", "scikit-learn", "polars", "pillow", "onnxruntime", "torch")
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


def read_with(
    source: str | Path | ArrayLike,
    options: ReadOptions,
    *,
    y: ArrayLike | None = None,
    groups: Groups | None = None,
    spec: InputSpec | None = None,
    on_event: Listener = silent,
) -> Dataset:
    """`read`, with its options as one record; a model's `spec` stands for the options of pictures."""
    return read(
        source,
        y,
        groups=groups,
        spec=spec,
        pictures=options.pictures if spec is None else None,
        labels=options.labels,
        id=options.id,
        label=options.label,
        group_from=options.group_from,
        max_bad=options.max_bad,
        corrections=options.corrections,
        texts=options.texts,
        group=options.group,
        language=options.language,
        target=options.table.target,
        drop=options.table.drop,
        keep=options.table.keep,
        missing=options.table.missing,
        task=options.table.task,
        max_megapixels=options.max_megapixels,
        on_event=on_event,
    )


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


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result depends on."""
    found = {"discern": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def reopen(folder: RunFolder, data: Dataset | None, on_event: Listener) -> Dataset:
    """Read a run's data again. Raises DataError when it is not what the run saw."""
    record = folder.record()
    named = record["data"]
    if data is None:
        data = read_with(folder.data_path(), folder.reading(), on_event=on_event)
    other = [name for name, number in versions().items() if record["versions"].get(name) != number]
    if other:
        events.note(on_event, f"other versions than when this run began: {', '.join(other)}; its bytes may differ")
    if data.fingerprint != named["fingerprint"]:
        raise DataError(
            f"{named.get('path') or data.name}: not the data that {folder.path} learned from "
            f"({data.n} items now, {named['n_items']} then); `discern verify` says what differs"
        )
    return data
