"""Layers on tables: a single neuron is a line or a logistic regression, deeper nets are what was described, saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from discern.core.errors import ModelFileError, OptionError
from discern.core.records import Column
from discern.models import catalogue
from discern.nets.layers import dense_units
from discern.store import bundle
from discern.store.numbers import ShippedNumbers
from discern.store.session import Shipped

COLUMNS = (Column("deprivation", "number"), Column("budget", "number"), Column("kind", "category", ("rural", "town")))


def areas(n: int = 240) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    values = np.column_stack([draw.normal(30, 8, n), draw.normal(900, 90, n), draw.integers(2, size=n)])
    target = 1.4 * values[:, 0] - 0.02 * values[:, 1] + 5 * values[:, 2] + draw.normal(size=n)
    return values, target


def model(layers: str, task: str, **more: Any) -> Any:
    return catalogue.estimator("mlp", task=task, columns=COLUMNS, layers=layers, **more)


def test_a_single_neuron_finds_the_line_of_least_squares() -> None:
    values, target = areas()
    ours = model("none", "regression", alpha=0.0).fit(values, target)
    line = catalogue.estimator("ols", task="regression", columns=COLUMNS).fit(values, target)
    assert ours.inner_.weights_[0][0].shape[1] == 1 and len(ours.inner_.weights_) == 1
    assert np.abs(ours.predict(values) - line.predict(values)).max() < 0.05 * np.ptp(target)


def test_a_single_neuron_of_two_classes_is_logistic_regression() -> None:
    values, target = areas()
    noisy = target + np.random.default_rng(1).normal(scale=10, size=len(target))  # no class has its side to itself
    labels = np.where(noisy > np.median(target), "high", "low")
    ours = model("none", "classification", epochs=300, patience=50).fit(values, labels, validation=(values, labels))
    encoded = ours.encoded(values)
    theirs = LogisticRegression(C=1e4, max_iter=2000).fit(encoded, labels)
    np.testing.assert_allclose(ours.predict_proba(values), theirs.predict_proba(encoded), atol=0.05)
    assert (ours.predict(values) == theirs.predict(encoded)).mean() > 0.95


@pytest.mark.parametrize("task", ["regression", "classification"])
@pytest.mark.parametrize(("layers", "units"), [("none", []), ("dense 5", [5]), ("Dense 6,dense 3", [6, 3])])
def test_it_is_built_as_described_and_comes_back_from_its_file(
    task: str, layers: str, units: list[int], tmp_path: Path
) -> None:
    values, target = areas()
    y: np.ndarray = target if task == "regression" else np.where(target > 25, "high", "low")
    made = model(layers, task, epochs=3).fit(values, y)
    assert [weight.shape[1] for weight, _ in made.inner_.weights_[:-1]] == units
    bundle.save(tmp_path / "m", made)
    loaded = bundle.load(tmp_path / "m")
    assert loaded.config["model"]["layers"] == layers
    again = loaded.estimator()
    if task == "regression":
        np.testing.assert_allclose(again.predict(values), made.predict(values), rtol=1e-6)
        np.testing.assert_allclose(ShippedNumbers(loaded).predict(values), made.predict(values), rtol=1e-6)
    else:
        np.testing.assert_allclose(Shipped(loaded).predict_proba(values), made.predict_proba(values), atol=1e-6)
    bundle.save(tmp_path / "again", again)
    assert (tmp_path / "m").read_bytes() == (tmp_path / "again").read_bytes()


def test_a_file_whose_layers_do_not_fit_its_weights_is_refused() -> None:
    values, target = areas(60)
    made = model("dense 5", "regression", epochs=1).fit(values, target)
    for wrong in ("dense 6", "none", "dense 5, dense 5", "conv 3", 5):
        made.inner_.layers = wrong
        config, arrays = catalogue.codec("mlp", made.input_, 0).encode(made)
        with pytest.raises(ModelFileError):
            catalogue.codec("mlp", made.input_, 0).check(config, arrays, made.input_, 0)


def test_files_without_layers_are_read_as_before(tmp_path: Path) -> None:
    values, target = areas(60)
    made = catalogue.estimator("mlp", task="regression", columns=COLUMNS, width=4, epochs=1).fit(values, target)
    bundle.save(tmp_path / "m", made)
    assert "layers" not in bundle.load(tmp_path / "m").config["model"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conv 8", "'conv 8' is not for a table; expected dense N"),
        ("dense 8 norm", "'dense 8 norm' is not for a table"),
        ("dens 8", "did you mean 'dense'?"),
        ("", "expected a description"),
        (", ".join(["dense 2"] * 11), "at most 10 layers"),
        ("dense 20000", "at most 10,000 units"),
    ],
)
def test_layers_that_are_not_for_a_table_are_refused(text: str, message: str) -> None:
    with pytest.raises(OptionError) as refused:
        dense_units(text)
    assert message in str(refused.value)
    values, target = areas(30)
    with pytest.raises(OptionError):
        model(text, "regression").fit(values, target)
