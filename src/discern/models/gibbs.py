"""The sampler of topics one assignment at a time, with all that each draw depends on: for teaching, not for work.

Griffiths, Steyvers, "Finding scientific topics", PNAS 101 (2004), equation 5: a word is taken out of the counts, and
gets a topic drawn by (its topic's share of this text + alpha) times (this word's share of that topic + eta).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.seeds import generator
from ..core.views import Record
from .bags import Bag
from .topics import refuse_too_many

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Step(Record):
    """One word, before and after its draw. Counts leave the word itself out; each is `(n_topics,)`."""

    number: int
    """From 1; all words of all texts once are a pass."""
    text: int
    place: int
    """Which of the text's words that count."""
    word: str
    before: int
    in_text: tuple[int, ...]
    """Other words of the text in each topic."""
    of_word: tuple[int, ...]
    """Other times that the word has each topic, in all texts."""
    in_topic: tuple[int, ...]
    """All other words in each topic."""
    probabilities: tuple[float, ...]
    draw: float
    """From 0 to 1: the topic in whose stretch of the probabilities it falls is taken."""
    after: int


@dataclass
class Chain(Record):
    """The state of the sampler; `steps` moves it on."""

    bag: Bag
    n_topics: int
    seed: int
    alpha: float
    eta: float
    topics: Ints
    """`(n_words,)`: the topic of each word, at first drawn blindly."""

    def steps(self) -> Iterator[Step]:
        """Draw word after word, text after text, without end; stop wherever you like."""
        bag, k = self.bag, self.n_topics
        owners, size = bag.owners, len(bag.vocabulary)
        in_text, of_word = np.zeros((bag.n_texts, k), dtype=np.int64), np.zeros((size, k), dtype=np.int64)
        np.add.at(in_text, (owners, self.topics), 1)
        np.add.at(of_word, (bag.ids, self.topics), 1)
        in_topic = of_word.sum(axis=0)
        draws = generator(self.seed, "assignments")
        number = 0
        while True:
            for i, (text, word) in enumerate(zip(owners.tolist(), bag.ids.tolist(), strict=True)):
                number += 1
                before = int(self.topics[i])
                for counts in (in_text[text], of_word[word], in_topic):
                    counts[before] -= 1
                weights = (in_text[text] + self.alpha) * (of_word[word] + self.eta) / (in_topic + size * self.eta)
                shares = weights / weights.sum()
                draw = float(draws.random())
                after = min(int(np.searchsorted(np.cumsum(shares), draw, side="right")), k - 1)
                step = Step(
                    number, text, i - int(bag.offsets[text]), bag.vocabulary[word], before, _whole(in_text[text]),
                    _whole(of_word[word]), _whole(in_topic), tuple(shares.tolist()), draw, after,
                )  # fmt: skip
                for counts in (in_text[text], of_word[word], in_topic):
                    counts[after] += 1
                self.topics[i] = after
                yield step


def start(bag: Bag, n_topics: int, *, seed: int = 0, alpha: float = 0.5, eta: float = 0.1) -> Chain:
    """Every word in a topic by chance. Raises DataError when there are more topics than words."""
    refuse_too_many(bag, n_topics)
    topics = generator(seed, "blind topics").integers(n_topics, size=len(bag.ids))
    return Chain(bag, n_topics, seed, alpha, eta, topics)


def _whole(counts: Ints) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)
