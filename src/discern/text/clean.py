"""Cleans texts in steps, each of which can be left out: what is not language goes, what is language stays.

Most steps are patterns that Polars replaces in whole columns; the few that need a rule for each place (mending, HTML's
entities, repeated letters) look only at the texts in which a quick pattern finds a reason.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ftfy
import polars as pl
import regex
from ftfy.fixes import fix_c1_controls

from ..core.options import suggest
from ..core.views import Record
from .parts import in_parts
from .split import EMAIL, EMOJI, SITE, URL, WORD, spans

Change = Callable[[pl.Series], pl.Series]

_INVISIBLE = (
    r"[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd]"
)
_PASSED_ON = r"^(?:\p{White_Space}*(?:[Rr][Tt][ :]+@[A-Za-z0-9_]+:?|[Ff][Ww][Dd]?:))+\p{White_Space}*"
_TAG = r"<!--[^>]*-->|</?[A-Za-z][^<>]*>"
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_MENTION = r"(^|[^\w.@])@\w+"
_HASHTAG = r"(^|[^\w&#])#(\w)"
_NUMBER = r"\p{Sc}?\b\p{Nd}+(?:[.,:/]\p{Nd}+)*\b%?"
_DECODED_TWICE = (
    r"[\u00c2-\u00c5\u00ce-\u00d1\u00d8\u00d9\u00e2\u00f0\u0413\u0420\u0421\u0432]"
    r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|[\u0080-\u009f]"
)
_THREE = "|".join(f"{c * 3}|{c.upper() * 3}" for c in "abcdefghijklmnopqrstuvwxyz") + r"|[^\x00-\x7f]{3}"
_REPEATED = regex.compile(r"(\p{L}\p{M}*)\1{2,}", regex.V1 | regex.IGNORECASE)
_BLANKS = r"\p{White_Space}{2,}|[\p{White_Space}--[ ]]"


@dataclass(frozen=True)
class Cleaning(Record):
    """Which steps are taken; they always come in the order of `STEPS`."""

    steps: tuple[str, ...] = ()
    """Names from `STEPS`; empty: `DEFAULT`."""
    stop_words: frozenset[str] = frozenset()
    """What the step `stops` takes out, in lower case."""

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(name for name in STEPS if name in (self.steps or DEFAULT))

    def problems(self) -> list[str | None]:
        return [unknown_step(name) for name in self.steps]

    def to_json(self) -> dict[str, Any]:
        return {"steps": list(self.chosen), "stop_words": sorted(self.stop_words)}


@dataclass(frozen=True)
class Changed(Record):
    """What one step changed: in how many texts, at how many places, and the first of the texts before and after."""

    step: str
    texts: int
    places: int
    before: str
    after: str

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "texts": self.texts, "places": self.places}


def unknown_step(name: str) -> str | None:
    """The problem with a name that is no step, or None."""
    return None if name in STEPS else f"no step {name!r}; expected {', '.join(STEPS)}{suggest(name, STEPS)}"


def clean(texts: pl.Series, how: Cleaning | None = None) -> pl.Series:
    """The texts after the steps, with single blanks between words.

    Parameters: `texts`, `(n,)` strings. Returns `(n,)` strings; a missing text stays missing.
    """
    changes = _changes(how or Cleaning())

    def cleaned(part: pl.Series) -> pl.Series:
        for change in changes.values():
            part = change(part)
        return _tidy(part)

    return in_parts(texts, cleaned)


def clean_and_tell(texts: pl.Series, how: Cleaning | None = None) -> tuple[pl.Series, tuple[Changed, ...]]:
    """What `clean` gives, and what each step changed. Places: what a step looks for, at least one a text."""
    told = []
    for name, change in _changes(how or Cleaning()).items():
        after = in_parts(texts, change)
        rows = (after != texts).fill_null(False).arg_true()
        if len(rows):
            old, new = texts.gather(rows), after.gather(rows)
            looked_for = LOOKED_FOR[name]
            gone = old.str.count_matches(looked_for).cast(pl.Int64) - new.str.count_matches(looked_for).cast(pl.Int64)
            told.append(Changed(name, len(rows), int(gone.clip(1, None).sum()), old[0], new[0]))
        else:
            told.append(Changed(name, 0, 0, "", ""))
        texts = after
    return in_parts(texts, _tidy), tuple(told)


def _changes(how: Cleaning) -> dict[str, Change]:
    return {name: _without(how.stop_words) if name == "stops" else STEPS[name] for name in how.chosen}


def _tidy(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(_BLANKS, " ").str.strip_chars(" ")


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

    def kept(text: str) -> str:
        parts, last = [], 0
        for start, end in spans(text):
            if text[start:end].lower() in words:
                parts.append(text[last:start])
                last = end
        return "".join((*parts, text[last:]))

    return lambda texts: pl.Series(
        texts.name, [None if text is None else kept(text) for text in texts.to_list()], dtype=pl.String
    )


def _mended(text: str) -> str:
    """Decoded once more where that makes sense; what is left of Windows' letters as they were meant."""
    return fix_c1_controls(ftfy.fix_encoding(text))


