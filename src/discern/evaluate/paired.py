"""Two models on the same items: the difference of each figure with its interval, and whether chance explains it.

Accuracy is tested by McNemar's exact test, or where items belong together by flipping the signs of whole units (see
`chance`). Figures are compared by the paired bootstrap: whole units are drawn, and both models are measured on the same
draw (B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", 1993).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, checked
from ..core.views import Record
from . import chance, metrics
from .intervals import Intervals, resample

SCHEMA = 1
OF_COUNTS = {
    "accuracy": metrics.accuracy,
    "balanced_accuracy": metrics.balanced_accuracy,
    "macro_f1": metrics.macro_f1,
    "kappa": metrics.kappa,
}
FIGURES = (*OF_COUNTS, "log_loss")
SIDES = ("first", "second", "difference")
Three = tuple[Figure, Figure, Figure]
"""The figure of the first, of the second, and the first less the second."""


def figures_to_json(figures: Mapping[str, Three]) -> dict[str, Any]:
    return {
        name: {side: one.to_json() for side, one in zip(SIDES, three, strict=True)} for name, three in figures.items()
    }


def figures_from_json(record: Mapping[str, Any]) -> dict[str, Three]:
    """Read what `figures_to_json` gave."""
    return {
        name: (Figure.from_json(one["first"]), Figure.from_json(one["second"]), Figure.from_json(one["difference"]))
        for name, one in record.items()
    }


@dataclass(frozen=True)
class Answers(Record):
    """What one model said about the items."""

    name: str
    answers: NDArray[np.str_]
    """`(n,)`."""
    of_truth: NDArray[np.float64]
    """The probability that it gave to the true label of each item, `(n,)`."""
    figures: Mapping[str, Figure]
    """What it came to by itself, as recorded."""


@dataclass(frozen=True)
class ClassCompared(Record):
    """The share found of one class, the first less the second."""

    label: str
    difference: Figure
    p: Figure
    """Corrected for all classes (Holm)."""

    @property
    def shown(self) -> bool:
        return self.p.value is not None and self.p.value <= chance.SHOWN


@dataclass(frozen=True)
class Comparison(Record):
    """The first model against the second, on the same test items."""

    first: str
    second: str
    n_items: int
    n_groups: int
    only_first: int
    """Items that the first alone answered rightly."""
    only_second: int
    figures: Mapping[str, Three]
    """Name -> the figure of the first, of the second, and the first less the second."""
    p: Figure
    """Of the difference in accuracy."""
    per_class: tuple[ClassCompared, ...]

    @property
    def difference(self) -> Figure:
        return self.figures["accuracy"][2]

    @property
    def shown(self) -> bool:
        """Whether one is shown to be right more often than the other."""
        return self.p.value is not None and self.p.value <= chance.SHOWN

    @property
    def better(self) -> str | None:
        """The run that is shown to be right more often; None where no difference is shown."""
        if not self.shown:
            return None
        return self.first if (self.difference.value or 0.0) > 0 else self.second

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "first": self.first,
            "second": self.second,
            "n_items": self.n_items,
            "n_groups": self.n_groups,
            "only_first_right": self.only_first,
            "only_second_right": self.only_second,
            "better": self.better,
            "figures": figures_to_json(self.figures),
            "p": self.p.to_json(),
            "per_class": [
                {"label": one.label, "difference": one.difference.to_json(), "p": one.p.to_json()}
                for one in self.per_class
            ],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Comparison:
        """Read what `to_json` wrote. Raises DataError for another schema or an incomplete record."""
        with checked("comparison", record, SCHEMA):
            classes = tuple(
                ClassCompared(one["label"], Figure.from_json(one["difference"]), Figure.from_json(one["p"]))
                for one in record["per_class"]
            )
            return cls(
                first=record["first"],
                second=record["second"],
                n_items=record["n_items"],
                n_groups=record["n_groups"],
                only_first=record["only_first_right"],
                only_second=record["only_second_right"],
                figures=figures_from_json(record["figures"]),
                p=Figure.from_json(record["p"]),
                per_class=classes,
            )


def compare(
    truth: NDArray[np.str_], first: Answers, second: Answers, units: NDArray[np.int64], *, seed: int = 0
) -> Comparison:
    """Hold two models against each other; `truth` and `units` are `(n,)`, in the order of both models' answers."""
    labels = sorted({*truth.tolist(), *first.answers.tolist(), *second.answers.tolist()})
    place = {label: i for i, label in enumerate(labels)}
    actual = _codes(truth, place)
    unit = chance.numbered(units)
    make = Intervals(int(unit.max()) + 1, len(truth))
    measured = [_measured(actual, one, place, unit, seed) for one in (first, second)]
    figures = {}
    for name in FIGURES:
        (value_a, draws_a), (value_b, draws_b) = measured[0][name], measured[1][name]
        gap = make.bootstrap(value_a - value_b, make.n_items, draws_a - draws_b, "one class only")
        figures[name] = (first.figures[name], second.figures[name], gap)
    right = first.answers == truth, second.answers == truth
    return Comparison(
        first=first.name,
        second=second.name,
        n_items=make.n_items,
        n_groups=make.n_units,
        only_first=int((right[0] & ~right[1]).sum()),
        only_second=int((right[1] & ~right[0]).sum()),
        figures=figures,
        p=_tested(*right, unit, make, seed),
        per_class=_per_class(truth, *right, unit, seed),
    )


