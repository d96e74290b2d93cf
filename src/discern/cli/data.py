"""Commands about data: sample, show, audit."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Annotated

import typer

from .. import report, workflows
from ..core import files
from ..core.errors import OptionError
from ..core.options import MAX_MEGAPIXELS, ReadOptions, parse_size
from .console import Reporter, is_terminal, one_line, typed
from .reading import (
    Drop,
    Group,
    GroupFrom,
    Id,
    Keep,
    Label,
    Labels,
    Language,
    MaxMegapixels,
    Missing,
    Target,
    Task,
    table_options,
)
from .text.reading import Columns, Encoding, Quote, Text, text_options

NUMBERS_PRINTED = 3 * 64 * 64
"""A larger picture is drawn, but its numbers would fill many screens."""

SAMPLE_ITEMS = {
    "notes": "made-up notes",
    "posts": "made-up posts, and 310 labelled ones,",
    "letters": "drawings of letters and digits",
    "plates": "number plates, and plates.csv with what stands on them,",
    "practicals": "notebooks, each exercise beside its completed twin,",
    "areas": "made-up areas (one to predict)",
    "areas-many": "made-up areas",
    "stores": "made-up stores",
    "iris": "flowers",
    "wine": "wines",
    "cancer": "cases",
    "diabetes": "patients",
}
SAMPLE_NEXT = {
    "digits": "discern train {place}",
    "vehicles": "discern train {place}/photos --labels {place}/metadata.csv --label make --label model "
    "--group-from '(.+)_\\d+'",
    "letters": "discern train {place} --size 28 --symbols",
    "plates": "discern image read RUN {place}/plate00000.png",
    "notes": "discern text words {place}/notes.csv --text note",
    "posts": "discern train {place}/labelled.csv --text text --label label --group author",
    "practicals": "jupyter lab {place}",
    "areas": "discern train {place}/areas.csv --target crime_rate --model ols",
    "areas-many": "discern train {place}/areas-many.csv --target crime_rate",
    "stores": "discern train {place}/stores.csv --target kind",
    "iris": "discern train {place}/iris.csv --target species",
    "wine": "discern train {place}/wine.csv --target cultivar",
    "cancer": "discern train {place}/cancer.csv --target diagnosis",
    "diabetes": "discern train {place}/diabetes.csv --target progression",
}
"""What to do with a sample, by its name."""

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A folder with a folder a class, a table, MNIST's IDX files, an .npz file, or a sample: sample:digits.",
    ),
]


def sample(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Which: digits (real), vehicles, letters, plates (drawn), notes, posts (made up), practicals "
            "(notebooks to learn with); tables: areas, areas-many, stores (made up), iris, wine, cancer, diabetes "
            "(real).",
        ),
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it.")],
    n: Annotated[
        int | None,
        typer.Option(
            "--n",
            metavar="N",
            help="How many: vehicles (default: 120), letters (40 of each), plates (200), notes (2,000), "
            "posts (20,000), areas-many (1,200), stores (600).",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another number makes up others.")] = 0,
    size: Annotated[
        str | None,
        typer.Option("--size", metavar="HxW", help="Vehicles: pixels of a photograph (default: 160x240)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that holds files already.")] = False,
) -> None:
    """Write a sample data set: handwritten digits, drawn vehicles, crime notes, posts, tables; or the practicals."""
    count = workflows.sample(name, folder, n=n, seed=seed, size=None if size is None else parse_size(size), force=force)
    place = one_line(str(folder))
    print(f"{count:,} {SAMPLE_ITEMS.get(name, 'pictures')} written to {place}")
    print(f"next: {SAMPLE_NEXT[name].format(place=typed(folder))}")


def show(
    source: Annotated[str, typer.Argument(metavar="ITEM|DATA", help="A picture, or a data set; a table: its columns.")],
    item: Annotated[
        str | None, typer.Option("--item", metavar="N|NAME", help="One item of the data set, by number or name.")
    ] = None,
    per_class: Annotated[
        int, typer.Option("--per-class", metavar="N", help="Data sets: samples of each class on the sheet.")
    ] = 8,
    augmented: Annotated[
        str | None,
        typer.Option("--augmented", metavar="TEXT", help="Data sets: vary the samples, such as 'shift 0.1, flip'."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Data sets: the sheet as PNG.")
    ] = None,
    labels: Labels = None,
    id: Id = None,
    label: Label = None,
    group_from: GroupFrom = None,
    target: Target = None,
    drop: Drop = None,
    keep: Keep = None,
    missing: Missing = None,
    task: Task = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Show a picture as its numbers and a drawing; of a data set, samples of each class, or what its columns are."""
    table = table_options(target, drop, keep, missing, task)
    how = dataclasses.replace(_how(labels, id, label, group_from), table=table)
    if item is None and out is None and augmented is None and workflows.is_table(source):
        print(report.table_overview_text(workflows.show_table(source, reading=how)))
        return
    if item is None and workflows.is_data(source):
        sheet = workflows.show_sheet(
            source, per_class=per_class, augmented=augmented, reading=how, out=out, force=force
        )
        print(f"{sheet.n_items:,} pictures in {sheet.n_classes} classes")
        if out is not None:
            print(f"written: {one_line(str(out))}")
        else:
            print(sheet.drawing(colour=is_terminal(), width=shutil.get_terminal_size().columns))
        return
    if out is not None or augmented is not None:
        raise OptionError("-o and --augmented are for the sheet of a data set; leave --item away and name the data")
    shown = workflows.show(source, item, reading=how)
    height, width, channels = shown.pixels.shape
    named = "" if shown.label is None else f", labelled {one_line(shown.label)}"
    print(f"{one_line(shown.item)}: {width} x {height} pixels, {'grey' if channels == 1 else 'colour'}{named}\n")
    if shown.pixels.size <= NUMBERS_PRINTED:
        print(f"as one line of {shown.pixels.size:,} numbers\n{shown.flat}\n")
        print(f"by rows\n{shown.rows}\n")
    else:
        print(f"{shown.pixels.size:,} numbers; they are printed for pictures of up to {NUMBERS_PRINTED:,}\n")
    print(f"drawn\n{shown.drawing(colour=is_terminal(), width=shutil.get_terminal_size().columns)}")


def audit(
    source: Data,
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
    max_megapixels: MaxMegapixels = MAX_MEGAPIXELS,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the findings as a page, too.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with exit status 1 when something serious is found.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a page that exists.")] = False,
) -> None:
    """Say what is in the data and what is wrong with it."""
    how = dataclasses.replace(
        _how(labels, id, label, group_from),
        texts=text_options(text, columns, quote, encoding),
        group=group,
        language=language,
        table=table_options(target, drop, keep, missing, task),
        max_megapixels=max_megapixels,
    )
    with Reporter() as tell:
        findings = workflows.audit(source, reading=how, html=html, force=force, on_event=tell)
    print(files.to_json(findings.to_json()) if json else report.findings_text(findings), end="" if json else "\n")
    if strict and findings.serious:
        raise typer.Exit(1)


def _how(labels: Path | None, id: str | None, label: list[str] | None, group_from: str | None) -> ReadOptions:
    """Reading for a look: whatever cannot be read is listed, however much it is."""
    sheet = None if labels is None else str(labels)
    return ReadOptions(labels=sheet, id=id, label=tuple(label or ()), group_from=group_from, max_bad=1.0)
