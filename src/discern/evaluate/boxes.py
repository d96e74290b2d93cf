"""Boxes around things in a picture: how much two overlap, which of many to keep, and average precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record

OVERLAP = 0.5
"""A box is right when it shares this much with the true one: their intersection over their union."""
WITHIN = 0.7
"""Of the smaller of two boxes: so much of it in the other is a part of the same thing."""
RESAMPLES = 500
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Box(Record):
    """Something in a picture: its label, a probability, and pixels from the upper left corner, ends exclusive."""

    label: str
    probability: float
    top: float
    left: float
    bottom: float
    right: float

    @property
    def corners(self) -> tuple[float, float, float, float]:
        return self.top, self.left, self.bottom, self.right


def overlaps(one: Array, others: Array) -> Array:
    """Intersection over union of each of `(n, 4)` with each of `(m, 4)`, `(n, m)`; top, left, bottom, right."""
    low = np.maximum(one[:, None, :2], others[None, :, :2])
    high = np.minimum(one[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.maximum(0.0, high - low), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (one, others)]
    union = areas[0][:, None] + areas[1][None] - shared
    found: Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return found


def merged(boxes: Sequence[Box], overlap: float) -> list[Box]:
    """One box for each thing: the most probable, moved to the mean of those of its label that it overlaps, weighted by
    their probabilities; whatever it overlaps, or mostly holds or is held by (WITHIN), goes. Most probable first.

    Sources: non-maximum suppression (Neubeck and Van Gool, ICPR 2006); weighted fusion (Solovyev et al., 2021).
    """
    order = sorted(range(len(boxes)), key=lambda place: (-boxes[place].probability, boxes[place].corners))
    corners = np.array([box.corners for box in boxes], float).reshape(-1, 4)
    left = np.ones(len(boxes), bool)
    found = []
    for place in order:
        if not left[place]:
            continue
        near = overlaps(corners[place : place + 1], corners)[0] >= overlap
        near[place] = True
        part = _held(corners[place], corners) >= WITHIN
        same = [other for other in np.flatnonzero(near & left).tolist() if boxes[other].label == boxes[place].label]
        weights = np.array([boxes[other].probability for other in same])
        middle = (corners[same] * weights[:, None]).sum(axis=0) / weights.sum()
        left &= ~(near | part)
        found.append(Box(boxes[place].label, boxes[place].probability, *map(float, middle)))
    return found


def _held(one: Array, others: Array) -> Array:
    """The share of the smaller of `one` `(4,)` and each of `(n, 4)` that lies in both."""
    shared = np.prod(np.maximum(0.0, np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])), axis=1)
    areas = np.minimum(np.prod(one[2:] - one[:2]), np.prod(others[:, 2:] - others[:, :2], axis=1))
    found: Array = np.divide(shared, areas, out=np.zeros_like(shared), where=areas > 0)
    return found


def average_precision(
    found: Sequence[Sequence[Box]], true: Sequence[Sequence[Box]], *, overlap: float = OVERLAP, seed: int = 0
) -> Figure:
    """Precision averaged over recall, of all labels together, over pictures; its interval by a bootstrap over pictures.

    A box is right when a true box of its label that no more probable box has taken overlaps it enough. Source:
    Everingham et al., "The PASCAL Visual Object Classes Challenge", IJCV 88, 2010, with all points.
    """
    judged = [_judged(boxes, truth, overlap) for boxes, truth in zip(found, true, strict=True)]
    counts = np.array([len(truth) for truth in true])
    value = _precision(judged, counts.sum())
    draws = generator(seed, "boxes").integers(0, len(judged), (RESAMPLES, len(judged)))
    some = [_precision([judged[place] for place in draw], counts[draw].sum()) for draw in draws]
    known = [one for one in some if one is not None]
    method = f"average precision at overlap {overlap:g}, bootstrap over {len(judged):,} pictures, {RESAMPLES} resamples"
    if value is None or len(known) < RESAMPLES:
        return Figure(value, None, None, int(counts.sum()), method)
    low, high = np.quantile(known, (0.025, 0.975))
    return Figure(value, float(low), float(high), int(counts.sum()), method)


def _judged(boxes: Sequence[Box], truth: Sequence[Box], overlap: float) -> tuple[Array, NDArray[np.bool_]]:
    """Probabilities of a picture's boxes, and which are right."""
    order = sorted(boxes, key=lambda box: -box.probability)
    taken = np.zeros(len(truth), bool)
    right = np.zeros(len(order), bool)
    shares = overlaps(_corners(order), _corners(truth))
    for place, box in enumerate(order):
        fits = [
            (shares[place, other], other)
            for other, one in enumerate(truth)
            if one.label == box.label and not taken[other] and shares[place, other] >= overlap
        ]
        if fits:
            taken[max(fits)[1]] = right[place] = True
    return np.array([box.probability for box in order], float), right


def _precision(judged: Sequence[tuple[Array, NDArray[np.bool_]]], n_true: int) -> float | None:
    """Area under precision over recall, precision taken as the highest at that recall or more."""
    if not n_true:
        return None
    chances = np.concatenate([one[0] for one in judged]) if judged else np.zeros(0)
    right = np.concatenate([one[1] for one in judged]) if judged else np.zeros(0, bool)
    order = np.argsort(-chances, kind="stable")
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[right[order]].sum() / n_true)


def _corners(boxes: Sequence[Box]) -> Array:
    return np.array([box.corners for box in boxes], float).reshape(-1, 4)


def to_json(boxes: Sequence[Box]) -> list[Mapping[str, object]]:
    """Boxes as plain records."""
    return [
        {"label": box.label, "probability": box.probability, "box": [round(one, 2) for one in box.corners]}
        for box in boxes
    ]
