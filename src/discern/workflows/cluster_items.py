"""Items of groups: how they are shown on cards, and which group new ones belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.events import Listener, note, silent, steps
from ..core.options import TextOptions
from ..core.records import InputSpec
from ..data.dataset import COLUMN, Dataset
from ..data.read import read
from ..data.table_values import stream_values
from ..data.tables_out import FORMATS, table_writer, write_table
from ..data.texts import read_texts
from ..evaluate.cluster_cards import Example
from ..models import clusters as model_of
from ..models.cluster_features import PictureFeatures, TableFeatures
from ..models.codecs.clusters import Saved
from ..report.pictures import data_uri
from ..store import clusters as store
from ..store import outputs

NO_GROUP, NO_SIGNAL = "no group", "no signal"
EXCERPT = 300
"""Letters of a text on a card."""
MOSTLY_OWN = 0.5
"""A column that is no feature says what rows are called when this share of its cells are different."""


def apply_clusters(
    run: str | Path,
    source: str | Path,
    *,
    out: str | Path | None = None,
    text: TextOptions | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> pl.DataFrame:
    """The groups of a run that other items belong to, as `answers` gives them; with `out` written there, too.

    A table is read in pieces and needs the run's columns, in any order. Raises OptionError, DataError, RunError,
    ModelFileError, OutputError.
    """
    saved = store.load(run)
    path = None if out is None else outputs.checked("-o", out, inputs=(source, run), endings=FORMATS, force=force)
    if isinstance(saved.features, TableFeatures):
        return _apply_to_table(saved, saved.features, str(source), path, on_event)
    if isinstance(saved.features, PictureFeatures):
        data = read(source, spec=saved.features.spec, on_event=on_event)
        if data.kind != "pictures":
            raise DataError(describe(str(source), found=data.kind, expected="pictures, as the groups were found in"))
        found = answers(data.items["item"], data.values, saved)
    else:
        texts = read_texts(source, text, on_event=on_event)
        found = answers(texts.items, np.array(texts.texts.to_list(), dtype=object), saved)
    if path is not None:
        write_table(path, found)
    return found


def answers(items: pl.Series, values: NDArray[Any], saved: Saved) -> pl.DataFrame:
    """A row an item: `item`, `group` (its number), `name`, `next` (the group that is second), `margin` (from 0 on the
    border to the next group up to 1), `far` (whether it is far from every group)."""
    silent_ones = saved.features.silent(values)
    placed = saved.model.place(saved.features.transform(values))
    whole = placed
    if isinstance(saved.features, TableFeatures):
        whole = saved.model.place(saved.features.transform(values, whole=True))
    known = (placed.groups >= 0) & ~silent_ones
    ids, names = np.array([*saved.ids, NO_GROUP], dtype=object), np.array([*saved.names, ""], dtype=object)
    group = np.where(silent_ones, NO_SIGNAL, ids[placed.groups])
    several = saved.model.n_groups > 1
    return pl.DataFrame(
        {
            "item": items,
            "group": pl.Series(group, dtype=pl.String),
            "name": pl.Series(np.where(known, names[placed.groups], ""), dtype=pl.String),
            "next": pl.Series(np.where(known & several, ids[placed.next], ""), dtype=pl.String),
            "margin": pl.Series(np.where(known, np.round(placed.margin, 6), np.nan)).fill_nan(None),
            "far": pl.Series(model_of.far(saved.model, placed, whole) & known),
        }
    )


def example(data: Dataset, row: int, next_to: str = "") -> Example:
    """An item for a card."""
    item = str(data.items["item"][row])
    if data.kind == "pictures":
        pixels = data.values[row]
        shown = pixels if pixels.dtype == np.uint8 else np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
        return Example(item, "", picture=data_uri(shown), next=next_to)
    if data.kind == "texts":
        line = " ".join(str(data.values[row]).split())
        return Example(item, "", text=line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…", next=next_to)
    column = _calling(data)
    return Example(item, "" if column is None else str(data.items[column][row] or ""), next=next_to)


def _calling(data: Dataset) -> str | None:
    """The column that says what rows are called: the first that is no feature and mostly different."""
    for name in data.items.columns:
        if name.startswith(COLUMN) and data.items[name].n_unique() >= MOSTLY_OWN * data.n:
            return name
    return None


def _apply_to_table(
    saved: Saved, features: TableFeatures, source: str, path: Path | None, on_event: Listener
) -> pl.DataFrame:
    spec = InputSpec("table", (len(features.columns),), "float64", columns=features.columns)
    kept: list[pl.DataFrame] = []
    said: list[str] = []
    n_rows = 0

    def pieces() -> Any:
        nonlocal n_rows
        for piece in stream_values(source, spec):
            said.extend(one for one in piece.notes if one not in said)
            n_rows += piece.values.shape[0]
            steps(on_event, "rows", n_rows, 0)
            yield answers(piece.items, piece.values, saved)

    if path is None:
        kept = list(pieces())
        found = pl.concat(kept) if kept else pl.DataFrame()
    else:
        with table_writer(path) as writer:
            for piece in pieces():
                writer.write(piece)
                kept.append(piece)
        found = pl.concat(kept) if kept else pl.DataFrame()
    for sentence in said:
        note(on_event, sentence)
    return found
