"""How well a model does, for a terminal: of classes, or of a number."""

from __future__ import annotations

from ..core.records import Figure
from ..evaluate.recorded import Measured
from ..evaluate.regression import RegressionEvaluation
from . import text, words
from .text import table, wrapped
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
        f"off by {_said('mae', mae)} in {visible(e.target)} on average, on {words.items(e.kind, e.n_items)}\n"
        f"baseline: {_said('mae', base)}, {words.baseline(e.baseline_name)}",
        table(
            ("figure", "this model", "95 % range", "baseline", "95 % range"),
            [
                (words.NAMES[name], *_pair(name, figure), *_pair(name, e.baseline_figures[name]))
                for name, figure in e.figures.items()
            ],
            width=width,
        ),
    ]
    if e.ranges is not None:
        held, wide = _said("coverage", e.ranges.coverage), words.value("width", e.ranges.width)
        asked = f"{100 * e.ranges.asked:g} %"
        parts.append(
            wrapped(f"intervals for {asked} held {held} of the true numbers; their mean width is {wide}", width=width)
        )
    parts += [wrapped(f"note: {visible(note)}", width=width) for note in e.notes]
    return "\n\n".join(parts)


def _pair(name: str, figure: Figure) -> tuple[str, str]:
    return words.value(name, figure), words.interval(name, figure)


def _said(name: str, figure: Figure) -> str:
    value, interval = _pair(name, figure)
    return f"{value} ({interval})" if interval else value
