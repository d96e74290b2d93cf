"""Commands about learning: train, resume, runs, summary."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import report, workflows
from ..core import saying
from ..core.errors import OptionError
from ..core.options import MAX_MEGAPIXELS, SplitOptions, TrainOptions, parse_time
from .console import Reporter, one_line, short, typed
from .data import Data
from .reading import (
    Binary,
    Crop,
    Drop,
    Grey,
    Group,
    GroupFrom,
    Id,
    Keep,
    KeepAspect,
    Label,
    Labels,
    Language,
    MaxBad,
    MaxMegapixels,
    Missing,
    Size,
    Symbols,
    Target,
    Task,
    reading,
    table_options,
)
from .text.reading import Columns, Encoding, Quote, Text, text_options

NEW = {"pictures": "PICTURES", "texts": "TEXTS.csv", "table": "ROWS.csv"}
"""What a model of each kind of data answers for."""


def train(
    source: Data,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="RUN", help="The run's folder (default: runs/<name of the data>)."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="Such as knn, conv, word-svm or ols; given several times, they are compared on the validation part "
            "(default: all that suit the data).",
        ),
    ] = None,
    k: Annotated[int | None, typer.Option("--k", metavar="N", help="knn: neighbours that vote.")] = None,
    layers: Annotated[
        str | None,
        typer.Option(
            "--layers",
            metavar="TEXT",
            help='Of pictures "conv 32, pool, dense 128, dropout 0.5"; of tables "dense 16, dense 16", or none.',
        ),
    ] = None,
    loss: Annotated[
        str | None,
        typer.Option(
            "--loss", metavar="NAME", help="conv: what learning makes small, cross-entropy or mse (squared error)."
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option("--epochs", metavar="N", help="conv: passes over the data.")] = None,
    batch: Annotated[int | None, typer.Option("--batch", metavar="N", help="conv: pictures a step.")] = None,
    lr: Annotated[float | None, typer.Option("--lr", metavar="X", help="conv: the highest learning rate.")] = None,
    patience: Annotated[
        int | None,
        typer.Option("--patience", metavar="N", help="conv: stop after N epochs without a better validation loss."),
    ] = None,
    precision: Annotated[
        str | None, typer.Option("--precision", metavar="NAME", help="conv: auto, bfloat16 or float32.")
    ] = None,
    device: Annotated[
        str | None,
        typer.Option("--device", metavar="NAME", help="conv: auto, cpu or cuda (a graphics card), where it learns."),
    ] = None,
    augment: Annotated[
        str | None,
        typer.Option(
            "--augment",
            metavar="TEXT",
            help='conv: vary the pictures, such as "shift 0.1, rotate 10, flip"; none or auto.',
        ),
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="TIME", help="conv: learn for about 90s, 2min or 1h30m.")
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(
            "--features", metavar="NAME", help="What is looked at: pixels or hog (edges); of texts: words or both."
        ),
    ] = None,
    class_weight: Annotated[
        str | None,
        typer.Option(
            "--class-weight", metavar="NAME", help="Texts: balanced; each class counts for as much as any other."
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="RUN", help="conv: start from the weights of this run or model.")
    ] = None,
    search: Annotated[
        int | None,
        typer.Option("--search", metavar="N", help="Try N settings of the model; keep the best on validation."),
    ] = None,
    calibrate: Annotated[
        str,
        typer.Option(
            "--calibrate",
            metavar="NAME",
            help="How stated probabilities are made to mean it: auto, temperature, isotonic or none.",
        ),
    ] = "auto",
    coverage: Annotated[
        float | None,
        typer.Option(
            "--coverage",
            metavar="SHARE",
            help="Answer with sets of labels too, or of a number with an interval: they hold the true one so often.",
        ),
    ] = None,
    unknown: Annotated[
        float | None,
        typer.Option(
            "--unknown", metavar="SHARE", help="Answer `unknown` too; this share of known items is given up, as 0.05."
        ),
    ] = None,
    test: Annotated[float, typer.Option("--test", metavar="SHARE", help="Share of the items kept for testing.")] = 0.15,
    validation: Annotated[
        float, typer.Option("--validation", metavar="SHARE", help="Share of the rest kept for choosing.")
    ] = 0.15,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="first:SHARE", help="The first share of the items, in order, is for training."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Fixes everything that is drawn.")] = 0,
    drop_leaks: Annotated[
        bool,
        typer.Option("--drop-leaks", help="Do not learn from what also stands in the test part."),
    ] = False,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write event files into RUN/tensorboard while learning (extra).")
    ] = False,
    keep_epochs: Annotated[
        bool,
        typer.Option("--keep-epochs", help="conv: keep each epoch's weights, for `explain --inside --film`."),
    ] = False,
    size: Size = None,
    grey: Grey = False,
    binary: Binary = False,
    symbols: Symbols = False,
    crop: Crop = None,
    keep_aspect: KeepAspect = False,
    labels: Labels = None,
    id: Id = None,
    label: Label = None,
    group_from: GroupFrom = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    group: Group = None,
    language: Language = None,
    target: Target = None,
    drop: Drop = None,
    keep: Keep = None,
    missing: Missing = None,
    task: Task = None,
    max_bad: MaxBad = 0.05,
    max_megapixels: MaxMegapixels = MAX_MEGAPIXELS,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", metavar="SHEET", help="Labels put right, such as a filled-in suspects.csv."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a run that stands there already.")] = False,
) -> None:
    """Learn from pictures, texts or a table and measure the result on items that learning never saw."""
    problems: list[str] = []
    first = _first(split, problems)
    seconds = None
    try:
        seconds = None if budget is None else parse_time(budget)
    except OptionError as error:
        problems.extend(error.problems)
    options = TrainOptions(
        model=tuple(model or ()),
        k=k,
        layers=layers,
        loss=loss,
        epochs=None if epochs is None else (epochs,),
        batch_size=batch,
        learning_rate=lr,
        patience=patience,
        precision=precision,
        device=device,
        augment=augment,
        budget=seconds,
        features=features,
        class_weight=class_weight,
        tensorboard=tensorboard,
        keep_epochs=keep_epochs or None,
        split=SplitOptions(test=test, validation=validation, first=first, seed=seed, drop_leaks=drop_leaks),
        start=start,
        search=search,
        calibrate=calibrate,
        coverage=coverage,
        unknown=unknown,
    )
    how = reading(
        problems,
        size=size,
        grey=grey,
        binary=binary,
        symbols=symbols,
        crop=crop,
        keep_aspect=keep_aspect,
        labels=labels,
        id=id,
        label=label,
        group_from=group_from,
        max_bad=max_bad,
    )
    how = dataclasses.replace(
        how,
        corrections=None if corrections is None else str(corrections),
        texts=text_options(text, columns, quote, encoding),
        group=group,
        language=language,
        table=table_options(target, drop, keep, missing, task),
        max_megapixels=max_megapixels,
    )
    if problems:
        raise OptionError([*problems, *(problem for problem in (*options.problems(), *how.problems()) if problem)])
    with Reporter() as tell:
        run = workflows.train_with(source, options, reading=how, out=out, force=force, on_event=tell)
    _conclude(run)


def resume(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The run's folder.")],
    epochs: Annotated[
        str | None, typer.Option("--epochs", metavar="+N", help="Go on from a finished network for N epochs more.")
    ] = None,
) -> None:
    """Go on with a run that was stopped; it ends with the same bytes as if it had not been."""
    if epochs is not None and not re.fullmatch(r"\+[0-9]{1,6}", epochs):
        raise OptionError(f"--epochs is {epochs!r}; expected + and a whole number, such as +5")
    with Reporter() as tell:
        finished = workflows.resume(run, more_epochs=None if epochs is None else int(epochs), on_event=tell)
    _conclude(finished)


def runs(
    parent: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds the runs.")] = Path("runs"),
) -> None:
    """List the runs with their state and their accuracy."""
    if not parent.is_dir():
        raise OptionError(f"{parent}: there is no such folder; `discern train DATA` makes the first run")
    rows = [
        (
            row["run"],
            row["state"],
            row["data"] or "",
            "" if row["n_items"] is None else f"{row['n_items']:,}",
            row["model"] or "",
            saying.share(row["accuracy"]) if row["accuracy"] else f"R2 {short(row['r2'])}" if row["r2"] else "",
            row["created"] or "",
        )
        for row in workflows.list_runs(parent)
    ]
    header = ("run", "state", "data", "items", "model", "accuracy or R2", "created")
    print(report.table(header, rows) if rows else f"no runs in {one_line(str(parent))}")


def summary(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run or a model file.")] = None,
    weights: Annotated[bool, typer.Option("--weights", help="How the numbers of each array are spread.")] = False,
    optimizer: Annotated[bool, typer.Option("--optimizer", help="How the network was trained.")] = False,
    layers: Annotated[
        str | None, typer.Option("--layers", metavar="TEXT", help="Describe these layers instead of a run.")
    ] = None,
    shape: Annotated[
        str, typer.Option("--shape", metavar="HxWxC", help="With --layers: height, width and channels of a picture.")
    ] = "28x28x1",
    classes: Annotated[int, typer.Option("--classes", metavar="N", help="With --layers: number of classes.")] = 10,
) -> None:
    """Describe a model: layers, shapes, parameters and operations."""
    if (run is None) == (layers is None):
        raise OptionError("name a run or a model file, or describe layers with --layers")
    if layers is not None:
        print(report.layers_text(workflows.plan(layers, _shape(shape), classes)))
        return
    assert run is not None  # one of the two was given
    print(report.summary_text(workflows.summary(run), weights=weights, optimizer=optimizer))


def _first(split: str | None, problems: list[str]) -> float | None:
    if split is None:
        return None
    match = re.fullmatch(r"first:([0-9]*\.?[0-9]+)", split)
    if match is None:
        problems.append(f"--split is {split!r}; expected first:SHARE, such as first:0.85")
        return None
    return float(match[1])


def _shape(text: str) -> tuple[int, int, int]:
    match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})(?:x([0-9]{1,3}))?", text)
    if match is None or 0 in (sizes := [int(part or 1) for part in match.groups()]):
        raise OptionError(f"--shape is {text!r}; expected height x width x channels, such as 64x64x3")
    return sizes[0], sizes[1], sizes[2]


def _conclude(run: Any) -> None:
    """The last lines of a run: how well it does, against what, and where to read it."""
    print()
    print(report.evaluation_text(run.evaluation))
    print(f"\nreport: {one_line(str(run.report))}")
    print(f"next:   discern predict {typed(run.path)} {NEW.get(run.evaluation.kind, 'ITEMS')}")
