"""Figures of records that are about a picture: what a filter or a network made of it, what was found in it, and where
an answer comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ..explain.inside_record import Inside
from ..explain.picture import TITLES, PictureExplanation, PicturesExplained
from ..images.filtered import Filtered
from ..images.filters import as_picture
from .drawing import Drawing, draw, label
from .filter_page import said
from .picture_reasons import coloured, curves_of, grey, marked, spread
from .visible import visible

if TYPE_CHECKING:
    from ..evaluate.boxes import Box

LONGER = 380.0
"""Pixels of a figure's longer side."""
LISTED = 40
"""Boxes that are drawn."""
SMALL = 20
"""Values up to this are no greys of a photograph: the largest becomes white."""


def pixels(record: Any) -> Drawing:
    """The picture of a record that is one."""
    return _picture("picture", getattr(record, "item", "samples of each class"), record.pixels)


def stages(record: Filtered) -> Iterator[Drawing]:
    """What the picture became, the last stage first."""
    for stage in reversed(record.stages):
        most = float(np.abs(stage.values).max())
        values = as_picture(stage.values * (255 / most) if 0 < most <= SMALL else stage.values)
        yield _picture(stage.name, f"{record.item} by {record.kernel.name}: {stage.name}", values, said(stage.values))


def boxes(record: Any) -> Drawing:
    """The picture with a frame around each thing that was found."""
    shown: tuple[Box, ...] = record.boxes[:LISTED]
    labels = sorted({box.label for box in shown})

    def paint(axes: Axes) -> None:
        _show(axes, record.pixels)
        for box in reversed(shown):
            colour = hsv_to_rgb((labels.index(box.label) / len(labels), 0.75, 0.95))
            size = box.right - box.left, box.bottom - box.top
            axes.add_patch(Rectangle((box.left, box.top), *size, fill=False, edgecolor=colour, linewidth=1.8))
            told = f"{label(box.label)} {100 * box.probability:.0f} %"
            axes.annotate(
                told, (box.left, box.top), (0, 3), textcoords="offset points", color=colour, fontsize=10,
                annotation_clip=True, bbox={"facecolor": "#000000", "alpha": 0.55, "linewidth": 0, "pad": 1},
            )  # fmt: skip

    alt = f"{len(record.boxes)} found in {label(record.item, 40)}"
    return draw("boxes", label(record.item, 60), alt, _size(record.pixels), paint)


def reasons(record: PictureExplanation) -> Iterator[Drawing]:
    """Each map over the picture, then how the answer falls when what it marks is taken away."""
    for one in record.reasons:
        title = f"{label(record.answer, 30)}: {TITLES[one.name]}"
        yield _picture(one.name, title, marked(record.pixels, one.relevance))
    yield from (curves_of(one) for one in record.reasons)


def whole_reasons(record: PicturesExplained) -> Iterator[Drawing]:
    """The mean map of each class over one of its pictures."""
    for place, one in enumerate(record.classes, 1):
        title = f"{label(one.label)}: where its reasons lie"
        yield _picture(f"class_{place}", title, marked(coloured(one.example), spread(one)))


def inside(record: Inside) -> Iterator[Drawing]:
    """What each layer makes of the picture, map beside map; then the kernels of the first layer."""
    for layer in record.layers:
        if len(layer.shape) == 3:
            title = f"{layer.name}: {len(layer.maps)} of {layer.shape[0]} maps"
            yield _picture(layer.name, title, _tiles([grey(one)[:, :, 0] for one in layer.maps]))
    yield _picture(
        "kernels", "kernels of the first layer", _tiles([grey(one.mean(axis=0))[:, :, 0] for one in record.kernels])
    )


def _picture(name: str, title: str, values: NDArray[np.uint8], alt: str = "") -> Drawing:
    def paint(axes: Axes) -> None:
        _show(axes, values)
        axes.set_title(label(title, 60), fontsize=11, loc="left")

    return draw(name, title, visible(alt or title), _size(values), paint)


def _show(axes: Axes, values: NDArray[np.uint8]) -> None:
    grey = values.ndim == 2 or values.shape[2] == 1
    shown = values.reshape(values.shape[:2]) if grey else values
    axes.imshow(shown, cmap="gray" if grey else None, vmin=0, vmax=255, interpolation="nearest")
    axes.set_axis_off()


def _size(values: NDArray[Any]) -> tuple[float, float]:
    high, wide = values.shape[:2]
    longer = max(high, wide)
    return max(LONGER * wide / longer, 120.0), max(LONGER * high / longer, 60.0) + 24


def _tiles(found: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures `(h, w)` beside and below each other, white lines between."""
    across = int(np.ceil(np.sqrt(2 * len(found))))
    high, wide = found[0].shape
    whole = np.full((-(-len(found) // across) * (high + 1) - 1, across * (wide + 1) - 1), 255, np.uint8)
    for place, one in enumerate(found):
        row, column = place // across * (high + 1), place % across * (wide + 1)
        whole[row : row + high, column : column + wide] = one
    return whole
