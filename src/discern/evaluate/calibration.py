"""Whether stated probabilities mean it: reliability, expected calibration error, log loss before and after, and what
giving up the least sure answers, sets of labels and `unknown` come to on the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from ..core.records import Figure, checked
from ..core.seeds import generator
from ..core.views import Record
from .intervals import Intervals
from .metrics import Array, item_losses

SCHEMA = 1
MOST_BINS, UNITS_A_BIN = 15, 20
RESAMPLES = 1000
ALPHA = 0.05
KEPT = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5)
"""Shares of the items that are answered, in the curve of coverage against error."""
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Bin(Record):
    """Items whose best probability is about the same."""

    stated: float
    """Mean of their best probabilities."""
    right: Figure
    """The share answered rightly."""

    def to_json(self) -> dict[str, Any]:
        return {"stated": self.stated, "right": self.right.to_json()}


@dataclass(frozen=True)
class Calibrated(Record):
    """How far stated probabilities can be taken at their word, measured on the test part."""

    method: str
    """`temperature` or `isotonic`, each with or without `+best` (see `models.answers`); or `none`."""
    how: str
    """`kept`: fitted on a part of its own; `folds`: by cross-fitting; empty when nothing was fitted."""
    n_fitted: int
    reason: str
    """Why something was not fitted; empty when all was."""
    figures: Mapping[str, Figure]
    """`log_loss`, `error` (expected calibration error); with `_before` where probabilities are calibrated."""
    bins: tuple[Bin, ...]
    curve: tuple[tuple[float, Figure], ...]
    """Of the items answered, the surest share, and the share of them that are wrong."""
    answers: Mapping[str, Figure] = field(default_factory=dict)
    """`covered`, `set_size`, `single` (sets of labels); `given_up`, `wrong_of_answered` (unknown)."""
    asked: Mapping[str, float] = field(default_factory=dict)
    """`coverage`, `unknown`, as they were asked for."""
    covered: Mapping[str, Figure] = field(default_factory=dict)
    """Class -> the share of its items whose set of labels holds it; the promise is about all items together."""
    below: tuple[str, ...] = ()
    """Classes whose sets hold it less often than was asked for, by more than chance, corrected for all classes."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "method": self.method,
            "how": self.how,
            "n_fitted": self.n_fitted,
            "reason": self.reason,
            "figures": {name: figure.to_json() for name, figure in self.figures.items()},
            "bins": [one.to_json() for one in self.bins],
            "curve": [{"answered": share, "wrong": figure.to_json()} for share, figure in self.curve],
            "answers": {name: figure.to_json() for name, figure in self.answers.items()},
            "asked": dict(self.asked),
            "covered": {label: figure.to_json() for label, figure in self.covered.items()},
            "below": list(self.below),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Calibrated:
        """Raises DataError for another schema or an incomplete record."""
        with checked("calibration", record, SCHEMA):
            return cls(
                record["method"],
                record["how"],
                record["n_fitted"],
                record["reason"],
                {name: Figure.from_json(figure) for name, figure in record["figures"].items()},
                tuple(Bin(one["stated"], Figure.from_json(one["right"])) for one in record["bins"]),
                tuple((one["answered"], Figure.from_json(one["wrong"])) for one in record["curve"]),
                {name: Figure.from_json(figure) for name, figure in record["answers"].items()},
                record["asked"],
                {label: Figure.from_json(figure) for label, figure in record.get("covered", {}).items()},
                tuple(record.get("below", ())),
            )


