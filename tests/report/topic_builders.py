"""Results of topics made by hand: a plain one, and one whose texts, names and words are hostile."""

from __future__ import annotations

from discern.core.records import Figure
from discern.evaluate.topic_cards import Breakdown, Candidate, Card, Example, Topics, Word
from discern.evaluate.topic_comparison import Level, TopicComparison

EVIL = "</script><script>alert(1)</script>"
TURNED = "a\u202eb\u200bc"


def figure(value: float, low: float, high: float, n: int = 400) -> Figure:
    return Figure(value, low, high, n, "made up")


def card(number: int, *, name: str = "", word: str = "", stable: float = 0.9, p: float = 0.01) -> Card:
    words = tuple(Word(word or f"word{number}{i}", 300 - 10 * i, 400) for i in range(16))
    examples = (
        Example(
            f"line {number}", 0.93, ((f"{word or 'Words'} of", number - 1), (" a text,\n", -1), ("others", number % 3))
        ),
        Example(word or "line 99", 0.55, (("mixed", number % 3), (" ", -1), (word or "plain", -1))),
    )
    return Card(
        f"T{number}", name, words, 120, figure(0.33, 0.3, 0.36), figure(0.1, 0.05, 0.15), figure(p, p, p),
        figure(stable, stable - 0.1, min(1.0, stable + 0.1)), examples,
    )  # fmt: skip


def breakdown(column: str, values: tuple[str, ...]) -> Breakdown:
    row = tuple(figure(share, share - 0.1, share + 0.1) for share in (0.5, 0.3, 0.2))
    return Breakdown(column, values, tuple(range(10, 10 + len(values))), (row,) * len(values), "By month.")


def topics(
    *, name: str = "notes.csv", evil: str = "", n_texts: int = 400, stable: float = 0.9, p: float = 0.01
) -> Topics:
    cards = (
        card(1, name=evil or "Cabs", word=evil, stable=stable, p=p),
        card(2, word=evil, p=p),
        card(3, stable=stable, p=p),
    )
    return Topics(
        name=evil or "notes.csv", n_texts=n_texts, n_empty=2, n_words=8000, n_different=900, seed=0, cards=cards,
        coherence=figure(0.1, 0.08, 0.12), chance=figure(-0.05, -0.1, 0.02), stability=figure(0.85, 0.8, 0.9),
        shuffled=figure(0.3, 0.2, 0.4), places=((-0.9, 0.2), (1.0, -0.1), (0.1, 0.8)),
        candidates=(Candidate(3, figure(0.1, 0.05, 0.15), figure(0.9, 0.8, 1.0), True),),
        group=breakdown(evil or "type", (evil or "theft", "fraud")),
        time=breakdown("date", tuple(f"2024-{month:02}" for month in range(1, 13))),
        earlier=evil or "last year", gone=("T9",), notes=(evil or "a note",),
    )  # fmt: skip


def comparison(*, evil: str = "") -> TopicComparison:
    def level(n: int, gain: Figure) -> Level:
        titles = tuple(f"{evil or 'words'} {i}, more, still" for i in range(n))
        return Level(
            titles, (600 // n,) * n, figure(0.1, 0.05, 0.15), figure(0.9, 0.8, 1.0), figure(-9.5, -9.7, -9.3), gain
        )

    nothing = Figure(None, None, None, 0, "the first")
    flows = (((200, 50, 50), (0, 150, 150)),)
    return TopicComparison(
        evil or "notes.csv", 400, 600, 0, (level(2, nothing), level(3, figure(0.2, 0.1, 0.3))), flows
    )
