"""What every reader ends with: too many bad items end the job, groups get their column, the record is put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ..core.errors import DataError, OptionError, TooManyBadItems
from ..core.events import Listener, silent
from ..core.executor import Executor, Local
from ..core.options import MAX_MEGAPIXELS, PictureOptions
from ..core.records import InputSpec
from .sheets import Sheet

MAX_BAD = 0.05
Groups = Mapping[str, object] | Callable[[str], object] | Sequence[object]
"""Item name -> group, as a mapping or a function; or, for data in a fixed order, one group an item."""


@dataclass(frozen=True)
class Reading:
    """How to read: what all readers are told."""

    groups: Groups | None = None
    max_bad: float = MAX_BAD
    max_megapixels: float = MAX_MEGAPIXELS
    on_event: Listener = silent
    executor: Executor = field(default_factory=Local)
    spec: InputSpec | None = None
    """The form that a model takes; None for one that fits the data."""
    pictures: PictureOptions = field(default_factory=PictureOptions)
    """How pictures are prepared when there is no `spec`."""
    sheet: Sheet | None = None
    """Where the labels of a folder stand, when its folders are not the labels."""
    group_from: re.Pattern[str] | None = None


def stop_if_too_many(name: str, n_good: int, rejected: Sequence[tuple[str, str]], max_bad: float | None = None) -> None:
    """Raise TooManyBadItems, with a summary, when more than max(1, `max_bad` of all items) were set aside.

    None: `MAX_BAD` of them, where no option accepts more.
    """
    n_bad, n = len(rejected), n_good + len(rejected)
    most = MAX_BAD if max_bad is None else max_bad
    if n_bad > max(1, most * n):
        reasons = Counter(reason for _, reason in rejected).most_common(3)
        summary = "; ".join(f"{count:,} x {reason}" for reason, count in reasons)
        accept = "" if max_bad is None else "; `discern train` accepts more with --max-bad"
        raise TooManyBadItems(
            f"{name}: {n_bad:,} of {n:,} items cannot be read, more than {most:.0%} ({summary}; "
            f"the first is {rejected[0][0]!r}); put them right, or take them out{accept}"
        )


def group_column(items: Sequence[str], groups: Groups, *, fixed_order: bool) -> pl.Series:
    """The group of each item as text. Raises OptionError or DataError that names the item without a group."""
    if callable(groups):
        found = [groups(item) for item in items]
    elif isinstance(groups, Mapping):
        found = [groups.get(item) for item in items]
    elif not fixed_order:
        raise OptionError("groups of a folder are a mapping or a function of the item's name, not a sequence")
    else:
        found = list(groups)
        if len(found) != len(items):
            raise DataError(f"groups: {len(found):,} groups; expected one for each of the {len(items):,} items")
    missing = [item for item, group in zip(items, found, strict=True) if group is None or group != group]
    if missing:
        raise DataError(f"groups: {len(missing):,} items have no group (the first is {missing[0]!r})")
    return pl.Series("group", [text_of(group) for group in found], pl.String)


def text_of(value: object) -> str:
    """A label or a group as text: 7 is `7`, 7.0 is `7.0`; what is no UTF-8 stands as backslash escapes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    item = getattr(value, "item", None)
    return str(item() if callable(item) else value).encode("utf-8", "backslashreplace").decode()
