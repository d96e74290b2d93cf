"""Calibration, sets of labels and `unknown` as a person asks for them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

import discern as dc
from discern.store import bundle

from .conftest import Cli, run_main

QUICK = ("--model", "bayes", "--test", "0.5")


def trust_of(run: Path) -> Any:
    return bundle.load(run / "model.discern").trust


def training(run: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run / "training.json").read_text())
    return record


@pytest.mark.shows("train", "--calibrate")
def test_probabilities_are_calibrated_as_asked(cli: Cli, digits: Path, tmp_path: Path) -> None:
    losses = {}
    for way in ("auto", "isotonic", "none"):
        assert cli("train", digits, "-o", way, *QUICK, "--calibrate", way).status == 0
        evaluation = json.loads((tmp_path / way / "evaluation.json").read_text())
        losses[way] = evaluation["figures"]["log_loss"]["value"]
    assert losses["auto"] < losses["none"] and losses["isotonic"] < losses["none"]
    assert trust_of(tmp_path / "auto").calibration.method == "temperature"
    assert trust_of(tmp_path / "auto").fitted_on.to_json() == {"how": "folds", "n_items": 120, "n_units": 120}
    assert trust_of(tmp_path / "isotonic").calibration.method == "isotonic"
    assert trust_of(tmp_path / "none") is None
    answers = [pl.read_parquet(tmp_path / way / "predictions.parquet")["prediction"].to_list() for way in losses]
    assert answers[0] == answers[1] == answers[2]
    text = (tmp_path / "isotonic" / "report.html").read_text("utf-8")
    assert "--calibrate isotonic" in text


@pytest.mark.bad_input("train")
def test_an_unknown_way_to_calibrate_is_refused_before_anything_is_read(cli: Cli) -> None:
    result = cli("train", "nowhere", "--calibrate", "isotone")
    assert result.status == 2
    assert "--calibrate is 'isotone'" in result.err and "did you mean 'isotonic'" in result.err


@pytest.fixture(scope="module")
def unsure_run(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that answers with sets and with `unknown`."""
    out = tmp_path_factory.mktemp("unsure") / "run"
    assert run_main("train", digits, "-o", out, *QUICK, "--coverage", "0.9", "--unknown", "0.1") == 0
    return out


