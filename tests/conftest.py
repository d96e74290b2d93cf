"""What every test gets: no network, a home of its own, one locale and time zone, and the real data where they lie."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from discern.core import threads

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
MATPLOTLIB = Path(os.environ.get("MPLCONFIGDIR") or Path.home() / ".cache" / "matplotlib")

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
"""Threads of PyTorch and scikit-learn that wait do not spin: two processes of tests on two cores take a fifth of the
time. (Alone on a machine, learning is a tenth quicker when they spin, so the program leaves that as it is.)"""


class NetworkUsed(AssertionError):
    """A test tried to reach, or to serve, a network."""


def _refuse(self: socket.socket, address: object, *rest: object) -> None:
    raise NetworkUsed(f"a test opened a network connection to {address!r}; Discern never uses the network")


@pytest.fixture(autouse=True)
def closed_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every socket but a Unix one is closed. A child process is cut off by the offline tests, not by this."""

    def guard(name: str) -> None:
        plain = getattr(socket.socket, name)

        def method(self: socket.socket, address: object, *rest: object) -> object:
            if self.family == getattr(socket, "AF_UNIX", object()):
                return plain(self, address, *rest)
            return _refuse(self, address, *rest)

        monkeypatch.setattr(socket.socket, name, method)

    for name in ("connect", "connect_ex", "bind", "sendto"):
        guard(name)
    monkeypatch.setattr(socket, "getaddrinfo", _refuse)
    monkeypatch.setattr(socket, "gethostbyname", lambda name: _refuse(socket.socket(), name))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the home of the person who runs it, and none depends on where it runs."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.setenv("MPLCONFIGDIR", str(MATPLOTLIB))  # its list of fonts is made once a session, not once a test
    for variable in ("LC_ALL", "LANG"):
        monkeypatch.setenv(variable, "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "100")
    for variable in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "GITHUB_ACTIONS"):
        monkeypatch.delenv(variable, raising=False)
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.fixture(autouse=True)
def own_threads() -> Iterator[None]:
    """No test leaves another number of threads behind: the last bits of a fit depend on it."""
    before = threads._budget
    yield
    if threads._budget != before:
        threads.set_budget(before or threads.available())
        threads._budget = before


@pytest.fixture
def real_data() -> Path:
    """The folder of real data beside the repository; the test is skipped where it does not lie."""
    if not DATA.is_dir():
        pytest.skip(f"no real data at {DATA}")
    return DATA


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser to look at pages with; the test is skipped where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on this machine")
    return program
