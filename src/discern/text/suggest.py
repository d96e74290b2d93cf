"""Which words may stay: counted by the different texts and authors that use them, with what looks identifying.

A word is proposed when more than `k` texts (and authors) use it and nothing speaks for a name: it is in a dictionary of
everyday words (simplemma's), on no list of names and places, has no digit, and where texts are written with capitals it
is written small inside sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import regex
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.views import Record
from .names import CAPITAL_ANYWAY, MONTH_NAMES, is_also_word, is_name, is_place
from .pieces import Pieces, cut
from .redact import Whitelist, outputs
from .stops import stop_words

BLOCK = 50_000
"""Texts that are cut at a time: memory does not grow with their number."""
LONGEST = 40
"""Letters; what is longer is no word to keep, and is not listed."""
SEEN = 3
"""So many uses inside sentences with capitals it takes to tell a word from a name."""
CAPITALS = 0.1
"""From this share of uses inside sentences on, a capital speaks for a name."""
ALWAYS = 0.9
FEW_CAPITALS = 0.1
"""With fewer texts than this share written with capitals, capitals tell nothing."""
FOREIGN = 0.5
"""Above this share of uses that no dictionary has, texts are not taken for English."""
AROUND = 12
"""Pieces of an example on each side of the word, blanks counted."""
CURVE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
SHEET = ("keep", "word", "capital", "proposed", "notes", "authors", "share", "flags", "example")
COMPLETE = "counted in all texts"


@dataclass(frozen=True, eq=False)
class Suggestion(Record):
    """A whitelist as it is proposed, with what a person needs to review it."""

    k: int
    table: pl.DataFrame
    """The review sheet, columns `SHEET`: words that more than `k` texts use, those to decide on first."""
    n_texts: int
    n_different: int
    """Texts that differ from each other: copies count once."""
    k_authors: int | None
    n_authors: int | None
    n_words: int
    n_distinct: int
    n_rare: int
    """Different words that at most `k` texts use: not listed, and hidden."""
    covered: Figure
    """The share of all words that the proposed words make."""
    coverage: tuple[tuple[int, float], ...]
    """The share of all words that the n most frequent make: `(n, share)`."""
    remarks: tuple[str, ...] = ()

    @property
    def n_proposed(self) -> int:
        return int((self.table["proposed"] == "yes").sum())

    @property
    def n_flagged(self) -> int:
        return int((self.table["flags"] != "").sum())

    def to_json(self) -> dict[str, Any]:
        """Counts and figures; the words stand in the sheet alone."""
        return {
            "schema": 1,
            "k": self.k,
            "k_authors": self.k_authors,
            "texts": self.n_texts,
            "different_texts": self.n_different,
            "authors": self.n_authors,
            "words": self.n_words,
            "distinct_words": self.n_distinct,
            "rare_words": self.n_rare,
            "proposed": self.n_proposed,
            "flagged": self.n_flagged,
            "covered": self.covered.to_json(),
            "coverage": [list(point) for point in self.coverage],
            "remarks": list(self.remarks),
        }


def suggest(
    texts: pl.Series, authors: pl.Series | None = None, *, k: int = 5, k_authors: int | None = None
) -> Suggestion:
    """Propose a whitelist from `(n,)` texts and, where known, their `(n,)` authors.

    Texts that are equal count once. With authors, a word needs more than `k_authors` of them as well (default: `k`);
    a text whose author is blank counts for none.
    """
    k_authors = k if k_authors is None else k_authors
    if authors is not None:
        authors = authors.str.strip_chars().replace("", None)  # who left no name is nobody
    n_authors = None if authors is None else authors.drop_nulls().n_unique()
    counts, n_words, cased = _counts(texts, authors)
    total = max(n_words, 1)
    few_capitals = cased < FEW_CAPITALS * max(len(texts), 1)
    over = (pl.col("notes") > k) & (pl.col("key").str.len_chars() <= LONGEST)
    listed = counts.filter(over).sort(["notes", "uses", "key"], descending=[True, True, False])
    unknown, english = _unknown(listed)
    how = _Evidence(None if authors is None else k_authors, few_capitals, unknown)
    rows = [_judged(row, how) for row in listed.iter_rows(named=True)]
    schema = {"word": pl.String, "capital": pl.String, "flags": pl.String, "proposed": pl.String}
    judged = pl.DataFrame(rows, schema=schema, orient="row")
    table = pl.concat([listed.select("notes", "authors", "uses", "example_row"), judged], how="horizontal")
    proposed = table.filter(pl.col("proposed") == "yes")
    examples = _examples(texts, table, frozenset(proposed["word"].to_list()))
    sheet = table.with_columns(
        keep=pl.when(pl.col("proposed") == "yes").then(pl.lit("yes")).otherwise(pl.lit("")),
        share=(pl.col("uses") / total).round(6),
        example=examples,
    )
    order = pl.col("proposed").replace_strict({"no": 0, "yes": 1}, return_dtype=pl.Int8)
    sheet = sheet.with_columns(order=order).sort("order", maintain_order=True).select(SHEET)
    share = Figure(int(proposed["uses"].sum()) / total if n_words else None, None, None, n_words, COMPLETE)
    return Suggestion(
        k=k,
        table=sheet,
        n_texts=len(texts),
        n_different=texts.n_unique(),
        k_authors=None if authors is None else k_authors,
        n_authors=n_authors,
        n_words=n_words,
        n_distinct=counts.height,
        n_rare=counts.filter(~over).height,
        covered=share,
        coverage=coverage(counts["uses"]),
        remarks=(
            *_capital_remark(few_capitals, len(texts), cased),
            *_language_remark(english),
            *_author_remark(n_authors, k_authors),
        ),
    )


def coverage(uses: pl.Series) -> tuple[tuple[int, float], ...]:
    """The share of all uses that the n most frequent words make, for the steps of `CURVE` and all words."""
    ordered = uses.sort(descending=True).to_numpy().astype(np.int64)
    if not len(ordered):
        return ()
    reached = np.cumsum(ordered) / ordered.sum()
    steps = [n for n in CURVE if n < len(ordered)] + [len(ordered)]
    return tuple((n, float(reached[n - 1])) for n in steps)


def _capital_remark(few_capitals: bool, n: int, cased: int) -> tuple[str, ...]:
    if not few_capitals:
        return ()
    return (
        f"only {cased:,} of {n:,} notes are written with capitals as in a book, so capitals tell few names: "
        "read every line of the sheet",
    )


def _language_remark(english: bool) -> tuple[str, ...]:
    if english:
        return ()
    return (
        "most words are in no English dictionary, so it was not used, and the lists of names and places are English "
        "too: read every line of the sheet",
    )


def _author_remark(n_authors: int | None, k_authors: int) -> tuple[str, ...]:
    if n_authors is None or n_authors > k_authors:
        return ()
    return (
        f"there are {n_authors:,} different authors, so no word is used by more than {k_authors:,} and none is "
        "proposed: lower --k-authors",
    )


def _blocks(texts: pl.Series) -> Iterator[tuple[int, Pieces]]:
    for start in range(0, len(texts), BLOCK):
        yield start, cut(texts[start : start + BLOCK])


def _counts(texts: pl.Series, authors: pl.Series | None) -> tuple[pl.DataFrame, int, int]:
    """Every word with its counts; the number of words and forms; the number of texts that are written with capitals."""
    first = texts.is_first_distinct().to_numpy()
    by_author = None if authors is None else authors.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    parts, pairs, n_words, n_cased = [], [], 0, 0
    for start, pieces in _blocks(texts):
        word = pieces.is_word
        n_words += int((~pieces.is_between).sum())
        rows, codes = pieces.rows[word], pieces.codes[word]
        title, upper, small = (pieces.are(how)[word] for how in ("title", "upper", "small"))
        cased, with_small = np.zeros(pieces.n, dtype=bool), np.zeros(pieces.n, dtype=bool)
        cased[rows[title]] = True
        with_small[rows[small]] = True
        n_cased += int(cased.sum())
        keys = pieces.distinct["key"].unique().drop_nulls().sort()
        code_of = pieces.distinct["key"].cast(pl.Enum(keys)).to_physical().fill_null(0).to_numpy()
        found = pl.DataFrame(
            {
                "row": rows + start,
                "code": code_of[codes],
                # Where a capital tells something: inside sentences of texts that have some. What is all in capitals
                # does so wherever it stands, but only beside small words.
                "inside": np.where(upper, with_small[rows], pieces.inside(np.flatnonzero(word)) & cased[rows]),
                "capital": title | upper,
                "first": first[rows + start],
            }
        )
        seen = found.group_by("code").agg(
            uses=pl.len().cast(pl.Int64),
            inside=pl.col("inside").sum().cast(pl.Int64),
            capital=(pl.col("inside") & pl.col("capital")).sum().cast(pl.Int64),
            notes=pl.col("row").filter(pl.col("first")).n_unique().cast(pl.Int64),
            capital_row=pl.col("row").filter(pl.col("inside") & pl.col("capital")).min(),
            any_row=pl.col("row").min(),
        )
        parts.append(seen.with_columns(key=keys.gather(seen["code"])).drop("code"))
        if by_author is not None:
            who = found.select("code", author=pl.Series(by_author[found["row"].to_numpy()]))
            who = who.filter(pl.col("author") > 0).unique()
            pairs.append(who.with_columns(key=keys.gather(who["code"])).drop("code"))
    if not parts:
        parts = [_no_counts()]
    sums = [pl.col(name).sum() for name in ("uses", "inside", "capital", "notes")]
    counts = pl.concat(parts).group_by("key").agg(*sums, pl.col("capital_row").min(), pl.col("any_row").min())
    counts = counts.with_columns(example_row=pl.coalesce("capital_row", "any_row"))
    if pairs:
        by = pl.concat(pairs).unique().group_by("key").agg(authors=pl.len().cast(pl.Int64))
        counts = counts.join(by, on="key", how="left").with_columns(pl.col("authors").fill_null(0))
    else:
        counts = counts.with_columns(authors=pl.lit(None, dtype=pl.Int64))
    return counts.sort("key"), n_words, n_cased


def _no_counts() -> pl.DataFrame:
    whole = dict.fromkeys(("uses", "inside", "capital", "notes", "capital_row", "any_row"), pl.Int64)
    return pl.DataFrame(schema={**whole, "key": pl.String})


@dataclass(frozen=True)
class _Evidence:
    """What words are judged by."""

    k_authors: int | None
    few_capitals: bool
    unknown: frozenset[str]
    """Words that are in no dictionary."""


def _unknown(listed: pl.DataFrame) -> tuple[frozenset[str], bool]:
    """The words that are in no dictionary, and whether the texts are English: else the dictionary says nothing."""
    from simplemma import is_known

    usual = stop_words()
    table = listed.select("key", "uses").with_columns(bare=pl.col("key").str.strip_chars("@#_'"))
    bare = table["bare"].unique().to_list()
    found = {word for word in bare if word and word not in usual and not is_known(word.removesuffix("'s"), lang="en")}
    missing = table.filter(pl.col("bare").is_in(found))
    english = int(missing["uses"].sum()) <= FOREIGN * int(table["uses"].sum())
    return frozenset(missing["key"].to_list() if english else ()), english


def _judged(row: dict[str, Any], how: _Evidence) -> tuple[str, str, str, str]:
    """A word, what becomes of it with a capital, what speaks against keeping it, and whether it is proposed."""
    word, inside, capital = row["key"], row["inside"], row["capital"]
    share = capital / inside if inside else 0.0
    reasons = _looks(word)
    if word in how.unknown and not reasons:
        reasons.append("in no dictionary: may be a name, a code or a slip")
    anyway = word in CAPITAL_ANYWAY
    if inside and share >= CAPITALS and not anyway:
        where = "inside sentences or all in capitals"
        reasons.append(f"written with a capital {where}, {capital:,} of {inside:,} times")
    elif inside < SEEN and not how.few_capitals and not anyway:
        reasons.append("hardly seen inside sentences with capitals: cannot be told from a name")
    if how.k_authors is not None and (row["authors"] or 0) <= how.k_authors:
        reasons.append(f"used by {row['authors'] or 0:,} {'author' if row['authors'] == 1 else 'authors'} alone")
    named = is_name(word) or is_place(word) or (share >= CAPITALS and not anyway)
    both = named and (is_also_word(word) or (inside > 0 and share < ALWAYS))
    return word, "hidden" if both else "kept", "; ".join(reasons), "no" if reasons else "yes"


def _looks(word: str) -> list[str]:
    """What in the word itself looks identifying, in plain words."""
    reasons = []
    too = ", and an everyday word" if is_also_word(word) else ""
    if is_name(word):
        month = "month and name" if word in MONTH_NAMES else "first name or surname"
        reasons.append(month + too)
    if is_place(word):
        reasons.append("place" + ("" if reasons else too))
    if _has(r"\p{N}", word):
        reasons.append("has digits")
    if len(word) == 1 and word not in ("a", "i") and _has(r"\p{L}", word):
        reasons.append("single letter: may be an initial")
    if _has(r"[@#_]", word):
        reasons.append("handle, tag or file name")
    if _has(r"[\p{C}]", word):
        reasons.append("holds characters that cannot be seen")
    if _has(r"\p{Latin}", word) and _has(r"(?V1)[\p{L}--\p{Latin}]", word):
        reasons.append("letters of several alphabets")
    elif _has(r"\p{Lo}", word):
        reasons.append("written without capitals: cannot be told from a name")
    return reasons


def _has(pattern: str, word: str) -> bool:
    return regex.search(pattern, word) is not None


def _examples(texts: pl.Series, table: pl.DataFrame, proposed: frozenset[str]) -> pl.Series:
    """For each word a place where it stands, with everything hidden that is not proposed; capitals are preferred."""
    if table.is_empty():
        return pl.Series("example", [], dtype=pl.String)
    pieces = cut(texts.gather(table["example_row"]))
    known = outputs(pieces, Whitelist(proposed))
    shown = known["out"].fill_null("[...]").to_list()
    distinct, keys = pieces.distinct["piece"].to_list(), pieces.distinct["key"].to_list()
    preferred = (pieces.are("title") & pieces.inside(np.arange(len(pieces.codes)))) | pieces.are("upper")
    ends = np.searchsorted(pieces.rows, np.arange(table.height + 1))
    found = []
    for place, word in enumerate(table["word"].to_list()):
        codes = pieces.codes[ends[place] : ends[place + 1]]
        here = [at for at, code in enumerate(codes.tolist()) if keys[code] == word]
        with_capital = [at for at in here if preferred[ends[place] + at]]
        at = (with_capital or here)[0]
        found.append(_window(codes, at, shown, distinct))
    return pl.Series("example", found, dtype=pl.String)


def _window(codes: NDArray[np.uint32], at: int, shown: list[str], distinct: list[str]) -> str:
    start, end = max(at - AROUND, 0), at + AROUND + 1
    before = "".join(shown[code] for code in codes[start:at].tolist())
    after = "".join(shown[code] for code in codes[at + 1 : end].tolist())
    text = f"{before}«{distinct[int(codes[at])]}»{after}"
    text = " ".join(text.split())
    return f"{'… ' if start else ''}{text}{' …' if end < len(codes) else ''}"
