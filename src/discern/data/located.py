"""Where the rows of a table lie: by latitude and longitude, by the British National Grid, or by a place's name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.views import Record
from .areas import Areas
from .boundaries import GRID, names_shown, to_degrees
from .tables import column, read_table

Array = NDArray[np.float64]

LATITUDES = ("latitude", "lat", "northing", "northings", "y")
LONGITUDES = ("longitude", "lon", "lng", "long", "easting", "eastings", "x")
PLACES = ("place", "town", "name", "postcode", "city", "location", "home")
GRID_WIDTH, GRID_HEIGHT = 700_000, 1_300_000
"""Metres that the British National Grid reaches."""
SWAPPED = 0.5
"""Coordinates are thought to be exchanged where less than this lies in the areas, and more would if they were."""


@dataclass(frozen=True)
class PlaceOptions(Record):
    """How rows get a place."""

    latitude: str | None = None
    longitude: str | None = None
    place: str | None = None
    """The column of places' names, which `gazetteer` knows."""
    gazetteer: str | None = None
    """A table of places: name, latitude, longitude."""

    def problems(self) -> list[str | None]:
        both = "--latitude and --longitude go together; one of them was given"
        tables = "--place and --gazetteer go together; one of them was given"
        return [
            both if (self.latitude is None) != (self.longitude is None) else None,
            tables if (self.place is None) != (self.gazetteer is None) else None,
        ]


@dataclass(frozen=True, eq=False)
class Located:
    """A point for each row, NaN where there is none, and what became of the others."""

    longitude: Array
    latitude: Array
    n_without: int
    """Rows that say nothing of a place."""
    n_bad: int
    """Rows with something that is no place: a word, a number beyond the globe, 0/0."""
    n_unknown: int
    """Rows whose place the gazetteer does not know, or knows twice."""
    notes: tuple[str, ...]

    @property
    def n_located(self) -> int:
        return int((~np.isnan(self.longitude)).sum())


def locate(name: str, frame: pl.DataFrame, options: PlaceOptions) -> Located:
    """The points of a table's rows: by coordinates where a row has them, else by its place's name.

    Raises DataError where no column says where, OptionError through `PlaceOptions.problems`.
    """
    latitude, longitude = options.latitude, options.longitude
    if latitude is None or longitude is None:
        latitude, longitude = _usual(frame, LATITUDES), _usual(frame, LONGITUDES)
    if (latitude is None or longitude is None) and options.place is None:
        has = ", ".join(frame.columns[:20])
        do = "name them: --latitude and --longitude, or --place and --gazetteer"
        raise DataError(describe(name, found=f"no columns of places among {has}", do=do))
    empty = np.full(frame.height, np.nan)
    found = Located(empty, empty.copy(), frame.height, 0, 0, ())
    if latitude is not None and longitude is not None:
        found = _by_numbers(column(name, frame, latitude), column(name, frame, longitude))
    if options.place is not None and options.gazetteer is not None:
        found = _by_name(found, column(name, frame, options.place), options.gazetteer)
    return found


