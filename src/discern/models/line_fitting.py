"""A line fitted both ways to rows that are there, or that come in pieces: everything that is shown of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError, describe
from ..core.line_options import ALL, STREAM_BATCH, LineOptions, kept_iterations
from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record
from .line import (
    HALF,
    USUAL,
    Array,
    ClosedForm,
    Moments,
    Path,
    Scale,
    Surface,
    closed_form,
    descend,
    largest_step,
    step_sizes,
)
from .line_fit import (
    Drawn,
    LineFit,
    RateTried,
    explained,
    kept_at,
    parameter_figures,
    rate_tried,
    scale_of,
    way_down,
)
from .line_stream import StreamedLine

POINTS = 400
"""So many rows are drawn."""
PATH_POINTS = 400
KEPT_NUMBERS = 20_000_000
"""Iterations times parameters, which are all kept."""
MOST_COLUMNS = 1_000
"""Sums of products grow with their square, and the work on them with their cube."""
LARGEST_VALUE = 1e100
"""Squares of larger values, and their sums, would overflow."""
TOO_SMALL, TOO_LARGE = 0.1, (1.2, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Steps that are compared when none are named: too small, so that all together come to this, and too large, times the
largest that does not run away: the first that does, since steps that fall may be saved by falling."""


@dataclass(frozen=True)
class Rows:
    """A table's rows as numbers, without missing ones."""

    name: str
    columns: tuple[str, ...]
    target: str
    values: Array
    """`(n, k + 1)`, the target last."""
    n_left_out: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Steps(Record):
    """Every iteration that is kept."""

    iteration: NDArray[np.int64]
    size: Array
    """Of the step that led there; NaN before the first."""
    loss: Array
    parameters: Array
    """`(m, k + 1)`, in the units of the columns."""


@dataclass(frozen=True)
class Fitted:
    """The result, what it is drawn from, and all steps."""

    fit: LineFit
    drawn: Drawn
    steps: Steps


def fit_rows(rows: Rows, options: LineOptions) -> Fitted:
    """Fit rows both ways. Raises DataError for rows that no line can be fitted to, OptionError for too many steps."""
    kept, constant = _that_vary(rows)
    values = rows.values[:, [*kept, -1]]
    names = tuple(rows.columns[i] for i in kept)
    _refuse_wide(rows.name, names)
    _refuse_many(options.steps, len(names))
    scale = Scale.of(values)
    standard = scale.scaled(values)
    best = closed_form(standard, scale)
    surface = Surface.of(standard, best, scale)
    n = len(values)
    batch = n if options.batch == ALL else min(options.batch or 1, n)
    falling = _falls(options, batch < n)
    largest = largest_step(standard, surface, batch)
    rate = min(USUAL, _round(HALF * largest)) if options.rate is None else options.rate

    def descent(size: float) -> Path:
        sizes = step_sizes(size, options.steps, falling=falling)
        return descend(standard, surface, sizes, batch, seed=options.seed)

    def tried(size: float, path: Path) -> RateTried:
        return rate_tried(size, path, surface, n, given=size == rate, curve=surface.loss(path.scaled))

    way = descent(rate)
    losses, parameters = surface.loss(way.scaled), scale.undone(way.scaled)
    shown = [i for i in (options.shown or kept_iterations(way.steps)) if i < way.steps]
    chosen = sorted({0, *shown, way.steps})
    sizes = options.rates or _sizes(largest, options.steps, falling=falling)
    compared = [tried(rate, way), *(tried(size, descent(size)) for size in sizes if size != rate)]
    if not options.rates:
        large = (tried(size, descent(size)) for share in TOO_LARGE if (size := _round(share * largest)) > rate)
        compared += itertools.islice((one for one in large if one.outcome in ("ran away", "higher")), 1)
    both = sorted(compared, key=lambda one: one.rate)
    drawn = Drawn(_some(values, options.seed), _thinned(np.arange(way.steps + 1), way.scaled), surface, scale)
    fit = _result(
        rows, names, constant, best, surface, scale, options, steps=way.steps, batch=batch, rate=rate, falling=falling,
        largest=largest, ran_away=way.ran_away, last=float(losses[-1]), tried=tuple(both),
        kept=[(i, float(losses[i]), parameters[i]) for i in chosen],
    )  # fmt: skip
    taken = np.concatenate([[np.nan], way.sizes])
    return Fitted(fit, drawn, Steps(np.arange(way.steps + 1), taken, losses, parameters))


