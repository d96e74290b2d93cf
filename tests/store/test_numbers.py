"""Models of tables with columns, and of numbers: what a bundle keeps of them, and what it refuses."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from discern.core.errors import DataError, ModelFileError, OptionError
from discern.core.records import Column, InputSpec
from discern.models import catalogue
from discern.store import archive, bundle
from discern.store.numbers import Numbers, ShippedNumbers, ship
from discern.store.session import Shipped

COLUMNS = (Column("age", "number"), Column("region", "category", ("north", "south", "west"), missing=("?",)))
SPEC = InputSpec("table", (2,), "float64", columns=COLUMNS)
RANDOM = np.random.default_rng(3)
X = np.stack([RANDOM.normal(50, 10, 200), RANDOM.integers(0, 3, 200).astype(float)], axis=1)
X[::9, 0] = np.nan
X[::11, 1] = np.nan
Y = np.where(np.isnan(X[:, 0]), 40, X[:, 0]) * 2 + np.where(np.isnan(X[:, 1]), 0, X[:, 1]) * 5


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    path = tmp_path_factory.mktemp("numbers") / "model.discern"
    model = catalogue.estimator("ols", task="regression", columns=COLUMNS).fit(X, Y)
    bundle.save(path, model, model="ols", target="crime", spec=SPEC)
    return path, model


def test_a_model_of_a_number_answers_as_it_was_fitted(numbers: tuple[Path, Any]) -> None:
    loaded = bundle.load(numbers[0])
    assert loaded.task == "regression" and loaded.target == "crime" and loaded.spec == SPEC
    shipped = ship(loaded)
    assert isinstance(shipped, ShippedNumbers)
    assert np.abs(shipped.predict(X) - numbers[1].predict(X)).max() < 1e-9
    assert np.array_equal(shipped.predict(X)[:7], shipped.predict(X[:7]))
    assert shipped.answer(X).frame([str(n) for n in range(200)]).columns == ["item", "prediction"]
    rebuilt = loaded.estimator()
    assert np.array_equal(rebuilt.predict(X), numbers[1].predict(X))


def test_intervals_stand_beside_the_answers() -> None:
    frame = Numbers(np.array([1.0]), np.array([0.0]), np.array([2.0])).frame(["a"])
    assert frame.rows() == [("a", 1.0, 0.0, 2.0)] and frame.columns == ["item", "prediction", "low", "high"]


def test_a_model_of_classes_takes_gaps_and_categories(tmp_path: Path) -> None:
    labels = np.where(Y > 100, "high", "low")
    model = catalogue.estimator("logistic", columns=COLUMNS).fit(X, labels)
    bundle.save(tmp_path / "model.discern", model, spec=SPEC)
    loaded = bundle.load(tmp_path / "model.discern")
    shipped = ship(loaded)
    assert isinstance(shipped, Shipped) and loaded.task == "classification" and loaded.model == "logistic"
    assert np.abs(shipped.predict_proba(X) - model.predict_proba(X)).max() < 1e-5
    with pytest.raises(DataError, match="infinity"):
        shipped.predict_proba(np.array([[np.inf, 0.0]]))


def test_numbers_are_no_classes(numbers: tuple[Path, Any]) -> None:
    with pytest.raises(OptionError, match=r"answers with a number \(crime\)"):
        Shipped(bundle.load(numbers[0]))


def changed(path: Path, change: Any) -> bytes:
    with path.open("rb") as file:
        members = archive.read(file, path.stat().st_size)
    manifest = json.loads(members[archive.MANIFEST])
    change(manifest)
    members[archive.MANIFEST] = bytearray(json.dumps(manifest).encode())
    return b"".join(archive.write(members))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m["input"]["columns"].pop(), "one for each value"),
        (lambda m: m["input"]["columns"][1].update(name="age"), "same name"),
        (lambda m: m["input"]["columns"][0].update(kind="date and time"), "expected a name and one of"),
        (lambda m: m["input"]["columns"][1].update(categories=["b", "a", "c"]), "rising order"),
        (lambda m: m["input"]["columns"][1].update(categories=[]), "0 categories"),
        (lambda m: m["input"]["columns"][0].update(categories=["x"]), "1 categories"),
        (lambda m: m["input"]["columns"][1].update(missing=[3]), "expected texts"),
        (lambda m: m["input"]["columns"].__setitem__(0, "age"), "expected an object"),
        (lambda m: m["input"].update(dtype="int8"), "float64"),
        (lambda m: m.update(format=1), "input"),
        (lambda m: m["model"].update(name="majority"), "majority"),
        (lambda m: m.update(classes=["a", "b"]), "ols"),
        (lambda m: m.update(targets={"a": []}), "expected a label for each class"),
        (lambda m: m.update(input={"kind": "table", "shape": [2**24], "dtype": "float64"}), "expected up to 1048576"),
    ],
)
def test_what_no_such_file_looks_like_is_refused(numbers: tuple[Path, Any], change: Any, words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        bundle.load(changed(numbers[0], change))


def test_columns_that_a_file_merely_claims_take_no_memory(numbers: tuple[Path, Any]) -> None:
    content = changed(numbers[0], lambda m: m.update(input={"kind": "table", "shape": [100_000], "dtype": "float64"}))
    tracemalloc.start()
    with pytest.raises(ModelFileError, match=r"encoder|'fill' is float64 of 2; expected float64 of 100000"):
        bundle.load(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
