"""Standard streams that are full, closed or cut off, and a person who stops the program: as a shell would do it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from discern.core.errors import OutputError
from discern.store import outputs

PROGRAM = [sys.executable, "-m", "discern"]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is needed")


def shell(line: str, folder: Path) -> tuple[int, str]:
    """Run a line in which DISCERN stands for the program; give its status and standard error."""
    command = line.replace("DISCERN", " ".join(PROGRAM))
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", ["runs .", "doctor", "show sample:digits", ""])
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, command: str) -> None:
    status, said = shell(f"set -o pipefail; DISCERN {command} | head -0", tmp_path)
    assert (status, said) == (0, "")


@pytest.mark.parametrize("command", ["runs .", "doctor", ""])
def test_a_closed_standard_output(tmp_path: Path, command: str) -> None:
    assert shell(f"DISCERN {command} >&-", tmp_path) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("command", ["runs .", "doctor", ""])
def test_a_full_device_is_one_line(tmp_path: Path, command: str) -> None:
    status, said = shell(f"DISCERN {command} > /dev/full", tmp_path)
    assert status == 2
    assert said.lower() == "discern: no space left on device\n"


def test_stopping_says_how_to_go_on(tmp_path: Path) -> None:
    arguments = ["train", "sample:digits", "-o", "run", "--model", "conv", "--epochs", "500"]
    process = subprocess.Popen(
        [*PROGRAM, *arguments], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "run" / "checkpoints" / "last.safetensors").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert said.splitlines()[-1] == "discern: stopped; a run goes on with `discern resume RUN`"


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no /dev/shm on this system")
def test_a_file_in_shared_memory_is_a_file() -> None:
    place = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        (place / "out.csv").write_text("mine")
        with pytest.raises(OutputError, match="exists already"):
            outputs.checked("-o", place / "out.csv")
        assert outputs.checked("-o", place / "out.csv", force=True) == place / "out.csv"
        assert outputs.checked("-o", "/dev/stdout") == Path("/dev/stdout")
        assert outputs.checked("-o", "/dev/null") == Path("/dev/null")
    finally:
        shutil.rmtree(place)
