"""What a model file is made of: layers where there are any, arrays, and how it was trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import InputSpec
from ..models import catalogue
from ..nets.layers import parse
from ..nets.plan import LayerFacts, describe
from .bundle import Bundle


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
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it was trained, as its run recorded it; empty for a model file that stands alone."""

    @property
    def parameters(self) -> int:
        """Numbers that learning set (networks), else numbers that the model holds."""
        if self.layers:
            return sum(layer.parameters for layer in self.layers)
        return sum(int(np.prod(array.shape)) for array in self.arrays)

    @property
    def operations(self) -> int:
        """Multiplications and additions for one item; 0 where there are no layers."""
        return sum(layer.operations for layer in self.layers)


def summarise(bundle: Bundle, training: Mapping[str, Any]) -> Summary:
    """Describe a loaded model; `training` is what its run recorded, or nothing."""
    return Summary(
        bundle.model,
        catalogue.entry(bundle.model).title,
        bundle.spec,
        tuple(map(str, bundle.classes)),
        layers_of(bundle),
        tuple(_facts(name, array) for name, array in sorted(bundle.arrays.items())),
        training,
    )


def layers_of(bundle: Bundle) -> tuple[LayerFacts, ...]:
    """The layers of a network; none for other models."""
    if "layers" not in bundle.config:
        return ()
    return describe(parse(bundle.config["layers"]), tuple(bundle.config["shape"]), len(bundle.classes))


def _facts(name: str, array: NDArray[Any]) -> ArrayFacts:
    values = np.asarray(array, dtype=np.float64)
    if not values.size:
        return ArrayFacts(name, values.shape, 0.0, 0.0, 0.0, 0.0)
    return ArrayFacts(
        name, values.shape, float(values.mean()), float(values.std()), float(values.min()), float(values.max())
    )
