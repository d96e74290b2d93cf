"""The sampler step by step in words: every count that a draw depends on, and the state of all words."""

from __future__ import annotations

from collections.abc import Sequence

from ..models.bags import Bag
from ..models.gibbs import Step
from .text import table
from .visible import visible


def step_text(step: Step, n_texts: int, *, alpha: float, eta: float, width: int | None = None) -> str:
    """One assignment: the counts without the word itself, what they come to, and what was drawn."""
    rows = []
    upper = 0.0
    for topic, share in enumerate(step.probabilities):
        lower, upper = upper, upper + share
        marks = [mark for mark, here in (("was", topic == step.before), ("drawn", topic == step.after)) if here]
        rows.append(
            (f"T{topic + 1}", step.in_text[topic], step.of_word[topic], step.in_topic[topic], f"{100 * share:.1f} %",
             f"{lower:.3f} to {upper:.3f}", ", ".join(marks))
        )  # fmt: skip
    header = ("", "of this text", "of this word", "words in all", "probability", "drawn from", "")
    moved = "stays" if step.before == step.after else f"T{step.before + 1} becomes T{step.after + 1}"
    first = (
        f"{step.number}. text {step.text + 1} of {n_texts}, “{visible(step.word)}”: {step.draw:.3f} is drawn, {moved}"
    )
    return f"{first}\n{table(header, rows, width=width)}"


def state_text(
    bag: Bag, topics: Sequence[int], items: Sequence[str], n_topics: int, *, width: int | None = None
) -> str:
    """All words with their topics, text by text, and the words of each topic."""
    lines = []
    for text, item in enumerate(items):
        span = range(int(bag.offsets[text]), int(bag.offsets[text + 1]))
        lines.append(
            (visible(item), "  ".join(f"{visible(bag.vocabulary[bag.ids[i]])}/T{topics[i] + 1}" for i in span))
        )
    held = []
    for topic in range(n_topics):
        counts: dict[str, int] = {}
        for place, given in zip(bag.ids.tolist(), topics, strict=True):
            if given == topic:
                counts[bag.vocabulary[place]] = counts.get(bag.vocabulary[place], 0) + 1
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        held.append((f"T{topic + 1}", ", ".join(f"{visible(word)} {n}" for word, n in ordered) or "(none)"))
    return f"{table(('text', 'its words'), lines, width=width)}\n\n{table(('topic', 'its words'), held, width=width)}"
