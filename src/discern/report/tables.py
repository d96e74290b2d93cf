"""The tables of a report as plain rows, for the CSV files beside it. Numbers are unrounded, cells are made safe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..core.files import csv_text
from ..core.records import Figure
from ..core.saying import COLUMNS, cells
from .record import RunReport, of_classes

EPOCH_COLUMNS = ("epoch", "train_loss", "validation_loss", "validation_accuracy", "learning_rate")
Row = Sequence[object]


def csv_files(report: RunReport) -> dict[str, str]:
    """File name -> CSV, for every table that the report has."""
    tables = {
        "figures.csv": (("model", "figure", *COLUMNS), _figures(report)),
        "targets.csv": (("target", "figure", *COLUMNS), _targets(report)),
        "per_class.csv": (("label", "items", "figure", *COLUMNS), _per_class(report)),
        "confusion.csv": (("truth", *of_classes(report).labels), _confusion(report)),
        "split.csv": (("label", *report.parts), _split(report)),
        "findings.csv": (("code", "severity", "title", "count", "items", "detail", "what_to_do"), finding_rows(report)),
        "candidates.csv": (("model", "chosen", "figure", *COLUMNS), candidate_rows(report)),
        "settings.csv": (("setting", "words", "epochs", "chosen", "figure", *COLUMNS), _settings(report)),
        "epochs.csv": (EPOCH_COLUMNS, _epochs(report)),
        "k_curve.csv": (("k", "errors", *COLUMNS), _k_curve(report)),
    }
    filled = {name: (header, list(rows)) for name, (header, rows) in tables.items()}
    return {name: csv_text(header, rows) for name, (header, rows) in filled.items() if rows}


def _figures(report: RunReport) -> Iterator[Row]:
    e = of_classes(report)
    for name, figure in e.figures.items():
        yield ("this model", name, *cells(figure))
    for name, figure in e.baseline_figures.items():
        yield (e.baseline_name, name, *cells(figure))


def _targets(report: RunReport) -> Iterator[Row]:
    for target, evaluation in of_classes(report).each() if of_classes(report).targets else ():
        for name, figure in evaluation.figures.items():
            yield (target, name, *cells(figure))


def _per_class(report: RunReport) -> Iterator[Row]:
    for entry in of_classes(report).per_class:
        for name in ("precision", "recall", "f1"):
            yield (entry.label, entry.n, name, *cells(getattr(entry, name)))


def _confusion(report: RunReport) -> Iterator[Row]:
    for label, row in zip(of_classes(report).labels, of_classes(report).counts, strict=True):
        yield (label, *row)


def _split(report: RunReport) -> Iterator[Row]:
    for label, counts in report.split_counts.items():
        yield (label, *(counts.get(part, 0) for part in report.parts))


def finding_rows(report: RunReport) -> Iterator[Row]:
    for f in report.findings:
        yield (f.code, f.severity, f.title, f.count, "\n".join(f.items), f.detail, f.what_to_do)


def candidate_rows(report: RunReport) -> Iterator[Row]:
    for candidate in report.candidates:
        for name, figure in candidate.figures.items():
            yield (candidate.model, "yes" if candidate.chosen else "", name, *cells(figure))


def _settings(report: RunReport) -> Iterator[Row]:
    for one in report.settings:
        for name, figure in one.figures.items():
            yield (one.number, one.words, one.epochs, "yes" if one.chosen else "", name, *cells(figure))


def _epochs(report: RunReport) -> Iterator[Row]:
    for epoch in report.training.epochs:
        yield tuple(epoch.get(column) for column in EPOCH_COLUMNS)


def _k_curve(report: RunReport) -> Iterator[Row]:
    for point in report.training.k_curve:
        yield (point["k"], point["errors"], *cells(Figure.from_json(point["error"])))
