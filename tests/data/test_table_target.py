"""The column to learn: numbers or classes, and the rows that lack it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from discern.core.errors import DataError, OptionError
from discern.data.dataset import Dataset
from discern.data.read import read


def table(tmp_path: Path, columns: dict[str, list[Any]], **options: Any) -> Dataset:
    pl.DataFrame(columns).write_csv(tmp_path / "made.csv")
    return read(tmp_path / "made.csv", **options)


def numbers(n: int, seed: int = 0) -> list[float]:
    return list(map(float, np.random.default_rng(seed).normal(size=n).round(3)))


@pytest.mark.parametrize(
    ("cells", "task", "labels"),
    [
        (["a", "b", "a", "b"], "classification", ["a", "b", "a", "b"]),
        (["1", "0", "1.0", "0"], "classification", ["1", "0", "1", "0"]),
        (["True", "False", "True", "False"], "classification", ["True", "False", "True", "False"]),
        (["1", "2", "3", "4"], "regression", [1, 2, 3, 4]),
        (["1.5%", "2%", "3%", "4%"], "regression", [1.5, 2, 3, 4]),
        (["1", "2", "3"] * 10, "classification", ["1", "2", "3"] * 10),
        (["1.5", "2", "3"] * 10, "regression", [1.5, 2, 3] * 10),
        (["007", "008", "007", "008"], "classification", ["007", "008", "007", "008"]),
    ],
)
def test_the_target_tells_the_task(tmp_path: Path, cells: list[str], task: str, labels: list[Any]) -> None:
    data = table(tmp_path, {"x": numbers(len(cells)), "y": cells}, target="y", keep="x")
    assert data.task == task and data.items["label"].to_list() == labels


def test_the_task_can_be_named(tmp_path: Path) -> None:
    pl.DataFrame({"x": numbers(30), "y": [1, 2, 3] * 10, "w": ["a", "b", "c"] * 10}).write_csv(tmp_path / "a.csv")
    assert read(tmp_path / "a.csv", target="y", task="regression").task == "regression"
    assert any("--task regression" in note for note in read(tmp_path / "a.csv", target="y").notes)
    assert read(tmp_path / "a.csv", target="y", task="classification").classes == ["1", "2", "3"]
    with pytest.raises(OptionError, match="--task regression: found 'a' in column 'w'; expected numbers"):
        read(tmp_path / "a.csv", target="w", task="regression")


def test_rows_without_a_target_are_passed_over_and_bad_ones_set_aside(tmp_path: Path) -> None:
    cells = [str(number) for number in numbers(100)]
    cells[3], cells[7], cells[8] = "abc", "?", ""
    data = table(tmp_path, {"x": numbers(100, 1), "y": cells}, target="y")
    assert data.n == 97
    assert data.rejected.rows() == [("line 5", "y is 'abc', no number")]
    assert data.skipped.rows() == [("line 9", "no y"), ("line 10", "no y")]
    assert any("2 rows without y are set aside" in note for note in data.notes)
    assert "line 9" not in data.items["item"].to_list()


def test_many_rows_without_a_target_are_no_fault(tmp_path: Path) -> None:
    data = table(tmp_path, {"x": numbers(40), "y": [None if i % 2 else i for i in range(40)]}, target="y")
    assert data.n == 20 and data.skipped.height == 20 and not data.rejected.height
    with pytest.raises(DataError, match="no row that can be used with a y"):
        table(tmp_path, {"x": numbers(4), "y": ["?"] * 4}, target="y")
