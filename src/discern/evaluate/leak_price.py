"""The price of a leak: how much better the same model looks when copies, or items of a group, may be on both sides.

The same items are answered three times by folds: drawn item by item, with copies kept together, with whole groups kept
together. Only the last is what a new group will see. Nothing here opens the test part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, Finding, checked
from ..core.saying import points, share
from ..core.views import Record
from . import metrics
from .intervals import Intervals
from .refit import Codes, Learner, Paired, folds, held_of

SCHEMA = 1
RANDOM, DUPLICATES, GROUPS = "random", "duplicates", "groups"
MATTERS = 0.01
"""A gap below this is no finding, however sure."""
SERIOUS = 0.05


@dataclass(frozen=True)
class Pattern(Record):
    """Something about the items that is not what they show, such as the form of a file's name."""

    name: str
    seen: bool
    """Whether a model can see it."""
    score: Figure
    """Of a model that sees it alone: the share found of each class, averaged."""
    chance: float
    what_to_do: str

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "seen": self.seen,
            "score": self.score.to_json(),
            "chance": self.chance,
            "what_to_do": self.what_to_do,
        }


@dataclass(frozen=True)
class LeakPrice(Record):
    """What a leak would do, and does, to the figures of these data."""

    model: str
    """In words: what was refitted."""
    own: bool
    """Whether that is the run's own model."""
    n_items: int
    n_units: int
    n_folds: int
    splits: Mapping[str, Figure] = field(default_factory=dict)
    """`random`, `duplicates`, `groups`: the share answered rightly under each; those that there are."""
    baseline: Figure | None = None
    """The share of the largest class."""
    gaps: Mapping[str, Figure] = field(default_factory=dict)
    """`random`, `duplicates`: by how much each lies above the strictest split, item by item."""
    across: Mapping[str, Figure] = field(default_factory=dict)
    """Of the run's own test part, by its recorded answers: `all`, `without` the items that stand in what was learned
    from too (as copies or in groups), and `gap`; empty where there are none."""
    n_across: int = 0
    patterns: tuple[Pattern, ...] = ()
    unanswered: tuple[str, ...] = ()
    """What cannot be computed, and why, in sentences."""

    @property
    def strictest(self) -> str:
        return GROUPS if GROUPS in self.splits else DUPLICATES

    def findings(self) -> tuple[Finding, ...]:
        """What a reader must know, each with its price; worst first."""
        return (*self._gap(), *self.of_this_run(), *self._patterns())

    def _gap(self) -> tuple[Finding, ...]:
        gap = self.gaps.get(RANDOM)
        if gap is None or gap.value is None or (gap.low or 0.0) <= 0 or gap.value < MATTERS:
            return ()
        apart = {GROUPS: "the groups", DUPLICATES: "copies"}[self.strictest]
        return (
            Finding(
                "D501",
                f"A split that tears {apart} apart would look {points(gap)} better than it is",
                "serious" if gap.value >= SERIOUS else "warning",
                (),
                self.n_items,
                "never divide these data item by item; Discern keeps them together by itself, other programs do not",
                f"{share(self.splits[RANDOM])} when drawn item by item, {share(self.splits[self.strictest])} with "
                f"{apart} kept whole, by {self.model}",
            ),
        )

    def of_this_run(self) -> tuple[Finding, ...]:
        """What makes the figure of the run itself too good."""
        gap = self.across.get("gap")
        if gap is None:
            return ()
        sure = gap.low is not None and gap.low > 0
        return (
            Finding(
                "D501",
                f"{self.n_across:,} test items stand in what was learned from too; the result would be "
                f"{share(self.across['without'])} without them",
                "serious" if sure else "warning",
                (),
                self.n_across,
                "train again with --drop-leaks",
                f"{share(self.across['all'])} with them: a price of {points(gap)}",
            ),
        )

    def _patterns(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                "D502",
                f"The {one.name} alone tells the label of {share(one.score)} of the items",
                "warning" if one.seen else "note",
                (),
                one.score.n,
                one.what_to_do,
                f"guessing would be right for {100 * one.chance:.0f} %, each class counted alike; "
                + ("a model can see it" if one.seen else "a model does not see it"),
            )
            for one in self.patterns
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "model": self.model,
            "own": self.own,
            "n_items": self.n_items,
            "n_units": self.n_units,
            "n_folds": self.n_folds,
            "splits": {name: figure.to_json() for name, figure in self.splits.items()},
            "baseline": self.baseline and self.baseline.to_json(),
            "gaps": {name: figure.to_json() for name, figure in self.gaps.items()},
            "across": {name: figure.to_json() for name, figure in self.across.items()},
            "n_across": self.n_across,
            "patterns": [one.to_json() for one in self.patterns],
            "unanswered": list(self.unanswered),
            "findings": [finding.to_json() for finding in self.findings()],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> LeakPrice:
        """Read what `to_json` wrote. Raises DataError."""
        with checked("leak price", record, SCHEMA):
            splits, gaps, across = (
                {key: Figure.from_json(figure) for key, figure in record[name].items()}
                for name in ("splits", "gaps", "across")
            )
            return cls(
                **{name: record[name] for name in ("model", "own", "n_items", "n_units", "n_folds", "n_across")},
                splits=splits,
                gaps=gaps,
                across=across,
                baseline=record["baseline"] and Figure.from_json(record["baseline"]),
                patterns=tuple(
                    Pattern(**{**one, "score": Figure.from_json(one["score"])}) for one in record["patterns"]
                ),
                unanswered=tuple(record["unanswered"]),
            )


