"""The line over rows that come in pieces, none of which is kept: the closed form from running sums, and stochastic
gradient descent whose scales are running means."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..core import seeds
from .line import FAR, HALF, USUAL, Array, Moments, Scale, Surface, largest_step, step_sizes

LOOKED_AT = 20_000
"""Rows of the first piece by which the size of steps is chosen."""


@dataclass
class StreamedLine:
    """Takes rows piece by piece; memory is that of one piece, time grows with rows times columns.

    When a piece moves the running means and spreads, the parameters are put into the new scales: the line stays where
    it is.
    """

    batch: int
    rate: float | None = None
    falling: bool = True
    seed: int = 0
    moments: Moments | None = None
    parameters: Array | None = None
    """In the units of the columns, `(k + 1,)`."""
    rate_used: float = 0.0
    largest: float = 0.0
    """The largest step that does not run away, by the first piece."""
    steps: int = 0
    ran_away: bool = False

    def take(self, values: Array) -> None:
        """Learn from rows `(n, k + 1)`, the target last. Nothing is learned any more once the numbers ran away."""
        if not len(values):
            return
        piece = Moments.of(values)
        self.moments = piece if self.moments is None else self.moments.plus(piece)
        if self.ran_away:
            return
        scale = self.moments.scale()
        order = seeds.generator(self.seed, "order of rows", self.moments.n).permutation(len(values))
        rows = scale.scaled(values[order])
        if self.parameters is None:
            self._begin(rows, scale)
        assert self.parameters is not None
        now, squares = scale.done(self.parameters), 0.0
        starts = range(0, len(rows), self.batch)
        sizes = step_sizes(self.rate_used, self.steps + len(starts), falling=self.falling)[self.steps :]
        columns, targets = rows[:, :-1], rows[:, -1]
        for size, start in zip(sizes.tolist(), starts, strict=True):
            chosen = columns[start : start + self.batch]
            errors = chosen @ now - targets[start : start + self.batch]
            squares += float(errors @ errors)
            now = now - (size / len(errors)) * (errors @ chosen)
            if not math.isfinite(squares) or squares > FAR * FAR * len(rows):
                self.ran_away = True
                break
        self.steps += len(starts)
        if not self.ran_away:
            self.parameters = scale.undone(now)

    def _begin(self, rows: Array, scale: Scale) -> None:
        looked = rows[:LOOKED_AT]
        curvature = looked[:, :-1].T @ looked[:, :-1] / len(looked)
        surface = Surface(curvature, np.zeros(len(curvature)), 0.0, 1.0)
        self.largest = largest_step(looked, surface, min(self.batch, len(looked)))
        self.rate_used = min(USUAL, HALF * self.largest) if self.rate is None else self.rate
        self.parameters = scale.undone(np.zeros(rows.shape[1] - 1))
