"""The one door to optional libraries: it names what needs them and how to install them."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from .errors import MissingDependency

EXTRAS = {
    "torch": "torch",
    "fastapi": "web",
    "uvicorn": "web",
    "geopandas": "geo",
    "pyproj": "geo",
    "ray": "ray",
    "tensorboardX": "tensorboard",
}
"""Library -> the extra that brings it."""


def available(library: str) -> bool:
    """Whether `library` is installed; nothing is imported to find out."""
    return importlib.util.find_spec(library) is not None


def require(library: str, *, needed_for: str) -> ModuleType:
    """Import an optional library, or a module of ours that needs one, or say in one line what needs it and how to
    install it.

    Raises MissingDependency.
    """
    try:
        return importlib.import_module(library)
    except ImportError as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing not in (library.partition(".")[0], *EXTRAS):
            raise MissingDependency(f"{needed_for} needs {library}, which cannot be loaded here: {error}") from error
        name = missing if missing in EXTRAS else library
        raise MissingDependency(
            f"{needed_for} needs {name}, which is not installed; pip install 'discern-ml[{EXTRAS.get(name, 'all')}]'"
        ) from error
