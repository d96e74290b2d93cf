"""Maps of areas: what each is worth in colour, which stand out, and which could not have shown it.

Colours go from light to dark in one direction, so that they are read without seeing hues (cividis: Nuñez, Anderton and
Renslow, 2018); hatching and outlines say the rest without any colour.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..data.areas import Areas
from ..evaluate.by_area import AreaValues
from .drawing import INK, RULE, SOFT, STYLE
from .visible import shorten, visible

Array = NDArray[np.float64]

COLOURS = "cividis_r"
HOT = "#b3260f"
EMPTY = "#f1eee7"
WIDTH = 960
"""Pixels of a map that stands by itself."""
NAMES_SHOWN = 45
"""With more areas their names would cover the map; the page's table has them all."""
KM_PER_DEGREE = 111.32
STEPS = 6
SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True, eq=False)
class Map:
    """Everything that a map shows."""

    title: str
    areas: Areas
    values: AreaValues
    said: tuple[str, ...]
    """Sentences below the map: who is not covered, what was left out."""
    sources: str
    panels: tuple[tuple[str, AreaValues], ...] = ()
    """The same for parts of the items, one small map each, on one scale of colours."""


def svg(drawn: Map) -> str:
    """The map as SVG text; the same map gives the same bytes."""
    with _style(), matplotlib.rc_context({"svg.hashsalt": "discern-map"}):
        out = io.StringIO()
        canvas: Any = FigureCanvasSVG(_figure(drawn))
        canvas.print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return re.sub(r"<!DOCTYPE[^>]*>\s*", "", out.getvalue())


def png(drawn: Map, dpi: int = 144) -> bytes:
    """The map as PNG, of 960 pixels times `dpi / 72`."""
    with _style():
        figure = _figure(drawn)
        figure.set_dpi(dpi)
        canvas: Any = FigureCanvasAgg(figure)
        out = io.BytesIO()
        canvas.print_png(out, metadata={"Software": None})
    return out.getvalue()


@contextlib.contextmanager
def _style() -> Iterator[None]:
    """Matplotlib as every figure is drawn, on white, and quiet about letters that its font lacks."""
    look = {**STYLE, "figure.facecolor": "white", "hatch.linewidth": 0.7}
    with matplotlib.rc_context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        yield


