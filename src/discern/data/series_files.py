"""The columns of a series from one or several tables, also packed ones; nothing else of the files is kept."""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ..core.errors import DataError, UnreadableItem, describe
from ..core.files import regular_file
from ..core.options import TextOptions, suggest
from .assemble import stop_if_too_many
from .delimited import Delimited
from .given import missing_path, refuse_address
from .scan import shown
from .text_pieces import Piece, Source
from .texts import ENDINGS, PIECE, _source

PACKED = ".gz"
TABLES = tuple(ending for ending in ENDINGS if ending != ".txt")
UNPACKED = 2**33
"""Bytes that a packed file may come to."""
NAMED = 20


@dataclass(frozen=True)
class Cells:
    """Columns as they stand in the files."""

    name: str
    """For people: the name of the file or the folder."""
    frame: pl.DataFrame
    """The columns that were asked for, as text."""
    items: pl.Series
    """`line 12`; with several files `a.csv, line 12`."""
    notes: tuple[str, ...]


def read_cells(sources: Sequence[str | Path], wanted: Sequence[str]) -> Cells:
    """The columns `wanted` of all tables of `sources`: files or folders, of which all tables are read by name.

    Raises DataError, also for a column that is missing in one of the files; TooManyBadItems.
    """
    paths = [path for source in sources for path in _tables(source)]
    several = len(paths) > 1
    frames: list[pl.DataFrame] = []
    items: list[pl.Series] = []
    notes: list[str] = []
    for path in paths:
        with _opened(path) as source:
            _refuse_missing(path, source.columns, wanted)
            for piece in _pieces(path, source, notes):
                frames.append(piece.frame.select(wanted))
                items.append(f"{path.name}, " + piece.items if several else piece.items)
    frame = pl.concat(frames, rechunk=True) if frames else pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))
    if not frame.height:
        raise DataError(describe(shown(str(sources[0])), found="no row that can be read"))
    name = shown(Path(sources[0]).name) if len(sources) == 1 else f"{len(sources)} files"
    return Cells(name, frame, pl.concat(items, rechunk=True), tuple(notes))


def columns_of(source: str | Path) -> list[str]:
    """The columns of the first table of a source. Raises DataError."""
    with _opened(_tables(source)[0]) as opened:
        return list(opened.columns)


def _tables(source: str | Path) -> list[Path]:
    refuse_address(str(source))
    path = Path(source)
    if not path.is_dir():
        return [path]
    found = sorted(entry for entry in path.rglob("*") if _ending(entry) in TABLES and entry.is_file())
    if not found:
        raise DataError(
            describe(shown(str(source)), found="a folder without a table", expected="CSV files or the like")
        )
    return found


def _ending(path: Path) -> str:
    suffix = path.suffix.lower()
    return path.with_suffix("").suffix.lower() if suffix == PACKED else suffix


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Source]:
    with contextlib.ExitStack() as stack:
        if path.suffix.lower() != PACKED:
            yield _source(str(path), path, TextOptions(), None, stack)
            return
        if not path.exists():
            raise missing_path(str(path))
        try:
            raw = stack.enter_context(regular_file(path))
        except UnreadableItem as error:
            raise DataError(describe(shown(str(path)), found=error.reason)) from error
        if _ending(path) not in (".csv", ".tsv", ".tab"):
            raise DataError(describe(shown(str(path)), found="a packed file", expected="a packed .csv or .tsv"))
        unpacked = gzip.GzipFile(fileobj=raw)
        total = 0

        def read(size: int) -> bytes:
            nonlocal total
            content = unpacked.read(size)
            total += len(content)
            if total > UNPACKED:
                raise DataError(describe(shown(str(path)), found="more than 8 GiB when unpacked", do="unpack it first"))
            return content

        comma = None if _ending(path) == ".csv" else b"\t"
        with _packing(path):
            yield Delimited(path.name, read, TextOptions(), subject=shown(str(path)), comma=comma)


def _pieces(path: Path, source: Source, notes: list[str]) -> Iterator[Piece]:
    """The pieces of a file, counted; what is worth saying is added to `notes`."""
    good, rejected = 0, []
    with _packing(path):
        for piece in source.pieces(PIECE, 0):
            good += piece.frame.height
            rejected += piece.rejected
            yield piece
    stop_if_too_many(source.name, good, rejected)
    notes += [f"{source.name}: {note}" for note in source.notes]
    if rejected:
        item, reason = rejected[0]
        notes.append(f"{source.name}: {len(rejected):,} rows cannot be read and were left out ({item}: {reason})")


@contextlib.contextmanager
def _packing(path: Path) -> Iterator[None]:
    """What a damaged packed file raises becomes a DataError that names it."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(describe(shown(str(path)), found=f"a packed file that is damaged ({error})")) from error


def _refuse_missing(path: Path, columns: Sequence[str], wanted: Sequence[str]) -> None:
    lacking = [name for name in wanted if name not in columns]
    if lacking:
        has = ", ".join(columns[:NAMED]) + (f" and {len(columns) - NAMED:,} more" if len(columns) > NAMED else "")
        word = "column" if len(lacking) == 1 else "columns"
        found = f"no {word} {', '.join(map(repr, lacking))} among {has}{suggest(lacking[0], columns)}"
        raise DataError(describe(shown(str(path)), found=found))
