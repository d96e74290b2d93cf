"""Which numbers training computes with: bfloat16 where processor or card multiply it natively, float32 elsewhere."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Literal, cast

import torch

from ..core.options import one_of
from .device import CPU

Precision = Literal["bfloat16", "float32"]
CHOICES = ("auto", "bfloat16", "float32")


def problem(precision: str) -> str | None:
    return one_of("precision", precision, CHOICES)


def resolve(precision: str, device: str = CPU) -> Precision:
    """`auto` becomes what this processor or card is good at; the others are taken at their word.

    `bfloat16` works on every processor, but only slowly where it has to be emulated.
    """
    if precision == "auto":
        return "bfloat16" if native_bfloat16(device) else "float32"
    return cast(Precision, precision)


def native_bfloat16(device: str = CPU) -> bool:
    """Whether this processor has instructions that multiply bfloat16 (AVX512-BF16 or AMX), or the card has."""
    if device != CPU:
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # torch has no public name for these
    return any(bool(getattr(torch.cpu, name, bool)()) for name in names)


def computing(precision: Precision, device: str = CPU) -> AbstractContextManager[object]:
    """Inside, convolutions and dense layers compute with `precision`; weights and sums over batches stay float32."""
    return torch.autocast(device, dtype=torch.bfloat16) if precision == "bfloat16" else nullcontext()
