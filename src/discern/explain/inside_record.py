"""What the inside of a network is, as records; `inside` makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record

SCHEMA = 1
KERNELS = 32
"""Of the first layer so many are shown."""
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Layer(Record):
    """What one layer makes of the picture."""

    name: str
    """Its name among the network's parts, such as `conv1`."""
    shape: tuple[int, ...]
    """Channels, rows, columns; or how many numbers."""
    maps: NDArray[np.float32] = field(repr=False)
    """`(n, h, w)`: the maps that light up most; of a layer without places its numbers, `(1, 1, n)`."""
    which: tuple[int, ...]
    """Their channels."""


@dataclass(frozen=True)
class Unit(Record):
    """A channel of a layer, and pictures of the data that make it fire most."""

    layer: str
    channel: int
    items: tuple[str, ...]
    strengths: tuple[float, ...]
    """The largest value in its map of each."""
    pixels: tuple[Pixels, ...] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Lesson(Record):
    """One step of gradient descent on this picture alone: the first layer's kernels before, their slopes, and after."""

    label: str
    rate: float
    loss_before: float
    loss_after: float
    before: NDArray[np.float32] = field(repr=False)
    """`(n, channels, rows, columns)`"""
    slopes: NDArray[np.float32] = field(repr=False)
    after: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True)
class Moment(Record):
    """What the network made of the picture when an epoch was over."""

    epoch: int
    """0: before the first, with the weights that learning began with."""
    accuracy: float | None
    """On the validation part, where there is one and the epoch has been looked at."""
    layers: tuple[Layer, ...]
    """A few with places, most behind a rectifier; of each the same maps at every moment."""
    votes: tuple[tuple[str, float], ...]
    """Label and probability of each class, the most probable first."""


@dataclass(frozen=True)
class Inside(Record):
    """A picture on its way through a network."""

    item: str
    run: str
    pixels: Pixels = field(repr=False, compare=False)
    layers: tuple[Layer, ...]
    kernels: NDArray[np.float32] = field(repr=False)
    """Of the first layer, `(n, channels, rows, columns)`."""
    votes: tuple[tuple[str, float, float], ...]
    """Label, score and probability of each class, the most probable first."""
    last: tuple[tuple[int, float], ...]
    """Numbers before the vote that count most for the winner: which, and what each adds to its score."""
    units: tuple[Unit, ...]
    lesson: Lesson
    course: tuple[Moment, ...] = ()
    """From the first weights to the last, where the run kept those of every epoch."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "item": self.item,
            "run": self.run,
            "layers": [{"name": one.name, "shape": list(one.shape), "shown": list(one.which)} for one in self.layers],
            "kernels": list(self.kernels.shape),
            "votes": [list(one) for one in self.votes],
            "last": [list(one) for one in self.last],
            "units": [
                {"layer": one.layer, "channel": one.channel, "items": list(one.items), "strengths": list(one.strengths)}
                for one in self.units
            ],
            "lesson": {
                "label": self.lesson.label,
                "rate": self.lesson.rate,
                "loss_before": self.lesson.loss_before,
                "loss_after": self.lesson.loss_after,
            },
            "course": [
                {"epoch": one.epoch, "accuracy": one.accuracy, "votes": [list(vote) for vote in one.votes]}
                for one in self.course
            ],
        }


def losses() -> tuple[tuple[float, float, float, float, float], ...]:
    """For the true class's probability p = 0.5, 0.1, 0.01 of two classes: squared error of both probabilities and its
    slope with respect to the score, cross entropy and its slope. The more wrong, the less squared error moves a
    sigmoid; cross entropy moves it all the more."""
    return tuple((p, 2 * (1 - p) ** 2, -4 * p * (1 - p) ** 2, float(-np.log(p)), -(1 - p)) for p in (0.5, 0.1, 0.01))
