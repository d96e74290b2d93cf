"""Reads texts: a column of a table, a folder of text files, or lines on standard input."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from ..core.errors import DataError, describe
from ..core.events import Listener, silent
from ..core.options import TextOptions, raise_all, suggest
from .assemble import MAX_BAD, stop_if_too_many
from .dataset import set_aside
from .given import missing_path, refuse_address

STDIN = "-"
PIECE = 50_000
COMMON_TEXTS = ("text", "note", "tweet", "post", "message", "body", "sms", "comment", "content")


@dataclass(frozen=True, eq=False, repr=False)
class Texts:
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
        return f"<Texts {self.name!r}: {self.n:,} texts in {self.text!r}{aside}>"


def read_texts(
    source: str | Path,
    options: TextOptions | None = None,
    *,
    stdin: Iterable[str] | None = None,
    max_bad: float = MAX_BAD,
    on_event: Listener = silent,
) -> Texts:
    """Read all texts of `source`. Raises OptionError, DataError, TooManyBadItems."""
    (texts,) = stream_texts(source, options, rows=2**40, stdin=stdin)
    stop_if_too_many(texts.name, texts.n, texts.rejected.rows(), max_bad)
    return texts


def stream_texts(
    source: str | Path,
    options: TextOptions | None = None,
    *,
    rows: int = PIECE,
    skip: int = 0,
    stdin: Iterable[str] | None = None,
) -> Iterator[Texts]:
    """The texts of `source` in pieces of `rows` records."""
    options = options or TextOptions()
    raise_all(options.problems())
    given = str(source)
    refuse_address(given)
    path = Path(given)
    if given == STDIN:
        lines = [line.rstrip("\r\n") for line in stdin or ()]
        header, records = ["text"], [(f"line {i}", [line]) for i, line in enumerate(lines, 1)]
    elif path.is_dir():
        found = sorted(path.rglob("*.txt"))
        header = ["file", "label", "text"]
        records = [
            (str(f.relative_to(path)), [str(f.relative_to(path)), f.parent.name, f.read_text("utf-8", "replace")])
            for f in found
        ]
    elif path.is_file():
        text = path.read_bytes().decode("utf-8-sig", "replace")
        comma = "\t" if path.suffix == ".tsv" else ","
        quoting: Literal[0, 3] = csv.QUOTE_NONE if options.quote == "none" else csv.QUOTE_MINIMAL
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, quoting=quoting)
        header = list(options.columns) or next(reader)
        records = [(f"line {reader.line_num}", cells) for cells in reader if cells]
    else:
        raise missing_path(given)
    column = options.text or next((name for name in COMMON_TEXTS if name in header), header[-1])
    bad = [
        (item, f"{len(cells)} cells; expected {len(header)}") for item, cells in records if len(cells) != len(header)
    ]
    good = [(item, cells) for item, cells in records if len(cells) == len(header)]
    for begin in range(skip, max(len(good), 1), rows):
        piece = good[begin : begin + rows]
        yield Texts(
            name=path.name,
            frame=pl.DataFrame([c for _, c in piece], schema=dict.fromkeys(header, pl.String), orient="row"),
            text=column,
            items=pl.Series("item", [item for item, _ in piece], pl.String),
            rejected=set_aside(bad if begin == skip else []),
            notes=(),
        )
