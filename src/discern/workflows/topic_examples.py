"""Example texts of each topic, and any text cut into pieces that belong to a topic, word by word."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..data.texts import Texts
from ..evaluate.topic_cards import Example
from ..models.bags import Bag, folded
from ..models.codecs.topics import Saved
from ..models.topics import word_topics
from ..text.split import spans

EXAMPLES = 3
MIXED = 0.55
"""The last example is the text whose share of the topic is nearest to this: one that is about more than one thing."""
LONGEST = 700
"""Characters of an example that are shown."""
FEWEST = 8
"""Words that an example has at least, where there are such texts: of a short text little can be said."""
SURE = 0.5
"""A word is shown with a topic that has at least this share of it."""
Array = NDArray[np.float64]


def examples(texts: Texts, saved: Saved, bag: Bag, shares: Array) -> tuple[tuple[Example, ...], ...]:
    """For each topic the texts that are most of all about it; copies are shown once."""
    found = []
    long_enough = bag.lengths >= min(FEWEST, int(bag.lengths.max()))
    winners = shares.argmax(axis=1)
    for topic in range(saved.model.n_topics):
        own = np.flatnonzero(long_enough & (winners == topic))
        share = shares[own, topic]
        first = own[np.argsort(-share, kind="stable")]
        mixed = own[np.argsort(np.abs(share - MIXED), kind="stable")]
        rows = _different(texts, first, EXAMPLES - 1)
        rows += [row for row in _different(texts, mixed, EXAMPLES) if row not in rows][: EXAMPLES - len(rows)]
        found.append(
            tuple(
                Example(
                    str(texts.items[row]),
                    float(shares[row, topic]),
                    pieces(saved, shortened(texts.texts[row]), shares[row]),
                )
                for row in rows
            )
        )
    return tuple(found)


def _different(texts: Texts, rows: NDArray[np.int64], n: int) -> list[int]:
    """The first `n` rows with different texts."""
    seen: dict[str, int] = {}
    for row in rows.tolist():
        seen.setdefault(texts.texts[row][:LONGEST], row)
        if len(seen) == n:
            break
    return list(seen.values())


def pieces(saved: Saved, text: str, shares: Array) -> tuple[tuple[str, int], ...]:
    """A text as pieces and the place of their topic, -1 for none; the pieces together are the text."""
    places = spans(text)
    model = saved.model
    cut = pl.Series([[text[start:end]] for start, end in places], dtype=pl.List(pl.String))
    frame = folded(cut, saved.preparation)
    known = {word: i for i, word in enumerate(model.vocabulary)}
    held = [(number, known[word]) for number, word in frame.iter_rows() if word in known]
    topics: dict[int, int] = {}
    if held:
        weights = word_topics(model, np.array([word for _, word in held]), shares)
        for (number, _), row in zip(held, weights, strict=True):
            if row.max() >= SURE:
                topics[number] = int(row.argmax())
    found: list[tuple[str, int]] = []
    at = 0
    for number, (start, end) in enumerate(places):
        if number in topics:
            _add(found, text[at:start], -1)
            _add(found, text[start:end], topics[number])
            at = end
    _add(found, text[at:], -1)
    return tuple(found)


def shortened(text: str) -> str:
    """The beginning of a text, cut at a space."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(None, 1)[0] + " …"


def _add(found: list[tuple[str, int]], text: str, topic: int) -> None:
    if text:
        found.append((text, topic))
