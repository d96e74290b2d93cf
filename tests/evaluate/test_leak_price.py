"""The price of a leak: what torn groups would flatter by, and what cannot be computed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier

from discern.core.errors import DataError
from discern.core.files import to_json
from discern.evaluate import quick
from discern.evaluate.leak_price import LeakPrice, across, leak_price
from discern.evaluate.refit import Paired, Refit, balanced, folds, held_of, some_units

Array = NDArray[np.float64]


def vehicles(
    n: int = 40, views: int = 16, *, real: bool = False, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Values, labels and groups: each vehicle has one label, 16 views of it are noise about one point."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, 20))
    labels = (points[:, 0] > 0).astype(np.int64) if real else rng.permutation(np.arange(n) % 2)
    points[:, 0] *= 3 if real else 1
    values = np.repeat(points, views, axis=0) + 0.3 * rng.normal(size=(n * views, 20))
    return values.astype(np.float32), np.repeat(labels, views), np.repeat(np.arange(n), views)


def priced(
    values: NDArray[np.float32], labels: NDArray[np.int64], groups: NDArray[np.int64], **more: object
) -> LeakPrice:
    learner = quick.Quick(values, int(labels.max()) + 1)
    settings = {"grouped": True, "own": False, "n_folds": 5, **more}
    return leak_price(learner, labels, np.arange(len(labels)), groups, **settings)  # type: ignore[arg-type]


def test_random_labels_of_vehicles_look_learned_item_by_item_and_are_chance_by_group() -> None:
    found = priced(*vehicles())
    assert (found.splits["random"].value or 0) > 0.97
    assert abs((found.splits["groups"].value or 0) - 0.5) < 0.2
    gap = found.gaps["random"]
    assert gap.low is not None and gap.low > 0.2 and gap.n == 640 and "40 groups" in gap.method
    (finding,) = found.findings()
    assert finding.code == "D501" and finding.severity == "serious" and "points" in finding.title


def test_without_groups_and_copies_nothing_is_paid() -> None:
    values, labels, _ = vehicles(real=True)
    some = np.arange(0, 640, 16)
    learner = quick.Quick(values[some], 2)
    alone = np.arange(40)
    found = leak_price(learner, labels[some], alone, alone, grouped=False, own=False, n_folds=5)
    assert list(found.splits) == ["random"] and not found.gaps and not found.findings()


def test_an_estimator_is_refitted_as_scikit_learn_would_and_copies_count() -> None:
    values, labels, _ = vehicles(20, 2, real=True)
    values[1::2] = values[::2]
    copies = np.repeat(np.arange(20), 2)
    fits: list[int] = []
    learner = Refit(lambda: KNeighborsClassifier(1), values, 2, "one neighbour", tell=lambda: fits.append(1))
    found = leak_price(learner, labels, copies, copies, grouped=False, own=True, n_folds=4)
    assert len(fits) == 8 and list(found.splits) == ["random", "duplicates"]
    parts = folds(copies, labels, 4, seed=0, purpose="leak price")
    right = [KNeighborsClassifier(1).fit(values[a], labels[a]).predict(values[b]) == labels[b] for a, b in parts]
    assert found.splits["duplicates"].value == pytest.approx(np.concatenate(right).mean())


def test_what_cannot_be_computed_is_said_and_the_rest_is_given() -> None:
    values, labels, groups = vehicles(10)
    one = priced(values, labels, np.zeros(160, np.int64))
    assert "groups" not in one.splits and not one.gaps and "All items are one group" in one.unanswered[0]
    assert one.splits["random"].value is not None and one.splits["random"].low is None
    few = priced(values, labels, groups // 4, n_folds=5)
    assert any("only 3 units" in reason for reason in few.unanswered)
    assert few.splits["groups"].value is not None
    lonely = np.where(groups == 0, 2, labels)
    assert any("in one group alone" in reason for reason in priced(values, lonely, groups).unanswered)


def test_test_items_that_were_learned_from_are_priced() -> None:
    right = np.array([True] * 30 + [False, True] * 35)
    leaking = np.arange(100) < 30
    found = across(right, leaking, np.arange(100))
    assert found["all"].value == 0.65 and found["without"].value == 0.5
    assert found["gap"].value == pytest.approx(0.15) and (found["gap"].low or 0) > 0
    assert across(right, ~leaking & leaking, np.arange(100)) == {}


def test_a_pattern_has_a_score_with_an_interval() -> None:
    truth = np.arange(60) % 2
    score = balanced(np.where(np.arange(60) < 54, truth, 1 - truth), truth, np.arange(60))
    assert score.value == pytest.approx(0.9) and score.low is not None and score.low > 0.7


def test_it_is_kept_as_json_and_read_back() -> None:
    found = priced(*vehicles(12))
    record = json.loads(to_json(found.to_json()))
    assert record["schema"] == 1 and LeakPrice.from_json(record) == found
    with pytest.raises(DataError, match="schema"):
        LeakPrice.from_json({**record, "schema": 2})


def test_folds_keep_units_whole_and_spread_classes() -> None:
    labels = np.repeat(np.arange(30) % 3, 4)
    units = np.repeat(np.arange(30), 4)
    parts = folds(units, labels, 5, seed=1)
    assert sorted(held_of(parts).tolist()) == list(range(120))
    for train, held in parts:
        assert not set(units[train]) & set(units[held])
        assert np.bincount(labels[held]).tolist() == [8, 8, 8]
    assert folds(np.zeros(4), np.zeros(4, np.int64), 5, seed=0) == ()
    some = some_units(units, 50, seed=0)
    assert 44 <= len(some) <= 50 and (np.bincount(units[some])[np.unique(units[some])] == 4).all()


def test_paired_differences_are_of_the_same_resamples() -> None:
    rng = np.random.default_rng(0)
    a = rng.random(300) < 0.8
    b = a.copy()
    b[:30] = False
    paired = Paired(np.arange(300))
    gap, single = paired.difference(a, b), paired.share(a)
    assert gap.low is not None and gap.high is not None and single.low is not None and single.high is not None
    assert 0 < gap.low < (gap.value or 0) < gap.high and gap.high - gap.low < single.high - single.low
