"""`show`: one picture as the model sees it: its numbers, flat and by rows, and a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError, UnreadableItem, describe
from ..core.options import suggest
from ..data.read import read
from ..images import draw
from ..images.decode import decode


@dataclass(frozen=True)
class Shown:
    """A picture: its name, its label when known, and its pixels `(H, W, C)`, 0 (black) to 255 (white)."""

    item: str
    label: str | None
    pixels: NDArray[np.uint8]

    @property
    def flat(self) -> str:
        """The numbers in one line, row after row: the form in which a table model takes a picture."""
        return draw.flat(self.pixels)

    @property
    def rows(self) -> str:
        """The numbers as they lie in the picture."""
        return draw.rows(self.pixels)

    def drawing(self, *, colour: bool, width: int = 80) -> str:
        """The picture in characters: half blocks in true colour, or shades."""
        return draw.half_blocks(self.pixels, width=width) if colour else draw.shades(self.pixels, width=width)


def show(source: str | Path, item: str | int | None = None) -> Shown:
    """A picture file, or one item of a data set by its name or its number (from 0).

    Raises DataError; OptionError when the data set has no such item.
    """
    path = Path(source)
    if item is None and path.is_file() and not path.name.removesuffix(".gz").endswith("-ubyte"):
        try:
            return Shown(path.name, None, decode(path).pixels)
        except UnreadableItem as error:
            raise DataError(describe(str(source), found=error.reason, expected="a picture")) from error
    data = read(source, max_bad=1.0)
    names = data.items["item"].to_list()
    if item is None:
        item = 0
    text = str(item)
    if text in names:
        position = names.index(text)
    elif text.isdecimal() and int(text) < data.n:
        position = int(text)
    else:
        raise OptionError(
            describe(f"--item {text}", found="no such item", expected=f"a name, or a number from 0 to {data.n - 1}")
            + suggest(text, names[:10_000])
        )
    labels = data.labels
    return Shown(names[position], None if labels is None else str(labels[position]), data.values[position])
