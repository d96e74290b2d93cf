"""Writes tables: whole or not there, in the format that the ending names, with cells that no spreadsheet runs."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl

from ..core import files
from ..core.errors import OptionError, describe

FORMATS = (".csv", ".tsv", ".parquet", ".jsonl", ".xlsx")


def write_table(path: str | Path, frame: pl.DataFrame) -> None:
    """Write `frame` under `path`; the ending names the format, one of `FORMATS`.

    Text cells of CSV, TSV and Excel that a spreadsheet would run get an apostrophe before them. Raises OptionError for
    another ending, OutputError for a place that cannot be written.
    """
    with table_writer(path) as table:
        table.write(frame)


class TableWriter:
    """Takes a table in pieces with the same columns. See `table_writer`."""

    def __init__(self, file: IO[bytes], ending: str) -> None:
        self.n_rows = 0
        self._file = file
        self._ending = ending
        self._kept: list[pl.DataFrame] = []
        self._begun = False

    def write(self, piece: pl.DataFrame) -> None:
        self.n_rows += piece.height
        if self._ending in (".csv", ".tsv"):
            comma = "\t" if self._ending == ".tsv" else ","
            safe_cells(piece).write_csv(self._file, include_header=not self._begun, separator=comma)
        elif self._ending == ".jsonl":
            piece.write_ndjson(self._file)
        else:
            self._kept.append(piece)
        self._begun = True

    def finish(self) -> None:
        if not self._kept:
            return
        whole = pl.concat(self._kept)
        if self._ending == ".parquet":
            whole.write_parquet(self._file, metadata={"schema": "1"})
        else:
            content = io.BytesIO()
            safe_cells(whole).write_excel(content, worksheet="table")
            self._file.write(content.getvalue())


@contextlib.contextmanager
def table_writer(path: str | Path) -> Iterator[TableWriter]:
    """A writer of the file `path`, which appears when the block ends without an error."""
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in FORMATS:
        raise OptionError(describe(str(path), found=f"the ending {ending!r}", expected=" or ".join(FORMATS)))
    with files.atomic(target) as file:
        writer = TableWriter(file, ending)
        yield writer
        writer.finish()


def safe_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every text, and the names of its columns, as `core.files.safe_cell` makes them."""
    risky = pl.col(pl.String).str.head(1).is_in(list(files.FORMULA_STARTS))
    safe = frame.with_columns(pl.when(risky).then("'" + pl.col(pl.String)).otherwise(pl.col(pl.String)).name.keep())
    return safe.rename({name: files.safe_cell(name) for name in frame.columns})
