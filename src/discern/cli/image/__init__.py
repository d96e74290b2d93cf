"""The group `discern image`: work that belongs to pictures alone; a module a theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from . import filter as filtering
from . import locate, read, vehicle

COMMANDS: dict[str, Callable[..., Any]] = {
    "filter": filtering.filter_picture,
    "locate": locate.locate,
    "read": read.read,
    "vehicle": vehicle.vehicle,
}

image = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Work with pictures.")


@image.callback()
def _group() -> None:
    """Work with pictures."""


for _name, _command in COMMANDS.items():
    image.command(_name)(_command)