def calibrated(
    positions: Codes,
    stated: NDArray[np.floating],
    raw: NDArray[np.floating],
    units: Codes,
    *,
    method: str = "none",
    how: str = "",
    n_fitted: int = 0,
    reason: str = "",
    sets: NDArray[np.bool_] | None = None,
    unknown: NDArray[np.bool_] | None = None,
    asked: Mapping[str, float] | None = None,
    classes: Sequence[str] = (),
    seed: int = 0,
) -> Calibrated:
    """Measure `stated` probabilities `(n, n_classes)` against true classes `(n,)`; `raw` are those before calibration.

    A position that is no column is a label that was never learned: always wrong, in no set, its probability 0. `units`
    `(n,)` says which items belong together; `sets` `(n, n_classes)` and `unknown` `(n,)` are answers to the same items,
    and `classes` `(n_classes,)` are named where coverage is wanted for each.
    """
    n, n_classes = stated.shape
    unit = np.unique(units, return_inverse=True)[1].astype(np.int64)
    make = Intervals(int(unit.max()) + 1, n)
    right = (stated.argmax(axis=1) == positions).astype(np.float64)
    best = np.asarray(stated, np.float64).max(axis=1)
    bins = bins_of(best, make.n_units)
    losses, before = _losses(positions, stated), _losses(positions, raw)
    learned = positions < n_classes
    inside = np.zeros(n, bool)
    if sets is not None:
        inside[learned] = sets[np.flatnonzero(learned), positions[learned]]
    size = np.zeros(n) if sets is None else sets.sum(axis=1).astype(np.float64)
    answered: Array = np.ones(n) if unknown is None else 1.0 - unknown.astype(np.float64)
    marks = np.eye(int(bins.max()) + 1)[bins]
    columns = [np.ones(n), losses, before, inside, size, size == 1, answered, answered * (1 - right)]
    kept = _surest(best)
    columns += [part for keep in kept for part in (keep, keep * (1 - right))]
    totals = resampled(
        np.stack([*columns, *marks.T, *(marks * right[:, None]).T], axis=1).astype(np.float64), unit, seed
    )
    of_items = totals / totals[:, :1]
    figures = {
        "log_loss": make.bootstrap(float(losses.mean()), n, of_items[:, 1], "no items"),
        "error": calibration_error(best, right, unit, seed=seed),
    }
    if method != "none":
        answers_before = raw.argmax(axis=1) == positions
        before_best = np.asarray(raw, np.float64).max(axis=1)
        figures["log_loss_before"] = make.bootstrap(float(before.mean()), n, of_items[:, 2], "no items")
        figures["error_before"] = calibration_error(before_best, answers_before.astype(np.float64), unit, seed=seed)

    def share(part: Array, whole: Array, draws: Array, of: Array) -> Figure:
        behind = len(np.unique(unit[whole > 0]))
        divided = np.divide(draws, of, out=np.full_like(draws, np.nan), where=of > 0)
        return make.share(float(part.sum()), float(whole.sum()), behind, divided, "no items")

    first, all_items = len(columns), np.ones(n)
    answers: dict[str, Figure] = {}
    if sets is not None:
        answers["covered"] = share(inside.astype(np.float64), all_items, totals[:, 3], totals[:, 0])
        answers["set_size"] = make.bootstrap(float(size.mean()), n, of_items[:, 4], "no items")
        answers["single"] = share((size == 1).astype(np.float64), all_items, totals[:, 5], totals[:, 0])
    if unknown is not None:
        answers["given_up"] = share(1 - answered, all_items, totals[:, 0] - totals[:, 6], totals[:, 0])
        answers["wrong_of_answered"] = share(answered * (1 - right), answered, totals[:, 7], totals[:, 6])
    shown = []
    for number in range(marks.shape[1]):
        mark = marks[:, number]
        column = first + number
        figure = share(mark * right, mark, totals[:, column + marks.shape[1]], totals[:, column])
        shown.append(Bin(float(best[mark > 0].mean()), figure))
    curve = tuple(
        (wanted, share(keep * (1 - right), keep, totals[:, 9 + 2 * place], totals[:, 8 + 2 * place]))
        for place, (wanted, keep) in enumerate(zip(KEPT, kept, strict=True))
        if keep.sum()
    )
    asked = asked or {}
    covered: dict[str, Figure] = {}
    below: tuple[str, ...] = ()
    if sets is not None and len(classes):
        covered, below = _by_class(inside, positions, unit, classes, asked.get("coverage", 0.0), seed)
    return Calibrated(method, how, n_fitted, reason, figures, tuple(shown), curve, answers, asked, covered, below)


