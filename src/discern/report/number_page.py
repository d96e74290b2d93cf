"""The page, the tables and the drawings of a run whose answers are numbers. Nothing is computed but what is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.files import csv_text
from ..core.records import Figure
from ..core.saying import COLUMNS, cells
from ..evaluate.regression import RegressionEvaluation
from . import words
from .drawing import Drawing
from .number_figures import number_drawings
from .number_verdict import number_verdict
from .pages import environment
from .record import RunReport
from .sections import Section
from .tables import candidate_rows, finding_rows

FARTHEST_SHOWN = 15
Row = Sequence[object]


@dataclass(frozen=True)
class Far:
    """One of the items that are furthest off."""

    item: str
    truth: float
    answer: float
    low: float | None
    high: float | None

    @property
    def off(self) -> float:
        return self.answer - self.truth


def drawings_of(report: RunReport, evaluation: RegressionEvaluation) -> tuple[Drawing, ...]:
    """Every drawing that the report has."""
    return () if report.answers is None else number_drawings(report.answers, evaluation)


def tables_of(report: RunReport, evaluation: RegressionEvaluation) -> dict[str, str]:
    """File name -> CSV, for every table that the report has."""
    tables: dict[str, tuple[Sequence[str], list[Row]]] = {
        "figures.csv": (("model", "figure", *COLUMNS), list(_figures(evaluation))),
        "fifths.csv": (("fifth", "from", "to", "what", *COLUMNS), list(_fifths(evaluation))),
        "farthest.csv": (("item", "true", "answered", "low", "high"), [_row(far) for far in farthest(report)]),
        "columns.csv": (("column", "holds", "set aside because"), list(_columns(report))),
        "findings.csv": (
            ("code", "severity", "title", "count", "items", "detail", "what_to_do"),
            list(finding_rows(report)),
        ),
        "candidates.csv": (("model", "chosen", "figure", *COLUMNS), list(candidate_rows(report))),
    }
    return {name: csv_text(header, rows) for name, (header, rows) in tables.items() if rows}


def number_page(
    report: RunReport,
    evaluation: RegressionEvaluation,
    drawn: Sequence[Drawing],
    beside: Sequence[str],
    folder: str,
    sections: Sequence[Section] = (),
) -> str:
    """The whole page."""
    base = evaluation.baseline_figures["mae"]
    top = max(filter(None, (base.value, base.high, evaluation.figures["mae"].high, 1e-300)))
    usual = 10 * (evaluation.figures["mae"].value or 1.0)
    view = {
        "report": report,
        "evaluation": evaluation,
        "findings": report.findings,
        "verdict": number_verdict(report, evaluation),
        "drawings": {drawing.name: drawing for drawing in drawn},
        "csv": beside,
        "beside": folder,
        "sections": sections,
        "farthest": farthest(report),
        "on_scale": lambda figure: _on_scale(figure, top),
        "ticks": [words.quantity(top * share, top) if share else "0" for share in (0, 0.5, 1)],
        "without_range": _without_range(evaluation),
        "shown": lambda number: words.quantity(number, usual),
        "percent": lambda share: f"{100 * share:g} %",
    }
    return environment().get_template("numbers.html.j2").render(**view)


def farthest(report: RunReport) -> tuple[Far, ...]:
    """The items that are furthest off, the worst first; none where items are not named."""
    found = report.answers
    if found is None or not found.items:
        return ()
    order = np.argsort(-np.abs(found.answers - found.truth), kind="stable")[:FARTHEST_SHOWN]

    def end(ends: Any, i: int) -> float | None:
        return None if ends is None else float(ends[i])

    return tuple(
        Far(found.items[i], float(found.truth[i]), float(found.answers[i]), end(found.low, i), end(found.high, i))
        for i in order.tolist()
    )


def _on_scale(figure: Figure, top: float) -> dict[str, str]:
    """Where a quantity and its interval lie on a line from 0 to `top`, as CSS lengths."""
    value = figure.value or 0.0
    low, high = (value if bound is None else bound for bound in (figure.low, figure.high))
    place, start, width = (100 * number / top for number in (value, low, high - low))
    return {"value": f"{place:.3f}%", "low": f"{start:.3f}%", "width": f"{width:.3f}%"}


def _without_range(evaluation: RegressionEvaluation) -> list[str]:
    """Why figures have no value or no range, one sentence a reason."""
    reasons: dict[str, list[str]] = {}
    for owner, figures in (("", evaluation.figures), (" of the baseline", evaluation.baseline_figures)):
        for name, figure in figures.items():
            if figure.low is None:
                reasons.setdefault(figure.method, []).append(words.NAMES[name] + owner)
    return [f"{', '.join(names)}: {reason}." for reason, names in reasons.items()]


def _figures(e: RegressionEvaluation) -> Iterator[Row]:
    for owner, figures in (("this model", e.figures), (e.baseline_name, e.baseline_figures)):
        for name, figure in figures.items():
            yield (owner, name, *cells(figure))
    if e.ranges is not None:
        yield ("this model", f"coverage of {100 * e.ranges.asked:g} % intervals", *cells(e.ranges.coverage))
        yield ("this model", "mean width of the intervals", *cells(e.ranges.width))


def _fifths(e: RegressionEvaluation) -> Iterator[Row]:
    for number, fifth in enumerate(e.fifths, 1):
        for name in ("answered", "true"):
            yield (number, fifth.low, fifth.high, name, *cells(getattr(fifth, name)))


def _row(far: Far) -> Row:
    return (far.item, far.truth, far.answer, far.low, far.high)


def _columns(report: RunReport) -> Iterator[Row]:
    for column in report.columns:
        yield (column.name, words.holds(column), "")
    for name, reason in report.aside.items():
        yield (name, "", reason)