def _plain(texts: pl.Series) -> pl.Series:
    """Letters of other widths and styles as plain ones (NFKC), straight quotes, nothing that cannot be seen."""
    rows = texts.str.contains(r"[^\x20-\x7e\s]").fill_null(False).arg_true()
    if not len(rows):
        return texts
    plain = texts.gather(rows).str.normalize("NFKC").str.replace_all(_INVISIBLE, "")
    plain = plain.str.replace_all("[‘’‚‛′]", "'").str.replace_all("[“”„‟″]", '"')
    return texts.clone().scatter(rows, plain)


_HIDE = f"({EMAIL})|"
"""An e-mail address goes before the pages' addresses that it may hold a piece of."""

STEPS: dict[str, Change] = {
    "mend": _where(_DECODED_TWICE, _mended),
    "html": lambda texts: _where(_ENTITY, html.unescape)(_replaced(_TAG, " ")(texts)),
    "strange": _plain,
    "forwards": _replaced(_PASSED_ON, ""),
    "urls": _replaced(f"{_HIDE}{URL}|{SITE}", "${1}"),
    "mentions": _replaced(_MENTION, "${1}"),
    "hashtags": _replaced(_HASHTAG, "${1}${2}"),
    "emoji": _replaced(EMOJI, " "),
    "numbers": _replaced(_NUMBER, " "),
    "repeats": _where(_THREE, lambda text: str(_REPEATED.sub(r"\1\1", text))),
    "case": lambda texts: texts.str.to_lowercase(),
    "stops": lambda texts: texts,
}
"""Name to step, in the order in which they are taken."""
LOOKED_FOR = {
    "mend": _DECODED_TWICE,
    "html": f"{_TAG}|{_ENTITY}",
    "strange": rf"[^\x20-\x7e\s]|{_INVISIBLE}",
    "forwards": r"(?i:\brt\b|\bfwd?:)",
    "urls": f"{URL}|{SITE}",
    "mentions": r"@\w+",
    "hashtags": r"#\w",
    "emoji": EMOJI,
    "numbers": _NUMBER,
    "repeats": _THREE,
    "case": r"\p{Lu}",
    "stops": WORD,
}
"""What a step looks for, by which its places are counted."""
SAYS = {
    "mend": "text decoded twice, mended",
    "html": "HTML tags and entities",
    "strange": "strange characters made plain",
    "forwards": "RT @name: and Fwd: at the beginning",
    "urls": "addresses of pages",
    "mentions": "@names",
    "hashtags": "the # of #tags (the word stays)",
    "emoji": "emoji",
    "numbers": "numbers",
    "repeats": "letters three times and more, made two",
    "case": "capitals made small",
    "stops": "stop words",
}
DEFAULT = ("mend", "html", "strange", "forwards", "urls", "mentions", "hashtags", "repeats", "case")
