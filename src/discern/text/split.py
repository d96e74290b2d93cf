"""Cuts texts into words, sentences and paragraphs.

A word is a run of letters, marks and digits in any script, with what belongs to it: `don't`, `o'clock`, `well-known`,
`U.K.`, `R&B`, `f**k`, `1,000.50`, `£5.99`, `10:30am`, `@name`, `#tag`, an e-mail address, a page's address, a vehicle's
plate (`AB12 CDE`, in capitals), an emoji with its skin tone, family or flag. Scripts that are written without spaces
(Han, Kana, Thai, Lao, Khmer, Burmese) give a word a character, with its marks. Punctuation is no word.

The pattern has neither look-around nor `\\b`: the first Rust's engine lacks, the second makes it ten times as slow on
texts that are not ASCII. Where an end cannot be told without them, two words are left in one rather than cut wrongly
(`went.Army` after `U.S.`).
"""

from __future__ import annotations

import polars as pl
import regex
import sentencex

from .parts import in_parts


def _any_case(word: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in word)


def _one_of(*words: str) -> str:
    return "|".join(map(_any_case, words))


_ONE = r"[\p{L}&&[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
_FIRST = rf"[[\p{{L}}\p{{N}}]--{_ONE}]"
_MORE = rf"[[\p{{L}}\p{{M}}\p{{N}}]--{_ONE}]"
_PICTOGRAPH = (
    r"[\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u25b6\u25c0\u2600-\u2767\u2794-\u27bf\u2934\u2935\u2b05-\u2b07"
    r"\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f0ff\U0001f170\U0001f171\U0001f17e\U0001f17f"
    r"\U0001f18e\U0001f191-\U0001f19a\U0001f200-\U0001faff]"
)
"""Written out, because libraries know different versions of Unicode's own table."""
_EMOJI = rf"{_PICTOGRAPH}[\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
EMOJI = rf"[\U0001f1e6-\U0001f1ff]{{1,2}}|[0-9#*]\ufe0f?\u20e3|{_EMOJI}(?:\u200d{_EMOJI})*"
"""An emoji as a person sees it: a flag, a keycap, a sign with its skin tone, or signs joined into one."""

_ADDRESS = r"[^\p{White_Space}<>\x22“”]*[^\p{White_Space}<>\x22“”‘’'.,;:!?()\[\]{}…]"
URL = rf"(?:(?:{_one_of('http', 'https', 'ftp')})://|{_any_case('www')}\.){_ADDRESS}"
_JOIN = r"(?:['’‘＇\-‐‑·\u05f3\u05f4\u00ad\u200c\u200d\p{Pc}]|\*{1,4})"
_RUN = rf"(?:\p{{Nd}}+(?:[.,:/]\p{{Nd}}+)*|{_FIRST}){_MORE}*"
EMAIL = r"[A-Za-z0-9][A-Za-z0-9_%+\-]*(?:\.[A-Za-z0-9_%+\-]+){0,2}@[A-Za-z0-9.\-]+\.[A-Za-z]+"
_DOMAIN = r"[A-Za-z0-9][A-Za-z0-9\-]*(?:\.[A-Za-z0-9\-]+){0,2}\.(?:com|org|net|uk)"
SITE = rf"{_DOMAIN}(?:/{_ADDRESS}|[A-Za-z0-9]*)"
"""A page's address without its beginning, such as `bbc.co.uk/news`."""
_INITIALS = r"(?:[A-Z]\.)+[A-Z](?:\.|[A-Za-z0-9]*)|(?:\p{L}\.){2,}"
_WITH_AND = r"[A-Z]+(?:&[A-Z][A-Za-z0-9]*)+"
_PLATE = "[A-Z]{2}[0-9]{2} [A-Z]{3}"
WORD = (
    rf"{URL}|{EMAIL}|{SITE}|{_PLATE}|{EMOJI}"
    rf"|(?:{_INITIALS}|{_WITH_AND}|[@#\p{{Sc}}]?{_RUN}|[@#][A-Za-z0-9_]+)(?:{_JOIN}{_RUN})*"
    rf"|{_ONE}[\p{{M}}\u30fc]*"
)
"""The pattern of a word, for Polars and, with its flag V1, for `regex` alike."""

_NO_PLATE = rf"([A-Z]{{2}}[0-9]{{2}}) ([A-Z]{{3}}{_MORE})"
_WORD = regex.compile(WORD, regex.V1)
_LIKE_PLATE = regex.compile(_NO_PLATE, regex.V1)
_PARAGRAPHS = regex.compile(r"\n[ \t\r\f\v]*\n\s*")


def words(texts: pl.Series) -> pl.Series:
    """The words of each text as they stand, from left to right.

    Parameters: `texts`, `(n,)` strings. Returns `(n,)` lists of strings; a missing text has no words.
    """
    return in_parts(texts, lambda part: apart(part).str.extract_all(WORD)).fill_null([]).alias("words")


def spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text stand, in characters: word `i` is `text[start:end]`, and word `i` of `words`."""
    return [match.span() for match in _WORD.finditer(_LIKE_PLATE.sub("\\1\t\\2", text))]


def apart(texts: pl.Series) -> pl.Series:
    """Texts of the same lengths in which what only begins like a plate (`SW12 LONDON`) cannot be taken for one."""
    return texts.str.replace_all(_NO_PLATE, "${1}\t${2}")


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
