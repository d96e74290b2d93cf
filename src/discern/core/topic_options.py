"""Options of `discern text topics` as one record."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .errors import OptionError
from .options import SEED, Interval

MOST_TOPICS = 500
MOST_COMPARED = 8
NUMBER = Interval(2, MOST_TOPICS, whole=True)


@dataclass(frozen=True)
class TopicOptions:
    """How topics are looked for."""

    n_topics: int | None = 10
    """None: chosen by coherence and stability."""
    seed: int = 0
    restarts: int = 4
    """Chains of the sampler; the one that explains the texts best is kept."""
    refits: int = 4
    """Fits to texts drawn again, for stability."""
    stop_words: str = "en"
    """A language, `none`, or a file with a word a line."""
    more_stop_words: tuple[str, ...] = ()
    lemmas: str = ""
    """The language whose dictionary brings words to one form; empty: words as they stand."""
    group: str | None = None
    time: str | None = None

    def problems(self) -> list[str | None]:
        return [
            None if self.n_topics is None else NUMBER.problem("--topics", self.n_topics),
            SEED.problem("--seed", self.seed),
            Interval(1, 100, whole=True).problem("--restarts", self.restarts),
            Interval(0, 100, whole=True).problem("--refits", self.refits),
        ]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "more_stop_words": list(self.more_stop_words)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> TopicOptions:
        return cls(**{**record, "more_stop_words": tuple(record["more_stop_words"])})


def parse_topics(text: str) -> int | None:
    """`10`, or `auto` (None). Raises OptionError."""
    if text == "auto":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise OptionError(f"--topics is {text[:40]!r}; expected {NUMBER}, or auto")
    return int(text)


def parse_compared(text: str) -> tuple[int, ...]:
    """Two or more rising numbers of topics, from `5,10,20`. Raises OptionError."""
    parts = [part.strip() for part in text.split(",")]
    numbers = tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 10 else -1 for part in parts)
    rising = all(a < b for a, b in itertools.pairwise(numbers))
    within = all(NUMBER.problem("", number) is None for number in numbers)
    if not (2 <= len(numbers) <= MOST_COMPARED and rising and within):
        raise OptionError(
            f"--compare is {text[:60]!r}; expected 2 to {MOST_COMPARED} rising numbers from 2 to "
            f"{MOST_TOPICS}, such as 5,10,20"
        )
    return numbers
