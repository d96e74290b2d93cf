"""What calibration and thresholds are fitted on: items that neither learned nor chose, in whole groups."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import discern as dc
from discern.core.options import SplitOptions, TrainOptions
from discern.data.dataset import Dataset
from discern.data.splits import split
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
