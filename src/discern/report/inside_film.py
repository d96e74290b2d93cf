"""What a network makes of a picture, epoch by epoch: as a film, and as rows of a page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ..explain.inside_record import Inside, Layer, Moment
from . import film as films
from .drawing import ACCENT, INK, RULE, SOFT, Drawing, draw, label
from .picture_reasons import coloured, grey, inline
from .visible import visible

EACH = 450
"""Milliseconds that an epoch is shown."""
LEFT, TOP, PICTURE = 16.0, 62.0, 180.0
MAPS_LEFT, MAP, GAP, ROW = 224.0, 60.0, 6.0, 88.0
BARS, BAR = 6, 22.0
"""Classes whose probability is shown, and the height of each."""
ROWS, ROW_MAPS, ROW_MAP = 8, 3, 64
"""Of the page: so many epochs, with so many maps of each layer, so many pixels across."""

Pixels = NDArray[np.uint8]


def film(result: Inside) -> bytes:
    """A GIF of the picture's feature maps and its votes, from the first weights to the last."""
    moments = result.course
    return films.gif([frame(result, moment).png for moment in moments], EACH)


def frame(result: Inside, moment: Moment) -> Drawing:
    """One epoch: the picture and its votes on the left, feature maps layer by layer on the right."""
    votes = _votes(result)
    n_maps = max((len(layer.which) for layer in moment.layers), default=0)
    width = max(420.0, MAPS_LEFT + n_maps * (MAP + GAP) + LEFT)
    height = max(TOP + PICTURE + 44 + BAR * len(votes), 14 + ROW * len(moment.layers))
    right = "" if moment.accuracy is None else f"{100 * moment.accuracy:.1f} % of the validation part right"
    title = heading(moment, result.course[-1].epoch)

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        axes.text(LEFT, 28, title, color=INK, fontsize=17, fontweight="bold", va="center")
        axes.text(LEFT, 48, right, color=SOFT, fontsize=9.5, va="center")
        high, wide = result.pixels.shape[:2]
        scale = PICTURE / max(high, wide)
        _image(axes, coloured(result.pixels), LEFT, TOP, wide * scale, high * scale)
        _bars(axes, moment, votes)
        for place, layer in enumerate(moment.layers):
            top = 14 + place * ROW
            axes.text(MAPS_LEFT, top + 8, f"{layer.name}, {_form(layer)}", color=SOFT, fontsize=10, va="center")
            for column, values in enumerate(layer.maps):
                high, wide = values.shape
                scale = MAP / max(high, wide)
                left = MAPS_LEFT + column * (MAP + GAP)
                _image(axes, coloured(grey(values)), left, top + 20, wide * scale, high * scale)
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)

    return draw("inside", title, f"{title}: feature maps", (width, height), paint)


def rows(result: Inside) -> list[tuple[str, str, list[Markup], str]]:
    """For the page, up to 8 epochs: which, what it gets right, feature maps, and the answer with its probability."""
    moments = result.course
    if not moments:
        return []
    places = np.unique(np.linspace(0, len(moments) - 1, ROWS).round().astype(int))
    found = []
    for moment in (moments[place] for place in places):
        shown = [
            inline(grey(one, ROW_MAP), f"map {channel} of {layer.name}")
            for layer in moment.layers
            for channel, one in list(zip(layer.which, layer.maps, strict=True))[:ROW_MAPS]
        ]
        right = "" if moment.accuracy is None else f"{100 * moment.accuracy:.1f} %"
        answer, chance = moment.votes[0]
        found.append((heading(moment, moments[-1].epoch), right, shown, f"{label(answer)}, {100 * chance:.1f} %"))
    return found


def turns(course: Sequence[Moment]) -> str:
    """The answers that it gave while it learned, in their order; each by an epoch that was looked at."""
    said = [f"{visible(course[0].votes[0][0])} before learning"]
    for before, after in pairwise(course):
        if after.votes[0][0] != before.votes[0][0]:
            said.append(f"{visible(after.votes[0][0])} by epoch {after.epoch}")
    if len(said) == 1:
        return f"its answer was {visible(course[0].votes[0][0])} all along"
    return "its answers while it learned: " + ", ".join(said)


def heading(moment: Moment, last: int) -> str:
    return f"Epoch {moment.epoch} of {last}" if moment.epoch else "Before learning"


def _votes(result: Inside) -> tuple[str, ...]:
    """The classes whose probability is shown: those that were ever likeliest, in the order of the last answer."""
    most: dict[str, float] = {}
    for moment in result.course:
        for name, chance in moment.votes:
            most[name] = max(chance, most.get(name, 0.0))
    likely = sorted(most, key=lambda name: -most[name])[:BARS]
    return tuple(name for name, _, _ in result.votes if name in likely)


def _bars(axes: Axes, moment: Moment, votes: tuple[str, ...]) -> None:
    top = TOP + PICTURE + 24
    chances = dict(moment.votes)
    for place, name in enumerate(votes):
        middle = top + BAR * place + BAR / 2
        axes.text(LEFT, middle, label(name, 9), color=INK, fontsize=10.5, va="center")
        axes.add_patch(Rectangle((LEFT + 68, middle - 6), 112, 12, color=RULE, linewidth=0))
        axes.add_patch(Rectangle((LEFT + 68, middle - 6), 112 * chances[name], 12, color=ACCENT, linewidth=0))


def _image(axes: Axes, pixels: Pixels, left: float, top: float, wide: float, high: float) -> None:
    axes.imshow(pixels, extent=(left, left + wide, top + high, top), interpolation="nearest")


def _form(layer: Layer) -> str:
    channels, high, wide = layer.shape
    return f"{len(layer.which)} of {channels} maps of {high} x {wide}"
