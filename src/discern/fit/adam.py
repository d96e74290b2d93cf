"""Adam in one cycle, as recurrent networks learn: rate and memory move together.

Kingma and Ba 2015, "Adam: a method for stochastic optimization"; Smith and Topin 2018, "Super-convergence". It is what
torch's `Adam` does with its `OneCycleLR`, whose classes take a second to be made and leave a folder behind.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.optim.adam import adam

WARM_UP = 0.2
"""The share of the steps in which the rate rises."""
FIRST, LAST = 1 / 25, 1e-4 / 25
"""The first and the last rate, as shares of the highest."""
MEMORIES = (0.95, 0.85)
"""How much of the mean gradient is kept a step: at both ends, and where the rate is highest."""
SQUARES = 0.999
EPSILON = 1e-8


class Adam:
    """Moves `parameters` by their gradients in `steps` steps, at most at `rate`."""

    def __init__(self, parameters: list[nn.Parameter], rate: float, steps: int) -> None:
        self.parameters, self.rate, self.steps = parameters, rate, steps
        self.first = [torch.zeros_like(one) for one in parameters]
        self.second = [torch.zeros_like(one) for one in parameters]
        self.taken = [torch.tensor(0.0) for _ in parameters]
        self.done = 0

    @torch.no_grad()
    def step(self) -> None:
        """One step; every parameter has a gradient."""
        rate, memory = one_cycle(self.done, self.steps, self.rate)
        gradients = [gradient for one in self.parameters if (gradient := one.grad) is not None]
        adam(
            list(self.parameters), gradients, self.first, self.second, [], self.taken, foreach=False, amsgrad=False,
            beta1=memory, beta2=SQUARES, lr=rate, weight_decay=0.0, eps=EPSILON, maximize=False,
        )  # fmt: skip
        self.done += 1


def one_cycle(step: int, steps: int, peak: float) -> tuple[float, float]:
    """Rate and memory of step `step` (0 up to `steps` - 1): half a cosine up, another one down."""
    ends, middle = MEMORIES
    rises = WARM_UP * steps - 1
    if step <= rises:
        done = step / rises
        return _between(FIRST * peak, peak, done), _between(ends, middle, done)
    done = (step - rises) / (steps - 1 - rises)
    return _between(peak, LAST * peak, done), _between(middle, ends, done)


def _between(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2 * (math.cos(math.pi * done) + 1)
