"""What each kind of `explain` begins and ends with: a run with its data, and the folder that is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core import files
from ..core.errors import OptionError, OutputError, describe
from ..core.events import Listener
from ..data.dataset import Dataset
from ..store.run_folder import RunFolder, check_apart
from .again import finished
from .kept import Finished
from .train import read_with

RESULT = "explain.json"


def open_run(run: str | Path, source: str | Path | Dataset | None, on_event: Listener) -> Finished:
    """A finished run with its data. Raises RunError, DataError."""
    data = source
    if isinstance(data, (str, Path)):
        folder = RunFolder(Path(run))
        folder.record()
        data = read_with(data, folder.reading(), on_event=on_event)
    return finished(run, data, on_event)


def place(out: str | Path, source: str | Path | Dataset | None, force: bool) -> Path:
    """The folder to write into. Raises OptionError, OutputError."""
    folder = Path(out)
    check_apart(folder, Path(source) if isinstance(source, (str, Path)) else None)
    if folder.exists() and not folder.is_dir():
        raise OutputError(describe(f"-o {out}", found="a file", expected="the name of a folder"))
    present = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    if any((above / "run.json").is_file() for above in (folder.resolve(), *folder.resolve().parents)):
        raise OptionError(describe(f"-o {out}", found="it lies in a run's folder", do="choose a place outside of it"))
    if present and RESULT not in present and any(not name.startswith(files.TEMPORARY) for name in present):
        raise OutputError(describe(f"-o {out}", found="a folder with other files", do="choose another -o"))
    if RESULT in present and not force:
        raise OutputError(f"{out}: it holds an explanation already; choose another -o, or --force to replace it")
    return folder


def write(folder: Path, beside: Mapping[str, str | bytes], record: Mapping[str, Any]) -> None:
    """Everything but the result, and then the result: a folder without it was not finished."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT).unlink(missing_ok=True)
    for old in (old for ending in ("svg", "csv", "gif") for old in folder.glob(f"*.{ending}")):
        old.unlink()
    for name, content in beside.items():
        if isinstance(content, bytes):
            files.write_bytes(folder / name, content)
        else:
            files.write_text(folder / name, content)
    files.write_json(folder / RESULT, record)
