"""Make the practicals' notebooks from their sources: `python notebooks/build.py`.

A source is a Python script beside this file. It runs from top to bottom as it stands, and its cells begin with a mark:

    # %% [markdown]     text, each line behind a #; in both notebooks
    # %%                code, in both
    # %% given          what the exercise begins with; in the exercise alone
    # %% answer         what it becomes; in the completed twin alone, right after `given`
    # %% check          code, in both, right after `answer`: it fails on `given` and passes on `answer`

From each come `NAME.ipynb` and `NAME-completed.ipynb` (nbformat 4.5, without outputs), inside the package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).resolve().parent
NOTEBOOKS = SOURCES.parent / "src" / "discern" / "data" / "notebooks"
MARK = re.compile(r"^# %%(?: (\[markdown\]|given|answer|check))?$")
ORDER = ("given", "answer", "check")


def cells(source: str) -> Iterator[tuple[str, list[str]]]:
    """Kind (`markdown`, `code`, `given`, `answer`, `check`) and lines of each cell; what stands before is passed over.

    Raises ValueError for an exercise without its answer and check.
    """
    kinds: list[str] = []
    parts: list[list[str]] = []
    for line in source.splitlines():
        if line.startswith("# %%"):
            found = MARK.match(line)
            if found is None:
                raise ValueError(f"{line!r} is no mark")
            kinds.append({None: "code", "[markdown]": "markdown"}.get(found[1], found[1]))
            parts.append([])
        elif parts:
            parts[-1].append(line)
    threes = [place for place, kind in enumerate(kinds) if kind == "given"]
    if any(tuple(kinds[at : at + 3]) != ORDER for at in threes) or len(threes) * 3 != sum(k in ORDER for k in kinds):
        raise ValueError("each `given` needs its `answer` and its `check` right behind it")
    for kind, lines in zip(kinds, parts, strict=True):
        text = [re.sub(r"^# ?", "", line) for line in lines] if kind == "markdown" else lines
        yield kind, "\n".join(text).strip("\n").splitlines()


def notebook(source: str, *, completed: bool) -> dict[str, Any]:
    """The notebook of a source: the exercise, or its completed twin. Cells that are the same have the same id."""
    left_out = "given" if completed else "answer"
    found: list[dict[str, Any]] = []
    for kind, lines in cells(source):
        if kind == left_out:
            continue
        if kind != "markdown" and lines[-1].startswith("plt."):
            lines[-1] += ";"  # or a notebook prints what a drawing call returns
        name = {"given": "exercise", "answer": "exercise"}.get(kind, kind)
        cell: dict[str, Any] = {
            "cell_type": "markdown" if kind == "markdown" else "code",
            "id": f"{name}-{len(found) + 1}",
            "metadata": {},
            "source": [line + "\n" for line in lines[:-1]] + lines[-1:],
        }
        found.append(cell if kind == "markdown" else cell | {"execution_count": None, "outputs": []})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def built() -> dict[str, str]:
    """Name of each notebook -> its text."""
    return {
        f"{path.stem}{'-completed' if completed else ''}.ipynb": json.dumps(
            notebook(path.read_text("utf-8"), completed=completed), indent=1, ensure_ascii=False
        )
        + "\n"
        for path in sorted(SOURCES.glob("[0-9]*.py"))
        for completed in (False, True)
    }


if __name__ == "__main__":
    NOTEBOOKS.mkdir(exist_ok=True)
    made = built()
    for old in NOTEBOOKS.glob("*.ipynb"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (NOTEBOOKS / name).write_text(text, "utf-8")
    print(f"{len(made)} notebooks in {NOTEBOOKS}")