def leak_price(
    learner: Learner,
    labels: Codes,
    copies: NDArray[np.int64],
    units: NDArray[np.int64],
    *,
    grouped: bool,
    own: bool,
    n_folds: int,
    seed: int = 0,
) -> LeakPrice:
    """Score `learner` on the same items under each split.

    `labels` `(n,)` are positions of classes; `copies` and `units` `(n,)` number what is kept together: copies, and
    groups with the copies of their items. `grouped`: whether there are groups. What cannot be computed is said.
    """
    every: dict[str, NDArray[np.int64]] = {RANDOM: np.arange(len(labels)), DUPLICATES: copies}
    every |= {GROUPS: units} if grouped else {}
    if not grouped and len(np.unique(copies)) == len(copies):
        del every[DUPLICATES]
    right: dict[str, NDArray[np.bool_]] = {}
    unanswered = []
    for name, together in every.items():
        parts = folds(together, labels, n_folds, seed=seed, purpose="leak price")
        if not parts:
            unanswered.append(f"All items are one group: no model can be asked about a group it has not seen ({name}).")
            continue
        if len(parts) < n_folds:
            unanswered.append(
                f"There are only {len(parts)} units to keep together ({name}): so many folds, not {n_folds}."
            )
        held = held_of(parts)
        right[name] = np.empty(len(labels), bool)
        right[name][held] = learner.answers(labels[None], parts)[0] == labels[held]
    one_label = _torn(labels, units) if grouped else 0
    if one_label:
        unanswered.append(
            "1 class stands in one group alone: where groups are kept whole it is not learned."
            if one_label == 1
            else f"{one_label:,} classes stand in one group alone: where groups are kept whole they are not learned."
        )
    paired = Paired(units, seed=seed)
    strictest = GROUPS if grouped else DUPLICATES
    gaps = {}
    if strictest in right:
        gaps = {name: paired.difference(right[name], right[strictest]) for name in right if name != strictest}
    largest = labels == np.bincount(labels).argmax()
    return LeakPrice(
        learner.title,
        own,
        len(labels),
        len(np.unique(units)),
        n_folds,
        {name: paired.share(found) for name, found in right.items()},
        paired.share(largest),
        gaps,
        unanswered=tuple(unanswered),
    )


def across(right: NDArray[np.bool_], leaking: NDArray[np.bool_], units: NDArray[np.int64]) -> dict[str, Figure]:
    """What the items of the test part that were learned from are worth: `all`, `without` them, and the `gap`.

    `right` `(n_test,)` are recorded answers, `leaking` says which items share a unit with what was learned from.
    """
    if not leaking.any() or leaking.all():
        return {}
    unit, draws, kept = _codes(units), Paired(units).draws, ~leaking
    value = float(right.mean() - right[kept].mean())
    n_kept = draws @ np.bincount(unit, kept)
    sums = draws @ np.bincount(unit, right * kept)
    every = (draws @ np.bincount(unit, right)) / (draws @ np.bincount(unit).astype(np.float64))
    again = every - metrics.ratio(sums, n_kept)
    make = Intervals(draws.shape[1], len(right))
    return {
        "all": Paired(units).share(right),
        "without": Paired(units[kept]).share(right[kept]),
        "gap": make.bootstrap(value, len(right), again, "no items"),
    }


def _torn(labels: Codes, units: NDArray[np.int64]) -> int:
    """Classes that stand in a single unit."""
    pairs = np.unique(np.stack([labels, units]), axis=1)
    return int((np.bincount(pairs[0]) == 1).sum())


def _codes(units: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(units, return_inverse=True)[1].astype(np.int64)
