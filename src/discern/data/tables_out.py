"""Writes tables: whole or not there, in the format that the ending names, with cells that no spreadsheet runs."""

from __future__ import annotations

import contextlib
import datetime
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import polars as pl
import xlsxwriter

from ..core import files
from ..core.errors import DataError, OptionError, describe

if TYPE_CHECKING:
    from polars.selectors import Selector

FORMATS = (".csv", ".tsv", ".parquet", ".jsonl", ".xlsx")
EXCEL_ROWS, EXCEL_COLUMNS, EXCEL_LETTERS = 1_048_575, 16_384, 32_767
"""What a sheet of Excel holds: rows below the header, columns, and characters in a cell."""
NARROW, WIDE = 60, 560
"""Widths of columns in Excel, in pixels."""
_EXCEL = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_LONG_AGO = datetime.datetime(2000, 1, 1)
"""Stands as the time of making in Excel files: the same table gives the same bytes."""


def write_table(path: str | Path, frame: pl.DataFrame) -> None:
    """Write `frame` under `path`; the ending names the format, one of `FORMATS`.

    Text cells of CSV, TSV and Excel that a spreadsheet would run get an apostrophe before them. Raises OptionError for
    another ending and for what the format cannot hold, OutputError for a place that cannot be written.
    """
    with table_writer(path) as table:
        table.write(frame)


class TableWriter:
    """Takes a table in pieces. Lines are written as they come; Parquet and Excel are made when all pieces are there."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.n_rows = 0
        self._path = path
        self._file = file
        self._ending = path.suffix.lower()
        self._schema: pl.Schema | None = None
        self._kept: list[pl.DataFrame] = []

    def write(self, piece: pl.DataFrame) -> None:
        """Add rows; all pieces have the same columns. Raises OptionError for what the format cannot hold."""
        first = self._schema is None
        if self._schema is not None and piece.schema != self._schema:
            raise ValueError(f"a piece with the columns {piece.schema}; expected {self._schema}")
        self._schema = piece.schema
        self.n_rows += piece.height
        if problem := self._problem(piece):
            raise OptionError(describe(str(self._path), found=problem, do="write it to .parquet or .jsonl"))
        if self._ending in (".csv", ".tsv"):
            comma = "\t" if self._ending == ".tsv" else ","
            self._file.write(csv_text(piece, header=first, comma=comma).encode())
        elif self._ending == ".jsonl":
            piece.write_ndjson(self._file)
        else:
            self._kept.append(piece)

    def finish(self) -> None:
        if self._schema is None:
            raise DataError(describe(str(self._path), found="no rows to write"))
        if self._ending == ".parquet":
            pl.concat(self._kept).write_parquet(self._file, metadata={"schema": "1"})
        elif self._ending == ".xlsx":
            self._file.write(_excel(safe_cells(pl.concat(self._kept))))

    def _problem(self, piece: pl.DataFrame) -> str | None:
        """What of the piece the format cannot hold, or None."""
        if self._ending in (".parquet", ".jsonl"):
            return None
        nested = [name for name, kind in piece.schema.items() if kind.is_nested()]
        if nested:
            return f"the column {nested[0]!r} holds lists, which {self._ending} cannot hold"
        if self._ending != ".xlsx":
            return None
        if self.n_rows > EXCEL_ROWS or piece.width > EXCEL_COLUMNS:
            return f"more rows or columns than Excel's {EXCEL_ROWS:,} and {EXCEL_COLUMNS:,}"
        letters = piece.select(pl.col(pl.String).str.len_chars().max())
        long = [name for name in letters.columns if (letters[name][0] or 0) >= EXCEL_LETTERS]
        return f"a cell of {letters[long[0]][0]:,} characters; Excel holds {EXCEL_LETTERS:,}" if long else None


@contextlib.contextmanager
def table_writer(path: str | Path) -> Iterator[TableWriter]:
    """A writer of the file `path`, which appears when the block ends without an error.

    Raises OptionError, OutputError, and DataError when nothing was written.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        expected = " or ".join(FORMATS)
        raise OptionError(describe(str(path), found=f"the ending {target.suffix!r}", expected=expected))
    with files.atomic(target) as file:
        writer = TableWriter(target, file)
        yield writer
        writer.finish()


def csv_text(frame: pl.DataFrame, *, header: bool = True, comma: str = ",") -> str:
    """Rows as CSV with every text cell made safe for spreadsheets."""
    return safe_cells(frame).write_csv(include_header=header, separator=comma)


def safe_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every text, and the names of its columns, as `core.files.safe_cell` makes them."""
    cell = pl.col(pl.String)
    risky = pl.any_horizontal(False) if not frame.width else cell.str.head(1).is_in(list(files.FORMULA_STARTS))
    safe = frame.with_columns(pl.when(risky).then("'" + cell).otherwise(cell).name.keep())
    return safe.rename({name: files.safe_cell(name) for name in frame.columns})


def _excel(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _EXCEL) as book:
        book.set_properties({"created": _LONG_AGO})
        letters = frame.head(1_000).select(pl.all().cast(pl.String).str.len_chars().max().fill_null(0))
        widths: dict[str | Selector, tuple[str, ...] | int] = {
            name: min(WIDE, max(NARROW, 8 * max(len(name) + 3, letters[name][0]))) for name in frame.columns
        }
        frame.write_excel(book, worksheet="table", column_widths=widths, freeze_panes=(1, 0))
    return content.getvalue()
