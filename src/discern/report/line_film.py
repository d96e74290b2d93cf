"""The line in motion: one picture after another of how descent moves it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ..models.line_fit import Drawn, LineFit
from . import film as films
from .drawing import SOFT, Drawing, draw
from .line_figures import panel
from .line_words import number, step_word

SIZE = (460.0, 340.0)


def film(fit: LineFit, drawn: Drawn) -> bytes:
    """A GIF of up to 60 pictures: early steps one by one, later ones in larger strides; the same bytes each time."""
    steps = [drawn.path[place] for place in films.chosen(len(drawn.path) - 1)]
    losses = drawn.surface.loss(np.array([scaled for _, scaled in steps]))
    return films.gif(
        [
            _frame(panel(fit, drawn, iteration, drawn.scale.undone(scaled)), iteration, float(loss)).png
            for (iteration, scaled), loss in zip(steps, losses, strict=True)
        ]
    )


def _frame(drawing: Drawing, iteration: int, loss: float) -> Drawing:
    """A panel, larger, with its iteration and loss above it."""

    def paint(axes: Axes) -> None:
        drawing.paint(axes)
        axes.set_title(f"{'start' if iteration == 0 else step_word(iteration)}, loss {number(loss)}", color=SOFT)

    return draw(drawing.name, drawing.title, drawing.alt, SIZE, paint)
