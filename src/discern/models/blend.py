"""A straight line on bent columns and boosted trees, averaged: what one of them gets wrong the other often does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import seeds
from ..core.events import Listener, note, silent
from ..core.options import SEED, Interval
from ..core.records import Column
from . import choosing
from .base import Labelled
from .boosting import BoostedNumbers
from .penalised import Ridge
from .regression import Regressor
from .table_encoding import Form, coded
from .tabular import TableRegressor

Array = NDArray[np.float64]
SKEW = 1.0
"""Columns and targets with a longer tail than this (third standardised moment) are bent."""
TOO_MANY = 20_000
"""Rows from which the share of the line is found on a seeded fifth of them, not by five folds."""
BEYOND = 2.0
"""The line answers at most so many times as far above the lowest target as the highest target lies."""
TREES: Mapping[str, Any] = {"max_leaf_nodes": 15, "penalty": 10.0}
"""How they grow on fewer rows than that; on more as boosting does by itself."""
DRAWN, DRAWN_AT_LEAST = 0.3, 8
"""Of the columns, for each question of a tree: this share, or so many where that is more."""


class Blend(Regressor):
    """The weighted mean of ridge regression and gradient boosting.

    The line sees columns with a long tail above 0 as `log(1 + x / median)`, and learns the root of a target with a long
    tail, counted from its lowest value, where that answers better by five folds. How much the line counts for is what
    has the least squared error on rows that neither had learned from: by five folds, or on a seeded fifth of many rows.
    All of it happens within the rows that are learned from, with those of validation.

    Parameters
    ----------
    n_rounds : of boosting; None: as many as a seeded tenth of the rows asks for.
    random_state : seed of the draws.

    After `fit`: `bends_` `(n_features,)` (medians; 0 for a column left straight), `line_` (a TableRegressor), `trees_`
    (a BoostedNumbers), `root_` (whether the line learned a root), `lowest_` and `highest_` (of the targets), `share_`
    (of the line). Sources: Wolpert, Neural Networks 5, 1992; Breiman, Machine Learning 24, 1996 (stacking); Box and
    Cox, JRSS B 26, 1964.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "n_rounds": Interval(1, 10_000, whole=True, or_none=True),
        "random_state": SEED,
    }
    encoding: ClassVar[Form] = "raw"

    bends_: Array
    line_: TableRegressor
    trees_: BoostedNumbers
    root_: bool
    lowest_: float
    highest_: float
    share_: float

    def __init__(self, n_rounds: int | None = None, *, random_state: int = 0) -> None:
        self.n_rounds = n_rounds
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        validation: Labelled | None = None,
        on_event: Listener = silent,
        categorical: NDArray[np.bool_] | None = None,
    ) -> Self:
        """Learn both and how much each counts for; `categorical` `(n_features,)` says which columns are codes.

        Raises OptionError for a parameter out of its limits, ValueError for data of another form.
        """
        rows, targets, _ = self._learn_from(X, y, validation)
        kinds = np.zeros(rows.shape[1], bool) if categorical is None else categorical
        columns = columns_of(rows, kinds)
        self.bends_ = bends(rows, kinds)
        bent = bend(rows, self.bends_)
        divided = list(choosing.divisions(len(rows), len(rows)))
        if len(rows) >= TOO_MANY:
            held = seeds.generator(self.random_state, "blend").permutation(len(rows)) % choosing.FOLDS == 0
            divided = [(np.flatnonzero(~held), np.flatnonzero(held))]
        asked = np.concatenate([held for _, held in divided]) if divided else np.arange(0)
        truth = targets[asked]

        lowest, highest = float(targets.min()), float(targets.max())
        roots = np.sqrt(targets - lowest)

        def by_line(root: bool) -> Array:
            aims = roots if root else targets
            parts = [_line(bent[a], aims[a], columns).predict(bent[b]) for a, b in divided]
            return unrooted(np.concatenate(parts), lowest, highest, root)

        how: dict[str, Any] = {}
        if len(rows) < TOO_MANY:
            how = {**TREES, "max_features": max(DRAWN, min(1.0, DRAWN_AT_LEAST / rows.shape[1]))}
        self.trees_ = BoostedNumbers(self.n_rounds, random_state=self.random_state, **how).fit(
            rows, targets, categorical=kinds
        )
        self.root_, self.share_ = False, 0.5
        self.lowest_, self.highest_ = lowest, highest
        if divided:
            straight = by_line(False)
            lines = [straight, by_line(True)] if skew(targets) > SKEW else [straight]
            self.root_ = int(np.argmin([np.square(found - truth).sum() for found in lines])) == 1
            few = BoostedNumbers(self.trees_.n_rounds_, random_state=self.random_state, **how)
            trees = [few.fit(rows[a], targets[a], categorical=kinds).predict(rows[b]) for a, b in divided]
            self.share_ = _share(lines[self.root_], np.concatenate(trees), truth)
        self.line_ = _line(bent, roots if self.root_ else targets, columns)
        of_what = "the root of the target" if self.root_ else "the target"
        note(on_event, f"{self.share_:.0%} a line for {of_what}, the rest {self.trees_.n_rounds_} rounds of boosting")
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The weighted mean of both answers, `(n_samples,)`."""
        rows = self._rows(X)
        line = unrooted(self.line_.predict(bend(rows, self.bends_)), self.lowest_, self.highest_, self.root_)
        found: Array = self.share_ * line + (1 - self.share_) * self.trees_.predict(rows)
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def columns_of(rows: Array, kinds: NDArray[np.bool_]) -> tuple[Column, ...]:
    """What each column is to the encoder of the line: a number, or codes from 0 up."""
    highest = np.where(np.isnan(rows), -1.0, rows).max(axis=0, initial=-1.0)
    return coded(np.where(kinds, highest + 1, 0).astype(int).tolist())


def skew(values: Array) -> float:
    """The third standardised moment of `(n,)`; 0 where nothing changes."""
    spread = float(values.std())
    return float(np.mean(((values - values.mean()) / spread) ** 3)) if spread > 0 else 0.0


def bends(rows: Array, kinds: NDArray[np.bool_]) -> Array:
    """For each column with a long tail above 0 the median of what is above 0; 0 for all others, `(n_features,)`."""
    found = np.zeros(rows.shape[1])
    for i in np.flatnonzero(~kinds).tolist():
        known = rows[~np.isnan(rows[:, i]), i]
        if len(known) and known.min() >= 0 and skew(known) > SKEW:
            found[i] = float(np.median(known[known > 0]))
    return found


def bend(rows: Array, at: Array) -> Array:
    """`log(1 + x / median)` in the columns that have one, `(n, n_features)`; what is below 0 counts as 0."""
    out = rows.copy()
    some = at > 0
    out[:, some] = np.log1p(np.maximum(rows[:, some], 0) / at[some])
    return out


def unrooted(answers: Array, lowest: float, highest: float, root: bool) -> Array:
    """Answers in the unit of the target, kept within `BEYOND` of its range where they are squares."""
    if not root:
        return answers
    return lowest + np.square(np.clip(answers, 0, np.sqrt(BEYOND * (highest - lowest))))


def _line(bent: Array, aims: Array, columns: tuple[Column, ...]) -> TableRegressor:
    return TableRegressor(Ridge(), columns).fit(bent, aims)


def _share(line: Array, trees: Array, truth: Array) -> float:
    """How much the line counts for, 0 to 1, by least squares."""
    apart = line - trees
    size = float(apart @ apart)
    return float(np.clip(apart @ (truth - trees) / size, 0, 1)) if size > 0 else 0.5
