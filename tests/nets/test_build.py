"""The torch module agrees with the plan in names, shapes and numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d

from discern.nets.build import begin_from, build, fold, load_weights, weights_of
from discern.nets.defaults import default_layers
from discern.nets.facts import array_facts
from discern.nets.layers import parse
from discern.nets.plan import Shape, plan

TEXTS = [
    "conv 3 2x5 same stride 2 norm, pool, average, dense 4 norm, dropout 0.5",
    "conv 3 stride 2, pool 2 mean, flatten, dense 4",
    "conv 2 same, conv 2 4x4 same, pool 3, dense 3, sigmoid",
    "conv 4 norm, residual 4, residual 6, pool, residual 6 stride 2, average",
    "residual 3 stride 3, residual 4 stride 2, average",
]


def network_for(text: str, shape: Shape, n_classes: int) -> torch.nn.Sequential:
    torch.manual_seed(0)
    channels = shape[-1]
    return build(plan(parse(text), shape, n_classes), np.zeros(channels, np.float32), np.ones(channels, np.float32))


@pytest.mark.parametrize("text", TEXTS)
def test_arrays_and_shapes_are_those_of_the_plan(text: str) -> None:
    steps = plan(parse(text), (13, 11, 3), 2)
    network = network_for(text, (13, 11, 3), 2)
    planned = {name: shape for step in steps for name, shape in step.arrays.items()}
    assert {name: value.shape for name, value in weights_of(network).items()} == planned
    n_learned = sum(parameter.numel() for parameter in network.parameters())
    assert n_learned == sum(step.parameters for step in steps)
    values = torch.zeros(2, 13, 11, 3)
    for name, module in network.eval().named_children():
        values = module(values)
        step = next((step for step in steps if step.name == name), None)
        if step is not None and len(step.gives) == 3:
            height, width, channels = step.gives
            assert values.shape[1:] == (channels, height, width)
    assert values.shape == (2, 2)


def test_a_convolution_is_that_of_scipy() -> None:
    network = network_for("conv 2, average", (9, 7, 1), 2)
    weights = weights_of(network)
    picture = np.random.default_rng(0).normal(size=(9, 7)).astype(np.float32)
    means = [
        np.maximum(correlate2d(picture, weights["conv1.weight"][i, 0], "valid") + weights["conv1.bias"][i], 0).mean()
        for i in range(2)
    ]
    expected = weights["head.weight"] @ means + weights["head.bias"]
    with torch.inference_mode():
        found = network(torch.from_numpy(picture[None, :, :, None])).numpy()[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_relu_after_the_largest_gives_what_relu_before_it_gives() -> None:
    network = network_for("conv 4 norm, pool", (8, 8, 1), 3).eval()
    names = [name for name, _ in network.named_children()]
    assert names.index("conv1_relu") == names.index("pool1") + 1
    parts = dict(network.named_children())
    values = torch.randn(3, 4, 6, 6)
    assert torch.equal(parts["pool1"](values).relu(), parts["pool1"](values.relu()))


def test_a_residual_block_adds_its_convolutions_to_what_came_in() -> None:
    network = network_for("residual 2, average", (9, 7, 1), 2).eval()
    weights = weights_of(network)
    random = np.random.default_rng(0)
    for name in weights:
        drawn = random.normal(size=weights[name].shape).astype(np.float32)
        weights[name] = np.abs(drawn) + 0.5 if name.endswith("running_var") else drawn
    load_weights(network, weights)

    def normed(part: str, values: np.ndarray) -> np.ndarray:
        gain, offset, mean, var = (
            weights[f"residual1.{part}_norm.{key}"][:, None, None]
            for key in ("weight", "bias", "running_mean", "running_var")
        )
        return (values - mean) / np.sqrt(var + 1e-5) * gain + offset

    def conv(part: str, values: np.ndarray) -> np.ndarray:
        kernels = weights[f"residual1.{part}.weight"]
        sums = [sum(correlate2d(v, k, "same") for v, k in zip(values, kernel, strict=True)) for kernel in kernels]
        return normed(part, np.array(sums))

    picture = random.normal(size=(1, 9, 7)).astype(np.float32)
    expected = np.maximum(conv("second", np.maximum(conv("first", picture), 0)) + conv("skip", picture), 0)
    with torch.inference_mode():
        found = network.residual1(torch.from_numpy(picture[None])).numpy()[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_residual_block_begins_as_its_skip() -> None:
    network = network_for("residual 3, average", (8, 8, 3), 2)
    values = torch.rand(2, 3, 8, 8)
    assert torch.equal(network.residual1(values), values)


def test_bytes_and_the_same_numbers_as_floats_give_the_same() -> None:
    network = network_for("conv 4, pool", (8, 8, 3), 3)
    pictures = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype(np.uint8)
    floats = torch.from_numpy(pictures.astype(np.float32))
    before = floats.clone()
    with torch.inference_mode():
        assert torch.equal(network(torch.from_numpy(pictures)), network(floats))
    assert torch.equal(floats, before)  # the caller's numbers are left alone


def test_weights_go_out_and_in() -> None:
    first, second = network_for(TEXTS[0], (13, 11, 3), 2), network_for(TEXTS[0], (13, 11, 3), 2)
    changed = {name: value + 1 for name, value in weights_of(first).items()}
    load_weights(second, changed)
    for name, value in weights_of(second).items():
        np.testing.assert_array_equal(value, changed[name])


@pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 1),
        (2, 50, 3),
        (4, 4, 1),
        (8, 8, 1),
        (15, 90, 1),
        (16, 16, 3),
        (24, 24, 1),
        (28, 28, 1),
        (48, 48, 1),
        (64, 64, 3),
        (1,),
        (30,),
    ],
)
def test_the_default_fits_every_shape(shape: Shape) -> None:
    for n_classes in (1, 2, 10):
        assert plan(parse(default_layers(shape, n_classes)), shape, n_classes)[-1].gives == (n_classes,)


def test_facts_of_arrays() -> None:
    (facts,) = array_facts({"a": np.array([[1, 2], [3, 6]], np.float32)})
    assert (facts.name, facts.shape, facts.count, facts.mean, facts.low, facts.high) == ("a", (2, 2), 4, 3, 1, 6)
    assert facts.deviation == pytest.approx(np.sqrt(3.5))


CODES = np.array([[0, 0], [0, 1], [1, 1], [2, 0]])
"""Four of the six pairs of three labels and two."""


def test_a_head_by_label_folds_into_a_plain_one() -> None:
    steps = plan(parse("conv 3 norm, average, dense 5"), (9, 8, 3), len(CODES))
    mean, scale = np.zeros(3, np.float32), np.ones(3, np.float32)
    torch.manual_seed(0)
    network = build(steps, mean, scale, CODES).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    weights = weights_of(network)
    folded = fold(network, weights)
    planned = {name: shape for step in steps for name, shape in step.arrays.items()}
    assert {name: value.shape for name, value in folded.items()} == planned, "the plain network's arrays, no others"
    makes, models = weights["head.label_weight"][:3], weights["head.label_weight"][3:]
    for row, (make, model) in enumerate(CODES):
        expected = weights["head.weight"][row] + makes[make] + models[model]
        np.testing.assert_allclose(folded["head.weight"][row], expected, rtol=1e-6)
    plain = build(steps, mean, scale).eval()
    load_weights(plain, folded)
    values = 5 * torch.randn(50, 9, 8, 3)
    with torch.inference_mode():
        learned, kept = (module(values).softmax(dim=1) for module in (network, plain))
    assert float(learned.std(dim=0).max()) > 0.01, "answers that do not depend on the item show nothing"
    torch.testing.assert_close(kept, learned, rtol=0, atol=1e-5)


def test_folded_weights_begin_as_the_network_that_they_are_of() -> None:
    steps = plan(parse("conv 3 norm, average"), (9, 8, 3), len(CODES))
    mean, scale = np.zeros(3, np.float32), np.ones(3, np.float32)
    plain, by_label = build(steps, mean, scale).eval(), build(steps, mean, scale, CODES).eval()
    begin_from(by_label, weights_of(plain))
    values = torch.randn(5, 9, 8, 3)
    with torch.inference_mode():
        torch.testing.assert_close(by_label(values), plain(values))


def test_a_sigmoid_head_is_never_by_label() -> None:
    steps = plan(parse("dense 3, sigmoid"), (4,), 2)
    network = build(steps, np.zeros(4, np.float32), np.ones(4, np.float32), np.array([[0, 0], [1, 1]]))
    weights = weights_of(network)
    assert fold(network, weights) is weights
    assert weights["head.weight"].shape == (1, 3)
