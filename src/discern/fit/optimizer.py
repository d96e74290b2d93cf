"""The optimizer: Muon for the weights between the first layer and the last, AdamW for all the rest.

Muon turns the step of a matrix into the orthogonal one nearest to it, so that no direction is left behind: Jordan et
al. 2024, "Muon: an optimizer for hidden layers in neural networks", https://kellerjordan.github.io/posts/muon/. AdamW:
Loshchilov and Hutter 2019, "Decoupled weight decay regularization". torch's class for Muon takes matrices only, not the
weights of convolutions, and each of torch's classes takes a second to be made, longer than small trainings last.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

TIMES = 5
"""Muon's rate is so many times AdamW's: the matrices that it multiplies have singular values near 1."""
MOMENTUM = 0.9
TURNS = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic that brings every singular value near 1 in few steps (Jordan et al. 2024)."""
N_TURNS = 4
BETAS = (0.9, 0.999)
EPSILON = 1e-8


class Optimizer:
    """Moves the parameters of `network` by their gradients; what it remembers of these it keeps by their names.

    `first` holds the running mean of the gradient of every parameter, `second` that of its square where AdamW moves it;
    both are of the parameter's shape and 0 before the first step. Weights decay by the rate times `weight_decay` a
    step; biases and normalisation do not. `dtype` is what Muon multiplies its matrices in.
    """

    def __init__(self, network: nn.Module, weight_decay: float, dtype: torch.dtype) -> None:
        parameters = dict(network.named_parameters())
        weights = [name for name, parameter in parameters.items() if parameter.ndim > 1]
        self.parameters = parameters
        self.turned = [name for name in weights[1:] if not name.startswith("head.")]
        ends = [name for name in weights if name not in self.turned]
        others = [name for name in parameters if name not in weights]
        self.groups = ((ends, weight_decay), (others, 0.0))
        self.weight_decay = weight_decay
        self.dtype = dtype
        self.first = {name: torch.zeros_like(parameter) for name, parameter in parameters.items()}
        self.second = {name: torch.zeros_like(parameters[name]) for name in (*ends, *others)}
        self.taken = 0
        """Steps so far."""

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move every parameter that has a gradient; `rate` is AdamW's, Muon's is `TIMES` as large."""
        for names, decay in self.groups:
            self._adamw([name for name in names if self.parameters[name].grad is not None], rate, decay)
        for name in self.turned:
            self._muon(name, TIMES * rate)
        self.taken += 1

    def _adamw(self, names: list[str], rate: float, decay: float) -> None:
        if not names:
            return
        adamw(
            [self.parameters[name] for name in names],
            [gradient for name in names if (gradient := self.parameters[name].grad) is not None],
            [self.first[name] for name in names],
            [self.second[name] for name in names],
            [],
            [torch.tensor(float(self.taken), device=self.parameters[name].device) for name in names],
            fused=True,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=rate,
            weight_decay=decay,
            eps=EPSILON,
            maximize=False,
        )

    def _muon(self, name: str, rate: float) -> None:
        weight, mean = self.parameters[name], self.first[name]
        if weight.grad is None:
            return
        mean.lerp_(weight.grad, 1 - MOMENTUM)
        ahead = weight.grad.lerp(mean, MOMENTUM)  # Nesterov's look ahead
        n_out, n_in = len(weight), weight[0].numel()
        turned = orthogonal(ahead.reshape(n_out, n_in).to(self.dtype)).to(weight.dtype).view(weight.shape)
        weight.mul_(1 - rate * self.weight_decay).sub_(turned, alpha=rate * math.sqrt(max(1.0, n_out / n_in)))


def orthogonal(matrix: Tensor) -> Tensor:
    """Nearly the orthogonal matrix nearest to `matrix`, `(m, n)`: its singular values lie between about 0.7 and 1.2.

    By `N_TURNS` of a Newton-Schulz iteration with the coefficients `TURNS`.
    """
    a, b, c = TURNS
    tall = matrix.shape[0] > matrix.shape[1]
    found: Tensor = matrix.T if tall else matrix
    found = found / found.norm().clamp(min=1e-7)
    for _ in range(N_TURNS):
        gram = found @ found.T
        found = a * found + (b * gram + c * gram @ gram) @ found
    return found.T if tall else found
