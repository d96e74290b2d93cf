"""Every command works with the network cut, and none of them tries to use it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("every_command.py")


def without_network() -> list[str]:
    """A prefix that starts a program in a network namespace with nothing in it, where this system allows that."""
    prefix = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
        return prefix
    return []


def test_every_command_runs_with_the_network_cut(tmp_path: Path) -> None:
    done = subprocess.run(
        [*without_network(), sys.executable, str(SCRIPT)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "every command ran" in done.stdout


def test_the_guard_is_awake(tmp_path: Path) -> None:
    """The same hook ends a process that does use the network."""
    program = (
        f"import runpy; runpy.run_path({str(SCRIPT)!r}, run_name='guard')\n"
        "import socket; socket.create_connection(('127.0.0.1', 9))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 97
    assert "used the network" in done.stderr


def test_prediction_needs_neither_torch_nor_scikit_learn(tmp_path: Path) -> None:
    """A machine with the small core answers from a network that was trained elsewhere."""
    train = ("train", "sample:digits", "-o", "run", "--model", "conv", "--layers", "conv 4 same, pool", "--epochs", "1")
    subprocess.run([sys.executable, "-m", "discern", *train], cwd=tmp_path, capture_output=True, check=True)
    subprocess.run([sys.executable, "-m", "discern", "sample", "digits", "digits"], cwd=tmp_path, check=True)
    program = (
        "import sys; sys.modules['torch'] = None; sys.modules['sklearn'] = None\n"
        "from discern.cli.main import main; main(['predict', 'run/model.discern', 'digits', '-o', 'out.csv'])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 1798
