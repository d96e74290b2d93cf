"""The share of a label by area, week or any column, corrected for the classifier's mistakes, and where it stands out.

Whether an area stands out needs no correction: where the label is as frequent as elsewhere, so are the answers,
whatever mistakes the classifier makes. Each area is compared with all others, and the list of hot spots is drawn so
that at most 5 % of it are expected to be there by chance (Benjamini and Hochberg, 1995).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import hypergeom

from ..core.errors import DataError
from ..core.records import Figure
from ..core.views import Record
from .intervals import Z, wilson
from .share import Sample, corrected

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

FALSE_DISCOVERIES = 0.05
POWER_Z = 0.8416212335729143
"""The normal quantile at 0.8: a difference that is there is found in four cases of five."""
FEWEST = 10
"""Labelled items that must have the label, and that must not, before anything is corrected."""
RISE = 2.0
METHOD = "corrected for the classifier's mistakes; score interval, 95 %"
DETECTABLE = "the smallest share that would be told from the overall one in 80 % of cases, at 5 %"


@dataclass(frozen=True)
class Row(Record):
    """One area, week or value of a column."""

    name: str
    n: int
    share: Figure
    """Corrected."""
    counted: Figure
    """As the classifier has it, mistakes and all."""
    detectable: Figure
    """The smallest share above the overall one that so few items would show."""
    could_show: bool
    """Whether a share `rise` times the overall one would have been seen here."""
    p: float | None
    """How often chance alone would give as much as here, if the label were as frequent as elsewhere."""
    hot: bool

    def to_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name).to_json() for name in ("share", "counted", "detectable")}
        chance = Figure(self.p, None, None, self.n, "one-sided test against all others")
        return {"name": self.name, "n": self.n, **figures, "could_show": self.could_show, "p": chance.to_json(),
                "hot": self.hot}  # fmt: skip

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Row:
        share, counted, detectable = (Figure.from_json(record[name]) for name in ("share", "counted", "detectable"))
        chance = Figure.from_json(record["p"]).value
        could, hot = bool(record["could_show"]), bool(record["hot"])
        return cls(str(record["name"]), int(record["n"]), share, counted, detectable, could, chance, hot)


@dataclass(frozen=True)
class Reference:
    """What a labelled sample says of the classifier: scores between 0 and 1 of items with the label and without it."""

    positive: Array
    negative: Array
    positive_units: Whole | None = None
    """The group of each item, where items come in groups, such as posts of one author."""
    negative_units: Whole | None = None

    @property
    def binary(self) -> bool:
        """Whether scores are answers of yes and no."""
        return all(np.isin(scores, (0.0, 1.0)).all() for scores in (self.positive, self.negative))


@dataclass(frozen=True)
class Counts(Record):
    """Shares by the values of one column."""

    label: str
    by: str
    score: str
    """The column that was counted."""
    n: int
    n_unplaced: int
    """Items without a value of the column; they count in the overall share."""
    overall: Figure
    counted: Figure
    found: Figure
    """Mean score of the labelled items that have the label: of yes-or-no answers the sensitivity."""
    false: Figure
    """Mean score of those that have not: of yes-or-no answers 1 - specificity."""
    rows: tuple[Row, ...]
    rise: float
    group_effect: Figure
    """How many items count as one, because those of a group are alike."""
    notes: tuple[str, ...] = ()

    @property
    def hot(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.hot)

    def to_json(self) -> dict[str, Any]:
        figures = ("overall", "counted", "found", "false", "group_effect")
        return {
            "schema": 1,
            "label": self.label,
            "by": self.by,
            "score": self.score,
            "n": self.n,
            "n_unplaced": self.n_unplaced,
            **{name: getattr(self, name).to_json() for name in figures},
            "rise": self.rise,
            "false_discoveries": FALSE_DISCOVERIES,
            "rows": [row.to_json() for row in self.rows],
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Counts:
        """Raises KeyError, TypeError or ValueError for a record that is none of ours."""
        if record["schema"] != 1:
            raise ValueError(f"schema {record['schema']}")
        plain = {name: record[name] for name in ("label", "by", "score", "n", "n_unplaced", "rise")}
        figures = {
            name: Figure.from_json(record[name]) for name in ("overall", "counted", "found", "false", "group_effect")
        }
        rows = tuple(Row.from_json(row) for row in record["rows"])
        kept: dict[str, Any] = {**plain, **figures, "rows": rows, "notes": tuple(record["notes"])}
        return cls(**kept)


def count(
    scores: Array,
    place: Whole,
    names: Sequence[str],
    reference: Reference,
    *,
    label: str,
    by: str,
    score: str,
    units: Whole | None = None,
    rise: float = RISE,
) -> Counts:
    """Shares of `label` among items with `scores` `(n_items,)`, by `place` `(n_items,)`: a position in `names` or -1.

    `units` numbers the group of each item, such as its author; items of a group in one place count as fewer. Raises
    DataError where the labelled sample is too small, or shows that the scores do not tell the label.
    """
    found, false, apart = _told_apart(reference, score)
    alike = effect(scores, place, units)
    spread = 1.0 if reference.binary else float(Sample.of(scores).spread)
    n = np.array([len(scores), *np.bincount(place[place >= 0], minlength=len(names))], dtype=np.float64)
    total = np.bincount(place[place >= 0], scores[place >= 0], minlength=len(names))
    mean = np.array([scores.sum(), *total]) / np.maximum(n, 1)
    value, low, high = corrected(mean, np.maximum(n, 1) / alike, found, false)
    shares = [_share(*numbers) for numbers in zip(value, low, high, n, strict=True)]
    counted = [_counted(float(m), float(k), alike) for m, k in zip(mean, n, strict=True)]
    chances = _chances(mean, n, alike, spread, exact=reference.binary and alike == 1)
    hot = discoveries(chances)
    seen = _detectable(mean[0], n[1:] / alike, apart, spread, float(value[0]))
    rows = []
    for index, name in enumerate(names):
        items = int(n[index + 1])
        smallest = Figure(_at_most_1(seen[index]), None, None, items, DETECTABLE)
        could = bool(hot[index] or seen[index] <= rise * float(value[0]))
        chance = float(chances[index]) if items else None
        rows.append(Row(name, items, shares[index + 1], counted[index + 1], smallest, could, chance, bool(hot[index])))
    n_groups = 0 if units is None else int(units.max()) + 1
    method = "every item counts by itself" if units is None else f"variance of sums over {n_groups:,} groups"
    return Counts(
        label=label,
        by=by,
        score=score,
        n=len(scores),
        n_unplaced=int((place < 0).sum()),
        overall=shares[0],
        counted=counted[0],
        found=_sampled(found, len(reference.positive), reference.positive_units),
        false=_sampled(false, len(reference.negative), reference.negative_units),
        rows=tuple(rows),
        rise=rise,
        group_effect=Figure(alike, None, None, len(scores), method),
    )


def _told_apart(reference: Reference, score: str) -> tuple[Sample, Sample, float]:
    """Scores with the label and without it, and how far their means are apart. Raises DataError."""
    if min(len(reference.positive), len(reference.negative)) < FEWEST:
        raise DataError(
            f"the labelled sample holds {len(reference.positive):,} items with the label and "
            f"{len(reference.negative):,} without it; expected at least {FEWEST} of both; label more, or hold back a "
            "larger test part with --test"
        )
    found = Sample.of(reference.positive, _alike(reference.positive, reference.positive_units))
    false = Sample.of(reference.negative, _alike(reference.negative, reference.negative_units))
    apart = float(found.mean) - float(false.mean)
    error = math.sqrt(sum(float(s.spread * s.mean * (1 - s.mean) / s.n) for s in (found, false)))
    if apart <= Z * error:
        raise DataError(
            f"{score} is {found.mean:.2f} on average where the label is, and {false.mean:.2f} where it is not: the "
            "labelled sample does not show that the classifier tells them apart, so nothing can be counted with it"
        )
    return found, false, apart


def _alike(scores: Array, units: Whole | None) -> float:
    return effect(scores, np.zeros(len(scores), np.int64), units)


def _share(value: float, low: float, high: float, n: float) -> Figure:
    if not n:
        return Figure(None, None, None, 0, "no items")
    return Figure(float(value), float(low), float(high), int(n), METHOD)


def effect(scores: Array, place: Whole, units: Whole | None) -> float:
    """How many items count as one: the variance of sums over groups within a place, over that of single items.

    Kish's design effect, at least 1; 1 without groups.
    """
    if units is None or not len(scores):
        return 1.0
    spot = place - place.min()
    rest = scores - (np.bincount(spot, scores) / np.maximum(np.bincount(spot), 1))[spot]
    whole = float(rest @ rest)
    if whole <= 0:
        return 1.0
    _, group = np.unique(spot * (int(units.max()) + 1) + units, return_inverse=True)
    sums = np.bincount(group, rest)
    return max(1.0, float(sums @ sums) / whole)


def discoveries(chances: Array, level: float = FALSE_DISCOVERIES) -> NDArray[np.bool_]:
    """Which of `chances` `(n,)` to believe, so that at most `level` of those are expected to be chance."""
    order = np.argsort(chances, kind="stable")
    passes = np.flatnonzero(chances[order] <= level * np.arange(1, len(chances) + 1) / max(len(chances), 1))
    found = np.zeros(len(chances), dtype=bool)
    if len(passes):
        found[order[: passes[-1] + 1]] = True
    return found


def with_notes(counts: Counts, notes: Sequence[str]) -> Counts:
    return replace(counts, notes=(*counts.notes, *notes))


def _chances(mean: Array, n: Array, alike: float, spread: float, *, exact: bool) -> Array:
    """One-sided p-values of each place against all other items; the first of `mean` and `n` is the whole."""
    whole, here, elsewhere = mean[0] * n[0], mean[1:] * n[1:], n[0] - n[1:]
    if exact:  # Fisher's test
        chance = hypergeom.sf(np.rint(here) - 1, int(n[0]), round(whole), n[1:].astype(np.int64))
    else:
        rest = (whole - here) / np.maximum(elsewhere, 1)
        items = n[1:] * elsewhere / np.maximum(n[0], 1) / (alike * spread)
        yes = np.clip(mean[1:] * items, 1e-9, None)
        chance = betainc(yes, np.maximum(items - yes, 0) + 1, np.clip(rest, 0, 1))
    chance = np.where((n[1:] > 0) & (elsewhere > 0), chance, 1.0)
    clipped: Array = np.clip(chance, 0.0, 1.0)
    return clipped


def _detectable(mean: float, items: Array, apart: float, spread: float, share: float) -> Array:
    """The smallest share above `share` that `items` would show, in the corrected scale; infinite without items."""
    if not 0 < mean < 1:
        return np.full(len(items), np.inf)
    shifted = np.full(len(items), mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(30):
            apart_by = Z * math.sqrt(spread * mean * (1 - mean)) + POWER_Z * np.sqrt(spread * shifted * (1 - shifted))
            shifted = np.clip(mean + apart_by / np.sqrt(items), mean, 1.0)
    seen: Array = np.where((items > 0) & (shifted < 1), share + (shifted - mean) / apart, np.inf)
    return seen


def _at_most_1(share: float) -> float | None:
    """None for a share that no area can have: nothing would show."""
    return float(share) if share <= 1 else None


def _counted(mean: float, n: float, alike: float) -> Figure:
    if not n:
        return Figure(None, None, None, 0, "no items")
    low, high = wilson(mean * n / alike, n / alike)
    return Figure(mean, low, high, int(n), "as the classifier has it; Wilson 95 %")


def _sampled(sample: Sample, n: int, units: Whole | None) -> Figure:
    low, high = wilson(float(sample.mean * sample.n), float(sample.n))
    return Figure(
        float(sample.mean), low, high, n, "Wilson 95 %" + ("" if units is None else ", groups counted as fewer")
    )
