"""Work on columns of texts on all processors: in parts, whose results are put together in their order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import polars as pl

LEAST = 20_000
"""Texts that are worth a thread of their own."""


def in_parts(texts: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`change(texts)`, where `change` takes each text for itself; as many threads as Polars has.

    A method of a Polars column works on one processor, and gives way to other threads meanwhile.
    """
    n = min(pl.thread_pool_size(), len(texts) // LEAST)
    if n < 2:
        return change(texts)
    size = -(-len(texts) // n)
    with ThreadPoolExecutor(n) as pool:
        return pl.concat(pool.map(change, [texts.slice(start, size) for start in range(0, len(texts), size)]))
