"""The weights that each epoch ended with: the model's own among them, whole after a stop, refused when damaged."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from discern.core.errors import OutputError, RunError
from discern.core.events import Event
from discern.fit import checkpoint, loop
from discern.nets.build import load_weights, weights_of
from fit.training import data, train


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / checkpoint.EPOCHS).iterdir())}


@pytest.mark.parametrize("cycles", [3, (2, 2)], ids=["one cycle", "two cycles"])
def test_every_epoch_is_kept_and_the_best_one_is_the_model(cycles: int | tuple[int, ...], tmp_path: Path) -> None:
    model = train(cycles, checkpoints=tmp_path, keep_epochs=True)
    assert checkpoint.epochs(tmp_path) == tuple(range(model.epochs_ + 1))
    best = checkpoint.read_epoch(tmp_path, model.best_epoch_)
    assert set(best) == set(model.weights_)
    for name, value in model.weights_.items():
        np.testing.assert_array_equal(best[name], value)
    first, last = checkpoint.read_epoch(tmp_path, 0), checkpoint.read_epoch(tmp_path, model.epochs_)
    assert any(not np.array_equal(first[name], last[name]) for name in first)
    pictures, labels = data()
    network = model.network()
    load_weights(network, last)
    accuracy = model.history_[-1]["validation_accuracy"]
    held_back = model._parts(pictures, labels, None)[1]
    assert held_back is not None
    settings = model._settings(model._plan())
    assert loop.look(network, loop.Part.of(*held_back), settings)[1] == pytest.approx(accuracy)


def test_nothing_is_kept_and_nothing_changes_where_it_was_not_asked_for(tmp_path: Path) -> None:
    plain, asked = tmp_path / "plain", tmp_path / "asked"
    one, other = train(2, checkpoints=plain), train(2, checkpoints=asked, keep_epochs=True)
    assert not (plain / checkpoint.EPOCHS).exists() and checkpoint.epochs(plain) == ()
    assert all(np.array_equal(value, other.weights_[name]) for name, value in one.weights_.items())


@pytest.mark.parametrize("at", [1, 7, 8, 14, 20])
def test_after_a_stop_they_are_the_same_bytes(at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    left = at

    def stop(event: Event) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise KeyboardInterrupt

    train(3, checkpoints=tmp_path / "whole", keep_epochs=True)
    with pytest.raises(KeyboardInterrupt):
        train(3, checkpoints=tmp_path / "stopped", keep_epochs=True, on_event=stop)
    train(3, checkpoints=tmp_path / "stopped", keep_epochs=True)
    assert kept(tmp_path / "stopped") == kept(tmp_path / "whole")


def test_weights_of_several_targets_are_those_of_a_plain_head(tmp_path: Path) -> None:
    pairs = np.array([[0, 0], [0, 1], [1, 0]])
    model = train(2, checkpoints=tmp_path, keep_epochs=True, class_labels=pairs)
    network = model.network()
    for epoch in checkpoint.epochs(tmp_path):
        load_weights(network, checkpoint.read_epoch(tmp_path, epoch))
        assert set(weights_of(network)) == set(checkpoint.read_epoch(tmp_path, epoch))


def test_damaged_or_exchanged_ones_are_refused(tmp_path: Path) -> None:
    train(2, checkpoints=tmp_path, keep_epochs=True)
    files = sorted((tmp_path / checkpoint.EPOCHS).iterdir())
    files[1].write_bytes(files[1].read_bytes()[:-8])
    with pytest.raises(RunError, match="damaged checkpoint"):
        checkpoint.read_epoch(tmp_path, 1)
    files[1].write_bytes(files[2].read_bytes())
    with pytest.raises(RunError, match="no weights of epoch 1; train again"):
        checkpoint.read_epoch(tmp_path, 1)
    save_file({"head.weight": np.zeros(3, np.float32)}, files[2])
    with pytest.raises(RunError, match="damaged checkpoint"):
        checkpoint.read_epoch(tmp_path, 2)
    with pytest.raises(RunError):
        checkpoint.read_epoch(tmp_path, 9)
    (files[0].parent / "notes.safetensors").write_bytes(b"")
    assert checkpoint.epochs(tmp_path) == (0, 1, 2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_a_checkpoint_is_not_waited_for(tmp_path: Path) -> None:
    train(1, checkpoints=tmp_path, keep_epochs=True)
    for path in (tmp_path / checkpoint.EPOCHS / "000001.safetensors", tmp_path / checkpoint.NAME):
        path.unlink()
        os.mkfifo(path)
    with pytest.raises(RunError, match="damaged checkpoint"):
        checkpoint.read_epoch(tmp_path, 1)
    with pytest.raises(RunError, match="damaged checkpoint"):
        checkpoint.facts_of(tmp_path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / checkpoint.EPOCHS).write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="epochs"):
        train(1, checkpoints=tmp_path, keep_epochs=True)
