"""The training ladder: `fit` > `run_epoch` > `train_step` > `loss_of`, one rung a function.

Nothing here draws from a running random generator: the order of an epoch, the dropout and the varied pictures of a step
come from the seed and their place alone. So a training that is stopped anywhere and restored from its checkpoint gives
the same bytes.
"""

from __future__ import annotations

import copy
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..core import seeds
from ..core.errors import OptionError
from ..core.events import Event, Listener, note, steps
from ..core.options import CROSS_ENTROPY
from ..core.rows import Rows
from ..nets.augment import Augment
from ..nets.build import Weights, fold, load_weights, weights_of
from . import checkpoint, losses, share
from . import device as devices
from .optimizer import Optimizer
from .precision import Precision, computing
from .schedule import one_cycle

CHECKPOINT_SECONDS = 20.0
"""A checkpoint is written at the end of each epoch, and within it when the last one is older than this."""
SHOWN_STEPS = 20
"""How often an epoch tells its progress."""
GROWN = 0.7
"""The share of a cycle after which pictures have their last size."""
EVEN = 16
"""Sides are learned from in multiples of this, so that halving them leaves nothing over."""


@dataclass(frozen=True)
class Part:
    """Items to learn from or to look at: raw values `(n, H, W, C)` or `(n, F)` and positions of classes `(n,)`."""

    values: Tensor
    targets: Tensor
    rows: Tensor | None = None
    """Which rows of `values` the items are, `(n,)`; None where they are all of them, in their order."""

    @classmethod
    def of(cls, values: NDArray[Any] | Rows, targets: NDArray[np.int64]) -> Part:
        """The arrays themselves, not copies, unless torch cannot share them (read-only memory)."""
        whole, rows = (values.values, torch.from_numpy(values.indices)) if isinstance(values, Rows) else (values, None)
        whole, targets = (np.require(array, requirements=["C", "W"]) for array in (whole, targets))
        return cls(torch.from_numpy(whole), torch.from_numpy(targets), rows)

    def __len__(self) -> int:
        return len(self.targets)

    def batch(self, items: slice | Tensor, device: str = devices.CPU) -> tuple[Tensor, Tensor]:
        """Values and positions of classes of some items, on `device`."""
        values = self.values[items if self.rows is None else self.rows[items]]
        return values.to(device), self.targets[items].to(device)


@dataclass(frozen=True)
class Settings:
    """How to learn; every value decided."""

    cycles: tuple[int, ...]
    """Epochs of each one-cycle; the next begins from the last weights of the one before."""
    batch_size: int
    learning_rate: float
    weight_decay: float
    patience: int | None
    """Epochs without a lower validation loss after which a cycle ends; None to never end early."""
    precision: Precision
    threads: int
    seed: int
    device: str = devices.CPU
    """Where the network computes; the items stay in the main memory."""
    look_batch: int = 256
    """Items that are looked at together where nothing is learned."""
    loss: str = CROSS_ENTROPY
    """What is made small: one of `core.options.LOSSES`."""
    smoothing: float = 0.0
    """The share of each label that is given evenly to all classes while learning (Szegedy et al. 2016)."""
    averaging: float = 0.0
    """The share of a cycle's steps whose weights are averaged; the mean is what is looked at and given. 0: no mean."""
    augment: Augment | None = None
    """Varies the pictures of each batch before it is learned from."""
    growing: tuple[float, float] | None = None
    """Pictures are learned from at this share of their sides at first, and at this one at the end of a cycle."""


@dataclass
class State:
    """Where a training stands: everything that changes, and that a checkpoint keeps."""

    network: nn.Module
    optimizer: Optimizer
    loss_sum: Tensor
    """Sum over the items of this epoch so far, float64, on its own: read once an epoch."""
    cycle: int = 0
    epoch: int = 0
    """Epochs done in this cycle."""
    step: int = 0
    """Steps done in this epoch."""
    history: list[dict[str, Any]] = field(default_factory=list)
    average: nn.Module | None = None
    """The network with the running mean of the weights."""
    best: Weights = field(default_factory=dict)
    best_epoch: int = 0
    best_loss: float = math.inf

    @property
    def shown(self) -> nn.Module:
        """The network that is looked at and given."""
        return self.network if self.average is None else self.average


