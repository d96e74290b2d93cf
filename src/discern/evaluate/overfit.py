"""What a model remembers rather than understands: how it does on what it learned from and on other items, and how both
change with the size of the model (a validation curve). Nothing here opens the test part."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure, Finding
from ..core.saying import bare, points
from ..core.views import Record
from .refit import Codes, Learner, Paired, Parts, folds, held_of

OVERFITTED = 0.05
"""The gap between items learned from and others, at its lower end, from which it is a finding."""
FIGURES = ("seen", "unseen", "gap")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Size(Record):
    """One kind of model at one size."""

    words: str
    """`depth 8`"""
    seen: Figure
    """The share answered rightly of what it learned from."""
    unseen: Figure
    """And of other items, in folds."""
    gap: Figure
    better: Figure | None = None
    """By how much it is right for more of the unseen items than the model's own size, corrected for all sizes that
    were tried; None for that size itself."""

    def to_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name).to_json() for name in FIGURES}
        return {"words": self.words, **figures, "better": self.better and self.better.to_json()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Size:
        figures = {name: Figure.from_json(record[name]) for name in FIGURES}
        return cls(record["words"], **figures, better=record["better"] and Figure.from_json(record["better"]))


@dataclass(frozen=True)
class Overfit(Record):
    """How a model does on what it learned from, and on what it did not, by folds."""

    model: str
    own: bool
    n_numbers: int
    """Numbers that the model holds, as its size; 0 when unknown."""
    seen: Figure
    unseen: Figure
    gap: Figure
    axis: str = ""
    """What is varied from size to size, in words."""
    sizes: tuple[Size, ...] = ()
    """The same kind of model, the smallest first; empty where it was asked at its own size alone."""

    @property
    def own_size(self) -> int:
        """The place of the model itself among `sizes`."""
        return next((at for at, size in enumerate(self.sizes) if size.better is None), 0)

    @property
    def smaller(self) -> Size | None:
        """The best of the smaller ones, when it is shown to do better on other items."""
        return self._shown(self.sizes[: self.own_size])

    @property
    def larger(self) -> Size | None:
        """The best of the larger ones, when it is shown to do better on other items."""
        return self._shown(self.sizes[self.own_size + 1 :])

    @property
    def simplest(self) -> Size | None:
        """The smallest one that is not shown to do worse on other items than the model itself."""
        level = (size for size in self.sizes[: self.own_size] if size.better and (size.better.high or 0.0) >= 0)
        return next(level, None)

    def _shown(self, some: Sequence[Size]) -> Size | None:
        found = [size for size in some if size.better is not None and (size.better.low or 0.0) > 0]
        return max(found, key=lambda size: size.unseen.value or 0.0, default=None)

    @property
    def sentence(self) -> str:
        """What the sizes come to; empty where there is one alone."""
        if not self.sizes:
            return ""
        for size, what in ((self.smaller, "smaller"), (self.larger, "larger")):
            if size is not None and size.better is not None:
                return f"A {what} model ({size.words}) is right for {points(size.better)} more of the other items."
        said = "No other size that was tried is shown to do better on other items."
        if self.simplest is not None:
            said += f" The smallest that is not shown to do worse: {self.simplest.words}, with a gap of "
            said += f"{points(self.simplest.gap)}."
        return said

    def finding(self) -> Finding | None:
        """A finding when the gap is sure and wide, or a smaller model does better."""
        smaller = self.smaller
        wide = self.gap.value is not None and (self.gap.low or 0.0) >= OVERFITTED
        if not wide and smaller is None:
            return None
        size = f"; it holds {self.n_numbers:,} numbers" if self.n_numbers else ""
        advice = "gather more items or groups, or vary them while learning"
        if smaller is not None or not self.sizes:
            advice = f"take a smaller model{f' ({smaller.words})' if smaller else ''}, {advice}"
        return Finding(
            "D503",
            f"It is right {points(self.gap)} more often on what it learned from than on other items",
            "warning",
            (),
            self.gap.n,
            f"{advice}; trust the figure of items not learned from only",
            f"{bare(self.seen)} against {bare(self.unseen)}, by {self.model}{size}. {self.sentence}".rstrip(),
        )

    def to_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"model": self.model, "own": self.own, "n_numbers": self.n_numbers}
        plain |= {name: getattr(self, name).to_json() for name in FIGURES}
        return plain | {"axis": self.axis, "sizes": [size.to_json() for size in self.sizes], "sentence": self.sentence}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Overfit:
        """Records of before there were sizes have none."""
        sizes = tuple(map(Size.from_json, record.get("sizes", ())))
        about = record["model"], record["own"], record["n_numbers"]
        seen, unseen, gap = (Figure.from_json(record[name]) for name in FIGURES)
        return cls(*about, seen, unseen, gap, record.get("axis", ""), sizes)


def overfit(
    learner: Learner, labels: Codes, units: NDArray[np.int64], *, own: bool, n_numbers: int, n_folds: int, seed: int = 0
) -> Overfit | None:
    """How often items are answered rightly when they were learned from and when not; None without two units."""
    parts = folds(units, labels, n_folds, seed=seed, purpose="overfit")
    if not parts:
        return None
    seen, unseen = _both(learner, labels, parts)
    return Overfit(learner.title, own, n_numbers, *_figures(Paired(units, seed=seed), seen, unseen))


def at_sizes(
    found: Overfit,
    axis: str,
    learners: Sequence[tuple[str, Learner]],
    own_size: int,
    labels: Codes,
    units: NDArray[np.int64],
    *,
    n_folds: int,
    seed: int = 0,
    on_size: Callable[[int], None] = lambda number: None,
) -> Overfit:
    """`found` with the same kind of model at several sizes: `learners` with their words, the smallest first, of which
    the one at `own_size` is the model itself. `on_size` is told how many are done.
    """
    parts = folds(units, labels, n_folds, seed=seed, purpose="overfit")
    if not parts:
        return found
    paired, both = Paired(units, seed=seed), []
    for number, (_, learner) in enumerate(learners):
        on_size(number)
        both.append(_both(learner, labels, parts))
    sizes = []
    for at, ((words, _), (seen, unseen)) in enumerate(zip(learners, both, strict=True)):
        more = None if at == own_size else paired.difference(unseen, both[own_size][1], tests=len(learners) - 1)
        sizes.append(Size(words, *_figures(paired, seen, unseen), better=more))
    return dataclasses.replace(found, axis=axis, sizes=tuple(sizes))


def _figures(paired: Paired, seen: Floats, unseen: Floats) -> tuple[Figure, Figure, Figure]:
    return paired.share(seen), paired.share(unseen), paired.difference(seen, unseen)


def _both(learner: Learner, labels: Codes, parts: Parts) -> tuple[Floats, Floats]:
    """For each item how often it was answered rightly by models that had learned from it, and by the one that had not;
    both `(n,)`."""
    asked = [(train, np.concatenate([held, train])) for train, held in parts]
    right = learner.answers(labels[None], asked)[0] == labels[held_of(asked)]
    unseen, seen, at = np.zeros(len(labels)), np.zeros(len(labels)), 0
    for train, held in parts:
        unseen[held] = right[at : at + len(held)]
        seen[train] += right[at + len(held) : at + len(held) + len(train)]
        at += len(held) + len(train)
    return seen / (len(parts) - 1), unseen
