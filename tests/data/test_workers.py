"""Processes that decode: the same data as without them, whatever becomes of one, and none is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from discern.core import threads
from discern.core.errors import TooManyBadItems
from discern.data import decoded, workers
from discern.data.dataset import Dataset
from discern.data.read import read

START = workers.PROGRAM.partition("from ")[0]
DIES = START + "import os, sys; from discern.data import workers; plain = workers.load_with_facts\n"
POISON = (
    DIES
    + """
workers.load_with_facts = lambda path, *how: os._exit(3) if path.name == "33.png" else plain(path, *how)
workers.serve()
"""
)
ONCE = (
    DIES
    + """
def load(path, *how):
    if path.name == "40.png":
        try:
            os.close(os.open({flag!r}, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return plain(path, *how)
        os.kill(os.getpid(), 9)
    return plain(path, *how)
workers.load_with_facts = load
workers.serve()
"""
)
SCRIPT = """
import sys
print("once")
from discern.data import decoded, workers
decoded.WORTH_KEEPING, workers.A_PROCESS = 1, 10
{more}
from discern.data.read import read
data = read(sys.argv[1])
print(data.n, workers.n_worth(data.n))
"""
HANGS = """
workers.PROGRAM = workers.PROGRAM.replace("from discern", "import os, time; from pathlib import Path; "
    "(Path(sys.argv[-1]) / str(os.getpid())).touch(); {then}; from discern")
sys.path.append({pids!r})
"""


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures for three asked-for parts, two of them damaged; 10 are worth a process."""
    monkeypatch.setattr(decoded, "WORTH_KEEPING", 1)
    monkeypatch.setattr(workers, "A_PROCESS", 10)
    monkeypatch.setenv("DISCERN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DISCERN_THREADS", "2")
    monkeypatch.setattr(threads, "_budget", None)  # what a test before this one may have put in force
    rng = np.random.default_rng(0)
    for index in range(80):
        path = tmp_path / "photos" / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
    (tmp_path / "photos" / "a" / "2.png").write_bytes(b"<html>")
    (tmp_path / "photos" / "b" / "77.png").write_bytes(b"")
    return tmp_path / "photos"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that were started."""
    found: list[subprocess.Popen[bytes]] = []
    plain = workers._start

    def start() -> subprocess.Popen[bytes]:
        found.append(plain())
        return found[-1]

    monkeypatch.setattr(workers, "_start", start)
    return found


def kept(photos: Path) -> list[bytes]:
    """The files of the cache, which is then empty."""
    files = sorted((photos.parent / "cache").iterdir())
    found = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    return found


def same(one: Dataset, other: Dataset) -> None:
    assert one.items.equals(other.items) and one.rejected.equals(other.rejected) and one.notes == other.notes
    np.testing.assert_array_equal(one.values, other.values)


def alone(photos: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dataset, list[bytes]]:
    """What one thread makes of the pictures."""
    with monkeypatch.context() as now:
        now.setenv("DISCERN_THREADS", "1")
        data = read(photos)
        values = data.values.copy()
        assert data.n == 78 and len(data.rejected) == 2 and len(values) == 78
        return data, kept(photos)


def gone(pid: int) -> bool:
    """Whether a process has ended, within ten seconds."""
    for _ in range(1_000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with contextlib.suppress(OSError):  # where nobody asks how it ended it stays on the list
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z"):
                return True
        time.sleep(0.01)
    return False


def test_processes_make_the_same_bytes(
    photos: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    plain, file = alone(photos, monkeypatch)
    assert not started
    monkeypatch.setenv("DISCERN_THREADS", "3")
    data = read(photos)
    assert 1 <= len(started) <= 3 and all(process.returncode is not None for process in started)
    same(plain, data)
    assert kept(photos) == file


def test_a_picture_that_ends_its_process_is_one_bad_item(
    photos: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    plain, _ = alone(photos, monkeypatch)
    monkeypatch.setattr(workers, "PROGRAM", POISON)
    data = read(photos)
    bad = dict(data.rejected.rows())
    assert bad["b/33.png"] == "each process that decoded it ended" and len(bad) == 3
    left = plain.items["item"] != "b/33.png"
    assert data.items.equals(plain.items.filter(left))
    np.testing.assert_array_equal(data.values, plain.values[left.to_numpy()])
    assert all(process.returncode is not None for process in started)
    assert not kept(photos)  # who ended them is not known: next time it may be decoded


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_process_that_is_killed_costs_nothing_but_time(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, file = alone(photos, monkeypatch)
    flag = photos.parent / "killed"
    monkeypatch.setattr(workers, "PROGRAM", ONCE.format(flag=str(flag)))
    same(plain, read(photos))
    assert flag.exists() and kept(photos) == file


@pytest.mark.parametrize(
    "program", ["import no_such_library", "print('hello')", "print('[}')\nimport time; time.sleep(99)"]
)
def test_where_no_process_can_work_threads_do(photos: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    plain, file = alone(photos, monkeypatch)
    monkeypatch.setattr(workers, "PROGRAM", program)
    same(plain, read(photos))
    assert kept(photos) == file


def test_where_none_can_be_started_threads_work(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, file = alone(photos, monkeypatch)
    monkeypatch.setattr(sys, "executable", str(photos / "no" / "python"))
    same(plain, read(photos))
    assert kept(photos) == file


def test_a_full_disk_costs_time_only(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    plain, _ = alone(photos, monkeypatch)
    monkeypatch.setattr(workers, "PROGRAM", "raise OSError")
    monkeypatch.setattr(workers.Decoding, "load", full)
    same(plain, read(photos))
    assert not kept(photos)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_none_is_left_when_the_reader_stops(
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    started: list[subprocess.Popen[bytes]],
    error: type[BaseException],
) -> None:
    def stop(event: object) -> None:
        if "pictures read" in str(event):
            raise error

    with pytest.raises(error):
        read(photos, on_event=stop)
    assert started and all(process.returncode is not None for process in started)
    assert not kept(photos)


def test_none_is_left_when_too_many_are_bad(photos: Path, started: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(TooManyBadItems):
        read(photos, max_bad=0.01)
    assert started and all(process.returncode is not None for process in started)
    assert not kept(photos)


def test_how_many_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_budget", None)
    monkeypatch.setenv("DISCERN_THREADS", "4")
    assert [workers.n_worth(n) for n in (0, 3_999, 4_000, 7_999, 10**6)] == [0, 0, 2, 3, 4]
    monkeypatch.setenv("DISCERN_THREADS", "1")
    assert workers.n_worth(10**6) == 0
    monkeypatch.setenv("DISCERN_THREADS", "4")
    for program in ("/usr/bin/blender", "", None):
        monkeypatch.setattr(sys, "executable", program)
        assert workers.n_worth(10**6) == 0


def test_a_script_needs_no_guard(photos: Path) -> None:
    script = photos.parent / "script.py"
    script.write_text(SCRIPT.format(more=""))
    run = subprocess.run([sys.executable, script, photos], capture_output=True, text=True, check=True, timeout=100)
    assert run.stdout.split() == ["once", "78", "2"] and not run.stderr


def stopped(photos: Path, then: str, stop: Callable[[subprocess.Popen[bytes]], None]) -> int:
    """Stop a script amid its work; how it ended. `then` is what its processes do once they have said that they run."""
    pids, script = photos.parent / "pids", photos.parent / "script.py"
    pids.mkdir()
    script.write_text(SCRIPT.format(more=HANGS.format(pids=str(pids), then=then)))
    process = subprocess.Popen([sys.executable, script, photos], stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while len(list(pids.iterdir())) != 2:
            assert process.poll() is None, "it ended too early"
            time.sleep(0.01)
        stop(process)
        code = process.wait(timeout=60)
        assert all(gone(int(path.name)) for path in pids.iterdir())
        return code
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_ctrl_c_ends_everything_even_what_hangs(photos: Path) -> None:
    code = stopped(photos, "time.sleep(600)", lambda process: os.killpg(process.pid, signal.SIGINT))
    assert code == -signal.SIGINT
    assert not kept(photos)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_processes_end_when_their_reader_is_killed(photos: Path) -> None:
    assert stopped(photos, "time.sleep(1)", lambda process: process.kill()) == -signal.SIGKILL
