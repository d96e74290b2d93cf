"""Stopped anywhere and fitted again, a training ends in the same bytes as one that was never stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from discern.core.errors import OutputError, RunError
from discern.core.events import Event
from discern.fit import checkpoint, loop, share
from fit.training import data, result, train


class Stop(BaseException):
    """Like a kill: no code of the training catches it."""


class StopAt:
    """A listener that stops the training at its event number `at`."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, event: Event) -> None:
        self.left -= 1
        if self.left == 0:
            raise Stop


@pytest.fixture(scope="module")
def whole() -> bytes:
    return result(train(3))


@pytest.mark.parametrize("seconds", [-1.0, 1e9], ids=["a checkpoint each step", "a checkpoint each epoch"])
@pytest.mark.parametrize("at", [1, 3, 6, 7, 8, 12, 14, 20, 21])
def test_stopped_and_gone_on(
    at: int, seconds: float, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", seconds)
    with pytest.raises(Stop):
        train(3, checkpoints=tmp_path, on_event=StopAt(at))  # 6 steps and 1 epoch are 7 events
    assert result(train(3, checkpoints=tmp_path)) == whole


def test_stopped_at_every_step_in_turn(whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    stops = 0
    while True:
        try:
            found = result(train(3, checkpoints=tmp_path, on_event=StopAt(2)))
            break
        except Stop:
            stops += 1
    assert (stops > 8, found) == (True, whole)


def test_stopped_and_gone_on_with_several_targets(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    pairs = np.array([[0, 0], [0, 1], [1, 0]])
    never_stopped = train(3, class_labels=pairs)
    assert result(never_stopped) != whole
    for at in (3, 8, 12, 21):
        folder = tmp_path / str(at)
        with pytest.raises(Stop):
            train(3, checkpoints=folder, on_event=StopAt(at), class_labels=pairs)
        assert result(train(3, checkpoints=folder, class_labels=pairs)) == result(never_stopped)
    with pytest.raises(RunError, match="other class labels"):
        train(3, checkpoints=folder, class_labels=pairs[::-1])


def test_what_is_kept_within_an_epoch_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    with pytest.raises(Stop):
        train(3, checkpoints=tmp_path, on_event=StopAt(3))
    seen: list[int] = []
    train(3, checkpoints=tmp_path, on_event=lambda event: seen.append(event.facts.get("done", 0)))
    assert seen[0] == 4  # three steps were not taken again


def test_a_finished_training_is_not_repeated(whole: bytes, tmp_path: Path) -> None:
    train(3, checkpoints=tmp_path)
    events: list[Event] = []
    assert result(train(3, checkpoints=tmp_path, on_event=events.append)) == whole
    assert events == []


@pytest.mark.parametrize("at", [None, 3, 10, 18])
def test_further_epochs_are_a_cycle_of_their_own(at: int | None, tmp_path: Path) -> None:
    never_stopped = train((2, 2))
    finished = train(2, checkpoints=tmp_path)
    assert never_stopped.history_[:2] == finished.history_
    if at is not None:
        with pytest.raises(Stop):
            train((2, 2), checkpoints=tmp_path, on_event=StopAt(min(at, 13)))
    assert result(train((2, 2), checkpoints=tmp_path)) == result(never_stopped)
    assert [epoch["of"] for epoch in never_stopped.history_] == [2, 2, 4, 4]
    assert never_stopped.history_[2]["learning_rate"] > finished.history_[1]["learning_rate"]


def test_a_cycle_that_ended_early_is_gone_on_from(tmp_path: Path) -> None:
    train(9, checkpoints=tmp_path, patience=1, learning_rate=0.5)
    again = train((9, 1), checkpoints=tmp_path, patience=1, learning_rate=0.5)
    assert result(again) == result(train((9, 1), patience=1, learning_rate=0.5))
    assert again.epochs_ < 10


def test_killed_and_gone_on_in_another_process(whole: bytes, tmp_path: Path) -> None:
    """SIGKILL in the middle, then a fresh process; the oracle was never stopped, in this process."""

    def run() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "fit.training", str(tmp_path / "kept"), str(tmp_path / "result"), "-1"]
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)})

    killed = run()
    while not (tmp_path / "kept" / checkpoint.NAME).exists() and killed.poll() is None:
        time.sleep(0.002)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "result").exists()
    assert run().wait() == 0
    assert (tmp_path / "result").read_bytes() == whole


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"batch_size": 8}, "batch_size was 16, is 8"),
        ({"learning_rate": 0.002}, "learning_rate was .*, is 0.002"),
        ({"weight_decay": 0.5}, "weight_decay was .*, is 0.5"),
        ({"patience": 2}, "patience was None, is 2"),
        ({"random_state": 1}, "random_state was 0, is 1"),
        ({"layers": "conv 4"}, "layers was 'conv 8 norm.*', is 'conv 4, flatten, softmax'"),
        ({"epochs": 5}, "epochs 3; now 5 are asked for"),
        ({"epochs": (1, 2)}, r"epochs 3; now 1\+2 are asked for"),
    ],
)
def test_another_training_is_refused(change: dict[str, object], said: str, tmp_path: Path) -> None:
    train(3, checkpoints=tmp_path)
    with pytest.raises(RunError, match=said):
        train(**{"epochs": 3, "checkpoints": tmp_path, **change})  # type: ignore[arg-type]


