"""What every model keeps to on tables with gaps, categories and dates, whether it learns classes or numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from discern.core import threads
from discern.core.errors import OptionError
from discern.core.records import Column
from discern.models import catalogue
from discern.models.answers import FittedOn, Trust
from discern.models.number_interval import NumberInterval
from discern.store import bundle
from discern.store.export import to_onnx
from discern.store.numbers import ShippedNumbers, ship

MUTATIONS = Path(__file__).with_name("mutations.py")
REGRESSION, CLASSIFICATION = "regression", "classification"
SMALL: dict[str, dict[str, Any]] = {
    "forest": {"n_trees": 8},
    "boosting": {"n_rounds": 8, "shrinkage": 0.3},
    "mlp": {"width": 8, "epochs": 30},
    "blend": {"n_rounds": 20},
}
QUICK: dict[str, dict[str, Any]] = {
    "forest": {"n_trees": 10},
    "boosting": {"n_rounds": 20},
    "mlp": {"width": 16, "epochs": 60, "learning_rate": 0.01},
    "blend": {"n_rounds": 20},
}
COLUMNS = (
    Column("area", "number"),
    Column("kind", "category", ("farm", "flat", "house", "shop")),
    Column("sold", "date"),
    Column("rooms", "number"),
    Column("street", "category", tuple(f"street {number:03}" for number in range(300))),
    Column("always", "number"),
)
PAIRS = [
    pytest.param(name, task, id=f"{name}-{task}")
    for name, entry in catalogue.ENTRIES.items()
    if "table" in entry.kinds and entry.extra is None
    for task in sorted(entry.tasks)
]
every_model = pytest.mark.parametrize(("name", "task"), PAIRS)
of_numbers = pytest.mark.parametrize("name", [name for name, e in catalogue.ENTRIES.items() if REGRESSION in e.tasks])


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = threads.budget()
    threads.set_budget(1)
    yield
    threads.set_budget(before)


@cache
def table(task: str) -> tuple[np.ndarray, np.ndarray]:
    """600 rows of a number and a class by the area, the kind, the day and the street."""
    rng = np.random.default_rng(7)
    n = 600
    area, kind, day = rng.lognormal(4, 0.5, n), rng.integers(0, 4, n), rng.integers(10_000, 20_000, n)
    rooms, street = rng.integers(1, 9, n), np.minimum(rng.geometric(0.02, n) - 1, 299)
    worth = 3e5 + 2e3 * area + np.array([0, 2e5, 1e5, 3e5])[kind] + 20 * (day - 15_000) + 1e3 * street
    worth += rng.normal(0, 3e4, n)
    values = np.column_stack([area, kind, day, rooms, street, np.full(n, 4.0)]).astype(np.float64)
    for column, share in ((0, 0.1), (1, 0.05), (3, 0.2)):
        values[rng.random(n) < share, column] = np.nan
    labels = np.where(worth > 9e5, "dear", np.where(worth > 6e5, "fair", "cheap"))
    return values, worth if task == REGRESSION else labels


def strange() -> np.ndarray:
    """Rows as no training row was: gaps where there were none, streets that were not seen, far values."""
    values = table(REGRESSION)[0][:120].copy()
    values[:20, 2] = np.nan
    values[20:40, 4] = np.nan
    values[40:60, 4] = 299
    values[60:70, 0] = 1e12
    values[70:80, 2] = -1e50
    values[80:85] = np.nan
    return values


@cache
def fitted(name: str, task: str) -> Any:
    X, y = table(task)
    model = catalogue.estimator(name, task=task, columns=COLUMNS, **SMALL.get(name, {}))
    return model.fit(X[:400], y[:400], validation=(X[400:500], y[400:500]))


def answers(model: Any, task: str, values: np.ndarray) -> np.ndarray:
    found: np.ndarray = model.predict(values) if task == REGRESSION else model.predict_proba(values)
    return found


@of_numbers
def test_scikit_learns_checks_pass(name: str) -> None:
    inner = catalogue.estimator(name, task=REGRESSION, **QUICK.get(name, {})).estimator
    results = check_estimator(inner, on_fail=None, on_skip=None)
    assert not [(result["check_name"], result["exception"]) for result in results if result["status"] == "failed"]
    assert sum(result["status"] == "passed" for result in results) >= 49


@every_model
def test_an_entry_names_what_there_is(name: str, task: str) -> None:
    way = catalogue.entry(name).way(task, table=True)
    estimator = catalogue.estimator(name, task=task, columns=COLUMNS)
    assert set(way.parameters) <= set(estimator.estimator.get_params()) and all(way.parameters.values())
    assert set(way.search) <= set(way.parameters)
    assert catalogue.name_of(estimator) == catalogue.name_of(clone(estimator)) == name


@every_model
def test_saved_and_loaded_it_answers_the_same(name: str, task: str, tmp_path: Path) -> None:
    model = fitted(name, task)
    bundle.save(tmp_path / "m", model)
    loaded = bundle.load(tmp_path / "m")
    shipped, rebuilt = ship(loaded), loaded.estimator()
    scale = float(table(REGRESSION)[1].std()) if task == REGRESSION else 1.0
    for values in (table(task)[0], strange()):
        expected = answers(model, task, values)
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(answers(shipped, task, values), expected, rtol=1e-6, atol=1e-6 * scale)
        np.testing.assert_allclose(answers(rebuilt, task, values), expected, rtol=1e-12, atol=1e-12 * scale)
    assert loaded.model == name and loaded.task == task and loaded.spec == model.input_
    assert loaded.spec.columns == COLUMNS


@every_model
def test_it_learns_and_the_same_twice(name: str, task: str) -> None:
    X, y = table(task)
    model = fitted(name, task)
    again = clone(model).fit(X[:400], y[:400], validation=(X[400:500], y[400:500]))
    assert (answers(again, task, X) == answers(model, task, X)).all()
    score = model.score(X[500:], y[500:])
    if name in ("mean", "majority"):
        assert score < 0.5
    else:
        assert score > (0.5 if name in SMALL or name in ("knn", "lvq", "bayes") else 0.7)


@every_model
def test_gaps_and_categories_are_looked_at(name: str, task: str) -> None:
    if name in ("mean", "majority"):
        pytest.skip("it looks at no column")
    rng = np.random.default_rng(1)
    values = np.column_stack([rng.normal(size=400), rng.integers(0, 4, 400), rng.normal(size=400)])
    values[::2, 2] = np.nan
    truth = np.where(np.isnan(values[:, 2]), 3.0, 0.0) + np.array([0.0, 6.0, 1.0, 9.0])[values[:, 1].astype(int)]
    columns = (Column("a", "number"), COLUMNS[1], Column("b", "number"))
    y = truth if task == REGRESSION else np.where(truth > 5, "high", "low")
    model = catalogue.estimator(name, task=task, columns=columns).fit(values[:300], y[:300])
    assert model.score(values[300:], y[300:]) > 0.85


@every_model
def test_the_same_model_is_the_same_bytes(name: str, task: str, tmp_path: Path) -> None:
    bundle.save(tmp_path / "first", fitted(name, task))
    bundle.save(tmp_path / "again", bundle.load(tmp_path / "first").estimator())
    assert (tmp_path / "first").read_bytes() == (tmp_path / "again").read_bytes()


@every_model
def test_the_exported_graph_stands_alone(name: str, task: str, tmp_path: Path) -> None:
    X, _ = table(task)
    bundle.save(tmp_path / "m", fitted(name, task))
    loaded = bundle.load(tmp_path / "m")
    to_onnx(loaded, tmp_path / "one.onnx")
    to_onnx(loaded, tmp_path / "two.onnx")
    content = (tmp_path / "one.onnx").read_bytes()
    assert content == (tmp_path / "two.onnx").read_bytes()
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": X[:50]})
    assert found.dtype == (np.float64 if task == REGRESSION else np.float32)
    np.testing.assert_allclose(found, answers(ship(loaded), task, X[:50]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "task"),
    [pair for pair in PAIRS if pair.values[1] == REGRESSION or pair.values[0] in ("logistic", "boosting")],
)
def test_sixty_damaged_files_do_no_harm(name: str, task: str, tmp_path: Path) -> None:
    trust = Trust(FittedOn("kept", 50, 50), interval=NumberInterval(0.95, 2.0, 50, ((0.0, 1.0), (1.0, 2.0))))
    bundle.save(tmp_path / "m", fitted(name, task), trust=trust if task == REGRESSION else None)
    command = [sys.executable, str(MUTATIONS), str(tmp_path / "m"), "60", "3"]
    child = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert child.returncode == 0, child.stderr[-3000:]
    outcome = json.loads(child.stdout)
    assert not outcome["wrong"]
    assert outcome["refused"] + outcome["answered"] == 60
    assert outcome["refused"] > 25 and outcome["answered"] > 2


def test_intervals_are_saved_with_the_model(tmp_path: Path) -> None:
    interval = NumberInterval(0.95, 2.0, 50)
    bundle.save(tmp_path / "m", fitted("ols", REGRESSION), trust=Trust(FittedOn("kept", 50, 50), interval=interval))
    shipped = ship(bundle.load(tmp_path / "m"))
    assert isinstance(shipped, ShippedNumbers)
    found = shipped.answer(table(REGRESSION)[0][:10])
    assert found.low is not None and found.high is not None
    assert (found.high - found.values == 2.0).all() and (found.values - found.low == 2.0).all()


def test_a_task_that_a_model_cannot_do_is_said() -> None:
    with pytest.raises(OptionError, match=r"'bayes' does not learn numbers; expected one of .*ridge"):
        catalogue.estimator("bayes", task=REGRESSION)
    with pytest.raises(OptionError, match="'ols' does not learn classes"):
        catalogue.estimator("ols", task=CLASSIFICATION)
    with pytest.raises(OptionError, match="no parameter 'features'"):
        catalogue.estimator("boosting", columns=COLUMNS, features="hog")


def test_what_of_the_rows_can_be_seen_in_a_file_is_said(tmp_path: Path) -> None:
    said = {}
    for name, task in (("knn", REGRESSION), ("svm", REGRESSION), ("svm", CLASSIFICATION), ("ols", REGRESSION)):
        bundle.save(tmp_path / "m", fitted(name, task))
        said[name, task] = bundle.load(tmp_path / "m").holds
    assert said["knn", REGRESSION].startswith("the rows that it learned from")
    assert said["svm", REGRESSION].startswith("many of the rows") and said["svm", REGRESSION].endswith("categories")
    assert said["svm", CLASSIFICATION] == said["ols", REGRESSION] == "columns of many categories"
    X, y = table(REGRESSION)
    model = catalogue.estimator("ols", task=REGRESSION).fit(np.nan_to_num(X[:, :1]), y)
    bundle.save(tmp_path / "m", model)
    assert bundle.load(tmp_path / "m").holds == ""


def test_an_exported_graph_says_that_intervals_are_not_in_it(tmp_path: Path) -> None:
    trust = Trust(FittedOn("kept", 50, 50), interval=NumberInterval(0.9, 2.0, 50))
    bundle.save(tmp_path / "m", fitted("ols", REGRESSION), trust=trust)
    to_onnx(bundle.load(tmp_path / "m"), tmp_path / "m.onnx")
    facts = onnxruntime.InferenceSession(tmp_path / "m.onnx").get_modelmeta().custom_metadata_map
    assert json.loads(facts["not_in_graph"]) == {"interval": 0.9} and json.loads(facts["classes"]) == []
