"""What photographs bring to training: varied batches, smoothed labels, averaged weights, a budget of time."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from discern.core.errors import OptionError, RunError
from discern.core.events import Event, Listener, silent
from discern.fit import budget, loop
from discern.models import convolutional
from discern.models.convolutional import ConvNet
from discern.nets.augment import Augment
from discern.nets.transforms import Augmentation, parse
from fit.test_resume import Stop, StopAt
from fit.training import data, result, train

VARIED = "shift 0.1, zoom 0.2, rotate 10, flip, brightness 0.2, contrast 0.2, erase 0.4, mix 0.4"
LAYERS = "conv 4 norm, residual 4, residual 6 stride 2, dropout 0.3, average"


@pytest.fixture(autouse=True)
def small_pictures_are_photographs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(convolutional, "PHOTOGRAPH", 8)
    monkeypatch.setattr(convolutional, "VARIED", 8)
    monkeypatch.setattr(convolutional, "AVERAGING", 0.5)
    yield


def settings(**changes: object) -> loop.Settings:
    plain = loop.Settings((2,), 16, 0.01, 0.01, None, "float32", 1, 0)
    return loop.Settings(**(vars(plain) | changes))  # type: ignore[arg-type]


def test_stopped_at_every_step_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = result(train(3, layers=LAYERS, augment=VARIED))
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    stops = 0
    while True:
        try:
            model = train(3, layers=LAYERS, augment=VARIED, checkpoints=tmp_path, on_event=StopAt(2))
            break
        except Stop:
            stops += 1
    assert (stops > 8, result(model)) == (True, whole)
    assert (model.smoothing_, model.averaging_, model.augment_) == (0.1, 0.5, VARIED)


def test_a_second_cycle_goes_on_with_the_average(tmp_path: Path) -> None:
    train(2, layers=LAYERS, augment=VARIED, checkpoints=tmp_path)
    again = train((2, 1), layers=LAYERS, augment=VARIED, checkpoints=tmp_path)
    assert result(again) == result(train((2, 1), layers=LAYERS, augment=VARIED))


def test_each_of_them_changes_what_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    results = [result(train(2, augment=text)) for text in ("none", "flip", "shift 0.1", "erase 0.4", "mix 0.4")]
    monkeypatch.setattr(convolutional, "SMOOTHING", 0.0)
    results.append(result(train(2, augment="none")))
    monkeypatch.setattr(convolutional, "AVERAGING", 0.0)
    results.append(result(train(2, augment="none")))
    assert len(set(results)) == 7


def test_another_augmentation_is_another_training(tmp_path: Path) -> None:
    train(1, augment="flip", checkpoints=tmp_path)
    with pytest.raises(RunError, match="augment was 'flip', is 'none'"):
        train(1, augment="none", checkpoints=tmp_path)


def test_smoothed_labels_are_those_of_the_formula() -> None:
    network = torch.nn.Linear(5, 3)
    values, targets = torch.randn(7, 5), torch.tensor([0, 1, 2, 0, 1, 2, 2])
    found = loop.loss_of(network, values, targets, settings(smoothing=0.3))
    logs = log_softmax(network(values).detach().numpy(), axis=1)
    soft = 0.7 * np.eye(3)[targets.numpy()] + 0.1
    assert float(found.detach()) == pytest.approx(-(soft * logs).sum(axis=1).mean(), rel=1e-5)


def test_labels_of_mixed_pictures_are_learned_by_their_shares() -> None:
    network = torch.nn.Linear(5, 3)
    values, targets = torch.randn(7, 5), torch.tensor([0, 1, 2, 0, 1, 2, 2])
    found = loop.loss_of(network, values, targets, settings(smoothing=0.3), 0.8)
    logs = log_softmax(network(values).detach().numpy(), axis=1)
    mixed = 0.8 * np.eye(3)[targets.numpy()] + 0.2 * np.eye(3)[np.roll(targets.numpy(), 1)]
    assert float(found.detach()) == pytest.approx(-((0.7 * mixed + 0.1) * logs).sum(axis=1).mean(), rel=1e-5)


def test_the_average_follows_the_weights_and_statistics() -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    average = copy.deepcopy(network)
    expected = {name: value.clone() for name, value in network.state_dict().items()}
    for step in range(30):
        network.train()(torch.randn(4, 1, 5, 5))
        with torch.no_grad():
            network[0].weight.add_(torch.randn(2, 1, 3, 3))
        loop.follow(average, network, 2.5, step)
        kept = min(0.6, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                expected[name] = kept * expected[name] + (1 - kept) * value
    for name, value in average.state_dict().items():
        if value.dtype.is_floating_point:
            torch.testing.assert_close(value, expected[name])


def test_the_weights_that_are_given_are_those_that_were_looked_at() -> None:
    pictures, labels = data()
    model = ConvNet(LAYERS, epochs=3, batch_size=16, precision="float32", augment="none")
    model.fit(pictures, labels, validation=(pictures[:50], labels[:50]))
    accuracy = np.mean(model.predict(pictures[:50]) == labels[:50])
    assert model.history_[model.best_epoch_ - 1]["validation_accuracy"] == accuracy


def test_timing_leaves_no_trace() -> None:
    pictures, labels = data()
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 3), torch.nn.Dropout(0.5))
    part = loop.Part.of(pictures.astype(np.float32), labels)
    before, state = copy.deepcopy(network.state_dict()), torch.get_rng_state()
    for looked in (part, None):
        assert 0 < budget.epoch_seconds(network, part, looked, settings(averaging=0.9)) < 10
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize(
    ("seconds", "each", "epochs"), [(60, 10, 6), (69, 10, 6), (1, 10, 1), (-1, 10, 1), (1e9, 1e-9, 1e6)]
)
def test_a_budget_is_a_number_of_whole_epochs(seconds: float, each: float, epochs: float) -> None:
    assert budget.epochs_within(seconds, each) == epochs


def test_a_short_budget_is_not_spent_on_timing() -> None:
    assert [budget.worth(seconds) for seconds in (3, 40, 3600)] == [pytest.approx(0.15), 2.0, 4.0]


def test_a_budget_can_be_repeated_and_is_decided_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "epoch_seconds", lambda *_, **__: 100.0)
    with pytest.raises(Stop):
        train(None, budget=350.0, checkpoints=tmp_path, on_event=StopAt(10))  # type: ignore[arg-type]
    monkeypatch.setattr(budget, "epoch_seconds", lambda *_, **__: 1.0)
    events: list[Event] = []
    gone_on = train(None, budget=350.0, checkpoints=tmp_path, on_event=events.append)  # type: ignore[arg-type]
    assert gone_on.cycles_ == (3,) and result(gone_on) == result(train(3))
    assert events[0].facts["text"] == "350 seconds are 3 epochs here"
    further = train((3, 1), checkpoints=tmp_path)
    assert result(further) == result(train((3, 1)))


def notes(events: list[Event]) -> list[tuple[int, str]]:
    """Notes and how many epochs were over when they were said."""
    epochs = [event.name == "epoch" for event in events]
    return [(sum(epochs[:i]), event.facts["text"]) for i, event in enumerate(events) if event.name == "note"]


def test_the_time_to_expect_is_said_before_the_first_epoch_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[float] = []

    def measure(*given: object) -> float:
        measured.append(epoch_seconds(*given))  # type: ignore[arg-type]
        return 10.0

    epoch_seconds = budget.epoch_seconds
    monkeypatch.setattr(budget, "epoch_seconds", measure)
    plain = result(train(30, layers="dense 4", augment="none"))
    assert not measured  # nobody asked, and nothing can be gone on from
    events: list[Event] = []
    stop = StopAt(46)  # a note, then seven events an epoch

    def both(event: Event) -> None:
        events.append(event)
        stop(event)

    with pytest.raises(Stop):
        train(30, layers="dense 4", augment="none", checkpoints=tmp_path, on_event=both)
    assert notes(events) == [(0, "about 5 min for 30 epochs; Ctrl-C stops, `discern resume` goes on")]
    events.clear()
    assert result(train(30, layers="dense 4", augment="none", checkpoints=tmp_path, on_event=events.append)) == plain
    assert notes(events) == [(0, "about 4 min for 24 epochs more; Ctrl-C stops, `discern resume` goes on")]
    assert len(measured) == 2 and min(measured) > 0


def test_the_time_is_not_measured_where_that_would_cost_more_than_it_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    take_step = loop.take_step

    def counting(*given: object) -> None:
        taken.append(1)
        take_step(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "take_step", counting)
    for epochs, most in ((10, 0), (30, 5), (60, 10)):  # of 6 steps
        taken.clear()
        train(epochs, layers="dense 4", checkpoints=tmp_path / str(epochs))
        assert len(taken) - 6 * epochs == most


def test_a_budget_measures_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []
    monkeypatch.setattr(budget, "epoch_seconds", lambda *given, **_: calls.append(given) or 1.0)
    events: list[Event] = []
    train(None, layers="dense 4", augment="none", budget=60.0, checkpoints=tmp_path, on_event=events.append)  # type: ignore[arg-type]
    assert len(calls) == 1
    ((when, said),) = notes(events)
    assert when == 0 and said.startswith("60 seconds are")


def test_a_budget_and_epochs_are_not_asked_for_together() -> None:
    with pytest.raises(OptionError, match="epochs and budget are both given"):
        train(3, budget=10.0)
    for wrong in (0.0, -1.0, math.nan):
        with pytest.raises(OptionError, match="budget is"):
            train(None, budget=wrong)  # type: ignore[arg-type]


def test_few_items_are_all_learned_from_and_tell_before_how_they_may_be_varied(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (160, 16, 16, 1)).astype(np.uint8)
    labels = np.arange(len(pictures)) % 2
    pictures[labels == 1] //= 2
    held = slice(100, None)

    def fitted(folder: Path, on_event: Listener = silent) -> ConvNet:
        model = ConvNet(LAYERS, epochs=4, batch_size=16, precision="float32")
        model.fit(
            *(pictures[:100], labels[:100]),
            validation=(pictures[held], labels[held]),
            learn_from_all=True,
            checkpoints=folder,
            on_event=on_event,
        )
        return model

    model = fitted(tmp_path / "whole")
    assert len(model.augment_probe_) > 5
    same = ConvNet(LAYERS, epochs=4, batch_size=16, precision="float32", augment=model.augment_)
    same.fit(pictures, labels, validation=(pictures[:0], labels[:0]))
    assert result(same) == result(model)  # as if there had been no validation part
    with pytest.raises(Stop):
        fitted(tmp_path / "stopped", StopAt(26))
    assert result(fitted(tmp_path / "stopped")) == result(model)


def test_pictures_grow_while_they_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    pictures, labels = random.integers(0, 256, (40, 112, 112, 3), dtype=np.uint8), np.arange(40) % 2
    sizes: list[tuple[int, ...]] = []
    forward = Augment.__call__

    def recorded(self: Augment, *given: Any) -> torch.Tensor:
        varied = forward(self, *given)
        sizes.append(tuple(varied.shape[1:]))
        return varied

    monkeypatch.setattr(Augment, "__call__", recorded)
    layers = "conv 4 5x5 same stride 4 norm, average"
    model = ConvNet(layers, epochs=5, batch_size=20, augment="none", precision="float32").fit(pictures, labels)
    assert sizes[0] == (64, 64, 3) and sizes[-1] == (112, 112, 3) and sizes == sorted(sizes)
    assert model.growing_ == (4 / 7, 1.0)
    assert model.predict_proba(pictures).shape == (40, 2)
    sizes.clear()
    flat = ConvNet("conv 4 5x5 same stride 4 norm, flatten", epochs=1, augment="none").fit(pictures, labels)
    assert flat.growing_ is None and not sizes  # a layer for each place takes one size only


def test_pictures_of_another_size_are_the_same_pictures() -> None:
    """Halved without being moved, a picture of squares of 2 x 2 pixels is itself."""
    small = torch.randint(0, 256, (3, 8, 8, 2), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    large = small.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)
    plain = Augment(parse("none"), torch.zeros(2), torch.ones(2))
    found = plain(large, torch.Generator(), (8, 8))
    torch.testing.assert_close(found, small.float(), atol=1e-3, rtol=0)


def test_the_mean_area_is_that_of_the_steps() -> None:
    grown = settings(growing=(4 / 7, 6 / 7))
    sides = [loop.size_of(torch.empty(1, 1120, 1120, 3), step / 999, grown) for step in range(1000)]
    areas = [side[0] * side[1] / 1120**2 for side in sides if side]
    assert loop.mean_area((4 / 7, 6 / 7)) == pytest.approx(np.mean(areas), abs=0.01)
    assert loop.mean_area((1.0, 1.0)) == pytest.approx(1.0)


def test_few_epochs_are_varied_less(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, labels = data()
    found = Augmentation(shift=0.1, rotate=15, flip=True)
    monkeypatch.setattr(convolutional.probe, "possible", lambda *_: True)
    monkeypatch.setattr(convolutional.probe, "find", lambda *_: (found, ()))
    said: list[Event] = []
    model = ConvNet(LAYERS, epochs=(18, 1), batch_size=100, patience=1).fit(pictures, labels, on_event=said.append)
    assert model.augment_ == "shift 0.06, rotate 9, flip"
    assert any("60 % of that" in event.facts.get("text", "") for event in said)
    said.clear()
    whole = ConvNet(LAYERS, epochs=30, batch_size=100, patience=1).fit(pictures, labels, on_event=said.append)
    assert whole.augment_ == f"{found}, mix 0.2"
    assert whole.layers_.endswith("average, softmax mirrored")
    plain = ConvNet(f"{LAYERS}, softmax", epochs=1, batch_size=100).fit(pictures, labels)
    assert plain.layers_.endswith("average, softmax") and "flip" in plain.augment_
    assert any("two are mixed at a time" in event.facts.get("text", "") for event in said)
    monkeypatch.setattr(convolutional, "PHOTOGRAPH", 48)
    digits = ConvNet(LAYERS, epochs=30, batch_size=100, patience=1).fit(pictures, labels)
    assert digits.augment_ == str(found) and digits.layers_.endswith("average, softmax")
