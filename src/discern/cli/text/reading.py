"""Options that every command which reads texts takes, and the record they make."""

from __future__ import annotations

from typing import Annotated

import typer

from ...core.options import TextOptions

Text = Annotated[
    str | None,
    typer.Option("--text", metavar="COLUMN", help="The column of the texts; needed where it cannot be told."),
]
Columns = Annotated[
    str | None,
    typer.Option("--columns", metavar="NAMES", help="Names of the columns of a file without a header: label,text."),
]
Quote = Annotated[
    str,
    typer.Option("--quote", metavar="HOW", help="double: cells may stand in double quotes; none: quotes are letters."),
]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help="How letters are stored, such as cp1252 (default: as detected)."),
]


def text_options(text: str | None, columns: str | None, quote: str, encoding: str | None) -> TextOptions:
    """The options as one record. What is wrong with them `TextOptions.problems` tells."""
    names = () if columns is None else tuple(name.strip() for name in columns.split(","))
    return TextOptions(text=text, columns=names, quote=quote, encoding=encoding)
