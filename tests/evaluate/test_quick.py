"""The quick model: what it is on paper, many sets of labels at once, and that it recognises things."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge

from discern.core.errors import DataError
from discern.data.samples import digits
from discern.evaluate import quick
from discern.evaluate.refit import folds, held_of


def test_scores_are_those_of_kernel_ridge_regression() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    model = quick.Quick(rng.normal(size=(60, 5)).astype(np.float32), 3)
    train, held = np.arange(40), np.arange(40, 60)
    peer = KernelRidge(alpha=quick.RIDGE, kernel="precomputed")
    hot = (labels[train, None] == np.arange(3)) * 1.0
    prior = hot.mean(axis=0)
    peer.fit(model.likeness[np.ix_(train, train)], hot - prior)
    expected = peer.predict(model.likeness[np.ix_(held, train)]) / np.sqrt(prior)
    assert model.scores(labels[None], [(train, held)])[0] == pytest.approx(expected)


def test_many_sets_of_labels_are_answered_as_each_would_be_alone() -> None:
    rng = np.random.default_rng(1)
    model = quick.Quick(rng.normal(size=(50, 4)).astype(np.float32), 2)
    sets = np.stack([rng.permutation(np.arange(50) % 2) for _ in range(70)])
    parts = folds(np.arange(50), sets[0], 3, seed=0)
    together = model.answers(sets, parts)
    assert together.shape == (70, 50)
    for i in (0, 63, 64, 69):
        assert (model.answers(sets[[i]], parts)[0] == together[i]).all()
    chances = model.probabilities(sets[0], parts)
    assert chances.shape == (50, 2) and chances.sum(axis=1) == pytest.approx(1) and chances.min() > 0


def test_digits_are_recognised_from_a_thousand() -> None:
    values, labels = digits()
    model = quick.Quick(values[:1000], 10)
    truth = labels[:1000].astype(np.int64)
    parts = folds(np.arange(1000), truth, 5, seed=0)
    assert (model.answers(truth[None], parts)[0] == truth[held_of(parts)]).mean() > 0.97


def test_odd_items_give_finite_answers() -> None:
    for values in (
        np.zeros((6, 3), np.float32),
        np.full((6, 20, 20, 3), 7, np.uint8),
        np.zeros((6, 2, 2, 1), np.uint8),
    ):
        model = quick.Quick(values, 2)
        assert np.isfinite(model.scores(np.array([[0, 1] * 3]), [(np.arange(4), np.arange(4, 6))])).all()
    with pytest.raises(DataError, match="at most 2,000"):
        quick.Quick(np.zeros((2001, 1)), 2)
