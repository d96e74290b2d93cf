"""Is the problem solvable with these data? Answers for unseen groups against those for exchanged labels.

What is refitted is fixed before the labels are looked at. A model that was chosen by these labels would do better on
them than on exchanged ones, and so call chance a success.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, Finding, checked
from ..core.saying import bare
from ..core.views import Record
from .exchange import exchange
from .intervals import wilson
from .overfit import Overfit
from .refit import Codes, Learner, Paired, Parts, Rows, balanced, folds, held_of

SCHEMA = 1
Verdict = Literal["shown", "not shown", "too little data"]
SHOWN: Final = "shown"
NOT_SHOWN: Final = "not shown"
TOO_LITTLE: Final = "too little data"
ALPHA = 0.05
N_EXCHANGED = 999
FEWEST_WAYS = 20
"""With fewer different ways to exchange labels, no p-value reaches 5 %."""
HALF = 0.5
"""Of the way from guessing to perfect: where even that much would not be told from chance, the data are too few."""
SHARES = (0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Trial(Record):
    """One test of whether answers have to do with the labels."""

    what: str
    """In words: whose answers, to which items."""
    score: Figure
    """The share found of each class, averaged."""
    chance: Figure
    """The same with exchanged labels: their mean, and the range of 95 % of them."""
    p_value: Figure
    """How often exchanged labels give at least that score; `n` is how many sets there were."""

    def to_json(self) -> dict[str, Any]:
        return {"what": self.what} | {name: getattr(self, name).to_json() for name in ("score", "chance", "p_value")}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Trial:
        figures = {name: Figure.from_json(record[name]) for name in ("score", "chance", "p_value")}
        return cls(record["what"], **figures)


@dataclass(frozen=True)
class Solvable(Record):
    """Whether these data show that their labels can be told from the items."""

    verdict: Verdict
    reason: str
    """A sentence."""
    n_items: int
    n_units: int
    trials: tuple[Trial, ...] = ()
    """Each counts with its p-value times the number of trials (Bonferroni)."""
    exchanged: str = ""
    curve: Mapping[str, Figure] = field(default_factory=dict)
    """Items learned from (as text) -> the share found of each class, averaged."""
    rise: Figure | None = None
    """By how much the last point of the curve lies above the first."""
    overfit: Overfit | None = None
    unanswered: tuple[str, ...] = ()

    def findings(self) -> tuple[Finding, ...]:
        found = []
        if self.verdict != SHOWN:
            found.append(
                Finding(
                    "D504",
                    "These data do not show that the labels can be told from the items"
                    if self.verdict == NOT_SHOWN
                    else "There are too little data to show whether the labels can be told from the items",
                    "serious",
                    (),
                    self.n_items,
                    "do not rely on the model; gather more groups of each class, or ask whether the items can show "
                    "what the labels say",
                    self.reason,
                )
            )
        overfitted = None if self.overfit is None else self.overfit.finding()
        return (*found, *((overfitted,) if overfitted else ()))

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "reason": self.reason,
            "n_items": self.n_items,
            "n_units": self.n_units,
            "trials": [trial.to_json() for trial in self.trials],
            "exchanged": self.exchanged,
            "curve": {n: figure.to_json() for n, figure in self.curve.items()},
            "rise": self.rise and self.rise.to_json(),
            "overfit": self.overfit and self.overfit.to_json(),
            "unanswered": list(self.unanswered),
            "findings": [finding.to_json() for finding in self.findings()],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Solvable:
        """Read what `to_json` wrote. Raises DataError."""
        with checked("solvable", record, SCHEMA):
            return cls(
                **{name: record[name] for name in ("verdict", "reason", "n_items", "n_units", "exchanged")},
                trials=tuple(map(Trial.from_json, record["trials"])),
                curve={n: Figure.from_json(figure) for n, figure in record["curve"].items()},
                rise=record["rise"] and Figure.from_json(record["rise"]),
                overfit=record["overfit"] and Overfit.from_json(record["overfit"]),
                unanswered=tuple(record["unanswered"]),
            )


@dataclass(frozen=True)
class Recorded:
    """Answers that a run gave for its test part, without the items that share a unit with what was learned from."""

    labels: Codes
    answers: Codes
    units: NDArray[np.int64]


def solvable(
    learner: Learner,
    labels: Codes,
    units: NDArray[np.int64],
    *,
    recorded: Recorded | None = None,
    n_folds: int = 5,
    n_exchanged: int = N_EXCHANGED,
    seed: int = 0,
) -> Solvable:
    """The verdict on items with `labels` `(n,)` (positions of classes) in `units` `(n,)`, whose learner is fixed.

    Folds are drawn without looking at the labels, so that exchanged labels meet the same folds as the true ones.
    """
    rows, unanswered = _told_apart(labels, units)
    n_units = len(np.unique(units[rows]))
    if not len(rows):
        return Solvable(TOO_LITTLE, unanswered[-1], 0, 0, unanswered=tuple(unanswered))
    parts = [(rows[a], rows[b]) for a, b in folds(units[rows], np.zeros(len(rows), np.int64), n_folds, seed=seed)]
    swapped = exchange(labels[rows], units[rows], n_exchanged, seed=seed)
    sets = np.tile(labels, (n_exchanged + 1, 1))
    sets[1:, rows] = swapped.sets
    held = held_of(parts)
    answers = learner.answers(sets, parts)
    trials = [trial(f"{learner.title}, {len(held):,} items in {len(parts)} folds", answers, sets[:, held], units[held])]
    if recorded is not None and len(np.unique(recorded.units)) > 1 and len(np.unique(recorded.labels)) > 1:
        other = exchange(recorded.labels, recorded.units, n_exchanged, seed=seed + 1)
        every = np.concatenate([recorded.labels[None], other.sets])
        what = f"the run's own recorded answers to {len(recorded.labels):,} items of the test part"
        trials.append(trial(what, np.broadcast_to(recorded.answers, every.shape), every, recorded.units))
    curve, rise = _curve(learner, labels, units, parts, seed)
    verdict, reason = _verdict(trials, swapped.log_ways, rise)
    said = tuple(unanswered)
    return Solvable(verdict, reason, len(rows), n_units, tuple(trials), swapped.how, curve, rise, unanswered=said)


def trial(what: str, answers: Codes, truth: Codes, units: NDArray[np.int64]) -> Trial:
    """A permutation test; the first of the sets `(n_sets, n)` holds the true labels, the others exchanged ones."""
    scores = _recalls(answers, truth)
    n = len(scores) - 1
    reached = 1 + int((scores[1:] >= scores[0] - 1e-12).sum())
    low, high = np.percentile(scores[1:], [2.5, 97.5])
    made = f"{n:,} sets of exchanged labels"
    return Trial(
        what,
        balanced(answers[0], truth[0], units),
        Figure(float(scores[1:].mean()), float(low), float(high), truth.shape[1], f"{made}: mean and 95 % of them"),
        Figure(reached / (n + 1), *wilson(reached, n + 1), n, f"{made}, the true ones counted; Wilson 95 %"),
    )


def _told_apart(labels: Codes, units: NDArray[np.int64]) -> tuple[Rows, list[str]]:
    """Rows of the classes that have two units and more, and what to say of the others."""
    pairs = np.unique(np.stack([labels, units]), axis=1)
    n_units = np.bincount(pairs[0])
    alone = int((n_units == 1).sum())
    enough = n_units >= 2
    said = []
    if alone:
        said.append(
            "1 class stands in one group (or item) alone and was left out: nothing can be asked."
            if alone == 1
            else f"{alone:,} classes stand in one group (or item) alone each and were left out: nothing can be asked."
        )
    if len(np.unique(units)) < 2:
        return np.zeros(0, np.int64), ["All items are one group: labels cannot be exchanged between groups."]
    if enough.sum() < 2:
        return np.zeros(0, np.int64), [*said, "Fewer than two classes have two groups: there is nothing to tell apart."]
    return np.flatnonzero(enough[labels]), said


def _verdict(trials: list[Trial], log_ways: float, rise: Figure | None) -> tuple[Verdict, str]:
    best = min(trials, key=lambda one: one.p_value.value or 0.0)
    corrected = min(1.0, len(trials) * (best.p_value.value or 0.0))
    p = f"p = {corrected:.3f}" + (f", corrected for {len(trials)} tests" if len(trials) > 1 else "")
    found = f"{bare(best.score)} of each class are found, {bare(best.chance)} by chance"
    if corrected <= ALPHA:
        return SHOWN, f"{found} ({p}, {best.p_value.n:,} exchanged labellings)."
    if log_ways < math.log(FEWEST_WAYS):
        ways = round(math.exp(log_ways))
        return (
            TOO_LITTLE,
            f"There are only {ways} ways to exchange the labels between groups, so nothing could be shown.",
        )
    chance = best.chance.value or 0.0
    if (best.chance.high or 0.0) > chance + HALF * (1 - chance):
        return TOO_LITTLE, (
            f"Even a model half-way between guessing and perfect could not be told from chance, which gives up to "
            f"{100 * (best.chance.high or 0):.0f} % ({p})."
        )
    if rise is not None and rise.low is not None and rise.low > 0:
        return TOO_LITTLE, f"{found} ({p}), but the share still grows with the items learned from."
    return NOT_SHOWN, f"{found}, which chance gives as well ({p}, {best.p_value.n:,} exchanged labellings)."


def _curve(
    learner: Learner, labels: Codes, units: NDArray[np.int64], parts: Parts, seed: int
) -> tuple[dict[str, Figure], Figure | None]:
    """The score when learning from a quarter, half and all of the units of each fold."""
    held = held_of(parts)
    points: dict[str, Figure] = {}
    right = []
    for share in SHARES:
        some = [(_share_of(train, units, share, seed + at), asked) for at, (train, asked) in enumerate(parts)]
        answers = learner.answers(labels[None], some)[0]
        n = round(float(np.mean([len(train) for train, _ in some])))
        points[str(n)] = balanced(answers, labels[held], units[held])
        right.append(answers == labels[held])
    return points, Paired(units[held], seed=seed).difference(right[-1], right[0])


def _share_of(rows: Rows, units: NDArray[np.int64], share: float, seed: int) -> Rows:
    unit = np.unique(units[rows], return_inverse=True)[1]
    order = np.random.Generator(np.random.PCG64(seed)).permutation(int(unit.max()) + 1)
    taken = order[: max(1, math.ceil(share * len(order)))]
    return rows[np.isin(unit, taken)]


def _recalls(answers: Codes, truth: Codes) -> NDArray[np.float64]:
    """The mean recall over the classes that have items, for each set `(n_sets, n)`."""
    n_classes = int(max(answers.max(), truth.max())) + 1
    right = answers == truth
    sums, known = np.zeros(len(truth)), np.zeros(len(truth))
    for code in range(n_classes):
        of = truth == code
        count = of.sum(axis=1)
        sums += np.where(count > 0, (right & of).sum(axis=1) / np.maximum(count, 1), 0.0)
        known += count > 0
    found: NDArray[np.float64] = sums / known
    return found
