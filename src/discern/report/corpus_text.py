"""Words, collocations and concordances as text for a terminal: columns that line up, and what stands behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from ..text.collocations import MEASURES, Collocations
from ..text.concordance import Concordance
from ..text.contexts import Alike
from ..text.count import Frequencies, Keyness
from . import words
from .text import table, terminal_width, wide, wrapped
from .visible import shorten, visible

NAMES = {"pmi": "PMI", "npmi": "NPMI", "t": "t", "phi-square": "phi-square"}
LARGE = frozenset({"log-likelihood", "chi-square", "weakest-link"})
LONGEST_PLACE = 28
"""Columns for the name of a text."""
NARROWEST = 24
SMALLEST_P = 0.001
WORDS_NAMED = 8


def frequencies_text(record: Frequencies, rows: int, *, width: int | None = None) -> str:
    """The most frequent words with their rates and how evenly they are spread."""
    shown = record.table.head(rows)
    body = table(
        ("word", "count", "a million", "95 % range", "texts" if record.parts == "texts" else "parts", "DP", "D"),
        [
            (
                row["word"],
                f"{row['count']:,}",
                rate(row["per_million"]),
                "" if row["low"] is None else f"{rate(row['low'])} to {rate(row['high'])}",
                f"{row['texts']:,}",
                _two(row["dp"]),
                _two(row["juilland"]),
            )
            for row in shown.iter_rows(named=True)
        ],
        width=width,
    )
    said = [
        f"{words.count(record.n_tokens, 'word')} in {words.count(record.n_texts, record.parts.removesuffix('s'))};"
        f" {words.count(len(record.table), 'different one')} counted ({record.counted})"
        + (f", the first {rows:,} shown." if len(record.table) > rows else "."),
        f"Spread over {record.parts}: DP is 0 for an even spread and 1 for a word of one text alone;"
        " D is 1 for an even one."
        if record.n_texts > 1
        else "There is one text: --parts 10 tells how evenly words are spread over ten equal parts of it.",
    ]
    return "\n\n".join([body, "\n".join(wrapped(line, width=width) for line in said)])


def keyness_text(record: Keyness, rows: int, *, width: int | None = None) -> str:
    """The words that set two corpora apart, in two blocks."""
    here, there = visible(record.name), visible(record.other)
    parts = []
    for more, less, sign in ((here, there, 1), (there, here, -1)):
        some = record.table.filter(pl.col("log_ratio") * sign > 0).head(rows)
        if len(some):
            parts.append(f"more frequent in {more} than in {less}\n" + table(*_key_rows(some), width=width))
    said = [
        f"{here}: {words.count(record.n_tokens, 'word')} in {words.count(record.n_texts, 'text')};"
        f" {there}: {words.count(record.n_tokens_other, 'word')} in {words.count(record.n_texts_other, 'text')};"
        f" {words.count(len(record.table), 'word')} compared ({record.counted}).",
        "Log ratio: 1 is twice as frequent, 2 four times; its 95 % range comes from the differences between texts."
        " Log-likelihood takes every word for an independent draw, and p is corrected for the number of words (Holm):"
        " where p is small and the range holds 0, few texts repeat the word.",
    ]
    return "\n\n".join([*parts, "\n".join(wrapped(line, width=width) for line in said)])


def groups_text(records: Mapping[str, Keyness], rows: int, *, width: int | None = None) -> str:
    """For each group of texts the words that set it apart from all others."""
    parts = []
    for name, record in records.items():
        some = record.table.filter(pl.col("log_ratio") > 0).head(rows)
        size = f"{words.count(record.n_tokens, 'word')} in {words.count(record.n_texts, 'text')}"
        parts.append(f"{visible(name)}: {size}\n" + table(*_key_rows(some, "here", "elsewhere"), width=width))
    said = (
        "Each group against all other texts. Log ratio: 1 is twice as frequent, 2 four times; its 95 % range comes from"
        " the differences between texts, and there is none where a word is missing on one side. p is corrected for the"
        " number of words (Holm)."
    )
    return "\n\n".join([*parts, wrapped(said, width=width)])


def alike_text(record: Alike, rows: int, *, width: int | None = None) -> str:
    """Words that are used alike, and what around them makes them so."""
    body = table(
        ("word", "count", "likeness", "stands, like it, among"),
        [
            (row["word"], f"{row['count']:,}", _two(row["likeness"]), row["shared"])
            for row in record.table.head(rows).iter_rows(named=True)
        ],
        width=width,
    )
    said = (
        f"Words used like {visible(record.word)!r} ({words.count(record.count, 'time')}), of"
        f" {words.count(record.n_compared, 'word')} that occur {record.min_count} times or more. Likeness is 1 where"
        f" two words stand among the same words, up to {words.count(record.window, 'place')} away, and 0 where they"
        " share none."
    )
    return f"{body}\n\n{wrapped(said, width=width)}"


def collocations_text(record: Collocations, rows: int, *, width: int | None = None) -> str:
    """The collocations with every measure."""
    names = [record.measure] if record.measure in MEASURES else []
    usual = ("log-likelihood", "pmi", "npmi", "t", *(["chi-square"] if record.n_words == 2 else []))
    names += [name for name in usual if name not in names]
    body = table(
        ("collocation", "count", "texts", *(NAMES.get(name, name) for name in names)),
        [
            (
                row["collocation"],
                f"{row['count']:,}",
                f"{row['texts']:,}",
                *(_measure(name, row[name]) for name in names),
            )
            for row in record.table.head(rows).iter_rows(named=True)
        ],
        width=width,
    )
    where = "side by side" if record.window == record.n_words else f"within {record.window} words"
    said = (
        f"{len(record.table):,} collocations of {record.n_words} words {where}, {record.min_count} times or more, by"
        f" {NAMES.get(record.measure, record.measure)}; {words.count(record.n_tokens, 'word')} in"
        f" {words.count(record.n_texts, 'text')}. Those that meet no more often than by chance are left out."
    )
    return f"{body}\n\n{wrapped(said, width=width)}"


def concordance_head(record: Concordance, *, width: int | None = None) -> str:
    """How often a question was found, and as which words."""
    if not record.n_found:
        return f"{visible(record.query)!r} does not occur in {words.count(record.n_tokens, 'word')}"
    texts = f"{record.n_texts:,} of {words.count(record.of_texts, 'text')}"
    line = f"{visible(record.query)}: {words.count(record.n_found, 'place')} in {texts}"
    if len(record.matched) > 1:
        named = ", ".join(f"{visible(word)} {count:,}" for word, count in record.matched[:WORDS_NAMED])
        more = len(record.matched) - WORDS_NAMED
        line += f" ({named}{f', and {more:,} more' if more > 0 else ''})"
    return wrapped(line, width=width)


def concordance_lines(
    record: Concordance, rows: int, *, side: int | None = None, width: int | None = None
) -> list[tuple[str, str, str]]:
    """Each line in three pieces, before, match and after, so that matches stand below each other and can be coloured.

    `side` columns are given to what stands before and after (default: as many as fit into `width`).
    """
    room = width or terminal_width()
    lines = record.lines[:rows]
    places = [shorten(visible(place(line.item, line.line)), LONGEST_PLACE) for line in lines]
    margin = max(map(wide, places), default=0)
    middle = min(room // 3, max((wide(visible(line.match)) for line in lines), default=0))
    side = max(NARROWEST, (room - margin - 2 - middle) // 2) if side is None else side
    found = []
    for line, where in zip(lines, places, strict=True):
        left, right = _context(line.left, side, end=True), _context(line.right, side, end=False)
        before = where + " " * (margin - wide(where) + 2) + " " * (side - wide(left)) + left
        found.append((before, visible(line.match), right.rstrip()))
    return found


def place(item: str, line: int) -> str:
    """Where a line is: the text, and the line in it where it has several."""
    return item if line == 1 else f"{item}:{line}"


def rate(value: float) -> str:
    """Occurrences a million words, with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def p_value(p: float) -> str:
    return f"<{SMALLEST_P}" if p < SMALLEST_P else f"{p:.3f}"


def _key_rows(some: pl.DataFrame, here: str = "count", there: str = "other") -> tuple[Sequence[str], list[Any]]:
    rows = [
        (
            row["word"],
            f"{row['count']:,}",
            f"{row['other']:,}",
            f"{row['log_ratio']:.2f}",
            "" if row["low"] is None else f"{row['low']:.2f} to {row['high']:.2f}",
            f"{row['log_likelihood']:,.1f}",
            p_value(row["p"]),
        )
        for row in some.iter_rows(named=True)
    ]
    return ("word", here, there, "log ratio", "95 % range", "log-likelihood", "p"), rows


def _context(text: str, columns: int, *, end: bool) -> str:
    """Words beside a match in at most so many columns; what touches the match is kept, the far end is cut."""
    space = " " if (text[-1:] if end else text[:1]) == " " else ""
    shown = visible(text.strip(" "))
    shown = shown + space if end else space + shown
    while wide(shown) > columns:
        shown = shown[max(1, len(shown) - columns) :] if end else shown[: min(len(shown) - 1, columns)]
    return shown


def _measure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.1f}" if name in LARGE else f"{value:.2g}" if name == "phi-square" else f"{value:.2f}"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
