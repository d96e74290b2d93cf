"""Why a picture gets its answer: maps of where the model looks, each with a check that it can be trusted, and the
pictures that it learned from which are most like it. And over many pictures: where the reasons for each class lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record
from .faithful import Faithfulness, faithfulness

if TYPE_CHECKING:
    from torch import nn

    from .saliency import Array, Pixels, Predict

SCHEMA = 1
NEAREST = 5
ALIKE = 0.5
"""Rank correlation from which on a map of a network that has learned nothing is said to be the same."""
SCRAMBLES = 3
GRID = 16
"""Maps of many pictures are averaged over so many places a side."""
EDGE, CORNER, BANNER = 2, 4, 2
"""Rows of that grid: how wide an edge, a corner and a banner are."""
FEWEST = 5
"""Pictures of a class, for a word about where its reasons lie."""
RESAMPLES = 1000
MUCH = 1.5
"""Times its share of the area, from which on a place is said to hold a class's reasons."""
TITLES = {
    "grad_cam": "where the last maps speak for the answer (Grad-CAM)",
    "gradients": "what each pixel adds (integrated gradients)",
    "occlusion": "what falls when it is covered (occlusion)",
}


@dataclass(frozen=True)
class Reason(Record):
    """One map of where the answer comes from."""

    name: str
    relevance: NDArray[np.float64] = field(repr=False)
    """`(H, W)`, above 0 where it speaks for the answer."""
    faithful: Faithfulness
    scrambled: Figure | None
    """Rank correlation with the map of the same network with its weights in another order: near 0, as the map rests on
    what was learned. None for models without such weights."""

    @property
    def sane(self) -> bool | None:
        """Whether the map is another one when nothing was learned; None where that was not asked."""
        if self.scrambled is None or self.scrambled.value is None:
            return None
        return abs(self.scrambled.value) < ALIKE

    def to_json(self) -> dict[str, Any]:
        coarse = on_grid(self.relevance, GRID)
        return {
            "name": self.name,
            "relevance": [[round(float(one), 6) for one in row] for row in coarse],
            "faithful": self.faithful.to_json(),
            "scrambled": None if self.scrambled is None else self.scrambled.to_json(),
            "sane": self.sane,
        }


@dataclass(frozen=True)
class Near(Record):
    """A picture that was learned from."""

    item: str
    label: str
    similarity: float
    """Cosine of the features, 1 for the same."""
    pixels: NDArray[np.uint8] = field(repr=False, compare=False)


