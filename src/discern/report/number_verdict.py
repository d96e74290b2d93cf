"""The opening of a report where the answer is a number: how far off it is, what could make this wrong, what to do."""

from __future__ import annotations

from ..evaluate.regression import RegressionEvaluation
from . import words
from .record import RunReport
from .verdict import Verdict, named
from .visible import shorten, visible

LOPSIDED = 3.0
"""Large errors decide where the root mean squared error is so many times the median error: usually it is 1.5 times."""


def number_verdict(report: RunReport, evaluation: RegressionEvaluation) -> Verdict:
    return Verdict(number_result(evaluation), _doubt(report, evaluation), _next(report, evaluation))


def number_result(evaluation: RegressionEvaluation) -> str:
    """How far off it is, with interval and baseline."""
    e = evaluation
    mae, base = e.figures["mae"], e.baseline_figures["mae"]
    sure = f" (likely {words.interval('mae', mae)})" if words.interval("mae", mae) else ""
    target = shorten(visible(e.target), 40)
    on = f"on {words.items(e.kind, e.n_items)} that learning never saw"
    mean = f"{words.baseline(e.baseline_name)} is off by {words.value('mae', base)}"
    off = f"It is off by {words.value('mae', mae)} in {target} on average{sure}, {on}"
    if e.better:
        return f"{off}; {mean}."
    worse = mae.value is not None and base.value is not None and mae.value > base.value
    return f"{off}, which is {'worse than' if worse else 'not clearly better than'} guessing: {mean}."


def _doubt(report: RunReport, evaluation: RegressionEvaluation) -> str:
    """What could make the result wrong: the weightiest reason that the record holds."""
    e, serious = evaluation, report.findings.serious
    if serious:
        more = f" and {words.count(len(serious) - 1, 'more serious finding')}" if len(serious) > 1 else ""
        return f"What could make this wrong: {named(serious[0])}{more}; the figures may flatter."
    if e.notes:
        return f"What could make this wrong: {e.notes[0][:1].lower()}{e.notes[0][1:].rstrip('.')}."
    if report.earlier_looks:
        others = words.count(report.earlier_looks, "other configuration")
        return f"What could make this wrong: {others} looked at this test part before, so the best figure flatters."
    rmse, median = e.figures["rmse"].value or 0.0, e.figures["median_error"].value or 0.0
    if median and rmse > LOPSIDED * median:
        return (
            f"What could make this wrong: a few items are far off. Half of the answers are off by less than"
            f" {words.value('median_error', e.figures['median_error'])}, but the worst by many times that."
        )
    return (
        "What could make this wrong: the figures hold for items like these; items from another source, or beyond the"
        " range that was learned from, were not tested."
    )


def _next(report: RunReport, evaluation: RegressionEvaluation) -> str:
    """What to do about it."""
    if report.findings.serious:
        return "What to do next: follow the advice beside the findings below, then train again."
    if not evaluation.better:
        return (
            "What to do next: do not rely on it yet; look for columns that have to do with"
            f" {shorten(visible(evaluation.target), 40)}, gather more rows, train again."
        )
    return (
        "What to do next: look at the rows that are furthest off, below: is the number wrong, or is a column missing?"
    )
