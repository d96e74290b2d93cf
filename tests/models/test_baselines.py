"""The majority baseline and logistic regression."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from discern.core.errors import DataError, OptionError
from discern.core.events import Event
from discern.models.logistic import TOLERANCE, Logistic
from discern.models.majority import Majority


def test_majority_counts_both_parts() -> None:
    X = np.zeros((4, 3))
    model = Majority().fit(X, ["a", "b", "b", "c"])
    assert model.prior_.tolist() == [0.25, 0.5, 0.25] and not model.refit_
    assert model.predict(X).tolist() == ["b"] * 4
    model = Majority().fit(X, ["a", "b", "b", "c"], validation=(X, ["a", "a", "a", "a"]))
    assert model.prior_.tolist() == [5 / 8, 2 / 8, 1 / 8] and model.refit_
    with pytest.raises(DataError, match="not among the classes"):
        Majority().fit(X, ["a", "b", "b", "c"], validation=(X, ["z", "a", "a", "a"]))


@pytest.mark.parametrize("n_classes", [2, 10])
def test_tables_are_standardised_as_scikit_learn_does(n_classes: int) -> None:
    X, y = load_digits(n_class=n_classes, return_X_y=True)
    X = (X * np.linspace(0.1, 30, 64)).astype(np.float32)
    scaler = StandardScaler().fit(X[:300].astype(np.float64))
    scaled = scaler.transform(X.astype(np.float64)).astype(np.float32)
    theirs = LogisticRegression(max_iter=1000, tol=TOLERANCE).fit(scaled[:300], y[:300])
    ours = Logistic(max_iter=1000).fit(X[:300], y[:300])
    assert ours.converged_ and ours.coef_.shape == (n_classes, 64)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(scaled), atol=2e-3)


def test_pixels_share_one_scale_and_validation_is_learned_from() -> None:
    X, y = load_digits(return_X_y=True)
    X = (X * 15).astype(np.uint8).reshape(-1, 8, 8)
    model = Logistic().fit(X[:1000], y[:1000], validation=(X[1000:1500], y[1000:1500]))
    assert model.refit_ and len(np.unique(model.scale_)) == 1
    together = Logistic().fit(X[:1500], y[:1500])
    assert (model.coef_ == together.coef_).all()
    assert np.mean(model.predict(X[1500:]) == y[1500:]) > 0.9


def test_constant_features_and_single_classes_do_no_harm() -> None:
    X = np.random.default_rng(0).normal(size=(40, 4))
    X[:, 1], X[:, 2] = 1e20, 0.1
    model = Logistic().fit(X, X[:, 0] > 0)
    assert np.abs(model.coef_[:, 1:3]).max() == 0 and model.score(X, X[:, 0] > 0) > 0.9
    assert Logistic().fit(X, np.repeat("a", 40)).predict_proba(X).tolist() == [[1.0]] * 40
    pictures = np.full((6, 2, 2), 7, np.uint8)
    assert np.isfinite(Logistic().fit(pictures, list("ababab")).predict_proba(pictures)).all()


def test_a_fit_that_stops_early_is_told_as_a_note() -> None:
    X, y = load_digits(return_X_y=True)
    heard: list[Event] = []
    model = Logistic(max_iter=2).fit(X, y, on_event=heard.append)
    assert not model.converged_ and model.n_iter_ == 2
    assert [event.facts["text"] for event in heard] == [
        "logistic regression stopped at its limit of 2 steps; max_iter raises it"
    ]


def test_parameters_are_checked_all_at_once() -> None:
    with pytest.raises(OptionError, match=r"C is 0.*; max_iter is -1"):
        Logistic(C=0, max_iter=-1).fit(np.zeros((4, 2)), [0, 0, 1, 1])
