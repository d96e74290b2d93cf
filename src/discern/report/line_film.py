"""The line in motion: one picture after another of how descent moves it, as a GIF that any program shows."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from ..models.line_fit import Drawn, LineFit
from .drawing import SOFT, Drawing, draw
from .line_figures import panel
from .line_words import number, step_word

FRAMES = 60
SIZE = (460.0, 340.0)
FIRST, EACH, LAST = 1200, 110, 3000
"""How long a picture stands, in milliseconds; the last one before it begins again."""
COLOURS = 64


def film(fit: LineFit, drawn: Drawn) -> bytes:
    """A GIF of up to 60 pictures: early steps one by one, later ones in larger strides; the same bytes each time."""
    last = len(drawn.path) - 1
    chosen = np.unique(np.concatenate([[0], np.geomspace(1, last, FRAMES - 1).round()]).astype(int)) if last else [0]
    steps = [drawn.path[place] for place in chosen]
    losses = drawn.surface.loss(np.array([scaled for _, scaled in steps]))
    frames = [
        _frame(panel(fit, drawn, iteration, drawn.scale.undone(scaled)), iteration, float(loss))
        for (iteration, scaled), loss in zip(steps, losses, strict=True)
    ]
    palette = frames[-1].quantize(COLOURS)
    out = io.BytesIO()
    first, *others = [frame.quantize(COLOURS, palette=palette, dither=Image.Dither.NONE) for frame in frames]
    times = [FIRST, *[EACH] * (len(others) - 1), LAST][: len(frames)]
    first.save(out, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    return out.getvalue()


def _frame(drawing: Drawing, iteration: int, loss: float) -> Image.Image:
    """A panel, larger, with its iteration and loss above it."""

    def paint(axes: Axes) -> None:
        drawing.paint(axes)
        axes.set_title(f"{'start' if iteration == 0 else step_word(iteration)}, loss {number(loss)}", color=SOFT)

    whole = draw(drawing.name, drawing.title, drawing.alt, SIZE, paint)
    with Image.open(io.BytesIO(whole.png)) as image:
        return image.convert("RGB")
