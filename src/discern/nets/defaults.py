"""The network that is built when none is described, written in the same language.

Chosen by measurement on validation parts: docs/decisions/0011-default-network.md and 0012-photographs.md.
"""

from __future__ import annotations

from .plan import Shape

PHOTOGRAPH = 48
"""The shorter side from which pictures are learned as photographs are: varied, labels smoothed, weights averaged."""
LARGE = 96
"""The shorter side from which their first layer looks at every fourth pixel, and learning begins with them small."""


def default_layers(shape: Shape, n_classes: int) -> str:
    """A network for items of `shape`, `(H, W, C)` or `(F,)`, and `n_classes` classes."""
    if len(shape) == 1:
        return f"dense {max(128, n_classes)}, dense {max(64, n_classes)}"
    side = min(shape[:2])
    if side < 4:
        return "flatten, dense 128 norm"
    if side < 24:
        return "conv 32 same norm, conv 32 same norm, pool, conv 64 same norm, dropout 0.3"
    if side < 48:
        return "conv 16 5x5 norm, pool, conv 64 norm, conv 64 norm, pool, conv 128 norm, dropout 0.3"
    if side >= LARGE:
        return (
            "conv 64 6x6 same stride 4 norm, residual 64, conv 128 same norm, pool, residual 128, conv 256 same norm, "
            "pool, residual 256, average, dropout 0.3"
        )
    return (
        "conv 32 same norm, pool, conv 64 same norm, pool, residual 64, conv 128 same norm, pool, residual 128, "
        "conv 256 same norm, average, dropout 0.3"
    )


def default_epochs(n_items: int, *, photographs: bool) -> int:
    """How many times learning goes through `n_items` items when nothing is said."""
    if photographs:
        return min(60, max(15, 200_000 // n_items))
    return min(30, max(8 if n_items < 20_000 else 6, 20_000 // n_items))