@dataclass(frozen=True)
class Outcome:
    weights: Weights
    """Of the epoch with the lowest validation loss; of the last one where there is no validation."""
    history: tuple[dict[str, Any], ...]
    best_epoch: int


@dataclass(frozen=True)
class Saving:
    """Where checkpoints are kept, and the facts they hold for."""

    folder: Path
    facts: dict[str, Any]
    every_epoch: bool = False
    """Whether the weights that each epoch ended with are kept, and those that the first began with."""


def fit(
    network: nn.Module,
    train: Part,
    validation: Part | None,
    settings: Settings,
    *,
    saving: Saving | None = None,
    on_event: Listener,
) -> Outcome:
    """Train `network` in place, on the device and through the cycles of `settings`; from a checkpoint if there is one.

    Raises RunError for a checkpoint that is damaged or of another training, OptionError when learning diverges.
    """
    state = begin(network, settings)
    if saving is not None:
        restore(state, saving, settings)
        if not state.history and not state.step:
            keep_epoch(state, saving)
    cards = devices.generators(settings.device)
    with share.using(settings.threads), devices.repeatable(settings.device), torch.random.fork_rng(devices=cards):
        while state.cycle < len(settings.cycles):
            run_cycle(state, train, validation, settings, saving, on_event)
    if not state.best:
        return Outcome(weights_of(state.shown), tuple(state.history), len(state.history))
    return Outcome(state.best, tuple(state.history), state.best_epoch)


def begin(network: nn.Module, settings: Settings) -> State:
    """Before the first step, the network on its device."""
    network.to(settings.device)
    average = copy.deepcopy(network).eval().requires_grad_(False) if settings.averaging else None
    loss_sum = torch.zeros((), dtype=torch.float64, device=settings.device)
    return State(network, optimizer_for(network, settings), loss_sum, average=average)


def run_cycle(
    state: State, train: Part, validation: Part | None, settings: Settings, saving: Saving | None, on_event: Listener
) -> None:
    """Epochs until the cycle is done or has brought nothing for `patience` epochs."""
    of = len(state.history) - state.epoch + settings.cycles[state.cycle]
    if state.epoch == state.step == 0:
        state.optimizer = optimizer_for(state.network, settings)
    while state.epoch < settings.cycles[state.cycle]:
        run_epoch(state, train, settings, saving, on_event)
        facts = finish_epoch(state, train, validation, settings, of)
        ended = state.epoch == settings.cycles[state.cycle] or gave_up(state, settings)
        if ended:
            state.cycle, state.epoch = state.cycle + 1, 0
        if saving is not None:
            keep_epoch(state, saving)
            keep(state, saving, settings)
        on_event(Event("epoch", facts))
        if ended:
            if facts["epoch"] < of:
                note(on_event, f"stopped after epoch {facts['epoch']} of {of}: validation got no better")
            return


def run_epoch(state: State, train: Part, settings: Settings, saving: Saving | None, on_event: Listener) -> None:
    """Every training item once, in an order of this epoch's own, in batches that differ by one item at most."""
    n_steps = steps_of(len(train), settings)
    number = len(state.history) + 1
    shown_every = math.ceil(n_steps / SHOWN_STEPS)
    saved = time.monotonic()
    state.network.train()
    order = order_of(train, settings, number)
    for step in range(state.step, n_steps):
        take_step(state, train, settings, number, step, order)
        state.step = step + 1
        if saving is not None and state.step < n_steps and time.monotonic() - saved > CHECKPOINT_SECONDS:
            keep(state, saving, settings)
            saved = time.monotonic()
        if state.step % shown_every == 0 or state.step == n_steps:
            steps(on_event, f"epoch {number}", state.step, n_steps)


def order_of(train: Part, settings: Settings, number: int) -> tuple[Tensor, ...]:
    """The batches of epoch `number`, each the rows of its items."""
    order = torch.from_numpy(seeds.generator(settings.seed, "order", number).permutation(len(train)))
    return torch.tensor_split(order, steps_of(len(train), settings))


