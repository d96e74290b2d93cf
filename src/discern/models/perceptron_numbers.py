"""The multilayer perceptron that answers with a number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neural_network import MLPRegressor

from ..core import seeds
from ..core.events import Event, Listener, silent
from ..core.options import SEED, Interval
from .base import Labelled
from .perceptron import FEWEST_TO_HOLD_BACK, HELD_BACK, Layers, forward, hidden_units, step_size
from .regression import Regressor

Array = NDArray[np.float64]
Part = tuple[NDArray[np.float32], NDArray[np.float32]]


class PerceptronNumbers(Regressor):
    """A fully connected network with `depth` hidden layers of `width` units (ReLU), trained with Adam.

    Parameters
    ----------
    width : units of each hidden layer.
    depth : hidden layers.
    layers : the hidden layers one by one instead, such as `dense 16, dense 8`; `none` for a single neuron.
    epochs : most passes over the rows.
    patience : passes without a lower validation loss after which learning ends.
    learning_rate : size of Adam's steps; None for 0.001, or 0.01 of a single neuron.
    alpha : L2 penalty.
    random_state : seed of the first weights and of the order of the rows.

    The pass with the lowest mean squared error on the validation rows (or on a seeded tenth of the rows) is kept.
    Trained by scikit-learn's `MLPRegressor`. Sources: Rumelhart, Hinton and Williams, Nature 323, 1986; Kingma and Ba,
    ICLR 2015.

    After `fit`: `weights_` (a pair of weights `(n_in, n_out)` and biases `(n_out,)` for each layer, float32), `mean_`,
    `scale_` `(n_features,)`, `history_` (a mapping for each pass), `best_epoch_`, `learning_rate_`, `refit_`
    (always False).
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
    mean_: Array
    scale_: Array
    history_: tuple[dict[str, Any], ...]
    best_epoch_: int | None
    learning_rate_: float

    def __init__(
        self,
        width: int = 64,
        *,
        depth: int = 2,
        layers: str | None = None,
        epochs: int = 200,
        patience: int = 20,
        learning_rate: float | None = None,
        alpha: float = 0.01,
        random_state: int = 0,
    ) -> None:
        self.width = width
        self.depth = depth
        self.layers = layers
        self.epochs = epochs
        self.patience = patience
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.random_state = random_state

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Learn, pass by pass. Raises OptionError for a parameter out of its limits, ValueError for other data."""
        rows, targets, n_items = self._learn_from(X, y, validation)
        self.refit_ = False
        held = np.arange(len(rows)) >= n_items
        if len(rows) == n_items >= FEWEST_TO_HOLD_BACK:
            order = seeds.generator(self.random_state, "held back").permutation(n_items)
            held[order[: int(HELD_BACK * n_items)]] = True
        self.mean_, self.scale_ = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
        small, wanted = rows.astype(np.float32), targets.astype(np.float32)
        self.learning_rate_ = step_size(self)
        self._train((small[~held], wanted[~held]), (small[held], wanted[held]), on_event)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """What comes out of the last layer, worked out in float64, `(n_samples,)`."""
        found: Array = forward(self._rows(X), self.weights_)[:, 0]
        return found

    def _train(self, learned: Part, held: Part, on_event: Listener) -> None:
        trainer = MLPRegressor(
            hidden_layer_sizes=hidden_units(self),
            alpha=self.alpha,
            batch_size=min(len(learned[0]), 200 if len(learned[0]) >= 10_000 else 32),
            learning_rate_init=self.learning_rate_,
            random_state=self.random_state,
        )
        best, waited, history = math.inf, 0, []
        for epoch in range(1, int(self.epochs) + 1):
            trainer.partial_fit(*learned)
            both = zip(trainer.coefs_, trainer.intercepts_, strict=True)
            weights = tuple((weight.astype(np.float32), bias.astype(np.float32)) for weight, bias in both)
            trained = 2 * float(trainer.loss_)  # scikit-learn halves it
            loss = float(np.square(forward(held[0], weights)[:, 0] - held[1]).mean()) if len(held[0]) else None
            history.append(
                {
                    "epoch": epoch,
                    "of": int(self.epochs),
                    "train_loss": trained,
                    "validation_loss": loss,
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
