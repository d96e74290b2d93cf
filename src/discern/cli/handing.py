"""Commands about handing a run on: card, report, purge."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import report as pages
from .. import workflows
from ..core.errors import OptionError
from .console import Reporter, one_line
from .use import RunOrModel

Run = Annotated[str, typer.Argument(metavar="RUN", help="A finished run's folder.")]
Data = Annotated[
    str | None, typer.Argument(metavar="[DATA]", help="The run's data (default: where the run found them).")
]


def card(
    run: RunOrModel,
    source: Data = None,
    purpose: Annotated[str | None, typer.Option("--purpose", metavar="TEXT", help="What it is for.")] = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="TEXT", help="Where the data come from, and by what right.")
    ] = None,
    limits: Annotated[
        str | None, typer.Option("--limits", metavar="TEXT", help="What it must not be used for, and where it fails.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="TEXT", help="Who answers for it.")] = None,
    review: Annotated[
        str | None, typer.Option("--review", metavar="TEXT", help="When a person must look at an answer.")
    ] = None,
) -> None:
    """Show the model card, or write what people say of a model into its file and report."""
    given = {"purpose": purpose, "data": data, "limits": limits, "owner": owner, "review": review}
    fields = {name: text for name, text in given.items() if text is not None}
    with Reporter() as tell:
        found = workflows.card(run, source, on_event=tell, **fields)
    print(pages.card_text(found.to_json()))


def report(
    run: Run,
    source: Data = None,
    no_items: Annotated[
        bool, typer.Option("--no-items", help="Without pictures and names of items, from now on.")
    ] = False,
    with_items: Annotated[bool, typer.Option("--items", help="With them again.")] = False,
) -> None:
    """Write a run's report anew."""
    if no_items and with_items:
        raise OptionError("--items and --no-items were both given; expected one of them")
    wanted = False if no_items else True if with_items else None
    with Reporter() as tell:
        print(f"written: {one_line(str(workflows.report(run, source, items=wanted, on_event=tell)))}")


def purge(run: Run, source: Data = None) -> None:
    """Remove what learning left behind: checkpoints, decoded pictures, the list of suspects, and all items from the
    report."""
    with Reporter() as tell:
        removed = workflows.purge(run, source, on_event=tell)
    for name, size in removed:
        print(f"removed: {one_line(name)} ({size / 1e6:,.1f} MB)")
    print("the report shows no items; the model and its figures are as they were")
