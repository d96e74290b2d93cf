"""Commands about how far a result can be trusted: runs compare."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import report, workflows
from ..core import files
from .console import Reporter

Run = Annotated[str, typer.Argument(metavar="A", help="A finished run's folder.")]
Other = Annotated[str, typer.Argument(metavar="B", help="Another, measured on the same test part.")]


def compare(
    first: Run,
    second: Other,
    as_json: Annotated[bool, typer.Option("--json", help="Write the comparison as JSON.")] = False,
) -> None:
    """Hold two runs against each other on the same test items: is one better, or is no difference shown?"""
    with Reporter() as tell:
        found = workflows.compare_runs(first, second, on_event=tell)
    print(files.to_json(found.to_json()) if as_json else report.comparison_text(found), end="" if as_json else "\n")
