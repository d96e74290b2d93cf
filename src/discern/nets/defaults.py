"""The network that is built when none is described, written in the same language."""

from __future__ import annotations

from .plan import Shape


def default_layers(shape: Shape, n_items: int, n_classes: int) -> str:
    """A network for items of `shape`, `(H, W, C)` or `(F,)`."""
    if len(shape) == 1:
        return "dense 128, dense 64"
    if min(shape[:2]) < 4:
        return "flatten, dense 128"
    if min(shape[:2]) < 24:
        return "conv 32 same norm, conv 64 same norm, pool, conv 128 same norm, dropout 0.3"
    return "conv 32 norm, conv 32 norm, pool, conv 64 norm, conv 64 norm, pool, conv 128 norm, dropout 0.3"
