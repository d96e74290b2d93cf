"""Whether a map of reasons is true to the model: take away what it marks, or show that alone, and see how the answer
changes, beside doing the same by chance.

Source: Petsiuk, Das and Saenko, "RISE", BMVC 2018 (deletion and insertion).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record
from .saliency import Array, Pixels, Predict

SHARES = np.linspace(0, 1, 21)
"""Of the picture, taken away or shown."""
BY_CHANCE = 8
"""Orders of patches drawn by chance, for comparison."""
PATCHES = 14
"""Places are taken in squares, so many to a side."""
BLUR = 0.12
"""Of the shorter side: what is taken away is blurred so much."""


@dataclass(frozen=True)
class Faithfulness(Record):
    """Curves of the answer's probability, and the mean height of each."""

    deletion: tuple[float, ...]
    """While the places that are marked most are taken away, `(21,)`."""
    insertion: tuple[float, ...]
    """While they are shown, and nothing else, `(21,)`."""
    deleted: Figure
    """The mean of the curve; the lower the better."""
    inserted: Figure
    """The higher the better."""
    deleted_by_chance: Figure
    inserted_by_chance: Figure

    @property
    def holds(self) -> bool:
        """Whether the map marks what counts better than chance does, in both directions."""
        low, high = self.deleted_by_chance.low, self.inserted_by_chance.high
        assert self.deleted.value is not None and self.inserted.value is not None
        return low is not None and high is not None and self.deleted.value < low and self.inserted.value > high

    def to_json(self) -> dict[str, Any]:
        figures = ("deleted", "inserted", "deleted_by_chance", "inserted_by_chance")
        record: dict[str, Any] = {"deletion": list(self.deletion), "insertion": list(self.insertion)}
        return record | {name: getattr(self, name).to_json() for name in figures} | {"holds": self.holds}


def faithfulness(predict: Predict, picture: Pixels, label: int, relevance: Array, seed: int = 0) -> Faithfulness:
    """The curves for `relevance` `(H, W)`, and their mean beside orders by chance."""
    blurred = _blurred(picture)
    squares = _squares(picture.shape[0], picture.shape[1])
    means = ndimage.mean(relevance, squares, np.arange(squares.max() + 1))
    order = np.argsort(-np.asarray(means), kind="stable")
    random = generator(seed, "faithful")
    others = [random.permutation(len(order)) for _ in range(BY_CHANCE)]
    curves = [
        [_curve(predict, label, start, end, squares, one) for one in (order, *others)]
        for start, end in ((picture, blurred), (blurred, picture))
    ]
    figures = []
    for own, *chance in curves:
        figures.append(Figure(float(own.mean()), None, None, len(SHARES), "mean of the curve"))
        heights = np.array([one.mean() for one in chance])
        method = f"lowest to highest of {BY_CHANCE} orders by chance"
        figures.append(Figure(float(heights.mean()), float(heights.min()), float(heights.max()), BY_CHANCE, method))
    return Faithfulness(
        tuple(map(float, curves[0][0])), tuple(map(float, curves[1][0])), figures[0], figures[2], figures[1], figures[3]
    )


def _curve(
    predict: Predict, label: int, start: Pixels, end: Pixels, squares: NDArray[np.int64], order: NDArray[np.int64]
) -> Array:
    """The probability while squares go over from one picture to the other, `(21,)`."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    places = rank[squares]
    steps = [np.where((places < round(share * len(order)))[:, :, None], end, start) for share in SHARES]
    return np.asarray(predict(np.stack(steps).astype(start.dtype))[:, label], float)


def _blurred(picture: Pixels) -> Pixels:
    width = BLUR * min(picture.shape[:2])
    found: Pixels = ndimage.gaussian_filter(picture.astype(float), (width, width, 0)).round().astype(picture.dtype)
    return found


def _squares(high: int, wide: int) -> NDArray[np.int64]:
    """The number of each place's square, `(H, W)`."""
    rows, columns = (np.arange(side) * min(PATCHES, side) // side for side in (high, wide))
    return rows[:, None] * (int(columns[-1]) + 1) + columns[None]
