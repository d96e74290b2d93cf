"""`discern image read`: a picture of characters as text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ..console import Reporter, one_line


def read(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A model of single characters: a run, or a model file.")],
    pictures: Annotated[list[str], typer.Argument(metavar="PICTURE...", help="Lines or pages of separate characters.")],
    sure: Annotated[
        float, typer.Option("--sure", metavar="P", help="The probability from which an answer counts as sure.")
    ] = 0.8,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="A table, a row a character (.csv, ...), or an .html page."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Read a line or a page of separate characters.

    The page is set upright and cut into lines and characters; each is scaled and centred as MNIST's digits are, and
    recognised by a model that learned single characters: digits, or a folder for each letter (train --symbols).
    """
    with Reporter() as tell:
        found = workflows.read_characters(run, pictures, sure=sure, out=out, force=force, on_event=tell)
    for place, one in enumerate(found):
        if len(found) > 1 and one.characters:
            print(f"{'' if not place else chr(10)}{one_line(one.item)}:")
        print(report.reading_text(one))
    if out is not None:
        print(f"\nwritten to {one_line(str(out))}")
