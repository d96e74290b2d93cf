"""Topics in words: the verdict, the table of topics, numbers compared; for a terminal and for the page alike."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.records import Figure
from ..evaluate.topic_cards import FEW_TEXTS, Breakdown, Card, Example, Topics
from . import words
from .text import table, wrapped
from .visible import shorten, visible

TERMINAL = ("1;36", "1;33", "1;35", "1;32", "1;34", "1;31", "36", "33", "35", "32", "34", "31")
"""Colours of topics on a terminal."""
NAMED = 6
"""So many topics are named in a sentence."""
CELLS = 6
"""So many columns of a breakdown are shown on a terminal."""


def topics_text(result: Topics, *, width: int | None = None) -> str:
    """The result for a terminal."""
    parts = [wrapped(sentence, width=width) for sentence in verdict(result)]
    header = ("", "topic", "share", "95 % range", "texts", "coherence", "words again", "")
    rows = [
        (card.id, title(card), share(card.share), share_range(card.share), f"{card.n_texts:,}", number(card.coherence),
         again(card.stability), "doubtful" if enough(result) and not holds(card, result) else "")
        for card in result.cards
    ]  # fmt: skip
    parts.append(table(header, rows, width=width))
    if result.candidates:
        parts.append(candidates_text(result, width=width))
    breakdowns = (found for found in (result.group, result.time) if found is not None)
    parts += [breakdown_text(found, result.cards, width=width) for found in breakdowns]
    parts += [wrapped(f"note: {visible(sentence)}", width=width) for sentence in (*carried(result), *result.notes)]
    return "\n\n".join(parts)


def verdict(result: Topics) -> list[str]:
    """Whether the topics are more than chance, in sentences."""
    n = result.n_texts - result.n_empty
    size = (
        f"{words.count(len(result.cards), 'topic')} in {words.count(n, 'text')}, {words.count(result.n_words, 'word')} "
        f"that count, {result.n_different:,} of them different"
    )
    verb = "has" if result.n_empty == 1 else "have"
    empty = f"; {words.count(result.n_empty, 'text')} without such a word {verb} no signal"
    said = [f"{size}{empty if result.n_empty else ''}."]
    if not enough(result):
        return [
            *said,
            f"{words.count(n, 'text')} are too few for a verdict: {FEW_TEXTS} or more are needed to tell topics "
            "from chance.",
        ]
    kept = [card for card in result.cards if holds(card, result)]
    together = sum(card.beyond_chance for card in result.cards)
    said.append(
        f"{len(kept)} of {len(result.cards)} topics hold: their words go together, and they come again in other fits."
        if kept
        else "No topic holds: what was found is not more than chance gives."
    )
    said.append(
        f"Coherence {figure(result.coherence)}, where words drawn by chance come to {number(result.chance)}; the words "
        f"of {together} of {len(result.cards)} topics go together better than chance explains."
    )
    said.append(
        f"{again(result.stability)} of the ten likeliest words of a topic come again{_range(result.stability)} with "
        "another seed or with the texts drawn again; with shuffled words, where there is nothing to find, "
        f"{again(result.shuffled)}."
    )
    doubtful = [card for card in result.cards if not holds(card, result)]
    if kept and doubtful:
        named = ", ".join(f"{card.id} ({shorten(visible(card.title), 40)})" for card in doubtful[:NAMED])
        more = f" and {len(doubtful) - NAMED} more" if len(doubtful) > NAMED else ""
        said.append(f"Take with care: {named}{more}.")
    return said


def enough(result: Topics) -> bool:
    """Whether there are texts enough for a verdict."""
    return result.n_texts - result.n_empty >= FEW_TEXTS


def holds(card: Card, result: Topics) -> bool:
    """Whether a topic's words go together beyond chance and more of them come again than of shuffled words."""
    if card.stability.value is None:
        return card.beyond_chance
    chance = result.shuffled.high if result.shuffled.high is not None else result.shuffled.value
    return card.beyond_chance and card.stability.value > (chance or 0.0)


