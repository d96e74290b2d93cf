"""Gaussian naive Bayes, the linear support vector machine, learning vector quantisation, and their probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.datasets import load_digits
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from discern.core.errors import OptionError
from discern.models import lvq
from discern.models.bayes import NaiveBayes
from discern.models.calibrate import out_of_fold, steepness
from discern.models.lvq import LVQ
from discern.models.scorer import softmax
from discern.models.svm import LinearSVM


def digits(n_classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=n_classes, return_X_y=True)
    return X.astype(np.float32), y


def pictures() -> tuple[np.ndarray, np.ndarray]:
    X, y = digits()
    return (X * 15).astype(np.uint8).reshape(-1, 8, 8), y


def test_naive_bayes_answers_as_scikit_learns_does() -> None:
    X, y = digits()
    theirs = GaussianNB(var_smoothing=0.01).fit(X[:600].astype(np.float64), y[:600])
    ours = NaiveBayes(0.01).fit(X[:400], y[:400], validation=(X[400:600], y[400:600]))
    assert ours.refit_
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X.astype(np.float64)), atol=1e-6)


def test_naive_bayes_copes_with_constant_values() -> None:
    flat = np.full((6, 2, 2), 7, np.uint8)
    assert NaiveBayes().fit(flat, list("ababab")).predict_proba(flat).tolist() == [[0.5, 0.5]] * 6


@pytest.mark.parametrize("n_classes", [2, 10])
def test_the_planes_are_those_of_scikit_learn(n_classes: int) -> None:
    X, y = digits(n_classes)
    ours = LinearSVM(0.05, max_iter=3000).fit(X[:250], y[:250])
    scaled = (X - ours.mean_) / ours.scale_
    theirs = LinearSVC(C=0.05, dual=False, tol=1e-8, max_iter=10_000).fit(scaled[:250], y[:250])
    weights, _, _ = ours._planes(scaled[:250].astype(np.float32), y[:250])
    found, expected = scaled @ weights[:, 1:].T + weights[:, 0], theirs.decision_function(scaled)
    if n_classes == 2:
        assert not weights[0].any()
        found = found[:, 1]
    assert np.abs(found - expected).max() < 0.02 * np.abs(expected).max()
    assert ours.converged_ and np.mean(ours.predict(X[250:]) == y[250:]) > 0.7


def test_probabilities_are_honest() -> None:
    X, y = pictures()
    for model in (LinearSVM(), LVQ(3)):
        for fitted in (
            model.fit(X[:900], y[:900], validation=(X[900:1200], y[900:1200])),
            model.fit(X[:1200], y[:1200]),
        ):
            p = fitted.predict_proba(X[1200:])
            assert np.mean(p.argmax(axis=1) == y[1200:]) > 0.9
            assert abs(p.max(axis=1).mean() - np.mean(p.argmax(axis=1) == y[1200:])) < 0.05


def test_steepness_finds_what_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(20_000, 3)) * 4
    shift = np.array([0.5, 0.0, -0.5])
    chances = softmax(0.7 * scores + shift)
    positions = (chances.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1)
    steep, found = steepness(scores, positions)
    assert steep == pytest.approx(0.7, abs=0.03)
    np.testing.assert_allclose(found - found.mean(), shift, atol=0.06)
    certain, _ = steepness(np.array([[0.0, 1.0], [0.0, -1.0]] * 4), np.array([1, 0] * 4))
    assert 0 < certain < 10  # Platt's targets keep it finite


def test_out_of_fold_scores_come_from_others() -> None:
    rows, positions = np.arange(12, dtype=np.float32)[:, None], np.array([0, 1] * 6)

    def seen(learned: np.ndarray, _: np.ndarray, asked: np.ndarray) -> np.ndarray:
        assert not set(learned[:, 0]) & set(asked[:, 0])
        return np.repeat(asked, 2, axis=1).astype(np.float64)

    scores, held = out_of_fold(rows, positions, 12, seen)
    assert sorted(scores[:, 0]) == list(range(12)) and (scores[:, 0] % 2 == held).all()
    scores, held = out_of_fold(rows, positions, 9, seen)
    assert scores[:, 0].tolist() == [9, 10, 11] and held.tolist() == [1, 0, 1]


def test_the_slope_of_lvq_is_the_slope() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20, 3)).astype(np.float64)
    own = np.array([0, 0, 1, 1]) == rng.integers(0, 2, 20)[:, None]
    squares = (rows**2).sum(axis=1)

    def both(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = lvq._glvq(rows, squares, own, flat.reshape(4, 3))  # type: ignore[arg-type]
        return value, slope.ravel()

    start = rng.normal(size=12)
    assert check_grad(lambda flat: both(flat)[0], lambda flat: both(flat)[1], start) < 1e-6


def test_lvq_learns_and_beats_the_centres_it_began_with() -> None:
    X, y = pictures()
    few, many = LVQ(1, max_iter=1).fit(X[:1200], y[:1200]), LVQ(1).fit(X[:1200], y[:1200])
    assert many.score(X[1200:], y[1200:]) > few.score(X[1200:], y[1200:])
    assert many.prototypes_.shape == (10, 1, 64) and 1 < many.n_iter_ <= 50
    lone = LVQ(4).fit(X[:6], np.array(list("aabbbc")))  # fewer items than prototypes
    assert np.isfinite(lone.predict_proba(X)).all()


def test_limits_are_checked() -> None:
    X, y = digits()
    for model in (NaiveBayes(0), LinearSVM(-1), LVQ(0), NaiveBayes(features="hogs")):
        with pytest.raises(OptionError):
            model.fit(X, y)
