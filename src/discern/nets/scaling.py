"""What raw values are measured in before a network sees them: the mean and the deviation of each channel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

COUNTED = 2**16
"""Pixels that are counted at a time."""
LEAST = 1e-30
"""A smaller deviation counts as none."""


def mean_and_scale(values: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each channel or feature, float32; the deviation of a constant is 1.

    Sums of bytes are whole numbers below 2**53, exact in any order.
    """
    n_channels = values.shape[-1]
    if values.dtype == np.uint8:
        total, squares, flat = np.zeros(n_channels), np.zeros(n_channels), values.reshape(-1, n_channels)
        for begin in range(0, len(flat), COUNTED):
            some = flat[begin : begin + COUNTED].astype(np.float64)
            total += some.sum(axis=0)
            squares += np.einsum("ij,ij->j", some, some)
        mean = total / len(flat)
        variance = squares / len(flat) - mean**2
    else:
        flat = values.reshape(-1, n_channels)
        mean = flat.mean(axis=0, dtype=np.float64)
        variance = ((flat - mean) ** 2).mean(axis=0)
    scale = np.sqrt(variance)
    scale[~(scale > LEAST)] = 1.0
    return mean.astype(np.float32), scale.astype(np.float32)
