"""How letters are stored as bytes: found out from the bytes, and brought to UTF-8, so that all that follows knows one.

A mark at the begin of a file (BOM) says it. Without one a text is UTF-8 where it can be, which no other text passes for
by chance; a record that is not is read as Windows-1252, the usual code of Western Europe, and that is said with its
line. What can be neither is set aside.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ..core.errors import DataError, UnreadableItem, describe

FALLBACK = "cp1252"
WESTERN = "Windows-1252"
MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
"""Bytes at the begin of a file, the code they stand for, and its name for people; the longer ones first."""
NO_TEXTS = ((b"PK\x03\x04", "a zip or Excel file"), (b"PAR1", "a Parquet file"), (b"\x1f\x8b", "a gzip file"))
HEAD = 4096
FOREIGN = 8
"""Fewer bytes above 127 than this prove nothing about a code."""
LONG = 10_000
_DAMAGED = "discern.damaged"


@dataclass(frozen=True)
class Encoding:
    """How a file's letters are stored."""

    codec: str | None
    """Python's name; None where nothing says it, and UTF-8 is tried first."""
    name: str
    """For people; empty where nothing says it."""
    mark: int = 0
    """Bytes at the begin of the file that are no text."""

    @property
    def is_utf8(self) -> bool:
        return self.codec in (None, "utf-8")


def detect(head: bytes, asked: str | None, subject: str) -> Encoding:
    """The encoding of a file that begins with `head`. Raises DataError for what is no text."""
    for start, what in NO_TEXTS:
        if head.startswith(start):
            raise DataError(describe(subject, found=f"the bytes of {what}", expected="text, as its name says"))
    marked = next(((codec, name, len(mark)) for mark, codec, name in MARKS if head.startswith(mark)), None)
    if asked is not None:
        codec = codecs.lookup(asked).name.removesuffix("-sig")
        if marked is not None and not marked[0].startswith(codec):
            found = f"--encoding {asked}, but the file begins with the mark of {marked[1].split(' ')[0]}"
            raise DataError(describe(subject, found=found, do="leave --encoding away"))
        if marked is None:
            return Encoding(codec, asked)
    if marked is not None:
        return Encoding(*marked)
    pairs = head[: HEAD // 2 * 2]
    zeros = (pairs[0::2].count(0), pairs[1::2].count(0))
    if len(pairs) >= 16 and max(zeros) > len(pairs) // 4 and min(zeros) <= max(zeros) // 8:
        likely = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        raise DataError(describe(subject, found="zeros between the letters", do=f"try --encoding {likely}"))
    return Encoding(None, "")


def to_utf8(read: Callable[[int], bytes], encoding: Encoding) -> Callable[[int], bytes]:
    """`read`, giving UTF-8; what cannot be decoded gives bytes that are no UTF-8, so that its record is found later."""
    if encoding.is_utf8:
        return read
    codecs.register_error(_DAMAGED, _damaged)
    decoder = codecs.getincrementaldecoder(str(encoding.codec))(_DAMAGED)

    def decoded(size: int) -> bytes:
        while content := read(size):
            if found := _bytes_of(decoder.decode(content)):
                return found
        return _bytes_of(decoder.decode(b"", final=True))

    return decoded


def lines_at_returns(head: bytes) -> bool:
    """Whether lines end in a carriage return alone, as on old Macs."""
    return b"\r" in head and b"\n" not in head and len(re.findall(rb"\r(?=.)", head)) > 0


def is_utf8(content: bytes) -> bool:
    try:
        if len(content) < LONG:
            content.decode()
        else:  # several times faster
            pl.Series([content], dtype=pl.Binary).cast(pl.String)
    except (UnicodeDecodeError, pl.exceptions.ComputeError):
        return False
    return True


def from_western(content: bytes) -> bytes | None:
    """Text that is no UTF-8, read as Windows-1252, as UTF-8; None where it is unlike that, too.

    Unlike it are bytes that it does not have, bytes of both codes in one text, and texts where more than half of the
    letters are beyond ASCII, as in other alphabets.
    """
    high = len(content) - len(content.translate(None, _HIGH))
    letters = high + len(re.findall(rb"[A-Za-z]", content))
    if (high >= FOREIGN and 2 * high > letters) or _TWO_BYTES.search(content):
        return None
    try:
        return content.decode(FALLBACK).encode()
    except UnicodeDecodeError:
        return None


def whole_text(content: bytes, asked: str | None = None) -> tuple[str, str]:
    """The text that a file holds, and the name of its encoding. Raises UnreadableItem."""
    try:
        encoding = detect(content[:HEAD], asked, "")
    except DataError as error:
        raise UnreadableItem(str(error).removeprefix(": ")) from error
    try:
        body = content[encoding.mark :]
        return body.decode(encoding.codec or "utf-8"), encoding.name or "UTF-8"
    except UnicodeDecodeError as error:
        western = from_western(content) if encoding.codec is None else None
        if western is None:
            found = f"bytes that are no {encoding.name or 'UTF-8'} (at {encoding.mark + error.start:,})"
            raise UnreadableItem(f"{found}; name another with --encoding") from error
        return western.decode(), WESTERN


_HIGH = bytes(range(128, 256))
_TWO_BYTES = re.compile(rb"[\xc3\xc2][\x80-\xbf]|\xe2\x80[\x90-\xaf]|\xed[\xa0-\xbf][\x80-\xbf]")
"""The usual letters and signs of Western Europe, and half characters, as UTF-8 would have them.

Hardly ever are they meant as two or three signs of Windows-1252."""


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _damaged(error: UnicodeError) -> tuple[str, int]:
    """An error handler: half a character, which is no UTF-8, stands for what cannot be decoded."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end
