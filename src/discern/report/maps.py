"""Maps of areas: what each is worth in colour, which stand out, and which could not have shown it.

Colours go from light to dark in one direction, so that they are read without seeing hues; hatching and outlines say the
rest without any colour.
"""

from __future__ import annotations

import base64
import io
import itertools
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..core.views import Record
from ..data.areas import Areas
from ..evaluate.by_area import AreaValues
from .drawing import INK, RULE, SOFT, styled
from .visible import shorten, visible

Array = NDArray[np.float64]

COLOURS = ("#e6efdf", "#c4ddd0", "#8fc1bd", "#5aa0aa", "#327d8f", "#195a70", "#0b3a50", "#071f33")
"""From light to dark by equal steps of lightness, so that eyes that miss a hue, and grey printers, see the order."""
HOT = "#b3260f"
EMPTY = "#f1eee7"
BORDER = "#9fb3b1"
LOOK = {"figure.facecolor": "white", "hatch.linewidth": 0.7}
WIDTH = 960
"""Pixels of a map that stands by itself."""
NAMES_SHOWN = 45
"""With more areas their names would cover the map; the page's table has them all."""
LIGHT = (0.3, 0.59, 0.11)
"""How light red, green and blue are."""
LETTER = 5.6
"""Pixels that a letter of a name takes."""
KM_PER_DEGREE = 111.32
STEPS = 8
SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True, eq=False)
class Map(Record):
    """Everything that a map shows."""

    title: str
    areas: Areas
    values: AreaValues
    said: tuple[str, ...]
    """Sentences below the map: who is not covered, what was left out."""
    sources: str
    panels: tuple[tuple[str, AreaValues], ...] = ()
    """The same for parts of the items, one small map each, on one scale of colours."""

    def _repr_html_(self) -> str:
        image = Markup('<img alt="{}" style="max-width:100%;width:{}px" src="data:image/png;base64,{}">')
        return str(image.format(visible(self.title), WIDTH, base64.b64encode(png(self)).decode()))


def svg(drawn: Map) -> str:
    """The map as SVG text; the same map gives the same bytes."""
    with styled({**LOOK, "svg.hashsalt": "discern-map"}):
        out = io.StringIO()
        canvas: Any = FigureCanvasSVG(_figure(drawn))
        canvas.print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return re.sub(r"<!DOCTYPE[^>]*>\s*", "", out.getvalue())


def png(drawn: Map, dpi: int = 144) -> bytes:
    """The map as PNG, of 960 pixels times `dpi / 72`."""
    with styled(LOOK):
        figure = _figure(drawn)
        figure.set_dpi(dpi)
        canvas: Any = FigureCanvasAgg(figure)
        out = io.BytesIO()
        canvas.print_png(out, metadata={"Software": None})
    return out.getvalue()


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
    figure.text(24 / WIDTH, 1 - 55 / height, _under(drawn), size=12.5, color=SOFT)
    colours, norm = _scale(drawn)
    shown = drawn.panels or (("", drawn.values),)
    paths = [_outline(rings) for rings in drawn.areas.rings]
    across, up = 1.04 * (east - west), 1.04 * (north - south)
    per_degree = min((each - 8) / across, high * squeeze / up)
    for index, (name, values) in enumerate(shown):
        column, row = index % columns, index // columns
        bottom = height - top - (row + 1) * (high + (24 if drawn.panels else 0))
        place = ((20 + column * each) / WIDTH, bottom / height, (each - 8) / WIDTH, high / height)
        axes = figure.add_axes(place)
        _paint(axes, drawn, values, paths, colours, norm, per_degree=per_degree, small=bool(drawn.panels))
        if name:
            axes.set_title(shorten(visible(name), 40), loc="left", size=13, color=INK, pad=4)
    _legend(figure, drawn, colours, norm, (below + 30) / height, height)
    _scale_bar(figure, per_degree / (squeeze * KM_PER_DEGREE), (below + 22) / height, height)
    for index, line in enumerate(notes):
        figure.text(24 / WIDTH, (below - 16 - 15 * index) / height, line, size=10.5, color=SOFT)
    return figure


