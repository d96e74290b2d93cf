"""A picture on its way through a filter, stage by stage, as a record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record
from . import draw
from .filters import Kernel, Step, as_picture


@dataclass(frozen=True)
class Stage(Record):
    """What a picture became: its name, and values `(H, W, C)` float64."""

    name: str
    values: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int, int]:
        high, wide, channels = self.values.shape
        return high, wide, channels


@dataclass(frozen=True)
class Filtered(Record):
    """A picture on its way through a filter, stage by stage."""

    item: str
    kernel: Kernel
    stages: tuple[Stage, ...]
    """`picture`, `filtered`, and where they were asked for `rectified` and `pooled`."""
    steps: tuple[Step, ...]
    """Each sum, of grey pictures that are small enough."""
    edge: str
    padding: str
    stride: int
    rectifier: str
    notes: tuple[str, ...] = ()

    @property
    def result(self) -> NDArray[np.float64]:
        """The last stage, `(H, W, C)`."""
        return self.stages[-1].values

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The last stage as a picture: below 0 black, above 255 white."""
        return as_picture(self.result)

    def drawing(self, *, colour: bool, width: int = 80) -> str:
        """The last stage in characters: half blocks in true colour, or shades."""
        return draw.half_blocks(self.pixels, width=width) if colour else draw.shades(self.pixels, width=width)

    def __repr__(self) -> str:
        sizes = " > ".join(f"{one.name} {'x'.join(map(str, one.shape))}" for one in self.stages)
        return f"<Filtered {self.item!r} by {self.kernel.name}: {sizes}>"
