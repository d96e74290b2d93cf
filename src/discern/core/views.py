"""How records show themselves: one short line of plain text, and a view for a notebook by whoever makes such views."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable
from typing import Any

LONGEST = 2_000
"""Letters of a record in plain text."""


class Record:
    """A frozen dataclass that a person may get to see: a bounded `repr` that names arrays by their shapes, and
    `_repr_html_` for notebooks. A record with a better line of its own keeps it."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):
            cls.__repr__ = cls.__repr__  # type: ignore[method-assign]  # a class's own is not replaced by @dataclass

    def __repr__(self) -> str:
        return short(self)

    def _repr_html_(self) -> str | None:
        return None if _viewer is None else _viewer(self)


_viewer: Callable[[Record], str] | None = None


def view_by(viewer: Callable[[Record], str]) -> None:
    """Have `viewer` make the HTML of records for notebooks: what draws stands above, and hands itself in."""
    global _viewer
    _viewer = viewer


class _Repr(reprlib.Repr):
    """The standard library's shortening, which knows arrays, data frames, figures and records besides."""

    def __init__(self, level: int, items: int, letters: int) -> None:
        super().__init__()
        self.maxlevel = level
        self.maxtuple = self.maxlist = self.maxdict = self.maxset = self.maxfrozenset = items
        self.maxstring = self.maxother = letters

    def repr1(self, value: Any, level: int) -> str:
        if (form := form_of(value)) is not None:
            return f"<{form}>"
        if isinstance(value, dict):
            return self._dict(value, level)
        if isinstance(value, Record):
            if says_itself(value):
                return shortened(str(value), self.maxother)
            own = type(value).__repr__ is not Record.__repr__
            return shortened(repr(value), LONGEST) if own else self.fields(value, level)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return f"{type(value).__name__}(...)"
        return super().repr1(value.item() if getattr(value, "shape", None) == () else value, level)

    def fields(self, record: Record, level: int) -> str:
        """A record by the names of its fields."""
        if level <= 0:
            return f"{type(record).__name__}(...)"
        said = (f"{name}={self.repr1(value, level - 1)}" for name, value in fields_of(record))
        return f"{type(record).__name__}({', '.join(said)})"

    def _dict(self, value: dict[Any, Any], level: int) -> str:
        """In its own order: that of a record's figures means something."""
        if value and level <= 0:
            return "{...}"
        shown = list(value.items())[: self.maxdict]
        pieces = [f"{self.repr1(key, level - 1)}: {self.repr1(found, level - 1)}" for key, found in shown]
        return "{" + ", ".join([*pieces, *(["..."] if len(value) > len(shown) else [])]) + "}"


def short(record: Record, longest: int = LONGEST) -> str:
    """A record in at most `longest` letters: the less is said of what lies deep in it, the longer it would be."""
    text = ""
    for level, items, letters in ((5, 4, 80), (3, 3, 60), (2, 2, 40), (1, 2, 40)):
        text = _Repr(level, items, letters).fields(record, level)
        text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
        if len(text) <= longest:
            break
    return shortened(text, longest)


def shortened(text: str, longest: int) -> str:
    """`text`, cut at its end where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 4]}...{text[-1]}"


def form_of(value: Any) -> str | None:
    """`float32 array, 28 x 28 x 1` of an array, `frame, 10 rows: item, label` of a data frame; None of all else."""
    shape = getattr(value, "shape", None)
    if not isinstance(shape, tuple) or isinstance(value, type) or dataclasses.is_dataclass(value):
        return None
    if hasattr(value, "columns"):
        names = list(map(str, value.columns))
        more = ", ..." if len(names) > 8 else ""
        return f"frame, {shape[0]:,} rows: {shortened(', '.join(names[:8]), 120)}{more}"
    dtype = str(getattr(value, "dtype", "")).removeprefix("torch.")
    if not dtype or not shape:
        return None
    return f"{dtype} array, {' x '.join(map(str, shape))}"


def says_itself(record: Any) -> bool:
    """Whether a record has a line of text of its own for where it stands among others, as a figure has."""
    own: Any = type(record)
    return own.__str__ is not object.__str__


def fields_of(record: Any) -> list[tuple[str, Any]]:
    """The names and values that are for people to use."""
    return [(one.name, getattr(record, one.name)) for one in dataclasses.fields(record) if not one.name.startswith("_")]
