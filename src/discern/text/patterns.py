"""What in a text follows a written form: telephone numbers, plates, postcodes, e-mail, pages, dates, times, money.

Each pattern is one string without look-around, so that Rust's regular expressions (in Polars, for columns) and the
`regex` library (for one text, with positions) cut alike. A form is no proof: `10/12` may be a date or a share. Forms:
UK plates of 2001, 1983 and 1963; Royal Mail's postcodes (BS 7666); UK and international numbers (E.164: at most
15 digits).
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import regex


class Span(NamedTuple):
    """A piece of a text, as positions of characters: `text[start:end]`."""

    start: int
    end: int
    type: str


GAP = r"[ ().\-\u00a0\u00ad\u2007\u2009-\u2015\u200b-\u200f\u202f\u2060\ufeff]"
"""What people and programs put between the digits of one number; invisible characters are among it."""

_MONTH = (
    r"(?i:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|sept|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\b\.?"
)
_BLANK = r"[\s\-\u00a0]{1,2}"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?:(?:19|20)\d{2}|['’]\d{2})"
_NTH = r"(?i:st|nd|rd|th)"
_SUMS = r"(?i:k|m|bn|million|thousand|billion|hundred)\b"
_COINS = r"(?i:pounds?|quid|pence|dollars?|cents?|euros?|gbp|usd|eur|grand)\b"
_AMOUNT = r"\d+(?:,\d{3}){0,6}(?:\.\d{1,2})?"
_END = r"[^\s<>\"“”.,;:!?()\[\]{}'’]"

PATTERNS: dict[str, str] = {
    "URL": (
        rf"(?i:(?:https?|ftp)://|\bwww\.)[^\s<>\"“”]*{_END}"
        rf"|\b(?:[\w\-]+\.){{1,5}}(?i:com|org|net|uk|gov|edu|eu)\b(?:/[^\s<>\"“”]*{_END})?"
    ),
    "EMAIL": r"(?:[\w+%'’\-]+\.){0,4}[\w+%'’\-]*[\w+%]@(?:[\w\-]+\.){1,5}[\w\-]+\b",
    "DATE": (
        rf"\b(?:19|20)\d{{2}}[-/.](?:1[0-2]|0?[1-9])[-/.]{_DAY}\b"
        rf"|\b(?:19|20)\d{{2}}(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])\b"
        rf"|\b(?:{_DAY}[/.\-]\d{{1,2}}|\d{{1,2}}[/.\-]{_DAY})[/.\-](?:(?:19|20)\d{{2}}|\d{{2}})\b"
        rf"|\b{_DAY}(?:\s?{_NTH})?(?:{_BLANK}(?i:of{_BLANK})?)?{_MONTH}(?:,?{_BLANK}{_YEAR}|-\d{{2}}\b)?"
        rf"|\b{_MONTH}{_BLANK}(?i:the{_BLANK})?{_DAY}(?:{_NTH}\b|\b)(?:,?{_BLANK}{_YEAR}\b)?"
        rf"|\b{_MONTH},?{_BLANK}(?:19|20)\d{{2}}\b"
    ),
    "MONEY": (
        rf"[£$€¥￡＄]\s?{_AMOUNT}(?:\s?{_SUMS})?"
        rf"|\b(?i:gbp|usd|eur)\s?{_AMOUNT}\b"
        rf"|\b{_AMOUNT}(?:\s?{_SUMS})?(?:\s?{_COINS}|(?i:p|c)\b|\s?[£$€¥])"
    ),
    "TIME": (
        r"\b(?:2[0-3]|[01]?\d):[0-5]\d(?::[0-5]\d)?(?:\s?(?i:[ap]\.?m\b\.?|hrs\b|hours\b))?"
        r"|\b(?:2[0-4]|[01]?\d)(?:\.[0-5]\d)?\s?(?i:[ap]\.?m\b\.?|o['’]clock\b)"
        r"|\b(?:2[0-3]|[01]\d)[.:]?[0-5]\d\s?(?i:hrs?|hours?)\b"
    ),
    "PHONE": (
        rf"(?:[+＋]|\b[0０]{{2}}){GAP}{{0,2}}\d(?:{GAP}{{0,2}}\d){{6,14}}\b"
        rf"|\(?\b[0０](?:{GAP}{{0,2}}\d){{9,10}}\b"
        rf"|\b[7７]\d{{3}}{GAP}?\d{{3}}{GAP}?\d{{3}}\b"
        rf"|\b(?:1{GAP})?\d{{3}}{GAP}{{1,2}}\d{{3}}{GAP}\d{{4}}\b"
    ),
    "POSTCODE": r"\b(?i:[a-z]{1,2}\d[a-z\d]?[ \u00a0\-]{0,2}\d[abd-hjlnp-uw-z]{2}|gir ?0aa)\b",
    "PLATE": (
        r"\b(?i:[a-z]{2}\d{2}[ \u00a0\-]{0,2}[a-z]{3})\b"
        r"|\b[A-Z]{2} \d{2} ?[A-Z]{3}\b"
        r"|\b(?:[A-Z]\d{1,3}[ \u00a0\-]{0,2}[A-Z]{3}|[A-Z]{3}[ \u00a0\-]{0,2}\d{1,3}[A-Z])\b"
        r"|\b(?i:[a-z]\d{1,3}[a-z]{3}|[a-z]{3}\d{1,3}[a-z])\b"
    ),
}
"""Type to pattern; where two begin at the same character, the earlier in this table holds."""

TYPES = tuple(PATTERNS)

ANY = "|".join(f"(?:{pattern})" for pattern in PATTERNS.values())
"""Any of the forms, with the precedence of the table and without groups."""

_NAMED = regex.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS.items()))


def find(text: str) -> list[Span]:
    """The forms in a text from left to right, never overlapping: where each begins and ends, and its type.

    Parameters: `text`, any string. Returns spans in characters, type one of `TYPES`. The same pieces as `found` gives.
    """
    return [Span(match.start(), match.end(), str(match.lastgroup)) for match in _NAMED.finditer(text)]


def found(texts: pl.Series) -> pl.Series:
    """For each text of a column (n strings) the pieces that follow a form: n lists, from left to right."""
    return texts.str.extract_all(ANY)


def type_of(pieces: pl.Expr) -> pl.Expr:
    """The type of each piece that `found` gave; null for a string that is no form as a whole."""
    typed = pl.lit(None, dtype=pl.String)
    for name, pattern in reversed(PATTERNS.items()):
        typed = pl.when(pieces.str.contains(f"^(?:{pattern})$")).then(pl.lit(name)).otherwise(typed)
    return typed
