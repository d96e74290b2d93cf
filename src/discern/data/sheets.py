"""Sheets of labels beside a folder of pictures: CSV, TSV, Parquet or Excel, a row for each picture or group."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import fastexcel
import polars as pl

from ..core.errors import DataError, OptionError, UnreadableItem, describe
from ..core.options import suggest
from ..core.targets import BETWEEN, JOINT, combine
from .encodings import whole_text

COMMON_IDS = ("id", "item", "file", "filename", "file_name", "image", "picture", "name", "path")
COMMON_LABELS = ("label", "class", "target", "category")
TAB_ENDINGS = (".tsv", ".tab")
TEXT_ENDINGS = (".csv", *TAB_ENDINGS, ".txt")
EXCEL_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
BYTES_LIMIT = 500_000_000
"""Bytes of a sheet of text, or that the parts of an Excel file may unpack to."""
CELLS_LIMIT = 50_000_000
NAMES_SHOWN = 20

Row = tuple[str, list[str | None]]
"""Where a row stands (`line 12`), and its cells."""


@dataclass(frozen=True)
class Sheet:
    """The labels of a sheet. Every id stands in it once."""

    name: str
    rows: dict[str, tuple[str, ...] | None]
    """For each id its labels, one a target; None where a cell is empty."""
    targets: tuple[str, ...]
    """The columns that the labels stand in."""
    columns: tuple[str, ...] = ()
    """The other columns, which say more about the items; those whose names stand once."""
    cells: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    """For each id what stands in them."""
    notes: tuple[str, ...] = ()
    """Sentences worth saying once: how letters were read."""

    def label(self, key: str) -> str | None:
        """The label of an id, the combination of all of its targets."""
        labels = self.rows[key]
        return None if labels is None else combine([[label] for label in labels])[0]


def read_sheet(path: Path, id_column: str | None = None, label_columns: Sequence[str] = ()) -> Sheet:
    """Read a sheet; columns that are not named are looked for under their usual names (`id`, `label`).

    Raises DataError for what cannot be read, for an id that stands in it twice, for a column that is not there.
    """
    if not path.is_file():  # not a pipe or a device, which would be waited for
        found = "a folder" if path.is_dir() else "not a regular file" if path.exists() else "no such file"
        raise DataError(describe(str(path), found=found, expected="a sheet of labels (CSV, TSV, Parquet or Excel)"))
    with readable(path):
        header, rows, notes = _table(path)
    key = _column(path, header, id_column, COMMON_IDS, "--id")
    labels = label_columns or (None,)
    places = [_column(path, header, label, COMMON_LABELS, "--label") for label in labels]
    others = [i for i, name in enumerate(header) if i not in (key, *places) and name and header.count(name) == 1]
    cells_of: dict[str, tuple[str | None, ...]] = {}
    found_rows: dict[str, tuple[str, ...] | None] = {}
    first: dict[str, str] = {}
    for where, cells in rows:
        name = cells[key]
        if not name:
            raise DataError(describe(f"{path}, {where}", found=f"no {header[key]}", expected="one in every row"))
        if name in found_rows:
            do = "leave one of the two"
            raise DataError(
                describe(f"{path}, {where}", found=f"{_clipped(name, 80)!r} stands in {first[name]} already", do=do)
            )
        first[name] = where
        given = [cells[place] for place in places]
        found_rows[name] = tuple(str(cell) for cell in given) if all(given) else None
        cells_of[name] = tuple(cells[place] or None for place in others)
    if not found_rows:
        raise DataError(describe(str(path), found="a header without rows" if header else "an empty sheet"))
    names, more = tuple(header[place] for place in places), tuple(header[place] for place in others)
    sheet = Sheet(path.name, found_rows, names, more, cells_of, notes)
    _refuse_ambiguous(path, sheet)
    return sheet


@contextlib.contextmanager
def readable(path: Path) -> Iterator[None]:
    """What the reader of a format raises for a damaged file becomes a DataError that names it."""
    try:
        yield
    except DataError:
        raise
    except OSError as error:
        raise DataError(describe(str(path), found=(error.strerror or str(error)).lower())) from error
    except BaseException as error:  # a damaged file makes its reader raise almost anything
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # how readers in Rust give up
            raise
        raise DataError(
            describe(str(path), found=f"a sheet that cannot be read ({_clipped(str(error), 200)})")
        ) from error


def excel_rows(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """The first sheet as text: a column `row` with the numbers that Excel shows, then its columns; rows that hold
    anything. And the names of the other sheets. Raises DataError, or what the reader raises.
    """
    _refuse_swelling(path)
    book = fastexcel.read_excel(path)
    cells = book.load_sheet(0, header_row=None, dtypes="string").to_polars()
    if not cells.width:
        return pl.DataFrame(schema={"row": pl.Int64}), book.sheet_names[1:]
    holds = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    return cells.with_row_index("row", 1).filter(holds), book.sheet_names[1:]


def compiled(pattern: str) -> re.Pattern[str]:
    """`--group-from` as a regular expression with one group in parentheses. Raises OptionError."""
    try:
        found = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise OptionError(f"--group-from is {pattern!r}: no regular expression ({error})") from error
    if found.groups != 1:
        expected = r"one part in parentheses, such as '(.+)_\d+'"
        raise OptionError(f"--group-from is {pattern!r}: {found.groups} parts in parentheses; expected {expected}")
    return found


def group_of(item: str, pattern: re.Pattern[str]) -> str | None:
    """What `pattern` captures of an item's name, or None when it does not match.

    It must match the whole name of the file without its ending; a pattern with a `/` is matched against the whole path
    within the data.
    """
    path = PurePosixPath(item)
    match = pattern.fullmatch(str(path.with_suffix("")) if "/" in pattern.pattern else path.stem)
    return match[1] if match else None


def matched(items: Sequence[str], sheet: Sheet, pattern: re.Pattern[str] | None) -> list[str | None]:
    """The id of each item's row, or None: what `pattern` captures, or path or name, with or without ending."""
    return [next((key for key in _keys(item, pattern) if key in sheet.rows), None) for item in items]


