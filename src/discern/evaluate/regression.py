"""From true numbers and answers to a RegressionEvaluation: every figure with its interval, beside a baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import DataError
from ..core.records import Figure, checked
from ..core.seeds import generator
from ..core.views import Record
from .intervals import RESAMPLES, Intervals, blocks, median_bounds
from .metrics import Array

SCHEMA = 1
FIGURES = ("r2", "mae", "rmse", "median_error")
FIFTHS = 5
FEW = 100
"""Below so many tested items one of them moves the figures by much."""
ALL_THE_SAME = "all true numbers are the same"
AT_A_TIME = 64
"""Resamples that are drawn together."""


@dataclass(frozen=True)
class Fifth(Record):
    """Items whose answers lie from `low` to `high`: what was answered on average, and what was true."""

    low: float
    high: float
    n: int
    answered: Figure
    true: Figure

    def to_json(self) -> dict[str, Any]:
        return {
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "answered": self.answered.to_json(),
            "true": self.true.to_json(),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Fifth:
        figures = (Figure.from_json(record[name]) for name in ("answered", "true"))
        return cls(record["low"], record["high"], record["n"], *figures)


@dataclass(frozen=True)
class Ranges(Record):
    """How the intervals that stand beside the answers came out."""

    asked: float
    """The share of items that they are meant to hold."""
    coverage: Figure
    """The share of the tested items that they did hold."""
    width: Figure
    """Their mean width, in the unit of the target."""

    def to_json(self) -> dict[str, Any]:
        return {"asked": self.asked, "coverage": self.coverage.to_json(), "width": self.width.to_json()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Ranges:
        return cls(record["asked"], *(Figure.from_json(record[name]) for name in ("coverage", "width")))


@dataclass(frozen=True, repr=False)
class RegressionEvaluation(Record):
    """What a model that answers with numbers came to on items that learning never saw."""

    kind: str
    """What the items are: `table`."""
    target: str
    """The column that is predicted."""
    n_items: int
    n_groups: int
    """Units that can be drawn by themselves; equals `n_items` when no items belong together."""
    figures: Mapping[str, Figure]
    """`r2`; `mae`, `rmse`, `median_error` in the unit of the target."""
    baseline_name: str
    baseline_figures: Mapping[str, Figure]
    fifths: tuple[Fifth, ...]
    """The items in fifths by their answers, the lowest first."""
    ranges: Ranges | None = None
    notes: tuple[str, ...] = ()

    task = "regression"

    def __repr__(self) -> str:
        mae, base = self.figures["mae"], self.baseline_figures["mae"]
        return f"<Evaluation of {self.target!r}: off by {mae} on {self.n_items:,} items; {self.baseline_name} {base}>"

    @property
    def better(self) -> bool:
        """Whether the answers are clearly nearer to the truth than the mean is: R2, interval and all, is above 0."""
        r2 = self.figures["r2"]
        low = r2.value if r2.low is None else r2.low
        return low is not None and low > 0

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "task": self.task,
            "target": self.target,
            "n_items": self.n_items,
            "n_groups": self.n_groups,
            "figures": {name: figure.to_json() for name, figure in self.figures.items()},
            "baseline": {
                "name": self.baseline_name,
                "figures": {name: figure.to_json() for name, figure in self.baseline_figures.items()},
            },
            "fifths": [fifth.to_json() for fifth in self.fifths],
            "ranges": None if self.ranges is None else self.ranges.to_json(),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> RegressionEvaluation:
        """Read what `to_json` wrote. Raises DataError when the record is of a newer schema or lacks something."""
        with checked("evaluation", record, SCHEMA):
            return cls(
                kind=record["kind"],
                target=record["target"],
                n_items=record["n_items"],
                n_groups=record["n_groups"],
                figures={name: Figure.from_json(one) for name, one in record["figures"].items()},
                baseline_name=record["baseline"]["name"],
                baseline_figures={name: Figure.from_json(one) for name, one in record["baseline"]["figures"].items()},
                fifths=tuple(Fifth.from_json(one) for one in record["fifths"]),
                ranges=None if record["ranges"] is None else Ranges.from_json(record["ranges"]),
                notes=tuple(record["notes"]),
            )


def evaluate_numbers(
    truth: ArrayLike,
    answers: ArrayLike,
    *,
    baseline: ArrayLike,
    baseline_name: str = "mean",
    target: str = "target",
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    asked: float | None = None,
    units: ArrayLike | None = None,
    kind: str = "table",
    notes: Sequence[str] = (),
    seed: int = 0,
) -> RegressionEvaluation:
    """Measure `answers` `(n_items,)` against `truth` `(n_items,)`, beside a baseline's (one number, or one each).

    `low` and `high` `(n_items,)` are intervals meant to hold the truth in the share `asked`. `units` `(n_items,)` says
    which items belong together; left out, each stands alone. Intervals are 95 %: of shares Wilson's, of the median
    error by order statistics (both where each item stands alone), of all else by the bootstrap over units. R2 is
    1 - (squared errors) / (squared distances from the mean of the tested items), as scikit-learn has it.
    `notes` are sentences to put before those that the figures call for. Raises DataError when shapes do not fit, or
    numbers are not finite.
    """
    true, given = _numbers(truth, "true numbers"), _numbers(answers, "answers")
    n = len(true)
    base = np.broadcast_to(np.asarray(baseline, np.float64), (n,)) if np.ndim(baseline) == 0 else baseline
    base = _numbers(base, "answers of the baseline")
    if not n or not len(given) == len(base) == n:
        raise DataError(
            f"{n} true numbers, {len(given)} answers, {len(base)} of the baseline; expected as many of each"
        )
    unit = np.unique(np.arange(n) if units is None else np.asarray(units), return_inverse=True)[1].astype(np.int64)
    if len(unit) != n:
        raise DataError(f"{len(unit)} units but {n} items; expected one unit an item")
    make = Intervals(int(unit.max()) + 1, n)
    fifth = _fifths(given)
    held = width = None
    if low is not None and high is not None:
        ends = _numbers(low, "lower ends"), _numbers(high, "upper ends")
        held, width = ((true >= ends[0]) & (true <= ends[1])).astype(np.float64), ends[1] - ends[0]
    centred = true - true.mean()
    columns = {"n": np.ones(n), "y": centred, "yy": centred**2}
    for name, numbers in (("model", given), ("base", base)):
        errors = np.abs(numbers - true)
        columns |= {f"{name} abs": errors, f"{name} sq": errors**2}
    if held is not None and width is not None:
        columns |= {"held": held, "width": width}
    number = int(fifth.max()) + 1
    for each in range(number):
        inside = (fifth == each).astype(np.float64)
        columns |= {f"n of {each}": inside, f"y of {each}": inside * centred}
    drawn = drawn_sums(columns, unit, seed)
    whole = {name: float(column.sum()) for name, column in columns.items()}
    figures, base_figures = (
        _figures(name, whole, drawn, make, np.abs(numbers - true), unit, seed)
        for name, numbers in (("model", given), ("base", base))
    )
    ranges = None
    if held is not None and asked is not None:
        coverage = make.share(whole["held"], n, make.n_units, drawn["held"] / drawn["n"], "no items")
        ranges = Ranges(asked, coverage, make.bootstrap(whole["width"] / n, n, drawn["width"] / drawn["n"], "no items"))
    fifths = tuple(
        _fifth(each, given[fifth == each], true[fifth == each], drawn, float(true.mean()), unit[fifth == each])
        for each in range(number)
    )
    return RegressionEvaluation(
        kind=kind,
        target=target,
        n_items=n,
        n_groups=make.n_units,
        figures=figures,
        baseline_name=baseline_name,
        baseline_figures=base_figures,
        fifths=fifths,
        ranges=ranges,
        notes=(*notes, *_notes(true, given, make, ranges)),
    )


def _figures(
    name: str,
    whole: Mapping[str, float],
    drawn: Mapping[str, Array],
    make: Intervals,
    errors: Array,
    units: NDArray[np.int64],
    seed: int,
) -> dict[str, Figure]:
    """The figures of one set of answers, by its sums over all items and over each resample."""
    n = int(whole["n"])
    draws = of_sums(name, drawn)
    all_spread = whole["yy"]
    value = 1 - whole[f"{name} sq"] / all_spread if all_spread > 0 else math.nan
    return {
        "r2": make.bootstrap(value, n, draws["r2"], ALL_THE_SAME),
        "mae": make.bootstrap(whole[f"{name} abs"] / n, n, draws["mae"], "no items"),
        "rmse": make.bootstrap(math.sqrt(whole[f"{name} sq"] / n), n, draws["rmse"], "no items"),
        "median_error": _median(errors, units, make, seed),
    }


def of_sums(name: str, sums: Mapping[str, Array]) -> dict[str, Array]:
    """R2 and the two mean errors of one set of answers, by sums of `drawn_sums`; R2 is NaN where all truth is alike."""
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = sums["yy"] - sums["y"] ** 2 / sums["n"]
        r2 = np.where(spread > 0, 1 - sums[f"{name} sq"] / spread, np.nan)
        return {"r2": r2, "mae": sums[f"{name} abs"] / sums["n"], "rmse": np.sqrt(sums[f"{name} sq"] / sums["n"])}


def _median(errors: Array, units: NDArray[np.int64], make: Intervals, seed: int) -> Figure:
    """The median error: by order statistics where each item stands alone, else by the bootstrap over units."""
    value, n = float(np.median(errors)), len(errors)
    if make.single:
        bounds = median_bounds(n)
        if bounds is None:
            return Figure(value, None, None, n, f"no interval: {n} items are too few for one of a median")
        ordered = np.sort(errors)
        return Figure(value, float(ordered[bounds[0]]), float(ordered[bounds[1]]), n, "order statistics, 95 %")
    return make.bootstrap(value, n, drawn_medians(errors, units, seed), "no items")


def drawn_medians(errors: Array, units: NDArray[np.int64], seed: int) -> Array:
    """The median error in each resample of the units, the same resamples as in `drawn_sums`, `(n_resamples,)`."""
    order = np.argsort(errors, kind="stable")
    ordered, unit = errors[order], blocks(units, seed)[order]
    random, n_units = generator(seed, "bootstrap"), int(unit.max()) + 1
    medians = np.empty(RESAMPLES)
    for each in range(RESAMPLES):
        times = np.bincount(random.integers(0, n_units, n_units), minlength=n_units)
        reached = np.cumsum(times[unit])
        middle = np.searchsorted(reached, [(reached[-1] + 1) // 2, reached[-1] // 2 + 1])
        medians[each] = ordered[middle].mean()
    return medians


def drawn_sums(columns: Mapping[str, Array], units: NDArray[np.int64], seed: int) -> dict[str, Array]:
    """Sums of each column over resamples of the units (Efron, 1979), `(n_resamples,)` each."""
    unit = blocks(units, seed)
    n_units = int(unit.max()) + 1
    sums = np.stack([np.bincount(unit, column, n_units) for column in columns.values()], axis=1)
    random = generator(seed, "bootstrap")
    found = np.empty((RESAMPLES, sums.shape[1]))
    for start in range(0, RESAMPLES, AT_A_TIME):
        rows = min(AT_A_TIME, RESAMPLES - start)
        times = np.empty((rows, n_units))
        for row in range(rows):
            times[row] = np.bincount(random.integers(0, n_units, n_units), minlength=n_units)
        found[start : start + rows] = times @ sums
    return dict(zip(columns, found.T, strict=True))


def _fifths(answers: Array) -> NDArray[np.int64]:
    """The fifth of each item by its answer, from 0; equal answers stand together, so there may be fewer than five."""
    edges = np.quantile(answers, np.arange(1, FIFTHS) / FIFTHS, method="lower")
    place = np.searchsorted(edges, answers, side="left")
    return np.unique(place, return_inverse=True)[1].astype(np.int64)


def _fifth(
    each: int, answers: Array, true: Array, drawn: Mapping[str, Array], shift: float, units: NDArray[np.int64]
) -> Fifth:
    n = len(answers)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = drawn[f"y of {each}"] / drawn[f"n of {each}"] + shift
    make = Intervals(len(np.unique(units)), n)
    answered = Figure(float(answers.mean()), None, None, n, "the mean of the answers themselves")
    figure = make.bootstrap(float(true.mean()), n, means, "no items")
    return Fifth(float(answers.min()), float(answers.max()), n, answered, figure)


def _notes(true: Array, answers: Array, make: Intervals, ranges: Ranges | None) -> tuple[str, ...]:
    """What a reader must know to read the figures rightly."""
    found = []
    if make.n_units < FEW:
        found.append(f"Only {make.n_units:,} {make.counted} were tested; a few others could change every figure.")
    if np.ptp(true) == 0:
        found.append("All tested items have the same true number, so R2 is not defined.")
    elif np.ptp(answers) == 0:
        found.append("Every answer is the same number.")
    if ranges is not None and ranges.coverage.high is not None and ranges.coverage.high < ranges.asked:
        found.append(
            f"The intervals held {100 * (ranges.coverage.value or 0):.1f} % of the true numbers, fewer than the "
            f"{100 * ranges.asked:g} % asked for."
        )
    return tuple(found)


def _numbers(values: ArrayLike, what: str) -> Array:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1:
        raise DataError(f"{what} of shape {numbers.shape}; expected one number an item")
    if not np.isfinite(numbers).all():
        raise DataError(f"{what} hold NaN or infinity; expected finite numbers")
    return numbers
