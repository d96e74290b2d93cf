"""`audit`: what is in the data and what is wrong with it, as a record and as a page."""

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
from ..report.audit_page import write_audit_page
from ..store import outputs
from .reading import read_with

EVERYTHING = ReadOptions(max_bad=1.0)


def audit(
    source: str | Path | Dataset | ArrayLike,
    y: ArrayLike | None = None,
    *,
    groups: Groups | None = None,
    reading: ReadOptions = EVERYTHING,
    html: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Findings:
    """Look for faults in the data: unreadable and stray files, copies, leaks, shortcuts, classes too small or uneven.

    `source` as in `train`; a path is read with `reading`. With `html` the findings are also written as one page; a file
    that exists is replaced only with `force`. Raises DataError when the data cannot be read at all, or when more items
    than `reading` accepts cannot (default: never, an audit lists them all); OptionError and OutputError for a place
    that cannot be written.
    """
    raise_all(reading.problems())
    inputs = [source] if isinstance(source, (str, Path)) else []
    page = None if html is None else outputs.checked("--html", html, inputs=inputs, endings=(".html",), force=force)
    threads.set_budget()
    stage(on_event, "reading")
    data = source if isinstance(source, Dataset) else read_with(source, reading, y=y, groups=groups, on_event=on_event)
    findings = run_checks(data, on_event=on_event)
    if page is not None:
        write_audit_page(page, findings)
    return findings