@dataclass(frozen=True)
class PictureExplanation(Record):
    """Why one picture gets its answer."""

    item: str
    run: str
    answer: str
    probability: float
    others: tuple[tuple[str, float], ...]
    """The next likeliest labels."""
    pixels: NDArray[np.uint8] = field(repr=False, compare=False)
    """As the model sees it, `(H, W, C)`."""
    reasons: tuple[Reason, ...]
    nearest: tuple[Near, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "item": self.item,
            "run": self.run,
            "answer": self.answer,
            "probability": self.probability,
            "others": [list(one) for one in self.others],
            "reasons": [one.to_json() for one in self.reasons],
            "nearest": [{"item": one.item, "label": one.label, "similarity": one.similarity} for one in self.nearest],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Place(Record):
    """How much of a class's reasons lies in a part of the picture."""

    name: str
    share: Figure
    area: float
    """The part's share of the picture."""

    @property
    def found(self) -> bool:
        return self.share.low is not None and self.share.low > MUCH * self.area


@dataclass(frozen=True)
class ClassReasons(Record):
    """Where the reasons for one class lie, over several pictures."""

    label: str
    n: int
    mean: NDArray[np.float64] = field(repr=False)
    """`(GRID, GRID)`, adds up to 1."""
    places: tuple[Place, ...]
    example: NDArray[np.uint8] = field(repr=False, compare=False)

    @property
    def warnings(self) -> tuple[Place, ...]:
        return tuple(one for one in self.places if one.found)


@dataclass(frozen=True)
class PicturesExplained(Record):
    """Where a model looks, class by class."""

    run: str
    way: str
    """Which maps: a key of TITLES."""
    classes: tuple[ClassReasons, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        classes = [
            {
                "label": one.label,
                "n": one.n,
                "mean": [[round(float(value), 6) for value in row] for row in one.mean],
                "places": [
                    {"name": p.name, "area": p.area, "share": p.share.to_json(), "found": p.found} for p in one.places
                ],
            }
            for one in self.classes
        ]
        return {"schema": SCHEMA, "run": self.run, "way": self.way, "classes": classes, "notes": list(self.notes)}


def reasons_for(
    predict: Predict, network: nn.Sequential | None, picture: Pixels, label: int, seed: int = 0
) -> tuple[Reason, ...]:
    """The maps for one answer: three of a network, occlusion alone of other models."""
    ways = maps_of(predict, network)
    found = []
    for name, of in ways.items():
        relevance = of(picture, label)
        check = None
        if network is not None and name != "occlusion":
            check = _scrambled(network, name, picture, label, relevance, seed)
        found.append(Reason(name, relevance, faithfulness(predict, picture, label, relevance, seed), check))
    return tuple(found)


def maps_of(predict: Predict, network: nn.Sequential | None) -> Mapping[str, Callable[[Pixels, int], Array]]:
    """What makes each kind of map, from a picture `(H, W, C)` and the place of its class."""
    from .saliency import grad_cam, integrated_gradients, occlusion  # torch

    found: dict[str, Callable[[Any, int], Any]] = {}
    if network is not None:
        found["grad_cam"] = lambda picture, label: grad_cam(network, picture, label)
        found["gradients"] = lambda picture, label: _smooth(integrated_gradients(network, picture, label).sum(axis=2))
    found["occlusion"] = lambda picture, label: occlusion(predict, picture, label)
    return found


def class_reasons(
    label: str, maps: Sequence[NDArray[np.float64]], example: NDArray[np.uint8], seed: int = 0
) -> ClassReasons:
    """Where the reasons of several pictures of one class lie; only what speaks for the class counts."""
    grids = np.stack([_shares(on_grid(np.maximum(0.0, one), GRID)) for one in maps])
    draws = generator(seed, "reasons", label).integers(0, len(grids), (RESAMPLES, len(grids)))
    places = []
    for name, mask in _parts().items():
        each = grids[:, mask].sum(axis=1)
        low, high = np.quantile(each[draws].mean(axis=1), (0.025, 0.975))
        enough = len(grids) >= FEWEST
        method = f"bootstrap over {len(grids)} pictures" if enough else f"{len(grids)} pictures are too few"
        bounds = (float(low), float(high)) if enough else (None, None)
        figure = Figure(float(each.mean()), bounds[0], bounds[1], len(grids), method)
        places.append(Place(name, figure, float(mask.mean())))
    return ClassReasons(label, len(grids), grids.mean(axis=0), tuple(places), example)


def on_grid(relevance: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """A map `(H, W)` as means over `side` by `side` parts of it, or fewer where it is smaller."""
    rows, columns = (np.arange(n) * min(side, n) // n for n in relevance.shape)
    total = np.zeros((int(rows[-1]) + 1, int(columns[-1]) + 1))
    np.add.at(total, (rows[:, None], columns[None]), relevance)
    times = np.bincount(rows)[:, None] * np.bincount(columns)[None]
    small = total / times
    if small.shape == (side, side):
        return small
    places = [np.arange(side) * n // side for n in small.shape]
    found: NDArray[np.float64] = small[places[0][:, None], places[1][None]]
    return found


def _parts() -> dict[str, NDArray[np.bool_]]:
    """Parts of the grid where reasons should seldom lie."""
    rows, columns = np.indices((GRID, GRID))
    last = GRID - 1
    ring = np.minimum(np.minimum(rows, columns), np.minimum(last - rows, last - columns)) < EDGE
    found = {"the edge of the picture": ring}
    found |= {"the banner at the top": rows < BANNER, "the banner at the bottom": rows > last - BANNER}
    for vertical, up in (("upper", rows < CORNER), ("lower", rows > last - CORNER)):
        for horizontal, side in (("left", columns < CORNER), ("right", columns > last - CORNER)):
            found[f"the {vertical} {horizontal} corner"] = up & side
    return found


def _shares(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    total = float(grid.sum())
    return grid / total if total > 0 else np.full_like(grid, 1 / grid.size)


def _scrambled(network: nn.Sequential, name: str, picture: Pixels, label: int, relevance: Array, seed: int) -> Figure:
    """The map beside those of networks whose weights stand in another order."""
    from .saliency import grad_cam, integrated_gradients, scrambled

    found = []
    for number in range(SCRAMBLES):
        other = scrambled(network, seed + number)
        if name == "grad_cam":
            again = grad_cam(other, picture, label)
        else:
            again = _smooth(integrated_gradients(other, picture, label).sum(axis=2))
        flat = again.std() == 0 or relevance.std() == 0
        found.append(0.0 if flat else float(stats.spearmanr(relevance.ravel(), again.ravel()).statistic))
    method = f"Spearman's rank correlation, mean of {SCRAMBLES} networks with scrambled weights"
    return Figure(float(np.mean(found)), min(found), max(found), relevance.size, method)


def _smooth(relevance: Array) -> Array:
    """What single pixels add, gathered with their neighbours', so that places can be compared."""
    from scipy import ndimage

    found: Array = ndimage.gaussian_filter(relevance, max(1.0, min(relevance.shape) / 28))
    return found
