"""CSV, TSV and lines: a scan finds the records, Polars reads the good ones, and each bad one is named by its line."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.executor import Local
from ..core.options import TextOptions
from .encodings import HEAD, detect, from_western, is_utf8, lines_at_returns, to_utf8
from .records import RETURN, Grammar, Records, Scanner
from .table_cells import plain
from .text_pieces import CELL_LIMIT, OTHER, SAMPLE, TOO_LONG, UTF8, ZERO, Piece, Said, joined, refused_header

COMMAS = (b",", b";", b"\t", b"|")
NOT_UTF8 = "bytes that are neither UTF-8 nor Windows-1252; name their encoding with --encoding"
DAMAGED = "bytes that the encoding does not have"
LINES = 10_000
"""So many lines of text are taken from an iterator at once."""
Lines = Iterable[str] | IO[bytes]


class Delimited:
    """A file or a stream of records, one a line or, with cells in quotes, over several."""

    def __init__(
        self,
        name: str,
        read: Callable[[int], bytes],
        options: TextOptions,
        *,
        subject: str,
        comma: bytes | None = None,
        blank_lines: bool = True,
        cell_limit: int = CELL_LIMIT,
    ) -> None:
        """Reads the header. `comma` None: told by the first line. Raises DataError that begins with `subject`.

        Where a line is a text of its own, `blank_lines` are empty texts.
        """
        head = _exactly(read, HEAD)
        encoding = detect(head, options.encoding, subject)
        self.name, self.encoding, self.notes = name, encoding.name, []
        self._declared = encoding.codec is not None
        self._subject = subject
        source = _behind(head[encoding.mark :], read)
        decoded = to_utf8(source, encoding)
        if lines_at_returns(head):
            self.notes.append("lines end in carriage returns alone")
            self._scanner = Scanner(lambda size: decoded(size).replace(b"\r", b"\n"))
        else:
            self._scanner = Scanner(decoded)
        lines = options.quote == "none" and len(options.columns) == 1
        if not lines and not self._scanner.pass_blank_lines():
            raise DataError(describe(subject, found="it is empty", expected="a header and rows of texts"))
        self._grammar = Grammar(b"", False) if lines else self._likely_grammar(comma, options)
        self.columns = list(options.columns) or self._header()
        self.only_text = self.columns[0] if len(self.columns) == 1 else None
        self._blank_lines = blank_lines and lines
        self._cell_limit = cell_limit
        self._numbers: frozenset[str] = frozenset()
        blocks = self._scanner.records(self._grammar, len(self.columns))
        self._blocks = filter(len, map(self._without_blanks, blocks))
        self._ahead: list[Records] = []
        while sum(map(len, self._ahead)) < SAMPLE and (block := next(self._blocks, None)) is not None:
            self._ahead.append(block)
        if not self._ahead:
            found = "a header without rows" if not options.columns else "it is empty"
            raise DataError(describe(subject, found=found, expected="rows of texts"))

    def _likely_grammar(self, comma: bytes | None, options: TextOptions) -> Grammar:
        """What parts the first record into as many cells as are named, or into most."""
        wanted = len(options.columns)
        grammars = [Grammar(mark, options.quote == "double") for mark in ([comma] if comma else COMMAS)]
        counts = [len(self._scanner.first(grammar) or []) for grammar in grammars]
        fitting = [grammar for grammar, count in zip(grammars, counts, strict=True) if count == wanted > 1]
        return fitting[0] if fitting else grammars[counts.index(max(counts))]

    def _header(self) -> list[str]:
        found = self._scanner.first(self._grammar, take=True)
        if found is None:
            do = "close it; or name --columns, or --quote none where quotes are letters"
            raise DataError(describe(f"{self._subject}, the header", found="a quote that is not closed", do=do))
        names = []
        for number, cell in enumerate(found, 1):
            whole = cell if is_utf8(cell) else None if self._declared else from_western(cell)
            if whole is None or b"\0" in whole:
                why = "zero bytes" if whole is not None else DAMAGED if self._declared else NOT_UTF8
                raise DataError(describe(f"{self._subject}, the header", found=why))
            names.append(whole.decode("utf-8", "replace").strip() or f"column {number}")
        if problem := refused_header(names):
            do = "rename one of them, or name all with --columns where the first line is no header"
            raise DataError(describe(self._subject, found=problem, do=do))
        return names

    def sample(self) -> pl.DataFrame:
        return joined([self._parsed(block.part(0, SAMPLE)) for block in self._ahead]).frame.head(SAMPLE)

    def pieces(self, rows: int, skip: int, numbers: Collection[str] = ()) -> Iterator[Piece]:
        self._numbers = frozenset(numbers)
        return Local(ahead=1).map(self._piece, self._parts(rows, skip))

    def _piece(self, blocks: Sequence[Records]) -> Piece:
        parsed = [self._parsed(block) for block in blocks]
        while len({tuple(piece.frame.dtypes) for piece in parsed}) > 1:  # what is a number in one is none in another
            parsed = [self._parsed(block) for block in blocks]
        return joined(parsed, rechunk=False)

    def _parts(self, rows: int, skip: int) -> Iterator[list[Records]]:
        """The blocks of each piece."""
        waiting: list[Records] = []
        held = 0
        ahead, self._ahead = self._ahead, []
        for block in chain(ahead, self._blocks):
            first = min(skip, len(block))
            skip -= first
            while first < len(block):
                last = min(len(block), first + rows - held)
                waiting.append(block.part(first, last))
                held += last - first
                first = last
                if held == rows:
                    yield waiting
                    waiting, held = [], 0
        if waiting:
            yield waiting

    def _without_blanks(self, block: Records) -> Records:
        return block if self._blank_lines else block.not_blank()

    def _parsed(self, block: Records) -> Piece:
        """The records as a table, the bad ones aside."""
        said = Said()
        bad: dict[int, str] = dict(block.broken)
        mended = dict(block.mended)
        n_cells = len(self.columns)
        if self._grammar.comma:
            for i in np.flatnonzero(block.cells != n_cells).tolist():
                bad.setdefault(i, f"{block.cells[i]:,} cell{'s' if block.cells[i] > 1 else ''}; expected {n_cells:,}")
        self._look_at_bytes(block, bad, mended, said)
        for i in np.flatnonzero(block.end - block.begin > self._cell_limit).tolist():
            if i not in bad and self._longest(block.content(i)) > self._cell_limit:
                bad[i] = TOO_LONG
        good = np.ones(len(block), bool)
        good[list(bad)] = False
        items = pl.select(item=pl.lit("line ") + pl.Series(block.line[good]).cast(pl.String)).to_series()
        rejected = [(f"line {block.line[i]}", bad[i]) for i in sorted(bad)]
        return Piece(self._frame(block, good, mended), items, rejected, said)

    def _look_at_bytes(self, block: Records, bad: dict[int, str], mended: dict[int, bytes], said: Said) -> None:
        """Find records with zero bytes, and bring those that are no UTF-8 to it."""
        if not len(block):
            return
        whole = block.data[block.begin[0] : block.end[-1]]
        if b"\0" in whole:
            for i in range(len(block)):
                if i not in bad and b"\0" in block.content(i):
                    bad[i] = ZERO
        if whole.isascii():
            return
        if is_utf8(whole):
            said.add(UTF8, [""])
            return
        for i in range(len(block)):
            content = block.content(i)
            if content.isascii():
                continue
            if is_utf8(content):
                if UTF8 not in said.counts:
                    said.add(UTF8, [""])
            elif i not in bad:
                western = None if self._declared else from_western(content)
                if western is None:
                    bad[i] = DAMAGED if self._declared else NOT_UTF8
                else:
                    mended[i] = western
                    said.add(OTHER, [f"line {block.line[i]}"])

    def _longest(self, record: bytes) -> int:
        found = self._grammar.record(record, 0, len(record))
        return max(len(cell.decode("utf-8", "replace")) for cell in found[0]) if found else 0

    def _frame(self, block: Records, good: NDArray[np.bool_], mended: dict[int, bytes]) -> pl.DataFrame:
        n = int(good.sum())
        schema = dict.fromkeys(self.columns, pl.String)
        if not n:
            return pl.DataFrame(schema=schema | dict.fromkeys(self._numbers, pl.Float64))
        if not self._grammar.comma:
            lines = [mended.get(i, block.content(i)).decode() for i in np.flatnonzero(good).tolist()]
            return pl.DataFrame({self.columns[0]: lines}, schema=schema)
        content = _joined(block, good, mended)
        if numbers := self._numbers:
            frame = self._read(content, n, numbers)
            if frame is not None and all(frame.select(pl.col(*numbers).is_finite().all()).row(0)):
                return frame
        frame = self._read(content, n)
        if frame is not None:
            left = frozenset(name for name in numbers if _is_numbers(frame[name]))
            self._numbers = self._numbers & left if left < numbers else frozenset()
            return frame
        self._numbers = frozenset()  # our cells count, not those of Polars
        rows = []
        for i in np.flatnonzero(good).tolist():
            record = mended.get(i, block.content(i))
            found = self._grammar.record(record, 0, len(record))
            assert found is not None
            rows.append([cell.decode() for cell in found[0]])
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _read(self, content: bytes, n: int, numbers: Collection[str] = ()) -> pl.DataFrame | None:
        """`n` records, `numbers` as float64; None where Polars sees other cells than we do, or no numbers."""
        with contextlib.suppress(pl.exceptions.PolarsError):
            frame = pl.read_csv(
                content,
                has_header=False,
                schema={name: pl.Float64 if name in numbers else pl.String for name in self.columns},
                separator=self._grammar.comma.decode(),
                quote_char='"' if self._grammar.quoted else None,
                empty_string_is_null=False,
            )
            return frame if frame.height == n else None
        return None


def _is_numbers(cells: pl.Series) -> bool:
    """Whether all cells are blank or plainly written finite numbers."""
    found = plain(cells)
    return found.null_count() == (cells == "").sum()


def _joined(block: Records, good: NDArray[np.bool_], mended: dict[int, bytes]) -> bytes:
    """The good records one after the other, in long stretches as they stand in the file."""
    as_it_is = good.copy()
    as_it_is[list(mended)] = False
    gap = block.begin[1:] - block.end[:-1]
    line_end = (gap == 1) | ((gap == 2) & (np.frombuffer(block.data, np.uint8)[block.end[:-1]] == RETURN))
    goes_on = as_it_is[1:] & as_it_is[:-1] & line_end
    first = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    last = np.concatenate([first[1:], [len(block)]]) - 1
    return b"\n".join(
        block.data[block.begin[i] : block.end[j]] if as_it_is[i] else mended[i]
        for i, j in zip(first.tolist(), last.tolist(), strict=True)
        if good[i]
    )


def reader_of(lines: Lines) -> Callable[[int], bytes]:
    """A stream of bytes, or lines of text, as a function that gives the next bytes."""
    stream: Any = getattr(lines, "buffer", lines)  # the bytes behind a stream of text
    if hasattr(stream, "read") and not isinstance(stream, io.TextIOBase):
        read: Callable[[int], bytes] = stream.read
        return read
    remaining: Iterator[str] = iter(stream)

    def some(size: int) -> bytes:
        text = "".join(line.rstrip("\r\n") + "\n" for line in islice(remaining, LINES))
        try:
            return text.encode("utf-8", "surrogateescape")  # bytes that Python could not decode
        except UnicodeEncodeError:
            return text.encode("utf-8", "surrogatepass")

    return some


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """So many bytes, or all that there are."""
    content = b""
    while len(content) < size and (more := read(size - len(content))):
        content += more
    return content


def _behind(head: bytes, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """`read`, after what was read before."""
    waiting = [head] if head else []
    return lambda size: waiting.pop() if waiting else read(size)
