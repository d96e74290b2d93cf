"""Figures of a line and how descent came to it: chosen iterations, the loss, the path over its surface, step sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from ..models.line_fit import Drawn, LineFit, RateTried
from .drawing import ACCENT, BAD, INK, SECOND, SOFT, Drawing, draw, label
from .line_words import OUTCOMES, number, step_word

PANEL = (250.0, 190.0)
CURVE = (520.0, 300.0)
SURFACE = (430.0, 380.0)
ROOM = 0.08
"""Beside the points of a panel, of their range."""
FARTHEST = 5.0
"""A path that runs away is shown as far as this many times its first steps."""
START = 0.5
"""Where the line before the first step stands on a logarithmic axis."""
LEVELS = 12
HIGHEST = 30.0
"""Losses above this many times the first are left out of the comparison's picture."""
COLOURS = {"ran away": BAD, "higher": BAD, "too small": SECOND, "on its way": SOFT, "arrived": ACCENT}
Array = NDArray[np.float64]


def drawings(fit: LineFit, drawn: Drawn) -> dict[str, Drawing]:
    """Name -> figure, of all that the fit has."""
    found = [*panels(fit, drawn), loss_curve(fit, drawn)]
    if len(drawn.surface.bottom) > 1:
        found += [surface(fit, drawn, units=False), surface(fit, drawn, units=True)]
    if fit.rates:
        found.append(rates(fit))
    return {drawing.name: drawing for drawing in found}


def of_run(run: Any) -> list[Drawing]:
    """The line as it stands at the end, the loss, the path; then how the line came there."""
    found = list(drawings(run.result, run.drawn).values())
    return [found[len(run.result.kept) - 1], *found[len(run.result.kept) :], *found[: len(run.result.kept) - 1]]


def panels(fit: LineFit, drawn: Drawn) -> list[Drawing]:
    """A small picture for each chosen iteration: the points, the closed form's line, and the line as it stands."""
    return [panel(fit, drawn, kept.iteration, [p.value or 0.0 for p in kept.parameters]) for kept in fit.kept]


def panel(fit: LineFit, drawn: Drawn, iteration: int, parameters: Sequence[float] | Array) -> Drawing:
    """The points, and a line by its parameters `(k + 1,)`, the intercept first, in the units of the columns."""
    columns, targets = drawn.points[:, :-1], drawn.points[:, -1]
    closed = np.array([figure.value or 0.0 for figure in fit.closed])
    now = np.array(parameters)
    low, high = _range(targets)

    def paint(axes: Axes) -> None:
        if len(fit.columns) == 1:
            ends = np.array(_range(columns[:, 0]))
            axes.plot(ends, closed[0] + closed[1] * ends, color=SOFT, linewidth=1.3, linestyle=(0, (3, 3)))
            axes.plot(columns[:, 0], targets, "o", color=SECOND, markersize=_size(len(targets)), alpha=0.7, mew=0)
            axes.plot(ends, now[0] + now[1] * ends, color=ACCENT, linewidth=2.4)
            axes.set_xlim(*ends)
            axes.set_xlabel(label(fit.columns[0], 28))
            axes.set_ylabel(label(fit.target, 20))
        else:
            axes.plot([low, high], [low, high], color=SOFT, linewidth=1.3, linestyle=(0, (3, 3)))
            foretold = np.clip(now[0] + columns @ now[1:], low - (high - low), high + (high - low))
            axes.plot(foretold, targets, "o", color=ACCENT, markersize=_size(len(targets)), alpha=0.6, mew=0)
            axes.set_xlim(low, high)
            axes.set_xlabel("as foretold")
            axes.set_ylabel(label(fit.target, 20))
        axes.set_ylim(low, high)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(_short))

    what = "The first line, the mean" if iteration == 0 else f"The line {step_word(iteration)}"
    beside = "the closed form's line dashed" if len(fit.columns) == 1 else "what was foretold against what was"
    return draw(f"line-{iteration:07d}", what, f"{what}; {beside}", PANEL, paint)


