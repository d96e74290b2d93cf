"""The section of a report about the words that decide, of a model of texts."""

from __future__ import annotations

from dataclasses import dataclass

from .sections import Section


@dataclass(frozen=True)
class Telling:
    """For each class the words that speak most for it, with their weights beside the mean of all classes."""

    words: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    """Label, and its words with their weights, the strongest first."""
    with_runs: bool
    """Whether the model looks at runs of letters too, which are not listed."""


def sections(telling: Telling) -> tuple[Section, ...]:
    """One section, with its table."""
    strongest = max((weight for _, found in telling.words for _, weight in found), default=1.0)
    view = {"telling": telling, "strongest": strongest}
    rows: list[tuple[object, ...]] = [(label, word, weight) for label, found in telling.words for word, weight in found]
    tables = {"words.csv": (("label", "word", "weight"), rows)} if rows else {}
    return (Section("telling", "Words that decide", "telling.html.j2", view, tables=tables),)
