"""`verify`: recompute what a run recorded, from its bundle and the data, and say what differs.

Bytes for files; 1e-6 for probabilities and figures. Nothing is written but a line in the ledger, for the test part is
opened again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..core import files, threads
from ..core.errors import DiscernError, OutputError, RunError, describe
from ..core.events import Listener, note, silent, stage
from ..core.views import Record
from ..data.dataset import Dataset
from ..store import bundle
from ..store.bundle import Bundle
from ..store.numbers import ship
from ..store.run_folder import RunFolder, repeatable
from . import tasks
from .evaluate import test_key
from .reading import read_with
from .stages import look

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Difference(Record):
    """One thing that is not as recorded: the file, item or figure, and how it differs."""

    where: str
    what: str


@dataclass(frozen=True)
class Verification(Record):
    """What was compared and what differs."""

    n_files: int
    n_items: int
    n_predictions: int
    n_figures: int
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        return not self.differences


def verify(run: str | Path, source: str | Path | Dataset | None = None, *, on_event: Listener = silent) -> Verification:
    """Compare a finished run with what its files and the data give now.

    `source` defaults to the data the run was given. Raises RunError when there is no finished run, DataError when the
    data cannot be read.
    """
    folder = RunFolder(Path(run))
    record = folder.record()
    if record["state"] != "finished":
        raise RunError(
            describe(str(run), found=f"this run is {record['state']}, not finished", do=f"discern resume {run}")
        )
    threads.set_budget(record["threads"])
    stage(on_event, "comparing files")
    digests = {name: digest for name, digest in record["files"].items() if repeatable(name)}
    differences = list(_files(folder, digests))
    try:
        loaded, table = bundle.load(folder.model), pl.read_parquet(folder.split)
        recorded, figures = pl.read_parquet(folder.predictions), files.read_json(folder.evaluation)
    except (DiscernError, OSError, pl.exceptions.PolarsError) as error:
        broken = Difference(str(folder.path), f"cannot be recomputed: {error}")
        return Verification(len(digests), 0, 0, 0, (*differences, broken))
    stage(on_event, "reading")
    data = _read(folder, source, loaded, on_event)
    differences += _items(table, data)
    stage(on_event, "recomputing predictions and figures")
    test = _positions(data, table.filter(pl.col("part") == "test")["item"])
    train = _positions(data, table.filter(pl.col("part") == "train")["item"])
    task = tasks.of(loaded.task)
    left_out = not len(test) and loaded.task == "regression"
    if len(test):
        try:
            look(folder.ledger, record, folder.path.name, test_key(data, test), "verify", on_event)
        except OutputError as error:  # an archive that is read only can still be checked
            note(on_event, f"this look could not be written down: {error}")
        evaluation, answered = task.measure(ship(loaded), data, test, baseline_from=train)
    elif left_out:
        test = train
        evaluation, answered = task.left_out(folder, data, folder.options(), loaded.target)
    if len(test):
        differences += _predictions(recorded, task.answers_frame(data.items[test]["item"], loaded.classes, answered))
        differences += _figures("evaluation", figures, evaluation.to_json())
    return Verification(len(digests), table.height, len(test), _count(figures), tuple(differences))


def _read(folder: RunFolder, source: str | Path | Dataset | None, loaded: Bundle, on_event: Listener) -> Dataset:
    if isinstance(source, Dataset):
        return source
    path = source if source is not None else folder.data_path()
    reading = dataclasses.replace(tasks.reading_for(folder.reading(), loaded), max_bad=1.0)
    return read_with(path, reading, spec=loaded.spec, on_event=on_event)


def _files(folder: RunFolder, digests: Mapping[str, str]) -> Iterator[Difference]:
    for name, digest in digests.items():
        path = folder.path / name
        if not path.is_file():
            yield Difference(name, "the file is missing")
        elif files.sha256_of(path) != digest:
            yield Difference(name, "its bytes are not those that were recorded")


def _items(table: pl.DataFrame, data: Dataset) -> Iterator[Difference]:
    """Items whose bytes or label changed, that are missing, or that are new."""
    now = data.items.select("item", pl.col("sha256").alias("sha256_now"), pl.col("label").alias("label_now"))
    both = table.join(now, on="item", how="full", coalesce=True, maintain_order="left")
    same = pl.col("sha256").eq_missing(pl.col("sha256_now")) & pl.col("label").eq_missing(pl.col("label_now"))
    for row in both.filter(~same).iter_rows(named=True):
        if row["sha256_now"] is None:
            yield Difference(row["item"], "the item is missing from the data")
        elif row["sha256"] is None:
            yield Difference(row["item"], "the item is new in the data")
        elif row["sha256"] != row["sha256_now"]:
            yield Difference(row["item"], "its bytes are not those that the run saw")
        elif row["label"] != row["label_now"]:
            yield Difference(row["item"], f"its label was {row['label']!r} and is {row['label_now']!r}")


def _positions(data: Dataset, names: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.flatnonzero(data.items["item"].is_in(names.implode()).to_numpy()).astype(np.int64)


def _predictions(recorded: pl.DataFrame, now: pl.DataFrame) -> Iterator[Difference]:
    """Answers, `item` and numbers, that are not those that were recorded."""
    joined = now.join(recorded, on="item", how="left", suffix="_then", maintain_order="left")
    names = now.columns[1:]
    then = joined.select([f"{name}_then" for name in names]).to_numpy()
    apart = np.abs(joined.select(names).to_numpy() - then) / np.maximum(1.0, np.abs(then))
    worst = apart.max(axis=1, initial=0.0)
    what = "a probability" if names[0].startswith("p_") else "the answer"
    for position in np.flatnonzero(~(worst <= TOLERANCE)):
        yield Difference(joined["item"][int(position)], f"{what} differs by {worst[position]:.2g}")


def _figures(where: str, then: Any, now: Any) -> Iterator[Difference]:
    """Walk two JSON records side by side."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in {**then, **now}:
            yield from _figures(f"{where}.{key}", then.get(key), now.get(key))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for position, (left, right) in enumerate(zip(then, now, strict=True)):
            yield from _figures(f"{where}[{position}]", left, right)
    elif isinstance(then, float) and isinstance(now, float):
        if abs(then - now) > TOLERANCE * max(1.0, abs(then)):
            yield Difference(where, f"recorded {then:g}, recomputed {now:g}")
    elif then != now:
        yield Difference(where, f"recorded {then!r}, recomputed {now!r}")


def _count(record: Any) -> int:
    """Figures in a record."""
    if isinstance(record, dict):
        return 1 if "method" in record and "value" in record else sum(_count(value) for value in record.values())
    return sum(_count(value) for value in record) if isinstance(record, list) else 0
