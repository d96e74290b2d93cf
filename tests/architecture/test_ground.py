"""The set-up says the same everywhere: versions, pins, the two commands, links between pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import discern

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md") if not {"_build", "api"} & set(path.parts))]
)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_one_version_everywhere() -> None:
    assert discern.__version__ == PROJECT["version"]
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_dependency_that_the_set_up_installs_is_pinned() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line) for line in lines)
    pinned = {line.partition("==")[0] for line in lines}
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["torch"], *extras["geo"], *extras["tensorboard"], *extras["dev"]]
    assert {_normal(re.split(r"[<>=\[]", name)[0]) for name in wanted} <= pinned
    assert "torch==2.13.0" in lines
    assert extras["torch"] == ["torch==2.13.0"]


def test_the_extras_are_there() -> None:
    assert set(PROJECT["optional-dependencies"]) == {"torch", "web", "geo", "ray", "tensorboard", "all", "dev"}


def test_the_build_machine_runs_what_a_user_runs() -> None:
    lines = [line.strip() for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()]
    commands = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in commands if "test" in line] == ["make test", "python3 make.py test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK) or os.name == "nt"


def test_the_makefile_only_calls_make_py() -> None:
    recipes = [line.strip() for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if line.startswith("\t")]
    assert recipes[-1] == "@$(PYTHON) make.py $@"
    assert all(recipe.startswith("@echo") for recipe in recipes[:-1])


@pytest.mark.parametrize("arguments", [[], ["tset"], ["test", "demo"]])
def test_a_wrong_chore_gets_the_list(arguments: list[str]) -> None:
    run = subprocess.run([sys.executable, ROOT / "make.py", *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr == "usage: python make.py setup|demo|test|lint|docs|status|bench\n"


def test_a_set_up_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    programs = tmp_path / ("Scripts" if os.name == "nt" else "bin")
    programs.mkdir()
    (programs / ("python.exe" if os.name == "nt" else "python")).write_text("never run")
    program = "import make; make.STAMP.write_text(make._stamp(), 'utf-8'); make.setup()"
    environment = {**os.environ, "DISCERN_VENV": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="a script stands for Python here")
def test_a_set_up_that_fails_says_what_to_do_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "bin" / "python").chmod(0o755)
    run = subprocess.run(
        [sys.executable, ROOT / "make.py", "setup"],
        env={**os.environ, "DISCERN_VENV": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "make.py setup: packages" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (tmp_path / ".discern-setup").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists() or "/api/" in target, f"{target} does not exist"


def test_the_readme_gives_the_two_commands_with_and_without_make() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for command in ("make demo", "make test", "python make.py demo", "python make.py test"):
        assert command in text
