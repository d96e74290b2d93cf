"""`discern label`: which items of a pool to label next, on a sheet or one by one on the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import report, workflows
from ..core.errors import OptionError
from ..core.options import ReadOptions
from .console import Reporter, is_terminal, one_line, typed
from .text.reading import Columns, Encoding, Quote, Text, text_options

ACROSS = 48
"""Pixels of a picture that is drawn to be labelled."""


def label(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="[RUN|DATA] POOL",
            help="Where to start from, a finished run or labelled data, if there is any; then the pool.",
        ),
    ],
    labels: Annotated[
        Path, typer.Option("--labels", metavar="SHEET", help="The sheet of labels: made, filled in, gone on with.")
    ],
    classes: Annotated[
        str | None, typer.Option("--classes", metavar="NAMES", help="The labels that an item may get: ham,spam.")
    ] = None,
    n: Annotated[int, typer.Option("--n", metavar="N", help="How many items at a time.")] = 20,
    ask: Annotated[bool, typer.Option("--ask", help="Show the items one by one and take their labels here.")] = False,
    more: Annotated[bool, typer.Option("--more", help="Go on although no gain is shown any more.")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write all labels as a table to train from.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="COLUMN", help="The column of labels in labelled data to start from."),
    ] = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another number draws other items.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of -o.")] = False,
) -> None:
    """Choose the texts or pictures whose labels would help most, and go on from the labels given."""
    if len(arguments) > 2:
        raise OptionError(f"{len(arguments)} places were named; expected a pool, or a run or labelled data and a pool")
    workflows.check_batch(n)
    names = () if classes is None else tuple(name.strip() for name in classes.split(","))
    reading = ReadOptions(texts=text_options(text, columns, quote, encoding), label=tuple(label or ()))
    start = arguments[0] if len(arguments) == 2 else None
    with Reporter() as tell:
        labeller = workflows.label(
            arguments[-1], labels, start=start, classes=names, reading=reading, seed=seed, out=out, force=force,
            on_event=tell,
        )  # fmt: skip
    if ask and len(labeller.classes) < 2:
        raise OptionError("--ask needs to know the labels: name them with --classes ham,spam")
    sheet = one_line(str(labels))
    while True:
        found = labeller.next(n, more=more)
        print(report.labelling_text(found))
        if not found.n_open:
            print("\nnothing is left to label; --more goes on all the same")
            break
        if not ask:
            print(f"\n{found.n_open:,} items wait for a label in {sheet}: fill the column `label`, and run this again")
            break
        if not _ask(labeller):
            print(f"\nstopped; every label given is in {sheet}, and the same command goes on")
            break
    if out is not None:
        rows = workflows.write_labelled(labeller, out, force=force)
        print(f"{rows:,} labelled items in {one_line(str(out))}\nnext: {_next(labeller, arguments[-1], out)}")


def _ask(labeller: Any) -> bool:
    """Ask for each open item; False when the person wants to stop."""
    asked = [row.item for row in labeller.sheet.open]
    keys = report.label_keys(labeller.classes)
    print("\n" + report.keys_text(labeller.classes))
    at = 0
    while at < len(asked):
        one = next(row for row in labeller.sheet.rows if row.item == asked[at])
        drawing = labeller.drawing(one.item, colour=is_terminal(), width=ACROSS)
        print(report.asked_text(one, at + 1, len(asked), drawing), flush=True)
        answer = _typed()
        if answer in ("q", None):
            return False
        if answer == "b":
            at = max(0, at - 1)
            labeller.answer(asked[at], "")
        elif answer == "s":
            labeller.answer(one.item, None)
            at += 1
        elif answer in keys or answer in labeller.classes:
            labeller.answer(one.item, keys.get(answer, answer))
            at += 1
        else:
            print(f"not understood; type one of: {report.keys_text(labeller.classes)}")
    return True


def _typed() -> Any:
    """A line from the keyboard; None at its end, or when the person interrupts."""
    try:
        print("label: ", end="", flush=True)
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        return None
    return line.strip() if line else None


def _next(labeller: Any, pool: str, out: Path) -> str:
    """The command that trains from the labels."""
    place = typed(out)
    if labeller.pool.kind == "texts":
        return f"discern train {place} --text text --label label"
    return f"discern train {typed(pool)} --labels {place} --id item --label label"
