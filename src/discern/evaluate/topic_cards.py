"""What is known of the topics of a collection: a card each, shares by group and over time, chance.

Words are ordered by relevance (Sievert, Shirley, "LDAvis: a method for visualizing and interpreting topics", ACL
workshop on interactive language learning, 2014).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, as_json
from ..core.views import Record
from ..models.bags import Bag
from ..models.topics import TopicModel
from . import chance
from .coherence import by_chance, coherence, count_windows
from .matching import found_again, mean_of, stability, top_words

SCHEMA = 1
LAMBDA = 0.6
"""How much the frequency of a word in its topic counts against how far it is the topic's own: the source's advice."""
WORDS = 20
SHARE_METHOD = "mean share over texts; Student's t over texts"
CHANCE_METHOD = "sets of ten frequent words drawn by chance; the middle 95 % of them"
P_METHOD = (
    "share of such sets that go together as well (one more counted on either side), corrected for all topics (Holm)"
)
SHUFFLED_METHOD = "two fits to the same words shuffled over the texts; Student's t over topics"
FEW_TEXTS = 100
"""With fewer texts nothing is said about whether the topics are more than chance."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Word(Record):
    """A word of a topic, with how often it belongs to it, and how often it stands in all texts."""

    word: str
    times: int
    of: int


@dataclass(frozen=True)
class Example(Record):
    """A text of a topic, cut into pieces that belong to a topic or to none."""

    item: str
    share: float
    """Of the topic in the text, as the model answers."""
    pieces: tuple[tuple[str, int], ...]
    """Text, and the place of its topic among the cards; -1 for none."""


@dataclass(frozen=True)
class Card(Record):
    """One topic."""

    id: str
    """Permanent: `T3` stays what it is when the collection is fitted again after this run."""
    name: str
    """What a person calls it; empty until someone does."""
    words: tuple[Word, ...]
    n_texts: int
    """Texts in which it is the largest topic."""
    share: Figure
    coherence: Figure
    p: Figure
    """Whether words drawn by chance go together as well."""
    stability: Figure
    examples: tuple[Example, ...] = ()

    @property
    def title(self) -> str:
        """The name, or the first words."""
        return self.name or ", ".join(word.word for word in self.words[:3])

    @property
    def beyond_chance(self) -> bool:
        return self.p.value is not None and self.p.value <= chance.SHOWN


@dataclass(frozen=True)
class Breakdown(Record):
    """The share of each topic in the texts of each value of a column, or of each period."""

    column: str
    values: tuple[str, ...]
    counts: tuple[int, ...]
    shares: tuple[tuple[Figure, ...], ...]
    """`[value][topic]`."""
    note: str = ""


@dataclass(frozen=True)
class Candidate(Record):
    """A number of topics that was tried."""

    n_topics: int
    coherence: Figure
    stability: Figure
    chosen: bool


@dataclass(frozen=True)
class Topics(Record):
    """The result of `discern text topics`."""

    name: str
    n_texts: int
    n_empty: int
    """Texts without a word that counts."""
    n_words: int
    n_different: int
    seed: int
    cards: tuple[Card, ...]
    coherence: Figure
    chance: Figure
    stability: Figure
    shuffled: Figure
    """Stability where there is nothing to find."""
    places: tuple[tuple[float, float], ...]
    """Where each topic lies on a map in which alike topics are near; both from -1 to 1."""
    candidates: tuple[Candidate, ...] = ()
    group: Breakdown | None = None
    time: Breakdown | None = None
    earlier: str = ""
    """The run whose ids and names were carried on."""
    gone: tuple[str, ...] = ()
    """Ids of that run that no topic carries on."""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **as_json(self)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Topics:
        """Raises KeyError, TypeError, ValueError or AttributeError for what is no such record."""
        fields = {name: value for name, value in record.items() if name != "schema"}
        for name in ("coherence", "chance", "stability", "shuffled"):
            fields[name] = Figure.from_json(fields[name])
        fields["cards"] = tuple(_card(card) for card in fields["cards"])
        fields["places"] = tuple((float(x), float(y)) for x, y in fields["places"])
        fields["candidates"] = tuple(
            Candidate(
                one["n_topics"], Figure.from_json(one["coherence"]), Figure.from_json(one["stability"]), one["chosen"]
            )
            for one in fields["candidates"]
        )
        for name in ("group", "time"):
            found = fields[name]
            fields[name] = None if found is None else _breakdown(found)
        return cls(**{**fields, "gone": tuple(fields["gone"]), "notes": tuple(fields["notes"])})


@dataclass(frozen=True)
class Measured:
    """What `measure` found, topic by topic."""

    words: tuple[tuple[Word, ...], ...]
    n_texts: tuple[int, ...]
    shares: tuple[Figure, ...]
    coherences: tuple[Figure, ...]
    ps: tuple[Figure, ...]
    stabilities: tuple[Figure, ...]
    coherence: Figure
    chance: Figure
    stability: Figure
    places: tuple[tuple[float, float], ...]


