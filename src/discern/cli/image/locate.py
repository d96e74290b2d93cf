"""`discern image locate`: where things are in a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ..console import Reporter, one_line


def locate(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A model of pictures that has learned background, too.")],
    pictures: Annotated[list[str], typer.Argument(metavar="PICTURE...", help="Where to look.")],
    background: Annotated[
        str, typer.Option("--background", metavar="CLASS", help="The class that stands for nothing.")
    ] = "background",
    smallest: Annotated[
        float | None,
        typer.Option("--smallest", metavar="PIXELS", help="The smallest thing (default: a twelfth of the picture)."),
    ] = None,
    largest: Annotated[
        float | None,
        typer.Option("--largest", metavar="PIXELS", help="The largest thing (default: all of it)."),
    ] = None,
    sure: Annotated[
        float, typer.Option("--sure", metavar="P", help="The probability from which something counts as found.")
    ] = 0.7,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="A table, a row a box (.csv), or an .html page."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Find things in a picture.

    Sections of several sizes are shown to a model that has learned what the things look like and what background looks
    like; boxes that overlap become one.
    """
    with Reporter() as tell:
        found = workflows.locate(
            run, pictures, background=background, smallest=smallest, largest=largest, sure=sure, out=out, force=force,
            on_event=tell,
        )  # fmt: skip
    for one in found:
        print(report.located_text(one.item, one.boxes, one.notes, one.n_sections))
    if out is not None:
        print(f"\nwritten to {one_line(str(out))}")