def take_step(
    state: State, train: Part, settings: Settings, number: int, step: int, batches: tuple[Tensor, ...]
) -> None:
    """Step `step` of epoch `number`: its batch, varied, its learning rate, and what follows the optimizer's step."""
    n_steps = len(batches)
    total = n_steps * settings.cycles[state.cycle]
    rate = one_cycle(state.epoch * n_steps + step, total, settings.learning_rate)
    devices.seed(settings.device, seeds.derive(settings.seed, "step", number, step))
    values, targets = train.batch(batches[step], settings.device)
    share = 1.0
    if settings.augment is not None:
        draws = torch.Generator().manual_seed(seeds.derive(settings.seed, "augment", number, step))
        values = settings.augment(values, draws, size_of(values, (state.epoch * n_steps + step) / total, settings))
        values, share = settings.augment.mixed(values, draws)
    loss = train_step(state, values, targets, rate, settings, share)
    state.loss_sum += loss.double() * len(values)
    if state.average is not None:
        follow(state.average, state.network, settings.averaging * total, (number - 1) * n_steps + step)


def size_of(pictures: Tensor, done: float, settings: Settings) -> tuple[int, int] | None:
    """Height and width at which `pictures`, `(B, H, W, C)`, are learned from when `done` of a cycle is over."""
    if settings.growing is None:
        return None
    first, last = settings.growing
    share_of_sides = first + (last - first) * min(1.0, done / GROWN)
    height, width = (max(EVEN, round(side * share_of_sides / EVEN) * EVEN) for side in pictures.shape[1:3])
    return height, width


def mean_area(growing: tuple[float, float]) -> float:
    """What pictures that grow so have of their whole area, on average over a cycle."""
    first, last = growing
    return GROWN * (first**2 + first * last + last**2) / 3 + (1 - GROWN) * last**2


def train_step(
    state: State, values: Tensor, targets: Tensor, rate: float, settings: Settings, share: float = 1.0
) -> Tensor:
    """One step of the optimizer on one batch; the batch's mean loss, still a tensor."""
    state.network.zero_grad()
    loss = loss_of(state.network, values, targets, settings, share)
    torch.autograd.backward(loss)
    state.optimizer.step(rate)
    return loss.detach()


def loss_of(network: nn.Module, values: Tensor, targets: Tensor, settings: Settings, share: float = 1.0) -> Tensor:
    """The mean loss of a batch (`losses.learned`): cross entropy in nats, or squared error of the probabilities."""
    with computing(settings.precision, settings.device):
        logits = network(values).float()
    return losses.learned(settings.loss, logits, targets, smoothing=settings.smoothing, share=share)


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, span: float, steps_before: int) -> None:
    """Move the running mean, of `span` steps, of weights and statistics a step; in the beginning it forgets faster."""
    kept = min(1 - 1 / max(span, 2.0), (1 + steps_before) / (10 + steps_before))
    means, now = (
        [value for value in part.state_dict().values() if value.dtype.is_floating_point] for part in (average, network)
    )
    torch._foreach_lerp_(means, now, 1 - kept)


def finish_epoch(state: State, train: Part, validation: Part | None, settings: Settings, of: int) -> dict[str, Any]:
    """Look at the validation part, keep the weights if they are the best so far, write the epoch into the history."""
    n_steps = steps_of(len(train), settings)
    done = (state.epoch + 1) * n_steps - 1
    facts: dict[str, Any] = {
        "epoch": len(state.history) + 1,
        "of": of,
        "train_loss": float(state.loss_sum) / len(train),
        "validation_loss": None,
        "validation_accuracy": None,
        "learning_rate": one_cycle(done, n_steps * settings.cycles[state.cycle], settings.learning_rate),
    }
    found = [facts["train_loss"]]
    if validation is not None:
        facts["validation_loss"], facts["validation_accuracy"] = look(state.shown, validation, settings)
        found.append(facts["validation_loss"])
    if not all(map(math.isfinite, found)):
        raise OptionError(
            f"training diverged in epoch {facts['epoch']} (the loss is {found[-1]}); "
            f"learning_rate is {settings.learning_rate:g}, try a tenth of it"
        )
    if validation is not None and facts["validation_loss"] < state.best_loss:
        state.best, state.best_epoch, state.best_loss = weights_of(state.shown), facts["epoch"], found[-1]
    state.history.append(facts)
    state.epoch, state.step = state.epoch + 1, 0
    state.loss_sum.zero_()
    return facts


