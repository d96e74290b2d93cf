"""Labels put right by hand: a sheet with the columns `item` and `correction`, such as a run's `suspects.csv`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl

from ..core.errors import DataError, OptionError, describe
from ..core.files import safe_cell
from .dataset import TARGET, Dataset, targets_of
from .sheets import TEXT_ENDINGS, read_sheet

NAMED = 20
"""So many problems are named; then how many more there are."""


def corrected(data: Dataset, path: Path) -> Dataset:
    """The data with the labels that the sheet gives; an empty correction leaves a label as it is.

    Raises DataError for a sheet that cannot be read, and OptionError with every item and label that is not known.
    """
    if data.labels is None:
        raise DataError(describe(data.name, found="items without labels", expected="labels to correct"))
    if path.suffix.lower() not in TEXT_ENDINGS:
        raise DataError(
            describe(str(path), found=f"a file that ends in {path.suffix or 'nothing'}", expected="CSV or TSV")
        )
    sheet = read_sheet(path, "item", ("correction",))
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
    said = f"corrections: {changed:,} labels changed by {name}"
    return dataclasses.replace(data, items=data.items.with_columns(columns), notes=(*data.notes, said))
