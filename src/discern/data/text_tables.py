"""JSON lines, Parquet and Excel as tables of text."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ..core.errors import DataError, describe
from ..core.options import TextOptions
from .delimited import Delimited
from .records import RECORD_LIMIT
from .sheets import excel_rows, readable
from .table_cells import typed
from .text_pieces import HALVES, LATE, SAMPLE, Piece, Said, checked, refused_header

TOO_DEEP = "JSON of too many levels"


class JsonLines:
    """A file with a JSON object a line; the columns are the keys of the first objects."""

    only_text = None

    def __init__(self, name: str, read: Callable[[int], bytes], options: TextOptions, *, subject: str) -> None:
        line = TextOptions(columns=("line",), quote="none", encoding=options.encoding)
        self._lines = Delimited(name, read, line, subject=subject, blank_lines=False, cell_limit=RECORD_LIMIT)
        self.name, self.encoding, self.notes = name, self._lines.encoding, self._lines.notes
        objects = [self._object(text) for text in self._lines.sample()["line"]]
        self.columns = list(dict.fromkeys(key for found in objects if isinstance(found, dict) for key in found))
        if not self.columns:
            why = next((found for found in objects if isinstance(found, str)), "an empty object")
            raise DataError(describe(f"{subject}, line 1", found=why, expected="JSON lines: an object a line"))
        self._known = set(self.columns)
        """And the keys that came too late, once they are said."""

    def sample(self) -> pl.DataFrame:
        lines = self._lines.sample()
        return self._parsed(Piece(lines, pl.Series([f"line {i}" for i in range(lines.height)]), [], Said())).frame

    def pieces(self, rows: int, skip: int, numbers: Collection[str] = ()) -> Iterator[Piece]:
        return map(self._parsed, self._lines.pieces(rows, skip))

    def _parsed(self, piece: Piece) -> Piece:
        """Lines as a table; the order of what is set aside is that of the lines."""
        rejected = list(piece.rejected)
        cells: list[list[str]] = []
        items: list[str] = []
        halves: list[str] = []
        late: list[str] = []
        for item, text in zip(piece.items.to_list(), piece.frame["line"].to_list(), strict=True):
            found = self._object(text)
            whole = found if isinstance(found, str) else _cells(found, text, self.columns)
            if isinstance(whole, str):
                rejected.append((item, whole))
                continue
            if new := [key for key in found if key not in self._known]:
                late += map(_mended, new)
                self._known.update(new)
            if "\\u" in text and any(map(_has_half, whole)):
                halves.append(item)
                whole = list(map(_mended, whole))
            cells.append(whole)
            items.append(item)
        said = piece.said
        said.add(HALVES, halves)
        said.add(LATE, late)
        frame = pl.DataFrame(cells, schema=dict.fromkeys(self.columns, pl.String), orient="row")
        whole_piece = checked(frame, pl.Series("item", items, pl.String), said)
        rejected += whole_piece.rejected
        rejected.sort(key=lambda row: int(row[0].removeprefix("line ")))
        return Piece(whole_piece.frame, whole_piece.items, rejected, said)

    @staticmethod
    def _object(text: str) -> dict[str, Any] | str:
        """The object, its numbers as they stand in the file, or what is wrong with it."""
        try:
            found = _DECODER.decode(text)
        except RecursionError:
            return TOO_DEEP
        except json.JSONDecodeError as error:
            return f"no JSON ({error.msg.lower()}, at character {error.pos + 1:,})"
        except ValueError as error:
            return str(error)
        return found if isinstance(found, dict) else f"JSON, but no object ({text[:20]})"


class Parquet:
    """A Parquet file, read a piece at a time. Columns of lists and the like are left out."""

    only_text = None
    encoding = "UTF-8"

    def __init__(self, path: Path, *, subject: str, typed: bool = False) -> None:
        """With `typed`, numbers, truths and dates stay what they are in the file; else every cell is text."""
        self.name = path.name
        self._path = path
        self._typed = typed
        self._lazy = pl.scan_parquet(path, glob=False)
        kept = {name: kind for name, kind in self._lazy.collect_schema().items() if _is_cell(kind)}
        left_out = [name for name in self._lazy.collect_schema() if name not in kept]
        self.columns = list(kept)
        self.notes = [f"columns that hold lists or bytes are left out: {', '.join(left_out)}"] if left_out else []
        if not self._lazy.select(pl.len()).collect().item():
            raise DataError(describe(subject, found="a table without rows", expected="rows of texts"))

    def sample(self) -> pl.DataFrame:
        return self._texts(self._lazy.head(SAMPLE).select(self.columns).collect())

    def pieces(self, rows: int, skip: int, numbers: Collection[str] = ()) -> Iterator[Piece]:
        number = skip + 1
        batches = self._lazy.select(self.columns).slice(skip).collect_batches(chunk_size=rows, maintain_order=True)
        with readable(self._path):
            for batch in _of_rows(batches, rows):
                names = pl.select(item=pl.lit("row ") + pl.int_range(number, number + batch.height).cast(pl.String))
                number += batch.height
                yield checked(self._table(batch), names.to_series(), Said())

    def _table(self, batch: pl.DataFrame) -> pl.DataFrame:
        if not self._typed:
            return self._texts(batch)
        return pl.DataFrame(list(map(typed, batch)))

    @staticmethod
    def _texts(batch: pl.DataFrame) -> pl.DataFrame:
        spans = pl.col(pl.Duration).dt.total_microseconds() / 3.6e9  # hours
        return batch.with_columns(spans).select(pl.all().cast(pl.String).fill_null(""))


class Excel:
    """The first sheet of an Excel file; rows have the numbers that Excel shows."""

    only_text = None
    encoding = ""

    def __init__(self, path: Path, options: TextOptions, *, subject: str) -> None:
        self.name = path.name
        found, others = excel_rows(path)
        self.notes = [f"only the first sheet is read; there are {', '.join(others)} too"] if others else []
        header = list(options.columns)
        numbers = found["row"]
        table = found.drop("row")
        if not header and found.height:
            header = [(cell or "").strip() or f"column {i}" for i, cell in enumerate(table.row(0), 1)]
            table, numbers = table[1:], numbers[1:]
        if problem := refused_header(header):
            raise DataError(describe(subject, found=problem, do="rename one of them"))
        if not table.height:
            found_what = "a header without rows" if found.height else "it is empty"
            raise DataError(describe(subject, found=found_what, expected="rows of texts"))
        if len(header) != table.width:
            raise DataError(
                describe(subject, found=f"{table.width:,} columns", expected=f"{len(header):,}, as --columns says")
            )
        self.columns = header
        self._table = table.rename(dict(zip(table.columns, header, strict=True))).select(pl.all().fill_null(""))
        self._names = "row " + numbers.cast(pl.String)

    def sample(self) -> pl.DataFrame:
        return self._table.head(SAMPLE)

    def pieces(self, rows: int, skip: int, numbers: Collection[str] = ()) -> Iterator[Piece]:
        for begin in range(skip, self._table.height, rows):
            yield checked(self._table[begin : begin + rows], self._names[begin : begin + rows].alias("item"), Said())


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return found


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_pairs)
"""Numbers are kept as they stand in the file."""


def _cells(found: dict[str, Any], line: str, columns: Sequence[str]) -> list[str] | str:
    """A line as cells, lists and objects as JSON with their numbers as numbers, or what is wrong with it."""
    row = [found.get(column) for column in columns]
    try:
        numbers = json.loads(line) if any(isinstance(cell, (list, dict)) for cell in row) else found
        return [
            "" if cell is None else cell if isinstance(cell, str) else json.dumps(numbers[column], ensure_ascii=False)
            for column, cell in zip(columns, row, strict=True)
        ]
    except RecursionError:
        return TOO_DEEP
    except ValueError:  # Python reads whole numbers of up to 4,300 digits
        return "a list or an object with a whole number of too many digits"


def _mended(cell: str) -> str:
    """The same with `\ufffd` for half a character."""
    return cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _has_half(cell: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in cell)


def _is_cell(kind: pl.DataType) -> bool:
    return not kind.is_nested() and kind not in (pl.Binary, pl.Object)


def _of_rows(batches: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in batches of `rows`."""
    held: list[pl.DataFrame] = []
    n = 0
    for batch in batches:
        while n + batch.height >= rows:
            yield pl.concat([*held, batch[: rows - n]])
            batch, held, n = batch[rows - n :], [], 0
        if batch.height:
            held.append(batch)
            n += batch.height
    if held:
        yield pl.concat(held)
