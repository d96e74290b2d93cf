"""How easily a model breaks: the share that it answers rightly while its pictures are distorted more and more.

The same items are answered as they are and distorted, so each loss is a difference in pairs, with an interval from the
paired bootstrap over units. A distortion is borne up to the strength where the whole range of the loss lies within
`TOLERATED`. After D. Hendrycks, T. Dietterich, "Benchmarking neural network robustness to common corruptions and
perturbations", 2019, who name the kinds of distortion and draw them as curves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, checked
from ..core.views import Record
from . import chance
from .intervals import Intervals
from .metrics import ratio

SCHEMA = 1
TOLERATED = 0.05
"""Points, as a share, that may be lost: what is borne loses no more, the far end of its range included."""
STRENGTHS: Mapping[str, tuple[float, ...]] = {
    "shift": (0.05, 0.1, 0.15, 0.2, 0.3),
    "rotation": (5, 10, 20, 30, 45),
    "scale": (1.1, 1.25, 1.5, 1.75, 2),
    "blur": (0.01, 0.02, 0.04, 0.06, 0.1),
    "noise": (0.05, 0.1, 0.2, 0.3, 0.4),
    "darkness": (0.2, 0.4, 0.6, 0.8, 0.9),
    "cropping": (0.05, 0.1, 0.2, 0.3, 0.4),
}
"""Each kind with its strengths, weakest first: shares of a side, degrees, times as large or as small, the standard
deviation of the blur in shares of the shorter side and of the noise in shares of white, shares of the light."""
TEXT_STRENGTHS: Mapping[str, tuple[float, ...]] = {
    "misspelling": (0.02, 0.05, 0.1, 0.2, 0.4),
    "case": (0.1, 0.25, 0.5, 1),
    "missing words": (0.05, 0.1, 0.2, 0.3, 0.5),
}
"""Of texts: shares of the words, and of the letters."""
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Point(Record):
    """One strength: what is still answered rightly, and what is lost."""

    strength: float
    accuracy: Figure
    loss: Figure
    """The share answered rightly of the pictures as they are, less this one; above 0 is worse."""

    @property
    def borne(self) -> bool:
        """Whether the loss is shown to be small; without a range, only where there is none at all."""
        if self.loss.high is None:
            return self.loss.value == 0
        return self.loss.high <= TOLERATED

    @property
    def lost(self) -> bool:
        """Whether more is shown to be lost than is tolerated."""
        return self.loss.low is not None and self.loss.low > TOLERATED


@dataclass(frozen=True)
class Curve(Record):
    """One kind of distortion, from the weakest strength to the strongest."""

    kind: str
    points: tuple[Point, ...]

    @property
    def bears(self) -> Point | None:
        """The strongest that is borne, all weaker ones borne too."""
        borne = None
        for point in self.points:
            if not point.borne:
                break
            borne = point
        return borne

    @property
    def breaks(self) -> Point | None:
        """The first that is not shown to be borne."""
        return next((point for point in self.points if not point.borne), None)


@dataclass(frozen=True)
class Robustness(Record):
    """The curves of one model."""

    n_items: int
    n_groups: int
    accuracy: Figure
    """Of the same items as they are."""
    curves: tuple[Curve, ...]
    n_test: int
    """How many items the test part has; of a larger one some are drawn."""
    reason: str = ""
    """Why there are no curves."""
    baseline: Figure | None = None
    """The accuracy of the baseline on the test part: what guessing comes to."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "n_items": self.n_items,
            "n_groups": self.n_groups,
            "n_test": self.n_test,
            "tolerated": TOLERATED,
            "reason": self.reason,
            "accuracy": self.accuracy.to_json(),
            "baseline": self.baseline and self.baseline.to_json(),
            "curves": {
                curve.kind: [
                    {"strength": point.strength, "accuracy": point.accuracy.to_json(), "loss": point.loss.to_json()}
                    for point in curve.points
                ]
                for curve in self.curves
            },
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Robustness:
        """Read what `to_json` wrote. Raises DataError for another schema or an incomplete record."""
        with checked("robustness", record, SCHEMA):
            curves = tuple(
                Curve(
                    kind,
                    tuple(
                        Point(one["strength"], Figure.from_json(one["accuracy"]), Figure.from_json(one["loss"]))
                        for one in points
                    ),
                )
                for kind, points in record["curves"].items()
            )
            accuracy = Figure.from_json(record["accuracy"])
            baseline = record["baseline"] and Figure.from_json(record["baseline"])
            counts = record["n_items"], record["n_groups"]
            return cls(*counts, accuracy, curves, record["n_test"], record["reason"], baseline)


def robustness(
    right: Bools,
    distorted: Mapping[str, Sequence[tuple[float, Bools]]],
    units: NDArray[np.int64],
    *,
    n_test: int,
    baseline: Figure | None = None,
    seed: int = 0,
) -> Robustness:
    """Curves from what was answered rightly: `right` `(n,)` as they are, and for each kind its strengths with the same.

    Where each item stands alone the accuracies have Wilson's interval, else the bootstrap over units. Losses have the
    paired bootstrap, and no interval where each item comes out as before.
    """
    unit = chance.numbered(units)
    make = Intervals(int(unit.max()) + 1, len(right))
    size = np.bincount(unit).astype(np.float64)

    def of(now: Bools) -> tuple[Figure, Figure]:
        found = [np.bincount(unit, now), np.bincount(unit, right.astype(np.float64) - now), size]
        sums = chance.resampled_sums(np.stack(found, axis=1), seed=seed)
        share = make.share(float(now.sum()), make.n_items, make.n_units, ratio(sums[:, 0], sums[:, 2]), "no items")
        lost = float(right.mean() - now.mean())
        if np.array_equal(now, right):
            return share, Figure(0.0, None, None, make.n_items, "no interval: each item is answered as before")
        return share, make.bootstrap(lost, make.n_items, ratio(sums[:, 1], sums[:, 2]), "no items")

    curves = tuple(
        Curve(kind, tuple(Point(strength, *of(now)) for strength, now in points)) for kind, points in distorted.items()
    )
    return Robustness(make.n_items, make.n_units, of(right)[0], curves, n_test, baseline=baseline)


def cannot(reason: str, n_test: int) -> Robustness:
    """A record that says why there is nothing to measure."""
    return Robustness(0, 0, Figure(None, None, None, 0, f"not measured: {reason}"), (), n_test, reason)
