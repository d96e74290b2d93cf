"""How well a model does, for a terminal: of classes, or of a number."""

from __future__ import annotations

from ..evaluate.recorded import Measured
from ..evaluate.regression import RegressionEvaluation
from . import text, words
from .text import figure_text, figures_text, wrapped
from .visible import visible


def evaluation_text(evaluation: Measured, *, width: int | None = None) -> str:
    """The main figure against the baseline, every figure, and the notes; of classes each class, too."""
    if isinstance(evaluation, RegressionEvaluation):
        return number_text(evaluation, width=width)
    return text.evaluation_text(evaluation, width=width)


def number_text(evaluation: RegressionEvaluation, *, width: int | None = None) -> str:
    """How well a model of a number does, for a terminal."""
    e = evaluation
    mae, base = e.figures["mae"], e.baseline_figures["mae"]
    parts = [
        f"off by {figure_text('mae', mae)} in {visible(e.target)} on average, on {words.items(e.kind, e.n_items)}\n"
        f"baseline: {figure_text('mae', base)}, {words.baseline(e.baseline_name)}",
        figures_text(e, width=width),
    ]
    if e.ranges is not None:
        held, wide = figure_text("coverage", e.ranges.coverage), words.value("width", e.ranges.width)
        asked = f"{100 * e.ranges.asked:g} %"
        parts.append(
            wrapped(f"intervals for {asked} held {held} of the true numbers; their mean width is {wide}", width=width)
        )
    parts += [wrapped(f"note: {visible(note)}", width=width) for note in e.notes]
    return "\n\n".join(parts)
