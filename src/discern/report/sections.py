"""Sections of a report that are about results kept beside a run: each with its title, template, words and drawings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from .drawing import Drawing

SECTIONS: Mapping[str, str] = {
    "telling": "telling_page",
    "network": "network_page",
    "calibration": "calibration_page",
    "unknown": "exam_page",
    "slices": "slices_page",
    "fairness": "fairness_page",
    "robustness": "robustness_page",
    "operating": "operating_page",
    "leak_price": "leak_page",
    "solvable": "solvable_page",
    "more_data": "more_data_page",
    "suspects": "suspects_page",
}
"""Name of the kept result -> module of this room with `sections(record)`, in the order of the page."""


@dataclass(frozen=True)
class Section:
    """One section of the page."""

    key: str
    """Its address on the page."""
    title: str
    template: str
    view: Mapping[str, Any]
    """What the template shows, beside what the whole page knows; it stands there as `section.view`."""
    drawings: tuple[Drawing, ...] = ()
    tables: Mapping[str, tuple[tuple[str, ...], list[tuple[object, ...]]]] = field(default_factory=dict)
    """CSV files beside the page: name -> header and rows."""


def sections_of(kept: Mapping[str, Any]) -> tuple[Section, ...]:
    """The sections for the results that there are."""
    found: list[Section] = []
    for name, module in SECTIONS.items():
        if kept.get(name) is not None:
            make: Callable[[Any], tuple[Section, ...]] = import_module(f"{__package__}.{module}").sections
            found += make(kept[name])
    return tuple(found)