@pytest.mark.shows("train", "--coverage", "--unknown")
def test_sets_and_unknown_at_every_door(cli: Cli, unsure_run: Path, digits: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (8, 8), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    assert cli("predict", unsure_run, digits, tmp_path / "noise.png", "-o", "out.csv").status == 0
    table = pl.read_csv(tmp_path / "out.csv", schema_overrides={"prediction": pl.String, "labels": pl.String})
    nonsense = table.filter(pl.col("item").str.ends_with("noise.png"))
    assert nonsense["prediction"].to_list() == ["unknown"] and nonsense["probability"][0] > 0.1
    answered = dc.load(unsure_run).predict([digits])
    assert answered.columns[:4] == ["item", "prediction", "probability", "labels"]
    assert 0 < (answered["prediction"] == "unknown").mean() < 0.4
    tested = pl.read_parquet(unsure_run / "predictions.parquet")
    held = [label in labels.split(" | ") for label, labels in tested.select("label", "labels").iter_rows()]
    figures = json.loads((unsure_run / "calibration.json").read_text())
    assert figures["answers"]["covered"]["value"] == np.mean(held) >= 0.75
    assert figures["answers"]["given_up"]["value"] == (tested["prediction"] == "unknown").mean()
    exam = json.loads((unsure_run / "unknown.json").read_text())
    assert [one["name"] for one in exam["families"]] == ["noise", "scrambled", "symbols"]
    assert exam["families"][0]["caught"]["value"] > 0.9
    page = (unsure_run / "report.html").read_text("utf-8")
    for text in ("What its probabilities are worth", "What it says to nonsense", "--unknown 0.1", "--coverage 0.9"):
        assert text in page
    assert (unsure_run / "report" / "reliability.svg").is_file()
    assert cli("verify", unsure_run).status == 0
    shown = cli("export", unsure_run, "--onnx", "m.onnx")
    assert shown.status == 0 and "`unknown`" in shown.out


def test_too_few_items_say_what_cannot_be_had(cli: Cli, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(30):
        place = tmp_path / "few" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((rng.integers(0, 99, (8, 8)) + 90 * (number % 2)).astype(np.uint8)).save(
            place / f"{number}.png"
        )
    result = cli("train", "few", "-o", "run", "--model", "bayes", "--coverage", "0.99", "--unknown", "0.01")
    assert result.status == 0
    assert "--coverage 0.99 takes more than" in result.err and "--unknown 0.01 takes more than" in result.err
    assert "Not fitted: --coverage 0.99" in (tmp_path / "run" / "report.html").read_text("utf-8")
    result = cli("train", "few", "-o", "tiny", "--model", "bayes", "--test", "0.5", "--unknown", "0.1")
    assert result.status == 0
    assert "too few; it takes 20" in result.err


@pytest.mark.bad_input("train")
@pytest.mark.parametrize("option", ["--coverage", "--unknown"])
@pytest.mark.parametrize("value", ["0", "1", "nan", "-0.5"])
def test_shares_are_checked_before_anything_is_read(cli: Cli, option: str, value: str) -> None:
    result = cli("train", "nowhere", option, value)
    assert result.status == 2 and f"{option} is {float(value):g}" in result.err


def test_a_class_called_unknown_is_told(cli: Cli, digits: Path, tmp_path: Path) -> None:
    shutil.copytree(digits, tmp_path / "named")
    (tmp_path / "named" / "9").rename(tmp_path / "named" / "unknown")
    result = cli("train", "named", "-o", "run", *QUICK, "--unknown", "0.1")
    assert result.status == 0 and "a class is called 'unknown'" in result.err
    assert trust_of(tmp_path / "run") is None


@pytest.mark.shows("evaluate", "--nonsense", "--hold-out")
def test_nonsense_of_ones_own_and_a_class_held_out_are_asked_each_by_itself(
    cli: Cli, unsure_run: Path, tmp_path: Path
) -> None:
    shutil.copytree(unsure_run, tmp_path / "run")
    rng = np.random.default_rng(0)
    (tmp_path / "stripes").mkdir()
    for number in range(12):
        lines = np.repeat(rng.integers(0, 2, 8) * 255, 8).reshape(8, 8).astype(np.uint8)
        Image.fromarray(lines).save(tmp_path / "stripes" / f"{number}.png")
    result = cli("evaluate", "run", "--nonsense", "stripes", "--hold-out", "3")
    assert result.status == 0, result.err
    exam = json.loads((tmp_path / "run" / "unknown.json").read_text())
    families = {one["name"]: one["caught"] for one in exam["families"]}
    assert list(families) == ["noise", "scrambled", "symbols", "stripes", "3 (held out)"]
    assert families["stripes"]["n"] == 12 and families["3 (held out)"]["n"] >= 10
    assert "3 (held out)" in result.out and "3 (held out)" in (tmp_path / "run" / "report.html").read_text("utf-8")


@pytest.mark.bad_input("evaluate")
def test_what_cannot_be_asked_is_said_all_at_once(cli: Cli, unsure_run: Path, knn_run: Path, digits: Path) -> None:
    result = cli("evaluate", knn_run, "--nonsense", "anywhere", "--hold-out", "thee")
    assert result.status == 2
    assert "never answers unknown; train it with --unknown 0.05" in result.err and "no class is called so" in result.err
    result = cli("evaluate", unsure_run, digits, "--hold-out", "3")
    assert result.status == 2 and "takes a run's folder and no other data" in result.err


@pytest.mark.bad_input("train")
@pytest.mark.parametrize("model", ["bayes", "majority"])
def test_a_class_with_one_item_and_constant_probabilities(cli: Cli, tmp_path: Path, model: str) -> None:
    rng = np.random.default_rng(0)
    for number in range(60):
        place = tmp_path / "lonely" / ("one" if number == 0 else "many")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(place / f"{number}.png")
    options = ("--model", model, "--coverage", "0.9", "--unknown", "0.1")
    result = cli("train", "lonely", "-o", "run", *options)
    assert result.status == 0, result.err
    figures = json.loads((tmp_path / "run" / "calibration.json").read_text())
    assert figures["answers"]["covered"]["value"] == 1.0 and figures["figures"]["error"]["n"] == 9
    text = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "Every test item is of one class" in text
