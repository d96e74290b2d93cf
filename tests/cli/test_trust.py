"""Calibration, sets of labels and `unknown` as a person asks for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discern.store import bundle

from .conftest import Cli

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
