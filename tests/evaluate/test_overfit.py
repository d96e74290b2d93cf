"""Learned by heart: the gap between what was learned from and other items, against the size of the model."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from discern.core.files import to_json
from discern.evaluate.overfit import Overfit, at_sizes, overfit
from discern.evaluate.quick import Quick
from discern.evaluate.refit import Learner, Refit
from discern.models import catalogue

DEPTHS = (1, 2, 4, 20)
Values = NDArray[np.float32]
Labels = NDArray[np.int64]


def noisy(n: int = 400, seed: int = 0, *, wrong: float = 0.25) -> tuple[Values, Labels]:
    """One column tells the label, eleven do not, and a share of the labels is wrong."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 12)).astype(np.float32)
    return values, ((values[:, 0] > 0) ^ (rng.random(n) < wrong)).astype(np.int64)


def trees(values: Values, own: int, labels: Labels, depths: Sequence[int] = DEPTHS) -> Overfit:
    def learner(depth: int) -> Learner:
        return Refit(
            lambda: catalogue.estimator("tree", max_depth=depth, min_samples_leaf=1),
            values,
            2,
            "decision tree",
            tell=lambda: None,
        )

    units = np.arange(len(labels))
    found = overfit(learner(own), labels, units, own=True, n_numbers=99, n_folds=4)
    assert found is not None and not found.sizes and found.sentence == ""
    named = [(f"depth {depth}", learner(depth)) for depth in depths]
    return at_sizes(found, "most questions", named, depths.index(own), labels, units, n_folds=4)


def test_a_tree_too_deep_is_told_which_one_does_better() -> None:
    values, labels = noisy()
    found = trees(values, 20, labels)
    assert [size.words for size in found.sizes] == [f"depth {depth}" for depth in DEPTHS]
    gaps = [size.gap.value or 0.0 for size in found.sizes]
    assert gaps == sorted(gaps) and gaps[0] < 0.05 and gaps[-1] > 0.25
    assert found.own_size == 3 and found.sizes[3].better is None
    assert (found.sizes[3].seen, found.sizes[3].unseen, found.sizes[3].gap) == (found.seen, found.unseen, found.gap)
    assert found.smaller is found.sizes[0] and found.larger is None
    better = found.smaller.better
    assert better is not None and "3 tests together" in better.method
    assert better.value == pytest.approx((found.smaller.unseen.value or 0) - (found.unseen.value or 0))
    assert found.sentence.startswith("A smaller model (depth 1) is right for ")
    finding = found.finding()
    assert finding is not None and finding.code == "D503" and "take a smaller model (depth 1)" in finding.what_to_do


def test_one_of_the_right_size_is_not_found_fault_with_and_one_too_small_is_told() -> None:
    values, labels = noisy()
    right = trees(values, 1, labels)
    assert right.finding() is None and right.smaller is None
    assert right.sentence.startswith("No other size that was tried is shown to do better")
    crossed = ((values[:, 0] > 0) ^ (values[:, 1] > 0)).astype(np.int64)
    small = trees(values, 1, crossed, (1, 4, 8))
    assert small.larger is not None and small.sentence.startswith("A larger model (depth ")


def test_the_smallest_that_does_as_well_is_named() -> None:
    values, labels = noisy(wrong=0.0)
    found = trees(values, 20, labels)
    assert found.smaller is None and found.simplest is found.sizes[0]
    assert "not shown to do worse: depth 1, with a gap of " in found.sentence


def test_with_nothing_to_tell_no_size_is_shown_to_be_better_more_often_than_promised() -> None:
    """40 data sets with random labels: at 5 % at most 6 of them in 99 cases of 100 (binomial)."""
    alarms = 0
    for seed in range(40):
        values, labels = noisy(80, seed, wrong=0.5)
        model = Quick(values, 2)
        ridges = (3.0, 0.1, 0.01)
        units = np.arange(80)
        found = overfit(model, labels, units, own=False, n_numbers=0, n_folds=4)
        assert found is not None
        named: list[tuple[str, Learner]] = [(f"ridge {ridge}", model.ridged(ridge)) for ridge in ridges]
        found = at_sizes(found, "ridge", named, 1, labels, units, n_folds=4)
        alarms += found.smaller is not None or found.larger is not None
    assert alarms <= 6


def test_it_is_kept_as_json_and_records_of_before_there_were_sizes_are_read() -> None:
    values, labels = noisy(120)
    found = trees(values, 20, labels)
    record = json.loads(to_json(found.to_json()))
    assert Overfit.from_json(record) == found
    for name in ("axis", "sizes", "sentence"):
        del record[name]
    assert not Overfit.from_json(record).sizes


def test_one_group_alone_has_no_sizes() -> None:
    values, labels = noisy(40)
    model, units = Quick(values, 2), np.zeros(40, np.int64)
    assert overfit(model, labels, units, own=False, n_numbers=0, n_folds=4) is None
