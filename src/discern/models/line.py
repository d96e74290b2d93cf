"""A line through a table two ways: ordinary least squares in closed form, and gradient descent step by step.

The line is `target = intercept + slope_1 column_1 + ... + slope_k column_k`. Both ways work on standardised columns
(mean 0, spread 1) and give parameters `(k + 1,)`, intercept first, in the units of the columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import seeds
from ..core.views import Record

Array = NDArray[np.float64]
FAR = 1e8
"""A standardised parameter beyond this is on its way to infinity: descent ends before numbers overflow."""
CALM, POWER = 10.0, 0.6
"""Falling steps: `rate / (1 + step / CALM) ** POWER`. Powers above 1/2 and up to 1 let the line come to rest (Robbins
and Monro, Annals of Mathematical Statistics 22, 1951)."""
USUAL, HALF = 0.1, 0.5
"""The size of steps when none is given, but at most this share of the largest that does not run away."""
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Scale(Record):
    """Means and spreads (standard deviations; 1 for what does not vary) of the columns and, last, the target."""

    mean: Array
    spread: Array

    @classmethod
    def of(cls, values: Array) -> Scale:
        """Of rows `(n, k + 1)`."""
        mean, deviations = _centred(values)
        return cls(mean, _spread(deviations.std(axis=0), mean))

    def scaled(self, values: Array) -> Array:
        """Rows `(n, k + 1)` standardised, a column of ones before them: `(n, k + 2)`."""
        out = np.empty((len(values), values.shape[1] + 1))
        out[:, 0] = 1.0
        np.subtract(values, self.mean, out=out[:, 1:])
        out[:, 1:] /= self.spread
        return out

    def undone(self, scaled: Array) -> Array:
        """Parameters `(..., k + 1)` of standardised columns in the units of the columns."""
        slopes = scaled[..., 1:] * (self.spread[-1] / self.spread[:-1])
        first = self.mean[-1] + self.spread[-1] * scaled[..., 0] - slopes @ self.mean[:-1]
        return np.concatenate([first[..., None], slopes], axis=-1)

    def done(self, parameters: Array) -> Array:
        """The inverse of `undone`."""
        slopes = parameters[..., 1:] * (self.spread[:-1] / self.spread[-1])
        first = (parameters[..., 0] + parameters[..., 1:] @ self.mean[:-1] - self.mean[-1]) / self.spread[-1]
        return np.concatenate([first[..., None], slopes], axis=-1)


@dataclass(frozen=True)
class ClosedForm(Record):
    """The line with the least sum of squared errors."""

    parameters: Array
    """`(k + 1,)`, in the units of the columns."""
    scaled: Array
    """The same for standardised columns."""
    errors: Array
    """Standard errors of `parameters`; NaN where rows are too few or columns tell the same."""
    loss: float
    """Mean squared error over the rows, in squared units of the target."""
    rank: int
    """Below k + 1 where columns tell the same: then many lines are as good, and this is the flattest of them."""
    n: int

    @property
    def free(self) -> int:
        """Degrees of freedom that are left for the errors."""
        return self.n - self.rank


def closed_form(rows: Array, scale: Scale) -> ClosedForm:
    """Ordinary least squares by the singular values of standardised rows `(n, k + 2)`, as `Scale.scaled` gives them.

    Source: Golub and Van Loan, Matrix Computations, section 5.5; standard errors as in any textbook of regression.
    """
    left, values, right = np.linalg.svd(rows[:, :-1], full_matrices=False)
    kept = values > values[0] * EPSILON * max(rows.shape)
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=kept)
    found = right.T @ (inverse * (left.T @ rows[:, -1]))
    covariance = (right.T * inverse**2) @ right
    loss = float(np.mean((rows[:, :-1] @ found - rows[:, -1]) ** 2))
    return _of(found, covariance, loss, int(kept.sum()), len(rows), scale)


@dataclass(frozen=True)
class Moments(Record):
    """Sums over rows from which the closed form follows, however many the rows; they add up piece by piece."""

    n: int
    mean: Array
    products: Array
    """Sums of products of deviations from the means, `(k + 1, k + 1)`, the target last."""

    @classmethod
    def of(cls, values: Array) -> Moments:
        mean, deviations = _centred(values)
        return cls(len(values), mean, deviations.T @ deviations)

    def plus(self, other: Moments) -> Moments:
        """Of the rows of both (Chan, Golub and LeVeque, The American Statistician 37, 1983)."""
        n = self.n + other.n
        apart = other.mean - self.mean
        products = self.products + other.products + np.outer(apart, apart) * (self.n * other.n / n)
        return Moments(n, self.mean + apart * (other.n / n), products)

    @property
    def varies(self) -> NDArray[np.bool_]:
        """Which columns, and the target, vary beyond rounding, `(k + 1,)`."""
        return _varies(np.sqrt(np.diag(self.products) / self.n), self.mean)

    def of_columns(self, chosen: list[int]) -> Moments:
        """Those of some columns."""
        return Moments(self.n, self.mean[chosen], self.products[np.ix_(chosen, chosen)])

    def scale(self) -> Scale:
        return Scale(self.mean, _spread(np.sqrt(np.diag(self.products) / self.n), self.mean))

    def closed_form(self) -> ClosedForm:
        """Ordinary least squares from the sums alone; exact to about the square of the columns' likeness."""
        scale = self.scale()
        correlations = self.products / np.outer(scale.spread, scale.spread) / self.n
        values, vectors = np.linalg.eigh(correlations[:-1, :-1])
        kept = values > values.max(initial=0.0) * EPSILON * self.products.shape[0] * 8
        inverse = np.divide(1.0, values, out=np.zeros_like(values), where=kept)
        slopes = vectors @ (inverse * (vectors.T @ correlations[:-1, -1]))
        loss = float(correlations[-1, -1] - 2 * slopes @ correlations[:-1, -1]
                     + slopes @ correlations[:-1, :-1] @ slopes)  # fmt: skip
        covariance = np.zeros(correlations.shape)
        covariance[0, 0] = 1 / self.n
        covariance[1:, 1:] = (vectors * inverse) @ vectors.T / self.n
        found = np.concatenate([[0.0], slopes])
        return _of(found, covariance, max(loss, 0.0), 1 + int(kept.sum()), self.n, scale)


