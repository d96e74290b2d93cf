"""The group `discern table`: work that belongs to tables alone; a module a theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from . import clusters, line, what_if

COMMANDS: dict[str, Callable[..., Any]] = {
    "clusters": clusters.clusters,
    "fit-line": line.fit_line,
    "what-if": what_if.what_if,
}

table = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Work with tables of numbers and categories.")
for _name, _command in COMMANDS.items():
    table.command(_name)(_command)
