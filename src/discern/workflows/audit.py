"""`audit`: what is in the data and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from numpy.typing import ArrayLike

from ..audit import audit as run_checks
from ..core import threads
from ..core.events import Listener, silent, stage
from ..core.options import Interval, raise_all
from ..core.records import Findings
from ..data.assemble import Groups
from ..data.dataset import Dataset
from ..data.read import read


def audit(
    source: str | Path | Dataset | ArrayLike,
    y: ArrayLike | None = None,
    *,
    groups: Groups | None = None,
    max_bad: float = 1.0,
    on_event: Listener = silent,
) -> Findings:
    """Look for faults in the data: unreadable and stray files, duplicates, classes too small or uneven.

    `source` as in `train`. Raises DataError when the data cannot be read at all, or when more than the share
    `max_bad` of the items cannot (default: never, an audit lists them all).
    """
    raise_all([Interval(0, 1).problem("--max-bad", max_bad)])
    threads.set_budget()
    stage(on_event, "reading")
    data = source if isinstance(source, Dataset) else read(source, y, groups=groups, max_bad=max_bad, on_event=on_event)
    return run_checks(data, on_event=on_event)
