"""At which threshold to answer with one label: what it costs, and how many false alarms come with each true hit.

One label against all others: an item whose probability for it reaches the threshold is answered with it (an alarm). The
threshold is chosen on one set of items and measured on another. With a stated prevalence, items of the label and others
are weighted so that they have the shares of the real world: rates are the test part's, their mixture is not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.records import Figure, checked
from ..core.seeds import generator
from ..core.views import Record
from . import chance
from .intervals import RESAMPLES, Intervals
from .metrics import Array, ratio

SCHEMA = 1
POINTS = 40
"""At most so many thresholds for the curves: probabilities of items, the closer together the higher they rank."""
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Operating(Record):
    """One threshold, and what it comes to on the test part."""

    threshold: float
    figures: Mapping[str, Figure]
    """`precision`, `recall` (the share found), `false_alarm_rate` (of the others, the share that is alarmed about),
    `cost` (an item) and `false_alarms_per_hit`; precision, cost and the last at the stated prevalence."""

    def to_json(self) -> dict[str, Any]:
        return {
            "threshold": self.threshold,
            "figures": {name: figure.to_json() for name, figure in self.figures.items()},
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Operating:
        figures = {name: Figure.from_json(figure) for name, figure in record["figures"].items()}
        return cls(record["threshold"], figures)


@dataclass(frozen=True)
class OperatingPoints(Record):
    """The curves of one label, and the threshold for the stated costs."""

    label: str
    n_items: int
    n_of_label: int
    costs: tuple[float, float]
    """Of a miss, of a false alarm."""
    prevalence: float | None
    """As stated; None for the share in the test part."""
    chosen_on: str
    """In words: what the threshold was chosen on."""
    chosen: Operating | None
    usual: Operating | None
    """Answering with the label where its probability is at least a half."""
    never: Figure
    """What it costs an item never to raise an alarm."""
    always: Figure
    average_precision: Figure
    curve: tuple[Operating, ...] = ()
    reason: str = ""
    """Why something cannot be computed."""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "label": self.label,
            "n_items": self.n_items,
            "n_of_label": self.n_of_label,
            "costs": {"miss": self.costs[0], "false_alarm": self.costs[1]},
            "prevalence": self.prevalence,
            "chosen_on": self.chosen_on,
            "reason": self.reason,
            "notes": list(self.notes),
            "chosen": self.chosen and self.chosen.to_json(),
            "usual": self.usual and self.usual.to_json(),
            "never": self.never.to_json(),
            "always": self.always.to_json(),
            "average_precision": self.average_precision.to_json(),
            "curve": [point.to_json() for point in self.curve],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> OperatingPoints:
        """Read what `to_json` wrote. Raises DataError for another schema or an incomplete record."""
        with checked("operating point", record, SCHEMA):
            return cls(
                label=record["label"],
                n_items=record["n_items"],
                n_of_label=record["n_of_label"],
                costs=(record["costs"]["miss"], record["costs"]["false_alarm"]),
                prevalence=record["prevalence"],
                chosen_on=record["chosen_on"],
                chosen=record["chosen"] and Operating.from_json(record["chosen"]),
                usual=record["usual"] and Operating.from_json(record["usual"]),
                never=Figure.from_json(record["never"]),
                always=Figure.from_json(record["always"]),
                average_precision=Figure.from_json(record["average_precision"]),
                curve=tuple(map(Operating.from_json, record["curve"])),
                reason=record["reason"],
                notes=tuple(record["notes"]),
            )


def best_threshold(scores: Array, is_label: Bools, costs: tuple[float, float], prevalence: float | None) -> float:
    """The threshold with the least cost on these items, `(n,)` each; of equals the highest, and between two scores.

    Raises DataError where the items are all of the label, or none is.
    """
    n_of, n_other = int(is_label.sum()), int((~is_label).sum())
    if not n_of or not n_other:
        raise DataError("a threshold needs items of the label and of others to be chosen on")
    share = n_of / len(scores) if prevalence is None else prevalence
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    hits, alarms = np.r_[0, np.cumsum(is_label[order])], np.r_[0, np.cumsum(~is_label[order])]
    cost = share * costs[0] * (1 - hits / n_of) + (1 - share) * costs[1] * alarms / n_other
    ends = np.r_[True, ranked[:-1] != ranked[1:], True]  # a threshold cannot part equal scores
    cost = np.where(ends, cost, np.inf)
    place = int(np.argmin(np.round(cost, 12)))
    above = 1.0 if place == 0 else float(ranked[place - 1])
    below = 0.0 if place == len(ranked) else float(ranked[place])
    if place == 0:
        return math.nextafter(max(1.0, above), 2.0)  # no item reaches it
    return 0.0 if place == len(ranked) else (above + below) / 2


def by_costs(costs: tuple[float, float], prevalence: float | None, learned: float) -> float:
    """The threshold that costs least where probabilities are true: no items are needed for it.

    `learned` is the share of the label among the items that the model learned from; a stated prevalence that is another
    moves the threshold. Source: C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, theorem 2.
    """
    threshold = costs[1] / (costs[0] + costs[1])
    if prevalence is None or not 0 < learned < 1 or threshold in (0, 1):
        return threshold
    odds = threshold / (1 - threshold) * (1 - prevalence) / prevalence * learned / (1 - learned)
    return odds / (1 + odds)


@dataclass(frozen=True)
class Items:
    """The items that thresholds are measured on."""

    scores: Array
    """Probability of the label, `(n,)`."""
    is_label: Bools
    units: NDArray[np.int64]


def measured(
    items: Items,
    label: str,
    threshold: float | None,
    chosen_on: str,
    *,
    costs: tuple[float, float],
    prevalence: float | None,
    notes: tuple[str, ...] = (),
    seed: int = 0,
) -> OperatingPoints:
    """Measure `threshold`, the usual one, and the curves; with one class alone, say what cannot be computed."""
    n, n_of = len(items.scores), int(items.is_label.sum())
    reason = ""
    if n_of in (0, n):
        every = "no" if n_of == 0 else "every"
        reason = f"{every} test item is {label!r}, so hits cannot be weighed against false alarms"
    elif np.ptp(items.scores) < 1e-9:
        reason = f"the model gives every item the same probability of {label!r}, so no threshold tells any apart"
    none = Figure(None, None, None, n, f"not defined: {reason}")
    if reason:
        return OperatingPoints(
            label, n, n_of, costs, prevalence, chosen_on, None, None, none, none, none, (), reason, notes
        )
    make = Intervals(len(np.unique(items.units)), n)
    ranks = np.unique(np.geomspace(1, n, POINTS).round().astype(np.int64)) - 1
    thresholds = np.unique(np.sort(items.scores)[::-1][ranks])[::-1]
    asked = [*thresholds.tolist(), 0.5, *([] if threshold is None else [threshold])]
    points = _points(items, asked, costs, prevalence, seed)
    chosen = points.pop() if threshold is not None else None
    if prevalence is None:
        share = _share_of_label(items, make, seed)
    else:
        share = Figure(prevalence, None, None, n, "no interval: stated, not measured")
    return OperatingPoints(
        label=label,
        n_items=n,
        n_of_label=n_of,
        costs=costs,
        prevalence=prevalence,
        chosen_on=chosen_on,
        chosen=chosen,
        usual=points.pop(),
        never=_times(share, costs[0], n),
        always=_times(_rest(share), costs[1], n),
        average_precision=_average_precision(items, seed),
        curve=tuple(points),
        notes=notes,
    )


def _points(
    items: Items, thresholds: list[float], costs: tuple[float, float], prevalence: float | None, seed: int
) -> list[Operating]:
    """Every threshold measured, with the same draws for all."""
    unit, of = chance.numbered(items.units), items.is_label
    n_units = int(unit.max()) + 1
    alarms = [items.scores >= threshold for threshold in thresholds]
    columns = [of, ~of, *(part for alarm in alarms for part in (alarm & of, alarm & ~of))]
    per_unit = np.stack([np.bincount(unit, column, n_units) for column in columns], axis=1)
    sums = chance.resampled_sums(per_unit.astype(np.float64), seed=seed)
    return [
        Operating(float(one), _figures(unit, of, alarm, sums[:, [0, 1, 2 * i + 2, 2 * i + 3]], costs, prevalence))
        for i, (one, alarm) in enumerate(zip(thresholds, alarms, strict=True))
    ]


def _figures(
    unit: NDArray[np.int64],
    of: Bools,
    alarm: Bools,
    sums: Array,
    costs: tuple[float, float],
    prevalence: float | None,
) -> dict[str, Figure]:
    """Of one threshold. `sums` `(n_resamples, 4)`: items of the label, others, hits, false alarms."""
    n, n_of, n_other = len(of), int(of.sum()), int((~of).sum())
    hit, false = float((alarm & of).sum()), float((alarm & ~of).sum())
    behind = [len(np.unique(unit[rows])) for rows in (of, ~of, alarm)]
    hits, others = ratio(sums[:, 2], sums[:, 0]), ratio(sums[:, 3], sums[:, 1])
    recall = Intervals(behind[0], n_of).share(hit, n_of, behind[0], hits, "no item is of the label")
    alarms = Intervals(behind[1], n_other).share(false, n_other, behind[1], others, "every item is of the label")
    if prevalence is None:
        share = n_of / n
        right = ratio(sums[:, 2], sums[:, 2] + sums[:, 3])
        make = Intervals(behind[2], int(hit + false))
        precision = make.share(hit, hit + false, behind[2], right, "no item is alarmed about")
    else:
        share = prevalence
        precision = _precision(alarms, recall, share, n)
    return {
        "precision": precision,
        "recall": recall,
        "false_alarm_rate": alarms,
        "cost": cost_of(alarms, recall, share * costs[0], (1 - share) * costs[1]),
        "false_alarms_per_hit": _times(per_hit(alarms, recall), (1 - share) / share, n),
    }


def _share_of_label(items: Items, make: Intervals, seed: int) -> Figure:
    """The share of the label among the items."""
    unit = chance.numbered(items.units)
    per_unit = np.stack([np.bincount(unit, items.is_label), np.bincount(unit)], axis=1).astype(np.float64)
    sums = chance.resampled_sums(per_unit, seed=seed)
    n_of = float(items.is_label.sum())
    return make.share(n_of, make.n_items, make.n_units, ratio(sums[:, 0], sums[:, 1]), "no items")


def _rest(share: Figure) -> Figure:
    """The share of the other items."""
    value = None if share.value is None else 1 - share.value
    low, high = (None if bound is None else 1 - bound for bound in (share.high, share.low))
    return Figure(value, low, high, share.n, share.method)


def per_hit(false: Figure, hit: Figure) -> Figure:
    """One rate by another of other items, `false / hit`, with an interval from those of the two (MOVER).

    Source: A. Donner, G. Zou, "Closed-form confidence intervals for functions of the normal mean and standard
    deviation", Statistical Methods in Medical Research 21, 2012.
    """
    n = false.n + hit.n
    if false.value is None or not hit.value:
        return Figure(None, None, None, n, "not defined: nothing is found at this threshold")
    value = false.value / hit.value
    if false.low is None or false.high is None or hit.low is None or hit.high is None:
        return Figure(value, None, None, n, f"no interval: {false.method if false.low is None else hit.method}")
    both = false.value * hit.value
    low_room = false.low * hit.high * (2 * false.value - false.low) * (2 * hit.value - hit.high)
    high_room = false.high * hit.low * (2 * false.value - false.high) * (2 * hit.value - hit.low)
    low, high = both - math.sqrt(max(0.0, both**2 - low_room)), both + math.sqrt(max(0.0, both**2 - high_room))
    below, above = hit.high * (2 * hit.value - hit.high), hit.low * (2 * hit.value - hit.low)
    bounds = (low / below if below > 0 else 0.0, high / above if above > 0 else math.inf)
    if not math.isfinite(bounds[1]):
        return Figure(value, None, None, n, "no interval: too few items of the label are found")
    return Figure(value, max(0.0, bounds[0]), bounds[1], n, "from the intervals of both rates (MOVER), 95 %")


def cost_of(false: Figure, hit: Figure, miss_costs: float, alarm_costs: float) -> Figure:
    """What misses and false alarms cost together, with an interval from those of the two rates (MOVER).

    A bootstrap would make nothing of misses that were not seen. Source: G. Zou, A. Donner, "Construction of confidence
    limits about effect measures: a general approach", Statistics in Medicine 27, 2008.
    """
    n = false.n + hit.n
    if false.value is None or hit.value is None:
        return Figure(None, None, None, n, f"not defined: {false.method if false.value is None else hit.method}")
    value = miss_costs * (1 - hit.value) + alarm_costs * false.value
    if false.low is None or false.high is None or hit.low is None or hit.high is None:
        return Figure(value, None, None, n, f"no interval: {false.method if false.low is None else hit.method}")
    low = value - math.hypot(miss_costs * (hit.high - hit.value), alarm_costs * (false.value - false.low))
    high = value + math.hypot(miss_costs * (hit.value - hit.low), alarm_costs * (false.high - false.value))
    return Figure(value, low, high, n, "from the intervals of both rates (MOVER), 95 %")


def _times(figure: Figure, factor: float, n: int) -> Figure:
    if figure.value is None:
        return figure
    low, high = (None if bound is None else bound * factor for bound in (figure.low, figure.high))
    return Figure(figure.value * factor, low, high, n, figure.method)


def _precision(false: Figure, hit: Figure, share: float, n: int) -> Figure:
    """The share of alarms that is right at a prevalence: `1 / (1 + false alarms per hit)`."""
    odds = _times(per_hit(false, hit), (1 - share) / share, n)
    if odds.value is None:
        nothing = "not defined: no item is alarmed about" if not false.value else odds.method
        if false.value and hit.value == 0:
            return Figure(0.0, None, None, n, "no interval: nothing is found at this threshold")
        return Figure(None, None, None, n, nothing)
    low = None if odds.high is None else 1 / (1 + odds.high)
    high = None if odds.low is None else 1 / (1 + odds.low)
    return Figure(1 / (1 + odds.value), low, high, n, odds.method)


def _average_precision(items: Items, seed: int) -> Figure:
    """The mean precision over the hits, each at the threshold that just finds it, as scikit-learn computes it."""
    unit = chance.numbered(items.units)
    make = Intervals(int(unit.max()) + 1, len(unit))
    order = np.argsort(-items.scores, kind="stable")
    ranked, of = items.scores[order], items.is_label[order].astype(np.float64)
    ends = np.flatnonzero(np.r_[ranked[:-1] != ranked[1:], True])
    draws = []
    rng = generator(seed, "average precision")
    for _ in range(RESAMPLES):
        times = np.bincount(rng.integers(0, make.n_units, make.n_units), minlength=make.n_units)
        draws.append(_mean_precision(of, times[unit[order]].astype(np.float64), ends))
    value = _mean_precision(of, np.ones(len(of)), ends)
    return make.bootstrap(value, make.n_items, np.array(draws), "no item is of the label")


def _mean_precision(of: Array, weight: Array, ends: NDArray[np.int64]) -> float:
    hits, total = np.cumsum(of * weight)[ends], np.cumsum(weight)[ends]
    if hits[-1] == 0:
        return math.nan
    return float((np.diff(np.r_[0.0, hits]) * ratio(hits, total))[total > 0].sum() / hits[-1])
