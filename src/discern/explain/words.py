"""Why a text gets its answer: what each of its words adds, found by leaving it out; and the telling words of a model.

Source: leaving one out, as in Li, Monroe and Jurafsky, "Understanding neural networks through representation erasure",
2016. It asks the model itself, so runs of letters and how words share a text's weight count as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ..core.views import Record
from ..text.split import spans

SCHEMA = 1
MOST_WORDS = 2_000
"""Different words of a text that are asked about."""
Scores = Callable[[NDArray[Any]], NDArray[np.float64]]
"""Texts `(n,)` -> scores `(n, n_classes)`, whose softmax are the probabilities before calibration."""


@dataclass(frozen=True)
class Word(Record):
    """A word where it stands in the text."""

    start: int
    end: int
    adds: float
    """Log-odds that the answer loses when the word is left out wherever it stands; below 0 it speaks against."""


@dataclass(frozen=True)
class TextExplanation(Record):
    """Why one text gets its answer."""

    item: str
    run: str
    text: str
    answer: str
    probability: float
    others: tuple[tuple[str, float], ...]
    words: tuple[Word, ...]
    notes: tuple[str, ...] = ()

    @property
    def strongest(self) -> tuple[tuple[str, float], ...]:
        """Different words, by how much they add or take, the strongest first."""
        found: dict[str, float] = {}
        for one in self.words:
            found.setdefault(self.text[one.start : one.end].lower(), one.adds)
        return tuple(sorted(found.items(), key=lambda pair: (-abs(pair[1]), pair[0])))

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **asdict(self)}


@dataclass(frozen=True)
class TextsExplained(Record):
    """The words that speak most for each class."""

    run: str
    classes: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    """Label, and its words with their weights beside the mean of all classes."""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        classes = [{"label": label, "words": [list(word) for word in words]} for label, words in self.classes]
        return {"schema": SCHEMA, "run": self.run, "classes": classes, "notes": list(self.notes)}


def word_effects(scores: Scores, text: str, label: int) -> tuple[Word, ...]:
    """Each word of `text` with what the answer loses without it; words that stand several times go together."""
    places = [place for place in spans(text) if any(letter.isalnum() for letter in text[slice(*place)])]
    names = [text[start:end].lower() for start, end in places]
    different = list(dict.fromkeys(names))[:MOST_WORDS]
    texts = [text, *(_without(text, places, names, word) for word in different)]
    found = scores(np.array(texts, dtype=object))
    others = np.delete(found, label, axis=1)
    odds = found[:, label] - logsumexp(others, axis=1)
    lost = dict(zip(different, (odds[0] - odds[1:]).tolist(), strict=True))
    return tuple(
        Word(start, end, float(lost[name]))
        for (start, end), name in zip(places, names, strict=True)
        if name in lost and math.isfinite(lost[name])
    )


def _without(text: str, places: Sequence[tuple[int, int]], names: Sequence[str], word: str) -> str:
    """The text without a word, wherever it stands."""
    pieces, at = [], 0
    for (start, end), name in zip(places, names, strict=True):
        if name == word:
            pieces.append(text[at:start])
            at = end
    return "".join([*pieces, text[at:]])