def test_other_data_threads_precision_and_versions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = train(1, checkpoints=tmp_path).precision_
    pictures, labels = data()
    model = train(1)
    with pytest.raises(RunError, match="other training data"):
        model.fit(pictures, labels[::-1], checkpoints=tmp_path)
    with pytest.raises(RunError, match="other training data; other validation data"):
        model.fit(pictures, labels, validation=(pictures, labels), checkpoints=tmp_path)
    with pytest.raises(RunError, match="other start weights"):
        model.fit(pictures, labels, start=model.weights_, checkpoints=tmp_path)
    other = "float32" if used == "bfloat16" else "bfloat16"
    with pytest.raises(RunError, match=f"precision was '{used}', is '{other}'"):
        train(1, checkpoints=tmp_path, precision=other)
    with monkeypatch.context() as patched, share.using(2):
        train(1, checkpoints=tmp_path)  # so little work is done by one thread whatever there are
        patched.setattr(share, "SMALL", 0)
        with pytest.raises(RunError, match="threads was 1, is 2"):
            train(1, checkpoints=tmp_path)
    monkeypatch.setattr(torch, "__version__", "1.0")
    with pytest.raises(RunError, match=r"torch was '2.*', is '1\.0'"):
        train(1, checkpoints=tmp_path)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    train(1, checkpoints=tmp_path)
    path = tmp_path / checkpoint.NAME
    good = path.read_bytes()
    random = np.random.default_rng(0)
    damaged = [b"", good[:7], good[: len(good) // 2], good + b"\0", b"PK\x03\x04" + good, b"\xff" * 16 + good[16:]]
    places = [*range(0, 64, 8), *random.integers(0, len(good), 60)]
    damaged += [good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :] for place in places]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(RunError, match="damaged checkpoint"):
            train(1, checkpoints=tmp_path)
    path.write_bytes(good)
    train(1, checkpoints=tmp_path)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        train(1, checkpoints=tmp_path / "file" / "checkpoints")


def test_the_optimizer_can_be_looked_at(tmp_path: Path) -> None:
    model = train(2, checkpoints=tmp_path)
    found = checkpoint.optimizer(tmp_path)
    assert (found.steps_taken, found.cycles, found.facts["batch_size"]) == (12, (2,), 16)
    learned = {name for name in model.weights_ if ".running_" not in name}
    assert found.first.keys() == learned
    assert found.second.keys() == learned - {"dense1.weight"}  # Muon keeps one mean, AdamW two
    assert all((value >= 0).all() for value in found.second.values())
    with pytest.raises(RunError, match="no checkpoint"):
        checkpoint.optimizer(tmp_path / "none")