def fit_stream(name: str, columns: tuple[str, ...], pieces: Iterator[Array], options: LineOptions) -> Fitted:
    """Fit rows that come in pieces `(n, k + 1)`, missing values NaN, both ways in one pass; no piece is kept.

    The closed form comes from running sums. Losses are over all rows, of each line that there was after a piece.
    """
    _refuse_wide(name, columns)
    batch = options.batch or STREAM_BATCH
    line = StreamedLine(batch, options.rate, _falls(options, True), options.seed)
    places: list[tuple[int, Array]] = []
    points: list[Array] = []
    n_left_out = 0
    for number, piece in enumerate(_finer(pieces, batch)):
        known = ~np.isnan(piece.sum(axis=1))  # a missing value makes the whole sum missing
        whole = piece if known.all() else piece[known]
        n_left_out += len(piece) - len(whole)
        _refuse_large(whole, (*columns, options.target), name)
        if not len(whole):
            continue
        if line.parameters is None:
            first = np.zeros(len(columns) + 1)
            first[0] = whole[:, -1].mean()
            places.append((0, first))
        line.take(whole)
        points.append(_some(whole, options.seed + number))
        points = [_some(np.concatenate(points), options.seed)] if len(points) > 50 else points
        assert line.parameters is not None
        places.append((line.steps, line.parameters))
    if line.moments is None or line.parameters is None or line.moments.n < 2:
        raise DataError(describe(name, found="no two whole rows", expected="numbers in each of the columns"))
    return _streamed(name, columns, line, places, np.concatenate(points), n_left_out, options)


def _finer(pieces: Iterator[Array], batch: int) -> Iterator[Array]:
    """The first piece in parts that grow, so that the first steps are seen one by one."""
    for first in pieces:
        at = 0
        for end in (*(batch * count for count in (1, 2, 5, 10, 20, 50, 100, 200)), len(first)):
            if at < min(end, len(first)):
                yield first[at : min(end, len(first))]
                at = end
        break
    yield from pieces


def _streamed(
    name: str,
    columns: tuple[str, ...],
    line: StreamedLine,
    places: list[tuple[int, Array]],
    points: Array,
    n_left_out: int,
    options: LineOptions,
) -> Fitted:
    assert line.moments is not None
    kept, constant = _varying(name, columns, line.moments.varies)
    names, moments = tuple(columns[i] for i in kept), line.moments.of_columns([*kept, -1])
    best, scale = moments.closed_form(), moments.scale()
    surface = _surface(moments, best)
    count = np.array([step for step, _ in places])
    scaled = line.moments.scale().done(np.array([place for _, place in places]))[:, [0, *(1 + i for i in kept)]]
    scaled[0] = 0.0  # the mean of all rows, not of the first piece
    parameters = scale.undone(scaled)
    losses = surface.loss(scaled)
    shown = {min(range(1, len(count)), key=lambda i: abs(int(count[i]) - wanted))
             for wanted in kept_iterations(int(count[-1]))}  # fmt: skip
    rows = Rows(name, columns, options.target, np.empty((moments.n, 0)), n_left_out)
    fit = _result(
        rows, names, constant, best, surface, scale, options, steps=line.steps, batch=line.batch, rate=line.rate_used,
        falling=line.falling, largest=line.largest, ran_away=line.ran_away, last=float(losses[-1]), tried=(),
        kept=[(int(count[i]), float(losses[i]), parameters[i]) for i in sorted({0, *shown, len(count) - 1})],
    )  # fmt: skip
    sizes = np.full(len(count), np.nan)
    drawn = Drawn(_some(points[:, [*kept, -1]], options.seed), _thinned(count, scaled), surface, scale)
    return Fitted(fit, drawn, Steps(count, sizes, losses, parameters))


def _surface(moments: Moments, best: ClosedForm) -> Surface:
    scale = moments.scale()
    curvature = np.zeros((len(scale.mean), len(scale.mean)))
    curvature[0, 0] = 1.0
    curvature[1:, 1:] = (moments.products / np.outer(scale.spread, scale.spread) / moments.n)[:-1, :-1]
    return Surface(curvature, best.scaled, best.loss, float(scale.spread[-1]) ** 2)


