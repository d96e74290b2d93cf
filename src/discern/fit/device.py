"""Where training computes: the processor, or a graphics card where PyTorch can use one.

Pictures stay in the main memory and go to the card a batch at a time; every draw is made on the processor, so that a
seed orders, varies and begins the same on both. The sums of the two differ in their last digits.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch

from ..core.options import one_of

CPU, CUDA = "cpu", "cuda"
CHOICES = ("auto", CPU, CUDA)


def problem(device: str) -> str | None:
    """What is wrong with the name, or with asking this machine for it."""
    if device == CUDA and not torch.cuda.is_available():
        return "device is 'cuda', but PyTorch finds no graphics card here that it can use; expected cpu or auto"
    return one_of("device", device, CHOICES)


def resolve(device: str) -> str:
    """`auto` becomes the graphics card where there is one."""
    if device == "auto":
        return CUDA if torch.cuda.is_available() else CPU
    return device


def said(device: str) -> str:
    """The device in words, for `doctor` and the record of a run."""
    return torch.cuda.get_device_name() if device == CUDA else "processor"


def seed(device: str, number: int) -> None:
    """Begin torch's own generators, which dropout draws from, at `number`."""
    torch.default_generator.manual_seed(number)
    if device == CUDA:
        torch.cuda.manual_seed(number)


def generators(device: str) -> list[int]:
    """The cards whose generators `torch.random.fork_rng` has to put back."""
    return [torch.cuda.current_device()] if device == CUDA else []


def repeatable(device: str) -> AbstractContextManager[object]:
    """Inside, the card adds in a fixed order where it has the choice, so that a seed gives the same weights again."""
    if device != CUDA:
        return nullcontext()
    return torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)


def wait(device: str) -> None:
    """Until the card has done what it was given; before a clock is read."""
    if device == CUDA:
        torch.cuda.synchronize()
