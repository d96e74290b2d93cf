"""What fitting a line came to, as records: the closed form, chosen iterations of descent, sizes of steps, costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ..core.records import Figure
from ..core.views import Record
from .line import Array, ClosedForm, Path, Scale, Surface

AT_REST = 0.99
"""This share of the way down counts as having arrived."""
SLOW = 0.5
"""Below this share of the way, steps count as too small."""


@dataclass(frozen=True)
class Kept(Record):
    """The line after one iteration: its loss and its parameters, intercept first."""

    iteration: int
    loss: Figure
    """Mean squared error over all rows."""
    parameters: tuple[Figure, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "iteration": self.iteration,
            "loss": self.loss.to_json(),
            "parameters": [figure.to_json() for figure in self.parameters],
        }


@dataclass(frozen=True)
class RateTried(Record):
    """Descent with one size of steps."""

    rate: float
    steps: int
    """That were taken: fewer than were asked for when it ran away."""
    ran_away: bool
    way: Figure
    """The share of the way from the first line's loss down to the closed form's; below 0 when it ended higher."""
    loss: Figure
    """At the end."""
    given: bool
    """Whether this is the size that the line was fitted with."""
    curve: tuple[tuple[int, float], ...]
    """Iteration and loss: about 160 of them, evenly on a logarithmic scale."""

    @property
    def outcome(self) -> str:
        """`ran away`, `higher`, `too small`, `on its way` or `arrived`."""
        way = self.way.value
        if self.ran_away:
            return "ran away"
        if way is None or way >= AT_REST:
            return "arrived"
        return "higher" if way < 0 else "too small" if way < SLOW else "on its way"

    def to_json(self) -> dict[str, Any]:
        return {
            "rate": self.rate,
            "steps": self.steps,
            "ran_away": self.ran_away,
            "outcome": self.outcome,
            "given": self.given,
            "way": self.way.to_json(),
            "loss": self.loss.to_json(),
        }


@dataclass(frozen=True)
class LineFit(Record):
    """A line fitted both ways."""

    name: str
    """Of the table."""
    target: str
    columns: tuple[str, ...]
    n_rows: int
    n_left_out: int
    """Rows with a missing value in one of the columns."""
    constant: tuple[str, ...]
    """Columns that are the same in every row; their slope is 0."""
    alike: bool
    """Whether some columns tell the same, so that many lines are equally good."""
    iterations: int
    """Steps that were taken."""
    batch: int
    """Rows a step."""
    rate: float
    falling: bool
    largest: float
    """The size above which steps move away from the lowest point, on average."""
    seed: int
    streamed: bool
    ran_away: bool
    closed: tuple[Figure, ...]
    """Parameters of the closed form with their intervals, intercept first."""
    closed_loss: Figure
    first_loss: Figure
    """Of the first line, the mean of the target for every row."""
    way: Figure
    explained: Figure
    """The share of the target's variation that the closed form's line goes along with, on these rows."""
    kept: tuple[Kept, ...]
    rates: tuple[RateTried, ...] = ()
    scale: Mapping[str, tuple[float, float]] | None = None
    """Column -> mean and spread that it was standardised by."""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        plain = ("name", "target", "n_rows", "n_left_out", "alike", "iterations", "batch", "rate", "falling",
                 "seed", "streamed", "ran_away")  # fmt: skip
        how = "2 / the largest eigenvalue of the mean of z z' z z' over rows z, relative to the curvature of the loss"
        figures = ("closed_loss", "first_loss", "way", "explained")
        return {
            "schema": 1,
            **{name: getattr(self, name) for name in plain},
            "columns": list(self.columns),
            "constant": list(self.constant),
            "largest": Figure(self.largest, None, None, self.n_rows, how).to_json(),
            "closed": [figure.to_json() for figure in self.closed],
            **{name: getattr(self, name).to_json() for name in figures},
            "kept": [one.to_json() for one in self.kept],
            "rates": [one.to_json() for one in self.rates],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Drawn(Record):
    """What the pictures of a fit are drawn from; nothing of it is a result."""

    points: Array
    """Some of the rows, `(m, k + 1)`, the target last."""
    path: tuple[tuple[int, Array], ...]
    """Iteration and standardised parameters, `(k + 1,)`, about 400 of them."""
    surface: Surface
    scale: Scale


@dataclass(frozen=True)
class Cost(Record):
    """What both ways took for one size of table, in seconds of the processor."""

    rows: int
    columns: int
    closed: Figure
    descent: Figure
    passes: Figure
    """How often descent went through the rows until its loss was within a hundredth of the closed form's."""

    def to_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "columns": self.columns, "closed": self.closed.to_json(),
                "descent": self.descent.to_json(), "passes": self.passes.to_json()}  # fmt: skip


def parameter_figures(best: ClosedForm) -> tuple[Figure, ...]:
    """The closed form's parameters with 95 % intervals of Student's t."""
    if not np.isfinite(best.errors).all():
        why = "no interval: as many parameters as rows" if best.free <= 0 else "no interval: columns tell the same"
        return tuple(Figure(float(value), None, None, best.n, why) for value in best.parameters)
    wide = float(stats.t.ppf(0.975, best.free))
    how = f"ordinary least squares, Student's t with {best.free:,} degrees of freedom, errors of one spread"
    return tuple(
        Figure(float(value), float(value - wide * error), float(value + wide * error), best.n, how)
        for value, error in zip(best.parameters, best.errors, strict=True)
    )


def kept_at(iteration: int, loss: float, parameters: Array, n: int) -> Kept:
    """One iteration as a record."""
    how = f"as it stands after {iteration:,} {'step' if iteration == 1 else 'steps'} of descent"
    figures = (Figure(float(value), None, None, n, how) for value in parameters)
    return Kept(iteration, Figure(loss, None, None, n, how), tuple(figures))


def way_down(first: float, last: float, least: float, n: int) -> Figure:
    """The share of the way from the first loss to the least that was gone; undefined where there is no way to go."""
    gap = first - least
    if gap <= 1e-12 * first or not math.isfinite(last):
        return Figure(None, None, None, n, "the first line is as good as the best" if gap <= 1e-12 * first else "none")
    return Figure(
        float((first - last) / gap), None, None, n, "1 - (loss at the end - closed form's) / (first - closed form's)"
    )


def rate_tried(rate: float, path: Path, surface: Surface, n: int, *, given: bool, curve: Array) -> RateTried:
    """How descent went with one size of steps; `curve` holds its losses, `(steps + 1,)`."""
    thinned = np.unique(np.concatenate([[0], np.geomspace(1, path.steps, 160).astype(int), [path.steps]]))
    points = tuple((int(i), float(curve[i])) for i in thinned)
    end = kept_at(path.steps, float(curve[-1]), np.empty(0), n).loss
    return RateTried(
        rate, path.steps, path.ran_away, way_down(curve[0], curve[-1], surface.least, n), end, given, points
    )


def explained(best: ClosedForm, first_loss: float) -> Figure:
    """R squared on the rows of the fit."""
    if first_loss == 0:
        return Figure(None, None, None, best.n, "the target is the same in every row")
    how = "1 - mean squared error / variance, on the rows that the line was fitted to"
    return Figure(1 - best.loss / first_loss, None, None, best.n, how)


def scale_of(names: tuple[str, ...], scale: Scale) -> dict[str, tuple[float, float]]:
    """Column -> mean, spread."""
    return {name: (float(m), float(s)) for name, m, s in zip(names, scale.mean, scale.spread, strict=True)}
