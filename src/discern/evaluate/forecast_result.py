"""The record of a forecast: the series, the candidates, the figures of the test part, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.forecast_options import BASELINE, NETS
from ..core.records import Figure
from ..core.views import Record
from .forecast import SCHEMA, Accuracy


@dataclass(frozen=True)
class Candidate(Record):
    """A model on the validation part."""

    name: str
    uses_known: bool
    mae: Figure
    ratio: Figure
    chosen: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "uses_known": self.uses_known,
            "mae": self.mae.to_json(),
            "ratio": self.ratio.to_json(),
            "chosen": self.chosen,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Candidate:
        figures = {name: Figure.from_json(record[name]) for name in ("mae", "ratio")}
        return cls(record["name"], record["uses_known"], figures["mae"], figures["ratio"], record["chosen"])


@dataclass(frozen=True)
class Ahead(Record):
    """So many steps ahead."""

    steps: int
    mae: Figure
    baseline: Figure

    def to_json(self) -> dict[str, Any]:
        return {"steps": self.steps, "mae": self.mae.to_json(), "baseline": self.baseline.to_json()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Ahead:
        return cls(record["steps"], Figure.from_json(record["mae"]), Figure.from_json(record["baseline"]))


@dataclass(frozen=True)
class ForecastResult(Record):
    """What a forecast came to."""

    name: str
    value: str
    """The column that is foretold."""
    by: str | None
    places: tuple[str, ...]
    n_rows: int
    step: str
    unit: str
    """Of what is counted ahead, such as `hour`."""
    horizon: int
    season: int
    """Steps back that the baseline looks."""
    first: str
    last: str
    """The first and the last time of the series."""
    validation: tuple[str, str]
    """The first and the last time of the validation part; so is `test` for the test part."""
    test: tuple[str, str]
    n_origins: int
    """Forecasts in the test part, end to end."""
    candidates: tuple[Candidate, ...]
    """On the validation part, best first."""
    chosen: Accuracy
    """Of the chosen model on the test part, all places together; so is `baseline`."""
    baseline: Accuracy
    by_place: tuple[Accuracy, ...]
    by_ahead: tuple[Ahead, ...]
    coverage: float
    """The share of values that intervals were made to hold."""
    known: tuple[str, ...]
    """What is known ahead beside the calendar, where it was given."""
    compared: Figure | None
    """The ratio to the baseline on the test part of the chosen kind of model with what is known ahead where it was
    chosen without, without where it was chosen with."""
    seed: int
    set_aside: tuple[str, ...]
    """Series that cannot be foretold, with the reason."""
    notes: tuple[str, ...]

    @property
    def model(self) -> Candidate:
        """The candidate that was chosen."""
        return next(one for one in self.candidates if one.chosen)

    @property
    def best_net(self) -> Candidate | None:
        """The best recurrent network on the validation part."""
        return next((one for one in self.candidates if one.name in NETS), None)

    @property
    def is_baseline(self) -> bool:
        return self.model.name == BASELINE

    def to_json(self) -> dict[str, Any]:
        plain = (
            "name", "value", "by", "places", "n_rows", "step", "unit", "horizon", "season", "first", "last",
            "validation", "test", "n_origins", "coverage", "known", "seed", "set_aside", "notes",
        )  # fmt: skip
        record = {name: getattr(self, name) for name in plain}
        return {
            "schema": SCHEMA,
            **{name: list(value) if isinstance(value, tuple) else value for name, value in record.items()},
            "candidates": [one.to_json() for one in self.candidates],
            "chosen": self.chosen.to_json(),
            "baseline": self.baseline.to_json(),
            "by_place": [one.to_json() for one in self.by_place],
            "by_ahead": [one.to_json() for one in self.by_ahead],
            "compared": None if self.compared is None else self.compared.to_json(),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ForecastResult:
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
        }
        del fields["schema"]
        fields |= {
            "candidates": tuple(map(Candidate.from_json, record["candidates"])),
            "chosen": Accuracy.from_json(record["chosen"]),
            "baseline": Accuracy.from_json(record["baseline"]),
            "by_place": tuple(map(Accuracy.from_json, record["by_place"])),
            "by_ahead": tuple(map(Ahead.from_json, record["by_ahead"])),
            "compared": None if record["compared"] is None else Figure.from_json(record["compared"]),
        }
        return cls(**fields)
