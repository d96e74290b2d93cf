"""The group `discern series`: work along time or along a text; a module a theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from . import forecast, write

COMMANDS: dict[str, Callable[..., Any]] = {
    "forecast": forecast.forecast,
    "write": write.write,
}

series = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Work along time, or along a text.")
for _name, _command in COMMANDS.items():
    series.command(_name)(_command)
