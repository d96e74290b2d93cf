"""How many of torch's threads a piece of work is worth: small work is done by one.

Threads wait for each other after every operation. Where an operation takes microseconds there is nothing to win, and on
a machine that is busy with something else the waiting costs ten times the work (docs/decisions/0010-training-loop.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

SMALL = 10**9
"""Operations, a few milliseconds of one processor."""


def worth(operations: float) -> int:
    """One thread for fewer than `SMALL` operations, else as many as torch has been given."""
    return 1 if operations < SMALL else torch.get_num_threads()


@contextmanager
def using(threads: int) -> Iterator[None]:
    """Inside, torch works with `threads`; afterwards with as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
