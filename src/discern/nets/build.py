"""A planned network as a torch module, its weights as NumPy arrays, and back."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .layers import Average, Conv, Dense, Dropout, Flatten, Head, Pool, Residual
from .plan import NORM_EPSILON, Shape, Step, padding

Weights = dict[str, NDArray[np.float32]]


class Entry(nn.Module):
    """Raw items, `(B, H, W, C)` or `(B, F)` of any type, to normalised `(B, C, H, W)` or `(B, F)`.

    Pictures that lie as B, H, W, C become B, C, H, W without being moved: that is torch's channels-last order.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, shape: Shape, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> None:
        super().__init__()
        self.shape = shape
        broadcast = (1, -1, 1, 1) if len(shape) == 3 else (1, -1)
        self.register_buffer("mean", torch.from_numpy(mean.copy()).view(broadcast), persistent=False)
        self.register_buffer("scale", torch.from_numpy(scale.copy()).view(broadcast), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != len(self.shape) + 1:
            x = x.view(len(x), *self.shape)
        if len(self.shape) == 3:
            x = x.permute(0, 3, 1, 2)
        return (x.to(self.mean.dtype) - self.mean).div_(self.scale)


class SecondClass(nn.Module):
    """The one output of a sigmoid head as two logits, `(B, 1)` to `(B, 2)`: softmax of `(0, z)` is the sigmoid of z."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([torch.zeros_like(x), x], dim=1)


class HeadByLabel(nn.Linear):
    """A last layer whose classes are combinations of labels, `(B, F)` to `(B, n_classes)`.

    A class's weights are the sum of those of its labels and of its own, which begin at 0: what is learned of a label
    serves all classes that have it, and what is particular to a class has a place. `folded` is the one plain layer that
    answers the same.
    """

    codes: Tensor

    def __init__(self, n_features: int, codes: NDArray[np.int64]) -> None:
        """`codes` is `(n_classes, n_targets)`: the position of each class's label among the labels of each target."""
        super().__init__(n_features, len(codes))
        n_labels = codes.max(axis=0) + 1
        first = np.cumsum(n_labels) - n_labels
        self.register_buffer("codes", torch.from_numpy(codes + first), persistent=False)
        shared = nn.Linear(n_features, int(n_labels.sum()))
        self.label_weight, self.label_bias = shared.weight, nn.Parameter(torch.zeros(int(n_labels.sum())))
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weights `(n_classes, F)` and biases `(n_classes,)` of the combinations."""
        weight = nn.functional.embedding(self.codes, self.label_weight).sum(dim=1)
        bias = nn.functional.embedding(self.codes, self.label_bias[:, None]).sum(dim=(1, 2))
        return self.weight + weight, self.bias + bias

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, *self.folded())


class Block(nn.Module):
    """A residual block, `(B, C, H, W)` to `(B, filters, ceil(H / stride), ceil(W / stride))`.

    The second normalisation begins with a gain of 0, so that the block begins as its skip (Goyal et al. 2017,
    "Accurate, large minibatch SGD", section 5.1).
    """

    def __init__(self, channels: int, layer: Residual) -> None:
        super().__init__()
        filters, stride = layer.filters, layer.stride
        self.first = nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(filters, eps=NORM_EPSILON)
        self.second = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(filters, eps=NORM_EPSILON)
        self.skip: nn.Conv2d | None = None
        if layer.projects(channels):
            self.skip = nn.Conv2d(channels, filters, 1, stride=stride, bias=False)
            self.skip_norm = nn.BatchNorm2d(filters, eps=NORM_EPSILON)
            nn.init.kaiming_normal_(self.skip.weight, nonlinearity="linear")
        for conv in (self.first, self.second):
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        nn.init.zeros_(self.second_norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.second_norm(self.second(self.first_norm(self.first(x)).relu_()))
        kept: Tensor = x if self.skip is None else self.skip_norm(self.skip(x))
        joined: Tensor = inner + kept
        return joined.relu_()


class Mirrored(nn.Sequential):
    """Layers that see a picture and its mirror image, and a head that sees the mean of both; while learning, one."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            seen: Tensor = super().forward(x)  # type: ignore[no-untyped-call]
            return seen
        for name, part in self.named_children():
            x = part(x.view(2, len(x) // 2, -1).mean(dim=0) if name == "head" else x)
            x = torch.cat([x, x.flip(3)]) if name == "entry" else x
        return x


def build(
    steps: tuple[Step, ...],
    mean: NDArray[np.float32],
    scale: NDArray[np.float32],
    codes: NDArray[np.int64] | None = None,
) -> nn.Sequential:
    """The module that takes raw items, `(B, H, W, C)` or `(B, F)`, and gives logits `(B, n_classes)`.

    `mean` and `scale` are per channel, `(C,)`, or per feature, `(F,)`. With `codes`, `(n_classes, n_targets)`, a
    softmax head is a `HeadByLabel`, for learning; `fold` gives the arrays of the network without. Weights are drawn
    from torch's generator (He et al. 2015, "Delving deep into rectifiers", for what ReLU follows).
    """
    parts: OrderedDict[str, nn.Module] = OrderedDict(entry=Entry(steps[0].takes, mean, scale))
    for before, step in zip((None, *steps), steps, strict=False):
        parts.update(_modules(step))
        if codes is not None and isinstance(step.layer, Head) and step.layer.kind == "softmax":
            parts[step.name] = HeadByLabel(step.takes[0], codes)
        if before and isinstance(step.layer, Pool) and not step.layer.mean and f"{before.name}_relu" in parts:
            parts.move_to_end(f"{before.name}_relu")  # the same numbers, and fewer of them for ReLU to visit
    head = steps[-1].layer
    kind = Mirrored if isinstance(head, Head) and head.mirrored else nn.Sequential
    network = kind(parts).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network  # type: ignore[no-any-return]


def weights_of(network: nn.Module) -> Weights:
    """Every learned array and running statistic by name, copied, float32."""
    return {
        name: value.detach().cpu().contiguous().numpy().astype(np.float32)
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def fold(network: nn.Module, weights: Weights) -> Weights:
    """The arrays that a network without `codes` takes to answer as `network` does with `weights`."""
    head = getattr(network, "head", None)
    if not isinstance(head, HeadByLabel):
        return weights
    with torch.no_grad():
        head = copy.deepcopy(head)
        load_weights(head, {name.removeprefix("head."): weights[name] for name in weights if name.startswith("head.")})
        weight, bias = head.folded()
    plain = {name: value for name, value in weights.items() if not name.startswith("head.")}
    return plain | {"head.weight": weight.cpu().numpy(), "head.bias": bias.cpu().numpy()}


def begin_from(network: nn.Module, weights: Weights) -> None:
    """Load plain weights, folded ones too: a head by label takes them as its classes' own, and its labels add 0."""
    load_weights(network, weights)
    head = getattr(network, "head", None)
    if isinstance(head, HeadByLabel) and "head.weight" in weights:
        nn.init.zeros_(head.label_weight)


def load_weights(network: nn.Module, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Copy `weights`, which must be complete and of the right shapes, into `network`."""
    state = network.state_dict()
    with torch.no_grad():
        for name, value in weights.items():
            state[name].copy_(torch.from_numpy(np.ascontiguousarray(value)))


def _modules(step: Step) -> OrderedDict[str, nn.Module]:
    name, layer = step.name, step.layer
    match layer:
        case Conv():
            return _conv(step, layer)
        case Residual():
            return OrderedDict({name: Block(step.takes[2], layer)})
        case Pool():
            return OrderedDict({name: (nn.AvgPool2d if layer.mean else nn.MaxPool2d)(layer.size)})
        case Average():
            return OrderedDict({name: nn.AdaptiveAvgPool2d(1), f"{name}_flat": nn.Flatten()})
        case Flatten():
            return OrderedDict({name: nn.Flatten()})
        case Dropout():
            return OrderedDict({name: nn.Dropout(layer.share)})
        case Dense():
            linear = nn.Linear(step.takes[0], layer.units, bias=not layer.norm)
            norm = nn.BatchNorm1d(layer.units, eps=NORM_EPSILON) if layer.norm else None
            return _with_relu(name, linear, norm)
        case Head():
            head: OrderedDict[str, nn.Module] = OrderedDict({name: nn.Linear(step.takes[0], step.gives[0])})
            if layer.kind == "sigmoid":
                head[f"{name}_pair"] = SecondClass()
            return head


def _conv(step: Step, layer: Conv) -> OrderedDict[str, nn.Module]:
    height, width, channels = step.takes
    sides = [padding(size, kernel, layer.stride) for size, kernel in zip((height, width), layer.kernel, strict=True)]
    even = layer.same and all(before == after for before, after in sides)
    conv = nn.Conv2d(
        channels,
        layer.filters,
        layer.kernel,
        stride=layer.stride,
        padding=(sides[0][0], sides[1][0]) if even else 0,
        bias=not layer.norm,
    )
    parts = _with_relu(step.name, conv, nn.BatchNorm2d(layer.filters, eps=NORM_EPSILON) if layer.norm else None)
    if layer.same and not even:
        (top, bottom), (left, right) = sides
        parts[f"{step.name}_pad"] = nn.ZeroPad2d((left, right, top, bottom))
        parts.move_to_end(f"{step.name}_pad", last=False)
    return parts


def _with_relu(name: str, linear: nn.Conv2d | nn.Linear, norm: nn.Module | None) -> OrderedDict[str, nn.Module]:
    nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
    if linear.bias is not None:
        nn.init.zeros_(linear.bias)
    parts: OrderedDict[str, nn.Module] = OrderedDict({name: linear})
    if norm is not None:
        parts[f"{name}_norm"] = norm
    parts[f"{name}_relu"] = nn.ReLU(inplace=True)
    return parts
