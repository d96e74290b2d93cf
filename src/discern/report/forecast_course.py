"""A forecast drawn: what was and what was foretold, what comes, and how errors grow with the steps ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ..core.views import Record
from ..evaluate.forecast_result import ForecastResult
from .drawing import ACCENT, INK, RULE, SECOND, Drawing, draw, label

Floats = NDArray[np.float64]
SIZE = (860.0, 230.0)
SHOWN_ROUNDS = 2
"""Seasons of the test part that a picture shows, and at least `SHOWN_STEPS`."""
SHOWN_STEPS, MOST_SHOWN = 60, 500
TICKS = 8


@dataclass(frozen=True, eq=False)
class Course(Record):
    """The test part in the order of time: arrays `(n_places, n_times)`, NaN where a value is missing."""

    times: tuple[str, ...]
    actual: Floats
    predicted: Floats
    baseline: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Coming(Record):
    """What is foretold of one place: arrays `(horizon,)`."""

    times: tuple[str, ...]
    forecast: Floats
    low: Floats
    high: Floats


def place_drawing(result: ForecastResult, course: Course, i: int, coming: Coming) -> Drawing:
    """The end of the test part of a place, and what comes after it."""
    steps = min(MOST_SHOWN, max(SHOWN_STEPS, SHOWN_ROUNDS * result.season), len(course.times))
    times = [*course.times[-steps:], *coming.times]
    past, ahead = np.arange(steps), np.arange(steps, len(times))

    def paint(axes: Axes) -> None:
        low, high = course.low[i, -steps:], course.high[i, -steps:]
        axes.fill_between(past, low, high, color=ACCENT, alpha=0.16, linewidth=0)
        axes.plot(past, course.actual[i, -steps:], color=INK, linewidth=1.3)
        axes.plot(past, course.predicted[i, -steps:], color=ACCENT, linewidth=1.6)
        axes.axvspan(steps - 0.5, len(times) - 0.5, color=RULE, alpha=0.35, linewidth=0)
        axes.fill_between(ahead, coming.low, coming.high, color=SECOND, alpha=0.22, linewidth=0)
        axes.plot(ahead, coming.forecast, color=SECOND, linewidth=2, marker="o" if len(ahead) == 1 else None)
        axes.set_xlim(-1, len(times) - 0.5)
        places = _ticks(times)
        axes.set_xticks(places, [_short(times[place], times) for place in places])
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)

    name = result.places[i]
    alt = f"{label(name, 40)}: what was, what was foretold with its interval, and what comes after {result.last}"
    return draw(f"place_{i + 1}", name, alt, SIZE, paint)


def ahead_drawing(result: ForecastResult) -> Drawing | None:
    """Mean absolute error by steps ahead, of the model and of the baseline; None for a single step."""
    if result.horizon < 2:
        return None
    xs = [one.steps for one in result.by_ahead]

    def paint(axes: Axes) -> None:
        for name, colour in (("baseline", SECOND), ("mae", ACCENT)):
            figures = [getattr(one, name) for one in result.by_ahead]
            values = [np.nan if figure.value is None else figure.value for figure in figures]
            low = [v if f.low is None else f.low for v, f in zip(values, figures, strict=True)]
            high = [v if f.high is None else f.high for v, f in zip(values, figures, strict=True)]
            axes.fill_between(xs, low, high, color=colour, alpha=0.14, linewidth=0)
            axes.plot(xs, values, color=colour, linewidth=2)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"{result.unit}s ahead")
        axes.set_ylabel("mean absolute error")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        for left, name, colour in ((0.0, "this forecast", ACCENT), (0.2, "baseline", SECOND)):
            axes.annotate(f"● {name}", (left, 1.0), (0, 8), xycoords="axes fraction", textcoords="offset points",
                          color=colour)  # fmt: skip

    first, last = result.by_ahead[0].mae, result.by_ahead[-1].mae
    alt = f"Mean absolute error from {_number(first.value)} one {result.unit} ahead to {_number(last.value)} at the end"
    return draw("ahead", "How the error goes with the steps ahead", alt, (760.0, 290.0), paint)


def _ticks(times: list[str]) -> list[int]:
    """Places that are named on the axis: begins of days where there are such, else evenly spaced."""
    midnight = [i for i, time in enumerate(times) if time.endswith(" 00:00")]
    if len(midnight) >= 2:
        return midnight[:: -(-len(midnight) // TICKS)]
    return list(range(0, len(times), max(1, -(-len(times) // TICKS))))


def _short(time: str, times: list[str]) -> str:
    """A time as an axis names it: the day alone where all that are named begin one."""
    return time.removesuffix(" 00:00") if len(times) > 1 else time


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.4g}"