def _figure(drawn: Map) -> Canvas:
    west, south, east, north = drawn.areas.bounds
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    aspect = (north - south) / max((east - west) * squeeze, 1e-9)
    notes = [line for said in (*drawn.said, drawn.sources) for line in textwrap.wrap(visible(said), 128)]
    top, below, legend = 62.0, 26.0 + 15 * len(notes), 66.0
    columns = 1 if not drawn.panels else 2 if len(drawn.panels) <= 4 else 3
    rows = -(-len(drawn.panels) // columns) if drawn.panels else 1
    each = (WIDTH - 40) / columns
    high = float(np.clip(each * aspect, 220 if drawn.panels else 320, 900))
    height = top + rows * (high + (24 if drawn.panels else 0)) + legend + below
    figure = Canvas(figsize=(WIDTH / 72, height / 72), dpi=72)
    figure.text(24 / WIDTH, 1 - 34 / height, shorten(visible(drawn.title), 78), size=21, weight="bold", color=INK)
    figure.text(24 / WIDTH, 1 - 55 / height, _under(drawn.values), size=12.5, color=SOFT)
    colours, norm = _scale(drawn)
    shown = drawn.panels or (("", drawn.values),)
    paths = [_outline(rings) for rings in drawn.areas.rings]
    for index, (name, values) in enumerate(shown):
        column, row = index % columns, index // columns
        bottom = height - top - (row + 1) * (high + (24 if drawn.panels else 0))
        place = ((20 + column * each) / WIDTH, bottom / height, (each - 8) / WIDTH, high / height)
        axes = figure.add_axes(place)
        _paint(axes, drawn, values, paths, colours, norm, small=bool(drawn.panels))
        if name:
            axes.set_title(shorten(visible(name), 40), loc="left", size=13, color=INK, pad=4)
        if index == 0:
            _scale_bar(axes, squeeze)
    _legend(figure, drawn, colours, norm, (below + 30) / height, height)
    for index, line in enumerate(notes):
        figure.text(24 / WIDTH, (below - 16 - 15 * index) / height, line, size=10.5, color=SOFT)
    return figure


def _paint(
    axes: Axes, drawn: Map, values: AreaValues, paths: Sequence[Outline], colours: Any, norm: Any, *, small: bool
) -> None:
    west, south, east, north = drawn.areas.bounds
    number = np.array([np.nan if row.value.value is None else row.value.value for row in values.rows])
    faces = [EMPTY if np.isnan(one) else colours(norm(one)) for one in number]
    thin = 0.8 if len(paths) <= 400 else 0.15
    axes.add_collection(PathCollection(paths, facecolors=faces, edgecolors="white", linewidths=thin))
    silent = [path for path, row in zip(paths, values.rows, strict=True) if not row.could_show]
    if silent and values.tested:
        hatched = PathCollection(silent, facecolors="none", edgecolors="#5d585099", linewidths=0)
        hatched.set_hatch("////")
        axes.add_collection(hatched)
    hot = [path for path, row in zip(paths, values.rows, strict=True) if row.hot]
    if hot:
        axes.add_collection(PathCollection(hot, facecolors="none", edgecolors="white", linewidths=4.2, zorder=3))
        axes.add_collection(PathCollection(hot, facecolors="none", edgecolors=HOT, linewidths=2.2, zorder=4))
    if len(paths) <= NAMES_SHOWN and not small:
        for rings, row, face in zip(drawn.areas.rings, values.rows, faces, strict=True):
            x, y = _middle(max(rings, key=len))
            dark = not isinstance(face, str) and float(np.dot(face[:3], (0.3, 0.59, 0.11))) < 0.48
            ink, halo = ("white", "#00000066") if dark else (INK, "#ffffffbb")
            text = shorten(visible(row.name), 18) + ("\n" + shown_value(row.value.value, values) if row.n else "")
            said = axes.text(x, y, text, ha="center", va="center", size=9, color=ink, zorder=5, linespacing=1.25)
            said.set_path_effects([withStroke(linewidth=2, foreground=halo)])
    axes.set_xlim(west - 0.02 * (east - west), east + 0.02 * (east - west))
    axes.set_ylim(south - 0.02 * (north - south), north + 0.02 * (north - south))
    axes.set_aspect(1 / np.cos(np.radians((south + north) / 2)))
    axes.set_axis_off()


def _outline(rings: Sequence[Array]) -> Outline:
    points = np.concatenate(rings)
    codes = np.full(len(points), Outline.LINETO, dtype=np.uint8)
    ends = np.cumsum([len(ring) for ring in rings])
    codes[[0, *ends[:-1]]] = Outline.MOVETO
    codes[ends - 1] = Outline.CLOSEPOLY
    return Outline(points, codes)


def _middle(ring: Array) -> tuple[float, float]:
    """A place for a name: the middle of the widest run inside, on the line halfway up where it is widest."""
    low, high = ring[:, 1].min(), ring[:, 1].max()
    best = (0.0, float(ring[:, 0].mean()), float(ring[:, 1].mean()))
    for y in np.linspace(low, high, 13)[3:-3]:
        start, end = ring[:-1], ring[1:]
        crosses = (start[:, 1] > y) != (end[:, 1] > y)
        a, b = start[crosses], end[crosses]
        x = np.sort(a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
        for left, right in zip(x[::2], x[1::2], strict=False):
            centred = (right - left) * (1 - 0.6 * abs(y - (low + high) / 2) / max(high - low, 1e-12))
            best = max(best, (float(centred), float((left + right) / 2), float(y)))
    return best[1], best[2]


def _scale(drawn: Map) -> tuple[Any, BoundaryNorm]:
    """Colours in steps at round numbers over all that is shown."""
    shown = [values for _, values in drawn.panels] or [drawn.values]
    known = [row.value.value for values in shown for row in values.rows if row.value.value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if drawn.values.kind != "mean":
        low = 0.0 if low < 0.4 * high else low
    ticks = MaxNLocator(STEPS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, max(high, low + 1e-6))
    colours = matplotlib.colormaps[COLOURS].resampled(256)
    return colours, BoundaryNorm(ticks, 256)


def _legend(figure: Canvas, drawn: Map, colours: Any, norm: BoundaryNorm, bottom: float, height: float) -> None:
    values = drawn.values
    axes = figure.add_axes((24 / WIDTH, bottom, 330 / WIDTH, 12 / height))
    edges = np.asarray(norm.boundaries)
    for index, (low, high) in enumerate(itertools.pairwise(edges)):
        middle = colours(norm((low + high) / 2))
        axes.add_patch(Rectangle((index, 0), 1, 1, facecolor=middle, edgecolor="white", linewidth=1))
    axes.set_xlim(0, len(edges) - 1)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xticks(range(len(edges)), [shown_value(float(edge), values, short=True) for edge in edges])
    axes.spines[:].set_visible(False)
    axes.set_title(shorten(_unit(values), 60), loc="left", size=11, color=SOFT, pad=5)
    shown = [one for _, one in drawn.panels] or [values]
    rows = [row for one in shown for row in one.rows]
    marks: list[Patch] = []
    if values.tested and any(row.hot for row in rows):
        marks.append(Patch(facecolor="none", edgecolor=HOT, linewidth=2.2, label="above all others, beyond chance"))
    if values.tested and any(not row.could_show for row in rows):
        marks.append(Patch(facecolor="white", edgecolor="#5d5850", hatch="////", linewidth=0.4,
                           label="too few items to show a difference"))  # fmt: skip
    if any(row.value.value is None for row in rows):
        marks.append(Patch(facecolor=EMPTY, edgecolor=RULE, linewidth=0.8, label="nothing is known"))
    if marks:
        figure.legend(
            handles=marks, loc="lower left", bbox_to_anchor=(392 / WIDTH, bottom - 16 / height), frameon=False,
            fontsize=11, ncols=2, columnspacing=1.6, handlelength=1.8, handleheight=1.1,
        )  # fmt: skip


def _scale_bar(axes: Axes, squeeze: float) -> None:
    """A bar of round kilometres, and where north is. Distances hold in the middle of the map."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    whole = (east - west) * squeeze * KM_PER_DEGREE
    length = max((scale for scale in SCALES if scale <= whole / 5), default=SCALES[0])
    wide = length / (squeeze * KM_PER_DEGREE)
    x, y = west + 0.012 * (east - west), south + 0.035 * (north - south)
    axes.plot([x, x + wide], [y, y], color=INK, linewidth=2.2, solid_capstyle="butt", zorder=6)
    axes.text(x + wide / 2, y + 0.012 * (north - south), f"{length:g} km", ha="center", va="bottom", size=10, color=INK)
    axes.annotate(
        "N", xy=(x, y + 0.155 * (north - south)), xytext=(x, y + 0.075 * (north - south)), ha="center", va="center",
        size=11, color=INK, arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.2},
    )  # fmt: skip


def _under(values: AreaValues) -> str:
    overall = values.overall
    known = "" if overall.value is None else f"; overall {shown_value(overall.value, values)}"
    if overall.low is not None and overall.high is not None:
        known += f" ({shown_value(overall.low, values, unit=False)} to {shown_value(overall.high, values)})"
    return f"{shorten(visible(values.what), 70)}{known}"


def _unit(values: AreaValues) -> str:
    return visible(values.what)


def shown_value(value: float | None, values: AreaValues, *, short: bool = False, unit: bool = True) -> str:
    """A value as it stands on the map."""
    if value is None:
        return "–"
    if values.kind == "share":
        number = 100 * value
        digits = 0 if short and abs(number - round(number)) < 1e-6 else 1
        return f"{number:.{digits}f}" + (" %" if unit else "")
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
