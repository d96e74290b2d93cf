"""Plain numbers about the arrays of a network, for `discern summary`. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .plan import Shape


@dataclass(frozen=True)
class ArrayFacts:
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
    return tuple(
        ArrayFacts(
            name,
            tuple(value.shape),
            int(value.size),
            float(value.mean(dtype=np.float64)),
            float(value.std(dtype=np.float64)),
            float(value.min()),
            float(value.max()),
        )
        for name, value in arrays.items()
    )
