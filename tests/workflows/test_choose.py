"""Choosing a model: folds where items are few, the validation part elsewhere, and nothing that takes too long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from discern.core.errors import OptionError
from discern.core.events import Event, silent
from discern.core.options import SplitOptions, TrainOptions
from discern.data.dataset import Dataset
from discern.data.read import read
from discern.data.splits import Split, split
from discern.models import catalogue
from discern.workflows import choose, compare
from discern.workflows.train import train_with


def digits(n: int = 400, groups: np.ndarray | None = None) -> Dataset:
    X, y = load_digits(return_X_y=True)
    return read((X[:n] * 15).astype(np.uint8).reshape(-1, 8, 8), y[:n], groups=groups)


def plan(data: Dataset, names: tuple[str, ...] = ("knn", "bayes"), *, choosy: bool = False) -> compare.Comparison:
    entrants = [compare.Entrant(name) for name in names]
    return compare.plan(data, split(data, SplitOptions()), entrants, TrainOptions(), choosy=choosy)


def test_folds_answer_each_item_once_and_keep_units_together() -> None:
    data = digits(groups=np.arange(400) // 4)
    parts = split(data, SplitOptions())
    found = plan(data)
    both = np.sort(np.concatenate([parts.train, parts.validation]))
    assert found.by_folds and found.to_json()["folds"] == len(found.parts) == 3
    assert sorted(found.answered) == both.tolist()
    for train, held in found.parts:
        assert not set(data.units[train]) & set(data.units[held])
        assert sorted([*train, *held]) == both.tolist()
    assert len(plan(digits(200)).parts) == 5


def test_many_items_are_compared_on_the_validation_part() -> None:
    rng = np.random.default_rng(0)
    data = read(rng.normal(size=(9000, 3)), rng.integers(0, 2, 9000))
    parts = split(data, SplitOptions())
    found = plan(data)
    assert not found.by_folds and found.to_json() == {"train": 5000, "validation": len(parts.validation)}
    assert set(found.parts[0][0]) <= set(parts.train) and set(found.answered) <= set(parts.validation)


def test_what_takes_too_long_is_left_out_and_named_unless_it_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    data = read(rng.integers(0, 256, (3000, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, 3000))
    names = ("bayes", "boosting")
    chosen = plan(data, names, choosy=True)
    assert [str(entrant) for entrant in chosen.entrants] == ["bayes"]
    assert [left["model"] for left in chosen.left_out] == ["boosting"]
    asked = plan(data, names)
    assert [str(entrant) for entrant in asked.entrants] == list(names) and not asked.left_out


def test_the_network_gets_half_of_a_tenth_of_its_training_and_the_others_the_other_half() -> None:
    rng = np.random.default_rng(0)
    data = read(rng.integers(0, 256, (4000, 64, 64, 3), dtype=np.uint8), rng.integers(0, 2, 4000))
    parts, options = split(data, SplitOptions()), TrainOptions()
    found = compare.plan(data, parts, choose.entrants(data, options), options, choosy=True)
    n = len(parts.train)
    whole = compare.LEARNING * compare.operations(data, options) * n * compare.epochs(data, options, n)
    assert found.operations == pytest.approx(whole / 20)
    given = choose.brief(compare.Entrant("conv"), options, data, found)
    item = compare.LEARNING * compare.operations(data, options)
    assert sum(given["epochs"]) * item * found.n_learned <= found.operations
    assert {"svm on hog", "bayes on hog", "bayes"} <= {str(entrant) for entrant in found.entrants}
    assert {"svm", "boosting"} <= {left["model"] for left in found.left_out}
    assert "support vector machine on pixels" in {left["title"] for left in found.left_out}


def test_a_small_comparison_lets_the_network_learn_as_long_as_it_would() -> None:
    data = digits()
    found = compare.plan(data, split(data, SplitOptions()), [compare.Entrant("conv")], TrainOptions(), choosy=True)
    assert "epochs" not in choose.brief(compare.Entrant("conv"), TrainOptions(), data, found)


def test_every_model_of_the_catalogue_has_an_estimate() -> None:
    assert set(compare.SECONDS) == set(choose.catalogue.ENTRIES) - {compare.NETWORK}


def chosen(options: TrainOptions, data: Dataset, parts: Split | None = None) -> tuple[dict[str, Any], list[str]]:
    told: list[Event] = []
    parts = parts or split(data, options.split)
    record = choose.choose(data, parts, options, on_event=told.append)
    return record, [event.facts["text"] for event in told if event.name == "note"]


def test_the_winner_its_lead_and_the_table_are_kept() -> None:
    record, notes = chosen(TrainOptions(model=("tree", "bayes", "knn")), digits())
    assert [row["model"] for row in record["candidates"]] == ["majority", "tree", "bayes", "knn"]
    right = {row["model"]: row["figures"]["accuracy"]["value"] for row in record["candidates"]}
    assert record["chosen"] == "knn" == max(right, key=lambda name: right[name])
    lead = 100 * (right["knn"] - right["bayes"])
    assert notes == [f"chosen: k nearest neighbours, by {lead:.1f} points over Gaussian naive Bayes over 3 folds"]
    assert record == chosen(TrainOptions(model=("tree", "bayes", "knn")), digits())[0]


def test_a_class_that_a_fold_lacks_counts_as_missed() -> None:
    data = digits(60)
    rare = read(data.values, ["rare" if row == 7 else str(label) for row, label in enumerate(data.labels)])
    record, _ = chosen(TrainOptions(model=("bayes", "tree"), split=SplitOptions(test=0.2)), rare)
    assert all(row["figures"]["accuracy"]["value"] < 1 for row in record["candidates"])


def test_gradient_features_are_tried_too_and_the_winner_is_fitted_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which way stripes run, at any brightness and place: edges show it and pixels do not."""
    rng = np.random.default_rng(0)
    wave = np.sin(np.arange(24)[None, :] * 0.8 + rng.uniform(0, 6, (200, 1)))
    stripes = np.repeat(wave[:, None, :], 24, axis=1)
    stripes[::2] = stripes[::2].transpose(0, 2, 1)
    pictures = (120 + rng.uniform(10, 90, (200, 1, 1)) * stripes + rng.normal(0, 5, stripes.shape)).clip(0, 255)
    data = read(pictures.astype(np.uint8), ["down", "across"] * 100)
    options = TrainOptions(epochs=(1,))
    assert {str(entrant) for entrant in choose.entrants(data, options)} == {"mlp", "mlp on hog", "conv"}
    monkeypatch.setattr(choose, "candidates", lambda options: ("bayes", "tree"))
    run = train_with(data, TrainOptions(), out=tmp_path / "run")
    record = json.loads((tmp_path / "run" / "candidates.json").read_text())
    right = {row["title"]: row["figures"]["accuracy"]["value"] for row in record["candidates"]}
    assert right["Gaussian naive Bayes on hog"] > right["Gaussian naive Bayes"]
    chosen = choose.ranking(record["candidates"][1:])[0]
    assert record["chosen"] == chosen["model"] and record["parameters"] == chosen["parameters"] == {"features": "hog"}
    training = json.loads((tmp_path / "run" / "training.json").read_text())
    assert training["parameters"]["features"] == "hog"
    table = (tmp_path / "run" / "report" / "candidates.csv").read_text()
    assert f"{chosen['model']} on hog,yes" in table and f"{chosen['model']},yes" not in table
    assert run.evaluation.figures["accuracy"].value == right[chosen["title"]] == 1


