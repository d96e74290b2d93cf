"""The command `explain`: why a model answers as it does."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import report, workflows
from ..core import files
from ..core.errors import OptionError
from .console import Reporter, one_line

Run = Annotated[str, typer.Argument(metavar="RUN", help="A finished run's folder.")]


def explain(
    run: Run,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[DATA|PICTURE]", help="One picture; or where the run's data lie now."),
    ] = None,
    item: Annotated[
        str | None,
        typer.Option("--item", metavar="ITEM", help="Why this row or picture gets its answer: 'line 12'."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FOLDER", help="Write a page, its figures (SVG), tables (CSV) and JSON."),
    ] = None,
    inside: Annotated[
        bool, typer.Option("--inside", help="A picture: its way through the network, layer by layer.")
    ] = False,
    film: Annotated[
        bool, typer.Option("--film", help="With --inside: how it came to this, epoch by epoch, as inside.gif.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the result as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an explanation that exists.")] = False,
) -> None:
    """Why a model answers as it does.

    Of a table: importance, bends, coefficients, rows that stand out. Of pictures: where the model looks, by class;
    of one picture: where its answer comes from, with checks of that, and what it is most like.

    With --item: what each column adds to one answer. The test part stays closed.
    """
    if film and not inside:
        raise OptionError("--film shows the inside of a network; give --inside, too")
    with Reporter() as tell:
        asked: Any = partial(workflows.look_inside, film=film) if inside else workflows.explain
        found = asked(run, source, item=item, out=out, force=force, on_event=tell)
    told = report.inside_text if inside else report.explained_text
    print(files.to_json(found.to_json()) if as_json else told(found), end="" if as_json else "\n")
    if out is not None and not as_json:
        print(f"\nwritten: {one_line(str(out))}; open explain.html in it")