def _result(
    rows: Rows,
    names: tuple[str, ...],
    constant: tuple[str, ...],
    best: ClosedForm,
    surface: Surface,
    scale: Scale,
    options: LineOptions,
    *,
    steps: int,
    batch: int,
    rate: float,
    falling: bool,
    largest: float,
    ran_away: bool,
    last: float,
    tried: tuple[RateTried, ...],
    kept: list[tuple[int, float, Array]],
) -> LineFit:
    n = best.n
    first = float(surface.loss(np.zeros(len(names) + 1)))
    notes = list(rows.notes)
    if n <= len(names) + 1:
        notes.append(
            f"There are as few rows as parameters ({n} rows, {len(names) + 1} parameters): the line goes through every "
            "one, whatever they are, and says nothing of other rows."
        )
    return LineFit(
        name=rows.name, target=rows.target, columns=names, n_rows=n, n_left_out=rows.n_left_out, constant=constant,
        alike=best.rank < len(names) + 1, iterations=steps, batch=batch, rate=rate, falling=falling, largest=largest,
        seed=options.seed, streamed=options.stream, ran_away=ran_away, closed=parameter_figures(best),
        closed_loss=Figure(best.loss, None, None, n, "mean squared error of the closed form, on the rows of the fit"),
        first_loss=kept_at(0, first, np.empty(0), n).loss, way=way_down(first, last, best.loss, n),
        explained=explained(best, first), kept=tuple(kept_at(*one, n) for one in kept), rates=tried,
        scale=scale_of((*names, rows.target), scale), notes=tuple(notes),
    )  # fmt: skip


def _that_vary(rows: Rows) -> tuple[list[int], tuple[str, ...]]:
    """Positions of the columns that vary, and the names of the others. Raises DataError."""
    values = rows.values
    if len(values) < 2:
        found = f"{len(values)} whole row{'' if len(values) == 1 else 's'}"
        left = f" ({rows.n_left_out:,} have missing values)" if rows.n_left_out else ""
        raise DataError(describe(rows.name, found=found + left, expected="at least 2, for a line"))
    _refuse_large(values, (*rows.columns, rows.target), rows.name)
    return _varying(rows.name, rows.columns, (values != values[0]).any(axis=0))


def _varying(where: str, columns: tuple[str, ...], varies: NDArray[np.bool_]) -> tuple[list[int], tuple[str, ...]]:
    """Positions of the columns that vary, and the names of the others. Raises DataError."""
    kept = [i for i in range(len(columns)) if varies[i]]
    if not kept:
        raise DataError(
            describe(where, found="the same number in every row of each column", expected="columns that vary")
        )
    return kept, tuple(name for i, name in enumerate(columns) if not varies[i])


def _refuse_large(values: Array, names: tuple[str, ...], where: str) -> None:
    if not len(values):
        return
    if max(float(values.max()), -float(values.min())) > LARGEST_VALUE:
        largest = np.abs(values).max(axis=0)
        worst = int(largest.argmax())
        found = f"{largest[worst]:g} in the column {names[worst]!r}"
        raise DataError(describe(where, found=found, expected=f"numbers up to {LARGEST_VALUE:g}"))


def _refuse_wide(where: str, columns: tuple[str, ...]) -> None:
    if len(columns) > MOST_COLUMNS:
        found = f"{len(columns):,} columns of numbers"
        raise DataError(describe(where, found=found, expected=f"at most {MOST_COLUMNS:,}", do="name some --with"))


def _refuse_many(steps: int, n_columns: int) -> None:
    if steps * (n_columns + 1) > KEPT_NUMBERS:
        most = KEPT_NUMBERS // (n_columns + 1)
        raise OptionError(
            f"--iterations {steps:,} of {n_columns + 1:,} parameters are too many to keep; expected at most {most:,}"
        )


def _falls(options: LineOptions, stochastic: bool) -> bool:
    return stochastic if options.schedule == "auto" else options.schedule == "falling"


def _sizes(largest: float, steps: int, *, falling: bool) -> tuple[float, float]:
    """Steps that are too small to get far, and half of the largest that do not run away."""
    small = TOO_SMALL / float(step_sizes(1.0, steps, falling=falling).sum())
    return _round(min(small, 0.1 * largest)), _round(HALF * largest)


def _round(size: float) -> float:
    """To two digits: a size of steps is no measurement."""
    return float(f"{size:.1e}")


def _some(values: Array, seed: int) -> Array:
    """Some rows, in their order."""
    if len(values) <= POINTS:
        return values
    chosen = np.sort(generator(seed, "rows to draw").choice(len(values), POINTS, replace=False))
    return values[chosen]


def _thinned(count: NDArray[np.int64], scaled: Array) -> tuple[tuple[int, Array], ...]:
    """The first hundred places, and the others thinned evenly on a logarithmic scale."""
    last = len(count) - 1
    chosen = np.unique(np.concatenate([np.arange(min(101, last + 1)),
                                       np.geomspace(1, max(1, last), PATH_POINTS).astype(int), [last]]))  # fmt: skip
    return tuple((int(count[i]), scaled[i]) for i in chosen)
