"""A picture on its way through a filter: as text, as a page with every stage, and the sums one by one."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from ..images.filtered import Filtered
from ..images.filters import EDGES, RECTIFIERS, Kernel, Step, as_picture
from .pages import environment
from .visible import visible

LARGE = 640
"""Pixels across of a stage on the page; smaller ones are shown larger, each pixel a square."""
SHOWN = 3
"""Sums that are written out in words before the rest follow as numbers."""
SMALL = 20
"""Values up to this are no greys of a photograph."""
SIDE = 9
"""Kernels up to this size are shown as numbers."""


def filter_text(found: Filtered, *, every_step: bool) -> str:
    """The kernel, what it does, and how the picture's size and values change; with `every_step` each sum."""
    kernel = found.kernel
    lines = [f"{visible(found.item)} by {visible(kernel.name)}: {kernel.says}", "", matrix_text(kernel.matrix), ""]
    lines += [f"{stage.name:10}{said(stage.values)}" for stage in found.stages]
    below = float((found.stages[1].values < 0).mean())
    if below and found.rectifier == "none":
        lines += ["", f"{100 * below:.0f} % of the values are below 0 and shown black; see --rectify"]
    if every_step:
        lines += ["", *steps_text(found)]
    return "\n".join(lines)


def kernels_text(kernels: tuple[Kernel, ...]) -> str:
    """Every named kernel: its matrix and what it does."""
    parts = [f"{kernel.name}: {kernel.says}\n\n{matrix_text(kernel.matrix)}" for kernel in kernels]
    return "\n\n".join(parts)


def steps_text(found: Filtered) -> list[str]:
    """Each sum: the first ones in full, the rest as numbers; then the result."""
    lines = []
    for place, step in enumerate(found.steps):
        products = [f"{number(a)}x{number(b)}" for a, b in zip(step.window.flat, found.kernel.matrix.flat, strict=True)]
        full = " + ".join(products) if place < SHOWN else ""
        lines.append(
            f"row {step.row + 1}, column {step.column + 1}: {full + ' = ' if full else ''}{number(step.total)}"
        )
    return [*lines, "", matrix_text(found.stages[1].values[:, :, 0])]


def page(found: Filtered) -> str:
    """The whole page, which needs nothing else."""
    return environment().get_template("filter.html.j2").render(**_view(found))


def fragment(found: Filtered) -> str:
    """The same for a notebook."""
    return environment().get_template("filter_fragment.html.j2").render(**_view(found))


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels `(H, W, C)` as a PNG file."""
    out = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(out, format="PNG")
    return out.getvalue()


def matrix_text(values: NDArray[np.float64]) -> str:
    """Numbers as they lie, in columns."""
    cells = [[number(value) for value in row] for row in values.tolist()]
    width = max(len(cell) for row in cells for cell in row)
    return "\n".join("  " + " ".join(cell.rjust(width) for cell in row) for row in cells)


def number(value: float) -> str:
    """A value, short."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e6 else f"{value:.3g}"


def said(values: NDArray[np.float64]) -> str:
    """The size and the range of a stage."""
    high, wide, channels = values.shape
    colours = "" if channels == 1 else f" x {channels} colours"
    return f"{high} x {wide}{colours}, values from {number(float(values.min()))} to {number(float(values.max()))}"


def _view(found: Filtered) -> dict[str, Any]:
    small = found.kernel.matrix.shape[0] <= SIDE and found.kernel.matrix.shape[1] <= SIDE
    return {
        "found": found,
        "stages": [(stage.name, said(stage.values), _inline(stage.values, stage.name)) for stage in found.stages],
        "matrix": [[number(value) for value in row] for row in found.kernel.matrix.tolist()] if small else None,
        "total": number(found.kernel.total),
        "edge": EDGES[found.edge],
        "rectifier": RECTIFIERS[found.rectifier][0],
        "steps": [_step(step, found.kernel) for step in found.steps],
    }


def _step(step: Step, kernel: Kernel) -> dict[str, Any]:
    cells = [
        [(number(a), number(b)) for a, b in zip(row, weights, strict=True)]
        for row, weights in zip(step.window.tolist(), kernel.matrix.tolist(), strict=True)
    ]
    return {"row": step.row + 1, "column": step.column + 1, "cells": cells, "total": number(step.total)}


def _inline(values: NDArray[np.float64], stage: str) -> Markup:
    """A stage as a picture inside the page; where all values are small, the largest becomes white."""
    most = float(np.abs(values).max())
    pixels = as_picture(values * (255 / most) if 0 < most <= SMALL else values)
    high, wide = pixels.shape[:2]
    times = max(1, min(LARGE // max(high, wide), 48))
    if high * wide <= 4096:
        pixels = np.repeat(np.repeat(pixels, times, axis=0), times, axis=1)
    data = base64.b64encode(png(pixels)).decode()
    return Markup('<img alt="the picture: {}" src="data:image/png;base64,{}">').format(visible(stage), data)
