"""Where in a picture a network looks: Grad-CAM, integrated gradients, and occlusion for any model.

Sources: Selvaraju et al., "Grad-CAM", ICCV 2017; Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks",
ICML 2017; Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..nets.build import Mirrored

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]
Predict = Callable[[NDArray[Any]], NDArray[Any]]
"""Pictures `(n, H, W, C)` -> probabilities `(n, n_classes)`."""

STEPS = 50
"""Of the way from the baseline to the picture."""
FEWEST = 4
"""Rows and columns of the feature maps that Grad-CAM reads, where there are such."""
PARTS = 7
"""Patches that are covered are a seventh of the picture's side, half of one apart."""
AT_ONCE = 64


def grad_cam(network: nn.Sequential, picture: Pixels, label: int) -> Array:
    """How much each place speaks for class `label`, `(H, W)`, 0 to 1: feature maps of the last layer that still has
    places, weighted by how the class's score changes with them; what speaks against it is 0."""
    values = torch.from_numpy(picture[None].astype(np.float32))
    with torch.no_grad():
        maps = [(place, x) for place, x in _walk(network, values) if x.ndim == 4]
    sizes = [(place, min(x.shape[2:])) for place, x in maps]
    large = [place for place, side in sizes if side >= FEWEST]
    chosen = large[-1] if large else sizes[-1][0]
    seen = next(x for place, x in maps if place == chosen).detach().clone().requires_grad_()
    score = _rest(network, seen, chosen)[0, label]
    (slope,) = torch.autograd.grad(score, seen)
    cam = torch.relu((slope.mean(dim=(2, 3), keepdim=True) * seen).sum(dim=1, keepdim=True)).detach()
    if len(cam) == 2:  # a network that sees the mirror image, too
        cam = cam[:1] + cam[1:].flip(3)
    size = (picture.shape[0], picture.shape[1])
    found = nn.functional.interpolate(cam, size=size, mode="bilinear", align_corners=False)[0, 0].double().numpy()
    most = float(found.max())
    return found / most if most > 0 else found


def integrated_gradients(
    network: nn.Sequential, picture: Pixels, label: int, baseline: NDArray[Any] | None = None, steps: int = STEPS
) -> Array:
    """What each value adds to the class's score, `(H, W, C)`: slopes along the straight way from `baseline` (default:
    the mean colour of the picture) to the picture, times the way. They add up to the difference of the two scores."""
    to = torch.from_numpy(picture.astype(np.float32))
    start = (
        to.mean(dim=(0, 1), keepdim=True).expand_as(to)
        if baseline is None
        else torch.from_numpy(baseline.astype(np.float32))
    )
    total = torch.zeros_like(to)
    shares = (np.arange(steps) + 0.5) / steps
    for begin in range(0, steps, AT_ONCE):
        some = torch.from_numpy(shares[begin : begin + AT_ONCE]).float().view(-1, 1, 1, 1)
        along = (start + some * (to - start)).requires_grad_()
        score = network(along)[:, label].sum()
        (slope,) = torch.autograd.grad(score, along)
        total += slope.sum(dim=0)
    found: Array = ((to - start) * total / steps).double().numpy()
    return found


def occlusion(predict: Predict, picture: Pixels, label: int, *, parts: int = PARTS) -> Array:
    """How much the class's probability falls when a place is covered, `(H, W)`: patches in the picture's mean colour
    slide over it; a place has the mean of the patches that cover it. Works for any model."""
    high, wide, channels = picture.shape
    sides = [max(1, round(side / parts)) for side in (high, wide)]
    steps = [max(1, side // 2) for side in sides]
    places = [(top, left) for top in _starts(high, sides[0], steps[0]) for left in _starts(wide, sides[1], steps[1])]
    colour = picture.reshape(-1, channels).mean(axis=0).round().astype(picture.dtype)
    before = float(predict(picture[None])[0, label])
    total, times = np.zeros((high, wide)), np.zeros((high, wide))
    for begin in range(0, len(places), AT_ONCE):
        some = places[begin : begin + AT_ONCE]
        covered = np.repeat(picture[None], len(some), axis=0)
        for one, (top, left) in zip(covered, some, strict=True):
            one[top : top + sides[0], left : left + sides[1]] = colour
        for (top, left), after in zip(some, predict(covered)[:, label], strict=True):
            total[top : top + sides[0], left : left + sides[1]] += before - float(after)
            times[top : top + sides[0], left : left + sides[1]] += 1
    return total / np.maximum(times, 1)


def scrambled(network: nn.Sequential, seed: int) -> nn.Sequential:
    """The same network with the numbers of every layer's weights in another order: it has learned nothing.

    Source: Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018.
    """
    import copy

    other = copy.deepcopy(network)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for value in other.parameters():
            flat = value.reshape(-1)
            value.copy_(flat[torch.randperm(len(flat), generator=random)].view(value.shape))
    return other


def _walk(network: nn.Sequential, x: Tensor) -> list[tuple[int, Tensor]]:
    """What each part gives, with its place; copies, since some parts change what they are given."""
    found = []
    for place, (name, part) in enumerate(network.named_children()):
        x = _part(network, name, part, x)
        found.append((place, x.clone()))
    return found


def _rest(network: nn.Sequential, x: Tensor, after: int) -> Tensor:
    """Scores from what the part at place `after` gave."""
    x = x * 1.0  # parts that work in place may not change a leaf
    for place, (name, part) in enumerate(network.named_children()):
        if place > after:
            x = _part(network, name, part, x)
    return x


def _part(network: nn.Sequential, name: str, part: nn.Module, x: Tensor) -> Tensor:
    if isinstance(network, Mirrored):
        found: Tensor = part(x.view(2, len(x) // 2, -1).mean(dim=0) if name == "head" else x)
        return torch.cat([found, found.flip(3)]) if name == "entry" else found
    plain: Tensor = part(x)
    return plain


def _starts(side: int, patch: int, step: int) -> list[int]:
    found = list(range(0, side - patch + 1, step))
    return found if found[-1] == side - patch else [*found, side - patch]
