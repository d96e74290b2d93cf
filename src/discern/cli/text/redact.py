"""`discern text redact`: a whitelist is proposed, reviewed by a person, and applied."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ... import report as shown
from ... import workflows
from ...core.errors import OptionError
from ..console import Reporter, one_line
from .reading import Columns, Encoding, Quote, Text, text_options


def redact(
    notes: Annotated[
        str, typer.Argument(metavar="NOTES", help="A table with a column of texts, a folder of .txt, or - for lines.")
    ],
    suggest: Annotated[
        Path | None,
        typer.Option("--suggest", metavar="SHEET", help="Write a sheet of words that may stay, for you to review."),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="SHEET", help="Hide every word that this sheet does not keep.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="The redacted table (default: lines on standard output)."),
    ] = None,
    k: Annotated[int, typer.Option("--k", metavar="N", help="A word needs more than so many notes (and authors).")] = 5,
    k_authors: Annotated[
        int | None,
        typer.Option("--k-authors", metavar="N", help="With --author: more than so many authors (default: as --k)."),
    ] = None,
    author: Annotated[
        str | None, typer.Option("--author", metavar="COLUMN", help="With --suggest: who wrote each note.")
    ] = None,
    mark: Annotated[
        str, typer.Option("--mark", metavar="MARK", help="What stands for a hidden word: types, or such as [...].")
    ] = "types",
    join: Annotated[bool, typer.Option("--join", help="One mark for several equal ones in a row.")] = False,
    columns_kept: Annotated[
        str | None,
        typer.Option("--columns-kept", metavar="NAMES", help="Other columns to keep as they are: type,date."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write what was kept and what risk remains (.html).")
    ] = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Hide what is not known to be safe: only words that you let stay are kept.

    First --suggest writes a sheet; you tick what may stay; then --keep applies it and says what risk remains.
    """
    if keep is not None and suggest is not None:
        raise OptionError("--suggest and --keep were both given; expected --suggest first, --keep when it is reviewed")
    reading = text_options(text, columns, quote, encoding)
    stdin = sys.stdin if notes == "-" else None
    if suggest is not None:
        given = {
            "-o": out,
            "--mark": mark != "types",
            "--join": join,
            "--columns-kept": columns_kept,
            "--report": report,
        }
        _refuse(given, "--suggest", "--keep, where words are hidden")
        with Reporter() as tell:
            found = workflows.suggest_words(
                notes,
                suggest,
                author=author,
                k=k,
                k_authors=k_authors,
                reading=reading,
                stdin=stdin,
                force=force,
                on_event=tell,
            )
        print(shown.suggestion_text(found))
        print(f"written: {one_line(str(suggest))}; it shows parts of the notes: keep it where they are kept")
        return
    if keep is None:
        raise OptionError(
            "neither --suggest SHEET nor --keep SHEET was given; expected one: first --suggest, then --keep"
        )
    _refuse({"--author": author, "--k-authors": k_authors}, "--keep", "--suggest, where words are counted")
    names = [name.strip() for name in columns_kept.split(",")] if columns_kept else []
    with Reporter() as tell:
        done = workflows.redact_texts(
            notes,
            keep,
            out,
            columns_kept=names,
            mark=mark,
            join=join,
            k=k,
            report=report,
            reading=reading,
            stdin=stdin,
            force=force,
            on_event=tell,
            on_texts=_lines if out is None else None,
        )
    print(shown.redaction_text(done), file=sys.stderr if out is None else sys.stdout)
    for written in (out, report):
        if written is not None:
            print(f"written: {one_line(str(written))}", file=sys.stderr if out is None else sys.stdout)


def _lines(texts: Any) -> None:
    for text in texts:
        print(one_line(" ".join(text.split())))


def _refuse(given: dict[str, Any], step: str, other: str) -> None:
    wrong = [name for name, value in given.items() if value]
    if wrong:
        raise OptionError(f"{', '.join(wrong)} came with {step}; expected with {other}")