def _paint(
    axes: Axes,
    drawn: Map,
    values: AreaValues,
    paths: Sequence[Outline],
    colours: Any,
    norm: Any,
    *,
    per_degree: float,
    small: bool,
) -> None:
    """One map; `per_degree` is how many pixels a degree of longitude takes."""
    west, south, east, north = drawn.areas.bounds
    number = np.array([np.nan if row.value.value is None else row.value.value for row in values.rows])
    faces = [EMPTY if np.isnan(one) else colours(norm(one)) for one in number]
    thin = 0.7 if len(paths) <= 400 else 0.15
    axes.add_collection(PathCollection(paths, facecolors=faces, edgecolors=BORDER, linewidths=thin))
    dark = [not isinstance(face, str) and float(np.dot(face[:3], LIGHT)) < 0.5 for face in faces]
    if values.tested:
        rows = list(zip(paths, values.rows, dark, strict=True))
        for ink, wanted in (("#5d5850aa", False), ("#ffffff99", True)):
            silent = [path for path, row, deep in rows if not row.could_show and deep is wanted]
            hatched = PathCollection(silent, facecolors="none", edgecolors=ink, linewidths=0)
            hatched.set_hatch("////")
            axes.add_collection(hatched)
    hot = [path for path, row in zip(paths, values.rows, strict=True) if row.hot]
    if hot:
        axes.add_collection(PathCollection(hot, facecolors="none", edgecolors="white", linewidths=4.2, zorder=3))
        axes.add_collection(PathCollection(hot, facecolors="none", edgecolors=HOT, linewidths=2.2, zorder=4))
    if len(paths) <= NAMES_SHOWN and not small:
        for rings, row, deep in zip(drawn.areas.rings, values.rows, dark, strict=True):
            x, y, room = _middle(max(rings, key=len))
            name = shorten(visible(row.name), 18)
            fits = room * per_degree > LETTER * len(name)
            ground = None if fits else {"facecolor": "#ffffffcc", "edgecolor": "none", "pad": 1.0}
            text = name + ("\n" + shown_value(row.value.value, values) if row.n else "")
            ink = "white" if deep and fits else INK
            axes.text(x, y, text, ha="center", va="center", size=9.5, color=ink, zorder=5, bbox=ground)
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


