"""Labels exchanged between groups: what the labels might as well have been if they had nothing to do with the items.

A group is exchanged as a whole, for its items are no independent witnesses: 16 views of one vehicle bear its label
together. Groups are exchanged with groups of about their size. Source: A. M. Winkler et al., "Multi-level block
permutation", NeuroImage 123, 2015.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.seeds import generator
from ..core.views import Record
from .refit import Codes

STRATUM = 10
"""Groups of different sizes are exchanged with each other until so many can be."""


@dataclass(frozen=True)
class Exchange(Record):
    """Sets of exchanged labels, and how they were made."""

    sets: Codes
    """`(n_sets, n)`"""
    how: str
    """A sentence."""
    log_ways: float
    """The natural logarithm of how many different sets there are."""


def exchange(labels: Codes, units: NDArray[np.int64], n_sets: int, *, seed: int = 0) -> Exchange:
    """`n_sets` times the labels `(n,)`, exchanged between whole units `(n,)`.

    Where a unit holds several labels it takes over all labels of another, in random order, repeated or cut to its size.
    """
    unit = np.unique(units, return_inverse=True)[1]
    sizes = np.bincount(unit)
    members = np.split(np.argsort(unit, kind="stable"), np.cumsum(sizes)[:-1])
    first = labels[np.array([rows[0] for rows in members])]
    pure = bool((labels == first[unit]).all())
    strata = _strata(sizes)
    draws = generator(seed, "exchange")
    sets = np.empty((n_sets, len(labels)), np.int64)
    for number in range(n_sets):
        donor = np.arange(len(sizes))
        for stratum in strata:
            donor[stratum] = draws.permutation(stratum)
        if pure:
            sets[number] = first[donor[unit]]
        else:
            for recipient, giver in enumerate(donor):
                given = draws.permutation(labels[members[giver]])
                sets[number, members[recipient]] = np.resize(given, sizes[recipient])
    return Exchange(sets, _how(sizes, strata, pure), _log_ways(first, strata, pure))


def _strata(sizes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Units that are exchanged with each other: of one size, and with the next larger ones while they are few."""
    found: list[NDArray[np.int64]] = []
    waiting: list[NDArray[np.int64]] = []
    for size in np.unique(sizes):
        waiting.append(np.flatnonzero(sizes == size))
        if sum(map(len, waiting)) >= STRATUM:
            found.append(np.concatenate(waiting))
            waiting = []
    if waiting:
        last = [found.pop()] if found else []
        found.append(np.concatenate([*last, *waiting]))
    return found


def _how(sizes: NDArray[np.int64], strata: list[NDArray[np.int64]], pure: bool) -> str:
    if sizes.max() == 1:
        return f"The labels of {len(sizes):,} items were exchanged with each other."
    between = "" if len(strata) == 1 else f", within {len(strata)} ranges of size"
    whole = "its label" if pure else "all of its labels"
    return f"Each of {len(sizes):,} groups was given another group's place with {whole}{between}."


def _log_ways(first: Codes, strata: list[NDArray[np.int64]], pure: bool) -> float:
    total = 0.0
    for stratum in strata:
        total += math.lgamma(len(stratum) + 1)
        if pure:
            total -= sum(math.lgamma(count + 1) for count in np.bincount(first[stratum]))
    return total
