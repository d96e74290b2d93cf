"""The convolutional network as an estimator: described in words, trained by `fit.loop`, kept as NumPy arrays."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from ..core import seeds
from ..core.errors import DataError, OptionError
from ..core.events import Listener, note, silent
from ..core.options import CROSS_ENTROPY, LOSSES, SEED, Interval, one_of, raise_all
from ..core.rows import Rows
from ..fit import budget, checkpoint, device, loop, precision, share
from ..nets import transforms
from ..nets.augment import Augment
from ..nets.build import Weights, begin_from, build, fold, load_weights
from ..nets.defaults import GROWING, LARGE, PHOTOGRAPH, default_epochs, default_layers, layers_within
from ..nets.layers import Average, Conv, Dense, Head, Residual, parse, text_of
from ..nets.plan import Shape, Step, plan
from ..nets.scaling import mean_and_scale
from . import parts, probe
from .base import Classifier, Labelled

AUTO = "auto"
COUNT = Interval(1, 1_000_000, whole=True)
RATE = Interval(0, 1, open_low=True)
LEARNING = 3
"""Operations of a training step for one of looking: forward, gradients of the values, gradients of the weights."""
FEWEST_TO_HOLD_BACK = 50
"""With fewer items than this none is held back."""
SMOOTHING = 0.1
AVERAGING = 0.06
"""The share of the steps whose weights are averaged."""
VARIED = 24
"""The shorter side from which what may be varied is found out; a pixel of a smaller picture is too much of it."""
GENTLE, MANY = 0.5, 30
"""In a training of fewer epochs pictures are varied less, down to this share: there is less to be learned by heart."""
MIX = 0.2
"""How photographs are mixed in a training of `MANY` epochs and more."""
LOOK_VALUES = 2**24
"""Values of the largest layer that are held at a time where nothing is learned."""


class ConvNet(Classifier):
    """A convolutional network over pictures `(n, H, W[, C])` or tables `(n, n_features)`.

    Parameters
    ----------
    layers : description in the language of `nets.layers`; None for one that fits the data. Where it names no head,
        photographs that may be mirrored get `softmax mirrored`.
    loss : what is made small: `cross-entropy`, or `mse`, the squared error of the probabilities (`fit.losses`).
    shape : `(H, W)` or `(H, W, C)` of the pictures that the rows of a table hold; None for tables that hold none.
    epochs : passes over the items; a tuple is several one-cycles, each from the last weights of the one before.
    batch_size : items of a step; None for a size that fits the data.
    learning_rate : peak of the one-cycle; None for 0.01 where every layer is normalised and 0.003 elsewhere.
    weight_decay : of AdamW.
    patience : epochs without a lower validation loss after which a cycle ends; None to never end early.
    augment : how pictures are varied while learning, in the language of `nets.transforms`; `none`; or `auto`: where
        pictures have 24 pixels a side and more, a short fit finds out what leaves the answers alone (`models.probe`).
    budget : seconds that learning may take instead of `epochs`; becomes a number of epochs, from measured speed.
    precision : `auto` (bfloat16 where the processor is good at it), `bfloat16` or `float32`.
    device : where to learn: `auto` (a graphics card where PyTorch finds one), `cpu` or `cuda`.
    random_state : seed of the first weights, the order of the items and dropout.

    After `fit`: `weights_` (name to float32 array), `layers_` (the description in full), `shape_`, `history_` (a
    mapping for each epoch), `epochs_` (how many were run), `cycles_` (how many were asked for, cycle by cycle),
    `best_epoch_` (whose weights are kept), `batch_size_`, `learning_rate_`, `precision_`, `device_`, `mean_`, `scale_`,
    `augment_` (the description), `augment_probe_` (a mapping for each variation that was tried), `smoothing_`,
    `averaging_`, `growing_` (shares of the sides at which photographs are learned from, first and last).
    """

    resumable: ClassVar[bool] = True
    limits: ClassVar[Mapping[str, Interval]] = {
        "weight_decay": Interval(0, 10),
        "budget": Interval(0, 10_000_000, open_low=True, or_none=True),
        "random_state": SEED,
    }

    weights_: Weights

    def __init__(
        self,
        layers: str | None = None,
        shape: tuple[int, ...] | None = None,
        *,
        loss: str = CROSS_ENTROPY,
        epochs: int | tuple[int, ...] | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        weight_decay: float = 0.01,
        patience: int | None = 10,
        augment: str = "auto",
        budget: float | None = None,
        precision: str = "auto",
        device: str = "auto",
        random_state: int = 0,
    ) -> None:
        self.layers = layers
        self.shape = shape
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.patience = patience
        self.augment = augment
        self.budget = budget
        self.precision = precision
        self.device = device
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        validation: Labelled | None = None,
        on_event: Listener = silent,
        checkpoints: Path | None = None,
        keep_epochs: bool = False,
        learn_from_all: bool = False,
        start: Weights | None = None,
        class_labels: NDArray[np.int64] | None = None,
    ) -> Self:
        """Learn from X and y; choose the epoch by `validation`, or by a seeded tenth when there are 50 items or more.

        With `learn_from_all` the validation items are learned from too, through the whole schedule; they tell only, and
        before, how pictures may be varied (docs/decisions/0053-few-items.md).
        `checkpoints` is a folder: the training goes on from the checkpoint it holds, and keeps one there; with
        `keep_epochs` the weights of every epoch, too (`fit.checkpoint.read_epoch`). `start` is the `weights_` of
        another ConvNet to begin from; a head of another number of classes is made anew.
        `class_labels` is for classes that are combinations of labels, `(n_classes, n_targets)`: for each class, in the
        order of `classes_`, the position of its label among those of each target. What is learned of a label then
        serves all its classes; what is kept has one plain head, as without (docs/decisions/0050-several-targets.md).
        Pictures may be `Rows` of uint8 `(N, H, W, C)`, mapped from a file: they are read batch by batch.
        Raises OptionError, ValueError for data that cannot be used, RunError for a checkpoint that does not fit.
        """
        began = time.monotonic()
        raise_all(self._problems())
        rows = (X, self._begin_classes(self._begin_pictures(X, y))) if parts.stays(X) else None
        items, targets = rows or self._begin_fit(X, y)
        codes = parts.codes(class_labels, len(self.classes_))
        self.shape_ = self._shape(items)
        train, held_back = self._parts(items, targets, validation)
        everything = parts.joined(train, held_back) if learn_from_all and held_back is not None else train
        self._decide(len(everything[0]))
        self.mean_, self.scale_ = mean_and_scale(parts.shaped(everything[0], self.shape_))
        found = checkpoint.decided(Path(checkpoints)) if checkpoints is not None else None
        self._decide_augment(train, held_back, found[0] if found else {}, on_event)
        self._decide_head()
        steps = self._plan()
        train, held_back = everything, None if everything is not train else held_back
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seeds.derive(self.random_state, "weights"))
            network = build(steps, self.mean_, self.scale_, codes)
        if start is not None:
            begin_from(network, parts.matching(start, steps, on_event))
        learned = loop.Part.of(parts.shaped(train[0], self.shape_), train[1])
        looked = loop.Part.of(*held_back) if held_back is not None else None
        settings = self._settings(steps)
        if self.budget is not None:
            if found:
                self.cycles_ = found[1]
            else:
                each = budget.epoch_seconds(network, learned, looked, settings, seconds=budget.worth(self.budget))
                self.cycles_ = (budget.epochs_within(self.budget - (time.monotonic() - began), each),)
            n_epochs = sum(self.cycles_)
            note(on_event, f"{self.budget:g} seconds are {n_epochs} epoch{'s' if n_epochs > 1 else ''} here")
            settings = dataclasses.replace(settings, cycles=self.cycles_)
        if self.augment == AUTO and not found:
            self._vary_for_epochs(on_event)
            settings = dataclasses.replace(settings, augment=self._settings(steps).augment)
        saving = None
        if checkpoints is not None:
            saving = loop.Saving(Path(checkpoints), self._facts(settings, train, held_back, start, codes), keep_epochs)
            if found or self.budget is None:
                budget.announce(network, learned, looked, settings, found[2] if found else 0, on_event)
        outcome = loop.fit(network, learned, looked, settings, saving=saving, on_event=on_event)
        self.weights_ = fold(network, outcome.weights)
        self.history_, self.best_epoch_ = outcome.history, outcome.best_epoch
        self.epochs_ = len(self.history_)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, `(n_samples, n_classes)`; computed in float32, without convolutions in float64."""
        items = self._check_items(X)
        steps = self._plan()
        network = self.network()
        if len(self.shape_) == 1:
            network.double()
        values = torch.from_numpy(np.require(items, requirements=["C", "W"]))
        with share.using(share.worth(_operations(steps) * len(values))), torch.inference_mode():
            found = [network(batch).double().softmax(dim=1) for batch in torch.split(values, _look_batch(steps))]
        return torch.cat(found).numpy()

    def network(self) -> nn.Sequential:
        """As fitted: items `(B, H, W, C)` or `(B, F)` to scores `(B, n_classes)`."""
        network = build(self._plan(), self.mean_, self.scale_).eval()
        load_weights(network, self.weights_)
        return network

    def _problems(self) -> list[str | None]:
        """What is wrong with the parameters, all of it."""
        found = [precision.problem(self.precision), device.problem(self.device), one_of("loss", str(self.loss), LOSSES)]
        if self.layers is not None:
            try:
                parse(self.layers)
            except OptionError as error:
                found.extend(error.problems)
        if self.augment != AUTO:
            try:
                transforms.parse(self.augment)
            except OptionError as error:
                found.extend(error.problems)
        if self.budget is not None and self.epochs is not None:
            found.append("epochs and budget are both given; expected one of them")
        cycles = self.epochs if isinstance(self.epochs, tuple) else (self.epochs,)
        found.extend(COUNT.problem("epochs", cycle) for cycle in cycles if cycle is not None or len(cycles) > 1)
        if not cycles:
            found.append("epochs is (); expected a whole number, or one for each cycle")
        given = {"batch_size": self.batch_size, "patience": self.patience}
        found.extend(COUNT.problem(name, value) for name, value in given.items() if value is not None)
        if self.shape is not None:
            fits = isinstance(self.shape, (tuple, list)) and len(self.shape) in (2, 3)
            sides = self.shape if fits else ()
            if not fits or any(COUNT.problem("shape", side) for side in sides):
                found.append(f"shape is {self.shape!r}; expected (height, width) or (height, width, channels)")
        if self.learning_rate is not None:
            found.append(RATE.problem("learning_rate", self.learning_rate))
        return [*found, *(limit.problem(name, getattr(self, name)) for name, limit in self.limits.items())]

    def _shape(self, items: NDArray[Any] | Rows) -> Shape:
        """The shape of one item as the network sees it. Raises OptionError when `shape` does not fit the data."""
        if self.shape is None:
            return self.input_.shape
        shape: Shape = tuple(int(side) for side in self.shape)
        shape = shape if len(shape) == 3 else (*shape, 1)
        fits = shape == self.input_.shape if self.input_.kind == "pictures" else math.prod(shape) == items.shape[1]
        if not fits:
            raise OptionError(f"shape is {self.shape!r}, {math.prod(shape)} values; the data are {self.input_}")
        return shape

    def _parts(
        self, items: NDArray[Any] | Rows, targets: NDArray[np.int64], validation: Labelled | None
    ) -> tuple[parts.Items, parts.Items | None]:
        """What is learned from and what is looked at."""
        if validation is not None:
            looked, labels = validation
            if len(labels) == 0:  # type: ignore[arg-type]
                return (items, targets), None
            positions = self._positions(labels)
            checked = self._check_pictures(looked) if parts.stays(looked) else self._check_items(looked)
            if len(checked) != len(positions):
                raise DataError(f"validation has {len(checked)} items but {len(positions)} labels")
            return (items, targets), (checked, positions)
        if len(items) < FEWEST_TO_HOLD_BACK:
            return (items, targets), None
        return parts.divided(items, targets, self.random_state)

    def _decide(self, n_items: int) -> None:
        """Put a value where a parameter is None or `auto`."""
        self.device_ = device.resolve(self.device)
        self.precision_ = precision.resolve(self.precision, self.device_)
        photographs = len(self.shape_) == 3 and min(self.shape_[:2]) >= PHOTOGRAPH
        self.smoothing_, self.averaging_ = (SMOOTHING, AVERAGING) if photographs else (0.0, 0.0)
        self.batch_size_ = int(self.batch_size or min(64 if photographs else 256, max(16, n_items // 20)))
        default = default_epochs(n_items, photographs=photographs)
        self.cycles_ = tuple(map(int, self.epochs if isinstance(self.epochs, tuple) else (self.epochs or default,)))
        layers = self.layers or self._default_layers(n_items)
        steps = plan(parse(layers), self.shape_, len(self.classes_))
        self.layers_ = text_of(step.layer for step in steps)
        averaged = any(isinstance(step.layer, Average) for step in steps)
        self.growing_ = GROWING if photographs and averaged and min(self.shape_[:2]) >= LARGE else None
        weighted = [step.layer for step in steps if isinstance(step.layer, Conv | Dense | Residual)]
        steady = bool(weighted) and all(isinstance(layer, Residual) or layer.norm for layer in weighted)
        self.learning_rate_ = float(self.learning_rate or (0.01 if steady else 0.003))

    def _default_layers(self, n_items: int) -> str:
        if self.budget is None:
            return default_layers(self.shape_, len(self.classes_))
        return layers_within(self.budget, self.shape_, len(self.classes_), n_items)

    def _decide_augment(
        self, train: parts.Items, held_back: parts.Items | None, facts: Mapping[str, Any], on_event: Listener
    ) -> None:
        """How pictures are varied: as asked for, as a checkpoint with these `facts` says, or as is found out."""
        self.augment_probe_: probe.Table = ()
        if self.augment != AUTO:
            asked = transforms.parse(self.augment)
            if asked and len(self.shape_) != 3:
                raise OptionError(f"augment is {self.augment!r}, which is for pictures; give their shape, or take none")
            self.augment_ = str(asked)
        elif facts.get("augment asked") == AUTO:
            self.augment_, self.augment_probe_ = facts["augment"], tuple(facts["augment probe"])
        elif len(self.shape_) == 3 and min(self.shape_[:2]) >= VARIED and probe.possible(self.shape_, held_back):
            assert held_back is not None  # nothing would be possible without
            how = (self.mean_, self.scale_, self.precision_, self.device_, int(self.random_state))
            asked, self.augment_probe_ = probe.find(self.shape_, train, held_back, *how)
            self.augment_ = str(asked)
            note(on_event, probe.said(asked, self.augment_probe_))
        else:
            self.augment_ = transforms.NONE

    def _decide_head(self) -> None:
        """Photographs that may be mirrored are answered together with their mirror images, if no head was described."""
        described = self.layers is not None and isinstance(parse(self.layers)[-1], Head)
        if self.smoothing_ and transforms.parse(self.augment_).flip and not described:
            self.layers_ += " mirrored"

    def _vary_for_epochs(self, on_event: Listener) -> None:
        """Fit what was found out to the number of epochs, of the first cycle: the others may be added later."""
        found, share = transforms.parse(self.augment_), max(GENTLE, self.cycles_[0] / MANY)
        if share >= 1 and self.smoothing_:
            self.augment_ = str(dataclasses.replace(found, mix=MIX))
            note(on_event, f"and two are mixed at a time (mix {MIX:g}), since the epochs are many ({self.cycles_[0]})")
        elif found and share < 1:
            self.augment_ = str(found.times(share))
            note(on_event, f"by {100 * share:.0f} % of that, since the epochs are few ({self.cycles_[0]})")

    def _settings(self, steps: tuple[Step, ...]) -> loop.Settings:
        varied = transforms.parse(self.augment_)
        mean, scale = (torch.from_numpy(value).to(self.device_) for value in (self.mean_, self.scale_))
        return loop.Settings(
            cycles=self.cycles_,
            loss=self.loss,
            batch_size=self.batch_size_,
            learning_rate=self.learning_rate_,
            weight_decay=float(self.weight_decay),
            patience=self.patience,
            precision=self.precision_,
            threads=share.worth(LEARNING * _operations(steps) * self.batch_size_),
            seed=int(self.random_state),
            device=self.device_,
            look_batch=_look_batch(steps),
            smoothing=self.smoothing_,
            averaging=self.averaging_,
            augment=Augment(varied, mean, scale) if varied or self.growing_ else None,
            growing=self.growing_,
        )

    def _plan(self) -> tuple[Step, ...]:
        return plan(parse(self.layers_), self.shape_, len(self.classes_))

    def _facts(
        self,
        settings: loop.Settings,
        train: parts.Items,
        held_back: parts.Items | None,
        start: Weights | None,
        codes: NDArray[np.int64] | None,
    ) -> dict[str, Any]:
        """What a checkpoint holds for: when any of it changes, going on would not give the same bytes."""
        return {
            "training data": checkpoint.digest(*train, np.asarray(self.classes_).astype(str)),
            "validation data": checkpoint.digest(*(held_back or (None,))),
            "start weights": checkpoint.digest(*((start or {})[name] for name in sorted(start or {}))),
            "class labels": None if codes is None else checkpoint.digest(codes),
            "layers": self.layers_,
            "shape": list(self.shape_),
            **({} if settings.loss == CROSS_ENTROPY else {"loss": settings.loss}),  # earlier checkpoints name none
            "batch_size": settings.batch_size,
            "learning_rate": settings.learning_rate,
            "weight_decay": settings.weight_decay,
            "patience": settings.patience,
            "random_state": settings.seed,
            "smoothing": settings.smoothing,
            "averaging": settings.averaging,
            "growing": settings.growing and list(settings.growing),
            "augment asked": self.augment,
            "augment": self.augment_,
            "augment probe": list(self.augment_probe_),
            "precision": settings.precision,
            "device": settings.device,
            "threads": settings.threads,
            "torch": str(torch.__version__),
        }


def _look_batch(steps: tuple[Step, ...]) -> int:
    return max(1, min(1024, LOOK_VALUES // max(math.prod(step.gives) for step in steps)))


def _operations(steps: tuple[Step, ...]) -> int:
    return sum(step.operations for step in steps)
