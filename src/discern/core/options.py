"""Options of the workflows as frozen records, and the one way they are checked: all mistakes at once, with the likely spelling."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .errors import OptionError


def suggest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` when something known is spelt alike, else an empty text."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True)
class Interval:
    """The numbers that an option or a parameter may be; it makes its own message."""

    low: float
    high: float
    whole: bool = False
    open_low: bool = False
    open_high: bool = False

    def problem(self, name: str, value: object) -> str | None:
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        ok = number and (not self.whole or float(value) == int(value))  # type: ignore[arg-type]
        if ok:
            ok = (value > self.low if self.open_low else value >= self.low) and (  # type: ignore[operator]
                value < self.high if self.open_high else value <= self.high  # type: ignore[operator]
            )
        return None if ok else f"{name} is {value!r}; expected {self}"

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        low = f"above {self.low:g}" if self.open_low else f"from {self.low:g}"
        if math.isinf(self.high):
            return f"{kind} {low}" + ("" if self.open_low else " up")
        return f"{kind} {low} to {'below ' if self.open_high else ''}{self.high:g}"


def one_of(name: str, value: str, known: Sequence[str]) -> str | None:
    """The problem with a word that must be one of `known`, or None."""
    if value in known:
        return None
    return f"{name} is {value!r}; expected one of {', '.join(known)}{suggest(value, known)}"


def raise_all(problems: Iterable[str | None]) -> None:
    """Raise OptionError with every problem there is."""
    found = [problem for problem in problems if problem]
    if found:
        raise OptionError(found)


@dataclass(frozen=True)
class SplitOptions:
    """How items are divided. Folders `train/ validation/ test/` in the data are respected before these."""

    test: float = 0.15
    validation: float = 0.15
    """Share of what is left after the test part."""
    first: float | None = None
    """`--split first:0.85`: the first share of the items, in their order, is for training and validation."""
    seed: int = 0

    def problems(self) -> list[str | None]:
        share = Interval(0, 1, open_low=True, open_high=True)
        return [
            share.problem("--test", self.test),
            share.problem("--validation", self.validation),
            None if self.first is None else share.problem("--split first", self.first),
            SEED.problem("--seed", self.seed),
        ]


SEED = Interval(0, 2**31 - 1, whole=True)
Check = Callable[[str, object], str | None]
