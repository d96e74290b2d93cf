"""How many epochs a time allows, from steps that are taken on a copy of the network and thrown away."""

from __future__ import annotations

import copy
import time

import torch
from torch import nn

from . import loop, share

WARM_UP = 3
"""Steps before the clock starts: the first ones set memory aside."""
STEPS = 40
"""Most steps that are timed."""
SECONDS = 4.0
"""Timing ends after this long."""


def epochs_within(seconds: float, epoch_seconds: float) -> int:
    """The most whole epochs of `epoch_seconds` in `seconds`, at least one."""
    return max(1, min(1_000_000, int(seconds / epoch_seconds)))


def epoch_seconds(network: nn.Module, train: loop.Part, validation: loop.Part | None, settings: loop.Settings) -> float:
    """Seconds that one epoch of learning and looking takes here and now; `network` is left as it is."""
    state = loop.begin(copy.deepcopy(network), settings)
    batches = loop.order_of(train, settings, 1)
    n_steps = len(batches)
    state.network.train()
    with share.using(settings.threads), torch.random.fork_rng(devices=[]):
        for number in range(min(WARM_UP, n_steps)):
            loop.take_step(state, train, settings, 1, number, batches)
        timed, began = 0, time.monotonic()
        while timed < STEPS and (timed == 0 or time.monotonic() - began < SECONDS):
            loop.take_step(state, train, settings, 1, timed % n_steps, batches)
            timed += 1
        learning = (time.monotonic() - began) / timed * n_steps
        if validation is None:
            return learning
        some = loop.Part(validation.values[: settings.look_batch], validation.targets[: settings.look_batch])
        began = time.monotonic()
        loop.look(state.shown, some, settings)
        return learning + (time.monotonic() - began) * len(validation) / len(some)
