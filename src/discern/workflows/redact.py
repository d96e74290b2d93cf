"""`text redact`: propose the words that may stay, and hide all others; two steps with a person in between."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl

from ..core import files, threads
from ..core.errors import DataError, describe
from ..core.events import Listener, note, silent, stage
from ..core.options import Interval, TextOptions, raise_all, suggest
from ..data.assemble import stop_if_too_many
from ..data.delimited import Lines
from ..data.tables_out import FORMATS, table_writer, write_table
from ..data.text_column import USUAL
from ..data.texts import Texts, read_texts, stream_texts
from ..report.redact_page import write_redact_page
from ..store import outputs
from ..text.redact import BY_TYPE, Whitelist, as_keys, not_words, redact
from ..text.redaction import Columns, Redaction, Tally
from ..text.suggest import Suggestion
from ..text.suggest import suggest as propose

SHEETS = (".csv", ".tsv", ".xlsx")
YES = frozenset({"yes", "y", "x", "1", "true", "keep", "✓", "✔"})
NO = frozenset({"", "no", "n", "0", "false", "-"})
CAPITALS = {"hidden": True, "kept": False, "": False}
COMMON_COLUMNS = frozenset((
    *USUAL, "address", "author", "category", "class", "created", "crime_type", "date", "file", "id", "label",
    "location", "name", "officer", "place", "postcode", "source", "time", "type", "user", "user_id",
))  # fmt: skip
"""Names of columns that may be shown: another one may be the first record of a file without a header."""
LONGEST_MARK = 20
PLACED = re.compile(r"(?:line|row) \d+")
NAMED_FILES = re.compile(r" \(.*\)$", re.DOTALL)
LATE_KEYS = re.compile(r"^(keys that first come after .*? are left out): .*$", re.DOTALL)
"""How a note on a folder ends that names some of its files."""


def suggest_words(
    source: str | Path,
    out: str | Path | None = None,
    *,
    author: str | None = None,
    k: int = 5,
    k_authors: int | None = None,
    reading: TextOptions | None = None,
    stdin: Lines | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> Suggestion:
    """Propose the words of `source` that more than `k` different notes use.

    With `author`, the column that says who wrote each note, more than `k_authors` authors too (default: `k`).

    With `out` (.csv, .tsv, .xlsx) the review sheet is written: a person ticks there what stays. Raises OptionError,
    DataError, OutputError.
    """
    reading = reading or TextOptions()
    raise_all([*reading.problems(), _k_problem("--k", k), *_author_problems(author, k_authors)])
    sheet = None if out is None else outputs.checked("--suggest", out, inputs=[source], endings=SHEETS, force=force)
    threads.set_budget()
    stage(on_event, "reading")
    texts = read_texts(source, reading, stdin=stdin, max_bad=1.0)
    _told(texts, (reading.text, *reading.columns), on_event, folder=Path(source).is_dir())
    stop_if_too_many(texts.name, texts.n, _without_names(texts.rejected))
    authors = None if author is None else texts.column(author)
    stage(on_event, "counting words")
    found = propose(texts.texts, authors, k=k, k_authors=k_authors)
    if sheet is not None:
        _write_sheet(sheet, found.table)
    return found


def redact_texts(
    source: str | Path,
    keep: str | Path,
    out: str | Path | None = None,
    *,
    columns_kept: Iterable[str] = (),
    mark: str = BY_TYPE,
    join: bool = False,
    k: int = 5,
    report: str | Path | None = None,
    reading: TextOptions | None = None,
    stdin: Lines | None = None,
    force: bool = False,
    on_event: Listener = silent,
    on_texts: Callable[[pl.Series], None] | None = None,
) -> Redaction:
    """Hide every word of `source` that the sheet `keep` does not keep, and say what risk remains.

    The table goes to `out` in pieces, so memory does not grow with it; of its columns only the texts and `columns_kept`
    (as they stand) are written. `report` is one HTML page; `on_texts` gets the redacted texts of each piece. A word in
    at most `k` notes counts as rare in the result. Raises OptionError, DataError, OutputError.
    """
    reading, columns_kept = reading or TextOptions(), tuple(columns_kept)
    raise_all([*reading.problems(), _k_problem("--k", k), _mark_problem(mark), _twice_problem(columns_kept)])
    inputs = [source, keep]
    target = None if out is None else outputs.checked("-o", out, inputs=inputs, endings=FORMATS, force=force)
    page = (
        None if report is None else outputs.checked("--report", report, inputs=inputs, endings=(".html",), force=force)
    )
    threads.set_budget()
    kept = read_whitelist(keep)
    named = (*columns_kept, *reading.columns, *([reading.text] if reading.text else []))
    stage(on_event, "redacting")
    tally, columns, rejected, name = Tally(kept), Columns(), [], ""
    with contextlib.ExitStack() as stack:
        table = None if target is None else stack.enter_context(table_writer(target))
        for piece in stream_texts(source, reading, stdin=stdin):
            if not name:
                name, columns = piece.name, _columns(piece, columns_kept, named)
            _told(piece, named, on_event, folder=Path(source).is_dir())  # notes on rows come with the last piece
            rejected += _without_names(piece.rejected)
            done = redact(piece.texts, kept, mark=mark, join=join)
            beside = piece.frame.select(columns_kept)
            if table is not None:
                title = piece.text if _may_be_shown(piece.text, named) else "text"
                table.write(pl.DataFrame({title: done.texts}).hstack(beside))
            if on_texts is not None:
                on_texts(done.texts)
            tally.add(done, beside)
        stop_if_too_many(name, tally.n_texts, rejected)
    stage(on_event, "comparing every note with all others")
    result = tally.result(k=k, n_rejected=len(rejected), columns=columns)
    if page is not None:
        write_redact_page(page, result)
    return result


def read_whitelist(path: str | Path) -> Whitelist:
    """The words that a review sheet keeps: a table with the columns `word` and `keep`, and perhaps `capital`.

    `keep` is yes (or y, x, 1, true) or no (or nothing); `capital` is `hidden` where a word stays only without one.
    Raises DataError that names the lines which cannot be understood.
    """
    try:
        sheet = read_texts(path, TextOptions(text="word"), max_bad=1.0)
        missing = [] if "keep" in sheet.frame.columns else ["keep"]
    except DataError as error:
        if "no column 'word'" not in str(error):
            raise
        missing = ["word"]  # said anew: the reader names the columns, which in a file of notes may be a note
    if missing:
        raise DataError(
            describe(
                str(path), found=f"no column {missing[0]!r}", expected="the columns word and keep, as --suggest writes"
            )
        )
    bad = list(sheet.rejected["item"])
    words, lower = set(), set()
    places: dict[str, str] = {}
    capital = sheet.frame["capital"] if "capital" in sheet.frame.columns else pl.repeat("", sheet.n, eager=True)
    cells = as_keys(re.sub(r"^'(?=[=+\-@\t\r])", "", cell.strip()) for cell in sheet.texts)
    for item, word, tick, case in zip(sheet.items, cells, sheet.frame["keep"], capital, strict=True):
        said, how = (tick or "").strip().lower(), (case or "").strip().lower()
        if word and (said not in YES | NO or how not in CAPITALS):
            bad.append(item)
        elif word and said in YES:
            places.setdefault(word, item)
            words.add(word)
            if CAPITALS[how]:
                lower.add(word)
    bad += [places[word] for word in not_words(sorted(words))]
    if bad:
        more = f" and {len(bad) - 3:,} more" if len(bad) > 3 else ""
        raise DataError(
            describe(
                str(path),
                found=f"rows that cannot be understood: {', '.join(bad[:3])}{more}",
                expected="one word in each, with yes or nothing under keep, and hidden, kept or nothing under capital",
            )
        )
    if not words:
        raise DataError(
            describe(str(path), found="no word is kept", do="write yes under keep beside the words that may stay")
        )
    return Whitelist(frozenset(words), frozenset(lower))


def _write_sheet(path: Path, table: pl.DataFrame) -> None:
    """The sheet as spreadsheets open it: CSV starts with the mark by which they know UTF-8."""
    if path.suffix.lower() == ".csv":
        files.write_text(path, "\ufeff" + files.csv_text(table.columns, table.iter_rows()))
    else:
        write_table(path, table)


def _columns(piece: Texts, kept: tuple[str, ...], named: tuple[str, ...]) -> Columns:
    """Which other columns stay and go. Raises DataError for one that is not there."""
    there = [name for name in piece.frame.columns if name != piece.text]
    shown = [name for name in there if _may_be_shown(name, named)]
    for name in kept:
        if name not in there:
            found = "the column of the texts, which is kept anyway" if name == piece.text else "no such column"
            listed = f"one of {', '.join(shown)}" if shown else ""
            raise DataError(describe(f"--columns-kept {name}", found=found + suggest(name, shown), expected=listed))
    dropped = tuple(name for name in shown if name not in kept)
    return Columns(kept, dropped, len(there) - len(kept) - len(dropped))


def _may_be_shown(column: str, named: Iterable[str | None]) -> bool:
    return column in named or column.strip().lower() in COMMON_COLUMNS


def _told(texts: Texts, named: Iterable[str | None], on_event: Listener, *, folder: bool) -> None:
    """Say what the reader noted, but no name of a column that may be a record, nor those of a folder's files."""
    for sentence in texts.notes:
        if texts.text not in sentence or _may_be_shown(texts.text, named):
            without_keys = LATE_KEYS.sub(r"\1", sentence)
            note(on_event, NAMED_FILES.sub("", without_keys) if folder else without_keys)


def _without_names(rejected: pl.DataFrame) -> list[tuple[str, str]]:
    """What was set aside, by its place: a path may hold the name of a person."""
    return [(item if PLACED.fullmatch(item) else "an item", reason) for item, reason in rejected.iter_rows()]


def _k_problem(name: str, k: Any) -> str | None:
    return Interval(1, 1_000_000, whole=True).problem(name, k)


def _author_problems(author: str | None, k_authors: int | None) -> list[str | None]:
    if k_authors is None:
        return []
    alone = "--k-authors came without --author; expected the column that says who wrote each note"
    return [_k_problem("--k-authors", k_authors), alone if author is None else None]


def _mark_problem(mark: str) -> str | None:
    if mark == BY_TYPE or (mark.strip() and mark.isprintable() and len(mark) <= LONGEST_MARK):
        return None
    return f"--mark is {mark[:30]!r}; expected types, or a few characters such as [...]"


def _twice_problem(columns_kept: tuple[str, ...]) -> str | None:
    twice = [name for place, name in enumerate(columns_kept) if name in columns_kept[:place]]
    return f"--columns-kept names {twice[0]!r} twice; expected each column once" if twice else None
