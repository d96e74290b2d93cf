"""Options that every command which reads data takes, and the record they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..core.errors import OptionError
from ..core.options import PictureOptions, ReadOptions, TableOptions, parse_crop, parse_size

Size = Annotated[
    str | None,
    typer.Option("--size", metavar="N|HxW", help="Pixels of a side, such as 96, or of both, such as 96x128."),
]
Grey = Annotated[bool, typer.Option("--grey", help="Read pictures without their colours.")]
Binary = Annotated[bool, typer.Option("--binary", help="Read pictures as black and white.")]
Symbols = Annotated[
    bool, typer.Option("--symbols", help="Each picture is one drawn symbol: cut out, scaled and centred at every door.")
]
Crop = Annotated[
    str | None,
    typer.Option("--crop", metavar="L,T,R,B", help="Cut away these shares at left, top, right, bottom: 0,0.1,0,0."),
]
KeepAspect = Annotated[bool, typer.Option("--keep-aspect", help="Fill pictures up instead of stretching them.")]
Labels = Annotated[
    Path | None, typer.Option("--labels", metavar="SHEET", help="Labels from a CSV, TSV, Parquet or Excel sheet.")
]
Id = Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="The sheet's column that names the pictures.")]
Label = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="COLUMN", help="The sheet's column of labels; several for several targets."),
]
GroupFrom = Annotated[
    str | None,
    typer.Option("--group-from", metavar="REGEX", help=r"Items that belong together, by their names: '(.+)_\d+'."),
]
Group = Annotated[
    str | None, typer.Option("--group", metavar="COLUMN", help="The column of what belongs together: author, region.")
]
Language = Annotated[
    str | None,
    typer.Option("--language", metavar="CODE", help="Texts: pass others over than this, as en; any keeps them all."),
]
Target = Annotated[str | None, typer.Option("--target", metavar="COLUMN", help="Tables: the column to learn.")]
Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", metavar="COLUMN", help="Tables: a column to set aside; more of them by saying it again."),
]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        "--keep", metavar="COLUMN", help="Tables: a column to learn from that would be set aside; repeatable."
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option("--missing", metavar="MARK", help="Tables: what stands for a missing value, as -999; repeatable."),
]
Task = Annotated[
    str | None,
    typer.Option("--task", metavar="TASK", help="Tables: regression or classification (default: by the target)."),
]
MaxBad = Annotated[
    float, typer.Option("--max-bad", metavar="SHARE", help="End when more of the items than this cannot be read.")
]
MaxMegapixels = Annotated[
    float, typer.Option("--max-megapixels", metavar="N", help="Set larger pictures aside; at most 178.")
]


def table_options(
    target: str | None, drop: list[str] | None, keep: list[str] | None, missing: list[str] | None, task: str | None
) -> TableOptions:
    """The options as one record. What is wrong with them `TableOptions.problems` tells."""
    return TableOptions(target, tuple(drop or ()), tuple(keep or ()), tuple(missing or ()), task)


def reading(
    problems: list[str],
    *,
    size: str | None,
    grey: bool,
    binary: bool,
    crop: str | None,
    keep_aspect: bool,
    symbols: bool,
    labels: Path | None,
    id: str | None,
    label: list[str] | None,
    group_from: str | None,
    max_bad: float,
) -> ReadOptions:
    """The options as one record; what cannot be read as an option is added to `problems`."""
    parsed: dict[str, Any] = {"size": None, "crop": None}
    for name, text, parse in (("size", size, parse_size), ("crop", crop, parse_crop)):
        try:
            parsed[name] = None if text is None else parse(text)
        except OptionError as error:
            problems.extend(error.problems)
    return ReadOptions(
        pictures=PictureOptions(parsed["size"], grey, binary, parsed["crop"], keep_aspect, symbols),
        labels=None if labels is None else str(labels),
        id=id,
        label=tuple(label or ()),
        group_from=group_from,
        max_bad=max_bad,
    )
