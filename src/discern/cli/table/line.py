"""`discern table fit-line`: a line in closed form and step by step; what both cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ... import report, workflows
from ...core.errors import OptionError
from ...core.line_options import LineOptions, parse_batch, parse_rates, parse_shown, parse_sizes
from ..console import Reporter, one_line


def fit_line(
    source: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="A table: .csv, .tsv, .parquet, .jsonl or .xlsx.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="COLUMN", help="The column of numbers that the line foretells.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="COLUMN", help="A column to foretell it from; again for more (default: all)."),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option("--iterations", metavar="N", help="Steps of descent (default: 1000).")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="SIZE", help="Size of the first step (default: 0.1, or less where that is safe)."
        ),
    ] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", metavar="N|all", help="Rows a step (default: 1; with --stream 256).")
    ] = None,
    schedule: Annotated[
        str,
        typer.Option(
            "--schedule", metavar="HOW", help="constant steps, falling ones, or auto: falling unless --batch is all."
        ),
    ] = "auto",
    rates: Annotated[
        str | None, typer.Option("--rates", metavar="SIZES", help="Sizes of steps to compare: 0.001,0.1,2.5.")
    ] = None,
    shown: Annotated[
        str | None, typer.Option("--show", metavar="N,N", help="Iterations to show (default: 1,2,5,10,20,50, ...).")
    ] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option(
            "--missing", metavar="MARK", help="What stands for a missing value beside blank, NA, ? and so on."
        ),
    ] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="Take rows piece by piece, once, and keep none: for tables beyond memory.")
    ] = False,
    cost: Annotated[
        str | None,
        typer.Option(
            "--cost", metavar="SIZES", help="Measure what both ways cost instead: 1000x10,10000x1000, or usual."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FOLDER", help="Where to write page, pictures and all steps.")
    ] = None,
    film: Annotated[
        bool, typer.Option("--film", help="Write the line in motion, too: line.gif, for a lesson.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same steps.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace what was written before.")] = False,
) -> None:
    """Fit a line in closed form and by gradient descent, and watch each step."""
    problems: list[str | None] = []
    parsed: dict[str, Any] = {}
    for name, given, parse in (
        ("batch", batch, parse_batch),
        ("rates", rates, parse_rates),
        ("shown", shown, parse_shown),
        ("cost", cost, parse_sizes),
    ):
        try:
            parsed[name] = None if given is None else parse(given)
        except OptionError as error:
            parsed[name] = None
            problems += error.problems
    asked = LineOptions(
        target or "", tuple(columns or ()), iterations, rate, parsed["batch"], schedule, parsed["rates"] or (),
        parsed["shown"] or (), seed, stream,
    )  # fmt: skip
    if cost is not None:
        fitting = {"a table": source, "--target": target, "--with": columns, "--iterations": iterations,
                   "--rate": rate, "--batch": batch, "--rates": rates, "--show": shown, "--missing": missing,
                   "--stream": stream or None, "--film": film or None}  # fmt: skip
        extra = [name for name, given in fitting.items() if given]
        problems += [f"--cost measures on made-up tables; {', '.join(extra)} does not go with it"] if extra else []
    else:
        problems += ["no table was named; expected one, or --cost"] if source is None else []
        problems += asked.problems()
    if any(problems):
        raise OptionError([problem for problem in problems if problem])
    if cost is not None:
        with Reporter() as tell:
            found = workflows.line_costs(parsed["cost"], seed=seed, out=out, force=force, on_event=tell)
        print(report.line_cost_text(found))
        page = "cost.html"
    else:
        with Reporter() as tell:
            done = workflows.fit_line(
                str(source), asked, out=out, film=film, missing=tuple(missing or ()), force=force, on_event=tell
            )
        print(report.line_text(done.result))
        page = "line.html"
    if out is not None:
        print(f"\nthe page is {one_line(str(out))}/{page}")
