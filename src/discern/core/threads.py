"""The thread budget: one number, decided in one place, for torch, ONNX Runtime, Polars and BLAS.

Results are repeatable for one number of threads on one machine, so the number is recorded with every run.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from .errors import OptionError

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "POLARS_MAX_THREADS",
)
MAX_THREADS = 1024
_budget: int | None = None


def available() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def budget() -> int:
    """The number of threads in force: what `set_budget` said, else DISCERN_THREADS, else every processor."""
    if _budget is not None:
        return _budget
    named = os.environ.get("DISCERN_THREADS", "")
    return _checked(named, "DISCERN_THREADS") if named else available()


def set_budget(threads: int | None = None) -> int:
    """Put `threads` (default: `budget()`) in force for every library, loaded or not, and return the number.

    Polars fixes its pool when it is first imported; the command line calls this before anything heavy is loaded.
    Raises OptionError when the number is not between 1 and 1024.
    """
    global _budget
    _budget = budget() if threads is None else _checked(threads, "--threads")
    for variable in VARIABLES:
        os.environ[variable] = str(_budget)
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(_budget)
    if sys.modules.get("torch") is not None:
        sys.modules["torch"].set_num_threads(_budget)
    return _budget


@contextlib.contextmanager
def alone(when: bool = True) -> Iterator[None]:
    """Within, OpenMP loops use one thread: for work so small that threads wait for each other longer than they work (on
    a busy machine very much longer)."""
    if not when:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="openmp"):
        yield


def _checked(threads: object, name: str) -> int:
    text = str(threads)
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= MAX_THREADS:
        raise OptionError(f"{name} is {text[:40]!r}; expected a whole number from 1 to {MAX_THREADS}")
    return int(text)
