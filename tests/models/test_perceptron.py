"""The multilayer perceptron: its forward pass against scikit-learn's, and the pass over the items that it keeps."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from discern.core.events import Event
from discern.models.perceptron import Perceptron, forward
from discern.models.scorer import softmax


@pytest.mark.parametrize("n_classes", [2, 10])
def test_it_answers_as_what_trained_it(n_classes: int) -> None:
    X, y = load_digits(n_class=n_classes, return_X_y=True)
    X = X.astype(np.float32)
    ours = Perceptron(8, depth=2, epochs=2).fit(X[:200], y[:200], validation=(X[200:], y[200:]))
    scaled = ((X - ours.mean_) / ours.scale_).astype(np.float32)
    theirs = MLPClassifier((8, 8), batch_size=32, random_state=0)
    for _ in range(2):
        theirs.partial_fit(scaled[:200], y[:200], classes=np.arange(n_classes))
    assert ours.best_epoch_ == 2
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(scaled), atol=1e-5)


def test_the_pass_with_the_lowest_validation_loss_is_kept() -> None:
    X, y = load_digits(return_X_y=True)
    told: list[Event] = []
    model = Perceptron(32, epochs=40, patience=3, learning_rate=0.02)
    model.fit(X[:300], y[:300], validation=(X[300:600], y[300:600]), on_event=told.append)
    losses = [point["validation_loss"] for point in model.history_]
    assert [dict(event.facts) for event in told] == list(model.history_)
    assert len(losses) == model.best_epoch_ + 3 and min(losses) == losses[model.best_epoch_ - 1]
    held = softmax(forward((X[300:600] - model.mean_) / model.scale_, model.weights_))
    assert -np.log(held[np.arange(300), y[300:600]]).mean() == pytest.approx(min(losses), rel=1e-4)


def test_a_tenth_is_held_back_when_nothing_else_is_there_to_look_at() -> None:
    X, y = load_digits(return_X_y=True)
    assert Perceptron(4, epochs=1).fit(X[:300], y[:300]).history_[0]["validation_loss"] is not None
    assert Perceptron(4, epochs=1).fit(X[:40], y[:40]).history_[0]["validation_loss"] is None
