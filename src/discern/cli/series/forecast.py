"""`discern series forecast`: what comes next, with intervals, from the model that did best on weeks it had not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ...core.errors import OptionError
from ...core.forecast_options import ForecastOptions, SeriesOptions, parse_models
from ..console import Reporter, one_line


def forecast(
    sources: Annotated[
        list[str], typer.Argument(metavar="TABLE...", help="Tables with a row for each time, or a folder of them.")
    ],
    time: Annotated[
        str | None,
        typer.Option("--time", metavar="COLUMN", help="The column of times; Date+Hour where they stand in two."),
    ] = None,
    value: Annotated[
        str | None, typer.Option("--value", metavar="COLUMN", help="The column of numbers to foretell.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="COLUMN", help="The column that tells places, or series, apart.")
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon", metavar="N", help="Steps ahead (default: one day, week or year).", show_default=False
        ),
    ] = None,
    known: Annotated[
        str | None,
        typer.Option("--with", metavar="TABLE", help="What is known ahead, by time or by day, such as the weather."),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model", metavar="auto|NAMES", help="Models to choose from: smoothing, boosting, rnn, gru, lstm."
        ),
    ] = "auto",
    coverage: Annotated[
        float, typer.Option("--coverage", metavar="SHARE", help="The share of values that intervals are made to hold.")
    ] = 0.9,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same forecast.")] = 0,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="RUN", help="The folder to write; with --run, the table.")
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Forecast again with the model of a run, from newer values."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what was written before.")] = False,
) -> None:
    """Foretell a series, and measure how far off such forecasts have been."""
    if run is not None:
        given = {"--time": time, "--value": value, "--by": by, "--horizon": horizon}
        named = [name for name, one in given.items() if one is not None]
        named += [name for name, changed in (("--model", model != "auto"), ("--coverage", coverage != 0.9)) if changed]
        if named:
            raise OptionError(f"{', '.join(named)} came with --run; expected none of them: the run knows them")
        with Reporter() as tell:
            made = workflows.forecast_again(run, sources, known=known, out=out, force=force, on_event=tell)
        if out is not None:
            print(f"{made.height:,} values foretold, in {one_line(str(out))}")
        else:
            print(report.forecast_table(made))
        return
    problems = [
        f"no {name} was given; expected {what}"
        for name, one, what in (
            ("--time", time, "the column of times"),
            ("--value", value, "the column of numbers to foretell"),
            ("-o RUN", out, "the folder to write"),
        )
        if one is None
    ]
    names: tuple[str, ...] = ()
    try:
        names = parse_models(model)
    except OptionError as error:
        problems += error.problems
    series = SeriesOptions(time or "time", value or "value", by)
    asked = ForecastOptions(horizon, names, coverage, seed)
    problems += [problem for problem in (*series.problems(), *asked.problems()) if problem]
    if problems:
        raise OptionError(problems)
    with Reporter() as tell:
        done = workflows.forecast(sources, series, asked, out=str(out), known=known, force=force, on_event=tell)
    print(report.forecast_text(done.result))
    print()
    print(report.forecast_table(done.table))
    print(f"\nthe page is {one_line(str(done.folder))}/forecast.html")
