"""Where the records of a delimited file begin and end, and which of them are broken. Nothing is decoded here.

A scan of the bytes in NumPy: quotes and line ends are found, and a line end after an odd number of quotes lies within a
cell. That is right as long as every quote stands where a quote may (RFC 4180): one that opens a cell follows a comma or
a line end, one that closes it comes before them, one within a cell is doubled. Up to the first quote that does not, the
records are known exactly; from there they are read one by one, until they are in order again. What is done with a
broken record is told at `_Careful`, and in docs/decisions/0070-text-files.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NEWLINE, RETURN, QUOTE = b'\n\r"'
WINDOW = 8 << 20
"""Bytes that are read and scanned at once."""
RECORD_LIMIT = 4 << 20
"""A quote that is not closed within so many bytes is taken as one that nobody closed."""
GUESS_LIMIT = 1 << 16
"""So many bytes after a broken quote are searched for its end."""
GUESS_LINES = 100
JUDGED = 5
"""So many records after a broken quote decide whether they are records of their own."""
AFTER_BREAK = 1 << 15
"""Bytes of the first window after a broken record; two that are closer than this are followed by careful reading."""
CAREFUL = 1 << 18
BROKEN = "a quote that is not closed, or not doubled within a cell"
TOO_LONG = f"a row of more than {RECORD_LIMIT >> 20} MB"


@dataclass(frozen=True)
class Records:
    """Records of one window of a file, in their order."""

    data: bytes
    begin: NDArray[np.int64]
    """Where each record begins in `data`, `(n,)`."""
    end: NDArray[np.int64]
    """Where its line end begins."""
    line: NDArray[np.int64]
    """The line of the file that it begins in, counted from 1."""
    cells: NDArray[np.int64]
    """How many cells it has; 0 for a blank line."""
    mended: dict[int, bytes] = field(default_factory=dict)
    """Records in other words: with every cell in quotes, where quotes stood that need not."""
    broken: dict[int, str] = field(default_factory=dict)
    """Records that cannot be told apart into cells, with the reason."""

    def __len__(self) -> int:
        return len(self.begin)

    def part(self, first: int, last: int) -> Records:
        """The records from `first` to before `last`."""
        mended = {i - first: record for i, record in self.mended.items() if first <= i < last}
        broken = {i - first: reason for i, reason in self.broken.items() if first <= i < last}
        rows = slice(first, last)
        return Records(self.data, self.begin[rows], self.end[rows], self.line[rows], self.cells[rows], mended, broken)

    def not_blank(self) -> Records:
        """Those that are no blank lines."""
        keep = self.cells > 0
        keep[list(self.broken)] = True
        if keep.all():
            return self
        rows = np.flatnonzero(keep)
        place = dict(zip(rows.tolist(), range(len(rows)), strict=True)) if self.mended or self.broken else {}
        mended = {place[i]: row for i, row in self.mended.items() if i in place}
        broken = {place[i]: reason for i, reason in self.broken.items()}
        begin, end, line, cells = self.begin[rows], self.end[rows], self.line[rows], self.cells[rows]
        return Records(self.data, begin, end, line, cells, mended, broken)

    def content(self, i: int) -> bytes:
        """The bytes of a record, in order."""
        return self.mended.get(i, self.data[self.begin[i] : self.end[i]])


class Grammar:
    """How cells are told apart: by the byte `comma` (none: a line is one cell), and in quotes or not."""

    def __init__(self, comma: bytes, quoted: bool) -> None:
        self.comma = comma
        self.quoted = quoted and bool(comma)
        c = re.escape(comma)
        after = rb"(?:" + c + rb"|\n|\r\n|\r?\Z)"
        self._strict = re.compile(rb'"([^"]*(?:""[^"]*)*)"(?=' + after + rb")")
        # looked at first and then repeated, it is never tried in another way; possessive quantifiers of groups say the
        # same, and give wrong answers in early versions of Python 3.11
        inner = rb'(?=(?P<inner>(?:[^"]+|""|"(?!' + after + rb"))*))(?P=inner)"
        self._loose = re.compile(rb'"' + inner + rb'"(?=' + after + rb")")
        self._bare = re.compile(rb"[^" + c + rb"\n]*")

    def record(self, data: bytes, at: int, limit: int) -> tuple[list[bytes], int] | None:
        """The cells of the record that begins at `at`, and where its line end begins; None when a quote is broken.

        A quote in a cell that does not begin with one is a character like any other, as in Python's csv module.
        """
        cells = []
        while True:
            in_quotes = self.quoted and data[at : at + 1] == b'"'
            match = (self._strict if in_quotes else self._bare).match(data, at, limit)
            if match is None:
                return None
            cells.append(match[1].replace(b'""', b'"') if in_quotes else match[0])
            at = match.end()
            if at == limit or data[at : at + 1] != self.comma:
                break
            at += 1
        if not in_quotes:
            cells[-1] = cells[-1].removesuffix(b"\r")
        return cells, at + (data[at : min(at + 1, limit)] == b"\r")

    def loose_end(self, data: bytes, at: int, limit: int) -> int | None:
        """Where a broken record ends if its quotes are read kindly: a cell ends at a quote before a comma or line end.

        None when it does not end before `limit`.
        """
        while True:
            match = (self._loose if data[at : at + 1] == b'"' else self._bare).match(data, at, limit)
            if match is None:
                return None
            at = match.end()
            if data[at : at + 1] != self.comma:
                end = data.find(b"\n", at, limit)
                return None if end < 0 else end
            at += 1

    def rewritten(self, cells: list[bytes]) -> bytes:
        """A record with every cell in quotes."""
        return self.comma.join(b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells)


class Scanner:
    """Reads a file of records once, from its begin to its end."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        """`read` gives the next bytes, at most so many; none at the end."""
        self._read = read
        self._data = b""
        self._at = 0
        self._line = 1
        self._ended = False
        self._last_break = -AFTER_BREAK
        self._passed = 0
        """Bytes of the file before `_data`."""

    def pass_blank_lines(self) -> bool:
        """Go on to the first line that holds anything; whether there is one."""
        self._fill()
        blank = re.compile(rb"[\r\n]*").match(self._data, self._at)
        assert blank is not None
        self._go_on(blank.end())
        return self._at < len(self._data)

    def first(self, grammar: Grammar, *, take: bool = False) -> list[bytes] | None:
        """The cells of the first record; None when it has a broken quote. Records go on after it if it is taken."""
        found = grammar.record(self._data, self._at, min(len(self._data), self._at + RECORD_LIMIT))
        if found is not None and take:
            self._go_on(min(found[1] + 1, len(self._data)))
        return None if found is None else found[0]

    def records(self, grammar: Grammar, n_cells: int) -> Iterator[Records]:
        """All records that are left; `n_cells`, how many cells a record should have, helps where quotes are broken."""
        size = WINDOW
        while True:
            self._fill()
            rest = len(self._data) - self._at
            if not rest:
                return
            size = min(size, rest)
            found, trouble = self._window(grammar, n_cells, size)
            if len(found):
                yield found
            if trouble:
                self._fill()
                yield self._carefully(grammar, n_cells)
                size = AFTER_BREAK
            elif len(found) or size < rest:
                size *= 4
            elif rest >= RECORD_LIMIT:
                yield self._carefully(grammar, n_cells)
            else:  # a record that goes on behind what has been read
                size = WINDOW

    def _fill(self) -> None:
        """Have at least RECORD_LIMIT bytes, or all that are left."""
        if self._ended or len(self._data) - self._at >= RECORD_LIMIT:
            return
        parts = [self._data[self._at :]]
        while not self._ended and sum(map(len, parts)) < RECORD_LIMIT:
            parts.append(self._read(WINDOW))
            self._ended = not parts[-1]
        self._passed += self._at
        self._data, self._at = b"".join(parts), 0

    def _go_on(self, to: int) -> None:
        self._line += self._data.count(b"\n", self._at, to)
        self._at = to

    def _window(self, grammar: Grammar, n_cells: int, size: int) -> tuple[Records, bool]:
        """The whole records within the next `size` bytes, up to a broken one; whether there is one."""
        buf = np.frombuffer(self._data, np.uint8, size, self._at)
        final = self._ended and self._at + size == len(self._data)
        if grammar.comma and self._data.find(b'"', self._at, self._at + size) < 0:
            plain = self._plain_window(buf, grammar.comma, final)
            if plain is not None:
                return plain, False
        is_mark = buf == NEWLINE
        if grammar.comma:
            is_mark |= buf == grammar.comma[0]
        marks = np.flatnonzero(is_mark)
        lines = marks[buf[marks] == NEWLINE]
        trouble: int | None = None
        if grammar.quoted and len(quotes := np.flatnonzero(buf == QUOTE)):
            trouble = _first_misplaced(buf, quotes, grammar.comma, final)
            marks = marks[(np.searchsorted(quotes, marks) & 1) == 0]
            if final and trouble is None and len(quotes) & 1:
                trouble = size
        last_marks = np.flatnonzero(buf[marks] == NEWLINE)
        end = marks[last_marks]
        cells = np.diff(last_marks, prepend=-1)
        if final and trouble is None and (not len(end) or end[-1] + 1 < size):  # no line end at the end of the file
            cells = np.append(cells, len(marks) - (last_marks[-1] if len(end) else -1))
            end = np.append(end, size)
        if trouble is not None:
            whole = int(np.searchsorted(end, trouble))
            end, cells = end[:whole], cells[:whole]
        begin = np.concatenate([np.zeros(min(1, len(end)), np.int64), end[:-1] + 1])
        first_lines = self._line + np.searchsorted(lines, begin)
        if grammar.quoted and len(odd := np.flatnonzero(cells != n_cells)):
            longer = odd[np.searchsorted(lines, end[odd]) > np.searchsorted(lines, begin[odd])]
            if len(longer):  # a quote may have been closed by one that was meant to open a cell
                trouble, whole = 0, int(longer[0])
                begin, end, cells, first_lines = begin[:whole], end[:whole], cells[:whole], first_lines[:whole]
        at = self._at
        if len(end):
            self._line = int(self._line + np.searchsorted(lines, end[-1], side="right"))
            self._at = min(at + int(end[-1]) + 1, len(self._data))
            end = end - ((end > begin) & (buf[np.maximum(end - 1, 0)] == RETURN))
            cells = np.where(end > begin, cells, 0)
        return Records(self._data, begin + at, end + at, first_lines, cells), trouble is not None

    def _plain_window(self, buf: NDArray[np.uint8], comma: bytes, final: bool) -> Records | None:
        """The whole records of a window without a quote, in which every line is one; None where this cannot tell.

        Commas are counted modulo 256, which is five times as quick, and the sum shows whether that is their number.
        """
        is_comma = buf == comma[0]
        end = np.flatnonzero(buf == NEWLINE)
        if final and (not len(end) or end[-1] + 1 < len(buf)):  # no line end at the end of the file
            end = np.append(end, len(buf))
        if not len(end):
            return None
        begin = np.concatenate([np.zeros(1, np.int64), end[:-1] + 1])
        whole = is_comma[: end[-1]]
        if begin[-1] >= len(whole):  # the last line is blank
            whole = is_comma[: end[-1] + 1]
        if begin[-1] >= len(whole):
            return None
        commas = np.add.reduceat(whole.view(np.uint8), begin, dtype=np.uint8).astype(np.int64)
        if commas.sum() != np.count_nonzero(whole):
            return None
        line, at = self._line + np.arange(len(end)), self._at
        self._line += int(np.count_nonzero(buf[: end[-1] + 1] == NEWLINE))
        self._at = min(at + int(end[-1]) + 1, len(self._data))
        end = end - ((end > begin) & (buf[np.maximum(end - 1, 0)] == RETURN))
        return Records(self._data, begin + at, end + at, line, np.where(end > begin, commas + 1, 0))

    def _carefully(self, grammar: Grammar, n_cells: int) -> Records:
        """The next record, which is broken or has quotes where they need not be; where such are many, some more."""
        place = self._passed + self._at
        near = place - self._last_break < AFTER_BREAK
        read = _Careful(self._data, grammar, n_cells, self._ended)
        self._at, self._line = read.up_to(self._at, self._at + CAREFUL if near else self._at + 1, self._line)
        self._last_break = self._passed + self._at
        if self._at == len(self._data) and not self._ended and not self._data.endswith(b"\n"):
            self._pass_over_line()
        return read.result()

    def _pass_over_line(self) -> None:
        """Go on behind the line that was left in its midst."""
        end = -1
        while end < 0 and not self._ended:
            self._passed += len(self._data)
            self._data = self._read(WINDOW)
            self._ended = not self._data
            end = self._data.find(b"\n")
        self._at, self._line = end + 1, self._line + (end >= 0)


class _Careful:
    """Reads records one by one.

    A record whose quote is broken is set aside. It ends with its line, unless what follows, up to where its quotes end
    when they are read kindly, is no sequence of records with the right number of cells: then that belongs to it too.
    """

    def __init__(self, data: bytes, grammar: Grammar, n_cells: int, ended: bool) -> None:
        self._data, self._grammar, self._n_cells, self._ended = data, grammar, n_cells, ended
        self._rows: list[tuple[int, int, int, int]] = []
        self._mended: dict[int, bytes] = {}
        self._broken: dict[int, str] = {}

    def up_to(self, at: int, stop: int, line: int) -> tuple[int, int]:
        """Read what begins before `stop`, at least one record. Where the next one begins, and its line."""
        data = self._data
        while True:
            following = self._one(at, line)
            line += data.count(b"\n", at, following)
            at = following
            if at >= stop or at >= len(data) or (len(data) - at < RECORD_LIMIT and not self._ended):
                return at, line

    def result(self) -> Records:
        begin, end, line, cells = np.array(self._rows, np.int64).T.copy()
        return Records(self._data, begin, end, line, cells, self._mended, self._broken)

    def _one(self, at: int, line: int) -> int:
        data, grammar = self._data, self._grammar
        end = data.find(b"\n", at)
        if at <= end < at + RECORD_LIMIT and data.find(b'"', at, end) < 0:
            stop = end - (data[at:end][-1:] == b"\r")
            n_cells = data.count(grammar.comma, at, stop) + 1 if grammar.comma else 1
            self._rows.append((at, stop, line, n_cells if stop > at else 0))
            return end + 1
        limit = min(len(data), at + RECORD_LIMIT)
        found = self._record(at, limit)
        if found is not None and (len(found[0]) == self._n_cells or b"\n" not in data[at : found[1]]):
            cells, end = found
            plain = data[at:end].removesuffix(b"\r")
            if b'"' in plain:
                self._mended[len(self._rows)] = grammar.rewritten(cells)
            self._rows.append((at, at + len(plain), line, len(cells) if plain else 0))
        else:
            end = self._end_of_broken(at)
            more = data.count(b"\n", at, end)
            reason = TOO_LONG if end - at >= RECORD_LIMIT else BROKEN
            self._broken[len(self._rows)] = reason + (f" (to line {line + more})" if more else "")
            self._rows.append((at, end, line, 0))
        return min(end + 1, len(data))

    def _record(self, at: int, limit: int) -> tuple[list[bytes], int] | None:
        found = self._grammar.record(self._data, at, limit)
        cut = found is not None and found[1] == limit and not (self._ended and limit == len(self._data))
        return None if cut else found

    def _end_of_broken(self, at: int) -> int:
        data = self._data
        own = self._line_end(at)
        end = self._grammar.loose_end(data, at, min(len(data), at + GUESS_LIMIT))
        if end is None or end <= own or data.count(b"\n", at, end) > GUESS_LINES:
            return own
        good = judged = 0
        place = own + 1
        while place <= end and place < len(data) and judged < JUDGED:
            found = self._record(place, min(len(data), place + GUESS_LIMIT))
            stop = self._line_end(place)
            if found is not None and len(found[0]) == self._n_cells:
                good, stop = good + (self._n_cells > 1), found[1]
                if data[place : place + 1] == b'"' or self._grammar.comma + b'"' in data[place:stop]:
                    return own  # cells in quotes, and as many as there should be: no part of a sentence
            place, judged = stop + 1, judged + 1
        return own if 2 * good > judged else end

    def _line_end(self, at: int) -> int:
        end = self._data.find(b"\n", at)
        return end if end >= 0 else len(self._data)


def _first_misplaced(buf: NDArray[np.uint8], quotes: NDArray[np.int64], comma: bytes, final: bool) -> int | None:
    """The place of the first quote that stands where none may, given that those before it are in order."""
    beside = np.zeros(256, bool)
    beside[[NEWLINE, QUOTE, *comma]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    right = beside[buf[np.maximum(opening - 1, 0)]] | (opening == 0)
    bad_opening = opening[~right]
    after = np.minimum(closing + 1, len(buf) - 1)
    second = np.minimum(closing + 2, len(buf) - 1)
    line_end = (buf[after] == RETURN) & ((buf[second] == NEWLINE) | (closing + 2 >= len(buf)))
    right = beside[buf[after]] | line_end | (closing + 1 >= len(buf))
    bad_closing = closing[~right]
    first = [int(found[0]) for found in (bad_opening, bad_closing) if len(found)]
    return min(first) if first else None
