"""The embedded tables: the real ones as scikit-learn has them, the made-up ones as they are described."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import datasets

from discern.core.errors import DataError, OptionError
from discern.data.read import read
from discern.data.table_samples import PEAK, TABLES, areas, stores


@pytest.mark.parametrize(
    ("name", "load"),
    [
        ("iris", datasets.load_iris),
        ("wine", datasets.load_wine),
        ("cancer", datasets.load_breast_cancer),
        ("diabetes", lambda: datasets.load_diabetes(scaled=False)),
    ],
)
def test_real_tables_are_those_of_scikit_learn(name: str, load: Callable[[], Any]) -> None:
    data, own = read(f"sample:{name}"), load()
    given = own.data.copy()
    if name == "diabetes":  # the sex is a category
        assert data.frame["sex"].to_list() == ["first" if sex == 1 else "second" for sex in given[:, 1]]
        given[:, 1] -= 1
        np.testing.assert_array_equal(data.labels, own.target)
    else:
        assert data.labels is not None
        codes = {str(data.labels[i]): int(own.target[i]) for i in range(data.n)}
        np.testing.assert_array_equal([codes[str(label)] for label in data.labels], own.target)
        assert len(data.classes) == len(own.target_names)
    np.testing.assert_array_equal(data.values, given)


def test_five_areas_and_one_to_predict() -> None:
    data = read("sample:areas")
    assert (data.n, data.task, data.skipped["reason"].to_list()) == (5, "regression", ["no crime_rate"])
    assert data.feature_names == ["deprivation", "young_men", "policing_budget"]
    assert data.source.options.table.target == "crime_rate"


def test_in_many_areas_deprivation_bends_and_names_mean_nothing() -> None:
    data = read("sample:areas-many")
    frame = data.frame.with_columns(crime=pl.Series(data.labels))
    assert data.aside == {"area": "an identifier: every row has another"} and data.n == 1190
    poor = frame.filter(pl.col("deprivation") > PEAK)
    rich = frame.filter(pl.col("deprivation") < PEAK - 20)
    assert np.corrcoef(rich["deprivation"], rich["crime"])[0, 1] > 0.7
    assert np.corrcoef(poor["deprivation"], poor["crime"])[0, 1] < -0.2
    assert abs(np.corrcoef(frame["names_with_s"], frame["crime"])[0, 1]) < 0.06
    with_all = np.column_stack([np.ones(data.n), frame["deprivation"], frame["deprivation"] ** 2, frame["young_men"]])
    weights = np.linalg.lstsq(with_all, frame["crime"].to_numpy(), rcond=None)[0]
    assert -weights[1] / (2 * weights[2]) == pytest.approx(PEAK, abs=4)  # where the parabola turns


def test_made_up_tables_follow_their_seed_and_size() -> None:
    assert areas(50, 3).equals(areas(50, 3)) and not areas(50, 3).equals(areas(50, 4))
    kinds = stores(400)["kind"].value_counts().sort("count")
    assert kinds.height == 4 and kinds["count"][0] > 20
    for n in (0, 10**9):
        with pytest.raises(OptionError, match="--n is"):
            stores(n)


def test_samples_take_options_and_names_are_checked() -> None:
    assert read("sample:iris", target="petal_width").task == "regression"
    assert read("sample:stores", group="kind", target="distance", keep="kind").groups is not None
    assert "sample:areas-many" in TABLES
    with pytest.raises(DataError, match=re.escape("did you mean 'sample:areas'")):
        read("sample:area")
