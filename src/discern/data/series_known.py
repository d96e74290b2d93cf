"""What else is known of a time, also of one to come, from a table of its own: weather, prices, opening hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from .series import BLANK
from .series_files import columns_of, read_cells
from .series_step import DAY, Step
from .series_time import read_times

USUAL = ("date", "time", "datetime", "timestamp", "day")
MOSTLY = 0.95
"""The share of cells that must be numbers, of those that are not blank."""
MOST_COLUMNS = 200
NAMED = 8


@dataclass(frozen=True, eq=False)
class Known:
    """Numbers for each time of a series and for the times after its end."""

    names: tuple[str, ...]
    values: NDArray[np.float32]
    """`(n_times + n_ahead, n_names)`; NaN where nothing is known."""
    notes: tuple[str, ...]


def read_known(
    source: str | Path, times: Sequence[str], start: dt.datetime, step: Step, n_times: int, n_ahead: int,
    names: Sequence[str] | None = None,
) -> Known:  # fmt: skip
    """Read a table and join it by its times, or by their days where it has one row a day.

    `times` are the columns of the series' own times, which are looked for first; `names`: the columns that a model
    expects. Raises DataError.
    """
    columns = columns_of(source)
    by = _time_columns(str(source), columns, times)
    others = [name for name in columns if name not in by]
    cells = read_cells([source], [*by, *others])
    read = read_times(by[0], [cells.frame[name] for name in by])
    name = Path(source).name
    notes = [f"{name}: {note}" for note in (*cells.notes, *read.notes)]
    numbers, left_out = _numbers(cells.frame.select(others))
    if left_out:
        notes.append(f"{name}: no numbers and left out: {', '.join(left_out[:NAMED])}")
    if names is not None:
        _refuse_lacking(str(source), numbers.columns, names)
        numbers = numbers.select(names)
    if not numbers.width or numbers.width > MOST_COLUMNS:
        found = f"{numbers.width:,} columns of numbers"
        raise DataError(describe(str(source), found=found, expected=f"1 to {MOST_COLUMNS} beside {' + '.join(by)}"))
    table = numbers.with_columns(read.values.alias("_time")).filter(pl.col("_time").is_not_null())
    lost = numbers.height - table.height
    if lost > (1 - MOSTLY) * numbers.height:
        item = cells.items.filter(read.values.is_null())[0]
        found = f"{lost:,} of {numbers.height:,} rows without a time that can be read"
        raise DataError(describe(f"{source}, {item}", found=found, expected="dates such as 2024-12-31"))
    daily = not step.months and step.seconds < DAY and bool((table["_time"].dt.truncate("1d") == table["_time"]).all())
    own = Step(DAY, 0, 0) if daily else step
    first = dt.datetime(start.year, start.month, start.day) if daily else start
    wanted = pl.Series("time", [step.after(start, i) for i in range(n_times + n_ahead)], dtype=pl.Datetime("us"))
    keyed = table.with_columns(own.indices(first, table["_time"]).alias("_at")).drop("_time")
    keyed = keyed.group_by("_at").mean()
    at = pl.DataFrame({"_at": own.indices(first, wanted)})
    joined = at.join(keyed, on="_at", how="left", maintain_order="left").select(numbers.columns)
    values = joined.cast(pl.Float32).fill_null(np.nan).to_numpy()
    share = float(np.isfinite(values[:n_times]).any(axis=1).mean()) if n_times else 0.0
    if not share and not np.isfinite(values).any():
        raise DataError(describe(str(source), found="no time in common with the series", expected="times that overlap"))
    way = "by day" if daily else "by time"
    notes.append(
        f"{name}: {', '.join(numbers.columns[:NAMED])}, joined {way}; known for {100 * share:.0f} % of the times"
    )
    coming = int(np.isfinite(values[n_times:]).any(axis=1).sum())
    if n_ahead:
        notes.append(f"{name}: known for {coming:,} of the {n_ahead:,} times to come")
    return Known(tuple(numbers.columns), np.ascontiguousarray(values), tuple(notes))


def _time_columns(source: str, columns: Sequence[str], times: Sequence[str]) -> tuple[str, ...]:
    if all(name in columns for name in times):
        return tuple(times)
    known = [name for name in columns if name == times[0] or name.lower() in USUAL]
    if not known:
        found = f"columns {', '.join(columns[:NAMED])}"
        raise DataError(describe(source, found=found, expected=f"a column {times[0]!r}, or one named date or time"))
    return (known[0],)


def _numbers(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The columns of numbers, and the names of the others."""
    kept, left_out = {}, []
    for column in frame:
        text = column.str.strip_chars()
        blank = text.str.to_lowercase().is_in(BLANK)
        number = text.cast(pl.Float64, strict=False)
        finite = number.is_finite().fill_null(False)
        n_numbers, n_blank = int(finite.sum()), int(blank.sum())
        if n_numbers and n_numbers >= MOSTLY * (len(text) - n_blank):
            kept[column.name] = pl.DataFrame({"n": number, "f": finite}).select(pl.when("f").then("n")).to_series()
        else:
            left_out.append(column.name)
    return pl.DataFrame(kept), left_out


def _refuse_lacking(source: str, columns: Sequence[str], names: Sequence[str]) -> None:
    lacking = [name for name in names if name not in columns]
    if lacking:
        found = f"no column of numbers {', '.join(map(repr, lacking))} among {', '.join(columns[:NAMED])}"
        raise DataError(describe(source, found=found, expected="the columns that the model learned with"))