def _keys(item: str, pattern: re.Pattern[str] | None) -> Iterator[str]:
    if pattern is not None:
        group = group_of(item, pattern)
        if group is not None:
            yield group
        return
    path = PurePosixPath(item)
    yield from (item, str(path.with_suffix("")), path.name, path.stem)


def _refuse_ambiguous(path: Path, sheet: Sheet) -> None:
    """Raise DataError where several targets could not be told apart by their names or their combined labels."""
    if len(sheet.targets) < 2:
        return
    if len(set(sheet.targets)) < len(sheet.targets) or JOINT in sheet.targets:
        expected = f"different columns, none of them named {JOINT!r}"
        raise DataError(describe(str(path), found=f"targets {_few(sheet.targets)}", expected=expected))
    seen: dict[str, tuple[str, ...]] = {}
    for labels in sheet.rows.values():
        if labels is not None and seen.setdefault(combine([[one] for one in labels])[0], labels) != labels:
            found = f"labels that read the same when they are combined ({_clipped(BETWEEN.join(labels), 80)!r})"
            raise DataError(describe(str(path), found=found, do="rename one of them"))


def _column(path: Path, header: list[str], name: str | None, common: Sequence[str], option: str) -> int:
    """The place of a column. Raises DataError that names the columns that there are."""
    if name is None:
        known = [column for column in common if column in header]
        if not known:
            expected = f"a column named {' or '.join(common[:2])}, or {option}"
            raise DataError(describe(str(path), found=f"columns {_few(header)}", expected=expected))
        name = known[0]
    if name not in header:
        found = f"no column {name!r} among {_few(header)}{suggest(name, header)}"
        raise DataError(describe(str(path), found=found))
    if header.count(name) > 1:
        raise DataError(describe(str(path), found=f"{header.count(name)} columns named {name!r}", expected="one"))
    return header.index(name)


