"""The drawings of a report where the answer is a number: answers against truth, and what is left over."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ..evaluate.regression import RegressionEvaluation
from . import words
from .drawing import ACCENT, INK, RULE, SECOND, SOFT, Drawing, draw, label
from .record import Answered

SQUARE = (400.0, 370.0)
POINTS = 600
"""At most so many items are drawn, evenly by their place among the true numbers."""

Array = NDArray[np.float64]


def number_drawings(answered: Answered, evaluation: RegressionEvaluation) -> tuple[Drawing, ...]:
    """Both drawings; the figures of the fifths stand in the first."""
    return (against_truth(answered, evaluation), left_over(answered, evaluation))


def against_truth(answered: Answered, evaluation: RegressionEvaluation) -> Drawing:
    """Each item by what was answered and what is true; on the line both are the same."""
    shown = _shown(answered)
    truth, answers = answered.truth[shown], answered.answers[shown]
    ends = float(min(truth.min(), answers.min())), float(max(truth.max(), answers.max()))

    def paint(axes: Axes) -> None:
        axes.plot(ends, ends, color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
        axes.plot(
            answers, truth, color=ACCENT, marker="o", markersize=4.5, linewidth=0, alpha=_alpha(len(shown)), mew=0
        )
        for fifth in evaluation.fifths if len(evaluation.fifths) > 1 else ():
            x, y = fifth.answered.value or 0.0, fifth.true
            if y.low is not None and y.high is not None:
                axes.plot([x, x], [y.low, y.high], color=SECOND, linewidth=2.5)
            axes.plot([x], [y.value or 0.0], color=SECOND, marker="D", markersize=6, mew=0)
        _frame(axes, f"answered: {label(evaluation.target, 30)}", "true")

    fifths = "; diamonds are the means of each fifth" if len(evaluation.fifths) > 1 else ""
    alt = f"True numbers against answers for {words.count(len(shown), 'item')}; on the line both are the same{fifths}"
    return draw("against_truth", "Answered and true", alt, SQUARE, paint)


def left_over(answered: Answered, evaluation: RegressionEvaluation) -> Drawing:
    """How far the truth lies above or below each answer, by the answer."""
    shown = _shown(answered)
    answers, errors = answered.answers[shown], (answered.truth - answered.answers)[shown]

    def paint(axes: Axes) -> None:
        axes.axhline(0, color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
        if answered.low is not None and answered.high is not None:
            order = np.argsort(answers, kind="stable")
            low, high = (ends[shown][order] - answers[order] for ends in (answered.low, answered.high))
            axes.fill_between(answers[order], low, high, color=RULE, alpha=0.55, linewidth=0)
        axes.plot(
            answers, errors, color=ACCENT, marker="o", markersize=4.5, linewidth=0, alpha=_alpha(len(shown)), mew=0
        )
        _frame(axes, f"answered: {label(evaluation.target, 30)}", "true minus answered")

    band = "; the band is the stated interval" if answered.low is not None else ""
    alt = f"Differences between truth and answer for {words.count(len(shown), 'item')}, by the answer{band}"
    return draw("left_over", "What is left over", alt, SQUARE, paint)


def _shown(answered: Answered) -> NDArray[np.int64]:
    """Places of the items that are drawn."""
    order = np.argsort(answered.truth, kind="stable")
    return order if len(order) <= POINTS else order[np.linspace(0, len(order) - 1, POINTS).round().astype(np.int64)]


def _alpha(n: int) -> float:
    return 0.75 if n < 100 else 0.5 if n < 300 else 0.35


def _frame(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6))
        axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.6g}".replace("-", "−")))
    axes.grid(color=RULE)
    axes.set_axisbelow(True)
    axes.tick_params(labelcolor=INK)
