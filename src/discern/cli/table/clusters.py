"""`discern table clusters`: groups of alike rows, pictures or texts, named by the user, and new items put into them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ...core.cluster_options import ClusterOptions, parse_names
from ...core.errors import OptionError
from ...core.options import TextOptions
from ..console import Reporter, one_line

SHOWN = 20
"""Rows that are printed of items put into groups, where no file is written."""


def clusters(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATA]", help="A table, a folder of pictures or texts, or a sample such as sample:stores."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="RUN", help="The folder to write; with --apply, the table.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="NAMES", help="Columns to compare rows by: area,parking (default: all)."),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option("--groups", metavar="N", help="How many groups (default: as many as are shown, maybe none)."),
    ] = None,
    method: Annotated[
        str,
        typer.Option("--method", metavar="HOW", help="auto, kmeans, mixture, hierarchical or hdbscan."),
    ] = "auto",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="N=NAME", help="Call group N so: 2=large out of town; may be repeated."),
    ] = None,
    rename: Annotated[
        str | None, typer.Option("--rename", metavar="RUN", help="Give groups of a run the names of --name.")
    ] = None,
    apply: Annotated[
        str | None, typer.Option("--apply", metavar="RUN", help="The groups of a run that other items belong to.")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", metavar="COLUMN", help="Compare texts: the column that holds them.")
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Which items are drawn, and the clouds without groups.")
    ] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace what was written before.")] = False,
) -> None:
    """Find groups of alike rows, pictures or texts, and whether there are any."""
    listed = tuple(part.strip() for part in columns.split(",")) if columns is not None else ()
    asked = ClusterOptions(number, method, listed, seed)
    problems = [problem for problem in asked.problems() if problem]
    names: dict[str, str] = {}
    try:
        names = parse_names(name or ())
    except OptionError as error:
        problems += error.problems
    if rename is not None and apply is not None:
        problems.append("--rename and --apply came together; expected one of them")
    if rename is not None and not name:
        problems.append("--rename came without --name N=NAME; expected both")
    if rename is None and source is None:
        problems.append("no data were named; expected a table, or a folder of pictures or texts")
    if rename is not None and source is not None:
        problems.append(f"--rename takes no data; leave {source[:60]!r} away")
    if out is None and rename is None and apply is None:
        problems.append("no -o RUN was given; expected the folder to write")
    if apply is not None and (columns is not None or number is not None or name or method != "auto"):
        problems.append("--apply takes the run as it is; leave --columns, --groups, --method and --name away")
    if problems:
        raise OptionError(problems)
    reading = TextOptions(text=text) if text is not None else None
    if rename is not None:
        print(report.clusters_text(workflows.rename_clusters(rename, names).result))
    elif apply is not None:
        _apply(apply, str(source), out, reading, force)
    else:
        with Reporter() as tell:
            done = workflows.clusters(
                str(source), asked, out=str(out), text=reading, names=names, force=force, on_event=tell
            )
        print(report.clusters_text(done.result))
        print(f"\nthe page is {one_line(str(done.folder))}/groups.html")


def _apply(run: str, source: str, out: Path | None, reading: TextOptions | None, force: bool) -> None:
    with Reporter() as tell:
        found = workflows.apply_clusters(run, source, out=out, text=reading, force=force, on_event=tell)
    far = int(found["far"].sum())
    distant = f", {far:,} of them far from every group" if far else ""
    if out is not None:
        print(f"{found.height:,} items{distant}, in {one_line(str(out))}")
        return
    rows = [
        (row["item"], row["group"], row["name"], row["next"], "" if row["margin"] is None else f"{row['margin']:.2f}",
         "far from every group" if row["far"] else "")
        for row in found.head(SHOWN).iter_rows(named=True)
    ]  # fmt: skip
    print(report.table(("item", "group", "name", "next", "margin", ""), rows))
    if found.height > SHOWN:
        print(f"and {found.height - SHOWN:,} more{distant}; -o FILE writes all")
