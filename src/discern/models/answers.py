"""What stands between a model's probabilities and its answer, at every door: calibration, sets of labels, `unknown`.

The records here are saved with the model (`codecs.trust` reads them). They are fitted in `calibrate` and beside it;
applying them needs NumPy alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record
from .known import Unknown
from .number_interval import NumberInterval

Array = NDArray[np.float64]

MOST_POINTS = 64
"""Of an isotonic curve."""
SMALLEST = 1e-30
"""In a logarithm a probability is taken as at least this; float32 holds smaller ones."""
KEPT_ORDER = 1e-3
"""Share of the uncalibrated probability in an isotonic one: what is level stays in the order that it had."""
EQUAL_SHARE = 1e-9
"""Added to what the labels behind the first share: where all of them have 0 they have equal shares."""
TEMPERATURES = (0.02, 50.0)
PREFIX = "trust."
"""Of the arrays that are saved for these records."""
BETWEEN = " | "
UNKNOWN = "unknown"
"""The answer for an item that is unlike what was learned; no class may be called so."""


@dataclass(frozen=True)
class Calibration(Record):
    """How a model's probabilities become those that it states; the most probable label stays the same.

    `temperature`: the softmax of `log(max(p, floor)) / temperature` (Guo et al., On Calibration of Modern Neural
    Networks, ICML 2017). `isotonic`: one rising curve for all classes, and the sum made 1 (Zhang, Kailkhura and Han,
    Mix-n-Match, ICML 2020: one curve keeps the order of the classes). `best` may follow on either.
    """

    method: Literal["temperature", "isotonic"]
    temperature: float = 1.0
    floor: float = SMALLEST
    points: tuple[tuple[float, float], ...] = ()
    """Of the isotonic curve: stated and calibrated probability, both rising."""
    best: tuple[tuple[float, float], ...] = ()
    """Of a curve for the most probable label alone, applied last, the others in proportion; empty where there is none.
    """

    @property
    def way(self) -> str:
        """`isotonic`, or `isotonic+best`."""
        return self.method + ("+best" if self.best else "")

    def apply(self, probabilities: NDArray[np.floating]) -> Array:
        """Calibrated probabilities `(n, n_classes)`, whose largest stands where it stood."""
        given = np.asarray(probabilities, np.float64)
        if self.method == "temperature":
            scaled = np.log(np.maximum(given, self.floor)) / self.temperature
            out = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        else:
            x, y = np.array(self.points).T
            out = (1 - KEPT_ORDER) * np.interp(given, x, y) + KEPT_ORDER * given
        out = out / out.sum(axis=1, keepdims=True)
        if self.best and out.shape[1] > 1:
            out = _with_best(given, out, self.best)
        return _same_first(given, out.astype(np.float32).astype(np.float64))

    def to_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "temperature": self.temperature,
            "floor": self.floor,
            "points": [list(point) for point in self.points],
            **({"best": [list(point) for point in self.best]} if self.best else {}),
        }


@dataclass(frozen=True)
class FittedOn(Record):
    """The items that calibration and thresholds were fitted on; learning did not see them."""

    how: Literal["kept", "folds"]
    """`kept`: a part that neither learned nor chose; `folds`: each item answered by a model of the other folds."""
    n_items: int
    n_units: int
    """Groups of items that belong together; equals `n_items` where each stands alone."""

    def to_json(self) -> dict[str, Any]:
        return {"how": self.how, "n_items": self.n_items, "n_units": self.n_units}


@dataclass(frozen=True)
class Sets(Record):
    """Sets of labels that hold the true one in a stated share of cases: all labels that are at least so probable.

    Split conformal prediction with the probability of the true label as the score (Sadinle, Lei and Wasserman, Least
    Ambiguous Set-Valued Classifiers, JASA 2019); the most probable label is always in the set.
    """

    coverage: float
    least: float
    """Labels of this probability and above are in the set."""

    def of(self, probabilities: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which labels are in the set of each item, `(n, n_classes)`, from stated probabilities of that shape."""
        given = np.asarray(probabilities, np.float64)
        inside: NDArray[np.bool_] = given >= self.least
        inside[np.arange(len(given)), given.argmax(axis=1)] = True
        return inside

    def to_json(self) -> dict[str, Any]:
        return {"coverage": self.coverage, "least": self.least}


@dataclass(frozen=True)
class Trust(Record):
    """All that is done to a model's probabilities before they are answers."""

    fitted_on: FittedOn
    calibration: Calibration | None = None
    sets: Sets | None = None
    unknown: Unknown | None = None
    interval: NumberInterval | None = None
    """Of a model that answers with numbers; it has none of the others."""

    def apply(self, probabilities: NDArray[np.floating]) -> NDArray[np.floating]:
        """The probabilities that the model states, `(n, n_classes)`."""
        return probabilities if self.calibration is None else self.calibration.apply(probabilities)

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """What is saved beside the model's own arrays."""
        return {} if self.unknown is None else {PREFIX + key: part for key, part in self.unknown.near.arrays().items()}

    def to_json(self) -> dict[str, Any]:
        parts = {"calibration": self.calibration, "sets": self.sets, "unknown": self.unknown}
        return {
            "fitted_on": self.fitted_on.to_json(),
            **{name: None if part is None else part.to_json() for name, part in parts.items()},
            **({} if self.interval is None else {"interval": self.interval.to_json()}),
        }


@dataclass(frozen=True, eq=False)
class Answers(Record):
    """What a model answers for some items."""

    probabilities: NDArray[np.float32]
    """As stated, `(n, n_classes)`."""
    unknown: NDArray[np.bool_] | None = None
    """`(n,)`; None where the model does not answer `unknown`."""
    sets: NDArray[np.bool_] | None = None
    """`(n, n_classes)`; None where it has no sets."""

    def labels(self, classes: NDArray[Any]) -> NDArray[Any]:
        """The answer to each item, `(n,)`: the most probable label, or `unknown`."""
        best: NDArray[Any] = classes[self.probabilities.argmax(axis=1)].astype(str)
        return best if self.unknown is None else np.where(self.unknown, UNKNOWN, best)

    def set_texts(self, classes: NDArray[Any]) -> list[str] | None:
        """The labels of each set, the most probable first, with ` | ` between them."""
        if self.sets is None:
            return None
        order = np.argsort(-self.probabilities, axis=1, kind="stable")
        names = classes.astype(str)
        return [
            BETWEEN.join(names[place] for place in row if inside[place])
            for row, inside in zip(order, self.sets, strict=True)
        ]


def _with_best(given: Array, out: Array, points: tuple[tuple[float, float], ...]) -> Array:
    """The most probable label of each row takes the height of the curve, and the others share what is left in
    proportion; it never falls below the second, so that the order stays."""
    rows, place = np.arange(len(out)), given.argmax(axis=1)
    was = out[rows, place]
    x, y = np.array(points).T
    others = out + EQUAL_SHARE
    others[rows, place] = 0.0
    others /= others.sum(axis=1, keepdims=True)
    second = others.max(axis=1)
    now = np.maximum((1 - KEPT_ORDER) * np.interp(was, x, y) + KEPT_ORDER * was, second / (1 + second))
    others *= (1 - now)[:, None]
    others[rows, place] = now
    return others


def _same_first(before: Array, after: Array) -> Array:
    """`after`, in float32, with its largest where `before` has it: rounding may have made equals of near ones."""
    best = before.argmax(axis=1)
    rows = np.flatnonzero(after.argmax(axis=1) != best)
    top = after[rows].max(axis=1).astype(np.float32)
    after[rows, best[rows]] = np.nextafter(top, np.float32(2))
    return after
