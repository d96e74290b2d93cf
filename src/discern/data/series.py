"""Series from tables: values of each place in equal steps of time, with what is missing, repeated or left out said."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.events import Listener, silent, stage
from ..core.forecast_options import SeriesOptions
from ..core.views import Record
from .assemble import stop_if_too_many
from .clock_changes import is_change
from .series_files import Cells, columns_of, read_cells
from .series_step import Step, step_of
from .series_time import read_times

ALONE = "all"
"""The name of a series that is the only one."""
BLANK = ("", "na", "n/a", "nan", "null", "none", "-", "?")
"""Cells that say that a value is missing."""
LARGEST = 1e100
"""What is larger is no number that anything is counted in, and its square is none of the machine's."""
MOST_CELLS = 50_000_000
MOST_SERIES = 2_000
NAMED = 4
ONE_SERIES = 0.2
"""With more times than this that repeat with other values, several series are mixed."""


@dataclass(frozen=True, eq=False)
class Series(Record):
    """Values of several places at the same times. Nothing in it changes after reading."""

    name: str
    places: tuple[str, ...]
    start: dt.datetime
    """Of the first column of `values`, by the clock on the wall."""
    step: Step
    values: NDArray[np.float64]
    """`(n_places, n_times)`; NaN where a value is missing."""
    n_rows: int
    notes: tuple[str, ...]
    """Sentences worth saying."""

    @property
    def n_times(self) -> int:
        return int(self.values.shape[1])

    def times(self, first: int, last: int) -> list[dt.datetime]:
        """The times of the columns `first` up to `last`, which may lie after the end."""
        return [self.step.after(self.start, i) for i in range(first, last)]


def read_series(
    sources: Sequence[str | Path], options: SeriesOptions, *, step: Step | None = None, on_event: Listener = silent
) -> Series:
    """Read series from tables: see `series_files.read_cells`. `step`: the step that is known from before.

    The values of rows with the same place and time are kept once where they are the same, and their mean is taken
    where they differ. Raises DataError, TooManyBadItems.
    """
    stage(on_event, "reading")
    times = options.times
    if len(times) > 1 and options.time in columns_of(sources[0]):
        times = (options.time,)
    wanted = tuple(dict.fromkeys((*times, options.value, *((options.by,) if options.by else ()))))
    cells = read_cells(sources, wanted)
    notes = list(cells.notes)
    table = _rows(cells, times, options, notes)
    step = step or step_of(cells.name, table)
    table = _on_grid(cells, table, step, notes)
    places = tuple(sorted(table["place"].unique().to_list()))
    if len(places) > MOST_SERIES:
        found = f"{len(places):,} series"
        raise DataError(describe(f"--by {options.by}", found=found, expected=f"at most {MOST_SERIES:,}"))
    start = min(table["time"].to_list())
    index = step.indices(start, table["time"])
    width = int(index.to_numpy().max()) + 1
    if width * len(places) > MOST_CELLS:
        found = f"{width:,} steps of {step} from {start} on"
        raise DataError(describe(cells.name, found=found, expected=f"at most {MOST_CELLS // len(places):,}"))
    merged = _merged(cells.name, table.with_columns(index.alias("index")), options, notes)
    rows = merged["place"].replace_strict({name: i for i, name in enumerate(places)}, return_dtype=pl.Int64).to_numpy()
    values = np.full((len(places), width), np.nan)
    values[rows, merged["index"].to_numpy()] = merged["value"].to_numpy()
    series = Series(cells.name, places, start, step, values, cells.frame.height, ())
    return dataclasses.replace(series, notes=(*notes, *_gaps(series)))


def _rows(cells: Cells, times: Sequence[str], options: SeriesOptions, notes: list[str]) -> pl.DataFrame:
    """`item`, `place`, `time`, `value` of the rows that can be read. Raises DataError, TooManyBadItems."""
    read = read_times(times[0], [cells.frame[name] for name in times])
    notes += read.notes
    text = cells.frame[options.value].str.strip_chars()
    number = text.cast(pl.Float64, strict=False)
    place = pl.Series("place", [ALONE]).new_from_index(0, len(text))
    if options.by is not None:
        place = cells.frame[options.by].str.strip_chars().alias("place")
    blank = text.str.to_lowercase().is_in(BLANK)
    table = pl.DataFrame({"item": cells.items, "place": place, "time": read.values, "value": number, "text": text})
    written = pl.concat_str([pl.Series(name, cells.frame[name]) for name in times], separator=" ")
    table = table.with_columns(cells.frame.select(written.alias("written")).to_series(), blank.alias("blank"))
    no_time = pl.col("time").is_null()
    no_number = ~pl.col("blank") & ~(pl.col("value").abs() <= LARGEST).fill_null(False)
    reason = (
        pl.when(no_time).then(pl.lit("no time that can be read: ") + pl.col("written").str.slice(0, 40))
        .when(no_number).then(pl.lit("no number: ") + pl.col("text").str.slice(0, 40))
        .when(pl.col("place") == "").then(pl.lit(f"no {options.by}"))
    )  # fmt: skip
    table = table.with_columns(reason.alias("reason"))
    bad = table.filter(pl.col("reason").is_not_null())
    good = table.filter(pl.col("reason").is_null())
    stop_if_too_many(cells.name, good.height, list(bad.select("item", "reason").iter_rows()))
    if bad.height:
        first = bad.row(0, named=True)
        rows = "row was" if bad.height == 1 else "rows were"
        notes.append(f"{bad.height:,} {rows} left out; the first is {first['item']}: {first['reason']}")
    n_blank = int(good["blank"].sum())
    if n_blank:
        notes.append(f"{n_blank:,} cells of {options.value!r} are blank: these values are missing")
    if good.height == n_blank:
        raise DataError(describe(f"column {options.value!r}", found="no number", expected="numbers"))
    return good.select("item", "place", "time", pl.when("blank").then(None).otherwise("value").alias("value"))


