"""The report as one HTML page that needs nothing else: no script, no outside address, light and dark, on paper too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from ..core import files
from ..core.records import Findings
from ..evaluate.evaluation import Evaluation
from ..evaluate.recorded import Measured
from ..evaluate.regression import RegressionEvaluation
from . import number_page, pictures, words
from .drawing import ACCENT, Drawing
from .figures import CLASSES_DRAWN, drawings
from .pages import environment
from .record import RunReport, of_classes
from .sections import Section, sections_of
from .tables import csv_files
from .verdict import hardest, mixups, verdict
from .visible import visible

MATRIX_SHOWN = 25
"""With more classes the confusion matrix is drawn as a picture, and the most frequent mix-ups are listed."""
MIXUPS_SHOWN = 10
WEAKEST_SHOWN = 15
BESIDE = "report"
"""The folder beside the page that holds its tables and figures."""


def write_report(folder: Path, report: RunReport) -> None:
    """Write `report.html` into `folder`, and its tables (CSV) and figures (SVG) into `folder/report/`.

    The same report gives the same bytes. Raises OutputError when the place cannot be written.
    """
    beside = Path(folder) / BESIDE
    beside.mkdir(parents=True, exist_ok=True)
    sections = sections_of(report.kept)
    if isinstance(report.evaluation, RegressionEvaluation):
        _write_numbers(Path(folder), report, report.evaluation, sections)
        return
    tables, drawn = csv_files(report) | _tables_of(sections), (*drawings(report), *_drawings_of(sections))
    _write_beside(beside, tables, drawn)
    files.write_text(Path(folder) / "report.html", page(report, drawn, beside=tables, sections=sections))


def _write_numbers(
    folder: Path, report: RunReport, evaluation: RegressionEvaluation, sections: tuple[Section, ...]
) -> None:
    """The same, where the answer is a number."""
    tables = number_page.tables_of(report, evaluation) | _tables_of(sections)
    drawn = (*number_page.drawings_of(report, evaluation), *_drawings_of(sections))
    _write_beside(folder / BESIDE, tables, drawn)
    text = number_page.number_page(report, evaluation, drawn, sorted(tables), BESIDE, sections)
    files.write_text(folder / "report.html", text)


def _tables_of(sections: tuple[Section, ...]) -> dict[str, str]:
    return {
        name: files.csv_text(header, rows) for section in sections for name, (header, rows) in section.tables.items()
    }


def _drawings_of(sections: tuple[Section, ...]) -> tuple[Drawing, ...]:
    return tuple(one for section in sections for one in section.drawings)


def _write_beside(beside: Path, tables: dict[str, str], drawn: Iterable[Drawing]) -> None:
    for name, text in tables.items():
        files.write_text(beside / name, text)
    for drawing in drawn:
        files.write_text(beside / f"{drawing.name}.svg", drawing.svg)


def page(
    report: RunReport,
    drawn: Iterable[Drawing],
    *,
    beside: Iterable[str] = (),
    sections: tuple[Section, ...] | None = None,
) -> str:
    """The whole page, with its figures in it; `beside` names the tables that stand in the folder `report/`."""
    sections = sections_of(report.kept) if sections is None else sections
    return environment().get_template("page.html.j2").render(**_view(report, drawn, sorted(beside)), sections=sections)


def findings_fragment(findings: Findings) -> str:
    """An audit as a piece of HTML, for a notebook."""
    return environment().get_template("fragment.html.j2").render(findings=findings, evaluation=None)


def evaluation_fragment(evaluation: Measured) -> str:
    """An evaluation as a piece of HTML, for a notebook."""
    return environment().get_template("fragment.html.j2").render(findings=None, evaluation=evaluation)


def _view(report: RunReport, drawn: Iterable[Drawing], beside: list[str]) -> dict[str, Any]:
    """What the template shows, ready to be written."""
    evaluation = of_classes(report)
    counts = np.array(evaluation.counts, dtype=np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    small = len(counts) <= MATRIX_SHOWN
    return {
        "report": report,
        "evaluation": evaluation,
        "findings": report.findings,
        "verdict": verdict(report),
        "drawings": {drawing.name: drawing for drawing in drawn},
        "csv": beside,
        "shares": shares.tolist() if small else None,
        "matrix": None if small else Markup(pictures.matrix(shares, _rgb(ACCENT))),
        "without_range": _without_range(evaluation),
        "weakest_classes": sorted(evaluation.per_class, key=words.by_f1)[:WEAKEST_SHOWN],
        "hardest": hardest(evaluation),
        "part_totals": {part: sum(row.get(part, 0) for row in report.split_counts.values()) for part in report.parts},
        "mixups": mixups(evaluation, MIXUPS_SHOWN),
        "mistakes": [picture for picture in report.gallery if picture.kind == "mistake"],
        "unsure": [picture for picture in report.gallery if picture.kind == "unsure"],
        "drawn_classes": CLASSES_DRAWN,
        "label_width": _label_width(evaluation),
        "beside": BESIDE,
    }


def _label_width(evaluation: Evaluation) -> int:
    """Room for the labels of a table, in letters."""
    return max(len(visible(label)) for label in evaluation.labels) + 1


def _without_range(evaluation: Evaluation) -> list[str]:
    """Why figures have no value or no range, one sentence a reason."""
    reasons: dict[str, list[str]] = {}
    for owner, figures in (("", evaluation.figures), (" of the baseline", evaluation.baseline_figures)):
        for name, figure in figures.items():
            if figure.low is None:
                reasons.setdefault(figure.method, []).append(words.NAMES[name] + owner)
    return [f"{', '.join(names)}: {reason}." for reason, names in reasons.items()]


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
