"""A run that is killed, at any moment, and resumed ends with the same bytes as one that was never stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from discern.core import files
from discern.store.run_folder import RunFolder
from discern.workflows import resume, train, verify

NET = {"model": "conv", "layers": "conv 4 same, pool, dropout 0.2, dense 8", "epochs": 3, "test": 0.5}


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def digests(run: Path) -> dict[str, str]:
    return dict(json.loads((run / "run.json").read_text())["files"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Runs that were never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        "conv": digests(train("sample:digits", out=folder / "conv", **NET).path),
        "knn": digests(train("sample:digits", out=folder / "knn", model="knn", k=3).path),
    }


def kill_at(monkeypatch: pytest.MonkeyPatch, n: int) -> list[str]:
    """From the n-th whole file on, writing ends the process."""
    written: list[str] = []
    replace = os.replace

    def replacing(source: object, target: object) -> None:
        if len(written) >= n:
            raise Killed
        written.append(str(target))
        replace(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(files.os, "replace", replacing)
    return written


def test_killed_before_every_single_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, dict[str, str]]
) -> None:
    """Stop before the first file, the second, ... until none is left to stop before."""
    for n in range(1000):
        out = tmp_path / f"run{n}"
        with monkeypatch.context() as patch:
            kill_at(patch, n)
            try:
                train("sample:digits", out=out, model="knn", k=3)
            except Killed:
                pass
            else:
                break
        if not (out / "run.json").exists():
            train("sample:digits", out=out, model="knn", k=3)
        else:
            resume(out)
        assert digests(out) == whole["knn"], f"killed before file {n}"
    assert n > 15


def test_a_run_that_is_being_replaced_is_never_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while an earlier run is removed, what is left gives way to a new run."""
    out = tmp_path / "run"
    train("sample:digits", out=out, model="majority")
    removed: list[Path] = []
    unlink = Path.unlink

    def unlinking(path: Path, missing_ok: bool = False) -> None:
        if path.parent == out and not path.name.startswith("."):
            if len(removed) == 3:
                raise Killed
            removed.append(path)
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "unlink", unlinking)
        train("sample:digits", out=out, model="majority", force=True)
    assert not (out / "run.json").exists()
    assert train("sample:digits", out=out, model="majority").evaluation.n_items == 270


def test_a_run_keeps_the_weights_it_started_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that weights came from may be replaced or removed while the new one is stopped."""
    net = {**NET, "epochs": 1}
    base = train("sample:digits", out=tmp_path / "base", **net).path
    straight = train("sample:digits", out=tmp_path / "straight", start=base, **net).path
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, 5)
        train("sample:digits", out=tmp_path / "stopped", start=base, **net)
    train("sample:digits", out=base, force=True, **{**net, "seed": 3})
    resume(tmp_path / "stopped")
    assert digests(tmp_path / "stopped")["model.discern"] == digests(straight)["model.discern"]
    again = train("sample:digits", out=straight, start=straight, force=True, **net)
    assert again.evaluation.n_items > 0, "a run may even start from the one it replaces"


@pytest.mark.parametrize("n", [4, 6, 8])
def test_a_network_killed_between_its_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, dict[str, str]], n: int
) -> None:
    out = tmp_path / "run"
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, n)
        train("sample:digits", out=out, **NET)
    resume(out)
    assert digests(out) == whole["conv"]


def test_more_epochs_killed_and_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for run in ("straight", "stopped"):
        train("sample:digits", out=tmp_path / run, **NET)
    resume(tmp_path / "straight", more_epochs=2)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, 2)
        resume(tmp_path / "stopped", more_epochs=2)
    resume(tmp_path / "stopped")
    assert digests(tmp_path / "stopped") == digests(tmp_path / "straight")


def test_more_epochs_killed_before_they_begin_take_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found out about a run goes when it is fitted again, not before; labels put right by hand never go."""
    run = train("sample:digits", out=tmp_path / "run", **NET).path
    (run / "more_data.json").write_text("of the shorter training")
    sheet = run / "suspects.csv"
    sheet.write_text("item,label,correction\n7,1,7\n")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, 0)
        resume(run, more_epochs=1)
    assert verify(run).same
    resume(run, more_epochs=1)
    assert not (run / "more_data.json").exists() and sheet.is_file()
    assert verify(run).same


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("seen", ["split.parquet", "checkpoints", "model.discern"])
def test_sigkill(tmp_path: Path, whole: dict[str, dict[str, str]], seen: str) -> None:
    """The real thing: the process is killed as soon as a file is seen, and resumed by another process."""
    out = tmp_path / "run"
    program = [sys.executable, "-m", "discern"]
    options = [f"--{name}={value}" for name, value in NET.items()]
    process = subprocess.Popen(
        [*program, "train", "sample:digits", "-o", str(out), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if (out / seen).exists() and (seen != "checkpoints" or any((out / seen).iterdir())):
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "the run ended before it was killed"
    done = subprocess.run([*program, "resume", str(out)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert digests(out) == whole["conv"]


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    run = train("sample:digits", out=tmp_path / "run", model="majority").path
    command = [sys.executable, "-m", "discern", "train", "sample:digits", "-o", str(run), "--model=majority", "--force"]
    with RunFolder(run).writing():
        refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "another process is writing this run" in refused.stderr
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
