"""`discern series forecast --run`: the model of a run foretells again, from newer values."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from ..core.errors import DataError, describe
from ..core.events import Listener, note, silent
from ..data.series import Series, read_series
from ..data.series_known import read_known
from ..data.series_step import Step
from ..data.tables_out import FORMATS, write_table
from ..models.codecs.forecast import SavedForecast
from ..models.forecast_panel import Panel
from ..store import forecasts as store
from ..store import outputs
from .foretell import dates, foretold


def forecast_again(
    run: str | Path,
    sources: Sequence[str | Path],
    *,
    known: str | Path | None = None,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> pl.DataFrame:
    """Foretell with the model of a run, from newer values: a table as in `ForecastRun`.

    The newer values are put after those that the run kept. Raises RunError, ModelFileError, DataError, OutputError.
    """
    saved = store.load(run)
    inputs = [*sources, run, *([] if known is None else [known])]
    path = None if out is None else outputs.checked("-o", out, inputs=inputs, endings=FORMATS, force=force)
    newer = read_series(sources, saved.series, step=saved.step, on_event=on_event)
    joined, said_of = _joined(saved, newer)
    notes = [*newer.notes, *said_of]
    layout = saved.layout
    if layout.known and known is None and saved.model.uses_known:
        notes.append(f"the model learned with {', '.join(layout.known)}; --with was not given, so they are unknown")
    names, table = dates(joined, layout.horizon)
    if names != layout.calendar:
        raise DataError(describe(str(run), found="another calendar than the model learned with", do="learn anew"))
    ahead = np.full((len(table), len(layout.known)), np.nan, dtype=np.float32)
    if layout.known and known is not None:
        found = read_known(
            known, saved.series.times, joined.start, joined.step, joined.n_times, layout.horizon, layout.known
        )
        ahead = found.values
        notes += found.notes
    for sentence in notes:
        note(on_event, sentence)
    given = tuple(place for place in joined.places if place in newer.places)
    made = foretold(saved, Panel(layout, joined.values, table, ahead), given, joined)
    if path is not None:
        write_table(path, made)
    return made


def _joined(saved: SavedForecast, newer: Series) -> tuple[Series, list[str]]:
    """The values that a run kept, followed and replaced by newer ones; and what is worth saying."""
    step: Step = saved.step
    unknown = [place for place in newer.places if place not in saved.places]
    if len(unknown) == len(newer.places):
        raise DataError(
            describe(newer.name, found=f"no place that the run knows, but {', '.join(unknown[:5])}",
                     expected=f"some of {', '.join(saved.places[:5])}")
        )  # fmt: skip
    shift = int(step.indices(saved.begin, pl.Series([newer.start], dtype=pl.Datetime("us")))[0])
    if shift < 0:
        newer = dataclasses.replace(newer, start=saved.begin, values=newer.values[:, -shift:])
        shift = 0
    n_kept = saved.history.shape[1]
    width = shift + newer.n_times
    notes = []
    if newer.n_times <= 0 or width < n_kept:
        last = step.written(step.after(saved.begin, n_kept - 1))
        raise DataError(describe(newer.name, found=f"values that end before those of the run ({last})",
                                 expected="newer values"))  # fmt: skip
    if unknown:
        notes.append(f"places that the run does not know are left out: {', '.join(unknown[:5])}")
    if shift > n_kept:
        notes.append(f"{shift - n_kept:,} times between the run and the newer values are missing")
    values = np.full((len(saved.places), width), np.nan)
    values[:, :n_kept] = saved.history
    for i, place in enumerate(saved.places):
        if place in newer.places:
            new = newer.values[newer.places.index(place)]
            values[i, shift:] = np.where(np.isfinite(new), new, values[i, shift:])
    return Series(newer.name, saved.places, saved.begin, step, values, newer.n_rows, ()), notes
