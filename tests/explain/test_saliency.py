"""Maps of reasons: their definitions recomputed by hand, sanity and faithfulness where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from discern.explain.faithful import faithfulness
from discern.explain.saliency import grad_cam, integrated_gradients, occlusion, scrambled
from discern.nets.build import build
from discern.nets.layers import parse
from discern.nets.plan import plan


def network(layers: str = "conv 6 same, pool, conv 8 same, average", side: int = 16, channels: int = 3, seed: int = 0):
    torch.manual_seed(seed)
    shape = (side, side, channels)
    made = build(plan(parse(layers), shape, 3), np.full(channels, 90, np.float32), np.full(channels, 60, np.float32))
    return made.eval()


def picture(side: int = 16, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side, channels), dtype=np.uint8)


def scores(made, pictures: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return made(torch.from_numpy(pictures).float()).numpy()


@pytest.mark.parametrize("layers", ["conv 6 same, pool, conv 8 same, average", "conv 6 same, pool, flatten, dense 9"])
def test_integrated_gradients_add_up_to_the_difference_of_scores(layers: str) -> None:
    made, one = network(layers), picture()
    baseline = np.zeros(one.shape, np.float32)
    for label in range(3):
        found = integrated_gradients(made, one, label, baseline, steps=300)
        difference = scores(made, one[None])[0, label] - scores(made, baseline[None])[0, label]
        assert found.sum() == pytest.approx(difference, rel=0.02, abs=0.01)
    assert found.shape == one.shape


def test_integrated_gradients_of_a_linear_network_are_weight_times_value() -> None:
    made, one = network("flatten, dropout 0.1", side=5, channels=1), picture(5, 1)
    weight = dict(made.named_parameters())["head.weight"].detach().numpy()
    baseline = np.zeros(one.shape, np.float32)
    expected = (weight[1].reshape(1, 5, 5).transpose(1, 2, 0) * one) / 60
    np.testing.assert_allclose(integrated_gradients(made, one, 1, baseline), expected, rtol=1e-4, atol=1e-5)


def test_grad_cam_is_what_its_paper_says() -> None:
    made, one = network(), picture()
    parts = dict(made.named_children())
    x = torch.from_numpy(one[None]).float()
    maps = None
    for name, part in parts.items():
        x = part(x)
        if name == "conv2_relu":
            maps = x = x.detach().clone().requires_grad_()
    (slopes,) = torch.autograd.grad(x[0, 2], maps)
    cam = torch.relu((slopes[0].mean(dim=(1, 2))[:, None, None] * maps[0]).sum(dim=0)).detach()
    expected = torch.nn.functional.interpolate(cam[None, None], size=(16, 16), mode="bilinear")[0, 0].numpy()
    found = grad_cam(made, one, 2)
    assert found.shape == (16, 16)
    np.testing.assert_allclose(found, expected / max(expected.max(), 1e-12), atol=1e-5)


def test_occlusion_falls_where_the_answer_rests() -> None:
    def predict(pictures: np.ndarray) -> np.ndarray:
        here = pictures[:, 4:8, 8:12].reshape(len(pictures), -1).mean(axis=1) / 255
        return np.stack([1 - here, here], axis=1)

    one = np.zeros((21, 21, 1), np.uint8)
    one[4:8, 8:12] = 255
    found = occlusion(predict, one, 1)
    peak = np.unravel_index(found.argmax(), found.shape)
    assert 3 <= peak[0] <= 8 and 7 <= peak[1] <= 12
    assert found[15:, :5].max() == 0


def test_a_true_map_is_faithful_and_one_by_chance_is_not() -> None:
    def predict(pictures: np.ndarray) -> np.ndarray:
        here = (pictures[:, 8:20, 8:20].reshape(len(pictures), -1).std(axis=1) / 80).clip(0, 1)
        return np.stack([1 - here, here], axis=1)

    one = picture(28, 1)
    true = np.zeros((28, 28))
    true[8:20, 8:20] = 1
    found = faithfulness(predict, one, 1, true)
    assert found.holds and found.deleted.value < found.deleted_by_chance.low
    assert len(found.deletion) == 21 and found.deletion[0] == pytest.approx(found.insertion[-1])
    assert not faithfulness(predict, one, 1, 1 - true).holds
    chance = np.random.default_rng(3).random((28, 28))
    assert not faithfulness(predict, one, 1, chance).holds
    assert found.to_json()["holds"] is True


def test_scrambled_weights_are_the_same_numbers_elsewhere() -> None:
    made = network()
    other = scrambled(made, 0)
    for one, two in zip(made.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(np.sort(one.detach().ravel()), np.sort(two.detach().ravel()))
    assert not np.allclose(scores(made, picture()[None]), scores(other, picture()[None]))
    again = scrambled(made, 0)
    np.testing.assert_array_equal(scores(other, picture()[None]), scores(again, picture()[None]))


def test_a_network_that_sees_the_mirror_image_is_explained_on_both_sides() -> None:
    made = network("conv 6 same, pool, conv 8 same, average, softmax mirrored")
    one = picture()
    found, flipped = grad_cam(made, one, 0), grad_cam(made, one[:, ::-1].copy(), 0)
    np.testing.assert_allclose(found, flipped[:, ::-1], atol=1e-4)
