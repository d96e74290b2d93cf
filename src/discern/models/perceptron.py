"""The multilayer perceptron: layers of weighted sums cut off at zero, and a softmax."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neural_network import MLPClassifier

from ..core import seeds
from ..core.events import Event, Listener, silent
from ..core.options import SEED, Interval
from ..nets.layers import dense_units
from .base import Labelled
from .features import FeatureClassifier, standard
from .scorer import softmax

FEWEST_TO_HOLD_BACK = 50
RATE, NEURON_RATE = 0.001, 0.01
HELD_BACK = 0.1
"""Without a validation part, this share of the items is not learned from but looked at, from 50 items up."""
Layers = tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]


class Perceptron(FeatureClassifier):
    """A fully connected network with `depth` hidden layers of `width` units (ReLU), trained with Adam.

    Parameters
    ----------
    width : units of each hidden layer.
    depth : hidden layers.
    layers : the hidden layers one by one instead, such as `dense 16, dense 8`; `none` for a single neuron an answer.
    epochs : most passes over the items.
    patience : passes without a lower validation loss after which learning ends.
    learning_rate : size of Adam's steps; None for 0.001, or 0.01 of a single neuron.
    alpha : L2 penalty.
    random_state : seed of the first weights and of the order of the items.
    features : `pixels`, or `hog` for pictures.

    Features are standardised as for logistic regression. The pass with the lowest log loss on the validation items (or
    on a seeded tenth of the items) is kept. Trained by scikit-learn's `MLPClassifier`. Sources: Rumelhart, Hinton and
    Williams, Nature 323, 1986; Kingma and Ba, ICLR 2015.

    After `fit`: `weights_` (a pair of weights `(n_in, n_out)` and biases `(n_out,)` for each layer, float32), `mean_`,
    `scale_`, `history_` (a mapping for each pass), `best_epoch_`, `learning_rate_`, `refit_` (always False).
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "width": Interval(1, 10_000, whole=True),
        "depth": Interval(1, 10, whole=True),
        "epochs": Interval(1, 1_000_000, whole=True),
        "patience": Interval(1, 1_000_000, whole=True),
        "learning_rate": Interval(0, 1, open_low=True, or_none=True),
        "alpha": Interval(0, 1000),
        "random_state": SEED,
    }

    weights_: Layers
    mean_: NDArray[np.float64]
    scale_: NDArray[np.float64]
    history_: tuple[dict[str, Any], ...]
    best_epoch_: int | None
    learning_rate_: float

    def __init__(
        self,
        width: int = 128,
        *,
        depth: int = 1,
        layers: str | None = None,
        epochs: int = 60,
        patience: int = 8,
        learning_rate: float | None = None,
        alpha: float = 1e-4,
        random_state: int = 0,
        features: str = "pixels",
    ) -> None:
        self.width = width
        self.depth = depth
        self.layers = layers
        self.epochs = epochs
        self.patience = patience
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.random_state = random_state
        self.features = features

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Learn, pass by pass. Raises OptionError for a parameter out of its limits, ValueError for other data."""
        rows, positions, n_items = self._learn_from(X, y, validation)
        self.refit_ = False
        held = self._held(len(rows), n_items)
        learned = ~held
        if n_items == len(rows) and len(np.unique(positions[learned])) < len(self.classes_):
            held, learned = np.zeros_like(held), np.ones_like(held)  # a class would not be learned at all
        self.mean_, self.scale_ = standard(rows[learned], alike=self.input_.kind == "pictures")
        scaled = ((rows - self.mean_) / self.scale_).astype(np.float32)
        self.history_, self.best_epoch_, self.learning_rate_ = (), None, step_size(self)
        if len(self.classes_) == 1:
            self.weights_ = ((np.zeros((scaled.shape[1], 1), np.float32), np.zeros(1, np.float32)),)
            return self
        self._train((scaled[learned], positions[learned]), (scaled[held], positions[held]), on_event)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, `(n_samples, n_classes)`, worked out in float64."""
        rows = self._to_answer(X)
        return softmax(forward((rows - self.mean_) / self.scale_, self.weights_))

    def _held(self, n: int, n_items: int) -> NDArray[np.bool_]:
        """Which rows are looked at and not learned from, `(n,)`."""
        held = np.arange(n) >= n_items
        if n == n_items >= FEWEST_TO_HOLD_BACK:
            order = seeds.generator(self.random_state, "held back").permutation(n)
            held[order[: int(HELD_BACK * n)]] = True
        return held

    def _train(
        self,
        learned: tuple[NDArray[np.float32], NDArray[np.int64]],
        held: tuple[NDArray[np.float32], NDArray[np.int64]],
        on_event: Listener,
    ) -> None:
        batch = min(len(learned[0]), 200 if len(learned[0]) >= 2000 else 32)
        trainer = MLPClassifier(
            hidden_units(self),
            alpha=self.alpha,
            batch_size=batch,
            learning_rate_init=self.learning_rate_,
            random_state=self.random_state,
        )
        best, waited, history = math.inf, 0, []
        for epoch in range(1, int(self.epochs) + 1):
            trainer.partial_fit(*learned, classes=np.arange(len(self.classes_)))
            weights = self._weights_of(trainer)
            trained = float(trainer.loss_)
            loss, accuracy = _measure(weights, *held) if len(held[0]) else (None, None)
            history.append(
                {
                    "epoch": epoch,
                    "of": int(self.epochs),
                    "train_loss": trained,
                    "validation_loss": loss,
                    "validation_accuracy": accuracy,
                    "learning_rate": self.learning_rate_,
                }
            )
            on_event(Event("epoch", history[-1]))
            seen = trained if loss is None else loss
            if seen < best or epoch == 1:
                best, waited, self.weights_, self.best_epoch_ = seen, 0, weights, epoch
            else:
                waited += 1
                if waited >= self.patience:
                    break
        self.history_ = tuple(history)

    def _weights_of(self, trainer: Any) -> Layers:
        """A copy of the weights as they are; of two classes the first one's score is 0."""
        both = zip(trainer.coefs_, trainer.intercepts_, strict=True)
        pairs = [(weight.astype(np.float32), bias.astype(np.float32)) for weight, bias in both]
        weight, bias = pairs[-1]
        if len(self.classes_) == 2:
            pairs[-1] = np.concatenate([weight * 0, weight], axis=1), np.concatenate([bias * 0, bias])
        return tuple(pairs)


def hidden_units(model: Any) -> tuple[int, ...]:
    """The units of each hidden layer of a perceptron. Raises OptionError."""
    return (int(model.width),) * int(model.depth) if model.layers is None else dense_units(model.layers)


def step_size(model: Any) -> float:
    """Of Adam, for a perceptron. A single neuron takes larger steps: it cannot go wrong, and small tables give few."""
    if model.learning_rate is not None:
        return float(model.learning_rate)
    return RATE if hidden_units(model) else NEURON_RATE


def forward(rows: NDArray[Any], weights: Layers) -> NDArray[Any]:
    """Scores of standardised features, `(n, n_classes)`."""
    for weight, bias in weights[:-1]:
        rows = np.maximum(rows @ weight + bias, 0)
    scores: NDArray[Any] = rows @ weights[-1][0] + weights[-1][1]
    return scores


def _measure(weights: Layers, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> tuple[float, float]:
    """Mean log loss and accuracy."""
    probabilities = softmax(forward(rows, weights).astype(np.float64))
    right = probabilities[np.arange(len(rows)), positions]
    loss = -float(np.log(np.maximum(right, 1e-15)).mean())
    return loss, float(np.mean(probabilities.argmax(axis=1) == positions))
