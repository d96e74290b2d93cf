"""Where training computes. Without a graphics card the way there is walked on torch's `meta` device, which computes
shapes only but refuses what lies elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from discern.core.errors import OptionError, RunError
from discern.fit import device, loop, precision
from discern.nets.augment import Augment
from discern.nets.build import build
from discern.nets.layers import parse
from discern.nets.plan import plan
from discern.nets.transforms import parse as parse_augment
from fit.training import data, result, train

CARD = torch.cuda.is_available()
LAYERS = "conv 8 3x3 same stride 2 norm, residual 8, conv 16 same norm, pool, average, dropout 0.2"
VARIED = (
    "shift 0.1, zoom 0.2, shear 0.1, stretch 0.1, rotate 15, flip, brightness 0.3, contrast 0.3, colour 0.1, erase 0.4"
)


def test_the_processor_is_taken_where_there_is_no_card_and_one_is_asked_for_in_vain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.resolve("auto") == "cpu"
    assert "PyTorch finds no graphics card" in str(device.problem("cuda"))
    with pytest.raises(OptionError, match="finds no graphics card"):
        train(1, device="cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.resolve("auto") == "cuda" and device.resolve("cpu") == "cpu"
    assert device.problem("cuda") is None
    assert "expected one of auto, cpu, cuda" in str(device.problem("gpu"))


@pytest.mark.parametrize("codes", [None, np.array([[0, 0], [0, 1], [1, 0]])], ids=["one target", "two targets"])
def test_a_whole_step_stays_where_it_is_told(codes: NDArray[np.int64] | None) -> None:
    steps = plan(parse(LAYERS), (32, 48, 3), 3)
    mean, scale = np.full(3, 100, np.float32), np.full(3, 50, np.float32)
    network = build(steps, mean, scale, codes)
    augment = Augment(parse_augment(VARIED), *(torch.from_numpy(value).to("meta") for value in (mean, scale)))
    settings = loop.Settings(
        cycles=(1,), batch_size=4, learning_rate=0.01, weight_decay=0.01, patience=None, precision="float32",
        threads=1, seed=0, device="meta", averaging=0.1, augment=augment, growing=(0.5, 1.0), smoothing=0.1,
    )  # fmt: skip
    pictures = np.random.default_rng(0).integers(0, 256, (8, 32, 48, 3)).astype(np.uint8)
    part = loop.Part.of(pictures, np.arange(8) % 3)
    assert part.values.device.type == "cpu"  # only batches move
    state = loop.begin(network, settings)
    for step in range(2):
        loop.take_step(state, part, settings, 1, step, loop.order_of(part, settings, 1))
    assert state.average is not None
    for held in (network.state_dict(), state.average.state_dict(), state.optimizer.first, state.optimizer.second):
        assert {value.device.type for value in held.values()} == {"meta"}
    assert state.loss_sum.device.type == "meta"


def test_a_training_is_not_gone_on_with_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(1, checkpoints=tmp_path, device="cpu")
    monkeypatch.setattr(device, "resolve", lambda name: "meta")
    monkeypatch.setattr(precision, "resolve", lambda name, where: "float32")
    with pytest.raises(RunError, match="device was 'cpu'"):
        train(1, checkpoints=tmp_path)


@pytest.mark.skipif(not CARD, reason="this machine has no graphics card that PyTorch can use")
def test_a_card_learns_what_the_processor_learns() -> None:
    card, again, processor = (train(6, device=name, precision="float32") for name in ("cuda", "cuda", "cpu"))
    assert result(card) == result(again)
    assert card.device_ == "cuda"
    assert card.history_[0]["train_loss"] == pytest.approx(processor.history_[0]["train_loss"], rel=0.02)
    pictures, labels = data()
    assert card.score(pictures, labels) > 0.5
