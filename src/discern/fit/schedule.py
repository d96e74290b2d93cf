"""How the learning rate moves: one cycle, up from a small rate to the peak and down to nothing.

Smith and Topin 2018, "Super-convergence: very fast training of neural networks using large learning rates".
"""

from __future__ import annotations

import math

WARM_UP = 0.25
"""The share of the steps that go up."""
START = 0.1
"""The first rate as a share of the peak."""


def one_cycle(step: int, steps: int, peak: float) -> float:
    """The learning rate of step `step` (0 up to `steps` - 1): a straight line up, then half a cosine down."""
    done = (step + 0.5) / steps
    if done < WARM_UP:
        return peak * (START + (1 - START) * done / WARM_UP)
    return peak * 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
