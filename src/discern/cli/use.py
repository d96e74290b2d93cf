"""Commands about using a model: predict, evaluate, verify, export, doctor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import report, workflows
from ..core.asked import InspectOptions, parse_costs
from ..core.errors import OptionError
from .console import Reporter, is_terminal, one_line
from .text.reading import Columns, Encoding, Quote, Text, text_options

RunOrModel = Annotated[str, typer.Argument(metavar="RUN|MODEL", help="A run's folder or a model file.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]
DIFFERENCES_SHOWN = 20
NOT_EXPORTED = {
    "coverage": "sets of labels; other programs get the probabilities alone",
    "unknown": "the answer `unknown`; other programs get the probabilities alone",
    "interval": "intervals; other programs get the numbers alone",
}
TEXTS: dict[str, Callable[[Any], str]] = {
    "slices": lambda result: report.slices_text(result),
    "fairness": lambda result: report.fairness_text(result),
    "unknown": lambda result: report.exam_text(result),
    "robustness": lambda result: report.robustness_text(result),
    "operating": lambda result: report.operating_text(result),
    "leak_price": lambda result: report.leak_price_text(result),
    "more_data": lambda result: report.more_data_text(result),
    "suspects": lambda result: report.suspects_text(result),
    "solvable": lambda result: report.solvable_text(result),
}
"""How each result of an examination is written; the report is loaded when it is needed."""
ANSWERS = ("prediction", "probability", "low", "high")
"""The columns that a person sees on a terminal; the others are for programs."""


def predict(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|MODEL ITEMS...",
            help="A run or model file; then pictures, folders, globs, tables, - for names or texts on stdin.",
        ),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="RUN|MODEL",
            help="Answer with this model; given several times, they answer side by side. Then all arguments are items.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Where to write: .csv, .tsv, .parquet, .jsonl or .xlsx."),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option("--keep", metavar="COLUMN", help="Tables: write this column beside the answers.")
    ] = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    max_megapixels: Annotated[
        float | None,
        typer.Option("--max-megapixels", metavar="N", help="Set larger pictures aside (default: as the run did)."),
    ] = None,
    force: Force = False,
) -> None:
    """Answer for new pictures, texts or rows: item, prediction, probability and one column a label.

    A model of a number gives item, prediction, and the ends of an interval: low, high.
    """
    run: str | list[str] = arguments[0] if not model else model[0] if len(model) == 1 else model
    items = arguments if model else arguments[1:]
    if not items:
        raise OptionError("name what to predict: pictures, folders, globs, IDX files, or - for names on stdin")
    stdin = sys.stdin if "-" in items else None
    if stdin is not None and hasattr(stdin, "reconfigure"):
        stdin.reconfigure(errors="surrogateescape")  # names of files need be no text
    with Reporter() as tell:
        done = workflows.predict(
            run,
            items,
            out=out,
            stdin=stdin,
            texts=text_options(text, columns, quote, encoding),
            keep=keep or (),
            max_megapixels=max_megapixels,
            force=force,
            on_event=tell,
            on_frame=Printer(),
        )
    for name, reason in done.rejected if done.out is None else ():
        print(f"discern: set aside: {one_line(name)}: {one_line(reason)}", file=sys.stderr)
    if done.out is not None:
        print(f"{done.n_items:,} answered, in {one_line(str(done.out))}")
        if done.rejected_out is not None:
            print(f"{len(done.rejected):,} set aside, with their reasons in {one_line(str(done.rejected_out))}")


def evaluate(
    run: RunOrModel,
    source: Annotated[
        str | None, typer.Argument(metavar="[DATA]", help="Labelled data (default: the run's own test part).")
    ] = None,
    slices: Annotated[
        list[str] | None,
        typer.Option(
            "--slice", metavar="COLUMN", help="Figures by this column of the sheet of labels; may be repeated."
        ),
    ] = None,
    nonsense: Annotated[
        list[str] | None,
        typer.Option(
            "--nonsense",
            metavar="FOLDER",
            help="What it says to these items, of no class; may be repeated.",
        ),
    ] = None,
    hold_out: Annotated[
        list[str] | None,
        typer.Option(
            "--hold-out", metavar="CLASS", help="What it says to this class, fitted again without it; may be repeated."
        ),
    ] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="How the figures fall while pictures are distorted more and more.")
    ] = False,
    costs: Annotated[
        str | None,
        typer.Option("--costs", metavar="MISS,FALSE_ALARM", help="The threshold for these costs, such as 20,1."),
    ] = None,
    prevalence: Annotated[
        float | None,
        typer.Option("--prevalence", metavar="SHARE", help="How frequent the label is in the real world: 0.001."),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option("--of", metavar="LABEL", help="The label that --costs and --prevalence are about."),
    ] = None,
    leak_price: Annotated[
        bool,
        typer.Option(
            "--leak-price", help="How much better it would look if copies, or items of a group, were torn apart."
        ),
    ] = False,
    solvable: Annotated[
        bool, typer.Option("--solvable", help="Whether these data show that the labels can be told from the items.")
    ] = False,
    more_data: Annotated[
        bool, typer.Option("--more-data", help="Whether more data would help: the figure at 2 and 10 times the data.")
    ] = False,
    suspects: Annotated[
        bool, typer.Option("--suspects", help="Labels that the items contradict, in RUN/suspects.csv to be put right.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Also write the figures as JSON.")
    ] = None,
    force: Force = False,
) -> None:
    """Measure a model on labelled items. Each opening of a test part is written to the ledger.

    Questions that are answered by learning again leave the test part closed.
    """
    wanted = {"leak_price": leak_price, "solvable": solvable, "more_data": more_data, "suspects": suspects}
    questions = [name for name, given in wanted.items() if given]
    if questions:
        if out is not None or slices:
            typed = ", ".join(f"--{name.replace('_', '-')}" for name in questions)
            raise OptionError(f"{typed} came with -o or --slice; expected them apart, for the test part stays closed")
        with Reporter() as tell:
            answers = workflows.examine(run, questions, source, on_event=tell)
        print("\n\n".join(TEXTS[name](answer) for name, answer in answers.items()))
        return
    asked = InspectOptions(
        slices=tuple(slices or ()),
        nonsense=tuple(nonsense or ()),
        held_out=tuple(hold_out or ()),
        robustness=robustness,
        of=of,
        costs=None if costs is None else parse_costs(costs),
        prevalence=prevalence,
    )
    with Reporter() as tell:
        found = workflows.inspect(run, source, asked, out=out, force=force, on_event=tell)
    print(report.evaluation_text(found.evaluation))
    for name, result in found.results.items():
        print(f"\n{TEXTS[name](result)}")


def verify(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A finished run's folder.")],
    source: Annotated[
        str | None, typer.Argument(metavar="[DATA]", help="The data (default: where the run found them).")
    ] = None,
) -> None:
    """Recompute what a run recorded and compare; exit status 1 when anything differs."""
    with Reporter() as tell:
        result = workflows.verify(run, source, on_event=tell)
    print(
        f"compared {result.n_files} files and {result.n_items:,} items byte by byte, "
        f"{result.n_predictions:,} predictions and {result.n_figures} figures to 1e-6"
    )
    if result.same:
        print("everything is as recorded")
        return
    for difference in result.differences[:DIFFERENCES_SHOWN]:
        print(f"differs: {one_line(difference.where)}: {one_line(difference.what)}")
    if len(result.differences) > DIFFERENCES_SHOWN:
        print(f"... and {len(result.differences) - DIFFERENCES_SHOWN:,} more")
    raise typer.Exit(1)


def export(
    run: RunOrModel,
    onnx: Annotated[Path, typer.Option("--onnx", metavar="FILE", help="The ONNX file to write.")],
    no_items: Annotated[
        bool, typer.Option("--no-items", help="Refuse a model in which items can be seen that it learned from.")
    ] = False,
    force: Force = False,
) -> None:
    """Write a model as one ONNX file for other programs."""
    print(f"written: {one_line(str(workflows.export(run, onnx, items=not no_items, force=force)))}")
    for name in workflows.not_exported(run):
        print(f"not in it: {NOT_EXPORTED[name]}")


def doctor() -> None:
    """Say whether this machine is ready; exit status 1 when something is broken."""
    facts = workflows.doctor()
    marks = {"ok": "ok", "absent": "--", "broken": "BROKEN"}
    print(report.table(("", "what", ""), [(marks[fact.state], fact.name, fact.value) for fact in facts]))
    if any(fact.state == "broken" for fact in facts):
        raise typer.Exit(1)


def _cell(name: str, cell: object) -> object:
    """A cell of the table on a terminal: probabilities in per cent, numbers with the digits that count."""
    if not isinstance(cell, float):
        return cell
    return f"{100 * cell:.1f} %" if name.endswith("probability") else report.quantity(cell)


class Printer:
    """Predictions on standard output: a few columns for a person at a terminal, whole CSV for a program."""

    def __init__(self) -> None:
        self._first = True

    def __call__(self, frame: Any) -> None:
        if is_terminal():
            columns = [name for name in frame.columns if name == "item" or name.endswith(ANSWERS)]
            rows = [
                [_cell(name, cell) for name, cell in zip(columns, row, strict=True)]
                for row in frame.select(columns).iter_rows()
            ]
            print(report.table([name.replace("_", " ") for name in columns], rows))
        else:
            sys.stdout.write(workflows.csv_text(frame, header=self._first))
        self._first = False
