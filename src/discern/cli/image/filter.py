"""`discern image filter`: slide a kernel over a picture and look at each sum."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ...core.errors import OptionError
from ..console import is_terminal, one_line


def filter_picture(
    source: Annotated[
        str | None, typer.Argument(metavar="[PICTURE]", help="A picture, or sample:five, the one of the introductions.")
    ] = None,
    kernel: Annotated[
        str,
        typer.Option(
            "--kernel", metavar="NAME|ROWS|FILE", help='edges, sharpen, ...; or "0 -1 0; -1 5 -1; 0 -1 0"; or a file.'
        ),
    ] = "edges",
    kernels: Annotated[bool, typer.Option("--kernels", help="Print every kernel by name, and end.")] = False,
    grey: Annotated[bool, typer.Option("--grey", help="Make the picture grey first.")] = False,
    stride: Annotated[int, typer.Option("--stride", metavar="N", help="Take every N-th place.")] = 1,
    edge: Annotated[
        str,
        typer.Option(
            "--edge", metavar="NAME", help="Beyond the edge: constant (black), nearest, reflect, mirror, wrap."
        ),
    ] = "constant",
    padding: Annotated[
        str, typer.Option("--padding", metavar="same|none", help="same keeps the size; none takes whole places only.")
    ] = "same",
    rectify: Annotated[
        str, typer.Option("--rectify", metavar="NAME", help="Then: relu, leaky, absolute or capped.")
    ] = "none",
    pool: Annotated[
        str | None, typer.Option("--pool", metavar='"max N"', help="Then one value a square: max, min or mean.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="--pool: keep squares that the edge cuts.")] = False,
    steps: Annotated[bool, typer.Option("--steps", help="Write each sum out (small grey pictures).")] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="A .png of the result, or an .html of all stages."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Filter a picture, and see how it is done.

    A small matrix slides over the picture; what lies under it is multiplied and added up. A convolutional network is
    made of such filters, which it learns.
    """
    if kernels:
        print(report.kernels_text(workflows.kernels()))
        return
    if source is None:
        raise OptionError("no picture was named; expected a picture, sample:five, or --kernels")
    found = workflows.filter_picture(
        source, kernel=kernel, grey=grey, stride=stride, edge=edge, padding=padding, rectify=rectify,
        pool=None if pool is None else workflows.parse_pool(pool), partial=partial, out=out, force=force,
    )  # fmt: skip
    if steps and not found.steps:
        raise OptionError(
            "--steps writes out small grey pictures only; expected at most 400 sums (--grey makes it grey)"
        )
    print(report.filter_text(found, every_step=steps))
    if out is not None:
        print(f"\nwritten to {one_line(str(out))}")
    elif max(found.result.shape[:2]) > 12:
        print()
        print(found.drawing(colour=is_terminal(), width=min(80, shutil.get_terminal_size().columns)))
    elif not steps:
        print()
        print(report.matrix_text(found.result[:, :, 0]))
