"""Learning to foretell the next character: stretches of the text in many streams, cross entropy, one cycle.

What is drawn (where an epoch begins, which units are silent, the first weights) comes from the seed and its place, so a
training that is stopped anywhere and goes on gives the same bytes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..core import seeds
from ..core.events import Listener, note, steps
from ..nets.characters import CharacterNet, State, stretches, weights_of
from . import checkpoint
from .budget import epochs_within
from .optimizer import Optimizer
from .precision import Precision

WARM_UP = 0.03
"""The share of all steps in which the learning rate rises."""
LAST = 0.02
"""The last learning rate, as a share of the highest."""
LOOKED_AT = 128
"""Characters at a time when validation is looked at."""
TIMED = 12
"""Steps after which an epoch's time is told, from the last two thirds of them."""
SPARE = 0.08
"""The share of the time that goes into looking at validation and into checkpoints."""
SHOWN = 20
"""Steps after which progress is told."""
LONGEST = 1.0
"""Gradients longer than this are shortened to it."""


@dataclass(frozen=True)
class Plan:
    """How to learn; every value decided."""

    width: int
    depth: int
    dropout: float
    n_streams: int
    length: int
    """Characters over which errors are carried back."""
    epochs: int
    learning_rate: float
    weight_decay: float
    seed: int
    precision: Precision


@dataclass(frozen=True)
class Learned:
    """Weights by name, after the epoch that foretold the validation part best, and what each epoch came to."""

    weights: dict[str, NDArray[np.float32]]
    best_epoch: int
    history: tuple[dict[str, float], ...]
    """`epoch`, `train_bits`, `validation_bits`: bits a character."""


def fit(
    train: NDArray[np.int64],
    validation: Sequence[NDArray[np.int64]],
    n_characters: int,
    plan: Plan,
    *,
    checkpoints: Path | None = None,
    on_event: Listener,
) -> Learned:
    """Learn from `train` `(n,)`, positions in the alphabet; `validation` are passages that choose the epoch.

    Goes on from what it finds in `checkpoints`. Raises RunError for a checkpoint of another training.
    """
    net, optimizer = _begin(n_characters, plan)
    codes = torch.from_numpy(train)
    passages = [torch.from_numpy(one) for one in validation]
    facts = asdict(plan) | {"data": checkpoint.digest(train, *validation), "threads": torch.get_num_threads()}
    history: list[dict[str, float]] = []
    best: dict[str, NDArray[np.float32]] = {}
    found = None if checkpoints is None else checkpoint.read(checkpoints, facts)
    if found is not None:
        history, best = found[0]["history"], checkpoint.under("best/", found[1])
        _restore(net, optimizer, found[0]["taken"], found[1])
    for epoch in range(len(history), plan.epochs):
        train_bits = _epoch(net, optimizer, codes, epoch, plan, on_event)
        bits = bits_of(net, passages, _dtype(plan))
        if not history or bits < min(one["validation_bits"] for one in history):
            best = weights_of(net)
        history.append({"epoch": epoch + 1, "train_bits": train_bits, "validation_bits": bits})
        said = f"epoch {epoch + 1} of {plan.epochs}: {bits:.3f} bits a character on the passages that choose"
        note(on_event, said)
        if checkpoints is not None:
            progress = {"history": history, "taken": optimizer.taken}
            checkpoint.write(checkpoints, facts, progress, _kept(net, optimizer, best))
    chosen = min(range(len(history)), key=lambda place: history[place]["validation_bits"])
    return Learned(best, chosen + 1, tuple(history))


