"""Handing a run on: its card, its report without items, and removing what learning left behind."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from ..core import files
from ..core.events import Listener, silent
from ..core.options import raise_all
from ..data.cache import cache
from ..data.dataset import Dataset
from ..store import card as cards
from ..store.card import Card
from ..store.run_folder import RunFolder, model_path
from .again import finished, keep
from .kept import Finished
from .reading import read_with

Source = str | Path | Dataset | None


def card(run: str | Path, source: Source = None, *, on_event: Listener = silent, **fields: str) -> Card:
    """The card of a run's model, or of a model file; with `fields` (those of `Card`) they are written into it first.

    A run's report, which shows the card, is written anew; `source` is where its data lie now. Raises OptionError,
    RunError, DataError, ModelFileError, OutputError.
    """
    path = model_path(run)
    if not fields:
        return cards.read(path)
    filled = dataclasses.replace(cards.read(path), **fields)
    raise_all(filled.problems())
    if not Path(run).is_dir():
        cards.write(path, filled)
        return filled
    opened = _opened(run, source, on_event)
    with opened.folder.writing():
        cards.write(path, filled)
    keep(opened, {})
    return filled


def report(run: str | Path, source: Source = None, *, items: bool | None = None, on_event: Listener = silent) -> Path:
    """Write a finished run's report anew and give its place; `source` is where its data lie now.

    With `items` False no picture and no name of an item stands in it, nor beside it, and none comes back until `items`
    is True; None leaves that as it is. Raises RunError, DataError, OutputError.
    """
    opened = _opened(run, source, on_event)
    folder = opened.folder
    if items is not None:
        with folder.writing():
            if not items:
                shutil.rmtree(folder.path / "report", ignore_errors=True)
            files.write_json(folder.manifest, folder.record() | {"items_in_report": items})
    keep(opened, {})
    return folder.report


def purge(run: str | Path, source: Source = None, *, on_event: Listener = silent) -> tuple[tuple[str, int], ...]:
    """Remove what learning left behind and using the model does not need; what was removed, with its bytes.

    That is: checkpoints, event files, a copy of the model that learning began with, the list of suspect labels
    with what was put right in it, the decoded pictures of the data (where they lie is asked of the data; `source` is
    where these lie now), and all items from the report. Raises RunError, DataError, OutputError.
    """
    opened = _opened(run, source, on_event)
    folder = opened.folder
    removed: list[tuple[str, int]] = []
    with folder.writing():
        for path in (folder.checkpoints, folder.tensorboard, folder.start, folder.suspects):
            if path.exists():
                removed.append((path.name, _size(path)))
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        folder.kept("suspects").unlink(missing_ok=True)
    kept = cache()
    if kept is not None:
        removed += kept.forget(opened.data.values)
    report(run, opened.data, items=False, on_event=silent)
    return tuple(removed)


def _opened(run: str | Path, source: Source, on_event: Listener) -> Finished:
    data = source
    if isinstance(data, (str, Path)):
        data = read_with(data, RunFolder(Path(run)).reading(), on_event=on_event)
    return finished(run, data, on_event)


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in (path, *path.rglob("*")) if one.is_file())
