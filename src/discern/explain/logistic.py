"""Logistic regression by maximum likelihood, without penalty, with what its standard errors need."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .figures import Array

STEPS = 60
"""More than Newton's way takes to a finite answer; where labels fall apart, it goes on for ever, by one each step."""
CLOSE = 1e-9


@dataclass(frozen=True)
class Logistic:
    """A fitted model of log-odds against the first class: `k` terms (the constant first) for each other class."""

    estimates: Array
    """`(n_classes - 1, k)`."""
    covariance: Array
    """Inverse of the observed information, `(m, m)` with `m = (n_classes - 1) * k`, class by class."""
    scores: Array
    """Of each row, `(n, m)`."""
    log_likelihood: float
    separated: bool
    """Whether some answers are certain beyond what a finite coefficient can say: then the estimates mean nothing."""

    def robust(self, units: NDArray[np.int64]) -> tuple[Array, float]:
        """Covariance by whole units (K.-Y. Liang, S. Zeger, Biometrika 73, 1986); with rows alone, the usual one.

        Degrees of freedom are infinite: Wald's test is the normal one.
        """
        n, n_units = len(self.scores), int(units.max()) + 1
        if n_units == n:
            return self.covariance, math.inf
        sums = np.zeros((n_units, self.scores.shape[1]))
        np.add.at(sums, units, self.scores)
        half = sums @ self.covariance
        correction = n_units / max(n_units - 1, 1) * (n - 1) / (n - len(self.covariance))
        return correction * half.T @ half, math.inf


def logistic(matrix: Array, codes: NDArray[np.int64], n_classes: int) -> Logistic:
    """Fit classes `codes` `(n,)` by `matrix` `(n, q)` (independent columns) and a constant, by Newton's steps.

    Source: D. Böhning, Annals of the Institute of Statistical Mathematics 44, 1992, for several classes.
    """
    n = len(matrix)
    middle, scale = matrix.mean(axis=0), matrix.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    unit = np.column_stack([np.ones(n), (matrix - middle) / scale])
    k, others = unit.shape[1], n_classes - 1
    wanted = (codes[:, None] == np.arange(1, n_classes)).astype(np.float64)
    beta = np.zeros((others, k))
    value = _likelihood(unit, wanted, beta)
    separated = True
    for _ in range(STEPS):
        chances = _chances(unit, beta)
        gradient = ((wanted - chances).T @ unit).ravel()
        step = _solved(_information(unit, chances), gradient)
        if step is None:
            break
        size, found = 1.0, -math.inf
        while size > 1e-4:
            found = _likelihood(unit, wanted, beta + size * step.reshape(others, k))
            if found >= value - CLOSE * abs(value):
                break
            size /= 2
        beta = beta + size * step.reshape(others, k)
        done = float(np.abs(step).max()) * size < CLOSE
        value = found
        if done:
            separated = False
            break
    chances = _chances(unit, beta)
    covariance = _inverse(_information(unit, chances))
    back = np.zeros((k, k))
    back[0, 0] = 1.0
    back[0, 1:] = -middle / scale
    back[1:, 1:] = np.diag(1 / scale)
    whole = np.kron(np.eye(others), back)
    scores = ((wanted - chances)[:, :, None] * np.column_stack([np.ones(n), matrix])[:, None, :]).reshape(n, -1)
    return Logistic(
        estimates=beta @ back.T,
        covariance=whole @ covariance @ whole.T,
        scores=scores,
        log_likelihood=value,
        separated=separated or not np.isfinite(covariance).all(),
    )


def _chances(unit: Array, beta: Array) -> Array:
    odds = unit @ beta.T
    top = np.maximum(odds.max(axis=1, initial=0.0), 0.0)[:, None]
    powers = np.exp(odds - top)
    found: Array = powers / (powers.sum(axis=1, keepdims=True) + np.exp(-top))
    return found


def _likelihood(unit: Array, wanted: Array, beta: Array) -> float:
    odds = unit @ beta.T
    top = np.maximum(odds.max(axis=1, initial=0.0), 0.0)
    total = top + np.log(np.exp(odds - top[:, None]).sum(axis=1) + np.exp(-top))
    return float((wanted * odds).sum() - total.sum())


def _information(unit: Array, chances: Array) -> Array:
    k, others = unit.shape[1], chances.shape[1]
    found = np.empty((others * k, others * k))
    for i in range(others):
        for j in range(i, others):
            weight = chances[:, i] * ((i == j) - chances[:, j])
            block = unit.T @ (unit * weight[:, None])
            found[i * k : (i + 1) * k, j * k : (j + 1) * k] = block
            found[j * k : (j + 1) * k, i * k : (i + 1) * k] = block.T
    return found


def _solved(information: Array, gradient: Array) -> Array | None:
    try:
        step = np.linalg.solve(information, gradient).astype(np.float64)
    except np.linalg.LinAlgError:
        return None
    return step if np.isfinite(step).all() else None


def _inverse(information: Array) -> Array:
    try:
        return np.linalg.inv(information).astype(np.float64)
    except np.linalg.LinAlgError:
        return np.full(information.shape, math.nan)
