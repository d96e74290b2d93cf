"""Two models of a number on the same items: the difference of each figure with its interval, and whether chance
explains that one is nearer to the truth. See `paired` for models of classes.

The mean errors are tested by flipping the signs of whole units (see `chance`), which takes it that a unit's difference
would be as likely the other way round if the models were alike. Figures are compared by the paired bootstrap: both are
measured on the same draws of whole units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.records import Figure, checked
from ..core.views import Record
from . import chance
from .intervals import Intervals, blocks
from .metrics import Array
from .paired import Three, figures_from_json, figures_to_json
from .regression import ALL_THE_SAME, FIGURES, RegressionEvaluation, drawn_medians, drawn_sums, of_sums

SCHEMA = 1
FEWEST = 6
"""With fewer units even one that wins each of them has a p-value above 0.05: 2 of the 2^5 flips are so far from 0."""


@dataclass(frozen=True)
class NumberAnswers(Record):
    """What one model said about the items."""

    name: str
    answers: Array
    """`(n,)`, in the unit of the target."""
    figures: Mapping[str, Figure]
    """What it came to by itself, as recorded."""


@dataclass(frozen=True)
class NumberComparison(Record):
    """The first model of a number against the second, on the same items."""

    first: str
    second: str
    kind: str
    """What the items are: `table`."""
    target: str
    """The column that is predicted."""
    n_items: int
    n_groups: int
    nearer_first: int
    """Items where the first is nearer to the true number."""
    nearer_second: int
    figures: Mapping[str, Three]
    """Name -> the figure of the first, of the second, and the first less the second."""
    p: Figure
    """Of the difference in the mean error."""
    notes: tuple[str, ...] = ()

    task = RegressionEvaluation.task

    @property
    def difference(self) -> Figure:
        """Of the mean error, in the unit of the target: below 0 the first is nearer."""
        return self.figures["mae"][2]

    @property
    def shown(self) -> bool:
        """Whether one is shown to be nearer to the true numbers on average."""
        return self.p.value is not None and self.p.value <= chance.SHOWN

    @property
    def better(self) -> str | None:
        """The run that is shown to be nearer on average; None where no difference is shown."""
        if not self.shown:
            return None
        return self.first if (self.difference.value or 0.0) < 0 else self.second

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "task": self.task,
            "first": self.first,
            "second": self.second,
            "kind": self.kind,
            "target": self.target,
            "n_items": self.n_items,
            "n_groups": self.n_groups,
            "nearer_first": self.nearer_first,
            "nearer_second": self.nearer_second,
            "better": self.better,
            "figures": figures_to_json(self.figures),
            "p": self.p.to_json(),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> NumberComparison:
        """Read what `to_json` wrote. Raises DataError for another schema or an incomplete record."""
        with checked("comparison", record, SCHEMA):
            return cls(
                first=record["first"],
                second=record["second"],
                kind=record["kind"],
                target=record["target"],
                n_items=record["n_items"],
                n_groups=record["n_groups"],
                nearer_first=record["nearer_first"],
                nearer_second=record["nearer_second"],
                figures=figures_from_json(record["figures"]),
                p=Figure.from_json(record["p"]),
                notes=tuple(record["notes"]),
            )


def compare_numbers(
    truth: Array,
    first: NumberAnswers,
    second: NumberAnswers,
    units: NDArray[np.int64],
    *,
    target: str = "target",
    kind: str = "table",
    notes: Sequence[str] = (),
    seed: int = 0,
) -> NumberComparison:
    """Hold two models against each other; `truth` and `units` are `(n,)`, in the order of both models' answers.

    Raises DataError when there are no items, not as many answers as items, or numbers that are not finite.
    """
    n = len(truth)
    for what, numbers in (("true numbers", truth), (first.name, first.answers), (second.name, second.answers)):
        if not n or numbers.shape != (n,) or not np.isfinite(numbers).all():
            raise DataError(f"{what}: {len(numbers):,} numbers; expected {max(n, 1):,}, each of them finite")
    unit = chance.numbered(units)
    make = Intervals(int(unit.max()) + 1, n)
    one, other = np.abs(first.answers - truth), np.abs(second.answers - truth)
    figures = {
        name: (first.figures[name], second.figures[name], gap)
        for name, gap in _gaps(truth, one, other, unit, make, seed).items()
    }
    few = f"With {make.n_units:,} {make.counted} no difference can be shown; it takes {FEWEST} or more."
    return NumberComparison(
        first=first.name,
        second=second.name,
        kind=kind,
        target=target,
        n_items=n,
        n_groups=make.n_units,
        nearer_first=int((one < other).sum()),
        nearer_second=int((other < one).sum()),
        figures=figures,
        p=_tested(one, other, unit, make, seed),
        notes=(*notes, few) if make.n_units < FEWEST else tuple(notes),
    )


def _gaps(
    truth: Array, one: Array, other: Array, unit: NDArray[np.int64], make: Intervals, seed: int
) -> dict[str, Figure]:
    """The first less the second, figure by figure, by their absolute errors."""
    centred = truth - truth.mean()
    columns = {"n": np.ones(len(truth)), "y": centred, "yy": centred**2}
    for name, errors in (("first", one), ("second", other)):
        columns |= {f"{name} abs": errors, f"{name} sq": errors**2}
    whole = {name: column.sum(keepdims=True) for name, column in columns.items()}
    drawn = drawn_sums(columns, unit, seed)
    values, draws = ([of_sums(name, sums) for name in ("first", "second")] for sums in (whole, drawn))
    for place, errors in enumerate((one, other)):
        values[place]["median_error"] = np.median(errors, keepdims=True)
        draws[place]["median_error"] = drawn_medians(errors, unit, seed)
    return {
        name: make.bootstrap(
            float((values[0][name] - values[1][name])[0]), make.n_items, draws[0][name] - draws[1][name], ALL_THE_SAME
        )
        for name in FIGURES
    }


def _tested(one: Array, other: Array, unit: NDArray[np.int64], make: Intervals, seed: int) -> Figure:
    """The p-value of a difference between mean absolute errors."""
    size = float(np.mean(one + other)) or 1.0  # differences that are nothing beside the errors are none: rounding
    drawn = blocks(unit, seed)
    n_drawn = int(drawn.max()) + 1
    scores = np.bincount(drawn, (one - other) / size, n_drawn).astype(np.float64)
    p = chance.sign_flips(scores, seed=seed)
    blocked = f", in {n_drawn:,} random blocks" if n_drawn < make.n_units else ""
    return Figure(p, None, None, make.n_items, f"sign-flip test over {make.n_units:,} {make.counted}{blocked}")
