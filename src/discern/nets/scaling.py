"""What raw values are measured in before a network sees them: the mean and the deviation of each channel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.rows import Rows

COUNTED = 2**16
"""Pixels that are counted at a time."""
ROWS = 64
"""Rows that are copied at a time."""
LEAST = 1e-30
"""A smaller deviation counts as none."""


def mean_and_scale(values: NDArray[Any] | Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each channel or feature, float32; the deviation of a constant is 1.

    Sums of bytes are whole numbers below 2**53, exact in any order.
    """
    n_channels = values.shape[-1]
    if values.dtype == np.uint8:
        total, squares, n = np.zeros(n_channels), np.zeros(n_channels), math.prod(values.shape[:-1])
        for block in values.blocks(ROWS) if isinstance(values, Rows) else (values,):
            flat = block.reshape(-1, n_channels)
            for begin in range(0, len(flat), COUNTED):
                some = flat[begin : begin + COUNTED].astype(np.float64)
                total += some.sum(axis=0)
                squares += np.einsum("ij,ij->j", some, some)
        mean = total / n
        variance = squares / n - mean**2
    else:
        flat = values[:].reshape(-1, n_channels)
        mean = flat.mean(axis=0, dtype=np.float64)
        variance = ((flat - mean) ** 2).mean(axis=0)
    scale = np.sqrt(variance)
    scale[~(scale > LEAST)] = 1.0
    return mean.astype(np.float32), scale.astype(np.float32)
