"""Figures against scikit-learn, which computes them in its own way."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as peer

from discern.evaluate import metrics


def drawn(seed: int, n: int, n_classes: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n)
    probabilities = rng.dirichlet(np.full(n_classes, 0.4), n)
    probabilities[np.arange(n), truth] += rng.random(n)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return truth, probabilities.argmax(axis=1), probabilities


@pytest.mark.parametrize(("seed", "n", "n_classes"), [(0, 300, 10), (1, 40, 2), (2, 25, 7), (3, 1000, 3)])
def test_figures_are_those_of_scikit_learn(seed: int, n: int, n_classes: int) -> None:
    truth, answers, probabilities = drawn(seed, n, n_classes)
    labels = np.arange(n_classes)
    t = metrics.tally(peer.confusion_matrix(truth, answers, labels=labels))
    present = np.unique(np.append(truth, answers))
    pairs = [
        (metrics.accuracy(t), peer.accuracy_score(truth, answers)),
        (metrics.balanced_accuracy(t), peer.balanced_accuracy_score(truth, answers)),
        (metrics.macro_f1(t), peer.f1_score(truth, answers, average="macro", labels=present, zero_division=0)),
        (metrics.kappa(t), peer.cohen_kappa_score(truth, answers)),
        (
            metrics.item_losses(probabilities[np.arange(n), truth]).mean(),
            peer.log_loss(truth, probabilities, labels=labels),
        ),
    ]
    for ours, theirs in pairs:
        assert ours == pytest.approx(theirs, abs=1e-12)
    precision, recall, f1, _ = peer.precision_recall_fscore_support(truth, answers, labels=labels, zero_division=np.nan)
    for ours, theirs in ((metrics.precision(t), precision), (metrics.recall(t), recall), (metrics.f1(t), f1)):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_leading_axes_are_independent_results() -> None:
    tables = np.random.default_rng(0).integers(0, 9, (5, 4, 4))
    singles = [metrics.tally(table) for table in tables]
    many = metrics.Tally(*(np.stack(parts) for parts in zip(*singles, strict=True)))
    for figure in (metrics.accuracy, metrics.balanced_accuracy, metrics.macro_f1, metrics.kappa, metrics.precision):
        np.testing.assert_array_equal(figure(many), [figure(single) for single in singles])


def test_what_is_not_defined_is_nan_without_a_warning() -> None:
    one_class = metrics.tally(np.array([[7, 0], [0, 0]]))
    assert np.isnan(metrics.kappa(one_class))
    assert np.isnan(metrics.recall(one_class)[1])
    assert metrics.balanced_accuracy(one_class) == 1.0
    assert metrics.macro_f1(one_class) == 1.0


def test_the_log_loss_is_clipped_as_in_scikit_learn() -> None:
    probabilities = np.array([[0.0, 1.0], [1.0, 0.0]])
    ours = metrics.item_losses(np.array([0.0, 1.0])).mean()
    assert ours == pytest.approx(peer.log_loss([0, 0], probabilities, labels=[0, 1]), abs=1e-12)
    assert ours == pytest.approx(-np.log(np.finfo(np.float64).eps) / 2)