def loss_curve(fit: LineFit, drawn: Drawn) -> Drawing:
    """Loss after each iteration, both axes logarithmic, above the closed form's."""
    steps = np.maximum([step for step, _ in drawn.path], START)
    losses = drawn.surface.loss(np.array([scaled for _, scaled in drawn.path]))
    floor, top = fit.closed_loss.value or 0.0, HIGHEST * (fit.first_loss.value or 0.0)

    def paint(axes: Axes) -> None:
        axes.set_xscale("log")
        _log_where_positive(axes, [*np.minimum(losses, top), floor])
        if floor > 0:
            axes.axhline(floor, color=SOFT, linewidth=1.3, linestyle=(0, (3, 3)))
            axes.annotate("closed form", (1.0, floor), (-2, -13), xycoords=("axes fraction", "data"),
                          textcoords="offset points", ha="right", color=SOFT)  # fmt: skip
        axes.plot(steps, np.minimum(losses, 2 * top), color=ACCENT, linewidth=2)
        if losses.max() > top:
            axes.set_ylim(top=top)
        _frame(axes, "iteration", "loss")

    ends = number(fit.first_loss.value), number(float(losses[-1]))
    alt = f"Loss from {ends[0]} before the first iteration to {ends[1]} after the last"
    return draw("loss", "Loss, iteration by iteration", alt, CURVE, paint)


def surface(fit: LineFit, drawn: Drawn, *, units: bool) -> Drawing:
    """Lines of equal loss over two parameters, the others at the closed form's, and the path of descent over them."""
    first, second = _moved_most(drawn)
    path = np.array([scaled for _, scaled in drawn.path])
    bottom = drawn.surface.bottom
    if units:
        path, bottom = drawn.scale.undone(path), drawn.scale.undone(bottom)
    reach = [_reach(path[:, i], bottom[i]) for i in (first, second)]
    reach = reach if units else [max(reach)] * 2  # one scale along both axes: a round hollow looks round
    xs, ys = ((float(bottom[i] - r), float(bottom[i] + r)) for i, r in zip((first, second), reach, strict=True))
    grid = np.tile(bottom, (160, 160, 1))
    grid[..., first], grid[..., second] = np.meshgrid(np.linspace(*xs, 160), np.linspace(*ys, 160))
    losses = drawn.surface.loss(drawn.scale.done(grid) if units else grid)
    names = ["intercept", *(label(name, 24) for name in fit.columns)]
    marked = np.array(
        [p for p, (step, _) in zip(path, drawn.path, strict=True) if step in {k.iteration for k in fit.kept}]
    )

    def paint(axes: Axes) -> None:
        above = losses - losses.min()
        levels = np.linspace(0, 1, LEVELS + 1)[1:] ** 2 * float(above.max())
        across, up = np.linspace(*xs, 160), np.linspace(*ys, 160)
        for level in levels[:-1]:  # one over the other: the deeper the darker
            axes.contourf(across, up, above, levels=[-1.0, level], colors=ACCENT, alpha=0.055)
        axes.contour(across, up, above, levels=levels[:-1], colors=ACCENT, alpha=0.35, linewidths=0.8)
        axes.plot(path[:, first], path[:, second], color=SECOND, linewidth=1.6)
        axes.plot(marked[:, first], marked[:, second], "o", color=SECOND, markersize=4.5)
        axes.plot([path[0, first]], [path[0, second]], "o", color=INK, markersize=5.5)
        axes.plot([bottom[first]], [bottom[second]], marker="P", color=ACCENT, markersize=10, mec="#fdfcfa", mew=1.2)
        axes.set_xlim(*xs)
        axes.set_ylim(*ys)
        axes.set_xlabel(f"{names[first]}{'' if units else ', standardised'}")
        axes.set_ylabel(f"{names[second]}{'' if units else ', standardised'}")
        axes.spines[:].set_visible(False)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(nbins=5))
            axis.set_major_formatter(FuncFormatter(_short))

    where = "in the units of the columns" if units else "on standardised columns"
    alt = f"The path of descent over lines of equal loss, {where}, to the closed form's parameters"
    name = "path-units" if units else "path"
    return draw(name, f"The path {where}", alt, SURFACE, paint)


