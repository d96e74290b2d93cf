"""What must not be done to pictures is found out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from discern.core.errors import OptionError
from discern.core.events import Event, Listener, silent
from discern.models import probe
from discern.models.codecs import convolutional as codec
from discern.models.convolutional import ConvNet
from discern.nets.transforms import parse

SIDE = 48


def made(n_items: int, handed: bool, n_channels: int = 3) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Triangles: told apart by the side they point to (handed), or by pointing up or down."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    pictures = random.integers(0, 60, (n_items, SIDE, SIDE, n_channels))
    labels = np.arange(n_items) % 2
    for picture, label in zip(pictures, labels, strict=True):
        down, right = random.uniform(0.35, 0.65, 2)
        along, across = (columns - right, rows - down) if handed else (rows - down, columns - right)
        along = along if label else -along
        inside = (np.abs(along) < 0.25) & (np.abs(across) < (along + 0.25) * 0.6)
        picture[inside] += random.integers(60, 180, n_channels)
    return pictures.astype(np.uint8), np.array(["a", "b"])[labels]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> object:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "STEPS", 60)


def fitted(handed: bool, on_event: Listener = silent) -> ConvNet:
    pictures, labels = made(400, handed)
    model = ConvNet("conv 4 5x5 stride 4 norm, average", epochs=1, batch_size=100)
    return model.fit(pictures[:280], labels[:280], validation=(pictures[280:], labels[280:]), on_event=on_event)


def test_what_points_left_or_right_is_not_mirrored() -> None:
    events: list[Event] = []
    tried = {row["variation"]: row for row in fitted(True, events.append).augment_probe_}
    said = next(event.facts["text"] for event in events if event.name == "note")
    assert "flip" in said.partition("; not by ")[2] and said.endswith("which changed the answers")
    assert tried["none"]["accuracy"] > 0.9 and tried["none"]["n"] == 120
    assert tried["flip"]["accuracy"] < 0.2 and not tried["flip"]["kept"]


def test_what_points_up_or_down_is_and_the_outcome_is_recorded() -> None:
    model = fitted(False)
    kept = [row["variation"] for row in model.augment_probe_ if row["kept"]]
    assert "flip" in kept and model.augment_ == str(parse(", ".join(kept[1:])).times(0.5))  # of one epoch
    again = fitted(False)
    assert again.augment_probe_ == model.augment_probe_
    assert all((again.weights_[name] == value).all() for name, value in model.weights_.items())
    config, arrays = codec.encode(model)
    assert codec.decode(config, arrays, model.input_, model.classes_).augment_ == model.augment_


def test_what_was_found_out_is_not_found_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, labels = made(400, True)
    options = {"layers": "conv 4 5x5 stride 4 norm, average", "batch_size": 100}

    def fit(epochs: int | tuple[int, ...]) -> ConvNet:
        model = ConvNet(epochs=epochs, **options)  # type: ignore[arg-type]
        return model.fit(pictures[:280], labels[:280], validation=(pictures[280:], labels[280:]), checkpoints=tmp_path)

    first = fit(1)
    monkeypatch.delattr(probe, "find")
    further = fit((1, 1))
    assert (further.augment_, further.augment_probe_) == (first.augment_, first.augment_probe_)


def test_too_little_to_tell_is_left_alone() -> None:
    pictures, labels = made(60, True)
    nothing = [
        ConvNet("flatten", epochs=1).fit(pictures, labels),
        ConvNet("flatten", epochs=1).fit(pictures, labels, validation=([], [])),
        ConvNet("flatten", epochs=1).fit(pictures[:, :20, :20], labels),
        ConvNet(epochs=1).fit(np.random.default_rng(0).normal(size=(60, 5)), labels),
    ]
    assert {(model.augment_, model.augment_probe_) for model in nothing} == {("none", ())}


def test_a_probe_that_only_guesses_keeps_nothing() -> None:
    pictures = made(400, True)[0]
    labels = np.random.default_rng(1).permutation(np.arange(400) % 2).astype(str)
    events: list[Event] = []
    looked = (pictures[300:], labels[300:])
    model = ConvNet("average", epochs=1).fit(pictures[:300], labels[:300], validation=looked, on_event=events.append)
    assert "did not show" in next(event.facts["text"] for event in events if event.name == "note")
    assert model.augment_ == "none"
    assert [row["variation"] for row in model.augment_probe_ if row["kept"]] == ["none"]


def test_rows_that_hold_pictures_are_varied_and_others_cannot_be() -> None:
    pictures, labels = made(60, True, 1)
    rows = pictures.reshape(60, -1).astype(np.float32)
    varied = ConvNet("average", (SIDE, SIDE), epochs=1, augment="Flip, shift .1").fit(rows, labels)
    assert varied.augment_ == "shift 0.1, flip"
    with pytest.raises(OptionError, match="which is for pictures"):
        ConvNet(epochs=1, augment="flip").fit(rows, labels)
    with pytest.raises(OptionError, match=r"'flop' is not known.*did you mean 'flip'"):
        ConvNet(epochs=1, augment="flop").fit(rows, labels)
