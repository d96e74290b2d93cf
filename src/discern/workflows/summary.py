"""`summary`: what a model is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core import files
from ..core.errors import OptionError
from ..core.records import InputSpec
from ..models import catalogue
from ..nets.layers import LayerFacts, describe, parse
from ..store import bundle
from ..store.run_folder import RunFolder
from .run import model_path


@dataclass(frozen=True)
class ArrayFacts:
    """One array of a model: its shape and how its numbers are spread."""

    name: str
    shape: tuple[int, ...]
    mean: float
    deviation: float
    smallest: float
    largest: float


@dataclass(frozen=True)
class Summary:
    """A model: what it is, what it takes and answers, its layers (networks only) and its arrays."""

    model: str
    title: str
    takes: InputSpec
    classes: tuple[str, ...]
    layers: tuple[LayerFacts, ...]
    arrays: tuple[ArrayFacts, ...]
    settings: dict[str, Any]
    """How it was trained, as recorded by its run; empty for a model file that stands alone."""

    @property
    def n_parameters(self) -> int:
        """Numbers that learning set (networks), else numbers that the model holds."""
        if self.layers:
            return sum(layer.parameters for layer in self.layers)
        return sum(int(np.prod(array.shape)) for array in self.arrays)

    @property
    def operations(self) -> int:
        """Multiplications and additions for one item; 0 where layers do not apply."""
        return sum(layer.operations for layer in self.layers)


def summary(run: str | Path) -> Summary:
    """Describe the model of a run or a model file. Raises RunError or ModelFileError."""
    loaded = bundle.load(model_path(run))
    folder = RunFolder(Path(run))
    layers: tuple[LayerFacts, ...] = ()
    if loaded.model == "conv":
        shape = tuple(loaded.config["shape"])
        layers = describe(parse(loaded.config["layers"]), shape, len(loaded.classes))
    settings = files.read_json(folder.training) if folder.training.is_file() else {}
    return Summary(
        loaded.model,
        catalogue.entry(loaded.model).title,
        loaded.spec,
        tuple(map(str, loaded.classes)),
        layers,
        tuple(_facts(name, array) for name, array in sorted(loaded.arrays.items())),
        settings,
    )


def plan(layers: str, shape: tuple[int, int, int], n_classes: int) -> tuple[LayerFacts, ...]:
    """The layers that a description gives for pictures of `shape` (height, width, channels), before any training.

    Raises OptionError with every mistake in the description.
    """
    if n_classes < 2:
        raise OptionError(f"{n_classes} classes; expected at least 2")
    return describe(parse(layers), shape, n_classes)


def _facts(name: str, array: Any) -> ArrayFacts:
    values = np.asarray(array, dtype=np.float64)
    if not values.size:
        return ArrayFacts(name, values.shape, 0.0, 0.0, 0.0, 0.0)
    return ArrayFacts(
        name, values.shape, float(values.mean()), float(values.std()), float(values.min()), float(values.max())
    )
