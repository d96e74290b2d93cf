"""Tables through the whole workflow: what is learned, what is kept, what stops, and that it all comes back the same."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import discern as dc
from discern import workflows
from discern.core.errors import DataError, OptionError
from discern.core.options import ReadOptions, SplitOptions, TableOptions, TrainOptions
from discern.data.read import read
from discern.data.splits import read_split, split
from discern.evaluate.evaluation import Evaluation
from discern.evaluate.regression import RegressionEvaluation
from discern.store.event_file import EventFile
from discern.store.run_folder import RunFolder, repeatable
from discern.workflows.compare import folds

N = 240


def table(path: Path, n: int = N, *, seed: int = 3) -> Path:
    """Areas: a number that goes with two columns and a category, with gaps; and its class."""
    random = np.random.default_rng(seed)
    poor, young = random.uniform(0, 60, n).round(1), random.uniform(5, 25, n).round(1)
    side = random.integers(0, 3, n)
    crime = 20 + 0.8 * poor + 1.5 * young + 6 * side + random.normal(0, 3, n)
    cells = {
        "area": [f"A{place:04}" for place in range(n)],
        "poor": ["?" if place % 17 == 0 else f"{value}" for place, value in enumerate(poor)],
        "young": [f"{value}%" for value in young],
        "side": [("north", "south", "west")[place] for place in side],
        "region": [f"r{place % 24}" for place in range(n)],
        "crime": [f"{value:.2f}" for value in crime],
        "level": ["high" if value > 75 else "low" for value in crime],
    }
    pl.DataFrame(cells).write_csv(path)
    return path


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return table(tmp_path_factory.mktemp("areas") / "areas.csv")


def reading(target: str, **more: Any) -> ReadOptions:
    drop = ("level",) if target == "crime" else ("crime",)
    return ReadOptions(table=TableOptions(target=target, drop=drop), **more)


def value(evaluation: Evaluation | RegressionEvaluation, name: str) -> float:
    """A figure that is there."""
    found = evaluation.figures[name].value
    assert found is not None
    return found


@pytest.fixture(scope="module")
def run(areas: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("runs") / "crime"
    return workflows.train_with(areas, TrainOptions(model=("ols",)), reading=reading("crime"), out=out)


@pytest.fixture(scope="module")
def classes_run(areas: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("runs") / "level"
    return workflows.train_with(areas, TrainOptions(model=("logistic",)), reading=reading("level"), out=out)


def test_a_number_is_learned_with_its_figures_and_intervals(run: Any) -> None:
    found = run.evaluation
    assert isinstance(found, RegressionEvaluation) and found.target == "crime" and found.n_items == 36
    assert value(found, "r2") > 0.8 and found.better
    assert value(found, "mae") < 0.4 * (found.baseline_figures["mae"].value or 0)
    assert found.ranges is not None and found.ranges.asked == 0.95 and (found.ranges.coverage.value or 0) > 0.85
    table = pl.read_parquet(run.path / "predictions.parquet")
    assert table.columns == ["item", "label", "prediction", "low", "high"]
    assert np.abs(table["label"] - table["prediction"]).mean() == pytest.approx(value(found, "mae"))
    record = json.loads((run.path / "evaluation.json").read_text("utf-8"))
    assert record["task"] == "regression" and "crime" in repr(found) and "r2" in repr(run)


def test_classes_are_learned_from_the_same_table(classes_run: Any) -> None:
    assert isinstance(classes_run.evaluation, Evaluation)
    assert value(classes_run.evaluation, "accuracy") > 0.8
    new = classes_run.model.predict(
        pl.DataFrame({"young": ["20%"], "poor": ["55"], "side": ["west"], "region": ["r1"]})
    )
    assert new["prediction"].to_list() == ["high"]


def test_the_report_says_it_in_plain_words(run: Any) -> None:
    page = run.report.read_text("utf-8")
    for words in (
        "It is off by",
        "always giving the mean is off by",
        "Answered and true",
        "What is left over",
        "Furthest off",
        "an identifier: every row has another",
        "--target crime",
        "meant to hold the true number in 95",
    ):
        assert words in page, words
    for name in ("figures.csv", "fifths.csv", "farthest.csv", "columns.csv", "against_truth.svg", "left_over.svg"):
        assert (run.path / "report" / name).is_file()
    assert "accuracy" not in page.lower()


def test_prediction_finds_columns_by_name(run: Any, areas: Path, tmp_path: Path) -> None:
    frame = pl.read_csv(areas, infer_schema=False)
    said: list[str] = []

    def answers(name: str, changed: pl.DataFrame) -> pl.DataFrame:
        changed.write_csv(tmp_path / f"{name}.csv")
        listen: Any = lambda event: said.append(str(event.facts.get("text", "")))  # noqa: E731
        workflows.predict(run.path, [tmp_path / f"{name}.csv"], out=tmp_path / f"{name}-out.csv", on_event=listen)
        return pl.read_csv(tmp_path / f"{name}-out.csv")

    plain = answers("plain", frame)
    assert plain.columns == ["item", "prediction", "low", "high"] and plain.height == N
    assert (plain["low"] < plain["prediction"]).all() and (plain["prediction"] < plain["high"]).all()
    assert answers("turned", frame.select(reversed(frame.columns))).equals(plain)
    assert answers("more", frame.with_columns(weather=pl.lit("rain"))).equals(plain)
    assert any("does not use" in text and "weather" in text for text in said)
    other = answers("unseen", frame.with_columns(side=pl.lit("east")))
    assert other["prediction"].is_finite().all() and not other.equals(plain)
    assert any("'side'" in text and "'east'" in text and "not seen in training" in text for text in said)
    with pytest.raises(DataError, match="no column young"):
        answers("lacking", frame.drop("young"))


def test_the_python_door_answers_the_same(run: Any, areas: Path, tmp_path: Path) -> None:
    workflows.predict(run.path, [areas], out=tmp_path / "out.csv")
    by_file = pl.read_csv(tmp_path / "out.csv")
    model = run.model
    assert np.allclose(model.predict(areas)["prediction"], by_file["prediction"])
    frame = pl.read_csv(areas, infer_schema=False)
    assert np.allclose(model.predict(frame)["prediction"], by_file["prediction"])
    data = read(areas, target="crime", drop="level")
    assert np.allclose(model.predict(data.values)["low"], by_file["low"])
    assert len(model.classes) == 0 and "crime" in repr(model)
    with pytest.raises(OptionError, match="answers with a number"):
        model.predict_proba(data.values)


def test_columns_are_kept_beside_the_answers(run: Any, areas: Path, tmp_path: Path) -> None:
    workflows.predict(run.path, [areas], out=tmp_path / "out.csv", keep=("area",))
    found = pl.read_csv(tmp_path / "out.csv")
    assert found["area"].to_list() == [f"A{place:04}" for place in range(N)]
    with pytest.raises(OptionError, match="did you mean 'area'"):
        workflows.predict(run.path, [areas], out=tmp_path / "x.csv", keep=("aera",))
    with pytest.raises(OptionError, match="read from a file"):
        workflows.predict(run.path, ["-"], out=tmp_path / "y.csv")


def test_it_is_measured_and_verified_again(run: Any, areas: Path, tmp_path: Path) -> None:
    again = workflows.evaluate(run.path)
    assert again.to_json() == run.evaluation.to_json()
    checked = workflows.verify(run.path)
    assert checked.same and checked.n_predictions == 36 and checked.n_figures >= 10
    elsewhere = workflows.evaluate(run.path, table(tmp_path / "others.csv", 60, seed=9))
    assert isinstance(elsewhere, RegressionEvaluation) and elsewhere.n_items == 60
    lines = areas.read_text("utf-8").splitlines()
    cells = lines[7].split(",")
    lines[7] = ",".join([*cells[:5], "999.0", cells[6]])
    (tmp_path / "changed.csv").write_text("\n".join(lines) + "\n", "utf-8")
    differs = workflows.verify(run.path, tmp_path / "changed.csv")
    assert not differs.same and any("line 8" in one.where for one in differs.differences)


def test_what_is_asked_later_takes_gaps_and_categories(classes_run: Any) -> None:
    found = workflows.examine(classes_run.path, ["suspects", "more_data", "solvable"])
    assert found["solvable"].verdict == "shown"
    assert "solvable" in classes_run.report.read_text("utf-8")


def test_what_is_about_classes_says_so(run: Any, classes_run: Any, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="answers with a number"):
        workflows.evaluate(run.path, costs=(20, 1))
    with pytest.raises(OptionError, match="learned a number"):
        workflows.examine(run.path, ["suspects"])
    with pytest.raises(OptionError, match="answers with a number"):
        workflows.predict([run.path, classes_run.path], ["x.png"], out=tmp_path / "x.csv")
    with pytest.raises(OptionError, match="'level' is of a table"):
        workflows.predict([classes_run.path], ["x.png"], out=tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"unknown": 0.1}, "--unknown is about classes"),
        ({"calibrate": "isotonic"}, "--calibrate isotonic is about classes"),
        ({"model": ("bayes",)}, "does not learn a number"),
        ({"model": ("conv",)}, "conv"),
        ({"search": 4}, "--search"),
    ],
)
def test_options_that_do_not_fit_a_number_are_refused(areas: Path, tmp_path: Path, more: Any, words: str) -> None:
    options = dataclasses.replace(TrainOptions(model=("ols",)), **more)
    with pytest.raises(OptionError, match=words):
        workflows.train_with(areas, options, reading=reading("crime"), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_models_are_compared_by_their_errors(areas: Path, tmp_path: Path) -> None:
    options = TrainOptions(model=("mean", "ols", "tree"), tensorboard=True)
    found = workflows.train_with(areas, options, reading=reading("crime"), out=tmp_path / "run")
    choice = json.loads((found.path / "candidates.json").read_text("utf-8"))
    assert choice["chosen"] == "ols" and choice["compared_on"]["folds"] == 5
    rmse = {row["model"]: row["figures"]["rmse"]["value"] for row in choice["candidates"]}
    assert rmse["ols"] < rmse["tree"] < rmse["mean"]
    drawn = [value.tag for event in EventFile(found.path / "tensorboard").read() for value in event.summary.value]
    assert drawn == ["candidates/mean", "candidates/ols", "candidates/tree"]
    page = re.sub(r"</?a\b[^>]*>", "", found.report.read_text("utf-8"))  # words may be links
    assert "The smallest root mean squared error was chosen" in page and "decision tree" in page


def test_parts_are_drawn_over_the_range_and_groups_stay_together(areas: Path) -> None:
    data = read(areas, target="crime", drop="level", group="region")
    parts = split(data, SplitOptions())
    rows = {"train": parts.train, "validation": parts.validation, "test": parts.open_test("look", lambda *_: None)}
    groups = [set(data.groups[part]) for part in rows.values()]  # type: ignore[index]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and not groups[1] & groups[2]
    alone = split(read(areas, target="crime", drop="level"), SplitOptions())
    labels = read(areas, target="crime").labels
    assert labels is not None
    test = labels[alone.open_test("look", lambda *_: None)]
    quarters = np.quantile(labels, (0.25, 0.5, 0.75))
    counts = np.bincount(np.searchsorted(quarters, test), minlength=4)
    assert counts.min() >= len(test) // 4 - 2
    means = [labels[held].mean() for _, held in folds(data, np.arange(N), 0)]
    assert np.ptp(means) < 0.5 * labels.std()
    assert "over the range of the target" in alone.method


def test_a_number_learned_from_one_group_alone_has_no_interval(areas: Path, tmp_path: Path) -> None:
    """No part of the group can be held back from the rest of it."""
    halves = pl.read_csv(areas).with_columns(region=pl.Series(["r1"] * 150 + ["r2"] * (N - 150)))
    halves.write_csv(tmp_path / "halves.csv")
    asked = dataclasses.replace(reading("crime"), group="region")
    options = TrainOptions(model=("ols",), coverage=0.9)
    run = workflows.train_with(tmp_path / "halves.csv", options, reading=asked, out=tmp_path / "run")
    reason = json.loads((run.path / "training.json").read_text("utf-8"))["trust"]["reason"]
    assert reason == "1 item that can be drawn by itself is too few; it takes 20"


def test_a_split_of_numbers_is_read_again(areas: Path, tmp_path: Path) -> None:
    data = read(areas, target="crime", drop="level")
    parts = split(data, SplitOptions())
    (tmp_path / "split.parquet").write_bytes(parts.to_parquet_bytes())
    assert np.array_equal(read_split(tmp_path / "split.parquet", data).train, parts.train)
    fewer = data.take(np.arange(N - 1))
    with pytest.raises(DataError, match="missing"):
        read_split(tmp_path / "split.parquet", fewer)


def test_five_areas_are_answered_one_by_one(tmp_path: Path) -> None:
    """Too few to divide: each is answered by a model of the other four, as by hand."""
    run = dc.train("sample:areas", model="ols", out=tmp_path / "run")
    data = read("sample:areas")
    assert data.n == 5 and data.labels is not None
    by_hand = []
    for place in range(5):
        others = np.arange(5) != place
        design = np.column_stack([np.ones(4), data.values[others]])
        weights = np.linalg.lstsq(design, data.labels[others], rcond=None)[0]
        by_hand.append(weights[0] + data.values[place] @ weights[1:])
    answers = pl.read_parquet(run.path / "predictions.parquet")
    assert np.allclose(answers["prediction"], by_hand, atol=1e-6)
    off = np.abs(np.array(by_hand) - data.labels)
    assert value(run.evaluation, "mae") == pytest.approx(off.mean(), abs=1e-6)
    mean_off = np.mean([abs(data.labels[i] - np.delete(data.labels, i).mean()) for i in range(5)])
    assert run.evaluation.baseline_figures["mae"].value == pytest.approx(mean_off)
    assert "each is answered by a model that learned from all others" in run.evaluation.notes[0]
    assert workflows.verify(run.path).same
    with pytest.raises(DataError, match="no row was kept for testing"):
        workflows.evaluate(run.path)
    assert not (tmp_path / "ledger.jsonl").exists()
    unknown = run.model.predict(pl.DataFrame({"deprivation": [45], "young_men": [8.8], "policing_budget": [160]}))
    assert 55 < unknown["prediction"][0] < 75


def test_too_few_rows_and_one_value_are_said(tmp_path: Path) -> None:
    few = table(tmp_path / "few.csv", 2)
    with pytest.raises(DataError, match="2 different rows to learn a number from; expected 3 or more"):
        asked = ReadOptions(table=TableOptions(target="crime", drop=("level",), task="regression"))
        workflows.train_with(few, TrainOptions(model=("ols",)), reading=asked, out=tmp_path / "a")
    frame = pl.read_csv(table(tmp_path / "one.csv", 40), infer_schema=False)
    frame.with_columns(crime=pl.lit("5")).write_csv(tmp_path / "one.csv")
    with pytest.raises(DataError, match="5 in all 40 rows"):
        workflows.train_with(tmp_path / "one.csv", TrainOptions(model=("ols",)), reading=asked, out=tmp_path / "b")
    assert not (tmp_path / "a").exists() and not (tmp_path / "b").exists()


def test_few_groups_give_no_intervals_and_it_is_said(areas: Path, tmp_path: Path) -> None:
    frame = pl.read_csv(areas, infer_schema=False)
    frame.with_columns(region=pl.col("region").str.slice(0, 2)).write_csv(tmp_path / "few.csv")
    said: list[str] = []
    found = workflows.train_with(
        tmp_path / "few.csv",
        TrainOptions(model=("ols",)),
        reading=reading("crime", group="region"),
        out=tmp_path / "run",
        on_event=lambda event: said.append(str(event.facts.get("text", ""))),
    )
    assert isinstance(found.evaluation, RegressionEvaluation) and found.evaluation.ranges is None
    assert any("no interval stands beside the answers" in text and "are too few" in text for text in said)
    assert "No interval stands beside the answers" in found.report.read_text("utf-8")


def test_more_columns_than_rows_still_learn(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    values = random.normal(0, 1, (30, 60))
    frame = pl.DataFrame({f"x{i}": values[:, i] for i in range(60)})
    frame = frame.with_columns(y=pl.Series(values[:, 0] * 5 + random.normal(0, 0.1, 30)))
    run = dc.train(read(frame, target="y"), model="ridge", out=tmp_path / "run")
    assert np.isfinite(value(run.evaluation, "mae"))


KILLED = """
import os, signal, sys
from pathlib import Path
from discern import workflows
from discern.core.options import ReadOptions, TableOptions, TrainOptions
from discern.store.run_folder import RunFolder
source, out, after = sys.argv[1:]
advance = RunFolder.advance
def stop(folder, state, **facts):
    found = advance(folder, state, **facts)
    if state == after:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
