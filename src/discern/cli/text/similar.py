"""`discern text similar`: texts that are alike."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ... import report, workflows
from ...core.errors import OptionError
from ..console import Reporter, one_line
from .reading import Columns, Encoding, Quote, Text, text_options


def similar(
    source: Annotated[
        str, typer.Argument(metavar="TEXTS", help="A table, a folder of .txt files, or - for lines on standard input.")
    ],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="TEXT|ID", help="The text to look for, or the name or id of one of the texts."),
    ] = None,
    n: Annotated[int, typer.Option("--n", metavar="N", help="How many of the most alike texts.")] = 10,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="COLUMN", help="Show this column, and how often alike texts share its value."),
    ] = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Write all pairs that are the same or almost the same to -o instead.")
    ] = False,
    least: Annotated[
        float | None,
        typer.Option(
            "--least", metavar="SHARE", help="With --pairs: word pairs that near-copies share at least (default: 0.5)."
        ),
    ] = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Where to write: .csv, .tsv, .parquet, .jsonl, .xlsx, .json."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="For the random pairs.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """The texts most alike to one, with the words they share; or all pairs that are almost the same."""
    options = text_options(text, columns, quote, encoding)
    stdin = sys.stdin if source == "-" else None
    if pairs:
        _pairs_alone(to=to, by=by, out=out)
        with Reporter() as tell:
            kept = {} if least is None else {"least": least}
            done = workflows.near_texts(
                source, out=out or "", options=options, stdin=stdin, force=force, on_event=tell, **kept
            )
        many = "pair" if done.n_pairs == 1 else "pairs"
        print(
            f"{done.n_pairs:,} {many} among {done.n_texts:,} texts, {done.n_copies:,} of them the same text, in "
            f"{one_line(str(done.out))}\n{done.n_grouped:,} texts stand in {done.n_groups:,} groups; "
            f"{done.n_lookalikes:,} more are alike in groups too large to be variants of one text"
        )
        return
    if least is not None:
        raise OptionError("--least belongs to --pairs")
    with Reporter() as tell:
        found = workflows.similar(
            source, to, n=n, by=by, options=options, out=out, seed=seed, stdin=stdin, force=force, on_event=tell
        )
    print(report.similar_text(found))


def _pairs_alone(*, to: str | None, by: str | None, out: Path | None) -> None:
    """Raises OptionError for what does not go with --pairs."""
    wrong = [f"{name} does not go with --pairs" for name, given in (("--to", to), ("--by", by)) if given is not None]
    if out is None:
        wrong.append("--pairs takes the name of a file to write, -o pairs.csv")
    if wrong:
        raise OptionError(wrong)
