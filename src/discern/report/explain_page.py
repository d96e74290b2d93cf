"""What matters for a model of a table, and how: one page that needs nothing else; its tables and figures beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..core import saying
from ..core.files import csv_text
from ..core.saying import cells
from ..explain.contributions import Contributions
from ..explain.dependence import Dependence
from ..explain.table import TableExplanation
from . import explain_figures, explain_said, words
from .differences import p_value
from .line_words import between, number
from .pages import environment

PAGE = "explain.html"
FIGURE = (*saying.COLUMNS,)


def beside(found: TableExplanation) -> dict[str, str]:
    """File name -> content: the page, its figures as SVG, its tables as CSV."""
    drawn = explain_figures.drawings(found)
    tables = {name: content for name, content in _tables(found).items() if content.count("\n") > 1}
    view = {
        "found": found,
        "drawings": drawn,
        "panels": [one for name, one in drawn.items() if name.startswith("dependence_")],
        "bends": [one for name, one in drawn.items() if name.startswith("bend_")],
        "say": explain_said,
        "number": number,
        "between": between,
        "p": p_value,
        "tables": tables,
        "words": words,
    }
    page = environment().get_template("explain.html.j2").render(**view)
    return {PAGE: page} | {f"{name}.svg": one.svg for name, one in drawn.items()} | tables


def beside_one(found: Contributions) -> dict[str, str]:
    """The same for the parts of one answer."""
    drawn = explain_figures.parts(found)
    rows = [(found.item, part.column, part.value, *cells(part.adds)) for part in found.parts]
    table = csv_text(("item", "column", "here", *FIGURE), rows)
    view = {"found": found, "drawn": drawn, "say": explain_said, "number": number, "between": between}
    ranges = any(part.adds.low is not None for part in found.parts)
    page = environment().get_template("explain_one.html.j2").render(**view, ranges=ranges)
    return {PAGE: page, f"{drawn.name}.svg": drawn.svg, "parts.csv": table}


def _tables(found: TableExplanation) -> dict[str, str]:
    made = {}
    if found.importances is not None:
        rows = [
            (" + ".join(one.columns), name, *cells(getattr(one, name)))
            for one in (*found.importances.columns, *found.importances.groups)
            for name in ("loss", "plain")
        ]
        made["importance.csv"] = csv_text(("exchanged", "figure", *FIGURE), rows)
    lines = [
        (row.term, row.column, row.reference, row.answer, name, *cells(getattr(row, name)))
        for row in found.coefficients.rows
        for name in ("estimate", "error", "t", "p", "robust", "robust_error", "corrected", "scaled", "inflation")
    ]
    made["coefficients.csv"] = csv_text(("term", "column", "against", "answer", "figure", *FIGURE), lines)
    effects = [
        (one.column, one.verdict, one.reason, name, *cells(getattr(one, name)))
        for one in found.straightness.effects
        for name in ("effect", "bend", "start", "end", "turn")
    ]
    made["bends.csv"] = csv_text(("column", "verdict", "reason", "figure", *FIGURE), effects)
    points = [row for one in found.dependence for row in _points(one)]
    made["dependence.csv"] = csv_text(
        ("column", "answer", "at", "rows_near", "spread_low", "spread_high", *FIGURE), points
    )
    if found.influence is not None:
        rows_of = [
            (one.item, one.target, one.answer, one.studentised.value, one.p.value, one.leverage.value, one.cook.value,
             one.moved, one.before, one.after)
            for one in found.influence.largest
        ]  # fmt: skip
        header = ("item", "target", "line_answers", "studentised", "p", "leverage", "cook", "moved", "with", "without")
        made["influence.csv"] = csv_text(header, rows_of)
    return made


def _points(one: Dependence) -> Iterator[tuple[object, ...]]:
    for curve in one.curves:
        for place, at in enumerate(one.names or one.at):
            spread = (curve.low[place], curve.high[place])
            yield (one.column, curve.answer, at, one.rows[place], *spread, *cells(curve.mean[place]))
