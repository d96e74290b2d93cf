"""Puts what a sheet of labels, or a pattern of names, says onto the items of a folder, and says what did not fit."""

from __future__ import annotations

import dataclasses
import re

import polars as pl

from ..core.errors import DataError, OptionError, describe
from .assemble import Reading
from .dataset import COLUMN, TARGET, Dataset
from .scan import Candidate, Scan
from .sheets import group_of, matched


def label_from_sheet(given: str, found: Scan, reading: Reading) -> list[str]:
    """Give the candidates of a scan their labels; those without one are passed over. Returns what to say of it.

    Raises DataError when no picture has a row.
    """
    sheet = reading.sheet
    assert sheet is not None
    keys = matched([candidate.item for candidate in found.candidates], sheet, reading.group_from)
    used = {key for key in keys if key is not None}
    if not used:
        found_name, first_id = found.candidates[0].item, next(iter(sheet.rows))
        do = "" if reading.group_from else r"; --group-from '(.+)_\d+' takes the id from the name"
        raise DataError(
            describe(given, found=f"no picture that matches an id of {sheet.name} ({found_name!r}, {first_id!r}){do}")
        )
    kept: list[Candidate] = []
    without_row: list[str] = []
    without_label: list[str] = []
    for candidate, key in zip(found.candidates, keys, strict=True):
        label = None if key is None else sheet.label(key)
        if label is not None:
            kept.append(dataclasses.replace(candidate, label=label))
        else:
            (without_row if key is None else without_label).append(candidate.item)
    if not kept:
        raise DataError(describe(sheet.name, found=f"no label for any of {len(found.candidates):,} pictures"))
    found.candidates = kept
    found.class_folders = {str(candidate.label) for candidate in kept}
    found.skipped += [(item, f"no row in {sheet.name}") for item in without_row]
    found.skipped += [(item, f"no label in {sheet.name}") for item in without_label]
    found.skipped.sort()
    said = [f"labels: {len(kept):,} pictures by {len(used):,} rows of {sheet.name}", *sheet.notes]
    unused = [key for key in sheet.rows if key not in used]
    for things, words in (
        (without_row, f"pictures have no row in {sheet.name} and are left out"),
        (without_label, f"pictures have no label in {sheet.name} and are left out"),
        (unused, f"rows of {sheet.name} have no picture"),
    ):
        if things:
            said.append(f"{len(things):,} {words} (the first is {things[0]!r})")
    return said


def sheet_columns(items: list[str], reading: Reading) -> list[pl.Series]:
    """A column for each of several targets (none for one, which is the label itself), and the sheet's other columns."""
    sheet = reading.sheet
    assert sheet is not None
    keys = [key for key in matched(items, sheet, reading.group_from) if key is not None]
    found = []
    if len(sheet.targets) > 1:
        rows = [sheet.rows[key] or () for key in keys]
        found += [
            pl.Series(TARGET + name, [row[place] for row in rows], pl.String)
            for place, name in enumerate(sheet.targets)
        ]
    cells = [sheet.cells[key] for key in keys]
    return found + [
        pl.Series(COLUMN + name, [row[place] for row in cells], pl.String) for place, name in enumerate(sheet.columns)
    ]


def with_groups_from(data: Dataset, pattern: re.Pattern[str]) -> Dataset:
    """The data with the group that `pattern` captures of each item's name; an item it does not match stands alone.

    Raises OptionError when it matches none.
    """
    names = data.items["item"].to_list()
    groups = [group_of(name, pattern) for name in names]
    alone = [name for name, group in zip(names, groups, strict=True) if group is None]
    if len(alone) == len(names):
        raise OptionError(f"--group-from is {pattern.pattern!r}: no name matches it (the first is {names[0]!r})")
    taken = set(groups)
    cells = []
    for name, group in zip(names, groups, strict=True):
        own = group or name
        while group is None and own in taken:
            own += "'"
        cells.append(own)
    n_groups = len(taken - {None})
    said = [f"groups from names: {len(names) - len(alone):,} items in {n_groups:,} groups"]
    if alone:
        said.append(
            f"{len(alone):,} names do not match {pattern.pattern!r}; each stands alone (the first is {alone[0]!r})"
        )
    items = data.items.with_columns(pl.Series("group", cells, pl.String))
    return dataclasses.replace(data, items=items, notes=(*data.notes, *said))
