"""How figures are drawn: Matplotlib's objects without pyplot, SVG that is the same byte for byte, and colours that a
page may put its own in place of."""

from __future__ import annotations

import contextlib
import io
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure: what it shows in words, and how it is painted. `size` is width and height in pixels."""

    name: str
    title: str
    alt: str
    size: tuple[float, float]
    paint: Callable[[Axes], None]

    @cached_property
    def svg(self) -> str:
        """As SVG with fixed colours, the same bytes each time."""
        out = io.StringIO()
        with styled({"svg.hashsalt": f"discern-{self.name}"}):
            canvas: Any = FigureCanvasSVG(self._figure())
            canvas.print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        svg = re.sub(r"<!DOCTYPE[^>]*>\s*", "", out.getvalue())
        return re.sub(r"\s*<defs>\s*<style.*?</defs>", "", svg, count=1, flags=re.DOTALL)

    @property
    def png(self) -> bytes:
        """As a PNG file on the colour of the page, the same bytes each time."""
        out = io.BytesIO()
        with styled({"figure.facecolor": PAPER}):
            canvas: Any = FigureCanvasAgg(self._figure())
            canvas.print_png(out, metadata={"Software": None})
        return out.getvalue()

    def _figure(self) -> Figure:
        figure = Figure(figsize=(self.size[0] / 72, self.size[1] / 72), layout="constrained")
        self.onto(figure.add_subplot())
        return figure

    def onto(self, axes: Axes) -> None:
        """Draw into axes, within `styled`."""
        axes.spines[["top", "right"]].set_visible(False)
        self.paint(axes)

    def inline(self, mark: str = "") -> Markup:
        """The same figure for inside an HTML page: colours follow the page, identifiers are the figure's own, with
        `mark` where others of its name may stand on the page."""
        name = self.name + mark
        body = re.sub(r"<[^>]*>", lambda tag: _tag_for_page(tag.group(), name), self.svg[self.svg.index("<svg") :])
        box = _viewbox(body)
        opening = (
            f'<svg viewBox="{box}" style="max-width:{round(float(box.split()[2]))}px" role="img" '
            f'aria-labelledby="{name}-alt"><title id="{name}-alt">{Markup.escape(self.alt)}</title>'
        )
        return Markup(re.sub(r'<svg[^>]*viewBox="[^"]+"[^>]*>', lambda _: opening, body, count=1))


draw = Drawing
"""As it reads where figures are made: `return draw(name, title, alt, size, paint)`."""


@contextlib.contextmanager
def styled(settings: Mapping[str, Any]) -> Iterator[None]:
    """Matplotlib as every figure is drawn.

    Letters that the built-in font lacks are measured as boxes and drawn by the reader's own font, so no warning is due.
    """
    look: Any = {**STYLE, **settings}
    with _drawing, matplotlib.rc_context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        yield


def _tag_for_page(tag: str, name: str) -> str:
    """One tag of the SVG as a page needs it; text between tags is never touched."""
    tag = re.sub(r'\s(?:xmlns(?::xlink)?|version)="[^"]*"', "", tag)
    tag = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', tag)
    tag = re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#{name}-\1"', tag)
    tag = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", tag)
    for colour, variable in VARIABLES.items():
        tag = tag.replace(colour, f"var({variable})")
    return re.sub(r"font-family: [^;\"]*;? ?", "", tag)


def label(text: str, width: int = 18) -> str:
    """A class label as it is written in a figure."""
    return shorten(visible(text), width)


def _viewbox(svg: str) -> str:
    found = re.search(r'viewBox="([^"]+)"', svg)
    assert found is not None  # Matplotlib always writes one
    return found.group(1)