def with_epochs(
    plan: Plan, train: NDArray[np.int64], n_characters: int, seconds: float, checkpoints: Path | None
) -> Plan:
    """The plan with as many epochs as `seconds` are enough for, from steps that are timed and thrown away; a training
    that was begun keeps its own. Raises RunError for a damaged checkpoint."""
    begun = None if checkpoints is None else checkpoint.facts_of(checkpoints)
    if begun is not None:
        return replace(plan, epochs=int(begun["epochs"]))
    net, optimizer = _begin(n_characters, plan)
    pairs = stretches(torch.from_numpy(train), plan.n_streams, plan.length)
    state, times = net.begin(plan.n_streams), []
    for step in range(TIMED):
        began = time.perf_counter()
        _, state = _step(net, optimizer, pairs[step % len(pairs)], state, plan.learning_rate, plan)
        times.append(time.perf_counter() - began)
    epoch = float(np.median(times[TIMED // 3 :])) * len(pairs)
    return replace(plan, epochs=epochs_within(seconds * (1 - SPARE), epoch))


def bits_of(net: CharacterNet, passages: Sequence[Tensor], dtype: torch.dtype) -> float:
    """Bits a character of passages, each from a blank memory on; all are read side by side."""
    net.eval()
    shortest = min(len(one) for one in passages)
    side = torch.stack([one[:shortest] for one in passages], dim=1)
    state, total, n = net.begin(len(passages)), 0.0, 0
    with torch.no_grad():
        for at in range(0, shortest - 1, LOOKED_AT):
            given, wanted = side[at : at + LOOKED_AT][: shortest - 1 - at], side[at + 1 : at + LOOKED_AT + 1]
            loss, state = _loss(net, given, wanted, state, dtype)
            total, n = total + float(loss) * wanted.numel(), n + wanted.numel()
    net.train()
    return total / n / math.log(2)


def _begin(n_characters: int, plan: Plan) -> tuple[CharacterNet, Optimizer]:
    torch.manual_seed(seeds.derive(plan.seed, "writer", "weights"))
    net = CharacterNet(n_characters, plan.width, plan.depth, plan.dropout)
    net.train()
    return net, Optimizer(net, plan.weight_decay, _dtype(plan))


def _epoch(net: CharacterNet, optimizer: Optimizer, codes: Tensor, epoch: int, plan: Plan, on_event: Listener) -> float:
    """One pass, from a place of its own on; the bits a character on the way."""
    torch.manual_seed(seeds.derive(plan.seed, "writer", "epoch", epoch))
    begin = int(torch.randint(len(codes), (1,)))
    pairs = stretches(torch.roll(codes, -begin), plan.n_streams, plan.length)
    state, total = net.begin(plan.n_streams), 0.0
    for place, pair in enumerate(pairs):
        rate = plan.learning_rate * _cycle((epoch + place / len(pairs)) / plan.epochs)
        loss, state = _step(net, optimizer, pair, state, rate, plan)
        total += loss
        if (place + 1) % SHOWN == 0:
            steps(on_event, "steps", epoch * len(pairs) + place + 1, plan.epochs * len(pairs))
    return total / len(pairs) / math.log(2)


def _step(
    net: CharacterNet, optimizer: Optimizer, pair: tuple[Tensor, Tensor], state: State, rate: float, plan: Plan
) -> tuple[float, State]:
    loss, state = _loss(net, *pair, state, _dtype(plan))
    net.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(net.parameters(), LONGEST)
    optimizer.step(rate)
    return float(loss.detach()), state


def _loss(net: CharacterNet, given: Tensor, wanted: Tensor, state: State, dtype: torch.dtype) -> tuple[Tensor, State]:
    """Nats a character, and what is remembered after the last."""
    scores, state = net(given, state, dtype)
    return nn.functional.cross_entropy(scores.flatten(0, 1), wanted.flatten()), state


def _dtype(plan: Plan) -> torch.dtype:
    return torch.bfloat16 if plan.precision == "bfloat16" else torch.float32


def _cycle(done: float) -> float:
    """The share of the highest learning rate: up in the first steps, then down along a cosine."""
    return min(1.0, (done + 1e-9) / WARM_UP) * (LAST + (1 - LAST) * 0.5 * (1 + math.cos(math.pi * done)))


def _kept(net: CharacterNet, optimizer: Optimizer, best: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
    kept: dict[str, NDArray[Any]] = {f"now/{name}": value for name, value in weights_of(net).items()}
    kept |= {f"best/{name}": value for name, value in best.items()}
    for kind, memory in (("first", optimizer.first), ("second", optimizer.second)):
        kept |= {f"{kind}/{name}": value.contiguous().numpy() for name, value in memory.items()}
    return kept


def _restore(net: CharacterNet, optimizer: Optimizer, taken: int, arrays: dict[str, NDArray[Any]]) -> None:
    now = {name: torch.from_numpy(value.copy()) for name, value in checkpoint.under("now/", arrays).items()}
    net.load_state_dict(now)
    for kind, memory in (("first", optimizer.first), ("second", optimizer.second)):
        for name, value in checkpoint.under(f"{kind}/", arrays).items():
            memory[name].copy_(torch.from_numpy(value.copy()))
    optimizer.taken = taken
