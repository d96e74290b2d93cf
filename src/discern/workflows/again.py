"""Opening a finished run once more, and writing down what was found out: beside it, and in its report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ..core import events, files, threads
from ..core.errors import DataError, RunError, describe
from ..core.events import Listener
from ..data.dataset import Dataset
from ..data.splits import read_split
from ..evaluate.recorded import recorded
from ..store.run_folder import SUSPECTS, RunFolder
from . import search
from .kept import Finished
from .reading import reopen
from .reporting import write_run_report


class Record(Protocol):
    """A result that can be kept."""

    def to_json(self) -> dict[str, Any]: ...


def finished(run: str | Path, data: Dataset | None, on_event: Listener) -> Finished:
    """Open a finished run and read its data again, with the run's own number of threads.

    Raises RunError when there is no finished run, DataError when the data are not what the run saw.
    """
    folder = RunFolder(Path(run))
    if folder.path.is_file():
        do = "its data are named in the run's folder"
        raise RunError(describe(str(run), found="a model file", expected="a run's folder", do=do))
    record = folder.record()
    if record["state"] != "finished":
        raise RunError(
            describe(str(run), found=f"this run is {record['state']}, not finished", do=f"discern resume {run}")
        )
    threads.set_budget(record["threads"])
    events.stage(on_event, "reading")
    data = reopen(folder, data, on_event)
    if data.labels is None:
        raise DataError(f"{data.name}: the items have no labels")
    parts = read_split(folder.split, data)
    choice = folder.load(folder.candidates, "chosen", "candidates", "compared_on")
    return Finished(folder, search.resized(data, choice, on_event), parts, choice)


def keep(run: Finished, results: Mapping[str, Record], texts: Mapping[str, str] | None = None) -> None:
    """Write each result as `RUN/<name>.json` (and `texts` under their names), and the report anew.

    Raises RunLocked when another process is writing this run, OutputError.
    """
    folder = run.folder
    with folder.writing():
        if SUSPECTS in (texts or {}):
            folder.refuse_filled()
        for name, result in results.items():
            files.write_json(folder.kept(name), result.to_json())
        for name, text in (texts or {}).items():
            files.write_text(folder.path / name, text)
        evaluation = recorded(folder.load(folder.evaluation))
        findings, options = folder.findings(), folder.options()
        write_run_report(folder, run.data, options, findings, run.parts, run.choice, evaluation)
        files.write_json(folder.manifest, folder.record() | {"files": folder.digests()})
