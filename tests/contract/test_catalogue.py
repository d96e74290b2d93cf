"""What every model of the catalogue keeps to: scikit-learn's contract, and a file that answers the same, harmlessly."""

from __future__ import annotations

import importlib.util
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
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import check_estimator

from discern.core import threads
from discern.core.errors import OptionError
from discern.models import catalogue
from discern.store import bundle
from discern.store.export import to_onnx
from discern.store.session import Shipped

MUTATIONS = Path(__file__).with_name("mutations.py")
CHECKS = 50
SMALL: dict[str, dict[str, Any]] = {
    "conv": {"layers": "conv 4 norm, residual 5 stride 2, dense 8", "epochs": 1, "batch_size": 32},
    "forest": {"n_trees": 8},
    "boosting": {"n_rounds": 4},
    "mlp": {"width": 8, "epochs": 3},
}
QUICK: dict[str, dict[str, Any]] = {
    "conv": {"epochs": 10},
    "forest": {"n_trees": 10},
    "boosting": {"n_rounds": 20},
    "mlp": {"width": 8, "epochs": 12, "learning_rate": 0.05},
}
CLOSE = 1e-6
NAMES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            entry.extra is not None and importlib.util.find_spec(entry.extra) is None, reason=f"{entry.extra} is absent"
        ),
    )
    for name, entry in catalogue.ENTRIES.items()
    if "pictures" in entry.kinds  # those of texts have a contract of their own: test_text_models
]
every_model = pytest.mark.parametrize("name", NAMES)
every_input = pytest.mark.parametrize("kind", ["pictures", "table", "float pictures"])


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Hundreds of tiny fits: a second thread costs more than it brings."""
    before = threads.budget()
    threads.set_budget(1)
    yield
    threads.set_budget(before)


@cache
def items(kind: str) -> tuple[np.ndarray, np.ndarray]:
    digits, labels = load_digits(return_X_y=True)
    values = {
        "pictures": (digits * 15).astype(np.uint8).reshape(-1, 8, 8, 1),
        "float pictures": (digits / np.float64(16)).astype(np.float32).reshape(-1, 8, 8, 1),
        "table": (digits * np.linspace(0.1, 3, 64)).astype(np.float32),
    }[kind]
    return values, labels.astype(str)


@cache
def fitted(name: str, kind: str) -> Any:
    X, y = items(kind)
    model = catalogue.estimator(name, **SMALL.get(name, {}))
    if name == "conv" and kind == "table":
        model = catalogue.estimator(name, epochs=1)
    return model.fit(X[:300], y[:300], validation=(X[300:400], y[300:400]))


@every_model
def test_scikit_learns_checks_pass(name: str) -> None:
    results = check_estimator(catalogue.estimator(name, **QUICK.get(name, {})), on_fail=None, on_skip=None)
    failed = [(result["check_name"], result["exception"]) for result in results if result["status"] == "failed"]
    assert not failed
    assert sum(result["status"] == "passed" for result in results) >= CHECKS


@every_model
def test_an_entry_names_what_there_is(name: str) -> None:
    entry = catalogue.entry(name)
    estimator = catalogue.estimator(name)
    assert set(entry.parameters) - entry.at_fit <= set(estimator.get_params())
    assert catalogue.name_of(estimator) == name == entry.name
    assert entry.title and entry.version >= 1 and all(entry.parameters.values())


@every_model
@every_input
def test_saved_and_loaded_it_answers_the_same(name: str, kind: str, tmp_path: Path) -> None:
    model, (X, _) = fitted(name, kind), items(kind)
    bundle.save(tmp_path / "m", model, extra={"data": "digits"}, card={"made for": "tests"})
    loaded = bundle.load(tmp_path / "m")
    shipped = Shipped(loaded)
    expected = model.predict_proba(X)
    tolerance = 1e-5 if name == "conv" else CLOSE
    np.testing.assert_allclose(shipped.predict_proba(X), expected, rtol=0, atol=tolerance)
    np.testing.assert_allclose(loaded.estimator().predict_proba(X), expected, rtol=0, atol=1e-7)
    assert shipped.classes.tolist() == model.classes_.tolist()
    assert loaded.extra == {"data": "digits"} and loaded.model == name and loaded.spec == model.input_
    if name != "conv":
        assert (shipped.predict(X) == model.predict(X)).all()


@pytest.mark.parametrize("kind", ["pictures", "float pictures"])
@pytest.mark.parametrize(
    "name",
    [name for name, entry in catalogue.ENTRIES.items() if entry.parameters.get("features") == catalogue.FEATURES],
)
def test_edges_are_looked_at_in_the_same_way_everywhere(name: str, kind: str, tmp_path: Path) -> None:
    X, y = items(kind)
    X = np.repeat(X.repeat(2, axis=1).repeat(3, axis=2), 3, axis=3)[:400]
    model = catalogue.estimator(name, features="hog", **SMALL.get(name, {})).fit(X[:200], y[:200])
    assert model.score(X[200:], y[200:400]) > 0.35
    bundle.save(tmp_path / "m", model)
    loaded = bundle.load(tmp_path / "m")
    np.testing.assert_allclose(Shipped(loaded).predict_proba(X), model.predict_proba(X), rtol=0, atol=CLOSE)
    np.testing.assert_allclose(loaded.estimator().predict_proba(X), model.predict_proba(X), rtol=0, atol=1e-7)
    with pytest.raises(OptionError, match="a table has none"):
        catalogue.estimator(name, features="hog").fit(*(part[:50] for part in items("table")))


@every_model
def test_the_same_model_is_the_same_bytes(name: str, tmp_path: Path) -> None:
    model = fitted(name, "pictures")
    bundle.save(tmp_path / "first", model)
    bundle.save(tmp_path / "second", model)
    bundle.save(tmp_path / "again", bundle.load(tmp_path / "first").estimator())
    first = (tmp_path / "first").read_bytes()
    assert (tmp_path / "second").read_bytes() == first == (tmp_path / "again").read_bytes()


@every_model
def test_the_exported_graph_stands_alone(name: str, tmp_path: Path) -> None:
    model, (X, _) = fitted(name, "pictures"), items("pictures")
    bundle.save(tmp_path / "m", model)
    loaded = bundle.load(tmp_path / "m")
    to_onnx(loaded, tmp_path / "one.onnx")
    to_onnx(loaded, tmp_path / "two.onnx")
    content = (tmp_path / "one.onnx").read_bytes()
    assert content == (tmp_path / "two.onnx").read_bytes()
    assert str(tmp_path).encode() not in content
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    answers = session.run(None, {"x": X[:50]})[0]
    np.testing.assert_allclose(answers, Shipped(loaded).predict_proba(X[:50]), rtol=0, atol=CLOSE)
    facts = session.get_modelmeta().custom_metadata_map
    assert json.loads(facts["classes"]) == model.classes_.tolist()
    assert json.loads(facts["input"]) == {"kind": "pictures", "shape": [8, 8, 1], "dtype": "uint8"}


@every_model
@pytest.mark.parametrize("kind", ["pictures", "table"])
def test_two_hundred_damaged_files_do_no_harm(name: str, kind: str, tmp_path: Path) -> None:
    bundle.save(tmp_path / "m", fitted(name, kind))
    command = [sys.executable, str(MUTATIONS), str(tmp_path / "m"), "100", {"pictures": "1", "table": "2"}[kind]]
    child = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert child.returncode == 0, child.stderr[-3000:]
    outcome = json.loads(child.stdout)
    assert not outcome["wrong"]
    assert outcome["refused"] + outcome["answered"] == 100
    assert outcome["refused"] > 50 and outcome["answered"] > 2


def test_saving_and_answering_load_neither_torch_nor_scikit_learn() -> None:
    code = (
        "import sys; from discern.models import catalogue; import discern.store.session, discern.store.export; "
        "[catalogue.codec(name) for name in catalogue.ENTRIES]; "
        "print(*[name for name in ('torch', 'sklearn') if name in sys.modules])"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert child.stdout.split() == []


def test_names_and_parameters_are_suggested() -> None:
    with pytest.raises(OptionError, match=r"'kn' is not known.*did you mean 'knn'"):
        catalogue.entry("kn")
    with pytest.raises(OptionError, match=r"no parameter 'n_neighbours'.*did you mean 'n_neighbors'"):
        catalogue.estimator("knn", n_neighbours=3)
    with pytest.raises(OptionError, match="a int is not a model"):
        catalogue.name_of(3)
