"""What the threshold for stated costs is chosen on: items that the model never learned from, or none."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from discern import workflows
from discern.core.options import ReadOptions, TableOptions, TrainOptions
from discern.evaluate.operating import best_threshold
from discern.store import bundle
from discern.store.session import Shipped
from discern.workflows import again, trusting

MANY, FEW = 2600, 400
COSTS = (20.0, 1.0)


def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two values, and two classes that overlap in them: what was learned by heart looks far better than it is."""
    random = np.random.default_rng(0)
    y = random.integers(0, 2, n)
    return random.normal(y[:, None], 1.0, (n, 2)), np.where(y, "cat", "dog")


def pictures(folder: Path, n: int) -> tuple[Path, ReadOptions]:
    values, labels = drawn(n)
    noise = np.random.default_rng(1).normal(0, 2, (n, 4, 4))
    bright = np.clip(110 + 30 * values[:, :1, None] + noise, 0, 255).astype(np.uint8)
    np.savez(folder / "data.npz", X=bright, y=labels)
    return folder / "data.npz", ReadOptions()


def table(folder: Path, n: int) -> tuple[Path, ReadOptions]:
    values, labels = drawn(n)
    cells = {"a": values[:, 0].round(4), "b": values[:, 1].round(4), "side": ["nsw"[i % 3] for i in range(n)]}
    pl.DataFrame({**cells, "kind": labels}).write_csv(folder / "data.csv")
    return folder / "data.csv", ReadOptions(table=TableOptions(target="kind"))


def texts(folder: Path, n: int) -> tuple[Path, ReadOptions]:
    values, labels = drawn(n)
    place = np.clip(np.rint(4 + 2 * values), 0, 9).astype(int)
    said = [f"{'abcdefghij'[i] * 3} {'klmnopqrst'[j] * 3} item{one}" for one, (i, j) in enumerate(place)]
    pl.DataFrame({"note": said, "kind": labels}).write_csv(folder / "data.csv")
    return folder / "data.csv", ReadOptions(label=("kind",))


Made = Callable[[Path, int], tuple[Path, ReadOptions]]


def chosen(make: Made, n: int, folder: Path, model: str, **more: Any) -> tuple[Path, dict[str, Any]]:
    """The run, and what is kept of the threshold for `cat`."""
    source, reading = make(folder, n)
    options = dataclasses.replace(TrainOptions(model=(model,)), **more)
    run = workflows.train_with(source, options, reading=reading, out=folder / "run")
    workflows.evaluate(run.path, of="cat", costs=COSTS)
    return run.path, json.loads((run.path / "operating.json").read_text())


@pytest.mark.parametrize(
    ("make", "model"), [(pictures, "knn"), (pictures, "tree"), (table, "tree"), (texts, "word-bayes")]
)
def test_a_model_that_learned_from_validation_is_asked_about_what_was_set_aside(
    make: Made, model: str, tmp_path: Path
) -> None:
    path, record = chosen(make, MANY, tmp_path, model)
    run = again.finished(path, None, lambda event: None)
    aside = trusting.divide(run.data, run.parts, run.folder.options()).aside
    assert 100 < len(aside) < len(run.parts.validation)
    assert record["chosen_on"] == f"{len(aside):,} validation items that neither learned nor chose the model"
    shipped = Shipped(bundle.load(path / "model.discern"))
    labels = run.data.labels
    assert labels is not None
    scores = shipped.predict_proba(run.data.values[aside])[:, 0].astype(np.float64)
    assert record["chosen"]["threshold"] == best_threshold(scores, labels[aside] == "cat", COSTS, None)
    assert not record["notes"]


@pytest.mark.parametrize(("n", "more"), [(FEW, {}), (MANY, {"calibrate": "none"})])
def test_where_it_learned_from_all_of_them_the_costs_decide(n: int, more: dict[str, Any], tmp_path: Path) -> None:
    _, record = chosen(table, n, tmp_path, "forest", **more)
    assert record["chosen_on"] == "the costs alone"
    assert record["chosen"]["threshold"] == pytest.approx(1 / 21)
    assert "no validation items that it did not learn from" in record["notes"][0]


def test_a_model_of_a_run_that_set_nothing_aside_learned_from_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As runs before calibration did: what would be set aside today was learned from then."""
    source, reading = table(tmp_path, MANY)
    with monkeypatch.context() as before:
        before.setattr(trusting, "divide", lambda data, parts, options: trusting.Divided(parts, parts.train[:0]))
        options = TrainOptions(model=("tree",))
        run = workflows.train_with(source, options, reading=reading, out=tmp_path / "run")
    workflows.evaluate(run.path, of="cat", costs=COSTS)
    assert json.loads((run.path / "operating.json").read_text())["chosen_on"] == "the costs alone"


def test_what_stops_by_validation_without_learning_from_it_is_asked_about_all_of_it(tmp_path: Path) -> None:
    path, record = chosen(table, MANY, tmp_path, "mlp", epochs=(3,))
    n = len(again.finished(path, None, lambda event: None).parts.validation)
    assert record["chosen_on"] == f"{n:,} validation items"
