"""The command line as a person meets it: arguments in, exit status and two texts out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from discern.cli.main import main
from discern.data.read import read

N_ITEMS = 240


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


Cli = Callable[..., Result]


def run_main(*arguments: object) -> int:
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    raise AssertionError("main() must leave by SystemExit")


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run the program in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        status = run_main(*arguments)
        captured = capsys.readouterr()
        return Result(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """240 real digits, a folder a class."""
    folder = tmp_path_factory.mktemp("data") / "digits"
    data = read("sample:digits")
    assert data.labels is not None
    for position in range(N_ITEMS):
        place = folder / str(data.labels[position])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.squeeze(data.values[position])).save(place / f"{position:04}.png")
    return folder


@pytest.fixture(scope="session")
def knn_run(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished run of nearest neighbours on those digits."""
    out = tmp_path_factory.mktemp("knn") / "run"
    assert run_main("train", digits, "-o", out, "--model", "knn") == 0
    yield out


@pytest.fixture(scope="session")
def conv_run(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished run of a small network, of three epochs."""
    out = tmp_path_factory.mktemp("conv") / "run"
    arguments = ("--model", "conv", "--layers", "conv 8 same, pool, dense 16", "--epochs", "3")
    assert run_main("train", digits, "-o", out, *arguments) == 0
    yield out
