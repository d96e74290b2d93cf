"""Squared error of the probabilities: its value and its slopes by hand, with labels that are smoothed and mixed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from discern.core.errors import OptionError, RunError
from discern.data import idx
from discern.explain.inside_record import losses as of_two_classes
from discern.fit import loop, losses
from discern.models.convolutional import ConvNet
from fit.training import result, train

SCORES = np.random.default_rng(3).normal(0, 3, (7, 4))
TARGETS = np.array([0, 1, 2, 3, 1, 1, 0])


def by_hand(scores: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The mean squared error and its slope for each score: dp_k/dz_j = p_k ([k = j] - p_j)."""
    p = softmax(scores, axis=1)
    off = p - wanted
    slopes = 2 * p * (off - (off * p).sum(axis=1, keepdims=True))
    return float((off**2).sum(axis=1).mean()), slopes / len(scores)


@pytest.mark.parametrize(("smoothing", "share"), [(0.0, 1.0), (0.3, 1.0), (0.0, 0.8), (0.1, 0.55)])
def test_value_and_slopes_are_those_of_the_formula(smoothing: float, share: float) -> None:
    scores = torch.tensor(SCORES, requires_grad=True)
    found = losses.learned("mse", scores, torch.from_numpy(TARGETS), smoothing=smoothing, share=share)
    torch.autograd.backward(found)
    own, others = np.eye(4)[TARGETS], np.eye(4)[np.roll(TARGETS, 1)]
    value, slopes = by_hand(SCORES, (1 - smoothing) * (share * own + (1 - share) * others) + smoothing / 4)
    assert float(found.detach()) == pytest.approx(value, rel=1e-12)
    assert scores.grad is not None
    np.testing.assert_allclose(scores.grad.numpy(), slopes, rtol=1e-10, atol=1e-14)


def test_it_is_torchs_own_mean_squared_error_times_the_classes() -> None:
    scores, targets = torch.tensor(SCORES), torch.from_numpy(TARGETS)
    own = torch.nn.functional.mse_loss(scores.softmax(dim=1), torch.nn.functional.one_hot(targets, 4).double())
    assert float(losses.learned("mse", scores, targets)) == pytest.approx(4 * float(own), rel=1e-12)
    assert float(losses.looked_at("mse", scores, targets)) == pytest.approx(7 * 4 * float(own), rel=1e-12)
    sure = torch.tensor([[60.0, -60.0]])
    assert [float(losses.learned("mse", sure, torch.tensor([label]))) for label in (0, 1)] == pytest.approx([0, 2])


def test_two_classes_are_as_the_page_on_the_inside_shows_them() -> None:
    """A softmax over two is a sigmoid: what is learned by is what the page says."""
    for p, squared, squared_slope, entropy, entropy_slope in of_two_classes():
        for loss, value, slope in (("mse", squared, squared_slope), ("cross-entropy", entropy, entropy_slope)):
            scores = torch.tensor([[math.log(p / (1 - p)), 0.0]], dtype=torch.float64, requires_grad=True)
            found = losses.learned(loss, scores, torch.tensor([0]))
            torch.autograd.backward(found)
            assert scores.grad is not None
            assert (float(found.detach()), float(scores.grad[0, 0])) == pytest.approx((value, slope))


def test_a_network_learns_by_it_smoothed_averaged_and_stopped(tmp_path: Path) -> None:
    plain, squared = train(3), train(3, loss="mse")
    assert result(plain) != result(squared)
    assert squared.history_[-1]["train_loss"] < squared.history_[0]["train_loss"] <= 2
    train(1, loss="mse", checkpoints=tmp_path)
    again = train((1, 2), loss="mse", checkpoints=tmp_path)
    assert result(again) == result(train((1, 2), loss="mse"))
    with pytest.raises(RunError, match="loss was 'mse'"):
        train((1, 2), checkpoints=tmp_path)


def test_validation_is_looked_at_by_the_loss_that_is_learned() -> None:
    network = torch.nn.Linear(5, 3)
    part = loop.Part.of(np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32), np.arange(20) % 3)
    settings = loop.Settings((1,), 8, 0.01, 0.01, None, "float32", 1, 0, look_batch=8, loss="mse")
    found, right = loop.look(network, part, settings)
    p = softmax(network(part.values).detach().numpy().astype(np.float64), axis=1)
    assert found == pytest.approx(((p - np.eye(3)[np.arange(20) % 3]) ** 2).sum(axis=1).mean(), rel=1e-5)
    assert right == np.mean(p.argmax(axis=1) == np.arange(20) % 3)


@pytest.mark.parametrize("loss", ["msee", "", 3])
def test_another_loss_is_refused_with_those_that_there_are(loss: object) -> None:
    with pytest.raises(OptionError, match="expected one of cross-entropy, mse"):
        train(1, loss=loss)


def test_mnists_digits_are_learned_by_it(real_data: Path) -> None:
    folder = real_data / "mnist"
    pictures = np.asarray(idx.read_images(folder / "t10k-images-idx3-ubyte.gz")).reshape(-1, 28, 28)[:1500]
    labels = np.asarray(idx.read_labels(folder / "t10k-labels-idx1-ubyte.gz"))[:1500]
    net = ConvNet("conv 8 norm, pool, pool, dense 32 norm", loss="mse", epochs=3, augment="none", precision="float32")
    net.fit(pictures[:1000], labels[:1000], validation=(pictures[:0], labels[:0]))
    assert np.mean(net.predict(pictures[1000:]) == labels[1000:]) > 0.85
