"""Every place where words stand, with what stands before and after: a concordance (keyword in context).

A question is one or more words. `damag*` is every word that begins so, `*` alone is any word; as a regular expression
each part between spaces is held against whole words. Patterns are held against the vocabulary once, by an engine whose
time is linear in the length of what it reads, so no pattern can make it run for ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PolarsError

from ..core.errors import OptionError
from ..core.views import Record
from .corpus import Corpus, Ids, Places, plain
from .split import words

MOST_PARTS = 10
LONGEST_QUERY = 1000
FURTHEST = 9
"""Words away from the match that lines can be sorted by."""
SORT = re.compile(rf"([1-{FURTHEST}])([LR])|0")


@dataclass(frozen=True)
class Line(Record):
    """One place: the text's name, the line within the text, the number of the word within the text, all from 1."""

    item: str
    line: int
    word: int
    left: str
    match: str
    right: str


@dataclass(frozen=True)
class Concordance(Record):
    """The places of a question in their order; `lines` are the first of `n_found`."""

    query: str
    n_found: int
    n_texts: int
    """Texts that it stands in."""
    n_tokens: int
    of_texts: int
    matched: tuple[tuple[str, int], ...]
    """For a question of one part, the different words that were found, with their counts, the most frequent first."""
    sort: tuple[str, ...]
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "query": self.query,
            "n_found": self.n_found,
            "n_texts": self.n_texts,
            "n_tokens": self.n_tokens,
            "of_texts": self.of_texts,
            "matched": [{"word": word, "count": count} for word, count in self.matched],
            "sort": list(self.sort),
            "lines": [
                {
                    "item": line.item,
                    "line": line.line,
                    "word": line.word,
                    "left": line.left,
                    "match": line.match,
                    "right": line.right,
                }
                for line in self.lines
            ],
        }

    def table(self) -> pl.DataFrame:
        """A row a line."""
        names = ("item", "line", "word", "left", "match", "right")
        return pl.DataFrame({name: [getattr(line, name) for line in self.lines] for name in names})


@dataclass(frozen=True, eq=False)
class _Part:
    """The words that may stand at one place of a match."""

    usable: NDArray[np.bool_]
    ids: Ids


def concordance(
    corpus: Corpus,
    query: str,
    *,
    regex: bool = False,
    case: bool = False,
    sort: Sequence[str] = (),
    rows: int | None = 40,
    width: int = 60,
) -> Concordance:
    """Look `query` up. `sort` names places: `1R` is the first word to the right, `2L` the second to the left, `0` the
    match; without it lines come in the order of the texts. `width` characters are shown on each side, `rows` lines at
    most.

    Raises OptionError for a question without words, a pattern that is none, an unknown order.
    """
    parts = _parts(corpus, query, regex, case)
    problem = sort_problem(sort)
    if problem:
        raise OptionError(problem)
    where, texts = _places(corpus, parts)
    first = _in_order(corpus, where, texts, len(parts), sort, len(where) if rows is None else rows)
    numbers = _line_numbers(corpus, where[first], texts[first])
    places = zip(where[first].tolist(), texts[first].tolist(), numbers.tolist(), strict=True)
    lines = tuple(_line(corpus, *place, len(parts), width) for place in places)
    matched: tuple[tuple[str, int], ...] = ()
    if len(parts) == 1:
        counts = np.bincount(corpus.lower.of[corpus.tokens[where]], minlength=len(corpus.lower))
        best = np.flatnonzero(counts)
        best = best[np.argsort(-counts[best], kind="stable")]
        matched = tuple(zip(corpus.lower.names.gather(best), counts[best].tolist(), strict=True))
    n_texts = int(np.count_nonzero(np.diff(texts, prepend=-1)))
    return Concordance(query, len(where), n_texts, corpus.n_tokens, corpus.n_texts, matched, tuple(sort), lines)


def sort_problem(sort: Sequence[str]) -> str | None:
    """What is wrong with an order of lines, or None."""
    wrong = [name for name in sort if not SORT.fullmatch(name)]
    if wrong:
        return f"--sort is {wrong[0]!r}; expected places such as 1L,2L or 1R,2R, up to {FURTHEST}, or 0 for the match"
    return "--sort names more than 6 places; expected at most 6" if len(sort) > 6 else None


def parts_of(query: str, regex: bool) -> list[tuple[str, bool]]:
    """The parts of a question, and whether each is a pattern. Raises OptionError."""
    if len(query) > LONGEST_QUERY:
        raise OptionError(f"the question has {len(query):,} characters; expected at most {LONGEST_QUERY:,}")
    if regex:
        found = [(part, True) for part in query.split()]
    else:
        found = []
        for starred, some in groupby(query.split(), key=lambda part: "*" in part):
            if starred:
                found += [(".*".join(map(re.escape, part.split("*"))), True) for part in some]
            else:
                found += [(word, False) for word in words(pl.Series([" ".join(some)])).item().to_list()]
    if not regex and query.strip() and not set(query) - {"*", " "}:
        raise OptionError(f"{query!r} is every word; expected one word at least that says what to look for")
    if not found:
        raise OptionError(f"there is no word in {query!r}; expected a word, a phrase, or a pattern such as damag*")
    if len(found) > MOST_PARTS:
        raise OptionError(f"the question has {len(found)} words; expected at most {MOST_PARTS}")
    return found


