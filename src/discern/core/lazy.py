"""Lazy re-exports: a package lists its names and where they live; a module is imported when its name is used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any


def attach(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for a package whose public names live in submodules.

    `homes` maps a public name to the submodule (relative, such as `"workflows.train"`) that defines it.
    A public name may be spelt like a subpackage (`discern.audit` is the verb, and its room is a folder `audit/`):
    the public name wins whatever is imported first, and the room is reached with `from discern.audit import ...`.
    """

    class Package(ModuleType):
        def __setattr__(self, name: str, value: Any) -> None:
            if not (name in homes and isinstance(value, ModuleType)):  # the import system binds a loaded submodule
                super().__setattr__(name, value)

    def __getattr__(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    def __dir__() -> list[str]:
        return sorted(homes)

    sys.modules[package].__class__ = Package
    return __getattr__, __dir__
