"""What was read, as text, and as a page with each character framed beside what it was taken for."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
import polars as pl
from markupsafe import Markup, escape
from numpy.typing import NDArray

from ..evaluate.reading import ReadCharacter, Reading
from .filter_page import png
from .pages import environment
from .visible import visible

LISTED = 20
"""Unsure characters that are told one by one."""


def reading_text(found: Reading) -> str:
    """The text of a page, then how much of it is sure."""
    if not found.characters:
        return f"{visible(found.item)}: {found.notes[0]}"
    n = len(found.characters)
    count = "1 character" if n == 1 else f"{n:,} characters"
    turned = f"; the page stood {abs(found.tilt):.1f} degrees askew" if found.tilt else ""
    lines = [_shown(found.text), "", f"{count}, {found.n_sure:,} of them sure{turned}"]
    lines += [f"  unsure: {unsure_text(one, found)}" for one in found.unsure[:LISTED]]
    if len(found.unsure) > LISTED:
        lines.append(f"  and {len(found.unsure) - LISTED:,} more")
    return "\n".join([*lines, *found.notes])


def unsure_text(one: ReadCharacter, found: Reading) -> str:
    """Where an unsure character stands and what else it may be."""
    place = [other for other in found.characters if other.line == one.line].index(one) + 1
    others = ", ".join(f"{visible(label)} {100 * chance:.0f} %" for label, chance in one.others)
    return f"line {one.line + 1}, character {place}: {visible(one.label)} {100 * one.probability:.0f} % (or {others})"


def table(found: Sequence[Reading]) -> pl.DataFrame:
    """A row a character: where it stands, what it was taken for, and how surely."""
    rows = [
        (one.item, mark.line + 1, place, mark.label, mark.probability, mark.sure, *mark.box)
        for one in found
        for place, mark in enumerate(one.characters, 1)
    ]
    names = {"item": pl.String, "line": pl.Int64, "character": pl.Int64, "label": pl.String}
    names |= {"probability": pl.Float64, "sure": pl.Boolean}
    names |= dict.fromkeys(("top", "bottom", "left", "right"), pl.Int64)
    return pl.DataFrame(rows, schema=names, orient="row")


def page(found: Sequence[Reading], upright: Sequence[NDArray[np.uint8]]) -> str:
    """The whole page, which needs nothing else; `upright` are the pages' ink, light on black."""
    shown = []
    for one, ink in zip(found, upright, strict=True):
        unsure = [unsure_text(mark, one) for mark in one.unsure[:LISTED]]
        shown.append(
            {"one": one, "text": Markup(escape(_shown(one.text))), "picture": framed(one, ink), "unsure": unsure}
        )
    return environment().get_template("read.html.j2").render(shown=shown)


def framed(one: Reading, ink: NDArray[np.uint8]) -> Markup:
    """The page with a frame around each character: one colour where it is sure, another where not."""
    high, wide = ink.shape
    data = base64.b64encode(png(255 - ink[:, :, None])).decode()
    marks = []
    for mark in one.characters:
        top, bottom, left, right = mark.box
        kind = "sure" if mark.sure else "unsure"
        size = max(7.0, 0.42 * (bottom - top))
        marks.append(
            Markup(
                '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
                '<text class="{}" x="{}" y="{}" font-size="{:.1f}">{}</text>'
            ).format(
                kind,
                left - 1,
                top - 1,
                right - left + 2,
                bottom - top + 2,
                kind,
                left - 1,
                top - 2.5,
                size,
                visible(mark.label),
            )
        )
    drawing = (
        '<svg viewBox="0 -12 {} {}" role="img" aria-label="The page, each character framed" style="max-width:{}px">'
    )
    opening = Markup(drawing).format(wide, high + 12, max(320, min(1200, 3 * wide)))
    image = Markup('<image href="data:image/png;base64,{}" width="{}" height="{}"/>').format(data, wide, high)
    return opening + image + Markup("").join(marks) + Markup("</svg>")


def _shown(text: str) -> str:
    return "\n".join(" ".join(visible(word) if word else "" for word in line.split(" ")) for line in text.split("\n"))
