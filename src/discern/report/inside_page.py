"""A picture on its way through a network, as text and as a page."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from ..explain.inside_record import Inside, Layer, losses
from . import inside_film
from .filter_page import matrix_text, number
from .pages import environment
from .picture_reasons import coloured, grey, inline, larger
from .visible import visible

SHOWN = {"conv": "layer of filters", "pool": "pooling", "dense": "dense layer", "head": "the vote"}
MAP, KERNEL = 96, 60
"""Pixels across of a feature map and of a kernel on the page."""
PAGE, FILM = "explain.html", "inside.gif"


def inside_text(result: Inside) -> str:
    """The way through the network, a line a layer; then the vote."""
    high, wide, channels = result.pixels.shape
    lines = [f"{visible(result.item)}: {high} x {wide} x {channels}, {high * wide * channels:,} numbers"]
    lines += [f"  {layer.name:12} {said(layer)}" for layer in result.layers]
    lines.append("the vote: " + ", ".join(f"{visible(label)} {chance:.3f}" for label, _, chance in result.votes[:5]))
    if result.course:
        lines.append(inside_film.turns(result.course))
    lesson = result.lesson
    lines.append(
        f"one step of learning, if this picture were labelled {visible(lesson.label)}: "
        f"loss {lesson.loss_before:.4f} to {lesson.loss_after:.4f}"
    )
    return "\n".join(lines)


def said(layer: Layer) -> str:
    """The form of what a layer gives."""
    if len(layer.shape) == 1:
        return f"{layer.shape[0]:,} numbers"
    channels, high, wide = layer.shape
    return f"{channels} maps of {high} x {wide}"


def beside(result: Inside, *, film: bool = False) -> dict[str, str | bytes]:
    """File name -> content, of all that shows the way through the network; with `film` the film, too."""
    layers = []
    for layer in result.layers:
        if len(layer.shape) == 3 and max(layer.shape[1:]) > 1 and not layer.name.endswith("_pad"):
            maps = zip(layer.which, layer.maps, strict=True)
            shown_maps = [(channel, inline(grey(one, MAP), f"map {channel} of {layer.name}")) for channel, one in maps]
            layers.append((layer, said(layer), shown_maps))
    units = []
    for unit in result.units:
        examples = zip(unit.items, unit.strengths, unit.pixels, strict=True)
        shown = [
            (item, strength, inline(larger(coloured(pixels), 110), f"the picture {item}"))
            for item, strength, pixels in examples
        ]
        units.append((unit, shown))
    lesson = result.lesson
    most = float(np.abs(lesson.before).max()), float(np.abs(lesson.slopes).max())
    steps = [
        [
            inline(_signed(before, most[0]), f"filter {place} before"),
            inline(_signed(slope, most[1]), f"the slope of filter {place}"),
            inline(_signed(after, most[0]), f"filter {place} after"),
        ]
        for place, (before, slope, after) in enumerate(
            zip(lesson.before, lesson.slopes, lesson.after, strict=True), start=1
        )
    ]
    widest = max((abs(adds) for _, adds in result.last), default=1.0) or 1.0
    view = {
        "result": result,
        "picture": inline(larger(coloured(result.pixels), 260), f"the picture {result.item}"),
        "flow": [(layer.name, said(layer)) for layer in result.layers],
        "layers": layers,
        "kernels": [
            inline(_signed(one, float(np.abs(result.kernels).max())), f"filter {place}")
            for place, one in enumerate(result.kernels, start=1)
        ],
        "matrix": Markup(escape(matrix_text(result.kernels[0].mean(axis=0).astype(np.float64)))),
        "units": units,
        "votes": [(label, f"{score:.2f}", f"{100 * chance:.1f}%") for label, score, chance in result.votes[:10]],
        "last": [(unit, f"{adds:+.2f}", adds >= 0, f"{100 * abs(adds) / widest:.0f}%") for unit, adds in result.last],
        "steps": steps,
        "course": inside_film.rows(result),
        "told_right": any(one.accuracy is not None for one in result.course),
        "film": FILM if film else None,
        "losses": [[number(value) for value in row] for row in losses()],
    }
    page = environment().get_template("inside.html.j2").render(**view)
    return {PAGE: page, **({FILM: inside_film.film(result)} if film else {})}


def _signed(kernel: NDArray[np.float32], most: float) -> NDArray[np.uint8]:
    """A kernel `(channels, rows, columns)` in its colours where it has three; grey is 0, light above, dark below."""
    scaled = 127.5 + 127.5 * kernel / max(most, 1e-12)
    pixels = np.moveaxis(scaled, 0, 2) if len(kernel) == 3 else scaled.mean(axis=0)[:, :, None]
    return larger(pixels.clip(0, 255).astype(np.uint8), KERNEL)
