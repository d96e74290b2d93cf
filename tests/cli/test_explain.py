"""`discern explain` and `discern table what-if` as a person types them, on tables that the product writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discern.data.table_samples import areas, stores

from .conftest import Cli, run_main


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    areas(420).write_csv(folder / "areas.csv")
    stores(240).write_csv(folder / "stores.csv")
    return folder


@pytest.fixture(scope="module")
def run(tables: Path) -> Path:
    """A straight line through made-up areas."""
    out = tables / "areas-run"
    assert run_main("train", tables / "areas.csv", "--target", "crime_rate", "--model", "ols", "-o", out) == 0
    return out


@pytest.fixture(scope="module")
def kinds(tables: Path) -> Path:
    """A forest that tells kinds of stores apart."""
    out = tables / "stores-run"
    assert run_main("train", tables / "stores.csv", "--target", "kind", "--model", "forest", "-o", out) == 0
    return out


def record(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.mark.shows("explain", "--out", "--force", "--json")
def test_what_matters_and_how(cli: Cli, run: Path, tmp_path: Path) -> None:
    ledger = run.parent / "ledger.jsonl"
    looks = ledger.read_text("utf-8")
    result = cli("explain", run, "-o", "why")
    assert result.status == 0, result.err
    assert "“deprivation” turns: “crime_rate” rises with it up to" in result.out
    found = record(tmp_path / "why" / "explain.json")
    importance = {one["columns"][0]: one["shown"] for one in found["importances"]["columns"]}
    assert importance["deprivation"] and importance["young_men"] and not importance["names_with_s"]
    verdicts = {one["column"]: one for one in found["straightness"]["effects"]}
    assert verdicts["deprivation"]["turn"]["low"] < 65 < verdicts["deprivation"]["turn"]["high"]
    assert verdicts["names_with_s"]["verdict"] == "not shown"
    page = (tmp_path / "why" / "explain.html").read_text("utf-8")
    assert "names_with_s" in page and "not shown" in page and "<script" not in page
    assert (tmp_path / "why" / "importance.svg").is_file() and (tmp_path / "why" / "coefficients.csv").is_file()
    assert ledger.read_text("utf-8") == looks, "the test part stays closed"
    assert cli("explain", run, "-o", "why").status == 2
    before = {path.name: path.read_bytes() for path in (tmp_path / "why").iterdir()}
    assert cli("explain", run, "-o", "why", "--force").status == 0
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "why").iterdir()}
    assert json.loads(cli("explain", run, "--json").out) == found


@pytest.mark.shows("explain", "--item")
def test_why_one_row_gets_its_answer(cli: Cli, run: Path, tables: Path, tmp_path: Path) -> None:
    result = cli("explain", run, "--item", "line 12", "-o", "one")
    assert result.status == 0, result.err
    assert "line 12: the model answers" in result.out and "Exact" in result.out
    found = record(tmp_path / "one" / "explain.json")
    total = found["base"]["value"] + sum(part["adds"]["value"] for part in found["parts"])
    assert total == pytest.approx(found["prediction"]["value"], rel=1e-9)
    answer = cli("predict", run, tables / "areas.csv", "-o", "out.csv")
    assert answer.status == 0
    predicted = pl.read_csv(tmp_path / "out.csv").filter(pl.col("item") == "line 12")
    assert predicted["prediction"][0] == pytest.approx(total, rel=1e-9)
    new = pl.read_csv(tables / "areas.csv", infer_schema=False).drop("crime_rate").head(3)
    new.write_csv(tmp_path / "new.csv")
    given = cli("explain", run, "new.csv", "--item", "line 3", "--json")
    assert given.status == 0 and json.loads(given.out)["item"] == "line 3"


def test_classes_are_explained_by_probabilities(cli: Cli, kinds: Path) -> None:
    whole = cli("explain", kinds)
    assert whole.status == 0, whole.err
    assert "“floor_area” and “parking” matter to the model" in whole.out
    found = json.loads(cli("explain", kinds, "--item", "line 7", "--json").out)
    total = found["base"]["value"] + sum(part["adds"]["value"] for part in found["parts"])
    assert total == pytest.approx(found["prediction"]["value"], abs=1e-6) and found["answer"]


@pytest.mark.bad_input("explain")
def test_what_cannot_be_explained_is_said_in_a_line(cli: Cli, run: Path, tables: Path, tmp_path: Path) -> None:
    missing = cli("explain", run, "--item", "line 9999")
    assert missing.status == 2 and "there is no such row; items are called 'line 2' to" in missing.err
    assert cli("explain", "nowhere").status == 2
    inside = cli("explain", run, "-o", run / "why")
    assert inside.status == 2 and not (run / "why").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "other.txt").write_text("mine")
    assert "a folder with other files" in cli("explain", run, "-o", "full").err
    other = cli("explain", run, tables / "stores.csv")
    assert other.status == 2 and other.err.count("\n") <= 4 and "Traceback" not in other.err


@pytest.mark.shows("table what-if", "--set", "--out", "--force", "--json")
def test_what_if_a_budget_were_cut(cli: Cli, run: Path, tables: Path, tmp_path: Path) -> None:
    result = cli("table", "what-if", run, tables / "areas.csv", "--set", "policing_budget=-10%", "-o", "cut.csv")
    assert result.status == 0, result.err
    assert "if policing_budget −10 %" in result.out and "Association is not cause" in " ".join(result.out.split())
    cut = pl.read_csv(tmp_path / "cut.csv")
    slope = {row["term"]: row["estimate"]["value"] for row in
             json.loads(cli("explain", run, "--json").out)["coefficients"]["rows"]}["policing_budget"]  # fmt: skip
    assert slope < 0 and cut["difference"].mean() > 0
    changed = cut["policing_budget after"] - cut["policing_budget before"]
    ratio = (cut["difference"] / changed).drop_nulls()
    assert ratio.std() < 1e-6, "a straight line changes by the same for each unit"
    assert (cut["before low"] < cut["before"]).all() and (cut["after high"] > cut["after"]).all()
    low = cut["policing_budget after"].min()
    assert cut.filter(pl.col("policing_budget after") == low)["warning"][0].startswith("policing_budget lies outside")
    other = ("table", "what-if", run, tables / "areas.csv", "--set", "policing_budget=+5", "-o", "cut.csv")
    assert cli(*other).status == 2
    found = json.loads(cli(*other, "--force", "--set", "region=North", "--json").out)
    assert found["changes"] == ["policing_budget +5", "region is North"]
    assert found["totals"][0]["before"]["low"] is not None
    assert set(pl.read_csv(tmp_path / "cut.csv")["region after"]) == {"North"}


def test_far_outside_of_the_data_a_total_has_no_interval(cli: Cli, run: Path, tables: Path) -> None:
    result = cli("table", "what-if", run, tables / "areas.csv", "--set", "policing_budget==-5", "--json")
    found = json.loads(result.out)
    assert found["outside"] == [{**found["outside"][0], "column": "policing_budget", "below": 420, "above": 0}]
    assert found["totals"][0]["after"]["low"] is None and "lie outside" in found["totals"][0]["after"]["method"]


def test_a_model_file_answers_without_its_data(cli: Cli, run: Path, tables: Path) -> None:
    result = cli("table", "what-if", run / "model.discern", tables / "areas.csv", "--set", "young_men=+1")
    assert result.status == 0 and "a model file holds no data" in " ".join(result.out.split())


def test_kinds_are_counted_before_and_after(cli: Cli, kinds: Path, tables: Path, tmp_path: Path) -> None:
    result = cli("table", "what-if", kinds, tables / "stores.csv", "--set", "parking=0", "-o", "none.csv")
    assert result.status == 0, result.err
    table = pl.read_csv(tmp_path / "none.csv")
    assert table.columns[:7] == ["item", "parking before", "parking after", "before", "before probability", "after",
                                 "after probability"]  # fmt: skip
    assert f"the answer differs for {(table['before'] != table['after']).sum()} of 240 rows" in result.out


@pytest.mark.bad_input("table what-if")
def test_changes_that_cannot_be_made_are_told_all_at_once(cli: Cli, run: Path, tables: Path, tmp_path: Path) -> None:
    given = ("table", "what-if", run, tables / "areas.csv")
    both = cli(*given, "--set", "policing_bugdet=-10%", "--set", "region=Nord")
    assert both.status == 2 and "did you mean 'policing_budget'" in both.err and "did you mean 'North'" in both.err
    assert cli(*given).status == 2
    assert "expected a change such as" in cli(*given, "--set", "young_men=+nan").err
    gone = cli("table", "what-if", run, tmp_path / "nowhere.csv", "--set", "young_men=+1")
    assert gone.status == 2
    pl.DataFrame({"young_men": ["1"]}).write_csv(tmp_path / "less.csv")
    less = cli("table", "what-if", run, tmp_path / "less.csv", "--set", "young_men=+1", "-o", tmp_path / "x.csv")
    assert less.status == 2 and "region" in less.err and not (tmp_path / "x.csv").exists()
