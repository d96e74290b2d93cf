"""The verbs as a programmer meets them: arrays in, records out, a run wherever a path goes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import discern as dc
from discern.core.errors import DataError, OptionError


@pytest.fixture(scope="module")
def arrays() -> tuple[np.ndarray, np.ndarray]:
    data = dc.read("sample:digits").take(range(200))
    assert data.labels is not None
    return data.values[..., 0], data.labels.astype(int)


@pytest.fixture(scope="module")
def run(arrays: tuple[np.ndarray, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> dc.Run:
    return dc.train(*arrays, out=tmp_path_factory.mktemp("api") / "run", model="knn", k=3)


def test_arrays_all_the_way(run: dc.Run, arrays: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = arrays
    answers = run.model.predict(X)
    assert answers.columns[:3] == ["item", "prediction", "probability"]
    assert (answers["prediction"].cast(int).to_numpy() == y).mean() > 0.95
    assert run.model.predict_proba(X).shape == (200, 10)
    with pytest.raises(DataError, match="this model takes"):
        run.model.predict(X[:, :5])


def test_a_run_stands_for_its_folder(run: dc.Run, arrays: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    data = dc.read(*arrays)
    assert dc.verify(run, data).same
    assert dc.evaluate(run, data).n_items == run.evaluation.n_items
    assert dc.summary(run).model == "knn"
    assert dc.export(run, tmp_path / "knn.onnx").is_file()
    with pytest.raises(DataError, match="arrays"):
        dc.verify(run)


def test_records_show_themselves_in_one_line(run: dc.Run, arrays: tuple[np.ndarray, np.ndarray]) -> None:
    for record in (run, run.evaluation, run.findings, run.model, dc.read(*arrays)):
        assert "\n" not in repr(record)
        assert len(repr(record)) < 400
    assert "<table" in run._repr_html_()
    assert "<" in run.findings._repr_html_()


def test_groups_stay_together(arrays: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    X, y = arrays
    groups = np.arange(200) // 4
    made = dc.train(X, y, groups=groups, out=tmp_path / "run", model="majority")
    assert made.evaluation.n_groups < made.evaluation.n_items


@pytest.mark.parametrize(("n", "says"), [(300, "folds over the training"), (3000, "Compared on the validation part")])
def test_candidates_are_compared_by_folds_or_on_the_validation_part(n: int, says: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    X = rng.integers(0, 100, (n, 4, 4)).astype(np.uint8) + (60 * y[:, None, None]).astype(np.uint8)
    made = dc.train(X, y, out=tmp_path / "run", model=("knn", "bayes"))
    assert says in re.sub(r"</?a\b[^>]*>", "", made.report.read_text("utf-8"))  # words may be links
    assert made.evaluation.accuracy.value is not None and made.evaluation.accuracy.value > 0.9


def test_all_mistakes_at_once(arrays: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(OptionError) as caught:
        dc.train(*arrays, model="knnn", test=3, epochs=0)
    assert len(caught.value.problems) >= 3
