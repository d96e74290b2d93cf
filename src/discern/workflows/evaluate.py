"""The labelled items that a saved model is measured on: those of its run, or others (see `inspect`)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError
from ..core.events import Listener
from ..core.options import ReadOptions
from ..data.dataset import Dataset
from ..data.manifest import key_of_items
from ..data.splits import read_split
from ..store.bundle import Bundle
from ..store.run_folder import RunFolder
from . import tasks
from .reading import read_with


@dataclass(frozen=True)
class Opened:
    """Labelled items that a model is measured on, and those that the baseline learns its answer from."""

    data: Dataset
    test: NDArray[np.int64]
    train: NDArray[np.int64]


def open_items(
    run: Path,
    loaded: Bundle,
    source: str | Path | Dataset | None,
    reading: ReadOptions | None,
    on_event: Listener,
) -> Opened:
    """The items to measure on, read to the form that the model takes."""
    folder = RunFolder(run)
    if source is None:
        if not run.is_dir():
            raise DataError(f"{run}: a model file holds no data; name the labelled data to measure on")
        source = folder.data_path()
    if reading is None:
        reading = folder.reading() if folder.exists() else ReadOptions()
    reading = tasks.reading_for(reading, loaded)
    data = source
    if not isinstance(data, Dataset):
        data = _read(data, reading, loaded, on_event)
    if data.labels is None:
        raise DataError(f"{data.name}: the items have no labels; measuring needs the true answers")
    if folder.exists() and folder.record()["data"]["fingerprint"] == data.fingerprint and folder.split.is_file():
        parts = read_split(folder.split, data)
        return Opened(data, parts.open_test("evaluate", lambda key, reason: None), parts.train)
    everything = np.arange(data.n)
    given = data.items["part"].to_numpy() if "part" in data.items.columns else np.full(data.n, "")
    test = everything[given == "test"] if (given == "test").any() else everything
    train = everything[given == "train"] if len(test) < data.n else everything[:0]
    if loaded.task == "classification" and not np.isin(data.labels[test], loaded.classes).any():
        known = ", ".join(map(str, loaded.classes[:5]))
        raise DataError(f"{data.name}: no label is one that the model knows ({known}, ...); found {data.classes[0]!r}")
    return Opened(data, test, train)


def _read(source: str | Path, reading: ReadOptions, loaded: Bundle, on_event: Listener) -> Dataset:
    """The data, with the run's corrections of labels where they are about these items."""
    try:
        return read_with(source, reading, spec=loaded.spec, on_event=on_event)
    except OptionError:
        if reading.corrections is None:
            raise
        return read_with(source, dataclasses.replace(reading, corrections=None), spec=loaded.spec, on_event=on_event)


def test_key(data: Dataset, test: NDArray[np.int64]) -> str:
    """What the ledger knows these items by: their contents and labels."""
    return key_of_items(data.items[test])
