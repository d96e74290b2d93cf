"""A network as a picture: units as circles, weights as lines whose colour is their sign and whose width their size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle
from numpy.typing import NDArray

from . import words
from .drawing import ACCENT, INK, PAPER, RULE, SECOND, SOFT, Drawing, draw, label

UNITS, INPUTS = 16, 20
"""Units of a layer, and inputs, that are drawn; of larger ones those with the strongest weights."""
FAINT = 0.06
"""Weights below this share of the layer's largest are not drawn."""
LINES = 220
"""Of the weights between two layers the strongest so many."""
WIDEST = 2.2
"""Layers of few units stand so many times as wide apart."""
BETWEEN, STEP, EDGE = 190.0, 27.0, 34.0
"""Pixels between layers, between units, above and below."""
RADIUS = 8.5
NAMES = 26
"""Letters of a name."""
Array = NDArray[np.floating]
Weights = Sequence[tuple[Array, Array]]


@dataclass(frozen=True)
class Column:
    """The units of one layer that are drawn."""

    units: tuple[int, ...]
    """Their positions in the layer, in order."""
    size: int
    """How many there are."""
    x: float

    @property
    def more(self) -> int:
        return self.size - len(self.units)

    def y(self, tallest: float) -> list[float]:
        """Heights, the first unit at the top; room is left for the sign that stands for those not drawn."""
        places = len(self.units) + (1 if self.more else 0)
        step = min(WIDEST * STEP, max(STEP, 0.8 * tallest / max(1, places - 1)))
        step = STEP if (places - 1) * STEP >= tallest else step
        top = (tallest + (places - 1) * step) / 2
        split = len(self.units) - 1 if self.more else len(self.units)
        return [top - step * (place + (1 if place >= split else 0)) for place in range(len(self.units))]


def network_picture(
    weights: Weights, inputs: Sequence[str], outputs: Sequence[str], *, name: str = "network"
) -> Drawing:
    """The network of `weights`, for each layer `(n_in, n_out)` and biases `(n_out,)`, with the names of its ends.

    Widths are relative to the largest weight between two layers: what reaches a unit is compared, not layers with each
    other. A unit's fill is its bias, relative to the layer's largest.
    """
    columns = _columns(weights)
    tallest = STEP * max(len(one.units) + (1 if one.more else 0) - 1 for one in columns)
    left = 24 + 7.2 * max((len(label(inputs[i], NAMES)) for i in columns[0].units), default=4)
    right = 30 + 7.2 * max((len(label(outputs[i], NAMES)) for i in columns[-1].units), default=4)
    width = left + columns[-1].x + right
    height = tallest + 2 * EDGE + 64

    def paint(axes: Axes) -> None:
        axes.set_xlim(-left, columns[-1].x + right)
        axes.set_ylim(-EDGE - 46, tallest + EDGE + 18)
        axes.set_aspect("equal")
        axes.set_axis_off()
        for (weight, _), before, after in zip(weights, columns[:-1], columns[1:], strict=True):
            _lines(axes, weight, before, after, tallest)
        for place, column in enumerate(columns):
            bias = weights[place - 1][1] if place else None
            _units(axes, column, bias, tallest)
            _caption(axes, column, place, len(columns), tallest)
        _named(axes, columns[0], inputs, tallest, left=True)
        _named(axes, columns[-1], outputs, tallest, left=False)
        _key(axes, columns[-1].x)

    sizes = " – ".join(str(one.size) for one in columns)
    total = sum(weight.size + bias.size for weight, bias in weights)
    alt = f"A network of {sizes} units with {words.count(total, 'weight')}, its weights drawn as lines"
    return draw(name, "The network and its weights", alt, (width, height), paint)


