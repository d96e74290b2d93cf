"""Several numbers of topics beside each other: what is gained, and which topic goes over into which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.records import Figure
from ..core.views import Record

SCHEMA = 1
FIGURES = ("coherence", "stability", "held_out", "gain")


@dataclass(frozen=True)
class Level(Record):
    """One number of topics."""

    titles: tuple[str, ...]
    """The first words of each topic, the largest topic first."""
    sizes: tuple[int, ...]
    """How many words of the texts belong to each topic."""
    coherence: Figure
    stability: Figure
    held_out: Figure
    """Log2 likelihood a word of the rest of texts that were not learned from."""
    gain: Figure
    """That figure less the one of the level before, text by text."""

    @property
    def n_topics(self) -> int:
        return len(self.titles)


@dataclass(frozen=True)
class TopicComparison(Record):
    """The result of `discern text topics --compare`."""

    name: str
    n_texts: int
    n_words: int
    seed: int
    levels: tuple[Level, ...]
    flows: tuple[tuple[tuple[int, ...], ...], ...]
    """Between each level and the next: `[topic of the one][topic of the next]`, words."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "name": self.name,
            "n_texts": self.n_texts,
            "n_words": self.n_words,
            "seed": self.seed,
            "levels": [
                {
                    "n_topics": level.n_topics,
                    "titles": list(level.titles),
                    "sizes": list(level.sizes),
                    **{name: getattr(level, name).to_json() for name in FIGURES},
                }
                for level in self.levels
            ],
            "flows": [[list(row) for row in flow] for flow in self.flows],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> TopicComparison:
        levels = tuple(
            Level(tuple(one["titles"]), tuple(one["sizes"]), *(Figure.from_json(one[name]) for name in FIGURES))
            for one in record["levels"]
        )
        flows = tuple(tuple(tuple(row) for row in flow) for flow in record["flows"])
        return cls(record["name"], record["n_texts"], record["n_words"], record["seed"], levels, flows)

    def origins(self, level: int) -> list[list[tuple[int, int]]]:
        """For each topic of `levels[level]`, `(topic of the level before, words)`, the largest first."""
        flow = self.flows[level - 1]
        columns = [[(row, flow[row][topic]) for row in range(len(flow))] for topic in range(len(flow[0]))]
        return [sorted(column, key=lambda pair: (-pair[1], pair[0])) for column in columns]
