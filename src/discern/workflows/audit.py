"""`audit`: what is in the data and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from numpy.typing import ArrayLike

from ..audit import audit as run_checks
from ..core import threads
from ..core.events import Listener, silent, stage
from ..core.options import ReadOptions, raise_all
from ..core.records import Findings
from ..data.assemble import Groups
from ..data.dataset import Dataset
from .train import read_with

EVERYTHING = ReadOptions(max_bad=1.0)


def audit(
    source: str | Path | Dataset | ArrayLike,
    y: ArrayLike | None = None,
    *,
    groups: Groups | None = None,
    reading: ReadOptions = EVERYTHING,
    on_event: Listener = silent,
) -> Findings:
    """Look for faults in the data: unreadable and stray files, duplicates, classes too small or uneven.

    `source` as in `train`; a path is read with `reading`. Raises DataError when the data cannot be read at all, or when
    more items than `reading` accepts cannot (default: never, an audit lists them all).
    """
    raise_all(reading.problems())
    threads.set_budget()
    stage(on_event, "reading")
    data = source if isinstance(source, Dataset) else read_with(source, reading, y=y, groups=groups, on_event=on_event)
    return run_checks(data, on_event=on_event)
