"""`discern text clean|split|entities|sentiment|summary`: texts made ready, and what can be read off them at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ... import report, workflows
from ..console import Reporter, one_line
from .reading import Columns, Encoding, Quote, Text, text_options

Source = Annotated[
    str, typer.Argument(metavar="TEXTS", help="A table, a folder of .txt files, or - for lines on standard input.")
]
Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FILE", help="Where to write: .csv, .tsv, .parquet, .jsonl or .xlsx."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]
Language = Annotated[str, typer.Option("--language", metavar="CODE", help="The language of the texts: en, de, fr, ...")]


def clean(
    source: Source,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="STEP", help="A step more: emoji, numbers, stops. May be repeated."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="STEP",
            help="Leave out: mend, html, strange, forwards, urls, mentions, hashtags, repeats, case; repeat for more.",
        ),
    ] = None,
    add_stop: Annotated[
        list[str] | None, typer.Option("--add-stop", metavar="WORD", help="A stop word more. May be repeated.")
    ] = None,
    remove_stop: Annotated[
        list[str] | None,
        typer.Option("--remove-stop", metavar="WORD", help="No stop word: you, off, them can matter. May be repeated."),
    ] = None,
    stop_words: Annotated[
        Path | None, typer.Option("--stop-words", metavar="FILE", help="Your own stop words, one a line.")
    ] = None,
    out: Out = None,
    force: Force = False,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
) -> None:
    """Clean texts in steps, and say what each step changed. The cleaned text stands beside the original columns."""
    how = workflows.cleaning(
        also or (), without or (), add_stop=add_stop or (), remove_stop=remove_stop or (), stop_file=stop_words
    )
    with Reporter() as tell:
        done = workflows.clean_texts(
            source, out, how=how, force=force, on_event=tell, **_reading(source, text, columns, quote, encoding)
        )
    print(report.cleaned_text(done.n, done.steps, done.n_copies))
    _said(done)


def split(
    source: Source,
    into: Annotated[str, typer.Option("--into", metavar="WHAT", help="words, sentences or paragraphs.")] = "words",
    stems: Annotated[bool, typer.Option("--stems", help="Also the stem of each word: argu for argued.")] = False,
    lemmas: Annotated[bool, typer.Option("--lemmas", help="Also the lemma of each word: argue for argued.")] = False,
    language: Language = "en",
    out: Out = None,
    force: Force = False,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
) -> None:
    """Cut texts into words, sentences or paragraphs, a row each."""
    with Reporter() as tell:
        done = workflows.split_texts(
            source, out, into=into, stems=stems, lemmas=lemmas, language=language, force=force, on_event=tell,
            **_reading(source, text, columns, quote, encoding),
        )  # fmt: skip
    print(report.pieces_text(done.n, done.table))
    _said(done)


def entities(
    source: Source,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="TYPE", help="PERSON, PLACE, WEAPON, PLATE, ...: only these. May be repeated."),
    ] = None,
    out: Out = None,
    force: Force = False,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
) -> None:
    """Find people, organisations, places, objects, vehicles, dates, money, phones and plates in texts."""
    with Reporter() as tell:
        done = workflows.find_entities(
            source, out, types=only or (), force=force, on_event=tell,
            **_reading(source, text, columns, quote, encoding),
        )  # fmt: skip
    print(report.entities_text(done.n, done.table, done.out is not None))
    _said(done)


def sentiment(
    source: Source,
    out: Out = None,
    force: Force = False,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
) -> None:
    """Rate how positive or negative English texts are, by a list of words."""
    with Reporter() as tell:
        done = workflows.rate_texts(
            source, out, force=force, on_event=tell, **_reading(source, text, columns, quote, encoding)
        )
    print(report.sentiment_text(done.table))
    _said(done)


def summary(
    source: Source,
    sentences: Annotated[int, typer.Option("--sentences", metavar="N", help="How many sentences.")] = 3,
    item: Annotated[
        str | None, typer.Option("--item", metavar="NAME", help="Of this text alone, such as 'line 12'.")
    ] = None,
    each: Annotated[bool, typer.Option("--each", help="Of each text by itself, not of all together.")] = False,
    language: Language = "en",
    out: Out = None,
    force: Force = False,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
) -> None:
    """Pick the sentences that say most of what a text, or many texts together, say."""
    with Reporter() as tell:
        done = workflows.summarise(
            source, out, n=sentences, item=item, each=each, language=language, force=force, on_event=tell,
            **_reading(source, text, columns, quote, encoding),
        )  # fmt: skip
    if done.out is None:
        print(report.sentences_text(done.sentences))
    _said(done)


def _reading(source: str, text: str | None, columns: str | None, quote: str, encoding: str | None) -> dict[str, Any]:
    stdin = sys.stdin if source == "-" else None
    return {"options": text_options(text, columns, quote, encoding), "stdin": stdin}


def _said(done: Any) -> None:
    if done.out is not None:
        print(f"{done.table.height:,} rows in {one_line(str(done.out))}")
