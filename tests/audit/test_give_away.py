"""D403: what is said of columns that give the target away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.audit.give_away import check
from discern.data.read import read


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(np.exp(rng.normal(size=(80, 5))).round(3), schema=["a", "b", "c", "d", "cost of one"])
    frame = frame.with_columns(cost=(pl.col("a") + pl.col("b")), costly=pl.col("cost of one"))
    near = frame["cost"].to_numpy() * (1 + 0.2 * rng.random(80))
    frame = frame.with_columns(pl.Series("cost of one", near))
    frame.write_csv(tmp_path / "t.csv")
    return tmp_path / "t.csv"


def test_what_is_set_aside_and_what_is_asked_about(table: Path) -> None:
    result = check(read(table, target="cost"), None)
    assert result.status == "found" and result.code == "D403"
    aside, likely = result.findings
    assert (aside.title, aside.severity, aside.items) == (
        "2 columns that give cost away set aside",
        "warning",
        ("a", "b"),
    )
    assert aside.what_to_do == "if one is known before cost is: --keep COLUMN"
    assert "cost is exactly " in aside.detail
    assert (likely.title, likely.items, likely.severity) == ("1 column may give cost away", ("cost of one",), "warning")
    assert likely.what_to_do.endswith("not known before cost is, leave it out: --drop 'cost of one'")


def test_what_is_kept_is_serious(table: Path) -> None:
    result = check(read(table, target="cost", keep=["a"], drop=["cost of one"]), None)
    kept, aside = result.findings
    assert (kept.title, kept.severity, kept.items) == ("1 column that gives cost away kept", "serious", ("a",))
    assert kept.what_to_do == "leave out what is not known before cost is: --drop a"
    assert aside.items == ("b",)


def test_nothing_found_and_nothing_to_look_at(table: Path) -> None:
    assert check(read(table, target="c"), None).status == "passed"
    assert check(read(table), None).reason == "the items have no labels"
    assert "no rows of a table" in check(read(np.eye(3), ["a", "b", "c"]), None).reason
