"""`explain`: why a model answers as it does. One file a kind of data; this one only tells them apart."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..core.errors import DataError, describe
from ..core.events import Listener, silent
from ..data.dataset import Dataset
from ..explain.contributions import Contributions
from ..explain.picture import PictureExplanation, PicturesExplained
from ..explain.table import TableExplanation
from ..explain.words import TextExplanation, TextsExplained
from ..store import bundle
from ..store.run_folder import model_path
from . import explain_folder, explain_picture, explain_table, explain_text

Explanation = (
    TableExplanation | Contributions | PictureExplanation | PicturesExplained | TextExplanation | TextsExplained
)
KINDS: dict[str, Any] = {"table": explain_table, "pictures": explain_picture, "texts": explain_text}


def explain(
    run: str | Path,
    source: str | Path | Dataset | None = None,
    *,
    item: str | None = None,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Explanation:
    """What matters for the model of a finished run, and how; or why it answers as it does for one `item`, or a picture.

    `source` is where the run's data lie now, or they themselves where it learned from arrays; with `item` (its name,
    such as `line 12`) it may hold other rows. Of pictures
    it may be one picture: why it gets its answer. `out` is a folder for the page, its figures (SVG), tables (CSV) and
    `explain.json`. What is said of the data rests on the training and the validation part; the test part stays closed.

    Raises OptionError, RunError, DataError, ModelFileError, OutputError.
    """
    run = os.fspath(run)
    loaded = bundle.load(model_path(run))
    kind = loaded.spec.kind
    if kind not in KINDS:
        raise DataError(describe(str(run), found=f"a model of {kind}", expected="one of a table or of pictures"))
    place = None if out is None else explain_folder.place(out, run, source, force)
    asked = KINDS[kind]
    found: Explanation
    single = item is not None or (kind == "pictures" and explain_picture.is_picture(source))
    if not single:
        found = asked.whole(run, loaded, source, place, on_event)
    else:
        found = asked.one(run, loaded, source, item, place, on_event)
    return found
