"""Reads texts: a column of a table, a folder of text files, or lines on standard input."""

from __future__ import annotations

import contextlib
import dataclasses
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ..core.errors import DataError, UnreadableItem, describe
from ..core.events import Listener, note, silent, steps
from ..core.files import regular_file
from ..core.options import Interval, TextOptions, raise_all, suggest
from ..core.views import Record
from .assemble import MAX_BAD, stop_if_too_many
from .dataset import set_aside
from .delimited import Delimited, Lines, reader_of
from .given import missing_path, refuse_address
from .scan import TEXT_ENDING, shown, why_not_a_file
from .sheets import EXCEL_ENDINGS, readable
from .text_column import text_column
from .text_folder import Folder
from .text_pieces import Piece, Said, Source, joined
from .text_tables import Excel, JsonLines, Parquet

STDIN = "-"
PIECE = 50_000
HOPELESS = 1_000
"""Reading ends early when so many records were set aside, and more than were good."""
PARQUET = (".parquet", ".pq")
JSON_LINES = (".jsonl", ".ndjson")
ENDINGS = (".csv", ".tsv", ".tab", ".txt", *JSON_LINES, *PARQUET, *EXCEL_ENDINGS)
"""Of files that texts are read from."""
EXPECTED = "a table (CSV, TSV, Parquet, JSON lines, Excel), a .txt file, or a folder of .txt files"


@dataclass(frozen=True, eq=False, repr=False)
class Texts(Record):
    """Texts in their order, with the other columns that stood beside them. Nothing in it changes after reading."""

    name: str
    """For people: the name of the file or the folder, `standard input`."""
    frame: pl.DataFrame
    """Every column as text, as it stands in the file; of a folder `file`, `text` and, where it has classes, `label`."""
    text: str
    """The name of the column of texts."""
    items: pl.Series
    """A unique name for each text: `line 12` (where the record begins), `row 12`, or the path in the folder."""
    rejected: pl.DataFrame
    """`item`, `reason`: meant to be texts, but they cannot be read."""
    notes: tuple[str, ...]
    """Sentences worth saying once."""
    encoding: str = ""
    """How letters were stored, where it was detected or named."""

    @property
    def n(self) -> int:
        return self.frame.height

    def __len__(self) -> int:
        return self.n

    @property
    def texts(self) -> pl.Series:
        """The texts, `(n,)`, without nulls: a text that is missing is empty."""
        return self.frame[self.text]

    def column(self, name: str) -> pl.Series:
        """A column by its name. Raises DataError that names the columns that there are."""
        if name not in self.frame.columns:
            known = self.frame.columns
            raise DataError(
                describe(self.name, found=f"no column {name!r} among {', '.join(known)}{suggest(name, known)}")
            )
        return self.frame[name]

    def __repr__(self) -> str:
        aside = f", {self.rejected.height:,} set aside" if self.rejected.height else ""
        return f"<Texts {self.name!r}: {self.n:,} text{'s' if self.n != 1 else ''} in {self.text!r}{aside}>"


def read_texts(
    source: str | Path,
    options: TextOptions | None = None,
    *,
    stdin: Lines | None = None,
    max_bad: float | None = None,
    on_event: Listener = silent,
) -> Texts:
    """Read all texts of `source`: see `stream_texts`.

    Records that cannot be read are set aside with a reason; more than `max_bad` of them end the reading (None: 5 %,
    where no option accepts more). Raises OptionError, DataError, TooManyBadItems.
    """
    most = MAX_BAD if max_bad is None else max_bad
    raise_all([*(options or TextOptions()).problems(), Interval(0, 1).problem("--max-bad", most)])
    with _opened(source, options or TextOptions(), stdin) as (opened, text):
        pieces: list[Piece] = []
        good = bad = 0
        for piece in opened.pieces(PIECE, 0):
            pieces.append(piece)
            good, bad = good + piece.frame.height, bad + len(piece.rejected)
            steps(on_event, "reading", good + bad, 0)
            if bad > HOPELESS and bad > max(good, most * (good + bad)):
                break
        read = joined(pieces)
        stop_if_too_many(opened.name, good, read.rejected, max_bad)
        if not good:
            item, reason = read.rejected[0]
            raise DataError(describe(opened.name, found=f"no text that can be read ({item}: {reason})"))
        if read.rejected:
            item, reason = read.rejected[0]
            note(on_event, f"{bad:,} set aside; the first: {item}: {reason}")
        return _texts(opened, text, read, [*opened.notes, *read.said.notes()])


