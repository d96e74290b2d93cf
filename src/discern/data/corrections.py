"""Labels put right by hand: a sheet with the columns `item` and `correction`, such as a run's `suspects.csv`;
CSV, TSV, Parquet or Excel."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl

from ..core.errors import DataError, OptionError, describe
from ..core.files import csv_text, safe_cell
from .dataset import TARGET, Dataset, targets_of
from .sheets import TEXT_ENDINGS, Sheet, read_sheet

COLUMNS = ("item", "correction")
NAMED = 20
"""So many problems are named; then how many more there are."""


def corrected(data: Dataset, path: Path) -> Dataset:
    """The data with the labels that the sheet gives; an empty correction leaves a label as it is.

    Raises DataError for a sheet that cannot be read, and OptionError with every item and label that is not known.
    """
    if data.labels is None:
        raise DataError(describe(data.name, found="items without labels", expected="labels to correct"))
    sheet = _sheet(path)
    names = {written: name for name in data.items["item"].to_list() for written in (name, safe_cell(name))}
    known = {written: label for label in data.classes for written in (label, safe_cell(label))}
    problems, given = [], {}
    for item, cells in sheet.rows.items():
        if item not in names:
            problems.append(f"no item {item[:80]!r}")
        elif cells is not None and cells[0] not in known:
            problems.append(f"{item[:80]!r} is to become {cells[0][:80]!r}, which is no label of the data")
        elif cells is not None:
            given[names[item]] = known[cells[0]]
    if problems:
        more = f" and {len(problems) - NAMED:,} more" if len(problems) > NAMED else ""
        labels = ", ".join(data.classes[:NAMED])
        found = "; ".join(problems[:NAMED]) + more
        raise OptionError(f"--corrections {path}: {found}; expected items and labels of the data ({labels})")
    return _relabelled(data, given, path.name)


def filled(path: Path) -> bool:
    """Whether labels were put right in a sheet; none in one that is not there, and one that cannot be read may hold
    some."""
    if not path.is_file() or len(path.read_bytes().splitlines()) < 2:
        return False
    try:
        return any(cells is not None for cells in _sheet(path).rows.values())
    except DataError:
        return True


def copied(path: Path) -> bytes:
    """The sheet as the run keeps it: a copy of its bytes, or of Excel and Parquet the two columns as CSV."""
    if path.suffix.lower() in TEXT_ENDINGS:
        return path.read_bytes()
    rows = ((item, cells[0] if cells else "") for item, cells in _sheet(path).rows.items())
    return csv_text(COLUMNS, rows).encode()


def _sheet(path: Path) -> Sheet:
    return read_sheet(path, COLUMNS[0], COLUMNS[1:])


def _relabelled(data: Dataset, given: dict[str, str], name: str) -> Dataset:
    old = data.items["label"].to_list()
    new = [given.get(item, label) for item, label in zip(data.items["item"], old, strict=True)]
    columns = [pl.Series("label", new, pl.String)]
    targets = targets_of(data.items)
    if targets is not None:  # a combination that the data hold brings all of its labels
        place = {label: at for at, label in enumerate(data.classes)}
        for target in targets.names:
            cells = [targets.labels[target][place[label]] for label in new]
            columns.append(pl.Series(TARGET + target, cells, pl.String))
    changed = sum(a != b for a, b in zip(old, new, strict=True))
    said = f"corrections: {changed:,} label{'s' * (changed != 1)} changed by {name}"
    return dataclasses.replace(data, items=data.items.with_columns(columns), notes=(*data.notes, said))