def measure(model: TopicModel, bag: Bag, shares: Array, others: Sequence[TopicModel], *, seed: int) -> Measured:
    """Everything about topics that their texts tell; `shares` `(n_texts, n_topics)`, `others` were fitted again."""
    filled = bag.lengths > 0
    top = top_words(model)
    windows = count_windows(bag, np.vstack([top, by_chance(model.word_share, top.shape[1], seed=seed)]))
    each, mean = coherence(windows.only(slice(0, len(top))), seed=seed)
    random = windows.only(slice(len(top), None)).npmi()
    values = windows.npmi()[: len(top)]
    ps = chance.holm([(1 + int(np.sum(random >= value))) / (1 + len(random)) for value in values])
    low, high = np.quantile(random, (0.025, 0.975))
    stable, stable_mean = stability(model, others)
    times = word_times(model, bag, shares)
    winners = np.bincount(shares[filled].argmax(axis=1), minlength=model.n_topics)
    return Measured(
        tuple(relevant(model, times, topic) for topic in range(model.n_topics)),
        tuple(int(n) for n in winners),
        tuple(mean_of(column, SHARE_METHOD) for column in shares[filled].T),
        tuple(each),
        tuple(Figure(p, None, None, len(random), P_METHOD) for p in ps),
        tuple(stable),
        mean,
        Figure(float(random.mean()), float(low), float(high), len(random), CHANCE_METHOD),
        stable_mean,
        places(model),
    )


def breakdown(column: str, values: Sequence[str], order: Sequence[str], shares: Array, note: str = "") -> Breakdown:
    """Mean shares of the texts of each value, in `order`; `values` is a value a text, empty where there is none."""
    of = np.array(values, dtype=object)
    rows = [np.flatnonzero(of == value) for value in order]
    figures = tuple(
        tuple(mean_of(shares[row, topic], SHARE_METHOD) for topic in range(shares.shape[1])) for row in rows
    )
    return Breakdown(column, tuple(order), tuple(len(row) for row in rows), figures, note)


def shuffled_stability(first: TopicModel, second: TopicModel) -> Figure:
    """How much comes again of topics of shuffled words."""
    return mean_of(found_again(first, second), SHUFFLED_METHOD)


def word_times(model: TopicModel, bag: Bag, shares: Array) -> Array:
    """How often each word belongs to each topic `(n_topics, n_words)`, each word shared out in its text."""
    texts, words, times = bag.counts()
    total = np.zeros((model.n_topics, len(bag.vocabulary)))
    for at in range(0, len(texts), 100_000):
        rows, columns = texts[at : at + 100_000], words[at : at + 100_000]
        weights = model.topic_word[:, columns] * shares[rows].T
        weights *= times[at : at + 100_000] / weights.sum(axis=0)
        for topic in range(model.n_topics):
            total[topic] += np.bincount(columns, weights=weights[topic], minlength=total.shape[1])
    return total


def relevant(
    model: TopicModel, times: Array, topic: int, *, weight: float = LAMBDA, n: int = WORDS
) -> tuple[Word, ...]:
    """The words of a topic by relevance: `weight` log p(word in topic) + (1 - weight) log lift."""
    likely = np.log(model.topic_word[topic])
    score = weight * likely + (1 - weight) * (likely - np.log(np.maximum(model.word_share, 1e-12)))
    score[times[topic] < 0.5] = -np.inf
    order = [place for place in np.argsort(-score, kind="stable")[:n] if np.isfinite(score[place])]
    whole = times.sum(axis=0)
    return tuple(Word(model.vocabulary[i], round(float(times[topic, i])), round(float(whole[i]))) for i in order)


def places(model: TopicModel) -> tuple[tuple[float, float], ...]:
    """Topics on a plane, alike ones near: classical scaling of Jensen-Shannon distances, as LDAvis does."""
    p = model.topic_word
    entropy = -(p * np.log2(p)).sum(axis=1)
    middle = np.array([[-(m * np.log2(m)).sum() for m in (row + p) / 2] for row in p])
    squares = np.maximum(middle - (entropy[:, None] + entropy) / 2, 0.0)
    centre = np.eye(len(p)) - 1 / len(p)
    values, vectors = np.linalg.eigh(-centre @ squares @ centre / 2)
    found = np.zeros((len(p), 2))
    kept = min(2, len(p))
    found[:, :kept] = (vectors * np.sqrt(np.maximum(values, 0)))[:, ::-1][:, :kept]
    found *= np.where(found[np.abs(found).argmax(axis=0), [0, 1]] < 0, -1, 1)
    reach = np.abs(found).max()
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in found / (reach or 1.0))


def _card(record: Mapping[str, Any]) -> Card:
    fields = dict(record)
    for name in ("share", "coherence", "p", "stability"):
        fields[name] = Figure.from_json(fields[name])
    fields["words"] = tuple(Word(**word) for word in fields["words"])
    fields["examples"] = tuple(
        Example(one["item"], one["share"], tuple((str(text), int(topic)) for text, topic in one["pieces"]))
        for one in fields["examples"]
    )
    return Card(**fields)


def _breakdown(record: Mapping[str, Any]) -> Breakdown:
    shares = tuple(tuple(Figure.from_json(figure) for figure in row) for row in record["shares"])
    return Breakdown(record["column"], tuple(record["values"]), tuple(record["counts"]), shares, record["note"])
