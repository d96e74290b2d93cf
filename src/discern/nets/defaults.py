"""The network that is built when none is described, written in the same language.

Chosen by measurement on validation parts: docs/decisions/0011-default-network.md, 0012-photographs.md, 0013-larger.md.
"""

from __future__ import annotations

from .layers import parse
from .plan import Shape, plan

PHOTOGRAPH = 48
"""The shorter side from which pictures are learned as photographs are: varied, labels smoothed, weights averaged."""
LARGE = 96
"""The shorter side from which their first two layers leave every fourth pixel, and learning begins with them small."""
GROWING = (4 / 7, 1.0)
"""The shares of their sides at which they are learned from, first and last: what is learned from small pictures serves
on larger ones, and small ones cost less (progressive resizing; Tan and Le 2021, "EfficientNetV2")."""
WIDTHS, DIGITS = (64, 48, 32), (16, 8)
"""Filters before the first pooling, of large pictures, and of the first layer, of small ones, for as much time as it
takes; a budget of time takes the first that leaves it enough epochs."""
LEARNING = 3
"""Operations of learning from an item for one of answering it: forward, and backward twice."""
MEAN_AREA = 0.74
"""What pictures that grow have of their whole area, on average over a training."""
ENOUGH, ENOUGH_DIGITS = 25, 4
"""Epochs that a wide network should have; with fewer, a narrow one learns more in the same time."""
SPEED = 4e11
"""Operations a second of two processors, about; a fixed number, so that the same budget gives the same network."""


def default_layers(shape: Shape, n_classes: int, width: int | None = None) -> str:
    """A network for items of `shape`, `(H, W, C)` or `(F,)`, and `n_classes` classes.

    `width` is one of `WIDTHS` for pictures of 96 pixels and more, of `DIGITS` from 24 to below 48; the others have one.
    """
    if len(shape) == 1:
        return f"dense {max(128, n_classes)}, dense {max(64, n_classes)}"
    side = min(shape[:2])
    if side < 4:
        return "flatten, dense 128 norm"
    if side < 24:
        return "conv 32 same norm, conv 32 same norm, pool, conv 64 same norm, dropout 0.3"
    if side < 48:
        width = width or DIGITS[0]
        return (
            f"conv {width} 5x5 norm, pool, conv {4 * width} norm, conv {4 * width} norm, pool, conv {8 * width} norm, "
            "dropout 0.3"
        )
    if side >= LARGE:
        width = width or WIDTHS[0]
        return (
            f"conv {width // 2} same stride 2 norm, conv {width} same stride 2 norm, residual {width}, "
            f"conv {2 * width} same norm, pool, residual {2 * width}, "
            f"conv {4 * width} same norm, pool, residual {4 * width}, average, dropout 0.3"
        )
    return (
        "conv 32 same norm, pool, conv 64 same norm, pool, residual 64, conv 128 same norm, pool, residual 128, "
        "conv 256 same norm, average, dropout 0.3"
    )


def layers_within(seconds: float, shape: Shape, n_classes: int, n_items: int) -> str:
    """`default_layers` for learning from `n_items` items in about `seconds`."""
    large = len(shape) == 3 and min(shape[:2]) >= LARGE
    an_item = LEARNING * (MEAN_AREA * ENOUGH if large else ENOUGH_DIGITS)
    for width in WIDTHS if large else DIGITS:
        text = default_layers(shape, n_classes, width)
        operations = sum(step.operations for step in plan(parse(text), shape, n_classes))
        if seconds * SPEED >= an_item * operations * n_items:
            break
    return text


def default_epochs(n_items: int, *, photographs: bool) -> int:
    """How many times learning goes through `n_items` items when nothing is said."""
    if photographs:
        return min(60, max(15, 350_000 // n_items))
    return min(30, max(8 if n_items < 20_000 else 6, 20_000 // n_items))