def _by_class(
    inside: NDArray[np.bool_], positions: Codes, unit: Codes, classes: Sequence[str], coverage: float, seed: int
) -> tuple[dict[str, Figure], tuple[str, ...]]:
    """The share of each class whose set holds it, and the classes where that is less than `coverage` by more than
    chance: by the binomial test, a group counted as one item, times the number of classes (Bonferroni)."""
    found, below = {}, []
    present = np.unique(positions[positions < len(classes)])
    for position in present:
        of = positions == position
        held, unit_of = inside[of].astype(np.float64), np.unique(unit[of], return_inverse=True)[1].astype(np.int64)
        n_units = int(unit_of.max()) + 1
        make = Intervals(n_units, len(held))
        draws = np.zeros(0)
        if not make.single:
            totals = resampled(np.stack([held, np.ones(len(held))], axis=1), unit_of, seed)
            draws = totals[:, 0] / totals[:, 1]
        figure = make.share(float(held.sum()), float(len(held)), n_units, draws, "no items")
        found[classes[position]] = figure
        chance = float(binom.cdf(int(np.floor(held.mean() * n_units + 1e-9)), n_units, coverage))
        if chance * len(present) <= ALPHA:
            below.append(classes[position])
    return found, tuple(below)


def calibration_error(best: Array, right: Array, units: Codes, *, seed: int = 0) -> Figure:
    """How far the best probability `(n,)` is from the share `right` `(n,)`, on average over bins of as many items each.

    Even perfect probabilities show some error on few items, as every bin differs from its mean by chance. The bootstrap
    over `units` says how much that is; by the triangle inequality the true error is no further from the measured one,
    which makes the interval a cautious one: it begins at 0 unless more than chance is shown. Source: Naeini, Cooper and
    Hauskrecht, AAAI 2015; bins of equal size: Nguyen and O'Connor, EMNLP 2015.
    """
    n, n_units = len(best), int(units.max()) + 1
    if n_units == 1:
        return Figure(float(abs((best - right).mean())), None, None, n, "no interval: a single unit was tested")
    bins = bins_of(best, n_units)
    marks = np.eye(int(bins.max()) + 1)[bins]
    gaps = marks * (best - right)[:, None]
    value = float(np.abs(gaps.sum(axis=0)).sum()) / n
    totals = resampled(np.concatenate([np.ones((n, 1)), gaps], axis=1), units, seed)
    behind = np.array([len(np.unique(units[mark > 0])) for mark in marks.T])
    few = np.sqrt(behind / np.maximum(behind - 1, 0.5))  # resamples of few units vary less than new ones would
    by_chance = (few * np.abs(totals[:, 1:] / totals[:, :1] - gaps.sum(axis=0) / n)).sum(axis=1)
    reach = float(np.quantile(by_chance, 0.975))
    kind = "items" if n_units == n else "groups"
    method = f"{marks.shape[1]} bins of equal size, bootstrap over {n_units:,} {kind}, {RESAMPLES:,} resamples, 95 %"
    return Figure(value, max(0.0, value - reach), min(1.0, value + reach), n, method)


def bins_of(best: Array, n_units: int) -> Codes:
    """Bin of each item, `(n,)`: as many items in each, equal probabilities together, 15 bins or fewer by the units."""
    n = len(best)
    number = int(np.clip(n_units // UNITS_A_BIN, 1, MOST_BINS))
    edges = np.sort(best)[[n * place // number for place in range(1, number)]]
    return np.unique(np.searchsorted(edges, best, side="right"), return_inverse=True)[1].astype(np.int64)


def resampled(values: Array, units: Codes, seed: int) -> Array:
    """Sums of the columns of `values` `(n, k)` over units drawn with replacement, `(n_resamples, k)`."""
    n_units = int(units.max()) + 1
    totals = np.zeros((n_units, values.shape[1]))
    np.add.at(totals, units, values)
    draws = generator(seed, "calibration error")
    out = np.empty((RESAMPLES, values.shape[1]))
    for row in range(RESAMPLES):
        out[row] = np.bincount(draws.integers(0, n_units, n_units), minlength=n_units) @ totals
    return out


def _surest(best: Array) -> list[Array]:
    """1 for the items that are among the surest share, by each of `KEPT`; 0 for the others."""
    order = np.argsort(-best, kind="stable")
    found = []
    for share in KEPT:
        keep = np.zeros(len(best))
        keep[order[: round(share * len(best))]] = 1.0
        found.append(keep)
    return found


def _losses(positions: Codes, probabilities: NDArray[np.floating]) -> Array:
    learned = positions < probabilities.shape[1]
    place = np.where(learned, positions, 0)
    return item_losses(np.where(learned, probabilities[np.arange(len(positions)), place], 0.0))
