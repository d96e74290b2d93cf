"""Which column of a table holds the texts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ..core.errors import DataError, describe
from ..core.options import suggest

USUAL = ("text", "note", "notes", "tweet", "post", "message", "sms", "body", "comment", "review", "article", "content")
"""Names of columns of texts, compared without regard to case."""
WORDS = 3.0
"""A column whose cells have so many words on average may be texts."""
NAME_WORDS = 5
"""A column whose name has more words has a text where its name should be."""
NAMES_SHOWN = 20


def text_column(subject: str, columns: Sequence[str], asked: str | None, sample: pl.DataFrame) -> tuple[str, str]:
    """The column of the texts, and a note when it was taken for what its cells hold.

    It is the one asked for, one with a usual name, the only one, or the only one whose cells are several words.
    Raises DataError that names the columns that there are.
    """
    if asked is not None:
        if asked not in columns:
            found = f"no column {asked!r} among {_few(columns)}{suggest(asked, columns)}"
            raise DataError(describe(subject, found=found))
        return asked, ""
    if len(columns) == 1:
        return columns[0], ""
    named = [name for name in columns if name.strip().lower() in USUAL]
    exact = [name for name in named if name.strip().lower() == USUAL[0]]
    named = exact if len(exact) == 1 else named
    if len(named) == 1:
        return named[0], ""
    wordy = [name for name in columns if len(name.split()) <= NAME_WORDS and _words(sample[name]) >= WORDS]
    if len(wordy) == 1 and not named:
        return wordy[0], f"the texts are those of the column {wordy[0]!r}, the only one with several words in a cell"
    likely = named or wordy
    do = f"name it with --text {_quoted(likely[0] if likely else columns[-1])}"
    if not named:
        do += "; a file without a header needs --columns"
    what = "several columns that may be the text" if len(likely) > 1 else "no column that is plainly the text"
    raise DataError(describe(subject, found=f"{what} among {_few(columns)}", do=do))


def _words(cells: pl.Series) -> float:
    """Words in a cell, on average over those that hold anything."""
    whole = cells.filter(cells.str.strip_chars() != "")
    mean = whole.str.count_matches(r"\S+").mean()
    return float(mean) if isinstance(mean, (int, float)) else 0.0


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name


def _few(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - NAMES_SHOWN:,} more" if len(columns) > NAMES_SHOWN else ""
    return ", ".join(name if len(name) <= 60 else name[:57] + "..." for name in columns[:NAMES_SHOWN]) + more
