"""How independent items are worked on: the protocol that a cluster can also serve, and the one that runs here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from . import threads

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Anything with an ordered `map` over independent items."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]: ...


class Local:
    """This machine, with as many threads as the budget allows; results come in the order of the items.

    Good for work that releases Python's lock, such as decoding pictures. The number of threads never changes a result.
    """

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        with ThreadPoolExecutor(threads.budget()) as pool:
            yield from pool.map(function, items)
