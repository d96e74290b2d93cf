"""How independent items are worked on: the protocol that a cluster can also serve, and the one that runs here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

from . import threads

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4


class Executor(Protocol):
    """Anything with an ordered `map` over independent items."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]: ...


class Local:
    """This machine, with as many threads as the budget allows; results come in the order of the items.

    Good for work that releases Python's lock, such as decoding pictures. The number of threads never changes a result.
    `ahead` items a thread are taken before the reader asks for them.
    """

    def __init__(self, ahead: int = AHEAD) -> None:
        self._ahead = ahead

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
        """Results one by one; only a few items are taken ahead, so memory does not grow with their number."""
        workers = threads.budget()
        waiting: deque[Future[R]] = deque()
        with ThreadPoolExecutor(workers) as pool:
            try:
                for item in items:
                    waiting.append(pool.submit(function, item))
                    if len(waiting) >= self._ahead * workers:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:  # the reader stopped early, or an item failed
                    future.cancel()
