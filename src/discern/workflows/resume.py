"""`resume`: go on with a run that was stopped, or learn for more epochs in one that is finished."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..core import events, threads
from ..core.errors import OptionError, RunError, describe
from ..core.events import Listener, silent
from ..core.options import TrainOptions, raise_all
from ..data.dataset import Dataset
from ..store.run_folder import RunFolder
from . import stages
from .reading import reopen
from .run import Run


def resume(
    run: str | Path,
    data: Dataset | None = None,
    *,
    more_epochs: int | None = None,
    on_event: Listener = silent,
) -> Run:
    """Bring a stopped run to its end; the files come out the same, byte for byte, as if it had never been stopped.

    `more_epochs` goes on from a finished network for so many epochs more. `data` is needed only where the run learned
    from arrays. Threads, seed and options are the run's own.

    A run that is finished is left as it is. Raises RunError (no such run, another process at work), DataError (the data
    have changed).
    """
    folder = RunFolder(Path(run))
    record = folder.record()
    options = folder.options()
    if more_epochs is not None:
        raise_all(dataclasses.replace(options, epochs=(more_epochs,)).problems())
    with folder.writing():
        record = folder.record()
        if record["state"] == "finished" and more_epochs is None:
            events.note(on_event, "this run is finished; --epochs +5 would learn for five epochs more")
            return Run.open(folder.path)
        if record["state"] != "finished" and more_epochs is not None:
            raise RunError(
                describe(str(run), found=f"this run is {record['state']}", do="resume it first, then add epochs")
            )
        threads.set_budget(record["threads"])
        events.stage(on_event, "reading")
        data = reopen(folder, data, on_event)
        if more_epochs is not None:
            options = _extend(folder, options, more_epochs)
        stages.work_through(stages.Job(folder, data, options, stages.logging(folder, options, on_event)))
    return Run.open(folder.path)


def _extend(folder: RunFolder, options: TrainOptions, more: int) -> TrainOptions:
    """Reopen a finished network for another cycle of epochs."""
    training = folder.load(folder.training, "model")
    if "cycles" not in training:
        raise OptionError(f"--epochs: a {training['model']} model does not learn in epochs")
    extended = dataclasses.replace(options, epochs=(*training["cycles"], more), budget=None)
    folder.advance("compared", options=extended.to_json(), files={})
    return extended