def _table(path: Path) -> tuple[list[str], Iterator[Row], tuple[str, ...]]:
    """The names of the columns, the rows, and notes. Raises DataError, or what the reader of the format raises."""
    ending = path.suffix.lower()
    if ending in TEXT_ENDINGS:
        return _text_table(path)
    if ending in (".parquet", ".pq"):
        lazy = pl.scan_parquet(path, glob=False)
        cells = lazy.select(pl.len()).collect().item() * len(lazy.collect_schema())
        if cells > CELLS_LIMIT:
            raise DataError(describe(str(path), found=f"{cells:,} cells", expected=f"at most {CELLS_LIMIT:,}"))
        frame = lazy.collect()
        return frame.columns, _numbered(frame.select(pl.all().cast(pl.String)), 1), ()
    if ending in EXCEL_ENDINGS:
        rows = ((f"row {row[0]:,}", list(row[1:])) for row in excel_rows(path)[0].iter_rows())
        _, header = next(rows, ("", []))
        return [cell or "" for cell in header], rows, ()
    raise DataError(
        describe(str(path), found=f"a file that ends in {ending or 'nothing'}", expected="CSV, TSV, Parquet or Excel")
    )


def _numbered(frame: pl.DataFrame, start: int) -> Iterator[Row]:
    """Rows that hold anything, with their numbers."""
    rows = enumerate(frame.iter_rows(), start)
    return ((f"row {number:,}", list(cells)) for number, cells in rows if any(cell is not None for cell in cells))


def _text_table(path: Path) -> tuple[list[str], Iterator[Row], tuple[str, ...]]:
    if path.stat().st_size > BYTES_LIMIT:
        found = f"{path.stat().st_size:,} bytes"
        raise DataError(describe(str(path), found=found, expected=f"at most {BYTES_LIMIT:,} in a sheet of labels"))
    try:
        text, encoding = whole_text(path.read_bytes())
    except UnreadableItem as error:
        raise DataError(describe(str(path), found=error.reason, do="save it as CSV in UTF-8")) from error
    first = text.split("\n", 1)[0]
    tabs = path.suffix.lower() in TAB_ENDINGS and "\t" in first
    comma = "\t" if tabs else max(",;\t", key=first.count)
    rows = _text_rows(path, text, comma)
    _, header = next(rows, ("", []))
    notes = () if encoding.startswith("UTF-8") else (f"{path.name}: read as {encoding}",)
    return [cell or "" for cell in header], _of_one_length(path, rows, len(header)), notes


def _text_rows(path: Path, text: str, comma: str) -> Iterator[Row]:
    """Rows with the line that each begins in; blank lines are no rows. Raises DataError."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield f"line {line:,}", list(cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(describe(f"{path}, line {line:,}", found=f"a row that cannot be read ({error})")) from error


def _of_one_length(path: Path, rows: Iterator[Row], length: int) -> Iterator[Row]:
    for where, cells in rows:
        if len(cells) != length:
            raise DataError(describe(f"{path}, {where}", found=f"{len(cells):,} cells", expected=f"{length:,}"))
        yield where, cells


def _refuse_swelling(path: Path) -> None:
    """Raise DataError when a zipped sheet unpacks to more than any sheet of labels has."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > BYTES_LIMIT:
            raise DataError(
                describe(str(path), found=f"{size:,} bytes when unpacked", expected=f"at most {BYTES_LIMIT:,}")
            )


def _clipped(text: str, length: int) -> str:
    """A text on one line, cut when it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 3] + "..."


def _few(header: Sequence[str]) -> str:
    more = f" and {len(header) - NAMES_SHOWN:,} more" if len(header) > NAMES_SHOWN else ""
    return ", ".join(_clipped(name, 60) for name in header[:NAMES_SHOWN]) + more
