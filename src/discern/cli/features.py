"""The command `features`: how a model sees items, as numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import workflows
from .console import Reporter, one_line


def features(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A finished run's folder, or a model file.")],
    items: Annotated[list[str], typer.Argument(metavar="ITEMS...", help="Pictures: files, folders, patterns.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="Where to write: .parquet, .csv, .tsv, .jsonl, .xlsx.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write the numbers in which a model sees pictures, for tools of your own.

    Of a network these are the values before its last layer; of other models the values that they look at.
    """
    with Reporter() as tell:
        n, rejected = workflows.features(run, items, out=out, force=force, on_event=tell)
    print(f"{n:,} pictures in {one_line(str(out))}")
    for item, reason in rejected[:20]:
        print(f"  left out: {one_line(item)} ({one_line(reason)})")