def test_features_worked_out_once_give_what_the_estimator_works_out_itself() -> None:
    rng = np.random.default_rng(0)
    data = read(rng.integers(0, 256, (80, 24, 24, 3), dtype=np.uint8), ["a", "b"] * 40)
    found = plan(data, ("svm",))
    edges = compare.Features(found, data)
    for name in ("svm", "bayes", "lvq"):
        outside = compare.answers(found, data, lambda name=name: catalogue.estimator(name), features=edges)
        inside = compare.answers(found, data, lambda name=name: catalogue.estimator(name, features="hog"))
        assert np.array_equal(outside.probabilities, inside.probabilities)


def row(model: str, accuracy: float, **more: object) -> dict[str, Any]:
    figures = {"accuracy": {"value": accuracy}, "log_loss": {"value": 0.5}}
    return {"model": model, "title": model, "figures": figures, **more}


def test_a_network_that_was_cut_short_counts_with_what_it_will_come_to() -> None:
    rows = [row("lvq", 0.73), row("conv", 0.70, trained=0.08)]
    assert [one["model"] for one in choose.ranking(rows)] == ["conv", "lvq"]
    assert [one["model"] for one in choose.ranking([row("lvq", 0.73), row("conv", 0.70)])] == ["lvq", "conv"]
    assert [one["model"] for one in choose.ranking([row("lvq", 0.9), row("conv", 0.70, trained=0.08)])] == [
        "lvq",
        "conv",
    ]


def test_auto_is_what_naming_none_is() -> None:
    assert choose.candidates(TrainOptions(model=("auto",))) == choose.candidates(TrainOptions())
    assert "forest" in choose.candidates(TrainOptions()) and "majority" not in choose.candidates(TrainOptions())
    assert choose.problems(TrainOptions(model=("auto",))) == [None]
    assert any("other names beside it" in str(text) for text in choose.problems(TrainOptions(model=("auto", "knn"))))
    choose.check_installed(TrainOptions(model=("auto",)))


def test_epochs_and_features_reach_the_models_that_take_them() -> None:
    options = TrainOptions(epochs=(3, 2), features="hog")
    assert choose.parameters("mlp", options, digits())["epochs"] == 5
    assert choose.parameters("svm", options, digits()) == {"features": "hog"}
    assert choose.candidates(TrainOptions(features="hog", k=3)) == ()
    with pytest.raises(OptionError, match=r"--features is 'hogg'.*did you mean 'hog'"):
        train_with("nowhere", TrainOptions(features="hogg"), on_event=silent)
    with pytest.raises(OptionError, match="for a table expected pixels"):
        choose.check_fits(read(np.eye(9), list("ab") * 4 + ["a"]), TrainOptions(features="hog"))
