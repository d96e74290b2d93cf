"""Options that say where things are, for commands that count or draw by area."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Boundaries = Annotated[
    Path | None,
    typer.Option("--boundaries", metavar="FILE", help="Borders of areas: .geojson, .shp or .gpkg."),
]
Name = Annotated[
    str | None, typer.Option("--name", metavar="PROPERTY", help="What names an area in that file (default: as found).")
]
Latitude = Annotated[
    str | None,
    typer.Option("--latitude", metavar="COLUMN", help="Degrees north, or northings (default: a usual name)."),
]
Longitude = Annotated[
    str | None,
    typer.Option("--longitude", metavar="COLUMN", help="Degrees east, or eastings (default: a usual name)."),
]
Place = Annotated[
    str | None,
    typer.Option("--place", metavar="COLUMN", help="Names of places or postcodes, where points are missing."),
]
Gazetteer = Annotated[
    Path | None,
    typer.Option("--gazetteer", metavar="FILE", help="A table of those places: town,latitude,longitude."),
]
