"""The runtime that answers for models is a library of others; it must keep to itself, below what Python can see."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from discern.data.read import read
from discern.workflows import train

ANSWER = """
import sys, time
from discern.workflows import load
print(load(sys.argv[1]).predict("sample:digits").height)
time.sleep(2)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runtime")
    train(read("sample:digits").take(range(200)), model="logistic", out=folder / "run")
    return folder / "run" / "model.discern"


def test_nothing_is_left_in_the_temporary_folder(model: Path, tmp_path: Path) -> None:
    space = {**os.environ, "TMPDIR": str(tmp_path)}
    space.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run([sys.executable, "-c", ANSWER, model], env=space, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1797"
    assert not [*tmp_path.iterdir()], "a library keeps an identity of its own there"


def test_no_socket_of_the_internet_is_opened(model: Path, tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace on this machine")
    space = {**os.environ, "TMPDIR": str(tmp_path)}
    space.pop("ORT_DISABLE_TELEMETRY", None)
    log = tmp_path / "calls.txt"
    watched = [strace, "-f", "-e", "trace=socket,connect,sendto", "-o", str(log)]
    done = subprocess.run([*watched, sys.executable, "-c", ANSWER, model], env=space, capture_output=True, check=False)
    if done.returncode and not log.read_text():
        pytest.skip("strace may not watch processes here")
    assert done.returncode == 0, done.stderr
    assert "AF_INET" not in log.read_text()
