"""`map`: counts or points drawn over areas, with what stands out, what could not show, and who is not covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import files
from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, silent, stage
from ..core.options import raise_all
from ..core.records import Figure
from ..data.areas import Areas
from ..data.boundaries import names_shown, read_boundaries
from ..data.located import PlaceOptions, locate, placed
from ..data.tables import column, read_table
from ..evaluate import by_area
from ..evaluate.by_area import AreaValue, AreaValues
from ..evaluate.counts import Counts
from ..report import maps, maps_page
from ..report.maps import Map
from ..store import outputs

ENDINGS = (".svg", ".png", ".html")
NOWHERE = PlaceOptions()
PANELS = 9
"""Small maps on one sheet, at most."""
BANDS = ("0 to 6 h", "6 to 12 h", "12 to 18 h", "18 to 24 h")
PEOPLE = ("population", "people", "inhabitants", "residents", "count", "n")
NOT_COVERED = "Only those who write, and say where, are on this map; others may be different."

Array = NDArray[np.float64]


def draw_map(
    source: str | Path,
    boundaries: str | Path,
    *,
    out: str | Path,
    value: str | None = None,
    equal: str | None = None,
    panels: str | None = None,
    denominator: str | Path | None = None,
    name: str | None = None,
    places: PlaceOptions = NOWHERE,
    title: str | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Map:
    """Draw `source`, the .json of `text count` by area or a table of points, over areas, as SVG, PNG or HTML.

    Of a table the map shows items for each square kilometre, or for a thousand people with `denominator`, a table of
    people by area; with `value` the mean of that column, or the share of rows where it is `equal`; with `panels` a
    small map for each value of that column, or for six hours of the day each where it holds times. Raises OptionError,
    DataError, MissingDependency, OutputError.
    """
    counted = Path(source).suffix.lower() == ".json"
    _refuse(counted, value, equal, panels, denominator, places)
    inputs = [path for path in (source, boundaries, denominator, places.gazetteer) if path is not None]
    target = outputs.checked("-o", out, inputs=inputs, endings=ENDINGS, force=force)
    stage(on_event, "read the areas")
    areas = read_boundaries(boundaries, name)
    people = None if denominator is None else _people(denominator, areas)
    if counted:
        values, said = _counts(Path(source), areas, people)
        small: tuple[tuple[str, AreaValues], ...] = ()
    else:
        stage(on_event, "read the points")
        values, small, said = _points(source, areas, value, equal, panels, people, places)
    named = [f"Drawn from {Path(source).name}", f"borders: {Path(boundaries).name}"]
    named += [f"people: {Path(denominator).name}"] if denominator is not None else []
    named += [f"places: {Path(places.gazetteer).name}"] if places.gazetteer is not None else []
    heading = title or _title(values, small, panels)
    drawn = Map(heading, areas, values, (*said, *areas.notes, NOT_COVERED), "; ".join(named) + ".", small)
    stage(on_event, "draw the map")
    if target.suffix.lower() == ".png":
        files.write_bytes(target, maps.png(drawn))
    else:
        files.write_text(target, maps.svg(drawn) if target.suffix.lower() == ".svg" else maps_page.page(drawn))
    return drawn


def _refuse(
    counted: bool,
    value: str | None,
    equal: str | None,
    panels: str | None,
    denominator: str | Path | None,
    places: PlaceOptions,
) -> None:
    """Raises OptionError for what does not go together."""
    table_only = {
        "--value": value,
        "--is": equal,
        "--panels": panels,
        "--latitude": places.latitude,
        "--place": places.place,
    }
    shares_only = denominator is not None and (value or panels)
    raise_all([
        *places.problems(),
        *(f"{name} is for tables of points; found counts" for name, given in table_only.items() if counted and given),
        "--is belongs to --value" if equal is not None and value is None else None,
        "--value and --panels were both given; expected one of them" if value and panels else None,
        "--denominator is for numbers of items, but --value and --panels show shares" if shares_only else None,
    ])  # fmt: skip


def _title(values: AreaValues, small: Sequence[object], panels: str | None) -> str:
    if small:
        return f"By {panels}"
    return {"density": "How many on each square kilometre", "rate": "How many for each 1,000 people"}.get(
        values.kind, values.what[:1].upper() + values.what[1:]
    )


def _counts(path: Path, areas: Areas, people: Array | None) -> tuple[AreaValues, list[str]]:
    record = files.read_json(path)
    try:
        counts = Counts.from_json(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        do = "write it with discern text count --by area -o counts.json"
        raise DataError(describe(str(path), found=f"no counts ({error})", expected="counts by area", do=do)) from error
    values = by_area.from_counts(counts)
    rows = {row.name: row for row in values.rows}
    missing = [name for name in rows if name not in areas.names]
    if len(missing) == len(rows):
        found = f"counts by {counts.by!r} of {names_shown(missing)}, none of which is an area"
        raise DataError(describe(str(path), found=found, expected=f"areas such as {names_shown(areas.names[:3])}"))
    nothing = Figure(None, None, None, 0, "no items")
    inside = tuple(rows.get(name, AreaValue(name, 0, nothing, False, False)) for name in areas.names)
    said = [f"{len(missing):,} counted areas are not on the map: {names_shown(missing)}."] if missing else []
    said.append(
        f"Shares are corrected for the classifier's mistakes, from {counts.found.n + counts.false.n:,} labelled items; "
        f"{counts.n - counts.n_unplaced:,} of {counts.n:,} items have a place."
    )
    if people is not None:
        said += _least_covered(inside, people)
    return replace(values, rows=inside), said


def _points(
    source: str | Path,
    areas: Areas,
    value: str | None,
    equal: str | None,
    panels: str | None,
    people: Array | None,
    places: PlaceOptions,
) -> tuple[AreaValues, tuple[tuple[str, AreaValues], ...], list[str]]:
    frame, notes = read_table(source)
    where = str(source)
    cells = None if value is None and panels is None else column(where, frame, value or panels or "")
    place, told = placed(locate(where, frame, places), areas)
    inside = int((place >= 0).sum())
    said = [*notes, *(f"{note[:1].upper()}{note[1:]}." for note in told)]
    share = 100 * inside / frame.height
    said.insert(0, f"{inside:,} of {frame.height:,} rows have a place on the map ({share:.0f} %).")
    if panels is not None and cells is not None:
        small = _panels(where, panels, cells, place, areas.names)
        return small[0][1], small, said
    if value is not None and cells is not None:
        return _value(where, value, cells, equal, place, areas.names), (), said
    if people is not None:
        values = by_area.rates(place, areas.names, people)
        return values, (), said + _least_covered(values.rows, people)
    said.append("Without a number of people (--denominator) more points may only mean that more people are there.")
    return by_area.densities(place, areas.names, square_km(areas)), (), said


def _value(
    where: str, value: str, cells: pl.Series, equal: str | None, place: NDArray[np.int64], names: Sequence[str]
) -> AreaValues:
    if equal is not None:
        yes = (cells.cast(pl.String) == equal).fill_null(False).to_numpy()
        if not yes.any():
            raise DataError(describe(where, found=f"no row where {value!r} is {equal!r}", expected=_frequent(cells)))
        return by_area.shares(yes, place, names, f"share with {value} {equal}")
    text = cells.cast(pl.String).str.strip_chars()
    number = text.cast(pl.Float64, strict=False)
    given = int((text.fill_null("") != "").sum())
    if not given or int(number.is_finite().sum()) < 0.95 * given:
        do = f"name one value with --is ({_frequent(cells)}), or draw them all with --panels {value}"
        raise OptionError(describe(f"--value {value}", found="words, not numbers", do=do))
    numbers = np.where(np.isfinite(known := number.fill_null(float("nan")).to_numpy()), known, np.nan)
    if not (~np.isnan(numbers) & (place >= 0)).any():
        raise DataError(describe(where, found=f"no row in any area has a number in {value!r}"))
    return by_area.means(numbers, place, names, f"mean {value}")


def _panels(
    where: str, panels: str, cells: pl.Series, place: NDArray[np.int64], names: Sequence[str]
) -> tuple[tuple[str, AreaValues], ...]:
    text = cells.cast(pl.String).str.strip_chars().fill_null("")
    hour: pl.Series = text.str.extract(r"(?:^|[ T])([01]?\d|2[0-3]):[0-5]\d").cast(pl.Int64, strict=False)
    kinds: Sequence[str]
    given = int((text != "").sum())
    if given and int(hour.is_not_null().sum()) >= 0.95 * given:
        kinds, codes = BANDS, np.floor_divide(hour.fill_null(-6).to_numpy(), 6)
    else:
        counts = (
            text.filter(text != "").value_counts(sort=True, name="n").sort(["n", text.name], descending=[True, False])
        )
        kinds = [str(kind) for kind in counts[text.name].to_list()]
        if not kinds:
            raise DataError(describe(where, found=f"{panels!r} is empty in every row"))
        if len(kinds) > PANELS:
            do = f"draw one of them with --value {panels} --is VALUE"
            raise DataError(
                describe(where, found=f"{panels!r} has {len(kinds):,} values", expected=f"at most {PANELS}", do=do)
            )
        codes = np.array([{kind: i for i, kind in enumerate(kinds)}.get(cell, -1) for cell in text.to_list()])
    place = np.where(codes >= 0, place, -1)
    what = (
        "share of an area's items at these hours" if kinds is BANDS else f"share of an area's items with this {panels}"
    )
    return tuple(
        (f"{kind} ({int(((codes == i) & (place >= 0)).sum()):,})",
         by_area.shares(codes == i, place, names, what))
        for i, kind in enumerate(kinds)
    )  # fmt: skip


def _frequent(cells: pl.Series) -> str:
    counts = cells.cast(pl.String).drop_nulls().value_counts(sort=True, name="n").head(4)
    return "such as " + ", ".join(repr(str(cell)[:30]) for cell in counts.to_series(0).to_list())


def _people(path: str | Path, areas: Areas) -> Array:
    """People of each area `(n_areas,)`, NaN where the table has none."""
    frame, _ = read_table(path)
    matches = {key: int(frame[key].cast(pl.String).is_in(list(areas.names)).sum()) for key in frame.columns}
    key = max(matches, key=lambda one: matches[one])
    if not matches[key]:
        has = ", ".join(frame.columns[:20])
        expected = f"a column of areas such as {names_shown(areas.names[:3])}"
        raise DataError(describe(str(path), found=f"no area in any of the columns {has}", expected=expected))
    numbers = {
        other: frame[other].cast(pl.String).str.replace_all(",", "").cast(pl.Float64, strict=False)
        for other in frame.columns
        if other != key
    }
    usual = [other for other in numbers if other.lower() in PEOPLE] or list(numbers)
    people = next((other for other in usual if not numbers[other].has_nulls()), None)
    if people is None:
        has = ", ".join(frame.columns[:20])
        raise DataError(describe(str(path), found=f"no column of numbers among {has}", expected="area,population"))
    table = dict(zip(frame[key].cast(pl.String).to_list(), numbers[people].to_list(), strict=True))
    if len(table) < frame.height:
        raise DataError(describe(str(path), found="an area that stands in it twice", expected="each area once"))
    return np.array([table.get(name, np.nan) for name in areas.names], dtype=np.float64)


def _least_covered(rows: Sequence[AreaValue], people: Array) -> list[str]:
    """Which areas are least seen, for the people there."""
    n = np.array([row.n for row in rows], dtype=np.float64)
    known = np.isfinite(people) & (people > 0)
    if not known.any():
        return []
    seen = np.where(known, n / np.where(known, people, 1), np.inf)
    typical = n[known].sum() / people[known].sum()
    least = [rows[i].name for i in np.argsort(seen, kind="stable") if seen[i] < typical / 3]
    return (
        [f"Least covered, with under a third of the usual items for the people there: {names_shown(least)}."]
        if least
        else []
    )


def square_km(areas: Areas) -> Array:
    """The size of each area `(n_areas,)`, on a sphere flattened at each area's own middle: right to about 0.5 %.

    A ring with an odd number of rings around it is a hole; with an even number it is land, as an island in a lake.
    """
    sizes = []
    for rings in areas.rings:
        whole = 0.0
        middle = np.radians(np.mean([ring[:, 1].mean() for ring in rings]))
        for ring, n_around in zip(rings, _depths(rings), strict=True):
            x, y = ring[:, 0] * np.cos(middle) * maps.KM_PER_DEGREE, ring[:, 1] * maps.KM_PER_DEGREE
            size = abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2
            whole += -size if n_around % 2 else size
        sizes.append(max(whole, 1e-9))
    return np.array(sizes)


def _depths(rings: Sequence[Array]) -> NDArray[np.int64]:
    """How many of the other rings each ring lies in."""
    depths = np.zeros(len(rings), np.int64)
    low, high = np.stack([ring.min(0) for ring in rings]), np.stack([ring.max(0) for ring in rings])
    x, y = np.stack([ring[0] for ring in rings], axis=1)
    for place, ring in enumerate(rings):
        inner = ((low >= low[place]) & (high <= high[place])).all(axis=1)
        inner[place] = False
        if inner.any():
            depths[inner] += Areas(("",), ((ring,),), (None,)).locate(x[inner], y[inner]) == 0
    return depths