def _on_grid(cells: Cells, table: pl.DataFrame, step: Step, notes: list[str]) -> pl.DataFrame:
    """The rows whose times lie a whole number of steps apart. Raises TooManyBadItems when too many do not."""
    fits = step.fitting(table["time"])
    if fits.all():
        return table
    off = table.filter(~fits)
    reason = f"its time does not lie in steps of {step}"
    stop_if_too_many(cells.name, table.height - off.height, [(item, reason) for item in off["item"]])
    first = off.row(0, named=True)
    notes.append(
        f"{off.height:,} times do not lie in steps of {step} and are left out; the first is {first['item']}: "
        f"{first['time']}"
    )
    return table.filter(fits)


def _merged(name: str, table: pl.DataFrame, options: SeriesOptions, notes: list[str]) -> pl.DataFrame:
    """One row for each place and time. Raises DataError where several series are mixed."""
    grouped = table.group_by("place", "index", maintain_order=True).agg(
        pl.col("value").mean(),
        pl.len().alias("n"),
        pl.col("value").n_unique().alias("different"),
        pl.col("time").first(),
    )
    again = grouped.filter(pl.col("n") > 1)
    if not again.height:
        return grouped
    differing = again.filter(pl.col("different") > 1)
    doubled = differing.filter(is_change(pl.col("time"), doubled=True))
    differing = differing.filter(~is_change(pl.col("time"), doubled=True))
    if differing.height > ONE_SERIES * grouped.height:
        do = "name the column that tells the series apart with --by" if options.by is None else "look at --by"
        share = f"{differing.height / grouped.height:.0%} of the times stand several times with different values"
        raise DataError(describe(name, found=share, expected="one value for each time and place", do=do))
    same = again.filter(pl.col("different") == 1)
    if same.height:
        notes.append(f"{same.height:,} times stand again with the same value and are kept once ({_days(same['time'])})")
    if doubled.height:
        notes.append(
            f"{doubled.height:,} times are the hour that clocks repeat in autumn; the mean of both is taken "
            f"({_days(doubled['time'])})"
        )
    if differing.height:
        notes.append(
            f"{differing.height:,} times stand again with another value; their mean is taken "
            f"({_days(differing['time'])})"
        )
    return grouped


def _days(times: pl.Series) -> str:
    """The days of some times: the first ones."""
    days = times.dt.date().unique().sort()
    more = f" and {len(days) - NAMED:,} more days" if len(days) > NAMED else ""
    return ", ".join(map(str, days[:NAMED].to_list())) + more


def _gaps(series: Series) -> list[str]:
    """Sentences on what is missing, and on series that begin late or end early."""
    known = np.isfinite(series.values)
    gaps: Counter[tuple[int, int]] = Counter()
    late, early, empty = [], [], []
    for name, row in zip(series.places, known, strict=True):
        places = np.flatnonzero(row)
        if not len(places):
            empty.append(name)
            continue
        first, last = int(places[0]), int(places[-1])
        if first > 0:
            late.append(f"{name} ({series.step.written(series.step.after(series.start, first))})")
        if last < series.n_times - 1:
            early.append(f"{name} ({series.step.written(series.step.after(series.start, last))})")
        cut = np.flatnonzero(np.diff(places) > 1)
        gaps.update((int(places[i]) + 1, int(places[i + 1])) for i in cut)
    said = []
    if empty:
        said.append(f"no value at all: {_few(empty)}")
    if late:
        said.append(f"begin later than the first: {_few(late)}")
    if early:
        said.append(f"end before the last: {_few(early)}")
    hour = 3600 // series.step.seconds if series.step.seconds and 3600 % series.step.seconds == 0 else 0
    spring = {gap for gap in gaps if gap[1] - gap[0] == hour and _in_spring(series, gap[0])}
    if spring:
        n = sum(gaps.pop(gap) for gap in spring)
        said.append(f"{n:,} missing hours are the hour that clocks leave out in spring")
    if gaps:
        n = sum((end - begin) * times for (begin, end), times in gaps.items())
        share = n / max(1, int(known.sum()) + n)
        longest = sorted(gaps, key=lambda gap: (-(gap[1] - gap[0]) * gaps[gap], gap))[:NAMED]
        named = "; ".join(_gap(series, gap, gaps[gap]) for gap in sorted(longest))
        more = f"; and {len(gaps) - NAMED:,} more" if len(gaps) > NAMED else ""
        said.append(f"{n:,} values between the first and the last are missing ({100 * share:.1f} %): {named}{more}")
    return said


def _gap(series: Series, gap: tuple[int, int], n_places: int) -> str:
    begin, end = (series.step.after(series.start, i) for i in (gap[0], gap[1] - 1))
    period = series.step.written(begin) + (f" to {series.step.written(end)}" if end > begin else "")
    where = f" at {n_places} of {len(series.places)}" if len(series.places) > 1 else ""
    return period + where


def _in_spring(series: Series, index: int) -> bool:
    time = pl.Series("time", [series.step.after(series.start, index)])
    return bool(pl.DataFrame({"time": time}).select(is_change(pl.col("time"), doubled=False)).item())


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
