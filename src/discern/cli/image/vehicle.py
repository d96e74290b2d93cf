"""`discern image vehicle`: plate, make and model against a register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ..console import Reporter, one_line


def vehicle(
    pictures: Annotated[list[str], typer.Argument(metavar="PHOTO...", help="Photographs of one vehicle each.")],
    plate: Annotated[
        str, typer.Option("--plate", metavar="RUN", help="A model of single characters, which reads the plate.")
    ],
    make: Annotated[
        str, typer.Option("--make", metavar="RUN", help="A model that learned make and model from photographs.")
    ],
    register: Annotated[
        str, typer.Option("--register", metavar="TABLE", help="What belongs to each plate: plate, make, model.")
    ],
    sure: Annotated[
        float, typer.Option("--sure", metavar="P", help="The probability from which a character counts as sure.")
    ] = 0.8,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="A table, a row a photograph (.csv), or an .html page."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Check vehicles against a register: does the plate belong to this make and model?

    The plate is found and read, make and model are recognised, and the register says what the plate was given to. A
    plate on another vehicle than its own may be cloned. Every answer comes with its probability; it is a hint for a
    person who looks at the photograph, no proof.
    """
    with Reporter() as tell:
        found = workflows.check_vehicles(
            pictures, plate=plate, make=make, register=register, sure=sure, out=out, force=force, on_event=tell
        )
    for one in found:
        print(report.vehicle_text(one))
    if len(found) > 1:
        print(f"\n{report.vehicle_counts(found)}")
    if out is not None:
        print(f"\nwritten to {one_line(str(out))}")
