"""The sheet of labels that `discern label` writes and a person fills in: a row an item, in the order of the batches."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..core import files
from ..core.errors import DataError, describe
from ..core.files import safe_cell
from ..core.options import suggest
from .sheets import BYTES_LIMIT, TAB_ENDINGS, TEXT_ENDINGS, read_sheet

COLUMNS = ("item", "label", "suggestion", "probability", "why", "skipped", "text")
NAMED = 10
CLIPPED = 2_000
"""Characters of a text that stand on the sheet: enough to label it by, and to tell whether it is still the same."""
NO = ("", "no", "false", "0")
"""What may stand in the column `skipped` of an item that is not passed over."""
Why = Literal["random", "unsure"]


@dataclass(frozen=True)
class Asked:
    """One item that a label is asked for."""

    item: str
    why: Why
    text: str = ""
    """The text, or the file of the picture."""
    suggestion: str = ""
    """What the model answered before its label was known; empty for items drawn at random."""
    probability: str = ""
    label: str = ""
    skipped: bool = False

    @property
    def open(self) -> bool:
        return not self.label and not self.skipped


@dataclass(frozen=True)
class LabelSheet:
    """All that was asked so far."""

    rows: tuple[Asked, ...] = ()

    @property
    def open(self) -> tuple[Asked, ...]:
        """What waits for a label."""
        return tuple(row for row in self.rows if row.open)

    @property
    def given(self) -> tuple[Asked, ...]:
        """What has a label, in the order in which it was asked for."""
        return tuple(row for row in self.rows if row.label)

    def put(self, item: str, label: str, *, skipped: bool = False) -> LabelSheet:
        """The sheet with this label; an empty one opens the row again."""
        rows = [
            dataclasses.replace(row, label=label, skipped=skipped) if row.item == item else row for row in self.rows
        ]
        return LabelSheet(tuple(rows))

    def more(self, rows: Iterable[Asked]) -> LabelSheet:
        return LabelSheet((*self.rows, *rows))

    def write(self, path: Path) -> None:
        """Write it whole, as TSV where the name ends so. Raises OutputError."""
        cells = (
            (row.item, row.label, row.suggestion, row.probability, row.why, "yes" if row.skipped else "",
             row.text[:CLIPPED])
            for row in self.rows
        )  # fmt: skip
        comma = "\t" if path.suffix.lower() in TAB_ENDINGS else ","
        files.write_text(path, files.csv_text(COLUMNS, cells, comma=comma))


def read_label_sheet(path: Path, items: Mapping[str, str], classes: Sequence[str]) -> LabelSheet:
    """Read a sheet again; where it is not there yet, an empty one.

    `items` gives for each item of the pool its text or file. Labels have to be among `classes`, where there are any.
    Raises DataError that names rows which are about something else, labels that are not known, and columns that lack.
    """
    if path.suffix.lower() not in TEXT_ENDINGS:
        raise DataError(describe(str(path), found=f"the ending {path.suffix!r}", expected=" or ".join(TEXT_ENDINGS)))
    if not path.exists():
        return LabelSheet()
    usual = csv.field_size_limit(BYTES_LIMIT)  # sheets of earlier versions hold whole texts, however long
    try:
        sheet = read_sheet(path, "item", ("label",))
    finally:
        csv.field_size_limit(usual)
    lacking = [name for name in ("why", "text") if name not in sheet.columns]
    if lacking:
        found = f"no column {lacking[0]!r}"
        raise DataError(describe(str(path), found=found, expected="the columns that discern label wrote"))
    names = {safe_cell(name): name for name in items} | {name: name for name in items}
    known = {safe_cell(name): name for name in classes} | {name: name for name in classes}
    problems, rows = [], []
    for written, labels in sheet.rows.items():
        cells = dict(zip(sheet.columns, sheet.cells[written], strict=True))
        label = "" if labels is None else labels[0].strip()
        name = names.get(written)
        if name is None or not _same(cells["text"] or "", items[name]):
            problems.append(f"{written[:80]!r} is no item of the pool, or another one")
        elif label and classes and label not in known:
            problems.append(f"{written[:80]!r} has the label {label[:80]!r}{suggest(label, classes)}")
        else:
            rows.append(
                Asked(
                    item=name,
                    why="random" if cells["why"] == "random" else "unsure",
                    text=items[name],
                    suggestion=cells.get("suggestion") or "",
                    probability=cells.get("probability") or "",
                    label=known.get(label, label),
                    skipped=(cells.get("skipped") or "").strip().lower() not in NO and not label,
                )
            )
    if problems:
        more = f" and {len(problems) - NAMED:,} more" if len(problems) > NAMED else ""
        expected = f"items of this pool and the labels {', '.join(classes)}" if classes else "items of this pool"
        raise DataError(
            describe(str(path), found="; ".join(problems[:NAMED]) + more, expected=f"{expected} (--classes adds some)")
        )
    return LabelSheet(tuple(rows))


def _same(cell: str, text: str) -> bool:
    """Whether a cell holds `text`, clipped or, as earlier versions wrote it, whole."""
    written = (one for start in (text, text[:CLIPPED]) for one in (start, safe_cell(start)))
    return _essence(cell) in map(_essence, written)


def _essence(text: str) -> str:
    """What stays the same of a text when a spreadsheet has saved it."""
    return "".join(text.encode("utf-8", "backslashreplace").decode().split())[:1000]
