"""What a network of classes makes small: cross entropy, or the squared error of its probabilities.

Squared error moves a network the least where it is surest of what is wrong: its slope with respect to the scores holds
the probabilities as factors, which cross entropy cancels. See docs/inside.md.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from ..core.options import CROSS_ENTROPY
from ..nets.augment import partners


def learned(loss: str, scores: Tensor, targets: Tensor, *, smoothing: float = 0.0, share: float = 1.0) -> Tensor:
    """The mean of `loss` over a batch, from scores `(B, n_classes)` and positions of classes `(B,)`.

    `smoothing` of each label is given evenly to all classes. Of pictures that were mixed (`Augment.mixed`) `share` is
    their own, and the rest their partners'.
    """
    if loss != CROSS_ENTROPY:
        wanted = share * _wanted(scores, targets, smoothing)
        if share != 1.0:
            wanted = wanted + (1 - share) * _wanted(scores, partners(targets), smoothing)
        return squared_errors(scores, wanted).mean()
    own = cross_entropy(scores, targets, label_smoothing=smoothing)
    if share == 1.0:
        return own
    return share * own + (1 - share) * cross_entropy(scores, partners(targets), label_smoothing=smoothing)


def looked_at(loss: str, scores: Tensor, targets: Tensor) -> Tensor:
    """The sum of `loss` over items whose labels are as they are."""
    if loss != CROSS_ENTROPY:
        return squared_errors(scores, _wanted(scores, targets, 0.0)).sum()
    return cross_entropy(scores, targets, reduction="sum")


def squared_errors(scores: Tensor, wanted: Tensor) -> Tensor:
    """`sum over classes of (p - wanted)^2`, `(B,)`, where p is the softmax of the scores `(B, n_classes)`.

    Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1950: 0 where all is
    right and sure, 2 where all is wrong and sure.
    """
    return (scores.softmax(dim=1) - wanted).square().sum(dim=1)


def _wanted(scores: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """The probabilities that labels stand for, `(B, n_classes)`."""
    n_classes = scores.shape[1]
    return (1 - smoothing) * one_hot(targets, n_classes).to(scores.dtype) + smoothing / n_classes
