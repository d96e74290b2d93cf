"""What every page is made with: templates whose texts are made visible and escaped here, not by the templates."""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from ..core.records import Figure
from . import glossary, pictures, words
from .visible import shorten, visible

EXCERPT = 320
"""Letters of a text that a page shows."""

MATRIX_LABEL = 20
"""Letters of a label in a matrix; the tables hold it whole."""
ROWS_SHOWN = 25
"""Longer tables show so many rows and keep the rest folded."""


class Page(Template):
    """A template; where it makes a whole page, the words of the field are linked to their explanations at its end."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        made = super().render(*args, **kwargs)
        return glossary.explained(made) if made.lstrip().startswith("<!DOCTYPE") else made


@functools.cache
def environment() -> Environment:
    """Templates and their filters; an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("discern.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.template_class = Page
    made.filters |= {"prose": _prose, "picture": _picture, "short": _short, "excerpt": excerpt}
    made.globals |= {"words": words, "better": words.better, "at": _at, "ROWS_SHOWN": ROWS_SHOWN}
    return made


def _shown(value: object) -> object:
    """What any expression of a template puts on the page: text with nothing hidden in it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(sentence: str) -> Markup:
    """A sentence of ours with data in it: escaped, numbers kept together with their per cent sign."""
    return Markup(re.sub(r"(?<=\d) %", "&#8239;%", str(escape(visible(sentence)))))


def _short(label: str) -> str:
    return shorten(visible(label), MATRIX_LABEL)


def _picture(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> Markup:
    return Markup(pictures.data_uri(pixels))


def _at(figure: Figure) -> dict[str, str]:
    """Where a share and its interval lie on a line from 0 to 100 %, as CSS lengths."""
    value = figure.value or 0.0
    low = value if figure.low is None else figure.low
    high = value if figure.high is None else figure.high
    return {"value": f"{100 * value:.3f}%", "low": f"{100 * low:.3f}%", "width": f"{100 * (high - low):.3f}%"}


def excerpt(text: str) -> str:
    """The beginning of a text, on a page."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"
