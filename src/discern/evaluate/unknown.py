"""The exam on nonsense: of items that belong to no class, how many are answered `unknown`, each family by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, checked
from ..core.views import Record
from .calibration import resampled
from .intervals import Intervals
from .metrics import Array

SCHEMA = 1


@dataclass(frozen=True)
class Family(Record):
    """One kind of nonsense."""

    name: str
    words: str
    """What its items are."""
    caught: Figure
    """The share answered `unknown`."""
    sure: Figure
    """The mean probability that the model states for its answer to them."""

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "words": self.words, "caught": self.caught.to_json(), "sure": self.sure.to_json()}


@dataclass(frozen=True)
class Exam(Record):
    """What a model says to nonsense."""

    given_up: float
    """The share of known items that it was allowed to give up."""
    families: tuple[Family, ...]
    reasons: tuple[str, ...] = ()
    """What could not be asked, and why."""

    def to_json(self) -> dict[str, Any]:
        families = [family.to_json() for family in self.families]
        return {"schema": SCHEMA, "given_up": self.given_up, "families": families, "reasons": list(self.reasons)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Exam:
        """Raises DataError for another schema or an incomplete record."""
        with checked("unknown", record, SCHEMA):
            families = tuple(
                Family(one["name"], one["words"], Figure.from_json(one["caught"]), Figure.from_json(one["sure"]))
                for one in record["families"]
            )
            return cls(record["given_up"], families, tuple(record["reasons"]))


def family(
    name: str, words: str, unknown: NDArray[np.bool_], best: Array, *, units: NDArray[np.int64] | None = None
) -> Family:
    """Figures of one family from what was answered `(n,)` and the best probability `(n,)`; `units` as elsewhere."""
    n = len(unknown)
    unit = np.arange(n) if units is None else np.unique(units, return_inverse=True)[1].astype(np.int64)
    make = Intervals(int(unit.max()) + 1, n)
    values = np.stack([np.ones(n), unknown.astype(np.float64), best.astype(np.float64)], axis=1)
    totals = resampled(values, unit, 0)
    caught = make.share(float(unknown.sum()), n, make.n_units, totals[:, 1] / totals[:, 0], "no items")
    return Family(name, words, caught, make.bootstrap(float(best.mean()), n, totals[:, 2] / totals[:, 0], "no items"))
