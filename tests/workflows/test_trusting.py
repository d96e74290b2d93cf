"""What calibration and thresholds are fitted on: items that were not learned from, in whole groups."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import discern as dc
from discern.core.options import SplitOptions, TrainOptions
from discern.core.targets import combine
from discern.data.dataset import TARGET, Dataset
from discern.data.splits import split
from discern.models.convolutional import ConvNet
from discern.store import bundle
from discern.workflows import trusting

N = 3000


def made(n: int = N, *, groups: bool = False) -> Dataset:
    """Pictures of two classes that differ in brightness, as its pixels do together: naive Bayes is far too sure.

    With `groups`, four are of each thing.
    """
    rng = np.random.default_rng(0)
    y = np.repeat(rng.integers(0, 2, n // 4), 4)
    bright = rng.normal(100 + 40 * y, 30)[:, None, None]
    X = np.clip(rng.normal(bright, 20, (n, 4, 4)), 0, 255).astype(np.uint8)
    return dc.read(X, y, groups=np.arange(n) // 4 if groups else None)


@pytest.mark.parametrize("groups", [False, True])
def test_half_of_validation_is_set_aside_before_anything_is_compared(groups: bool) -> None:
    data = made(groups=groups)
    parts = split(data, SplitOptions())
    divided = trusting.divide(data, parts, TrainOptions())
    assert 0.3 * len(parts.validation) < len(divided.aside) <= len(parts.validation) / 2
    assert set(divided.aside) | set(divided.parts.validation) == set(parts.validation)
    assert not set(divided.aside) & (set(divided.parts.validation) | set(divided.parts.train))
    assert not set(data.units[divided.aside]) & set(data.units[divided.parts.validation])
    assert (divided.parts.train == parts.train).all()
    again = trusting.divide(data, parts, TrainOptions())
    assert (again.aside == divided.aside).all()
    other = trusting.divide(data, parts, TrainOptions(split=SplitOptions(seed=1)))
    assert set(other.aside) != set(divided.aside)


def test_nothing_is_set_aside_where_nobody_asks_or_items_are_few() -> None:
    data = made()
    parts = split(data, SplitOptions())
    assert not len(trusting.divide(data, parts, TrainOptions(calibrate="none")).aside)
    assert len(trusting.divide(data, parts, TrainOptions(calibrate="none", coverage=0.9)).aside)
    few = made(1600)
    assert not len(trusting.divide(few, split(few, SplitOptions()), TrainOptions()).aside)


def test_many_items_are_fitted_on_the_part_set_aside_and_few_by_folds(tmp_path: Path) -> None:
    for n, how, of in ((N, "kept", (140, 192)), (400, "folds", (250, 340))):
        run = dc.train(made(n), out=tmp_path / how, model="bayes", coverage=0.9)
        trust = bundle.load(run.path / "model.discern").trust
        assert trust is not None and trust.fitted_on.how == how
        assert of[0] <= trust.fitted_on.n_items <= of[1]
        found = json.loads((run.path / "calibration.json").read_text())
        assert found["figures"]["log_loss"]["value"] < found["figures"]["log_loss_before"]["value"]
        assert abs(found["answers"]["covered"]["value"] - 0.9) < 0.1


def test_a_group_counts_once(tmp_path: Path) -> None:
    data = made(800, groups=True)
    run = dc.train(data, out=tmp_path / "run", model="bayes", coverage=0.9)
    trust = bundle.load(run.path / "model.discern").trust
    assert trust is not None and trust.fitted_on.n_units * 3 < trust.fitted_on.n_items


def test_what_takes_long_is_done_on_request_only_and_said(tmp_path: Path) -> None:
    data = made(200)
    options = {"model": "boosting", "out": tmp_path / "run"}
    run = dc.train(data, **options)  # type: ignore[arg-type]
    if bundle.load(run.path / "model.discern").trust is None:
        assert "--calibrate temperature" in run.report.read_text("utf-8")
    asked = TrainOptions(calibrate="temperature")
    assert trusting.insisted(asked) and not trusting.insisted(dataclasses.replace(asked, calibrate="auto"))


def test_a_network_with_several_targets_learns_them_in_folds_and_refits_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Classes are the pairs of a make and a model; every fit is told which label of each target a class has."""
    plain = made(200)
    make = np.where(plain.values.reshape(plain.n, -1).mean(axis=1) > 120, "Ford", "Fiat")
    pairs = [combine([[one], [other]])[0] for one, other in zip(plain.items["label"], make, strict=True)]
    columns = {"label": pairs, f"{TARGET}model": plain.items["label"].to_list(), f"{TARGET}make": make.tolist()}
    data = dataclasses.replace(plain, items=plain.items.with_columns(**{k: pl.Series(v) for k, v in columns.items()}))
    given = []
    learn = ConvNet.fit

    def fit(self: ConvNet, *arguments: Any, **named: Any) -> ConvNet:
        given.append(None if named.get("class_labels") is None else named["class_labels"].tolist())
        return learn(self, *arguments, **named)

    monkeypatch.setattr(ConvNet, "fit", fit)
    names = {"model": "conv", "layers": "dense 2", "epochs": 1}
    run = dc.train(data, out=tmp_path / "run", calibrate="temperature", unknown=0.2, **names)  # type: ignore[arg-type]
    each = [[int(label.split(" / ")[0]), int(label.endswith("Ford"))] for label in data.classes]
    assert len(given) == 6 and all(labels == each for labels in given), "the fit and five folds"
    given.clear()
    run.examine("leak_price", "solvable", data=data)
    assert given and all(labels == each for labels in given)
