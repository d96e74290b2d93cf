"""Cleans texts in steps, each of which can be left out: what is not language goes, what is language stays.

Most steps are patterns that Polars replaces in whole columns on all processors; the few that need a rule for each
place (mending, HTML's entities, repeated letters) look only at the texts where a quick pattern finds a reason.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ftfy
import polars as pl
import regex

from ..core.options import suggest
from .split import EMOJI, URL, WORD

Change = Callable[[pl.Series], pl.Series]

_INVISIBLE = (
    r"[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd]"
)
_PASSED_ON = r"^(?:\p{White_Space}*(?:[Rr][Tt][ :]+@[A-Za-z0-9_]+:?|[Ff][Ww][Dd]?:|[Rr][Ee]:))+\p{White_Space}*"
_TAG = r"<!--[^>]*-->|</?[A-Za-z][^<>]*>"
_MENTION = r"(^|[^\w.@])@\w+"
_HASHTAG = r"(^|[^\w&#])#(\w)"
_NUMBER = r"\b\p{Sc}?\p{Nd}+(?:[.,:/]\p{Nd}+)*\b%?"
_ENTITY = r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]+);"
_DECODED_TWICE = (
    r"[\u00c2-\u00c5\u00ce-\u00d1\u00d8\u00d9\u00e2\u00f0\u0413\u0420\u0421\u0432]"
    r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_THREE = "|".join(f"{c * 3}|{c.upper() * 3}" for c in "abcdefghijklmnopqrstuvwxyz") + r"|[^\x00-\x7f]{3}"
_REPEATED = regex.compile(r"(\p{L}\p{M}*)\1{2,}", regex.V1 | regex.IGNORECASE)


@dataclass(frozen=True)
class Cleaning:
    """Which steps are taken; they always come in the order of `STEPS`."""

    steps: tuple[str, ...] = ()
    """Names from `STEPS`; empty: `DEFAULT`."""
    stop_words: frozenset[str] = frozenset()
    """What the step `stops` takes out, in lower case."""

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(name for name in STEPS if name in (self.steps or DEFAULT))

    def problems(self) -> list[str | None]:
        return [
            f"step {name!r} is not known; expected {', '.join(STEPS)}{suggest(name, STEPS)}"
            for name in self.steps
            if name not in STEPS
        ]

    def to_json(self) -> dict[str, Any]:
        return {"steps": list(self.chosen), "stop_words": sorted(self.stop_words)}


def clean(texts: pl.Series, how: Cleaning | None = None) -> pl.Series:
    """The texts after each step, with single blanks between words.

    Parameters: `texts`, `(n,)` strings. Returns `(n,)` strings; a missing text stays missing.
    """
    how = how or Cleaning()
    for name in how.chosen:
        texts = _step(name, how)(texts)
    return _replaced(r"\p{White_Space}+", " ")(texts).str.strip_chars(" ")


def _step(name: str, how: Cleaning) -> Change:
    return _without(how.stop_words) if name == "stops" else STEPS[name]


def _replaced(pattern: str, by: str) -> Change:
    return lambda texts: texts.str.replace_all(pattern, by)


def _where(suspicious: str, change: Callable[[str], str]) -> Change:
    """`change` on the texts in which a pattern is found; the others stay as they are."""

    def changed(texts: pl.Series) -> pl.Series:
        rows = texts.str.contains(suspicious).fill_null(False).arg_true()
        if not len(rows):
            return texts
        mended = pl.Series([change(text) for text in texts.gather(rows).to_list()], dtype=pl.String)
        return texts.clone().scatter(rows, mended)

    return changed


def _without(words: frozenset[str]) -> Change:
    """The texts without these words, whatever their case."""

    def kept(match: Any) -> str:
        return "" if match[0].lower() in words else str(match[0])

    pattern = regex.compile(WORD, regex.V1)
    return lambda texts: pl.Series(
        texts.name, [None if text is None else pattern.sub(kept, text) for text in texts.to_list()], dtype=pl.String
    )


def _plain(texts: pl.Series) -> pl.Series:
    plain = texts.str.normalize("NFKC").str.replace_all(_INVISIBLE, "")
    return plain.str.replace_all("[‘’‚‛′]", "'").str.replace_all("[“”„‟″]", '"')


STEPS: dict[str, Change] = {
    "mend": _where(_DECODED_TWICE, ftfy.fix_encoding),
    "html": lambda texts: _where(_ENTITY, html.unescape)(_replaced(_TAG, " ")(texts)),
    "strange": _plain,
    "forwards": _replaced(_PASSED_ON, ""),
    "urls": _replaced(URL, " "),
    "mentions": _replaced(_MENTION, "${1}"),
    "hashtags": _replaced(_HASHTAG, "${1}${2}"),
    "emoji": _replaced(EMOJI, " "),
    "numbers": _replaced(_NUMBER, " "),
    "repeats": _where(_THREE, lambda text: str(_REPEATED.sub(r"\1\1", text))),
    "case": lambda texts: texts.str.to_lowercase(),
    "stops": lambda texts: texts,
}
"""Name to step, in the order in which they are taken."""
DEFAULT = ("mend", "html", "strange", "forwards", "urls", "mentions", "hashtags", "repeats", "case")
