"""Which module knows what to do: `classes` where the answers are classes, `numbers` where they are numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..core.options import ReadOptions
from ..store.bundle import Bundle
from . import classes, numbers


def of(task: str | None) -> Any:
    """The module of a task, `classification` or `regression`."""
    return numbers if task == "regression" else classes


def reading_for(reading: ReadOptions, loaded: Bundle) -> ReadOptions:
    """How labelled data are read for a model of a table: its own target, taken as the model took it."""
    if not loaded.spec.columns:
        return reading
    table = dataclasses.replace(reading.table, target=reading.table.target or loaded.target, task=loaded.task)
    return dataclasses.replace(reading, table=table)
