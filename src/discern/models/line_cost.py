"""What a line costs both ways, measured: the closed form grows with rows times columns squared, descent with rows times
columns times the passes that it takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from ..core import seeds
from ..core.records import Figure
from .line import HALF, Array, Scale, step_sizes
from .line_fit import Cost

BATCH = 64
NEAR = 0.01
"""Descent goes on until its loss is this share above the closed form's."""
MOST_PASSES = 200
REPEATS = 3
LOOKED_AT = 2_000
"""Rows by which the size of steps is chosen."""
POWERS = 10
"""Rounds of the power method, for the largest curvature."""
CHECKS = 4
"""Of the loss in each pass, not counted."""


def made_up(n_rows: int, n_columns: int, *, seed: int) -> Array:
    """Independent columns and, last, a target that half follows them: `(n_rows, n_columns + 1)`."""
    draw = seeds.generator(seed, "made up", n_rows, n_columns)
    values = draw.standard_normal((n_rows, n_columns + 1))
    values[:, -1] += values[:, :-1] @ draw.standard_normal(n_columns) / np.sqrt(n_columns)
    return values


def cost(n_rows: int, n_columns: int, *, seed: int, repeats: int = REPEATS) -> Cost:
    """Median, least and most seconds of the processor over `repeats` times, on one made-up table.

    The closed form is the quick one, by sums of products and Cholesky's factors. Descent takes steps of `BATCH` rows.
    Standardising is left out of both. Memory: three times the table.
    """
    values = made_up(n_rows, n_columns, seed=seed)
    scale = Scale.of(values)
    rows = scale.scaled(values)
    closed = [_timed(lambda: _normal_equations(rows)) for _ in range(repeats)]
    best = closed[0][1]
    least = float(np.mean((rows[:, :-1] @ best - rows[:, -1]) ** 2))
    found = [_descent(rows, least, seed=seed + again) for again in range(repeats)]
    arrived = [one for one in found if one is not None]
    how = "processor seconds, median of {} times, with the least and the most"
    return Cost(
        n_rows,
        n_columns,
        _spread([seconds for seconds, _ in closed], how),
        _spread([seconds for seconds, _ in arrived], how) if len(arrived) == repeats else _never(repeats),
        _spread([passes for _, passes in arrived], "passes, median of {} times, with the least and the most")
        if len(arrived) == repeats
        else _never(repeats),
    )


def _normal_equations(rows: Array) -> Array:
    from scipy import linalg

    columns = rows[:, :-1]
    factor = linalg.cho_factor(columns.T @ columns, overwrite_a=True, check_finite=False)
    found: Array = linalg.cho_solve(factor, columns.T @ rows[:, -1], check_finite=False)
    return found


def _descent(rows: Array, least: float, *, seed: int) -> tuple[float, float] | None:
    """Seconds and passes until the loss is near the least; None where it does not come near.

    Rows come in their own order, cut into steps that are taken in an order drawn for each pass: made-up rows have none.
    """
    n, width = len(rows), rows.shape[1] - 1
    batch = min(BATCH, n)
    draw = seeds.generator(seed, "order of steps")
    columns, targets = rows[:, :-1], rows[:, -1]
    started = time.process_time()
    rate = HALF * _largest_step(columns[:LOOKED_AT], batch)
    seconds = time.process_time() - started
    a_pass = n // batch
    stretch = max(1, a_pass // CHECKS)
    sizes = step_sizes(rate, a_pass * MOST_PASSES, falling=True)
    now, step, order = np.zeros(width), 0, np.arange(0)
    while step < len(sizes):
        started = time.process_time()
        for size in sizes[step : step + stretch].tolist():
            if step % a_pass == 0:
                order = draw.permutation(a_pass)
            first = order[step % a_pass] * batch
            part = columns[first : first + batch]
            now = now - (size / batch) * ((part @ now - targets[first : first + batch]) @ part)
            step += 1
        seconds += time.process_time() - started
        if float(np.mean((columns @ now - targets) ** 2)) <= (1 + NEAR) * least:
            return seconds, step * batch / n
    return None


def _largest_step(columns: Array, batch: int) -> float:
    """`line.largest_step` for Gaussian columns, whose fourth moments follow from the second; without k x k sums."""
    lengths = float(np.einsum("ij,ij->", columns, columns)) / len(columns)
    along, steepest = np.ones(columns.shape[1]), 1.0
    for _ in range(POWERS):
        along = (columns @ (along / np.linalg.norm(along))) @ columns / len(columns)
        steepest = float(np.linalg.norm(along))
    return 2 / ((lengths + 2 * steepest) / batch + (1 - 1 / batch) * steepest)


def _timed(do: Callable[[], Array]) -> tuple[float, Array]:
    started = time.process_time()
    found = do()
    return time.process_time() - started, found


def _spread(values: list[float], how: str) -> Figure:
    return Figure(statistics.median(values), min(values), max(values), len(values), how.format(len(values)))


def _never(n: int) -> Figure:
    return Figure(
        None, None, None, n, f"not within {100 * NEAR:g} % of the closed form's loss after {MOST_PASSES} passes"
    )
