"""`discern text count`: how frequent a label truly is, by area, week or any column."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ..console import Reporter, one_line
from ..places import Boundaries, Gazetteer, Latitude, Longitude, Name, Place


def count(
    predictions: Annotated[
        str, typer.Argument(metavar="PREDICTIONS", help="A table that discern predict wrote: .csv, .parquet or .jsonl.")
    ],
    by: Annotated[
        str, typer.Option("--by", metavar="COLUMN", help="Count by area, by week, or by any column of the table.")
    ],
    labelled: Annotated[
        list[str],
        typer.Option("--labelled", metavar="SAMPLE", help="A run, or a table of labelled answers; may be repeated."),
    ],
    label: Annotated[
        str | None, typer.Option("--label", metavar="COLUMN", help="Count answers: the column, such as prediction.")
    ] = None,
    probability: Annotated[
        str | None,
        typer.Option("--probability", metavar="COLUMN", help="Count probabilities: the column, such as p_spam."),
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="LABEL", help="The label to count (default: the rarer of two).")
    ] = None,
    truth: Annotated[
        str, typer.Option("--truth", metavar="COLUMN", help="The true labels of the labelled sample.")
    ] = "label",
    group: Annotated[
        str | None,
        typer.Option("--group", metavar="COLUMN", help="Items of a group, such as an author, count as fewer."),
    ] = None,
    rise: Annotated[
        float,
        typer.Option("--rise", metavar="TIMES", help="Say where a share so many times the overall would not show."),
    ] = 2.0,
    boundaries: Boundaries = None,
    name: Name = None,
    latitude: Latitude = None,
    longitude: Longitude = None,
    place: Place = None,
    gazetteer: Gazetteer = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Also write it: .json, .csv, .tsv, .parquet, .jsonl, .xlsx."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """The share of a label by area, week or column, corrected for the classifier's own mistakes."""
    places = workflows.PlaceOptions(latitude, longitude, place, None if gazetteer is None else str(gazetteer))
    with Reporter() as tell:
        found = workflows.count(
            predictions, labelled, by=by, label=label, probability=probability, of=of, truth=truth, group=group,
            rise=rise, boundaries=boundaries, name=name, places=places, out=out, force=force, on_event=tell,
        )  # fmt: skip
    print(report.counts_text(found))
    if out is not None:
        print(f"\nwritten: {one_line(str(out))}")
