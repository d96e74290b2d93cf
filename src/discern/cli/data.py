"""Commands about data: sample, show, audit."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from .. import report, workflows
from ..core import files
from .console import Reporter, is_terminal, one_line

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA", help="A folder with a folder a class, MNIST's IDX files, an .npz file, or sample:digits."
    ),
]


def sample(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which sample: digits (real) or vehicles (drawn).")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.")],
    n: Annotated[int | None, typer.Option("--n", metavar="N", help="vehicles: how many (default: 120).")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="vehicles: another number draws others.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that holds files already.")] = False,
) -> None:
    """Write a sample data set: handwritten digits, or vehicles with their makes and models."""
    count = workflows.sample(name, folder, n=n, seed=seed, force=force)
    place = one_line(str(folder))
    print(f"{count:,} pictures written to {place}")
    if name == "vehicles":
        sheet = f"--labels {place}/metadata.csv --label make --label model --group-from '(.+)_\\d+'"
        print(f"next: discern train {place}/photos {sheet}")
    else:
        print(f"next: discern train {place}")


def show(
    source: Annotated[str, typer.Argument(metavar="ITEM", help="A picture, or a data set (then see --item).")],
    item: Annotated[
        str | None, typer.Option("--item", metavar="N|NAME", help="Which item of a data set, by number or name.")
    ] = None,
) -> None:
    """Print a picture as its numbers, flat and by rows, and draw it."""
    shown = workflows.show(source, item)
    height, width, channels = shown.pixels.shape
    label = "" if shown.label is None else f", labelled {one_line(shown.label)}"
    print(f"{one_line(shown.item)}: {width} x {height} pixels, {'grey' if channels == 1 else 'colour'}{label}\n")
    print(f"as one line of {shown.pixels.size:,} numbers\n{shown.flat}\n")
    print(f"by rows\n{shown.rows}\n")
    print(f"drawn\n{shown.drawing(colour=is_terminal(), width=shutil.get_terminal_size().columns)}")


def audit(
    source: Data,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the findings as a page, too.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with exit status 1 when something serious is found.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a page that exists.")] = False,
) -> None:
    """Say what is in the data and what is wrong with it."""
    with Reporter() as tell:
        findings = workflows.audit(source, html=html, force=force, on_event=tell)
    print(files.to_json(findings.to_json()) if json else report.findings_text(findings), end="" if json else "\n")
    if strict and findings.serious:
        raise typer.Exit(1)
