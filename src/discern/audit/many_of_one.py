"""D306: file names that look like many photographs of one thing, when nothing says which belong together."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, many, not_applicable, result

CODE, NAME = "D306", "many photographs of one thing"
PATTERNS = (r"(.+)_\d+", r"(.+)-\d+", r"(.+) \(?\d+\)?", r"(.+)\.\d+", r"(.+)[_-][A-Za-z]")
"""Names of photographs of one thing that differ by an angle, a number or a letter."""
MATCHED, PURE = 0.8, 0.95
"""Least share of names that match, and of captured names whose photographs all have one label."""
FEWEST, MOST = 2.0, 200.0
"""Photographs of one thing, on average."""


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if dataset.source.reader != "folder":
        return not_applicable(CODE, NAME, "the items have no file names")
    if dataset.groups is not None:
        return not_applicable(CODE, NAME, "the items have groups")
    items = dataset.items["item"].to_list()
    labels = ["" for _ in items] if dataset.labels is None else dataset.labels.tolist()
    for pattern in PATTERNS:
        things = _things(pattern, items, labels)
        if things is None:
            continue
        name, shown = max(things.items(), key=lambda entry: (len(entry[1]), entry[0]))
        found = finding(
            CODE,
            f"Names look like {len(items):,} photographs of {many(len(things), 'thing')}",
            "warning",
            list(things),
            len(things),
            do=f"if so, say --group-from '{pattern}': else one thing is in training and test at once, and the result "
            "is better than it should be",
            detail=f"such as {many(len(shown), 'photograph')} of {name!r}: {', '.join(shown[:3])}",
        )
        return result(CODE, NAME, (found,))
    return result(CODE, NAME, ())


def _things(pattern: str, items: list[str], labels: list[str]) -> dict[str, list[str]] | None:
    """The items of each captured name, or None when these are no names of single things."""
    things: dict[str, list[str]] = defaultdict(list)
    of_label: dict[str, set[str]] = defaultdict(set)
    for item, label in zip(items, labels, strict=True):
        if match := re.fullmatch(pattern, PurePosixPath(item).stem):
            things[match[1]].append(item)
            of_label[match[1]].add(label)
    n_matched = sum(map(len, things.values()))
    if len(things) < 2 or n_matched < MATCHED * len(items) or not FEWEST <= n_matched / len(things) <= MOST:
        return None
    pure = sum(len(found) == 1 for found in of_label.values())
    named_by_class = sum(_same_word(name, label) for name, found in of_label.items() for label in found)
    if pure < PURE * len(things) or named_by_class > len(things) / 2:
        return None
    return dict(sorted(things.items()))


def _same_word(name: str, label: str) -> bool:
    """Whether a name says its class alone: `cat` under `cats`."""
    name, label = name.casefold(), label.casefold()
    return bool(label) and (name in label or (label in name and len(name) <= len(label) + 2))