RunFolder.advance = stop
reading = ReadOptions(table=TableOptions(target="crime", drop=("level",)))
workflows.train_with(source, TrainOptions(model=("ols", "tree")), reading=reading, out=out)
"""


def test_a_killed_run_ends_with_the_same_bytes(areas: Path, tmp_path: Path) -> None:
    """Killed after a stage, and resumed: a run of numbers is as if it had never stopped."""
    options = TrainOptions(model=("ols", "tree"))
    whole = workflows.train_with(areas, options, reading=reading("crime"), out=tmp_path / "whole" / "run").path
    stages = ("prepared", "fitted", "evaluated")
    for place, stage in enumerate(stages):
        out = tmp_path / str(place) / "run"
        out.parent.mkdir()
        done = subprocess.run([sys.executable, "-c", KILLED, str(areas), str(out), stage], env=os.environ, check=False)
        assert done.returncode == -signal.SIGKILL
        assert RunFolder(out).record()["state"] == stage
        workflows.resume(out)
        names = {path.relative_to(whole).as_posix() for path in whole.rglob("*") if path.is_file()}
        names = {name for name in names if repeatable(name)}
        assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} >= names
        for name in sorted(names):
            assert (out / name).read_bytes() == (whole / name).read_bytes(), f"{name} after a stop at {stage}"
