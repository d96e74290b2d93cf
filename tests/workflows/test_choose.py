"""Choosing a model: folds where items are few, the validation part elsewhere, and nothing that takes too long."""

from __future__ import annotations

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
from discern.workflows import choose, compare
from discern.workflows.train import train_with


def digits(n: int = 400, groups: np.ndarray | None = None) -> Dataset:
    X, y = load_digits(return_X_y=True)
    return read((X[:n] * 15).astype(np.uint8).reshape(-1, 8, 8), y[:n], groups=groups)


def plan(data: Dataset, names: tuple[str, ...] = ("knn", "bayes"), *, choosy: bool = False) -> compare.Comparison:
    return compare.plan(data, split(data, SplitOptions()), names, TrainOptions(), choosy=choosy)


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
    assert chosen.names == ("bayes",) and [left["model"] for left in chosen.left_out] == ["boosting"]
    assert plan(data, names).names == names and not plan(data, names).left_out


def test_every_model_of_the_catalogue_has_an_estimate() -> None:
    assert set(compare.SECONDS) == set(choose.catalogue.ENTRIES)


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


def test_auto_is_what_naming_none_is() -> None:
    assert choose.candidates(TrainOptions(model=("auto",))) == choose.candidates(TrainOptions())
    assert "forest" in choose.candidates(TrainOptions()) and "majority" not in choose.candidates(TrainOptions())
    assert choose.problems(TrainOptions(model=("auto",))) == [None]
    assert any("other names beside it" in str(text) for text in choose.problems(TrainOptions(model=("auto", "knn"))))
    choose.check_installed(TrainOptions(model=("auto",)))


def test_epochs_and_features_reach_the_models_that_take_them() -> None:
    options = TrainOptions(epochs=(3, 2), features="hog")
    assert choose.parameters("mlp", options)["epochs"] == 5
    assert choose.parameters("svm", options) == {"features": "hog"}
    assert choose.candidates(TrainOptions(features="hog", k=3)) == ()
    with pytest.raises(OptionError, match=r"--features is 'hogg'.*did you mean 'hog'"):
        train_with("nowhere", TrainOptions(features="hogg"), on_event=silent)
    with pytest.raises(OptionError, match="a table has none"):
        choose.check_fits(read(np.eye(9), list("ab") * 4 + ["a"]), TrainOptions(features="hog"))
