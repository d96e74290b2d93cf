"""Plain numbers about the arrays of a model, for `discern summary`. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record
from .plan import Shape


@dataclass(frozen=True)
class ArrayFacts(Record):
    """One array: its shape, how many numbers it holds and how they spread (deviation with n below the line)."""

    name: str
    shape: Shape
    count: int
    mean: float
    deviation: float
    low: float
    high: float


def array_facts(arrays: Mapping[str, NDArray[Any]]) -> tuple[ArrayFacts, ...]:
    """Facts of each array, in the order of `arrays`; sums are made in float64."""
    return tuple(_facts(name, value) for name, value in arrays.items())


def _facts(name: str, value: NDArray[Any]) -> ArrayFacts:
    if not value.size:
        return ArrayFacts(name, value.shape, 0, 0.0, 0.0, 0.0, 0.0)
    wide = value.astype(np.float64)
    return ArrayFacts(
        name,
        value.shape,
        value.size,
        float(wide.mean()),
        float(wide.std()),
        float(wide.min()),
        float(wide.max()),
    )
