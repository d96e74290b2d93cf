"""What each kind of `explain` begins and ends with: a run with its data, and the folder that is written."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core import files
from ..core.errors import DataError, OptionError, OutputError, RunError, describe
from ..core.events import Listener
from ..data.dataset import Dataset
from ..store.run_folder import RunFolder, check_apart
from .again import finished
from .kept import Finished
from .reading import read_with

RESULT, PAGE = "explain.json", "explain.html"
OURS = re.compile(
    r"explain\.(json|html)|inside\.gif|(importance|coefficients|bends|dependence|influence|words|parts)\.csv"
    r"|(importance|coefficients|residuals|parts|grad_cam|gradients|occlusion|(dependence|bend)_\d+_.*)\.svg"
)
"""Names of files that an explanation is made of; nothing else in its folder is ever replaced or removed."""


def open_run(run: str | Path, source: str | Path | Dataset | None, on_event: Listener) -> Finished:
    """A finished run with its data. Raises RunError, DataError."""
    data = source
    if isinstance(data, (str, Path)):
        folder = RunFolder(Path(run))
        folder.record()
        data = read_with(data, folder.reading(), on_event=on_event)
    return finished(run, data, on_event)


def place(out: str | Path, run: str | Path, source: str | Path | Dataset | None, force: bool) -> Path:
    """The folder to write into, apart from what is read and from what the run learned from. Raises OptionError,
    OutputError."""
    folder = Path(out)
    inputs = [source] if isinstance(source, (str, Path)) else []
    with contextlib.suppress(DataError, RunError):  # a run that learned from arrays, or none: that is said later
        inputs.append(RunFolder(Path(run)).data_path())
    for one in inputs:
        check_apart(folder, Path(one))
    if folder.exists() and not folder.is_dir():
        raise OutputError(describe(f"-o {out}", found="a file", expected="the name of a folder"))
    present = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    if any((above / "run.json").is_file() for above in (folder.resolve(), *folder.resolve().parents)):
        raise OptionError(describe(f"-o {out}", found="it lies in a run's folder", do="choose a place outside of it"))
    settled = {name for name in present if not name.startswith(files.TEMPORARY)}
    stopped = PAGE in settled and all(OURS.fullmatch(name) for name in settled)
    if settled and not stopped and RESULT not in settled:
        raise OutputError(describe(f"-o {out}", found="a folder with other files", do="choose another -o"))
    if RESULT in present and not force:
        raise OutputError(f"{out}: it holds an explanation already; choose another -o, or --force to replace it")
    return folder


def write(folder: Path, beside: Mapping[str, str | bytes], record: Mapping[str, Any]) -> None:
    """The page, everything else, and then the result: a folder without it was not finished, and the page tells whose
    it is. What an earlier explanation left goes first, but for its page, which is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT).unlink(missing_ok=True)
    for old in folder.iterdir():
        if OURS.fullmatch(old.name) and old.name != PAGE:
            old.unlink()
    for name, content in {PAGE: beside[PAGE], **beside}.items():
        if isinstance(content, bytes):
            files.write_bytes(folder / name, content)
        else:
            files.write_text(folder / name, content)
    files.write_json(folder / RESULT, record)
