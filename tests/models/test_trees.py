"""Decision tree, random forest and gradient boosting against scikit-learn's own answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from discern.core.errors import ModelFileError, OptionError
from discern.core.records import InputSpec
from discern.models.codecs import trees as codec
from discern.models.trees import DecisionTree, GradientBoosting, RandomForest


def digits(n_classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=n_classes, return_X_y=True)
    return X.astype(np.float32), y


def test_a_forest_answers_as_scikit_learns_does() -> None:
    X, y = digits()
    theirs = RandomForestClassifier(12, random_state=3).fit(X[:600], y[:600])
    ours = RandomForest(12, random_state=3).fit(X[:600], y[:600])
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    together = RandomForest(12, random_state=3).fit(X[:400], y[:400], validation=(X[400:600], y[400:600]))
    assert together.refit_ and (together.predict_proba(X) == ours.predict_proba(X)).all()


def test_a_tree_answers_as_scikit_learns_does_but_is_never_certain() -> None:
    X, y = digits()
    theirs = DecisionTreeClassifier(max_depth=6, min_samples_leaf=2, random_state=0).fit(X[:600], y[:600])
    ours = DecisionTree(6).fit(X[:600], y[:600])
    assert ours.trees_.n_nodes == theirs.tree_.node_count
    n = theirs.tree_.n_node_samples[theirs.apply(X)][:, None]
    expected = (theirs.predict_proba(X) * n + np.bincount(y[:600]) / 600) / (n + 1)
    np.testing.assert_allclose(ours.predict_proba(X), expected, atol=1e-6)
    assert ours.predict_proba(X).max() < 1


@pytest.mark.parametrize("n_classes", [2, 10])
def test_boosting_answers_as_scikit_learns_does(n_classes: int) -> None:
    X, y = digits(n_classes)
    theirs = HistGradientBoostingClassifier(max_iter=5, early_stopping=False).fit(X[:300], y[:300])
    ours = GradientBoosting(5).fit(X[:300], y[:300])
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("model", [DecisionTree(65), RandomForest(0), GradientBoosting(shrinkage=0)])
def test_parameters_have_limits(model: Any) -> None:
    with pytest.raises(OptionError, match="expected a"):
        model.fit(*digits())


@pytest.mark.parametrize(
    "name, place, number, found",
    [
        ("left", 0, 0, "leads to itself"),
        ("left", 0, 10**6, "outside 0"),
        ("right", 1, 1, "leads to itself"),
        ("right", 0, 1, "no parent, or several"),
        ("feature", 0, 64, "outside 0 to 63"),
        ("roots", 0, 1, "roots"),
        ("leaf", 0, 0, "leaf"),
    ],
)
def test_indices_that_lead_astray_are_refused(name: str, place: int, number: int, found: str) -> None:
    X, y = digits()
    config, arrays = codec.encode(RandomForest(3).fit(X[:200], y[:200]))
    spec = InputSpec("table", (64,), "float32")
    codec.check(config, arrays, spec, 10)
    damaged = {**arrays, name: arrays[name].copy()}
    damaged[name][place] = number
    with pytest.raises(ModelFileError, match=found):
        codec.check(config, damaged, spec, 10)


def test_a_circle_and_a_branch_into_another_tree_are_refused() -> None:
    nodes = {
        "roots": np.array([0, 3], np.int32),
        "feature": np.zeros(6, np.int32),
        "threshold": np.zeros(6),
        "left": np.array([1, 1, 2, 4, 4, 5], np.int32),
        "right": np.array([2, 1, 2, 5, 4, 5], np.int32),
        "leaf": np.array([-1, 0, 1, -1, 2, 3], np.int32),
        "values": np.eye(2, dtype=np.float32)[[0, 1, 0, 1]],
    }
    config = {"kind": "forest", "features": "pixels", "refit": False, "n_trees": 2, "max_depth": 3}
    config["min_samples_leaf"] = 1
    spec = InputSpec("table", (1,), "float32")
    codec.check(config, nodes, spec, 2)
    crossed = {**nodes, "left": np.array([4, 1, 2, 1, 4, 5], np.int32)}
    with pytest.raises(ModelFileError, match="into another"):
        codec.check(config, crossed, spec, 2)
    chain = np.arange(0, 140, 2, dtype=np.int32)  # 70 nodes that each lead to a leaf and to the next
    n = 141
    left, right, leaf = np.arange(n, dtype=np.int32), np.arange(n, dtype=np.int32), np.full(n, -1, np.int32)
    left[chain], right[chain] = chain + 1, chain + 2
    leaf[left == np.arange(n)] = np.arange(71)
    deep = {
        "roots": np.zeros(1, np.int32),
        "feature": np.zeros(n, np.int32),
        "threshold": np.zeros(n),
        "left": left,
        "right": right,
        "leaf": leaf,
        "values": np.tile(np.float32([1, 0]), (71, 1)),
    }
    with pytest.raises(ModelFileError, match="deeper than 64"):
        codec.check(config, deep, spec, 2)


def test_roots_whose_differences_wrap_around_are_refused() -> None:
    leaves, zeros = np.arange(5, dtype=np.int32), np.zeros(5, np.int32)
    nodes = {"feature": zeros, "threshold": np.zeros(5), "left": leaves, "right": leaves, "leaf": leaves}
    codec.check_nodes({**nodes, "roots": leaves}, 1)
    rising = np.array([0, 2**31 - 1, -(2**31), -5, 3], np.int32)
    assert (np.diff(rising) > 0).all()
    with pytest.raises(ModelFileError, match="roots"):
        codec.check_nodes({**nodes, "roots": rising}, 1)