def stream_texts(
    source: str | Path,
    options: TextOptions | None = None,
    *,
    rows: int = PIECE,
    skip: int = 0,
    stdin: Lines | None = None,
) -> Iterator[Texts]:
    """The texts of `source` in pieces, in their order; memory does not grow with their number.

    `source` is a table (CSV, TSV, Parquet, JSON lines, Excel), a `.txt` file (one text; a table where `columns` are
    named), a folder of them, or `-` for the lines of `stdin` (a table where `columns` are named).

    A piece holds `rows` records, good ones and those set aside together (`n + rejected.height`), the last one fewer.
    `skip` counts records in the same way: what `skip` k leaves are the pieces that come after k records. Notes on the
    source come with the first piece, those on its rows (their encodings) with the last. Raises OptionError, DataError.
    """
    options = options or TextOptions()
    counts = Interval(1, 2**40, whole=True).problem("rows", rows), Interval(0, 2**60, whole=True).problem("skip", skip)
    raise_all([*options.problems(), *counts])
    with _opened(source, options, stdin) as (opened, text):
        notes = opened.notes
        said = Said()
        held: Piece | None = None  # only the next one tells whether a piece is the last
        for piece in opened.pieces(rows, skip):
            if held is not None:
                yield _texts(opened, text, held, notes)
                notes = []
            said.update(piece.said)
            held = piece
        if held is not None:
            yield _texts(opened, text, held, [*notes, *said.notes()])


def _texts(source: Source, text: str, piece: Piece, notes: Sequence[str]) -> Texts:
    return Texts(
        name=source.name,
        frame=piece.frame,
        text=text,
        items=piece.items,
        rejected=set_aside(piece.rejected),
        notes=tuple(notes),
        encoding=piece.said.encoding(source.encoding),
    )


@contextlib.contextmanager
def _opened(given: str | Path, options: TextOptions, stdin: Lines | None) -> Iterator[tuple[Source, str]]:
    """The source, and its column of texts. Raises DataError, OptionError."""
    name = str(given)
    refuse_address(name)
    with contextlib.ExitStack() as open_files:
        source = _source(name, Path(name), options, stdin, open_files)
        if source.encoding not in ("", "UTF-8", options.encoding):
            source.notes.append(f"read as {source.encoding}")
        subject = source.name if name == STDIN else shown(name)
        text, why = text_column(subject, source.columns, options.text or source.only_text, source.sample())
        if why:
            source.notes.append(why)
        yield source, text


def _source(
    name: str,
    path: Path,
    options: TextOptions,
    stdin: Lines | None,
    open_files: contextlib.ExitStack,
    *,
    typed: bool = False,
) -> Source:
    """The source by its name; `typed`: numbers and dates of a Parquet file are no texts. Raises DataError."""
    if name == STDIN:
        if stdin is None:
            raise DataError("-: nothing to read from; expected texts on standard input, one a line")
        lines = options if options.columns else dataclasses.replace(options, columns=("text",), quote="none")
        return Delimited("standard input", reader_of(stdin), lines, subject="standard input")
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise missing_path(name) from None
    except (OSError, ValueError) as error:
        raise DataError(
            describe(shown(name), found=(getattr(error, "strerror", None) or str(error)).lower())
        ) from error
    ending = path.suffix.lower()
    if path.is_dir() or (ending == TEXT_ENDING and path.is_file() and not options.columns):
        _refuse_options(name, options, ("columns", "quote"))
        return Folder(path, options, subject=shown(name))
    if not path.is_file():
        do = "pipe it in and read -" if stat.S_ISFIFO(mode) else ""
        raise DataError(describe(shown(name), found=why_not_a_file(mode), expected=EXPECTED, do=do))
    if ending in (*PARQUET, *EXCEL_ENDINGS):
        _refuse_options(name, options, ("quote", "encoding", *(("columns",) if ending in PARQUET else ())))
        with readable(path):
            return Parquet(path, subject=name, typed=typed) if ending in PARQUET else Excel(path, options, subject=name)
    if ending not in ENDINGS:
        raise DataError(describe(shown(name), found=f"a file that ends in {ending or 'nothing'}", expected=EXPECTED))
    try:
        file = open_files.enter_context(regular_file(path))
    except UnreadableItem as error:
        raise DataError(describe(shown(name), found=error.reason)) from error
    if ending in JSON_LINES:
        _refuse_options(name, options, ("quote", "columns"))
        return JsonLines(path.name, file.read, options, subject=shown(name))
    comma = b"\t" if ending in (".tsv", ".tab") else None
    return Delimited(path.name, file.read, options, subject=shown(name), comma=comma)


def _refuse_options(name: str, options: TextOptions, not_for: Sequence[str]) -> None:
    """Raise OptionError for options that say nothing about this kind of source."""
    plain = TextOptions()
    given = [option for option in not_for if getattr(options, option) != getattr(plain, option)]
    raise_all(f"--{option} goes with CSV, TSV and lines; found {shown(name)}" for option in given)