def placed(located: Located, areas: Areas) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The area of each row, -1 for none, and what is to be said of the points outside.

    Raises DataError where no point lies in any area.
    """
    area = areas.locate(located.longitude, located.latitude)
    inside, n = int((area >= 0).sum()), located.n_located
    if not n:
        raise DataError("no row has a place that could be found; expected points, or names that the gazetteer knows")
    notes = list(located.notes)
    if inside < SWAPPED * n:
        other = int((areas.locate(located.latitude, located.longitude) >= 0).sum())
        if other > max(inside, SWAPPED * n):
            said = (
                f"latitude and longitude look exchanged: {inside:,} of {n:,} points lie in the areas, {other:,} would"
            )
            notes.append(f"{said} the other way round")
    if not inside:
        west, south, east, north = areas.bounds
        x, y = float(np.nanmedian(located.longitude)), float(np.nanmedian(located.latitude))
        found = f"none of {n:,} points lies in an area: they are around {y:.3f}, {x:.3f} (latitude, longitude)"
        expected = f"{south:.3f} to {north:.3f}, {west:.3f} to {east:.3f}"
        raise DataError(describe("places", found="; ".join([found, *notes]), expected=expected))
    if inside < n:
        notes.append(f"{n - inside:,} points lie in no area")
    return area, tuple(notes)


def _by_numbers(latitude: pl.Series, longitude: pl.Series) -> Located:
    cells = [one.cast(pl.String).str.strip_chars().fill_null("") for one in (latitude, longitude)]
    given = [(one != "").to_numpy() for one in cells]
    y, x = (one.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().copy() for one in cells)
    said = given[0] | given[1]
    finite = np.isfinite(x) & np.isfinite(y)
    notes = []
    on_grid = finite & (np.abs(x) <= GRID_WIDTH) & (np.abs(y) <= GRID_HEIGHT) & (x >= 0) & (y >= 0)
    metres = on_grid & ((x > 360) | (y > 360))
    if finite.any() and metres.sum() > SWAPPED * finite.sum():
        moved = to_degrees(GRID, np.stack([x, y], axis=1)[metres])
        good = metres.copy()
        x[metres], y[metres] = moved.T
        good &= np.isfinite(x) & np.isfinite(y)
        notes.append("read as British National Grid, eastings and northings in metres")
    else:
        good = finite & (np.abs(x) <= 180) & (np.abs(y) <= 90)
    nowhere = good & (x == 0) & (y == 0)
    good &= ~nowhere
    bad = int((said & ~good).sum())
    if bad:
        shown = pl.Series(np.flatnonzero(said & ~good)[:3])
        examples = [f"{a}, {b}" for a, b in zip(cells[0].gather(shown), cells[1].gather(shown), strict=True)]
        zero = f", {int(nowhere.sum()):,} of them 0, 0" if nowhere.any() else ""
        notes.append(f"{bad:,} rows have coordinates that are none{zero}: {names_shown(examples)}")
    return Located(np.where(good, x, np.nan), np.where(good, y, np.nan), int((~said).sum()), bad, 0, tuple(notes))


def _by_name(found: Located, cells: pl.Series, gazetteer: str) -> Located:
    """Places by name for rows that have no point: the whole cell, or what stands before its first comma."""
    places, notes = _gazetteer(gazetteer)
    missing = np.isnan(found.longitude)
    frame = pl.DataFrame({"whole": _plain(cells), "first": _plain(cells.str.split(",").list.first())})
    frame = frame.join(places, left_on="whole", right_on="key", how="left", maintain_order="left")
    frame = frame.join(places, left_on="first", right_on="key", how="left", maintain_order="left", suffix="_first")
    x, y = (
        frame.select(pl.coalesce(name, f"{name}_first").fill_null(float("nan"))).to_series().to_numpy()
        for name in ("x", "y")
    )
    known, said = ~np.isnan(x), (frame["whole"].fill_null("") != "").to_numpy()
    unknown = missing & said & ~known
    if unknown.any():
        examples = cells.filter(pl.Series(unknown)).value_counts(sort=True, name="n").head(5).to_series(0).to_list()
        shown = names_shown(sorted(map(str, examples)))
        notes = [*notes, f"{int(unknown.sum()):,} rows name a place that the gazetteer does not have: {shown}"]
    return Located(
        np.where(missing, x, found.longitude), np.where(missing, y, found.latitude),
        int((missing & ~said).sum()), found.n_bad, int(unknown.sum()), (*found.notes, *notes),
    )  # fmt: skip


def _gazetteer(path: str) -> tuple[pl.DataFrame, list[str]]:
    """Places by their plain name: `key`, `x`, `y`. A name that stands for places far apart is left out and said."""
    frame, said = read_table(path)
    name = _usual(frame, PLACES) or frame.columns[0]
    latitude, longitude = _usual(frame, LATITUDES), _usual(frame, LONGITUDES)
    if latitude is None or longitude is None:
        has = ", ".join(frame.columns[:20])
        expected = "columns such as town,latitude,longitude"
        raise DataError(describe(path, found=f"no latitude and longitude among {has}", expected=expected))
    points = _by_numbers(frame[latitude], frame[longitude])
    table = pl.DataFrame({"key": _plain(frame[name]), "x": points.longitude, "y": points.latitude})
    table = table.filter(pl.col("x").is_not_nan() & (pl.col("key") != ""))
    spread = table.group_by("key", maintain_order=True).agg(
        pl.col("x", "y").mean(), far=(pl.col("x").max() - pl.col("x").min() + pl.col("y").max() - pl.col("y").min())
    )
    twice = spread.filter(pl.col("far") > 0.05)
    notes = [*said, *(f"gazetteer: {note}" for note in points.notes)]
    if twice.height:
        notes.append(f"the gazetteer has {names_shown(twice['key'])} in several places; such names are not used")
    return spread.filter(pl.col("far") <= 0.05).drop("far"), notes


def _plain(cells: pl.Series) -> pl.Series:
    """Names as they are compared: without case and spaces, so that a postcode may be written either way."""
    return cells.cast(pl.String).fill_null("").str.to_lowercase().str.replace_all(r"\s+", "")


def _usual(frame: pl.DataFrame, names: tuple[str, ...]) -> str | None:
    known = {column.lower(): column for column in reversed(frame.columns)}
    return next((known[name] for name in names if name in known), None)
