"""`--layers` on tables: from a single neuron to a deep net, drawn in the run's report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.data.read import read
from discern.store import bundle

from .conftest import Cli


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    deprivation, budget = draw.normal(30, 8, 260), draw.normal(900, 90, 260)
    town = draw.integers(2, size=260)
    crime = 20 + 1.5 * deprivation - 0.03 * budget + 6 * town + draw.normal(size=260) * 3
    kind = np.where(town == 1, "town", "rural")
    frame = pl.DataFrame({"deprivation": deprivation, "budget": budget, "kind": kind, "crime": crime})
    frame = frame.with_columns(level=pl.when(pl.col("crime") > 40).then(pl.lit("high")).otherwise(pl.lit("low")))
    frame.write_csv(tmp_path / "areas.csv", float_precision=3)
    return tmp_path / "areas.csv"


@pytest.mark.parametrize(("layers", "hidden"), [("none", []), ("dense 6, dense 4", [6, 4])])
def test_a_number_is_learned_by_the_layers_that_were_described(
    cli: Cli, areas: Path, layers: str, hidden: list[int]
) -> None:
    arguments = ("--target", "crime", "--drop", "level", "--layers", layers, "-o", "run")
    done = cli("train", areas, *arguments)
    assert done.status == 0, done.err
    saved = bundle.load(Path("run/model.discern"))
    assert saved.model == "mlp"
    assert [weight.shape[1] for weight, _ in saved.estimator().inner_.weights_[:-1]] == hidden
    assert json.loads(Path("run/evaluation.json").read_text())["figures"]["r2"]["value"] > 0.7
    page = Path("run/report.html").read_text("utf-8")
    assert 'id="network"' in page and ("A single neuron" in page) == (not hidden)
    weights = pl.read_csv("run/report/network.csv")
    into = weights.filter(pl.col("layer") == 1)["from"].unique().to_list()
    assert {"deprivation", "budget", "kind: town", "bias"} <= set(into)
    assert ">deprivation<" in Path("run/report/network.svg").read_text("utf-8")
    assert f"--layers {layers}" in page or f"--layers &#39;{layers}&#39;" in page
    assert cli("verify", "run", areas).status == 0


def test_classes_are_learned_by_layers_too(cli: Cli, areas: Path) -> None:
    done = cli("train", areas, "--target", "level", "--drop", "crime", "--layers", "dense 5", "-o", "run")
    assert done.status == 0, done.err
    assert json.loads(Path("run/evaluation.json").read_text())["figures"]["accuracy"]["value"] > 0.8
    page = Path("run/report.html").read_text("utf-8")
    assert 'id="network"' in page and "2 answers" in page and "⟨space⟩" not in page


def test_layers_that_a_table_cannot_have_and_models_without_layers_are_refused(cli: Cli, areas: Path) -> None:
    table = ("train", areas, "--target", "crime", "-o", "run")
    for words, part in (
        (("--layers", "conv 8, dense 3"), "'conv 8' is not for a table; expected dense N"),
        (("--layers", "dens 8"), "did you mean 'dense'?"),
        (("--model", "ols", "--layers", "dense 8"), "--layers belongs to --model"),
    ):
        refused = cli(*table, *words)
        assert refused.status == 2 and part in refused.err, refused.err
        assert not Path("run").exists()


def test_a_perceptron_of_pictures_takes_no_layers(cli: Cli, digits: Path) -> None:
    refused = cli("train", digits, "--model", "mlp", "--layers", "dense 8", "-o", "run")
    assert refused.status == 2 and "--layers is not for --model mlp on pictures" in refused.err
    assert read(digits).kind == "pictures"