def _parts(corpus: Corpus, query: str, regex: bool, case: bool) -> list[_Part]:
    names = corpus.vocabulary if case else corpus.lower.names
    of = None if case else corpus.lower.of
    parts = []
    for text, pattern in parts_of(query, regex):
        if pattern:
            some = _matching(names, text, case, regex)
        else:
            some = (names == (text if case else plain(pl.Series([text])).item())).to_numpy()
        usable = some if of is None else some[of]
        parts.append(_Part(usable, np.flatnonzero(usable).astype(np.int32)))
    return parts


def _matching(names: pl.Series, pattern: str, case: bool, given: bool) -> NDArray[np.bool_]:
    """The words that a pattern matches from end to end."""
    flags = "s" if case else "si"
    try:
        for checked in (f"(?{flags}){pattern}", f"(?{flags})^(?:{pattern})$"):
            found = names.str.contains(checked)
    except PolarsError as error:
        said = [
            line.removeprefix("regex ").removeprefix("error: ") for line in str(error).splitlines() if "error:" in line
        ]
        reason = said[-1] if said else "it is refused"
        shown = pattern if len(pattern) <= 60 else pattern[:57] + "..."
        raise OptionError(
            f"{shown!r} is no regular expression that can be used: {reason[:200].rstrip('.')};"
            " look-around and references to groups are not known here, and * and ? need something before them"
        ) from None
    return found.to_numpy()


def _places(corpus: Corpus, parts: Sequence[_Part]) -> tuple[Places, Places]:
    """The first word of every match and its text, in their order: the rarest part is looked up, the others compared."""
    order, firsts = corpus.places
    sizes = [int((firsts[part.ids + 1] - firsts[part.ids]).sum()) for part in parts]
    rarest = int(np.argmin(sizes))
    found = [order[firsts[i] : firsts[i + 1]] for i in parts[rarest].ids]
    where = np.concatenate([np.empty(0, np.int32), *found])
    if len(found) > 1:
        where.sort()
    where = where.astype(np.int64)
    texts = _texts(corpus, where)
    if len(parts) == 1:
        return where, texts
    where -= rarest
    keep = (where >= corpus.starts[texts]) & (where + len(parts) <= corpus.starts[texts + 1])
    for shift, part in enumerate(parts):
        where, texts = where[keep], texts[keep]
        keep = part.usable[corpus.tokens[where + shift]]
    return where[keep], texts[keep]


def _texts(corpus: Corpus, where: Places) -> Places:
    """The text of each place; places are in their order, so the fewer of places and texts are looked up."""
    if len(where) < corpus.n_texts:
        return corpus.text_of(where)
    return np.repeat(np.arange(corpus.n_texts), np.diff(np.searchsorted(where, corpus.starts)))


def _in_order(
    corpus: Corpus, where: Places, texts: Places, n_parts: int, sort: Sequence[str], rows: int
) -> NDArray[np.int64]:
    """The first `rows` matches in the order asked for, as places in `where`."""
    kept = np.arange(len(where))
    shifts: list[int] = []
    for name in sort:
        found = SORT.fullmatch(name)
        assert found is not None  # checked before
        if name == "0":
            shifts += range(n_parts)
        else:
            shifts.append(-int(found[1]) if found[2] == "L" else int(found[1]) + n_parts - 1)
    keys: list[Ids] = []
    for shift in shifts:
        at = where[kept] + shift
        within = (at >= corpus.starts[texts[kept]]) & (at < corpus.starts[texts[kept] + 1])
        key = np.where(within, corpus.lower.of[corpus.tokens[np.where(within, at, 0)]], -1)
        if not keys and 0 < rows < len(kept):  # what cannot be among the first lines is not sorted
            near = key <= np.partition(key, rows - 1)[rows - 1]
            kept, key = kept[near], key[near]
        keys.append(key)
    if not keys:
        return kept[:rows]
    return kept[np.lexsort(keys[::-1])][:rows]


def _line_numbers(corpus: Corpus, where: Places, texts: Places) -> Places:
    """The line of its text that each place is in, from 1; every text is read once, in whatever order places come."""
    numbers = np.ones(len(where), np.int64)
    order = np.argsort(texts, kind="stable")
    for some in np.split(order, np.flatnonzero(np.diff(texts[order])) + 1) if len(order) else []:
        first, stop = _span(corpus, int(texts[some[0]]))
        breaks = np.flatnonzero(corpus.texts.blob[first:stop] == ord("\n"))
        numbers[some] += np.searchsorted(breaks, corpus.begins[where[some]])
    return numbers


def _line(corpus: Corpus, where: int, text: int, number: int, n_parts: int, width: int) -> Line:
    first, stop = _span(corpus, text)
    begin, last = first + int(corpus.begins[where]), where + n_parts - 1
    end = first + int(corpus.begins[last]) + len(corpus.vocabulary[int(corpus.tokens[last])].encode())
    reach = 8 * width + 8  # bytes: letters have up to four, and runs of spaces become one
    blob = corpus.texts.blob
    return Line(
        corpus.items[text],
        number,
        where - int(corpus.starts[text]) + 1,
        _one_line(blob[max(first, begin - reach) : begin], start=False)[-width:] if width else "",
        _one_line(blob[begin:end], start=True).strip(),
        _one_line(blob[end : min(stop, end + reach)], start=True)[:width] if width else "",
    )


def _span(corpus: Corpus, text: int) -> tuple[int, int]:
    """Where the bytes of a text begin and end."""
    ends = corpus.texts.ends
    return int(ends[text - 1]) if text else 0, int(ends[text])


def _one_line(raw: NDArray[np.uint8], *, start: bool) -> str:
    """Bytes as text on one line; letters cut at the far end are left out."""
    text = raw.tobytes().decode("utf-8", "ignore")
    text = re.sub(r"\s+", " ", text)
    return text.rstrip() if start else text.lstrip()
