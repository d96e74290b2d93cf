"""Nothing stands in `--help` that no test shows, and docs/status.md says what is true today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
import typer

import status


def test_every_command_and_option_is_shown_by_a_test_and_every_command_gets_bad_input() -> None:
    known, found = status.current()
    assert len(known) > 5
    missing = status.gaps(known, found)
    assert not missing, "\n".join(missing)


def test_the_page_is_up_to_date() -> None:
    assert status.PAGE.read_text("utf-8") == status.page(*status.current()), "run `make status`"


@pytest.fixture
def known() -> list[status.Command]:
    app = typer.Typer()

    @app.command("train")
    def train(
        source: Annotated[str, typer.Argument()],
        epochs: Annotated[int, typer.Option("--epochs", "-e", metavar="N", help="Passes | data.")] = 1,
        secret: Annotated[int, typer.Option("--secret", hidden=True)] = 1,
    ) -> None:
        """Learn."""

    @app.callback()
    def options() -> None:
        """The program."""

    return status.commands(app)


def _proofs(tmp_path: Path, known: list[status.Command], source: str) -> status.Proofs:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_x.py").write_text("import pytest\n" + source)
    return status.proofs(known, tests)


def test_what_no_test_shows_is_named_hidden_options_too(tmp_path: Path, known: list[status.Command]) -> None:
    source = "@pytest.mark.shows('train', '-e')\ndef test_a(): ...\n"
    missing = status.gaps(known, _proofs(tmp_path, known, source))
    assert "train: no test gives it bad input" in missing
    assert "train --secret: no test shows it" in missing
    assert "train --secret: no help" in missing
    assert not any("--epochs" in line or "--help" in line for line in missing)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("shows('train', '--epoch')", "train has no option --epoch; did you mean --epochs?"),
        ("shows('trian')", "shows(trian) names no command; did you mean train?"),
        ("bad_input()", "bad_input() names no command"),
        ("bad_input('train', '--epochs')", "bad_input takes a command alone"),
    ],
)
def test_a_marker_with_a_mistake_is_named(
    tmp_path: Path, known: list[status.Command], marker: str, message: str
) -> None:
    found = _proofs(tmp_path, known, f"@pytest.mark.{marker}\ndef test_a(): ...\n")
    assert found.unknown == [f"tests/test_x.py::test_a: {message}"]


def test_a_test_that_never_runs_shows_nothing(tmp_path: Path, known: list[status.Command]) -> None:
    source = "@pytest.mark.skip('why')\n@pytest.mark.shows('train')\ndef test_a(): ...\n"
    assert _proofs(tmp_path, known, source).shows == {}


def test_a_marker_of_one_case_counts(tmp_path: Path, known: list[status.Command]) -> None:
    source = "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.shows('train'))])\ndef test_a(x): ...\n"
    assert _proofs(tmp_path, known, source).shows == {("train", ""): ["tests/test_x.py::test_a"]}


def test_the_page_has_a_row_for_each_option(tmp_path: Path, known: list[status.Command]) -> None:
    source = "@pytest.mark.shows('train', '--epochs')\n@pytest.mark.bad_input('train')\ndef test_a(): ...\n"
    text = status.page(known, _proofs(tmp_path, known, source))
    assert "| `--epochs` `-e` N | Passes \\| data. | `tests/test_x.py::test_a` |" in text
    assert "| `--secret` SECRET |  | **no test** |" in text
