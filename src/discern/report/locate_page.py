"""What was found in pictures, as text and as a page with boxes drawn on them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ..evaluate.boxes import Box
from .filter_page import png
from .pages import environment
from .visible import visible

LISTED = 40
"""Boxes that are told one by one."""
HUES = 12
Shown = tuple[str, Sequence[Box], NDArray[np.uint8], Sequence[str]]


def located_text(item: str, boxes: Sequence[Box], notes: Sequence[str], n_sections: int) -> str:
    """Each box on a line, most probable first."""
    if not boxes:
        return f"{visible(item)}: {notes[0]} ({n_sections:,} sections were looked at)"
    count = "1 thing" if len(boxes) == 1 else f"{len(boxes):,} things"
    lines = [f"{visible(item)}: {count} in {n_sections:,} sections"]
    for box in boxes[:LISTED]:
        where = f"from {box.left:.0f}, {box.top:.0f} to {box.right:.0f}, {box.bottom:.0f}"
        lines.append(f"  {visible(box.label)}  {100 * box.probability:.0f} %  {where}")
    if len(boxes) > LISTED:
        lines.append(f"  and {len(boxes) - LISTED:,} more")
    return "\n".join(lines)


def page(shown: Sequence[Shown]) -> str:
    """The whole page, which needs nothing else."""
    view = [
        {"item": item, "boxes": boxes[:LISTED], "picture": drawn(pixels, boxes), "notes": notes}
        for item, boxes, pixels, notes in shown
    ]
    return environment().get_template("locate.html.j2").render(shown=view)


def drawn(pixels: NDArray[np.uint8], boxes: Sequence[Box]) -> Markup:
    """A picture with a frame around each thing, its label and probability above."""
    high, wide = pixels.shape[:2]
    size = max(6.0, min(high, wide) / 28)
    marks = []
    labels = sorted({box.label for box in boxes})
    for box in reversed(boxes):
        hue = 360 * labels.index(box.label) // max(1, len(labels))
        told = f"{visible(box.label)} {100 * box.probability:.0f} %"
        frame = Markup(
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" style="stroke:hsl({} 80% 60%)"/>'
            '<text x="{:.1f}" y="{:.1f}" font-size="{:.1f}" style="fill:hsl({} 80% 62%)">{}</text>'
        )
        sides = (box.left, box.top, box.right - box.left, box.bottom - box.top)
        marks.append(frame.format(*sides, hue, box.left, max(size, box.top - 0.3 * size), size, hue, told))
    opening = Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="The picture, what was found framed" style="max-width:{}px">'
    )
    image = Markup('<image href="data:image/png;base64,{}" width="{}" height="{}"/>')
    data = base64.b64encode(png(pixels)).decode()
    body = image.format(data, wide, high) + Markup("").join(marks)
    return opening.format(wide, high, max(420, min(1200, 3 * wide))) + body + Markup("</svg>")