def carried(result: Topics) -> list[str]:
    """What became of the topics of an earlier run."""
    if not result.earlier:
        return []
    gone = f"; no topic carries on {', '.join(result.gone)}" if result.gone else ""
    return [f"Ids and names are carried on from “{visible(result.earlier)}” where topics match{gone}."]


def candidates_text(result: Topics, *, width: int | None = None) -> str:
    rows = [
        (one.n_topics, figure(one.coherence), again(one.stability), "chosen" if one.chosen else "")
        for one in result.candidates
    ]
    return table(("topics", "coherence", "words again", ""), rows, width=width)


def breakdown_text(found: Breakdown, cards: Sequence[Card], *, width: int | None = None) -> str:
    """Shares by a column; on a terminal the most frequent values, in their order."""
    order = sorted(range(len(found.values)), key=lambda i: -found.counts[i])[:CELLS]
    shown = sorted(order)
    header = ("", *(f"{shorten(visible(found.values[i]), 14)} ({found.counts[i]:,})" for i in shown))
    rows = [
        (f"{card.id} {shorten(title(card), 24)}", *(share(found.shares[i][t]) for i in shown))
        for t, card in enumerate(cards)
    ]
    left = f" {len(found.values) - CELLS} more are in the tables." if len(found.values) > CELLS else ""
    heading = f"shares by {visible(found.column)}.{' ' + found.note if found.note else ''}{left}"
    return f"{heading}\n{table(header, rows, width=width)}"


def title(card: Card) -> str:
    """The name, or the first words; nothing in it stays hidden."""
    return visible(card.name) if card.name else visible(", ".join(word.word for word in card.words[:6]))


def share(one: Figure) -> str:
    return "–" if one.value is None else f"{100 * one.value:.1f} %"


def share_range(one: Figure) -> str:
    return "" if one.low is None or one.high is None else f"{100 * one.low:.1f} to {100 * one.high:.1f} %"


def number(one: Figure) -> str:
    return "–" if one.value is None else f"{one.value:.2f}".replace("-", "−")


def figure(one: Figure) -> str:
    """`0.12 (0.10 to 0.14)`."""
    if one.value is None or one.low is None or one.high is None:
        return number(one)
    return f"{number(one)} ({one.low:.2f} to {one.high:.2f})".replace("-", "−")


def again(one: Figure) -> str:
    """How many of ten words: `8.4`."""
    return "–" if one.value is None else f"{10 * one.value:.1f}"


def _range(one: Figure) -> str:
    return "" if one.low is None or one.high is None else f" ({10 * one.low:.1f} to {10 * one.high:.1f})"


def coloured_text(example: Example, ids: Sequence[str], names: Sequence[str], *, colours: bool) -> str:
    """One text with the topic of each word: as colours of a terminal, or as `word/T3`."""
    said: list[str] = []
    seen: dict[int, int] = {}
    for text, topic in example.pieces:
        shown = " ".join(visible(part) for part in text.split()) if text.strip() else ""
        before, after = " " * text[:1].isspace(), " " * (text[-1:].isspace() and bool(text.strip()))
        if topic >= 0:
            seen[topic] = seen.get(topic, 0) + 1
            shown = f"\x1b[{TERMINAL[topic % len(TERMINAL)]}m{shown}\x1b[0m" if colours else f"{shown}/{ids[topic]}"
        said.append(f"{before}{shown}{after}")
    key = [
        (f"\x1b[{TERMINAL[topic % len(TERMINAL)]}m{ids[topic]}\x1b[0m" if colours else ids[topic])
        + (f" {visible(names[topic])}" if names[topic] else "")
        + f": {words.count(n, 'word')}"
        for topic, n in sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return f"{''.join(said).strip()}\n\n{', '.join(key) or 'no signal: no word of it is one that counts'}"
