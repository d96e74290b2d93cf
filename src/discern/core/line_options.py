"""Options of `discern table fit-line` as one record."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from .errors import OptionError
from .options import SEED, Interval, one_of

ALL = 0
"""As a batch: every row in each step."""
SCHEDULES = ("auto", "constant", "falling")
ITERATIONS = 1000
STREAM_BATCH = 256
RATE = Interval(0, 1e6, open_low=True)
MANY = Interval(1, 1_000_000, whole=True)
MOST_RATES = 8
MOST_SHOWN = 24
MOST_SIZES = 40
SIZES = ((1_000, 1), (1_000, 10), (1_000, 100), (10_000, 1), (10_000, 10), (10_000, 100), (10_000, 1_000),
         (100_000, 1), (100_000, 10), (100_000, 100))  # fmt: skip
"""Rows and columns that the costs of both ways are measured on."""
MOST_VALUES = 50_000_000
"""Rows times columns of a made-up table."""


@dataclass(frozen=True)
class LineOptions:
    """How a line is fitted."""

    target: str
    columns: tuple[str, ...] = ()
    """Empty: every column of numbers but the target."""
    iterations: int | None = None
    """Steps of descent; None for 1,000. A stream takes as many as its rows are worth."""
    rate: float | None = None
    """Of the first step, for standardised columns; None for 0.1, or half of the largest that does not run away."""
    batch: int | None = None
    """Rows a step; `ALL`; None for 1, or 256 of a stream."""
    schedule: str = "auto"
    """`constant` steps, `falling` ones, or `auto`: falling unless a step looks at all rows."""
    rates: tuple[float, ...] = ()
    """Step sizes to compare; empty for four from far too small to too large."""
    shown: tuple[int, ...] = ()
    """Iterations to show; empty for 1, 2, 5, 10, 20, 50 and so on to the last."""
    seed: int = 0
    stream: bool = False
    """Whether the rows are taken piece by piece and none is kept."""

    @property
    def steps(self) -> int:
        return self.iterations or ITERATIONS

    def problems(self) -> list[str | None]:
        twice = next((name for name in self.columns if self.columns.count(name) > 1), None)
        whole = None if self.batch in (None, ALL) else MANY.problem("--batch", self.batch)
        alone = ("--iterations", self.iterations), ("--rates", self.rates), ("--show", self.shown)
        return [
            None if self.target else "no --target was named; expected the column that the line foretells",
            None if twice is None else f"--with names {twice!r} twice; expected each column once",
            f"--with names the target {self.target!r}; expected other columns" if self.target in self.columns else None,
            None if self.iterations is None else MANY.problem("--iterations", self.iterations),
            None if self.rate is None else RATE.problem("--rate", self.rate),
            whole,
            one_of("--schedule", self.schedule, SCHEDULES),
            SEED.problem("--seed", self.seed),
            *(RATE.problem("--rates", rate) for rate in self.rates),
            *(Interval(1, self.steps, whole=True).problem("--show", shown) for shown in self.shown),
            "--stream takes each row once, so --batch all is not for it; expected a number of rows"
            if self.stream and self.batch == ALL
            else None,
            *(f"{name} does not go with --stream, which takes each row once"
              for name, given in alone if self.stream and given),
        ]  # fmt: skip


def kept_iterations(steps: int) -> tuple[int, ...]:
    """1, 2, 5, 10, 20, 50 and so on, and the last: what is shown of `steps` iterations."""
    ladder = (factor * 10**power for power in range(8) for factor in (1, 2, 5))
    return (*itertools.takewhile(lambda one: one < steps, ladder), steps)


def parse_batch(text: str) -> int:
    """A number of rows, or `all`. Raises OptionError."""
    if text == "all":
        return ALL
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise OptionError(f"--batch is {text[:40]!r}; expected {MANY}, or all")
    return int(text)


def parse_rates(text: str) -> tuple[float, ...]:
    """Step sizes to compare, from `0.001,0.1,2.5`; smallest first. Raises OptionError."""
    try:
        rates = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        rates = ()
    if not 1 <= len(rates) <= MOST_RATES or any(RATE.problem("", rate) for rate in rates):
        raise OptionError(
            f"--rates is {text[:60]!r}; expected 1 to {MOST_RATES} numbers above 0, such as 0.001,0.1,2.5"
        )
    return rates


def parse_shown(text: str) -> tuple[int, ...]:
    """Iterations to show, from `1,10,100`. Raises OptionError."""
    parts = [part.strip() for part in text.split(",")]
    if not 1 <= len(parts) <= MOST_SHOWN or not all(p.isascii() and p.isdigit() and len(p) < 8 for p in parts):
        raise OptionError(f"--show is {text[:60]!r}; expected 1 to {MOST_SHOWN} whole numbers, such as 1,10,100")
    return tuple(sorted({int(part) for part in parts}))


def parse_sizes(text: str) -> tuple[tuple[int, int], ...]:
    """Rows and columns to measure costs on, from `1000x10,10000x1000`, or `usual`. Raises OptionError."""
    if text == "usual":
        return SIZES
    found = []
    for part in text.split(","):
        rows, cross, columns = part.strip().partition("x")
        good = cross and all(p.isascii() and p.isdigit() and len(p) < 10 for p in (rows, columns))
        if not good or not (int(rows) >= 10 and 1 <= int(columns) < int(rows)):
            raise OptionError(
                f"--cost is {text[:60]!r}; expected ROWSxCOLUMNS with more rows than columns and at least 10, "
                "such as 1000x10,10000x1000, or usual"
            )
        if int(rows) * int(columns) > MOST_VALUES:
            raise OptionError(f"--cost {part.strip()}: expected at most {MOST_VALUES:,} values, rows times columns")
        found.append((int(rows), int(columns)))
    if len(found) > MOST_SIZES:
        raise OptionError(f"--cost names {len(found)} sizes; expected at most {MOST_SIZES}")
    return tuple(found)
