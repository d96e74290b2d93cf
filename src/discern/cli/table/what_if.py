"""`discern table what-if`: what a model would answer if columns were otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ... import report, workflows
from ...core import files
from ..console import Reporter, one_line

SHOWN = 10
"""Rows that are printed where no file is written."""


def what_if(
    run: Annotated[str, typer.Argument(metavar="RUN|MODEL", help="A run's folder or a model file.")],
    source: Annotated[str, typer.Argument(metavar="TABLE", help="The rows to answer for, with the model's columns.")],
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="COLUMN=CHANGE",
            help="Such as budget=-10%, budget=+5, budget=120, budget==-5, region=north; may be repeated.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Both answers for every row: .csv, .tsv, .parquet, ..."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the totals as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Answer twice, as the rows are and with the changes made; says what lies outside of what was learned from."""
    first: list[Any] = []
    with Reporter() as tell:
        found = workflows.what_if(
            run,
            source,
            changes or (),
            out=out,
            force=force,
            on_event=tell,
            on_frame=lambda table: first.append(table.head(SHOWN)) if not first else None,
        )
    if as_json:
        print(files.to_json(found.to_json()), end="")
        return
    if out is None:
        print(report.answers_text(first[0]), end="\n\n")
        if found.n_items > SHOWN:
            print(f"(and {found.n_items - SHOWN:,} more rows; -o FILE writes all)\n")
    print(report.what_if_text(found))
    if out is not None:
        print(f"\nwritten: {one_line(str(out))}")