def _of(found: Array, covariance: Array, loss: float, rank: int, n: int, scale: Scale) -> ClosedForm:
    """From the solution for standardised columns; `covariance` is that of its parameters at errors of spread 1."""
    errors = np.full(len(found), np.nan)
    if n > rank == len(found):
        to_units = scale.undone(np.eye(len(found))) - scale.undone(np.zeros((1, len(found))))
        spread = math.sqrt(loss * n / (n - rank))
        errors = spread * np.sqrt(np.einsum("ji,jk,ki->i", to_units, covariance, to_units))
    return ClosedForm(scale.undone(found), found, errors, loss * float(scale.spread[-1]) ** 2, rank, n)


@dataclass(frozen=True)
class Surface(Record):
    """The loss as a function of standardised parameters: `least + (p - bottom)' curvature (p - bottom)`."""

    curvature: Array
    """`(k + 1, k + 1)`: means of products of the standardised columns, the one of ones first."""
    bottom: Array
    least: float
    unit: float
    """The squared spread of the target, which takes a standardised loss to the target's units."""

    @classmethod
    def of(cls, rows: Array, best: ClosedForm, scale: Scale) -> Surface:
        columns = rows[:, :-1]
        return cls(columns.T @ columns / len(rows), best.scaled, best.loss, float(scale.spread[-1]) ** 2)

    def loss(self, scaled: Array) -> Array:
        """Mean squared errors of parameters `(..., k + 1)`, `(...)`, in squared units of the target."""
        apart = scaled - self.bottom
        above: Array = np.einsum("...i,ij,...j->...", apart, self.curvature, apart)
        return self.least + self.unit * above

    @property
    def steepest(self) -> float:
        """Largest curvature of the loss."""
        return float(np.linalg.eigvalsh(self.curvature)[-1])


