"""Inside a network: maps are what its parts give, votes add up, one step of learning lowers the loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from discern.core.errors import RunError
from discern.explain import inside
from discern.explain.inside_record import Layer, losses
from discern.nets.build import weights_of

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


def test_what_the_weights_of_each_epoch_made_of_a_picture() -> None:
    made, one = network(LAYERS), picture()
    own = weights_of(made)
    other = {name: value * 0.5 for name, value in own.items()}
    course = inside.course_of(made, one, ["a", "b", "c"], [(0, None, other), (1, 0.75, own)])
    votes, _ = inside.votes_of(made, one, ["a", "b", "c"])
    assert [(moment.epoch, moment.accuracy) for moment in course] == [(0, None), (1, 0.75)]
    assert course[1].votes == tuple((label, chance) for label, _, chance in votes) != course[0].votes
    plain = {layer.name: layer for layer in inside.layers_of(made, one)}
    assert [layer.name for layer in course[1].layers] == ["conv1_relu", "conv2_relu"]
    for before, after in zip(course[0].layers, course[1].layers, strict=True):
        assert before.which == after.which == plain[after.name].which[:8], "the same maps at every moment"
        np.testing.assert_array_equal(after.maps, plain[after.name].maps[:8])
        assert not np.array_equal(before.maps, after.maps)
    assert all(np.array_equal(value, own[name]) for name, value in weights_of(made).items()), "it stays as it is"
    with pytest.raises(RunError, match="epoch 3 are those of another network"):
        inside.course_of(made, one, ["a", "b", "c"], [(3, None, weights_of(network("conv 4 same, flatten")))])


def test_a_film_follows_few_of_many_layers_from_the_first_to_the_last() -> None:
    maps = np.zeros((16, 4, 4), np.float32)
    deep = [Layer(f"conv{n}{kind}", (16, 4, 4), maps, tuple(range(16))) for n in range(1, 8) for kind in ("", "_relu")]
    found = inside.filmed([Layer("entry", (1, 4, 4), maps[:1], (0,)), *deep, Layer("head", (3,), maps[:1, :1], ())])
    assert [layer.name for layer in found] == ["conv1_relu", "conv3_relu", "conv5_relu", "conv7_relu"]
    assert all(layer.which == tuple(range(8)) and layer.maps.shape == (8, 4, 4) for layer in found)
    assert [layer.name for layer in inside.filmed(deep[:1])] == ["conv1"], "where none is rectified, any with places"
    assert inside.filmed([]) == ()


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
        both = torch.stack([chance, 1 - chance])
        error = ((both - torch.tensor([1.0, 0.0])) ** 2).sum()
        for loss, value, wanted in ((error, squared, slope), (-torch.log(chance), entropy, steeper)):
            (found,) = torch.autograd.grad(loss, score, retain_graph=True)
            assert float(loss.detach()) == pytest.approx(value)
            assert float(found) == pytest.approx(wanted)
