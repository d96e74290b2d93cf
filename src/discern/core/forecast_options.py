"""Options of `discern series forecast` as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .errors import OptionError
from .options import SEED, Interval, one_of, raise_all
from .views import Record

BASELINE = "seasonal-naive"
NETS = ("rnn", "gru", "lstm")
MODELS = (BASELINE, "smoothing", "boosting", *NETS)
MOST_AHEAD = 10_000
BETWEEN = "+"
"""Between the columns that make up a time: `Date+Hour`."""


@dataclass(frozen=True)
class SeriesOptions(Record):
    """Which columns of a table make a series."""

    time: str
    """A column, or several joined by `+`: a date, then hours, then minutes."""
    value: str
    by: str | None = None
    """The column that says which series a row belongs to; None: there is one series."""

    @property
    def times(self) -> tuple[str, ...]:
        """The columns of the time. A column whose own name holds a `+` is found by the reader."""
        return tuple(part.strip() for part in self.time.split(BETWEEN))

    def problems(self) -> list[str | None]:
        empty = [name for name, value in (("--time", self.time), ("--value", self.value)) if not value.strip()]
        twice = self.by is not None and self.by in (*self.times, self.value)
        return [
            *(f"{name} is empty; expected the name of a column" for name in empty),
            f"--time is {self.time!r}; expected columns joined by one +, such as Date+Hour"
            if self.time.strip() and not all(self.times)
            else None,
            f"--by is {self.by!r}, which is the time or the value; expected another column" if twice else None,
            f"--value is {self.value!r}, which is the time; expected another column"
            if self.value in self.times
            else None,
        ]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> SeriesOptions:
        return cls(**record)


@dataclass(frozen=True)
class ForecastOptions(Record):
    """How a forecast is made and measured."""

    horizon: int | None = None
    """Steps ahead; None: one round of the shorter season, such as 24 hours or 7 days."""
    models: tuple[str, ...] = ()
    """Empty: all that are installed."""
    coverage: float = 0.9
    """The share of values that intervals are made to hold."""
    seed: int = 0

    def problems(self) -> list[str | None]:
        inside = Interval(0.5, 0.99)
        return [
            None if self.horizon is None else Interval(1, MOST_AHEAD, whole=True).problem("--horizon", self.horizon),
            *(one_of("--model", name, MODELS) for name in self.models),
            inside.problem("--coverage", self.coverage),
            SEED.problem("--seed", self.seed),
        ]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "models": list(self.models)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ForecastOptions:
        return cls(**{**record, "models": tuple(record["models"])})


def parse_models(text: str) -> tuple[str, ...]:
    """Names from `boosting,gru`, or none from `auto`. Raises OptionError."""
    if text.strip() == "auto":
        return ()
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    raise_all(one_of("--model", name, ("auto", *MODELS)) for name in names)
    if "auto" in names:
        raise OptionError("--model names auto and others; expected auto alone, or names")
    return names
