"""What epochs take, from steps that are taken on a copy of the network and thrown away: a time as a number of epochs,
and a number of epochs as a time."""

from __future__ import annotations

import copy
import dataclasses
import time

import torch
from torch import nn

from ..core.events import Listener, duration, note
from . import device, loop, share

WARM_UP = 3
"""Steps before the clock starts: the first ones set memory aside."""
STEPS = 40
"""Most steps that are timed."""
SECONDS, SHARE = 4.0, 0.05
"""Timing ends after this long, or after this share of the budget."""
GLANCE_SHARE, GLANCE_SECONDS = 0.03, 1.5
"""What is timed only to tell a person how long it will take: at most this share of all steps, and this long."""


def epochs_within(seconds: float, epoch_seconds: float) -> int:
    """The most whole epochs of `epoch_seconds` in `seconds`, at least one."""
    return max(1, min(1_000_000, int(seconds / epoch_seconds)))


def worth(budget: float) -> float:
    """Seconds that timing may take of a budget."""
    return min(SECONDS, SHARE * budget)


def epoch_seconds(
    network: nn.Module,
    train: loop.Part,
    validation: loop.Part | None,
    settings: loop.Settings,
    most_steps: int = WARM_UP + STEPS,
    seconds: float = SECONDS,
) -> float:
    """Seconds that one epoch of learning and looking takes here and now; `network` is left as it is."""
    share_of_last = 1.0
    if settings.growing is not None:  # timed at the last size, which the others are in proportion to
        last = settings.growing[1]
        share_of_last = loop.mean_area(settings.growing) / last**2
        settings = dataclasses.replace(settings, growing=(last, last))
    state = loop.begin(copy.deepcopy(network), settings)
    batches = loop.order_of(train, settings, 1)
    n_steps = len(batches)
    state.network.train()
    with share.using(settings.threads), torch.random.fork_rng(devices=device.generators(settings.device)):
        warm_up, began = min(WARM_UP, n_steps, most_steps // 2), time.monotonic()
        for number in range(warm_up):
            loop.take_step(state, train, settings, 1, number, batches)
            if time.monotonic() - began > seconds:
                break
        device.wait(settings.device)
        timed, began = 0, time.monotonic()
        while timed < most_steps - warm_up and (timed == 0 or time.monotonic() - began < seconds):
            loop.take_step(state, train, settings, 1, timed % n_steps, batches)
            timed += 1
        device.wait(settings.device)
        learning = (time.monotonic() - began) / timed * n_steps * share_of_last
        if validation is None:
            return learning
        some = loop.Part(*validation.batch(slice(settings.look_batch)))
        began = time.monotonic()
        loop.look(state.shown, some, settings)
        return learning + (time.monotonic() - began) * len(validation) / len(some)


def announce(
    network: nn.Module,
    train: loop.Part,
    validation: loop.Part | None,
    settings: loop.Settings,
    done: int,
    on_event: Listener,
) -> None:
    """Say how long the epochs after the first `done` will take; nothing where finding out would cost too much of it."""
    left = sum(settings.cycles) - done
    most_steps = int(GLANCE_SHARE * left * loop.steps_of(len(train), settings))
    if most_steps < 2:
        return
    each = epoch_seconds(network, train, validation, settings, min(most_steps, WARM_UP + STEPS), GLANCE_SECONDS)
    epochs = f"{left} epoch{'s' if left > 1 else ''}{' more' if done else ''}"
    note(on_event, f"about {duration(left * each)} for {epochs}; Ctrl-C stops, `discern resume` goes on")
