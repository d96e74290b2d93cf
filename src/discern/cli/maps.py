"""`discern map`: counts and points drawn over areas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import workflows
from .console import Reporter, one_line
from .places import Gazetteer, Latitude, Longitude, Name, Place


def draw(
    source: Annotated[
        str, typer.Argument(metavar="COUNTS|POINTS", help="What text count -o counts.json wrote, or a table of points.")
    ],
    boundaries: Annotated[
        Path, typer.Option("--boundaries", metavar="FILE", help="Borders of areas: .geojson, .shp or .gpkg.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Where to write: .svg, .png or .html.")],
    value: Annotated[
        str | None, typer.Option("--value", metavar="COLUMN", help="Points: show the mean of this column.")
    ] = None,
    equal: Annotated[
        str | None, typer.Option("--is", metavar="VALUE", help="Points: show how often --value COLUMN is this.")
    ] = None,
    panels: Annotated[
        str | None,
        typer.Option("--panels", metavar="COLUMN", help="Points: a small map for each value, or for hours of the day."),
    ] = None,
    denominator: Annotated[
        Path | None,
        typer.Option("--denominator", metavar="FILE", help="A table of people by area: area,population."),
    ] = None,
    name: Name = None,
    latitude: Latitude = None,
    longitude: Longitude = None,
    place: Place = None,
    gazetteer: Gazetteer = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What stands above the map.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Draw counts or points over areas, with what stands out and what could not show."""
    places = workflows.PlaceOptions(latitude, longitude, place, None if gazetteer is None else str(gazetteer))
    with Reporter() as tell:
        drawn = workflows.draw_map(
            source, boundaries, out=out, value=value, equal=equal, panels=panels, denominator=denominator, name=name,
            places=places, title=title, force=force, on_event=tell,
        )  # fmt: skip
    hot = [one_line(row.name) for row in drawn.values.rows if row.hot] if not drawn.panels else []
    if hot:
        print(f"above all others: {', '.join(hot[:12])}{f' and {len(hot) - 12:,} more' if len(hot) > 12 else ''}")
    for said in drawn.said:
        print(f"- {one_line(said)}")
    print(f"written: {one_line(str(out))}")
