"""An order of items that their contents alone decide: the same whatever order they came in, and like a shuffle."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
STEP, FIRST, SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
"""Of the generator SplitMix64 (Steele, Lea, Flood, 2014)."""


def of_ranks(values: NDArray[Any]) -> Keys:
    """A key for each row `(n,)` by the ranks of its cells, which another unit does not change; NaN is a value."""
    keys = np.zeros(len(values), np.uint64)
    for column in np.asarray(values, np.float64).T:
        ranks = np.unique(column, return_inverse=True)[1].astype(np.uint64)
        keys = _mixed(keys ^ _mixed(ranks + STEP))
    return keys


def of_hashes(hashes: pl.Series) -> Keys:
    """A key for each item by a SHA-256 of its contents, as text."""
    return hashes.str.slice(0, 15).str.to_integer(base=16).to_numpy().astype(np.uint64)


def order(keys: Keys, seed: int) -> NDArray[np.int64]:
    """Places of the items in an order like a shuffle; items of the same key stand anywhere in it."""
    first = np.argsort(keys, kind="stable")
    ordered = keys[first]
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    times = np.arange(len(keys)) - np.repeat(begins, np.diff(np.append(begins, len(keys))))
    mixed = _mixed(_mixed(ordered + np.uint64(seed * int(SECOND) % 2**64)) ^ _mixed(times.astype(np.uint64) + FIRST))
    return first[np.argsort(mixed, kind="stable")]


def _mixed(keys: Keys) -> Keys:
    found = keys + STEP
    found = (found ^ (found >> np.uint64(30))) * FIRST
    found = (found ^ (found >> np.uint64(27))) * SECOND
    return found ^ (found >> np.uint64(31))
