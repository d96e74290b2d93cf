"""`discern text guess`: labels from lists of words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ... import workflows
from ...core.errors import OptionError
from ..console import Reporter, one_line
from .reading import Columns, Encoding, Quote, Text, text_options

UNUSED_SHOWN = 10


def guess(
    source: Annotated[
        str, typer.Argument(metavar="TEXTS", help="A table, a folder of .txt files, or - for lines on standard input.")
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="Where to write: .csv, .tsv, .parquet, .jsonl or .xlsx.")
    ],
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="LABEL=FILE", help="Words that speak for a label, one a line; several times."),
    ] = None,
    other: Annotated[
        str | None, typer.Option("--other", metavar="LABEL", help="The label of texts without a word of any list.")
    ] = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Guess labels from lists of words, to start from; a person should look at some before a model learns from them."""
    named: dict[str, str] = {}
    for one in lists or ():
        label, between, path = one.partition("=")
        if not (label and between and path) or label in named:
            raise OptionError(f"--list is {one!r}; expected LABEL=FILE, each label once, such as fares=fares.txt")
        named[label] = path
    with Reporter() as tell:
        done = workflows.guess_labels(
            source,
            named,
            out=out,
            other=other,
            options=text_options(text, columns, quote, encoding),
            stdin=sys.stdin if source == "-" else None,
            force=force,
            on_event=tell,
        )
    for label, count in done.counts.items():
        print(f"{count:>9,}  {one_line(label)}")
    if done.several:
        print(f"{done.several:>9,}  with words of several lists: no label")
    if done.none and other is None:
        print(f"{done.none:>9,}  without a word of any list: no label")
    for label, entries in done.unused.items():
        if entries:
            shown = ", ".join(map(one_line, entries[:UNUSED_SHOWN])) + (", ..." if len(entries) > UNUSED_SHOWN else "")
            print(f"no text holds these words of {one_line(label)}: {shown}")
    print(f"written: {one_line(str(done.out))}")
    print("these are guesses: put some right by hand, then discern train with --label label")
