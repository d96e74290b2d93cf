"""Finds pictures and texts that are almost the same, as groups that a split keeps together.

Pictures: coarse grey means nominate pairs, pixels confirm them.

Nominating compares every pair that can be close: grey means on 8 x 8 areas, as correlations, in slices along the
principal axes that leave out pairs which cannot be (exact: no pair above the threshold is missed). Confirming lays one
picture on the other (`images.alignment`) and asks that outlines and texture agree, not the composition alone.
Texts: pairs are found and confirmed by `text.near`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..core.executor import Local
from ..core.views import Record
from ..images.alignment import agreement, aligned, normalised, thumbnails
from ..text import near

Rows = NDArray[np.int64]
COARSE, FINE = 8, 32
"""Sides of the grey means that nominate, and of those that confirm."""
SMALLEST = 16
"""Pictures with a shorter side have too few pixels to tell a copy from something that looks alike."""
NOMINATED, NOMINATED_STRICTLY = 0.88, 0.992
"""Correlations of the coarse means from which a pair is looked at."""
CONFIRMED, CONFIRMED_STRICTLY = (0.95, 0.75), (0.985, 0.97)
"""Least correlations of a near-duplicate: of the pictures, and of their fine structure."""
DENSE, ALIKE, FEW = 5.0, 1e-3, 5
"""With more nominated partners an item than the first, or a larger share of all pairs nominated and then not confirmed
than the second (and more than a few), the pictures are all of one kind (digits, scans): a pair must then agree
strictly, without being moved."""
SAMPLE = 2000
"""Items by which that is estimated."""
PARTNERS = 55
"""At most so many partners of an item are looked at from one slice, the closest: more than a group holds."""
LARGEST = 50
"""A group of more than this, or of more than 1 % of the items (but never less than 10), is of look-alikes."""
PAIRS = 1024
AT_ONCE = 2**24
"""Values of pixels that are turned into floats at a time."""
AXES, SLICE, FULL = 12, 1.0, 2**18
"""Principal axes along which pictures are cut into slices, how thick a slice is (in the distance that is looked for),
and with how many pairs it is cut no further."""


@dataclass(frozen=True, eq=False)
class NearDuplicates(Record):
    """What looks the same but for size, file format, brightness or a slight cut; exact copies among them."""

    groups: tuple[Rows, ...]
    """Rows of each group of at least two near-duplicates, ascending; the groups by their first row."""
    lookalikes: tuple[Rows, ...]
    """Groups too large to be copies of one picture: things that look alike. They are reported, not kept together."""
    applies: bool
    """False for tables and for pictures too small to tell."""

    def codes(self, n: int) -> Rows:
        """A number for each of `n` items, `(n,)`: equal within a group, different otherwise."""
        codes = np.arange(n)
        for rows in self.groups:
            codes[rows] = rows[0]
        return codes


NONE = NearDuplicates((), (), False)


def near_duplicates(values: NDArray[Any]) -> NearDuplicates:
    """Groups of near-duplicates among pictures `(n, H, W, C)` of uint8, or texts `(n,)` of str (dtype object).

    Anything else, and pictures with a side below 16 pixels, gives an answer with `applies` False.
    """
    if values.ndim == 1 and values.dtype == object:
        return near_texts(pl.Series(values.tolist(), dtype=pl.String))
    if values.ndim != 4 or values.dtype != np.uint8 or min(values.shape[1:3]) < SMALLEST:
        return NONE
    return _near_pictures(values)


def _near_pictures(pixels: NDArray[np.uint8]) -> NearDuplicates:
    n = len(pixels)
    if n < 2:
        return NearDuplicates((), (), True)
    coarse = normalised(_means(pixels, COARSE).reshape(n, COARSE * COARSE))
    groups = None
    if min(pixels.shape[1:3]) >= FINE and not _crowded(coarse):
        first, second = _nominated(coarse, NOMINATED)
        joined = _joined(pixels, first, second, strict=False)
        apart = np.count_nonzero(joined[first] != joined[second])
        if apart <= max(FEW, ALIKE * n * (n - 1) / 2):
            groups = _groups(joined)
    if groups is None:
        groups = _groups(_joined(pixels, *_nominated(coarse, NOMINATED_STRICTLY), strict=True))
    limit = largest_group(n)
    return NearDuplicates(
        tuple(rows for rows in groups if len(rows) <= limit), tuple(rows for rows in groups if len(rows) > limit), True
    )


def near_texts(texts: pl.Series) -> NearDuplicates:
    """Groups of texts `(n,)` that are the same, or almost the same, but for case, spaces, signs and a few words.

    Copies count once when it is decided whether a group is too large: a text that many passed on is one text. In a
    group that is too large, the copies of each text are still a group.
    """
    first = near.copies(texts)
    return grouped(first, near.near_pairs(texts, first=first))


def grouped(first: Rows, pairs: near.NearPairs) -> NearDuplicates:
    """The groups that copies (see `text.near.copies`) and pairs of near-copies make."""
    joined = _connected(np.arange(len(first)), pairs.first, pairs.second)[first]
    different = np.bincount(joined[np.unique(first)], minlength=len(first))
    large = (different > largest_group(len(first)))[joined]
    kept = np.where(large, first, joined)
    alike = np.where(large, joined, np.arange(len(first)))
    return NearDuplicates(tuple(_groups(kept)), tuple(_groups(alike)), True)


def largest_group(n: int) -> int:
    """How many of `n` items may be near-duplicates of each other."""
    return min(LARGEST, max(10, n // 100))


def _means(pixels: NDArray[np.uint8], side: int, rows: Rows | None = None) -> NDArray[np.float32]:
    """Grey means of all or some pictures, `(n, side, side)`, a few pictures at a time."""
    rows = np.arange(len(pixels)) if rows is None else rows
    means = np.empty((len(rows), side, side), np.float32)
    step = max(1, AT_ONCE // max(1, int(np.prod(pixels.shape[1:]))))
    for start in range(0, len(rows), step):
        means[start : start + step] = thumbnails(pixels[rows[start : start + step]], side)
    return means


def _crowded(coarse: NDArray[np.float32]) -> bool:
    """Whether so many pairs are nominated that the pictures must be all of one kind, from evenly spaced items."""
    some = coarse[np.unique(np.linspace(0, len(coarse) - 1, min(SAMPLE, len(coarse))).astype(np.int64))]
    pairs = (np.count_nonzero(some @ some.T >= NOMINATED) - len(some)) / 2
    return bool(2 * pairs / len(some) * (len(coarse) / len(some)) > DENSE)


def _nominated(coarse: NDArray[np.float32], threshold: float) -> tuple[Rows, Rows]:
    """Pairs of rows with at least this correlation, `first < second`.

    Pictures nearer than `reach` are no further apart on any axis of a rotation. They are sorted along the first
    principal axis and cut into slices, and each slice is compared with what lies within reach behind its beginning.

    The threads work on a slice each: products this small are not worth dividing, and BLAS threads that wait for each
    other on a busy machine took four times as long (measured).
    """
    rows = np.flatnonzero(coarse.any(axis=1))  # the others are flat pictures
    none = np.zeros(0, np.int64)
    if not len(rows):
        return none, none
    some = coarse[rows[:: max(1, len(rows) // 10_000)]]
    axes = np.linalg.eigh(some.T @ some / len(some) - np.outer(some.mean(axis=0), some.mean(axis=0)))[1]
    place = coarse[rows] @ axes[:, : -AXES - 1 : -1]
    order = np.argsort(place[:, 0], kind="stable")
    rows, place = rows[order], np.ascontiguousarray(place[order].T)
    reach = float(np.sqrt(2 - 2 * threshold)) * 1.0001
    slices = ((np.arange(a, b), np.arange(a, d)) for a, b, _, d in _slices(place[0], place[0], reach))
    with threadpool_limits(1, user_api="blas"):
        found = list(Local().map(partial(_close, coarse[rows], place, threshold, reach), slices))
    i = rows[np.concatenate([none, *(pair[0] for pair in found)])]
    j = rows[np.concatenate([none, *(pair[1] for pair in found)])]
    order = np.lexsort((np.maximum(i, j), np.minimum(i, j)))
    return np.minimum(i, j)[order], np.maximum(i, j)[order]


def _slices(a: NDArray[np.float32], b: NDArray[np.float32], reach: float) -> Iterator[tuple[int, int, int, int]]:
    """Slices of the ascending `a`, and where what lies within `reach` of each begins and ends in the ascending `b`."""
    starts = np.flatnonzero(np.diff(np.floor((a - a[0]) / (reach * SLICE)), prepend=-1))
    ends = np.append(starts[1:], len(a))
    lows, highs = np.searchsorted(b, a[starts] - reach), np.searchsorted(b, a[ends - 1] + reach, side="right")
    yield from zip(starts.tolist(), ends.tolist(), lows.tolist(), highs.tolist(), strict=True)


def _close(
    coarse: NDArray[np.float32],
    place: NDArray[np.float32],
    threshold: float,
    reach: float,
    pair: tuple[Rows, Rows],
) -> tuple[Rows, Rows]:
    """Pairs of one of the rows and a later one of the others, of a row its closest only where there are too many."""
    first, second, similar = [], [], []
    for rows, others in _narrowed(place, reach, *pair, axis=1):
        step = max(1, AT_ONCE // len(others))
        for start in range(0, len(rows), step):
            block = rows[start : start + step]
            close = (coarse[block] @ coarse[others].T).ravel()
            where = np.flatnonzero(close >= threshold)
            i, j = np.divmod(where, len(others))
            i, j, once = block[i], others[j], block[i] < others[j]
            first.append(i[once])
            second.append(j[once])
            similar.append(close[where[once]])
    i, j = (np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (first, second))
    order = np.lexsort((-np.concatenate([np.zeros(0, np.float32), *similar]), i))
    i, j = i[order], j[order]
    kept = np.arange(len(i)) - np.searchsorted(i, i) < PARTNERS
    return i[kept], j[kept]


def _narrowed(
    place: NDArray[np.float32], reach: float, rows: Rows, others: Rows, axis: int
) -> Iterator[tuple[Rows, Rows]]:
    """Rows and the others within `reach` of them on further axes, as long as they are many."""
    if axis == len(place) or len(rows) * len(others) <= FULL:
        yield rows, others
        return
    rows, others = (some[np.argsort(place[axis, some], kind="stable")] for some in (rows, others))
    for a, b, c, d in _slices(place[axis, rows], place[axis, others], reach):
        if d > c:
            yield from _narrowed(place, reach, rows[a:b], others[c:d], axis + 1)


def _joined(pixels: NDArray[np.uint8], first: Rows, second: Rows, *, strict: bool) -> Rows:
    """A number for each row, equal for rows that confirmed pairs connect.

    Pairs that are connected already are not looked at: they cannot change the answer, and among thousands of pictures
    of one scene they are nearly all.
    """
    joined = np.arange(len(pixels))
    rows, where = np.unique(np.concatenate([first, second]), return_inverse=True)
    side = min(FINE, *pixels.shape[1:3])
    small = _means(pixels, side, rows)
    pairs = np.stack([where[: len(first)], where[len(first) :]], axis=1)
    if strict:  # most pairs are none: only those that agree as a whole are looked at closely
        flat = normalised(small.reshape(len(rows), side * side))
        parts = [pairs[start : start + 8 * PAIRS] for start in range(0, len(pairs), 8 * PAIRS)]
        whole = [np.einsum("ij,ij->i", flat[part[:, 0]], flat[part[:, 1]]) for part in parts]
        pairs = pairs[np.concatenate([np.zeros(0), *whole]) >= CONFIRMED_STRICTLY[0] - 1e-4]
    while len(pairs):
        here, pairs = pairs[:PAIRS], pairs[PAIRS:]
        sure = here[_confirmed(small[here[:, 0]], small[here[:, 1]], strict)]
        if len(sure):
            joined = _connected(joined, rows[sure[:, 0]], rows[sure[:, 1]])
            pairs = pairs[joined[rows[pairs[:, 0]]] != joined[rows[pairs[:, 1]]]]
    return joined


def _confirmed(a: NDArray[np.float32], b: NDArray[np.float32], strict: bool) -> NDArray[np.bool_]:
    """Which pairs `(m, s, s)` are near-duplicates."""
    sure = _enough(agreement(a, b), CONFIRMED_STRICTLY if strict else CONFIRMED)
    left = np.flatnonzero(~sure)
    if len(left) and not strict:
        moved, inside = aligned(a[left], b[left])
        sure[left] = _enough(agreement(a[left], moved, inside), CONFIRMED)
    return sure


def _enough(found: tuple[NDArray[np.float32], NDArray[np.float32]], least: tuple[float, float]) -> NDArray[np.bool_]:
    enough: NDArray[np.bool_] = (found[0] >= least[0]) & (found[1] >= least[1])
    return enough


def _connected(joined: Rows, first: Rows, second: Rows) -> Rows:
    """`joined`, a number of each row that is the least row it is connected to, with these pairs connected too."""
    joined = joined.copy()
    while True:
        a, b = joined[first], joined[second]
        apart = a != b
        if not apart.any():
            return joined
        np.minimum.at(joined, np.maximum(a, b)[apart], np.minimum(a, b)[apart])
        while not np.array_equal(joined, further := joined[joined]):
            joined = further


def _groups(joined: Rows) -> list[Rows]:
    """The rows that share a number with others."""
    order = np.argsort(joined, kind="stable")
    order = order[np.bincount(joined, minlength=len(joined))[joined[order]] > 1]  # nearly all stand alone
    groups = np.split(order, np.flatnonzero(np.diff(joined[order])) + 1)
    return sorted((rows.astype(np.int64) for rows in groups if len(rows)), key=lambda rows: int(rows[0]))
