"""Inside a network: maps are what its parts give, votes add up, one step of learning lowers the loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from discern.explain import inside
from discern.explain.inside_record import losses

from .test_saliency import network, picture

LAYERS = "conv 6 same, pool, conv 8 same, flatten, dense 10"


def test_layers_are_what_the_parts_give() -> None:
    made, one = network(LAYERS), picture()
    found = inside.layers_of(made, one)
    x = torch.from_numpy(one[None]).float()
    with torch.no_grad():
        for name, part in made.named_children():
            x = part(x)
            layer = next((each for each in found if each.name == name), None)
            if layer is not None and x.ndim == 4:
                assert layer.shape == tuple(x.shape[1:])
                for channel, seen in zip(layer.which, layer.maps, strict=True):
                    np.testing.assert_allclose(seen, x[0, channel].numpy(), rtol=1e-5)
    assert found[-1].name == "head" and found[-1].shape == (3,)
    strengths = [np.abs(one).max() for one in found[1].maps]
    assert strengths == sorted(strengths, reverse=True)


def test_votes_and_what_adds_to_the_winner() -> None:
    made, one = network(LAYERS), picture()
    votes, last = inside.votes_of(made, one, ["a", "b", "c"])
    assert sum(chance for _, _, chance in votes) == pytest.approx(1)
    assert [score for _, score, _ in votes] == sorted((score for _, score, _ in votes), reverse=True)
    head = dict(made.named_children())["head"]
    winner = "abc".index(votes[0][0])
    total = sum(adds for _, adds in last) + float(head.bias[winner].detach())
    assert total == pytest.approx(votes[0][1], abs=1e-4), "ten numbers before the vote, all shown"


def test_units_fire_most_for_the_pictures_shown() -> None:
    made = network(LAYERS)
    pictures = np.stack([picture(seed=seed) for seed in range(20)])
    found = inside.units_of(made, pictures[3], pictures, [f"item {number}" for number in range(20)])
    assert {one.layer for one in found} == {"conv1", "conv2"}
    with torch.no_grad():
        seen = dict(inside._walk(made, torch.from_numpy(pictures).float()))
    place = [name for name, _ in made.named_children()].index("conv1_relu")
    for one in (one for one in found if one.layer == "conv1"):
        values = seen[place][:, one.channel].amax(dim=(1, 2)).numpy()
        assert one.items[0] == f"item {values.argmax()}"
        np.testing.assert_allclose(one.strengths, np.sort(values)[::-1][:4], rtol=1e-5)


def test_one_step_of_learning_is_the_slope_times_the_rate_and_lowers_the_loss() -> None:
    made, one = network(LAYERS), picture()
    before = {name: value.detach().clone() for name, value in made.named_parameters()}
    found = inside.lesson_of(made, one, 1, "b", rate=0.01)
    np.testing.assert_allclose(found.after, found.before - 0.01 * found.slopes, atol=1e-6)
    assert found.loss_after < found.loss_before
    for name, value in made.named_parameters():
        assert torch.equal(value, before[name]), "the network itself stays as it is"


def test_squared_error_and_cross_entropy_with_their_slopes() -> None:
    for p, squared, slope, entropy, steeper in losses():
        score = torch.tensor(float(np.log(p / (1 - p))), dtype=torch.float64, requires_grad=True)
        chance = torch.sigmoid(score)
        for loss, value, wanted in (((1 - chance) ** 2, squared, slope), (-torch.log(chance), entropy, steeper)):
            (found,) = torch.autograd.grad(loss, score, retain_graph=True)
            assert float(loss.detach()) == pytest.approx(value)
            assert float(found) == pytest.approx(wanted)