def largest_step(rows: Array, surface: Surface, batch: int) -> float:
    """The step above which descent by `batch` rows a step moves away from the bottom, on average.

    With all rows a step that is 2 / largest curvature. With fewer, single rows of large values count for more: 2 / the
    largest eigenvalue of `M` relative to the curvature `G`, where `M` is the mean of `z z' z z'` over rows z for one
    row a step (Bach and Moulines, NeurIPS 2013, section 2) and `M / b + (1 - 1 / b) G G` for b.
    """
    columns, curvature = rows[:, :-1], surface.curvature
    if batch >= len(rows):
        return 2 / surface.steepest
    lengths = np.einsum("ij,ij->i", columns, columns)
    fourth = (columns * lengths[:, None]).T @ columns / len(rows)
    noisy = fourth / batch + (1 - 1 / batch) * curvature @ curvature
    values, vectors = np.linalg.eigh(curvature)
    kept = values > values[-1] * 1e-10
    half = vectors[:, kept] / np.sqrt(values[kept])
    return 2 / float(np.linalg.eigvalsh(half.T @ noisy @ half)[-1])


def step_sizes(rate: float, steps: int, *, falling: bool) -> Array:
    """The size of each of `steps` steps, `(steps,)`."""
    count = np.arange(steps, dtype=np.float64)
    return rate / (1 + count / CALM) ** POWER if falling else np.full(steps, rate)


@dataclass(frozen=True)
class Path(Record):
    """Where descent was: before the first step and after each."""

    scaled: Array
    """Parameters for standardised columns, `(steps + 1, k + 1)`."""
    sizes: Array
    """Of the steps, `(steps,)`."""
    ran_away: bool
    """Whether it was stopped because the numbers went to infinity."""

    @property
    def steps(self) -> int:
        return len(self.sizes)


def descend(rows: Array, surface: Surface, sizes: Array, batch: int, *, seed: int) -> Path:
    """Gradient descent from 0 (the mean of the target for every row) over standardised rows `(n, k + 2)`.

    A step goes against the gradient of half the squared error, averaged over `batch` rows; rows come in an order that
    is drawn anew for each pass. With all rows a step the gradient is that of `surface`, whatever their number.
    """
    n, width = len(rows), rows.shape[1] - 1
    found = np.zeros((len(sizes) + 1, width))
    now = found[0]
    order, at = np.arange(0), 0
    draw = seeds.generator(seed, "order of rows")
    for step, size in enumerate(sizes):
        if batch >= n:
            gradient = surface.curvature @ (now - surface.bottom)
        else:
            if at + batch > len(order):
                order, at = draw.permutation(n), 0
            chosen = rows[order[at : at + batch]]
            at += batch
            gradient = (chosen[:, :-1] @ now - chosen[:, -1]) @ chosen[:, :-1] / batch
        now = now - size * gradient
        found[step + 1] = now
        if np.abs(now).max() > FAR:
            return Path(found[: step + 2], sizes[: step + 1], True)
    return Path(found, sizes, False)


def _centred(values: Array) -> tuple[Array, Array]:
    """Means `(k + 1,)` of rows, and the deviations from them; exact where a column is the same in every row, as the
    plain mean of many equal numbers is not."""
    deviations = values - values[0]
    apart = deviations.mean(axis=0)
    deviations -= apart
    return values[0] + apart, deviations


def _varies(spread: Array, mean: Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = spread > 8 * EPSILON * np.abs(mean)
    return found


def _spread(spread: Array, mean: Array) -> Array:
    """Spreads, 1 where nothing varies beyond rounding."""
    return np.where(_varies(spread, mean), spread, 1.0)
