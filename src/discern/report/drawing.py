"""How figures are drawn: Matplotlib's objects without pyplot, SVG that is the same byte for byte, and colours that a
page may put its own in place of."""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from .visible import shorten, visible

INK, SOFT, RULE = "#1f1d1a", "#5d5850", "#ddd8cd"
ACCENT, SECOND, BAD, PAPER = "#0f5f6d", "#a05a1c", "#a3271d", "#fdfcfa"
VARIABLES = {
    INK: "--ink",
    SOFT: "--soft",
    RULE: "--rule",
    ACCENT: "--accent",
    SECOND: "--second",
    BAD: "--bad",
    PAPER: "--paper",
}
"""The colours of the page (its light side) and the names under which its style sheet knows them."""

STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 12,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "axes.facecolor": "none",
    "axes.formatter.use_mathtext": False,
    "axes.formatter.useoffset": False,
    "axes.unicode_minus": True,
    "axes.grid": False,
    "figure.facecolor": "none",
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "xtick.labelsize": 11.5,
    "ytick.labelsize": 11.5,
    "ytick.color": SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
}
_drawing = threading.Lock()  # rc settings belong to the whole process


@dataclass(frozen=True)
class Drawing:
    """A figure: its SVG with fixed colours, and what it shows in words."""

    name: str
    title: str
    alt: str
    svg: str

    def inline(self) -> Markup:
        """The same figure for inside an HTML page: colours follow the page, identifiers are the figure's own."""
        body = re.sub(r"<[^>]*>", self._tag_for_page, self.svg[self.svg.index("<svg") :])
        opening = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>')
        width = round(float(_viewbox(body).split()[2]))
        body = opening.sub(
            rf'<svg viewBox="\1" style="max-width:{width}px" role="img" aria-labelledby="{self.name}-alt">'
            rf'<title id="{self.name}-alt">{Markup.escape(self.alt)}</title>',
            body,
            count=1,
        )
        return Markup(body)

    def _tag_for_page(self, found: re.Match[str]) -> str:
        """One tag of the SVG as the page needs it; text between tags is never touched."""
        tag = re.sub(r'\s(?:xmlns(?::xlink)?|version)="[^"]*"', "", found.group())
        tag = re.sub(r'\bid="([^"]+)"', rf'id="{self.name}-\1"', tag)
        tag = re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#{self.name}-\1"', tag)
        tag = re.sub(r"url\(#([^)]+)\)", rf"url(#{self.name}-\1)", tag)
        for colour, variable in VARIABLES.items():
            tag = tag.replace(colour, f"var({variable})")
        return re.sub(r"font-family: [^;\"]*;? ?", "", tag)


def draw(name: str, title: str, alt: str, size: tuple[float, float], paint: Callable[[Axes], None]) -> Drawing:
    """Let `paint` fill the axes of a figure of `size` (width, height in pixels).

    Letters that the built-in font lacks are measured as boxes and drawn by the reader's own font, so no warning is due.
    """
    with _drawing, matplotlib.rc_context({**STYLE, "svg.hashsalt": f"discern-{name}"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        figure = Figure(figsize=(size[0] / 72, size[1] / 72), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        paint(axes)
        out = io.StringIO()
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = re.sub(r"<!DOCTYPE[^>]*>\s*", "", out.getvalue())
    return Drawing(name, title, alt, re.sub(r"\s*<defs>\s*<style.*?</defs>", "", svg, count=1, flags=re.DOTALL))


@dataclass(frozen=True)
class Picture:
    """What is to be drawn into a file of its own: `size` is width and height in pixels."""

    name: str
    title: str
    alt: str
    size: tuple[float, float]
    paint: Callable[[Axes], None]


def picture_bytes(picture: Picture, ending: str) -> bytes:
    """A picture as the contents of an `.svg` or `.png` file, on the colour of the page; the same bytes each time."""
    if ending == ".svg":
        return draw(picture.name, picture.title, picture.alt, picture.size, picture.paint).svg.encode()
    with _drawing, matplotlib.rc_context({**STYLE, "figure.facecolor": PAPER}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        figure = Figure(figsize=(picture.size[0] / 72, picture.size[1] / 72), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        picture.paint(axes)
        out = io.BytesIO()
        canvas: Any = FigureCanvasAgg(figure)
        canvas.print_png(out, metadata={"Software": None})
    return out.getvalue()


def label(text: str, width: int = 18) -> str:
    """A class label as it is written in a figure."""
    return shorten(visible(text), width)


def _viewbox(svg: str) -> str:
    found = re.search(r'viewBox="([^"]+)"', svg)
    assert found is not None  # Matplotlib always writes one
    return found.group(1)