def _middle(ring: Array) -> tuple[float, float, float]:
    """A place for a name, and the room there: the middle of the widest run inside, not far from halfway up."""
    low, high = ring[:, 1].min(), ring[:, 1].max()
    best = (0.0, float(ring[:, 0].mean()), float(ring[:, 1].mean()), 0.0)
    for y in np.linspace(low, high, 13)[3:-3]:
        start, end = ring[:-1], ring[1:]
        crosses = (start[:, 1] > y) != (end[:, 1] > y)
        a, b = start[crosses], end[crosses]
        x = np.sort(a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
        for left, right in zip(x[::2], x[1::2], strict=False):
            centred = (right - left) * (1 - 0.6 * abs(y - (low + high) / 2) / max(high - low, 1e-12))
            best = max(best, (float(centred), float((left + right) / 2), float(y), float(right - left)))
    return best[1], best[2], best[3]


def _scale(drawn: Map) -> tuple[Any, BoundaryNorm]:
    """Colours in steps at round numbers, over all areas with enough items; others may lie beyond either end."""
    shown = [values for _, values in drawn.panels] or [drawn.values]
    known = [(row.value.value, row.could_show) for one in shown for row in one.rows if row.value.value is not None]
    known = [pair for pair in known if pair[1]] or known
    low, high = (min(known)[0], max(known)[0]) if known else (0.0, 1.0)
    if drawn.values.kind != "mean":
        low = 0.0 if low < 0.4 * high else low
    ticks = MaxNLocator(STEPS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, max(high, low + 1e-6))
    colours = LinearSegmentedColormap.from_list("discern", COLOURS)
    return colours, BoundaryNorm(ticks, 256, clip=True)


def _legend(figure: Canvas, drawn: Map, colours: Any, norm: BoundaryNorm, bottom: float, height: float) -> None:
    values = drawn.values
    axes = figure.add_axes((30 / WIDTH, bottom, 360 / WIDTH, 12 / height))
    edges = np.asarray(norm.boundaries)
    for index, (low, high) in enumerate(itertools.pairwise(edges)):
        middle = colours(norm((low + high) / 2))
        axes.add_patch(Rectangle((index, 0), 1, 1, facecolor=middle, edgecolor="white", linewidth=1))
    axes.set_xlim(0, len(edges) - 1)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    shown = [one for _, one in drawn.panels] or [values]
    rows = [row for one in shown for row in one.rows]
    number = [row.value.value for row in rows if row.value.value is not None]
    labels = [
        shown_value(float(edge), values, short=True, unit=index == len(edges) - 1) for index, edge in enumerate(edges)
    ]
    labels[0] = ("≤ " if number and min(number) < edges[0] else "") + labels[0]
    labels[-1] = ("≥ " if number and max(number) > edges[-1] else "") + labels[-1]
    axes.set_xticks(range(len(edges)), labels)
    axes.spines[:].set_visible(False)
    axes.set_title(shorten(visible(values.what), 60), loc="left", size=11, color=SOFT, pad=5)
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
            handles=marks, loc="lower left", bbox_to_anchor=(430 / WIDTH, bottom - 24 / height), frameon=False,
            fontsize=11, ncols=1, labelspacing=0.45, handlelength=1.8, handleheight=1.1,
        )  # fmt: skip


def _scale_bar(figure: Canvas, pixels_per_km: float, bottom: float, height: float) -> None:
    """A bar of round kilometres, and where north is. Distances hold in the middle of the map."""
    length = max((scale for scale in SCALES if scale * pixels_per_km <= 120), default=SCALES[0])
    wide = length * pixels_per_km
    axes = figure.add_axes(((WIDTH - 190) / WIDTH, bottom - 4 / height, 170 / WIDTH, 52 / height))
    axes.set_xlim(0, 170)
    axes.set_ylim(0, 52)
    axes.set_axis_off()
    left = 130 - wide
    for x, ink in ((left, INK), (left + wide / 2, "white")):
        axes.add_patch(Rectangle((x, 6), wide / 2, 5, facecolor=ink, edgecolor=INK, linewidth=0.8))
    axes.text(left, 16, "0", ha="center", size=10, color=SOFT)
    axes.text(left + wide, 16, f"{length:g} km", ha="center", size=10, color=SOFT)
    axes.add_patch(Polygon([(154, 6), (160, 34), (166, 6), (160, 11)], facecolor=INK))
    axes.text(160, 38, "N", ha="center", size=11, color=INK)


def _under(drawn: Map) -> str:
    values, overall = drawn.values, drawn.values.overall
    if drawn.panels:
        return shorten(visible(values.what), 90)
    known = "" if overall.value is None else f"; overall {shown_value(overall.value, values)}"
    if overall.low is not None and overall.high is not None:
        known += f" ({shown_value(overall.low, values, unit=False)} to {shown_value(overall.high, values)})"
    return f"{shorten(visible(values.what), 70)}{known}"


def shown_value(value: float | None, values: AreaValues, *, short: bool = False, unit: bool = True) -> str:
    """A value as it stands on the map."""
    if value is None:
        return "–"
    if values.kind == "share":
        number = 100 * value
        digits = 0 if short and abs(number - round(number)) < 1e-6 else 1
        return f"{number:.{digits}f}" + (" %" if unit else "")
    if short:
        return f"{value:,.10g}"
    return f"{value:,.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}"
