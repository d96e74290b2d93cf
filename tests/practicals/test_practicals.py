"""The practicals: up to date with their sources, run without the network, each exercise checked by itself."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from discern import sample
from discern.cli.main import main
from discern.core.errors import OptionError, OutputError

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(__file__).with_name("runner.py")
SOURCES = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.py"))
NOTEBOOKS = ROOT / "src" / "discern" / "data" / "notebooks"
SECONDS = 40
"""Processor time that a completed practical may take, start of the program and all."""


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_notebooks", ROOT / "notebooks" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(name: str, folder: Path, *options: str) -> str:
    exercise, completed = NOTEBOOKS / f"{name}.ipynb", NOTEBOOKS / f"{name}-completed.ipynb"
    limited = f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS})); "
    limited += f"sys.argv = {[str(RUNNER), str(exercise), str(completed), *options]!r}; "
    limited += f"runpy.run_path({str(RUNNER)!r}, run_name='__main__')"
    command = [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", limited]
    temporary, here = folder / "temporary", folder / "here"
    temporary.mkdir()
    here.mkdir()
    space = {**os.environ, "TMPDIR": str(temporary)}
    done = subprocess.run(command, cwd=here, env=space, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert not [*here.iterdir(), *temporary.iterdir()], "a practical leaves files behind"
    return done.stdout


@pytest.mark.timeout(600)  # its limit is processor time; the machine may be busy
@pytest.mark.parametrize("name", SOURCES)
def test_a_practical_runs_offline_in_time_and_each_check_tells_done_from_not_done(name: str, tmp_path: Path) -> None:
    said = run(name, tmp_path)
    exercises = re.findall(r"^(\d+) exercises done$", said, re.M)
    assert exercises and int(exercises[0]) >= 3


def test_the_notebooks_are_those_of_their_sources(build: ModuleType) -> None:
    made = build.built()
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} == set(made)
    for name, text in made.items():
        assert (NOTEBOOKS / name).read_text("utf-8") == text, f"{name}: python notebooks/build.py"


@pytest.mark.parametrize("name", SOURCES)
def test_each_practical_has_aims_timing_exercises_questions_and_reading(name: str) -> None:
    for twin in (name, f"{name}-completed"):
        book = json.loads((NOTEBOOKS / f"{twin}.ipynb").read_text("utf-8"))
        assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
        ids = [cell["id"] for cell in book["cells"]]
        assert len(set(ids)) == len(ids)
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in book["cells"])
        said = "\n".join("".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "markdown")
        for heading in ("## Aims", "## Time", "## Questions for discussion", "## Reading"):
            assert heading in said, f"{twin} lacks {heading}"
        assert said.count("### Exercise") >= 3
        assert re.search(r"\b(19|20)\d\d\b", said.split("## Reading")[1]), "reading is credited with its year"


@pytest.mark.parametrize("name", SOURCES)
def test_practicals_import_the_public_package_alone(name: str) -> None:
    source = (ROOT / "notebooks" / f"{name}.py").read_text("utf-8")
    assert not re.search(r"\bdiscern\.\w+(\.\w+)*\._|import _", source)
    assert not re.search(r"https?://(?!doi\.org)", source), "addresses are not followed; credit says author and year"


def test_an_exercise_without_its_check_is_refused(build: ModuleType) -> None:
    with pytest.raises(ValueError, match="right behind it"):
        list(build.cells("# %% given\nx = 1\n# %% check\nassert x == 2\n"))
    with pytest.raises(ValueError, match="is no mark"):
        list(build.cells("# %% gives\nx = 1\n"))


@pytest.mark.shows("sample")
def test_sample_practicals_writes_notebooks_that_run_where_they_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "course"
    with pytest.raises(SystemExit) as left:
        main(["sample", "practicals", str(folder)])
    assert not left.value.code
    said = capsys.readouterr().out
    assert f"{2 * len(SOURCES)} notebooks" in said
    assert "jupyter lab" in said
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert written == {path.name: path.read_bytes() for path in NOTEBOOKS.glob("*.ipynb")}


@pytest.mark.bad_input("sample")
def test_practicals_are_always_the_same_and_replace_no_work_of_a_reader(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="practicals"):
        sample("practicals", tmp_path / "some", n=3)
    assert not (tmp_path / "some").exists()
    sample("practicals", tmp_path)
    (tmp_path / f"{SOURCES[0]}.ipynb").write_text("my own answers")
    with pytest.raises(OutputError, match="not empty"):
        sample("practicals", tmp_path)
    assert (tmp_path / f"{SOURCES[0]}.ipynb").read_text() == "my own answers"