def rates(fit: LineFit) -> Drawing:
    """Loss after each iteration for each size of steps."""
    first, floor = fit.first_loss.value or 0.0, fit.closed_loss.value or 0.0
    top = HIGHEST * first

    def paint(axes: Axes) -> None:
        axes.set_xscale("log")
        shown = [[(max(step, START), min(loss, top * 2)) for step, loss in tried.curve] for tried in fit.rates]
        _log_where_positive(axes, [floor, *(loss for points in shown for _, loss in points)])
        if floor > 0:
            axes.axhline(floor, color=SOFT, linewidth=1.3, linestyle=(0, (3, 3)))
        for tried, points in zip(fit.rates, shown, strict=True):
            axes.plot(*zip(*points, strict=True), color=COLOURS[tried.outcome], linewidth=2.6 if tried.given else 1.8)
        axes.set_ylim(top=top)
        _frame(axes, "iteration", "loss")
        _named(axes, fit.rates, floor, top)

    sizes = "; ".join(f"steps of {number(tried.rate)}: {OUTCOMES[tried.outcome]}" for tried in fit.rates)
    return draw("rates", "Sizes of steps", f"Loss for each size of steps: {sizes}", (620.0, 340.0), paint)


def _named(axes: Axes, tried: Sequence[RateTried], floor: float, top: float) -> None:
    """The size of steps at the end of each line; those that ran away, where they leave the picture."""
    logarithmic = axes.get_yscale() == "log"
    height = math.log(top / axes.get_ylim()[0]) if logarithmic else top - axes.get_ylim()[0]
    taken = [math.log(floor) if logarithmic and floor > 0 else floor]
    for one in sorted(tried, key=lambda one: -(one.loss.value or 0.0)):
        points = [(step, loss) for step, loss in one.curve if step > 0]
        left = next(((step, loss) for step, loss in points if loss > top), None)
        colour = COLOURS[one.outcome]
        if left is not None:
            axes.annotate(number(one.rate), (left[0], top), (6, -13), textcoords="offset points", color=colour)
            continue
        step, loss = points[-1]
        at = math.log(loss) if logarithmic and loss > 0 else loss
        while any(abs(at - other) < 0.055 * height for other in taken):
            at += 0.058 * height
        taken.append(at)
        shown = math.exp(at) if logarithmic else at
        axes.annotate(number(one.rate), (step, shown), (6, -4), textcoords="offset points", color=colour,
                      annotation_clip=False, fontweight="bold" if one.given else "normal")  # fmt: skip


def _moved_most(drawn: Drawn) -> tuple[int, int]:
    """The two parameters to draw: intercept and slope of a line, else the two slopes that went farthest."""
    k = len(drawn.surface.bottom) - 1
    if k == 1:
        return 0, 1
    slopes = np.argsort(-np.abs(drawn.surface.bottom[1:]), kind="stable")[:2] + 1
    return int(slopes.min()), int(slopes.max())


def _reach(path: Array, bottom: float) -> float:
    """How far from the bottom is shown along one axis: the path but for its wildest excursions, and its beginning."""
    apart = np.abs(path - bottom)
    most = float(np.quantile(apart, 0.95))
    reach = 1.25 * max(min(most, FARTHEST * float(apart.min(initial=most) + apart[:3].max())), float(apart[0]))
    return reach if reach > 1e-9 * max(1.0, abs(bottom)) else 0.1 * max(1.0, abs(bottom))


def _range(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = ROOM * (high - low) or max(1.0, abs(high)) * ROOM
    return low - room, high + room


def _size(n: int) -> float:
    return 5.5 if n <= 30 else 4.0 if n <= 120 else 2.6


def _log_where_positive(axes: Axes, values: Sequence[float]) -> None:
    positive = [value for value in values if value > 0]
    if max(values) <= min(values) * (1 + 1e-9):
        axes.set_ylim(0, 2 * max(values) or 1.0)
    elif positive and min(positive) > 1e-9 * max(positive) and len(positive) == len(values):
        axes.set_yscale("log")
        if max(positive) < 8 * min(positive):
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
        elif max(positive) < 1000 * min(positive):
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_locator(NullLocator())


def _frame(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    last = max(axes.dataLim.x1, 1.0)
    axes.set_xticks([START, *(10.0**power for power in range(8) if 10.0**power <= last * 1.001)])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: "start" if at == START else number(at, 3)))
    axes.yaxis.set_major_formatter(FuncFormatter(_short))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _short(value: float, _: object) -> str:
    return number(value, 3)
