"""Lazy re-exports: a package lists its names and the modules they live in; a module is imported when its name is used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def attach(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for a package whose public names live in submodules.

    `homes` maps a public name to the submodule (relative, such as `"workflows.train"`) that defines it.
    """

    def __getattr__(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)  # a submodule of the same name must not hide it later
        return value

    def __dir__() -> list[str]:
        return sorted(homes)

    return __getattr__, __dir__
