"""The optimizer against torch's own, and what it moves by which rule."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from discern.fit import optimizer as optimizers
from discern.fit.optimizer import TIMES, Optimizer, orthogonal
from discern.nets.build import build
from discern.nets.layers import parse
from discern.nets.plan import plan

RATE, DECAY = 0.02, 0.1


def with_gradients(network: nn.Module, seed: int) -> None:
    draws = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=draws)


def dense() -> nn.Sequential:
    torch.manual_seed(0)
    return build(plan(parse("dense 12, dense 7"), (9,), 4), np.zeros(9, dtype=np.float32), np.ones(9, dtype=np.float32))


def test_three_steps_are_those_of_torch() -> None:
    ours, theirs = dense(), dense()
    inner = theirs.get_parameter("dense2.weight")
    weights = [theirs.get_parameter(f"{name}.weight") for name in ("dense1", "head")]
    biases = [parameter for parameter in theirs.parameters() if parameter.ndim == 1]
    adamw = torch.optim.AdamW([{"params": weights}, {"params": biases, "weight_decay": 0}], lr=RATE, weight_decay=DECAY)
    muon = torch.optim.Muon(
        [inner], lr=TIMES * RATE, weight_decay=DECAY, momentum=optimizers.MOMENTUM, ns_steps=optimizers.N_TURNS
    )
    moving = Optimizer(ours, DECAY, torch.bfloat16)
    for seed in range(3):
        with_gradients(ours, seed)
        with_gradients(theirs, seed)
        moving.step(RATE)
        adamw.step()
        muon.step()
    for (name, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        near = 5e-3 if name == "dense2.weight" else 1e-6  # bfloat16, summed in another order
        torch.testing.assert_close(mine, other, atol=near, rtol=0, msg=name)
    assert moving.taken == 3
    assert set(moving.second) == set(moving.first) - {"dense2.weight"}


@pytest.mark.parametrize("shape", [(8, 30), (30, 8), (16, 16), (1, 5)])
def test_what_is_turned_is_nearly_orthogonal(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    turned = orthogonal(matrix)
    sizes = torch.linalg.svdvals(turned)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    assert 0.3 < float(sizes.min()) <= float(sizes.max()) < 1.3
    assert float(((left @ right) * turned).sum() / len(sizes)) > 0.7  # the nearest one, not just any


def test_a_convolution_is_moved_filter_by_filter() -> None:
    torch.manual_seed(0)
    text = "conv 4 norm, conv 6 norm, average"
    network = build(plan(parse(text), (9, 9, 3), 2), np.zeros(3, dtype=np.float32), np.ones(3, dtype=np.float32))
    before = network.get_parameter("conv2.weight").detach().clone()
    with_gradients(network, 0)
    gradient = network.get_parameter("conv2.weight").grad
    assert gradient is not None
    Optimizer(network, 0.0, torch.float32).step(RATE)
    after = network.get_parameter("conv2.weight").detach()
    expected = before - TIMES * RATE * orthogonal(gradient.flatten(1)).view(before.shape)
    torch.testing.assert_close(after, expected, atol=1e-5, rtol=0)


def test_a_parameter_without_gradient_stays() -> None:
    network = dense()
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    Optimizer(network, DECAY, torch.float32).step(RATE)
    assert all(torch.equal(before[name], parameter) for name, parameter in network.named_parameters())
