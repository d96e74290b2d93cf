"""The program before any command: its list of commands, and what it says to a call that it cannot use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from discern.cli.main import COMMANDS


@pytest.mark.shows("discern")
@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_command(cli: Callable[..., Any], arguments: list[str]) -> None:
    result = cli(*arguments)
    assert result.status == 0
    listed = result.out.partition("Commands:")[2].splitlines()
    assert [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "] == list(COMMANDS)


@pytest.mark.bad_input("discern")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "did you mean 'train'"),
        (["--threads", "0", "doctor"], "--threads is '0'; expected a whole number from 1 to 1024"),
        (["--threads", "1000000000", "doctor"], "expected a whole number from 1 to 1024"),
        (["--threads", "x", "doctor"], "--threads"),
        (["--nothing"], "--nothing"),
        (["\x1b[31mred"], "red"),
    ],
)
def test_a_call_that_cannot_be_used_is_refused_in_one_line(
    cli: Callable[..., Any], arguments: list[str], message: str
) -> None:
    result = cli(*arguments)
    assert result.status == 2
    assert result.out == ""
    assert message.lower() in result.err.lower()
    assert result.err.count("\n") == 1
    assert "\x1b" not in result.err


@pytest.mark.shows("discern")
def test_python_m_discern_is_the_same_program(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "discern", "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0
    assert run.stdout.startswith("discern ")
