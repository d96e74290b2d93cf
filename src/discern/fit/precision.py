"""Which numbers training computes with: bfloat16 where the processor multiplies it natively, float32 elsewhere."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal, cast

import torch

from ..core.options import one_of

Precision = Literal["bfloat16", "float32"]
CHOICES = ("auto", "bfloat16", "float32")


def problem(precision: str) -> str | None:
    return one_of("precision", precision, CHOICES)


def resolve(precision: str) -> Precision:
    """`auto` becomes what this processor is good at; the others are taken at their word.

    `bfloat16` works on every processor, but only slowly where it has to be emulated.
    """
    if precision == "auto":
        return "bfloat16" if native_bfloat16() else "float32"
    return cast(Precision, precision)


def native_bfloat16() -> bool:
    """Whether this processor has instructions that multiply bfloat16 (AVX512-BF16 or AMX)."""
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # torch has no public name for these
    return any(bool(getattr(torch.cpu, name, bool)()) for name in names)


def computing(precision: Precision) -> AbstractContextManager[object]:
    """Inside, convolutions and dense layers compute with `precision`; weights and sums over batches stay float32."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16")
