"""Columns that give the target away, from the command line: announced first, set aside, taken back, not asked for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from .conftest import Cli

CRIME = Path("../shared/data/crime/communities.csv").absolute()
SAID = "2 columns give crime away and are set aside (--keep COLUMN takes one back): thefts, fires"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """120 areas: crime is thefts and fires for 1,000 people, and goes with the share of empty houses."""
    rng = np.random.default_rng(0)
    empty, people = rng.random(120), np.round(rng.lognormal(8, 1, 120))
    thefts, fires = rng.poisson(people * (0.01 + 0.05 * empty)), rng.poisson(people * (0.005 + 0.02 * empty))
    frame = pl.DataFrame({"empty": empty.round(3), "thefts": 1000 * thefts / people, "fires": 1000 * fires / people})
    frame = frame.with_columns(crime=pl.col("thefts") + pl.col("fires"), rain=pl.Series(rng.random(120).round(3)))
    path = tmp_path / "areas.csv"
    frame.write_csv(path)
    return path


def told(out: str) -> str:
    return " ".join(out.split())


@pytest.mark.shows("audit")
def test_the_audit_names_them_first(cli: Cli, table: Path) -> None:
    found = cli("audit", table, "--target", "crime")
    assert found.status == 0
    assert told(found.out).index(SAID) < told(found.out).index("target: crime")
    assert "D403 2 columns that give crime away set aside" in told(found.out)
    assert "crime is exactly thefts + fires" in told(found.out)
    kept = cli("audit", table, "--target", "crime", "--keep", "fires")
    assert "1 column that gives crime away kept" in told(kept.out) and "SERIOUS" in kept.out


@pytest.mark.shows("train", "--keep", "--target")
def test_training_does_without_them_and_prediction_too(cli: Cli, table: Path, tmp_path: Path) -> None:
    quick = ("--target", "crime", "--model", "ridge")
    found = cli("train", table, *quick, "-o", "run")
    assert found.status == 0
    assert SAID in told(found.out + found.err)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    why = "it gives the target away: crime is exactly thefts + fires"
    assert record["data"]["aside"] == {"thefts": why, "fires": why}
    without = json.loads((tmp_path / "run" / "evaluation.json").read_text())["figures"]["r2"]["value"]
    assert without < 0.99
    assert cli("verify", "run", table).status == 0
    pl.read_csv(table).select("rain", "empty").head(9).write_csv(tmp_path / "new.csv")
    answered = cli("predict", "run", "new.csv", "-o", "out.csv")
    assert answered.status == 0 and pl.read_csv(tmp_path / "out.csv").height == 9
    assert cli("train", table, *quick, "--keep", "thefts", "--keep", "fires", "-o", "kept").status == 0
    assert json.loads((tmp_path / "kept" / "evaluation.json").read_text())["figures"]["r2"]["value"] > 0.999
    assert "aside" not in json.loads((tmp_path / "kept" / "run.json").read_text())["data"]
    codes = [finding["code"] for finding in json.loads((tmp_path / "kept" / "audit.json").read_text())["checks"]]
    assert "D403" in codes


@pytest.mark.skipif(not CRIME.exists(), reason="../shared/data is absent")
@pytest.mark.shows("audit")
def test_the_crimes_of_communities(cli: Cli) -> None:
    found = told(cli("audit", CRIME, "--target", "ViolentCrimesPerPop").out)
    assert "17 columns give ViolentCrimesPerPop away and are set aside" in found
    assert "124 numbers, 1 category" in found or "category 1, number 124" in found


@pytest.mark.bad_input("audit")
def test_a_column_to_keep_that_is_not_there(cli: Cli, table: Path) -> None:
    found = cli("audit", table, "--target", "crime", "--keep", "theft")
    assert found.status == 2 and not found.out
    last = found.err.splitlines()[-1]
    assert last.startswith("discern: --keep theft: no such column") and "did you mean 'thefts'" in last
