"""`discern text words`, `collocations`, `concordance` and `index`: what stands in texts, how often, and where."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text as Styled

from ... import report, workflows
from ...core.counting import CountOptions
from ...core.options import Interval, raise_all
from ..console import Reporter, is_terminal, one_line
from .reading import Columns, Encoding, Quote, Text, text_options

ROWS, ROWS_EACH, LINES = 25, 12, 40
PICTURES = (".svg", ".png")

Source = Annotated[
    str,
    typer.Argument(metavar="TEXTS|INDEX", help="A table, a folder of .txt files, - for lines on stdin, or an index."),
]
Forms = Annotated[str, typer.Option("--forms", metavar="WHAT", help="Count words, stems or lemmas.")]
Language = Annotated[str, typer.Option("--language", metavar="CODE", help="Of stems, lemmas and stop words.")]
Case = Annotated[bool, typer.Option("--case", help="Keep upper and lower case apart.")]
Numbers = Annotated[bool, typer.Option("--numbers", help="Take what has no letter in it for words, too.")]
StopWords = Annotated[
    str | None,
    typer.Option("--stop-words", metavar="none|FILE", help="Leave out none, or a file's (default: the language's)."),
]
MinCount = Annotated[
    int | None, typer.Option("--min-count", metavar="N", help="Leave out what occurs less often.", show_default=False)
]
Rows = Annotated[
    int | None, typer.Option("--rows", metavar="N", help="How many to show; a file holds all.", show_default=False)
]
Window = Annotated[
    int | None, typer.Option("--window", metavar="N", help="How many words to look at together.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FILE", help="Where to write: .csv, .tsv, .parquet, .jsonl, .xlsx, .json."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]


def words(
    source: Source,
    against: Annotated[
        str | None, typer.Option("--against", metavar="OTHER", help="Which words set the texts apart from these.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="COLUMN", help="Which words set each group of this column apart.")
    ] = None,
    like: Annotated[
        str | None, typer.Option("--like", metavar="WORD", help="Which words are used like this one.")
    ] = None,
    forms: Forms = "words",
    language: Language = "en",
    case: Case = False,
    numbers: Numbers = False,
    stop_words: StopWords = None,
    min_count: MinCount = None,
    parts: Annotated[
        int | None,
        typer.Option("--parts", metavar="N", help="Spread over N equal parts of all words, not over the texts."),
    ] = None,
    window: Window = None,
    rows: Rows = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    out: Out = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Draw the result: .svg or .png.")
    ] = None,
    force: Force = False,
) -> None:
    """How often each word is used and how evenly; or what sets texts apart, or which words are used alike."""
    asked = {"--against": against, "--by": by, "--like": like}
    given = [name for name, value in asked.items() if value is not None]
    n = rows or (ROWS_EACH if against or by else ROWS)
    raise_all(
        [
            f"{' and '.join(given)} came together; expected one of them" if len(given) > 1 else None,
            "--parts came with " + given[0] + "; it is about the spread of words" if parts and given else None,
            "--window came without --like" if window is not None and like is None else None,
            "--picture came with " + given[0] if picture and (by or like) else None,
            _rows_problem(rows),
        ]
    )
    _check_place("--picture", picture, PICTURES, [source, against], force)
    shared = _shared(source, text, columns, quote, encoding, out, force)
    shared["how"] = CountOptions(forms, language, case, numbers, stop_words)  # type: ignore[arg-type]
    if min_count is not None:
        shared["min_count"] = min_count
    with Reporter() as tell:
        if against is not None:
            found: Any = workflows.key_words(source, against, **shared, on_event=tell)
            body = report.keyness_text(found, n)
        elif by is not None:
            found = workflows.key_words_by(source, by, **shared, on_event=tell)
            body = report.groups_text(found, n)
        elif like is not None:
            if window is not None:
                shared["window"] = window
            found = workflows.words_like(source, like, **shared, on_event=tell)
            body = report.alike_text(found, n)
        else:
            found = workflows.words(source, parts=parts, **shared, on_event=tell)
            body = report.frequencies_text(found, n)
    if picture is not None:
        report.write_words_picture(picture, found, n)
    print(body)
    _written(out, picture)


def collocations(
    source: Source,
    size: Annotated[int, typer.Option("--size", metavar="N", help="How many words stand together, 2 to 5.")] = 2,
    window: Window = None,
    measure: Annotated[
        str | None,
        typer.Option(
            "--measure",
            metavar="NAME",
            help="Order by log-likelihood (default for two words), weakest-link (for more), pmi, npmi, t, chi-square,"
            " phi-square or count.",
        ),
    ] = None,
    word: Annotated[str | None, typer.Option("--word", metavar="WORD", help="Those alone that hold this word.")] = None,
    forms: Forms = "words",
    language: Language = "en",
    case: Case = False,
    numbers: Numbers = False,
    stop_words: StopWords = None,
    min_count: MinCount = None,
    rows: Rows = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    out: Out = None,
    force: Force = False,
) -> None:
    """Words that stand together more often than by chance, such as "without paying".

    Prepositions that change what happened (without, off, into) are kept unless --stop-words names another list.
    """
    raise_all([_rows_problem(rows)])
    shared = _shared(source, text, columns, quote, encoding, out, force)
    if min_count is not None:
        shared["min_count"] = min_count
    how = CountOptions(forms, language, case, numbers, stop_words)  # type: ignore[arg-type]
    with Reporter() as tell:
        found = workflows.collocations(
            source, how=how, n_words=size, window=window, measure=measure, word=word, **shared, on_event=tell
        )
    print(report.collocations_text(found, rows or ROWS))
    _written(out)


def concordance(
    source: Source,
    query: Annotated[
        str, typer.Argument(metavar="WORDS", help='A word, a phrase, or a pattern: "damag*", "without * for".')
    ],
    regex: Annotated[
        bool, typer.Option("--regex", help="Take each part between spaces as a regular expression for a whole word.")
    ] = False,
    case: Case = False,
    sort: Annotated[
        str, typer.Option("--sort", metavar="PLACES", help="Order by words around: 1R,2R or 1L,2L; 0 is the match.")
    ] = "",
    width: Annotated[
        int | None,
        typer.Option(
            "--width",
            metavar="N",
            help="Characters on each side (default: as the terminal is wide).",
            show_default=False,
        ),
    ] = None,
    rows: Rows = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    out: Out = None,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE.html", help="Write the lines as a page of their own.")
    ] = None,
    force: Force = False,
) -> None:
    """Every place where words stand, with what stands before and after them."""
    raise_all([_rows_problem(rows)])
    _check_place("--page", page, (".html",), [source], force)
    places = [name.strip().upper() for name in sort.split(",") if name.strip()]
    shared = _shared(source, text, columns, quote, encoding, out, force)
    if width is not None:
        shared["width"] = width
    shown = rows or LINES
    held = None if out is not None else shown if page is None else max(shown, report.LINES_OF_A_PAGE)
    with Reporter() as tell:
        found = workflows.concordance(
            source, query, regex=regex, case=case, sort=places, rows=held, **shared, on_event=tell
        )
    if page is not None:
        report.write_concordance_page(page, found)
    print(report.concordance_head(found))
    if found.lines:
        print()
        _print_lines(report.concordance_lines(found, shown, side=width))
    _written(out, page)
    if not found.n_found:
        raise typer.Exit(1)


def index(
    source: Annotated[
        str, typer.Argument(metavar="TEXTS", help="A table, a folder of .txt files, or - for lines on standard input.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The index to write.")],
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="COLUMN", help="Keep this column, for `words --by`; may be repeated."),
    ] = None,
    text: Text = None,
    columns: Columns = None,
    quote: Quote = "double",
    encoding: Encoding = None,
    force: Force = False,
) -> None:
    """Cut texts into words once; words, collocations and concordances then take the index in place of the texts.

    The index holds the texts in full, and only its owner can read a new one.
    """
    shared = _shared(source, text, columns, quote, encoding, out, force)
    with Reporter() as tell:
        done = workflows.index(source, keep=keep or (), **shared, on_event=tell)
    texts = "1 text" if done.n_texts == 1 else f"{done.n_texts:,} texts"
    print(
        f"{done.n_words:,} words ({done.n_types:,} different ones) of {texts}"
        f" in {one_line(str(done.out))} ({done.n_bytes / 1e6:,.1f} MB)\nit holds the texts themselves, in full"
        + (f", and the columns {one_line(', '.join(done.columns))}" if done.columns else "")
    )


def _shared(
    source: str, text: str | None, columns: str | None, quote: str, encoding: str | None, out: Path | None, force: bool
) -> dict[str, Any]:
    """What every workflow of this group takes."""
    return {
        "options": text_options(text, columns, quote, encoding),
        "out": out,
        "stdin": sys.stdin if source == "-" else None,
        "force": force,
    }


def _rows_problem(rows: int | None) -> str | None:
    return None if rows is None else Interval(1, 1_000_000, whole=True).problem("--rows", rows)


def _check_place(
    option: str, path: Path | None, endings: Sequence[str], inputs: Iterable[str | None], force: bool
) -> None:
    """Raises OptionError or OutputError for a place that cannot be written to."""
    if path is None:
        return
    from ...store import outputs  # through which NumPy and SciPy are loaded: not at the start of every command

    outputs.checked(option, path, inputs=[one for one in inputs if one is not None], endings=endings, force=force)


def _print_lines(lines: Iterable[tuple[str, str, str]]) -> None:
    """The match in colour for a person at a terminal; plain text for a program."""
    if not is_terminal():
        for before, match, after in lines:
            print(f"{before}{match}{after}")
        return
    console = Console(highlight=False, markup=False, emoji=False)
    for before, match, after in lines:
        console.print(Styled.assemble(before, (match, "bold cyan"), after), soft_wrap=True)


def _written(*paths: Path | None) -> None:
    for path in paths:
        if path is not None:
            print(f"\nwritten: {one_line(str(path))}")
