"""The group `text`: its commands are listed, and what is none is refused."""

from __future__ import annotations

import pytest

from discern.cli.text import COMMANDS

from .conftest import Cli


@pytest.mark.shows("text")
@pytest.mark.bad_input("text")
def test_the_group_lists_its_commands_and_refuses_others(cli: Cli) -> None:
    shown = cli("text", "--help")
    assert shown.status == 0 and all(f"  {name} " in shown.out for name in COMMANDS)
    wrong = cli("text", "redcat")
    assert wrong.status == 2 and "redcat" in wrong.err and wrong.err.count("\n") == 1
    assert cli("text").status == 0