def look(network: nn.Module, part: Part, settings: Settings) -> tuple[float, float]:
    """Mean loss and accuracy on `part`, without learning from it."""
    network.eval()
    total, right = 0.0, 0
    with torch.inference_mode(), computing(settings.precision, settings.device):
        for begin in range(0, len(part), settings.look_batch):
            values, targets = part.batch(slice(begin, begin + settings.look_batch), settings.device)
            logits = network(values).float()
            total += float(losses.looked_at(settings.loss, logits, targets))
            right += int((logits.argmax(dim=1) == targets).sum())
    return total / len(part), right / len(part)


def steps_of(n_items: int, settings: Settings) -> int:
    return math.ceil(n_items / settings.batch_size)


def gave_up(state: State, settings: Settings) -> bool:
    """Whether this cycle's last `patience` epochs brought no lower validation loss."""
    if settings.patience is None or not state.best:
        return False
    return min(state.epoch, len(state.history) - state.best_epoch) >= settings.patience


def optimizer_for(network: nn.Module, settings: Settings) -> Optimizer:
    return Optimizer(network, settings.weight_decay, getattr(torch, settings.precision))


def keep_epoch(state: State, saving: Saving) -> None:
    """Write the weights that the epoch ended with, where that was asked for, as `ConvNet.weights_` would have them."""
    if saving.every_epoch:
        checkpoint.write_epoch(saving.folder, len(state.history), fold(state.network, weights_of(state.shown)))


def keep(state: State, saving: Saving, settings: Settings) -> None:
    """Write the checkpoint."""
    arrays: dict[str, NDArray[Any]] = {f"now/{name}": value for name, value in weights_of(state.network).items()}
    arrays |= {f"best/{name}": value for name, value in state.best.items()}
    if state.average is not None:
        arrays |= {f"average/{name}": value for name, value in weights_of(state.average).items()}
    for kind, memory in (("first", state.optimizer.first), ("second", state.optimizer.second)):
        arrays |= {f"{kind}/{name}": value.cpu().contiguous().numpy() for name, value in memory.items()}
    progress = {
        "cycles": list(settings.cycles[: state.cycle + bool(state.epoch or state.step)]),
        "cycle": state.cycle,
        "epoch": state.epoch,
        "step": state.step,
        "loss_sum": float(state.loss_sum),
        "taken": state.optimizer.taken,
        "history": state.history,
        "best_epoch": state.best_epoch,
        "best_loss": state.best_loss if state.best else None,
    }
    checkpoint.write(saving.folder, saving.facts, progress, arrays)


def restore(state: State, saving: Saving, settings: Settings) -> None:
    """Put `state` where the checkpoint stands, if there is one. Raises RunError."""
    found = checkpoint.read(saving.folder, saving.facts)
    if found is None:
        return
    progress, arrays = found
    checkpoint.same_cycles(saving.folder, tuple(progress["cycles"]), settings.cycles)
    state.cycle, state.epoch, state.step = progress["cycle"], progress["epoch"], progress["step"]
    state.history, state.best_epoch = progress["history"], progress["best_epoch"]
    state.loss_sum += progress["loss_sum"]
    load_weights(state.network, checkpoint.under("now/", arrays))
    if state.average is not None:
        load_weights(state.average, checkpoint.under("average/", arrays))
    state.best = checkpoint.under("best/", arrays)
    state.best_loss = progress["best_loss"] if state.best else math.inf
    state.optimizer.taken = progress["taken"]
    for kind, memory in (("first", state.optimizer.first), ("second", state.optimizer.second)):
        for name, value in checkpoint.under(f"{kind}/", arrays).items():
            memory[name].copy_(torch.from_numpy(value))
