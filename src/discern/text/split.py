"""Cuts texts into words, sentences and paragraphs.

A word is a run of letters, marks and digits in any script, with what belongs to it: `don't`, `o'clock`, `well-known`,
`U.K.`, `1,000.50`, `£5.99`, `10:30`, `@name`, `#tag`, an e-mail address, a page's address, a vehicle's plate
(`AB12 CDE`, in capitals), an emoji with its skin tone, family or flag. Scripts that are written without spaces (Han,
Kana, Thai, Lao, Khmer, Burmese) give a word a character, with its marks. Punctuation is no word.
"""

from __future__ import annotations

import polars as pl
import regex
import sentencex

ONE = r"[\p{L}&&[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
"""A letter of a script without spaces between words."""
PART = rf"[[\p{{L}}\p{{M}}\p{{N}}]--{ONE}]"
"""What runs of make words."""
PICTOGRAPH = (
    r"[\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u25b6\u25c0\u2600-\u2767\u2794-\u27bf\u2934\u2935\u2b05-\u2b07"
    r"\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f0ff\U0001f170\U0001f171\U0001f17e\U0001f17f"
    r"\U0001f18e\U0001f191-\U0001f19a\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
"""Signs that are emoji; written out because libraries know different versions of Unicode's own table."""
_ONE_EMOJI = rf"{PICTOGRAPH}[\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
EMOJI = rf"[\U0001f1e6-\U0001f1ff]{{1,2}}|[0-9#*]\ufe0f?\u20e3|{_ONE_EMOJI}(?:\u200d{_ONE_EMOJI})*"
"""An emoji as a person sees it: a flag, a keycap, a sign with its skin tone, or signs joined into one."""
_ADDRESS = r"[^\p{White_Space}<>\x22“”]"
URL = (
    rf"(?:[Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])://{_ADDRESS}*[^\p{{White_Space}}<>\x22“”‘’'.,;:!?()\[\]{{}}…]"
    rf"|[Ww][Ww][Ww]\.{_ADDRESS}*[^\p{{White_Space}}<>\x22“”‘’'.,;:!?()\[\]{{}}…]"
)
EMAIL = r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}"
_JOIN = r"['’‘＇\-‐‑·\u00ad\u200c\u200d\p{Pc}]"
_NUMBER = r"\p{Nd}+(?:[.,:/]\p{Nd}+)*"
_RUN = rf"(?:{_NUMBER}{PART}*|{PART}+)"
_PLATE = r"[A-Z]{2}[0-9]{2} [A-Z]{3}\b"
_INITIALS = r"\p{L}\p{M}*\.(?:\p{L}\p{M}*\.)+"
WORD = (
    rf"{URL}|{EMAIL}|{_PLATE}|{EMOJI}|[@#]?(?:{_INITIALS}|\p{{Sc}}{_NUMBER}{PART}*|{_RUN})(?:{_JOIN}{_RUN})*"
    rf"|[@#]?{ONE}[\p{{M}}\u30fc]*"
)
"""The pattern of a word, for Polars and for `regex` with its flag V1 alike."""

_WORD = regex.compile(WORD, regex.V1)
_PARAGRAPHS = regex.compile(r"\n[ \t\r\f\v]*\n\s*")


def words(texts: pl.Series) -> pl.Series:
    """The words of each text as they stand, from left to right.

    Parameters: `texts`, `(n,)` strings. Returns `(n,)` lists of strings; a missing text has no words.
    """
    return texts.str.extract_all(WORD).fill_null([]).alias("words")


def spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text stand, in characters: word `i` is `text[start:end]`."""
    return [match.span() for match in _WORD.finditer(text)]


def sentences(text: str, language: str = "en") -> list[str]:
    """The sentences of a text, without the blanks around them.

    Source: sentencex, rules and lists of abbreviations by language (an ISO 639-1 code).
    """
    found = (sentence.strip() for part in paragraphs(text) for sentence in sentencex.segment(language, part))
    return [sentence for sentence in found if sentence]


def paragraphs(text: str) -> list[str]:
    """The parts of a text between empty lines, without the blanks around them."""
    parts = (part.strip() for part in _PARAGRAPHS.split(text.replace("\r\n", "\n").replace("\r", "\n")))
    return [part for part in parts if part]
