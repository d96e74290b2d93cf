"""The cells of the page about notebooks run in their order, and the last line of each shows something."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from discern.report import plotting

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "notebooks.md"
CELLS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def shown(cell: str, space: dict[str, Any]) -> object:
    """Run a cell as a notebook does: what its last line is worth, if that is an expression."""
    tree = ast.parse(cell)
    space["_"] = None
    if isinstance(last := tree.body[-1], ast.Expr):
        tree.body[-1] = ast.Assign([ast.Name("_", ast.Store())], last.value)
    exec(compile(ast.fix_missing_locations(tree), str(PAGE), "exec"), space)
    return space["_"]


def test_the_cells_run_and_show_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    space: dict[str, Any] = {}
    found = [shown(cell, space) for cell in CELLS]
    views = [one._repr_html_() for one in found if hasattr(one, "_repr_html_")]
    assert len(views) == 3 and all("<dl>" in view for view in views), "the data set, the audit and the run"
    printed = capsys.readouterr().out.strip()
    assert f"`{printed}`" in PAGE.read_text("utf-8"), printed
    assert space["ax"].get_title() == "Five epochs are enough for a look"
    assert space["ax"].lines[-1].get_linestyle() == "--"
    assert Path("both.png").read_bytes()[:4] == b"\x89PNG"
    space["plt"].close("all")


def test_the_table_names_figures_that_there_are() -> None:
    """The names that are the same for every record of a kind stand in the code that draws them."""
    rows = re.findall(r"^\| .* \| (.*) \|$", PAGE.read_text("utf-8"), re.M)[1:]
    names = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    room = Path(plotting.__file__).parent
    code = "".join(path.read_text("utf-8") for path in room.glob("*.py"))
    stages = ("picture", "filtered", "rectified", "pooled")
    assert len(names) > 25
    assert [name for name in sorted(names) if f'"{name}"' not in code and name not in stages] == []