def _columns(weights: Weights) -> list[Column]:
    sizes = [weights[0][0].shape[0], *(weight.shape[1] for weight, _ in weights)]
    strength = [np.abs(weights[0][0]).max(axis=1)]
    for place, (weight, _) in enumerate(weights):
        out = np.abs(weights[place + 1][0]).max(axis=1) if place + 1 < len(weights) else np.ones(weight.shape[1])
        strength.append(np.abs(weight).max(axis=0) * out)
    found = []
    for place, (size, strong) in enumerate(zip(sizes, strength, strict=True)):
        most = INPUTS if place == 0 else UNITS
        chosen = np.arange(size) if size <= most else np.sort(np.argsort(-strong, kind="stable")[: most - 1])
        found.append(Column(tuple(int(i) for i in chosen), size, place * BETWEEN))
    return found


def _lines(axes: Axes, weight: Array, before: Column, after: Column, tallest: float) -> None:
    shown = weight[np.ix_(before.units, after.units)]
    largest = float(np.abs(weight).max()) or 1.0
    strength = np.abs(shown) / largest
    order = np.argsort(strength, axis=None, kind="stable")[-LINES:]
    starts, ends = before.y(tallest), after.y(tallest)
    segments, colours, widths = [], [], []
    for flat in order:  # the strongest last, on top
        i, j = np.unravel_index(flat, shown.shape)
        share = float(strength[i, j])
        if share < FAINT:
            continue
        segments.append([(before.x, starts[i]), (after.x, ends[j])])
        colours.append(to_rgba(ACCENT if shown[i, j] > 0 else SECOND, 0.07 + 0.83 * share**1.8))
        widths.append(0.5 + 3.7 * share**1.4)
    axes.add_collection(LineCollection(segments, colors=colours, linewidths=widths, capstyle="round", zorder=1))


def _units(axes: Axes, column: Column, bias: Array | None, tallest: float) -> None:
    largest = 1.0 if bias is None else float(np.abs(bias).max()) or 1.0
    places = column.y(tallest)
    for unit, y in zip(column.units, places, strict=True):
        axes.add_patch(Circle((column.x, y), RADIUS, facecolor=PAPER, edgecolor="none", zorder=2))
        if bias is not None:
            share = float(abs(bias[unit])) / largest
            colour = ACCENT if bias[unit] > 0 else SECOND
            axes.add_patch(Circle((column.x, y), RADIUS, facecolor=colour, alpha=0.75 * share, linewidth=0, zorder=3))
        axes.add_patch(Circle((column.x, y), RADIUS, facecolor="none", edgecolor=INK, linewidth=1.3, zorder=4))
    if column.more:
        middle = (places[-1] + places[-2]) / 2
        for shift in (-4.5, 0, 4.5):
            axes.add_patch(Circle((column.x, middle + shift), 1.1, facecolor=SOFT, linewidth=0, zorder=4))


def _caption(axes: Axes, column: Column, place: int, n: int, tallest: float) -> None:
    what = ("input" if place == 0 else "answer") + ("s" if column.size > 1 else "") if place in (0, n - 1) else "hidden"
    shown = (
        f"{len(column.units)} of {column.size:,} " if column.more else f"{column.size:,} " if column.size > 1 else ""
    )
    text = f"{shown}{what}"
    axes.annotate(text, (column.x, tallest + EDGE), ha="center", va="bottom", color=SOFT, fontsize=11.5)


def _named(axes: Axes, column: Column, names: Sequence[str], tallest: float, *, left: bool) -> None:
    for unit, y in zip(column.units, column.y(tallest), strict=True):
        axes.annotate(
            label(names[unit], NAMES), (column.x, y), (-15 if left else 15, 0), textcoords="offset points",
            ha="right" if left else "left", va="center", color=INK, fontsize=12,
        )  # fmt: skip


def _key(axes: Axes, width: float) -> None:
    """What colours, widths and fills mean, below the network."""
    y, x = -EDGE - 26, -12.0
    for colour, text in ((ACCENT, "raises"), (SECOND, "lowers")):
        axes.plot([x, x + 26], [y, y], color=colour, linewidth=3)
        axes.annotate(text, (x + 33, y), va="center", color=SOFT, fontsize=11.5)
        x += 92
    axes.add_patch(Circle((x + 8, y), RADIUS - 2, facecolor=RULE, edgecolor=INK, linewidth=1.1))
    axes.annotate("fill: bias", (x + 21, y), va="center", color=SOFT, fontsize=11.5)