def _measured(
    actual: NDArray[np.int64], one: Answers, place: Mapping[str, int], unit: NDArray[np.int64], seed: int
) -> dict[str, tuple[float, metrics.Array]]:
    """Each figure with its value and what it comes to in each resample; the same draws for the same `seed`."""
    answers, losses = _codes(one.answers, place), metrics.item_losses(one.of_truth)
    n = len(place)
    counts = metrics.tally(np.bincount(actual * n + answers, minlength=n * n).reshape(n, n))
    draws = resample(actual, answers, losses, unit, n, seed=seed)
    found = {name: (float(figure(counts)), figure(draws.tallies)) for name, figure in OF_COUNTS.items()}
    return found | {"log_loss": (float(losses.mean()), draws.losses)}


def _tested(
    right: NDArray[np.bool_], other: NDArray[np.bool_], unit: NDArray[np.int64], make: Intervals, seed: int
) -> Figure:
    """The p-value of a difference in how many are right."""
    only, alone = int((right & ~other).sum()), int((other & ~right).sum())
    if make.single:
        return Figure(chance.mcnemar(only, alone), None, None, make.n_items, "McNemar's exact test")
    scores = np.bincount(unit, right.astype(np.float64) - other)
    p = chance.sign_flips(scores.astype(np.float64), seed=seed)
    return Figure(p, None, None, make.n_items, f"sign-flip test over {make.n_units:,} groups")


def _per_class(
    truth: NDArray[np.str_], right: NDArray[np.bool_], other: NDArray[np.bool_], units: NDArray[np.int64], seed: int
) -> tuple[ClassCompared, ...]:
    """The share found of each class that has test items."""
    labels = sorted(set(truth.tolist()))
    gaps, tests = [], []
    for label in labels:
        rows = truth == label
        unit = chance.numbered(units[rows])
        make = Intervals(int(unit.max()) + 1, int(rows.sum()))
        gap = right[rows].astype(np.float64) - other[rows]
        sums = chance.resampled_sums(np.stack([np.bincount(unit, gap), np.bincount(unit)], axis=1), seed=seed)
        gaps.append(make.bootstrap(float(gap.mean()), make.n_items, metrics.ratio(sums[:, 0], sums[:, 1]), "no items"))
        tests.append(_tested(right[rows], other[rows], unit, make, seed))
    corrected = chance.holm([test.value for test in tests])
    method = f", corrected for {len(labels)} classes (Holm)"
    return tuple(
        ClassCompared(label, gap, Figure(p, None, None, test.n, test.method + method))
        for label, gap, test, p in zip(labels, gaps, tests, corrected, strict=True)
    )


def _codes(labels: NDArray[np.str_], place: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array([place[label] for label in labels.tolist()], dtype=np.int64)
