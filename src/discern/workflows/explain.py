"""`explain`: why a model answers as it does. One file a kind of data; this one only tells them apart."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import DataError, describe
from ..core.events import Listener, silent
from ..data.dataset import Dataset
from ..explain.contributions import Contributions
from ..explain.table import TableExplanation
from ..store import bundle
from ..store.run_folder import model_path
from . import explain_table

KINDS = {"table": explain_table}


def explain(
    run: str | Path,
    source: str | Path | Dataset | None = None,
    *,
    item: str | None = None,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> TableExplanation | Contributions:
    """What matters for the model of a finished run, and how; or why it answers as it does for one `item`.

    `source` is where the run's data lie now, or they themselves where it learned from arrays; with `item` (its name,
    such as `line 12`) it may hold other rows. `out` is a folder for the page, its figures (SVG), tables (CSV) and
    `explain.json`. What is said of the data rests on the training and the validation part; the test part stays closed.

    Raises OptionError, RunError, DataError, ModelFileError, OutputError.
    """
    loaded = bundle.load(model_path(run))
    kind = loaded.spec.kind
    if kind not in KINDS:
        raise DataError(describe(str(run), found=f"a model of {kind}", expected="one of a table"))
    place = None if out is None else explain_table.place(out, source, force)
    asked = KINDS[kind]
    found: TableExplanation | Contributions
    if item is None:
        found = asked.whole(run, loaded, source, place, on_event)
    else:
        found = asked.one(run, loaded, source, item, place, on_event)
    return found
