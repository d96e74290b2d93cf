"""train, predict, evaluate and their like on tables: the options that belong to them, each with what it changes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from .conftest import Cli

OLS = ("--model", "ols")


def table(path: Path, n: int = 150) -> Path:
    random = np.random.default_rng(5)
    poor, young = random.uniform(0, 60, n).round(1), random.uniform(5, 25, n).round(1)
    crime = 20 + 0.8 * poor + 1.5 * young + random.normal(0, 3, n)
    pl.DataFrame(
        {
            "area": [f"A{place:04}" for place in range(n)],
            "number": range(1, n + 1),
            "poor": ["-99" if place % 11 == 0 else f"{value}" for place, value in enumerate(poor)],
            "young": [f"{value}" for value in young],
            "district": [f"d{place % 30}" for place in range(n)],
            "crime": [f"{value:.0f}" for value in crime],
        }
    ).write_csv(path)
    return path


def spec(run: str) -> dict[str, dict[str, object]]:
    """What the model of a run takes, by the names of the columns."""
    from discern.store import bundle

    columns = bundle.load(Path(run, "model.discern")).spec.columns
    return {column.name: column.to_json() for column in columns}


def r2(run: str) -> float:
    return float(json.loads(Path(run, "evaluation.json").read_text("utf-8"))["figures"]["r2"]["value"])


@pytest.mark.shows("train", "--target", "--drop", "--missing")
def test_a_number_is_learned_from_a_table(cli: Cli, tmp_path: Path) -> None:
    areas = table(tmp_path / "areas.csv")
    done = cli("train", areas, "--target", "crime", "-o", "run", *OLS)
    assert done.status == 0, done.err
    assert "off by" in done.out and "always giving the mean" in done.out and "R²" in done.out
    assert set(spec("run")) == {"poor", "young", "district"}
    assert cli("train", areas, "--target", "young", "--drop", "district", "-o", "other", *OLS).status == 0
    assert set(spec("other")) == {"poor", "crime"}
    marked = cli("train", areas, "--target", "crime", "--drop", "district", "--missing", "-99", "-o", "marked", *OLS)
    assert marked.status == 0 and spec("marked")["poor"]["missing"] == ["-99"]
    assert cli("train", areas, "--target", "crime", "--drop", "district", "-o", "unmarked", *OLS).status == 0
    assert r2("marked") > r2("unmarked") + 0.1


@pytest.mark.shows("train", "--keep", "--task")
def test_what_is_set_aside_can_be_kept_and_a_number_taken_as_classes(cli: Cli, tmp_path: Path) -> None:
    areas = table(tmp_path / "areas.csv")
    assert cli("train", areas, "--target", "crime", "--keep", "number", "-o", "kept", *OLS).status == 0
    assert "number" in spec("kept") and "area" not in spec("kept")
    frame = pl.read_csv(areas).with_columns(crime=(pl.col("crime") > 75).cast(pl.Int64))
    frame.write_csv("levels.csv")
    assert cli("train", "levels.csv", "--target", "crime", "--task", "regression", "-o", "n", *OLS).status == 0
    classes = cli("train", "levels.csv", "--target", "crime", "--task", "classification", "-o", "c", "--model", "tree")
    assert classes.status == 0 and "right" in classes.out
    tasks = [json.loads(Path(run, "evaluation.json").read_text("utf-8"))["task"] for run in ("n", "c")]
    assert tasks == ["regression", "classification"]


def test_every_command_knows_a_model_of_a_number(cli: Cli, tmp_path: Path) -> None:
    areas = table(tmp_path / "areas.csv")
    assert cli("train", areas, "--target", "crime", "--group", "district", "-o", "runs/a", *OLS).status == 0
    assert "item,prediction,low,high" in cli("predict", "runs/a", areas).out
    assert cli("predict", "runs/a", areas, "-o", "out.csv", "--keep", "area").status == 0
    assert pl.read_csv("out.csv").columns == ["item", "prediction", "low", "high", "area"]
    assert "off by" in cli("evaluate", "runs/a").out
    assert "everything is as recorded" in cli("verify", "runs/a").out
    assert "R2 0." in cli("runs", "runs").out
    assert "ordinary least squares" in cli("summary", "runs/a").out
    assert cli("card", "runs/a", "--purpose", "to learn by").status == 0
    assert cli("report", "runs/a").status == 0 and "to learn by" in Path("runs/a/report.html").read_text("utf-8")
    assert cli("report", "runs/a", "--no-items").status == 0
    assert "Furthest off" not in Path("runs/a/report.html").read_text("utf-8")
    assert "finished" in cli("resume", "runs/a").err
    assert cli("export", "runs/a", "--onnx", "a.onnx").status == 0
    for refused in (
        cli("evaluate", "runs/a", "--suspects"),
        cli("evaluate", "runs/a", "--costs", "20,1"),
        cli("resume", "runs/a", "--epochs", "+2"),
    ):
        assert refused.status == 2 and refused.err.count("\n") <= 2, refused.err


@pytest.mark.bad_input("train")
def test_bad_tables_end_in_a_sentence(cli: Cli, tmp_path: Path) -> None:
    areas = table(tmp_path / "areas.csv")
    cases = {
        ("train", areas, "--target", "crimes", "-o", "x"): "did you mean 'crime'",
        ("train", areas, "--target", "crime", "--drop", "yung", "-o", "x"): "did you mean 'young'",
        ("train", areas, "--target", "crime", "--drop", "crime", "-o", "x"): "--drop names the target",
        ("train", areas, "--target", "crime", "--task", "ranking", "-o", "x"): "regression, classification",
        ("train", areas, "--task", "regression", "-o", "x"): "--task goes with --target",
        ("train", areas, "--target", "crime", "--model", "bayes", "-o", "x"): "does not learn a number",
        ("train", areas, "--target", "crime", "--unknown", "0.1", "-o", "x"): "is about classes",
    }
    for arguments, words in cases.items():
        done = cli(*arguments)
        assert done.status == 2 and words in done.err, (words, done.err)
        assert "Traceback" not in done.err and not Path("x").exists()
    wide = tmp_path / "wide.csv"
    names = [f"c{place}" for place in range(10_001)]
    wide.write_text("\n".join([",".join(names), *(",".join(["1"] * 10_001) for _ in range(2))]), "utf-8")
    assert "10,001 columns" in cli("train", wide, "--target", "c0", "-o", "x").err


@pytest.mark.bad_input("predict")
def test_other_columns_at_prediction_are_named(cli: Cli, tmp_path: Path) -> None:
    areas = table(tmp_path / "areas.csv")
    assert cli("train", areas, "--target", "crime", "-o", "run", *OLS).status == 0
    frame = pl.read_csv(areas, infer_schema=False)
    frame.drop("poor").write_csv("lacking.csv")
    lacking = cli("predict", "run", "lacking.csv", "-o", "out.csv")
    assert lacking.status == 2 and "no column poor" in lacking.err and not Path("out.csv").exists()
    frame.with_columns(young=pl.lit("old")).write_csv("words.csv")
    assert "'young'" in cli("predict", "run", "words.csv", "-o", "out.csv").err
    frame.with_columns(district=pl.lit("d99")).write_csv("unseen.csv")
    unseen = cli("predict", "run", "unseen.csv", "-o", "out.csv")
    assert unseen.status == 0 and "'d99'" in unseen.err and "not seen in training" in unseen.err
    assert cli("predict", "run", "nowhere.csv", "-o", "other.csv").status == 2


def test_crime_in_communities(cli: Cli, real_data: Path) -> None:
    """The real table: what gives the target away is set aside first, and what is left still tells much."""
    communities = real_data / "crime" / "communities.csv"
    if not communities.is_file():
        pytest.skip("the communities are not there")
    done = cli("train", communities, "--target", "ViolentCrimesPerPop", "--model", "ridge", "-o", "run")
    assert done.status == 0, done.err
    assert "give ViolentCrimesPerPop away and are set aside" in done.err and "robberies" in done.err
    assert 0.5 < r2("run") < 0.85
    page = Path("run/report.html").read_text("utf-8")
    assert "it gives the target away" in page and "Furthest off" in page
