"""What a description comes to on items of one shape: every layer's shapes, weights and operations, without torch.

Shapes are written `(H, W, C)` for pictures and `(F,)` for rows of numbers; an item, never a batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import OptionError
from ..core.views import Record
from .layers import Average, Conv, Dense, Dropout, Flatten, Head, Layer, Pool, Residual

Shape = tuple[int, ...]

MAX_ACTIVATIONS = 2**28
"""Values that a layer may give for one item."""
MAX_PARAMETERS = 2**28
NORM_EPSILON = 1e-5
"""Added to the variance in batch normalisation."""


@dataclass(frozen=True)
class Step:
    """One layer in its place: what comes in, what goes out, and the arrays that it learns, by name."""

    name: str
    """Such as `conv1`; the names of its arrays begin with it."""
    layer: Layer
    takes: Shape
    gives: Shape
    arrays: dict[str, Shape]
    """Shapes as torch keeps them: a convolution `(out, in, H, W)`, a dense layer `(out, in)`."""
    operations: int
    """Two for each multiply-add of convolutions and dense layers for one item; nothing else is counted."""

    @property
    def parameters(self) -> int:
        """Numbers that are learned; the running statistics of normalisation are kept but not learned."""
        return sum(math.prod(shape) for name, shape in self.arrays.items() if ".running_" not in name)


@dataclass(frozen=True)
class LayerFacts(Record):
    """A row of `discern summary`: the layer as written, the shape it gives, its parameters and operations an item."""

    name: str
    layer: str
    shape: Shape
    parameters: int
    operations: int


def plan(layers: tuple[Layer, ...], shape: Shape, n_classes: int) -> tuple[Step, ...]:
    """Lay `layers` out for items of `shape`, `(H, W, C)` or `(F,)`, and `n_classes` classes; the implied ones added.

    Raises OptionError that names the layer and the size it met.
    """
    layers = layers if layers and isinstance(layers[-1], Head) else (*layers, Head())
    items = shape
    steps: list[Step] = []
    counts: dict[str, int] = {}
    for place, layer in enumerate(layers, start=1):
        if isinstance(layer, Dense | Head) and len(shape) == 3:
            steps.append(Step("flatten1", Flatten(), shape, (math.prod(shape),), {}, 0))
            shape = steps[-1].gives
        kind = "head" if isinstance(layer, Head) else type(layer).__name__.lower()
        counts[kind] = counts.get(kind, 0) + 1
        name = kind if kind == "head" else f"{kind}{counts[kind]}"
        try:
            if isinstance(layer, Head) and layer.mirrored:
                _picture(items)
            step = _step(name, layer, shape, n_classes)
        except ValueError as error:
            raise OptionError(f"layer {place} ({str(layer)!r}): {error}") from None
        if math.prod(step.gives) > MAX_ACTIVATIONS or sum(one.parameters for one in (*steps, step)) > MAX_PARAMETERS:
            raise OptionError(
                f"layer {place} ({str(layer)!r}) turns {show(shape)} into {show(step.gives)} with {step.parameters:,} "
                f"parameters; that is too large (at most {MAX_ACTIVATIONS:,} values and {MAX_PARAMETERS:,} parameters)"
            )
        steps.append(step)
        shape = step.gives
    return tuple(steps)


def describe(layers: tuple[Layer, ...], shape: Shape, n_classes: int) -> tuple[LayerFacts, ...]:
    """What each layer gives and costs for items of `shape`. Raises OptionError as `plan` does."""
    return tuple(
        LayerFacts(step.name, str(step.layer), step.gives, step.parameters, step.operations)
        for step in plan(layers, shape, n_classes)
    )


def show(shape: Shape) -> str:
    return "x".join(map(str, shape)) if len(shape) > 1 else f"{shape[0]} numbers"


def padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Zeros before and after a side of length `size`, so that `same` gives `ceil(size / stride)`; the odd one after."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _step(name: str, layer: Layer, shape: Shape, n_classes: int) -> Step:
    """Raises ValueError with what does not fit."""
    match layer:
        case Conv():
            return _conv(name, layer, _picture(shape))
        case Residual():
            return _residual(name, layer, _picture(shape))
        case Pool():
            height, width, channels = _picture(shape)
            if min(height, width) < layer.size:
                raise ValueError(f"a window of {layer.size}x{layer.size} does not fit the {show(shape)} it meets")
            return Step(name, layer, shape, (height // layer.size, width // layer.size, channels), {}, 0)
        case Average():
            return Step(name, layer, shape, (_picture(shape)[2],), {}, 0)
        case Flatten():
            return Step(name, layer, shape, (math.prod(_picture(shape)),), {}, 0)
        case Dropout():
            return Step(name, layer, shape, shape, {}, 0)
        case Dense():
            weights = {f"{name}.weight": (layer.units, shape[0]), **_offsets(name, layer.units, layer.norm)}
            return Step(name, layer, shape, (layer.units,), weights, 2 * shape[0] * layer.units)
        case Head():
            if layer.kind == "sigmoid" and n_classes != 2:
                raise ValueError(f"sigmoid is for exactly two classes; there are {n_classes}; use softmax")
            units = 1 if layer.kind == "sigmoid" else n_classes
            weights = {f"{name}.weight": (units, shape[0]), f"{name}.bias": (units,)}
            return Step(name, layer, shape, (units,), weights, 2 * shape[0] * units)


def _conv(name: str, layer: Conv, shape: tuple[int, int, int]) -> Step:
    height, width, channels = shape
    kernel = layer.kernel
    if layer.same:
        rows, columns = math.ceil(height / layer.stride), math.ceil(width / layer.stride)
    elif height < kernel[0] or width < kernel[1]:
        size = "x".join(map(str, kernel))
        raise ValueError(f"a filter of {size} does not fit the {show(shape)} it meets; add 'same' or leave it out")
    else:
        rows, columns = (height - kernel[0]) // layer.stride + 1, (width - kernel[1]) // layer.stride + 1
    weights = {f"{name}.weight": (layer.filters, channels, *kernel), **_offsets(name, layer.filters, layer.norm)}
    operations = 2 * layer.filters * channels * kernel[0] * kernel[1] * rows * columns
    return Step(name, layer, shape, (rows, columns, layer.filters), weights, operations)


def _residual(name: str, layer: Residual, shape: tuple[int, int, int]) -> Step:
    height, width, channels = shape
    rows, columns = math.ceil(height / layer.stride), math.ceil(width / layer.stride)
    first = Conv(layer.filters, same=True, stride=layer.stride, norm=True)
    parts = [
        _conv(f"{name}.first", first, shape),
        _conv(f"{name}.second", Conv(layer.filters, same=True, norm=True), (rows, columns, layer.filters)),
    ]
    if layer.projects(channels):
        skip = Conv(layer.filters, (1, 1), same=True, stride=layer.stride, norm=True)
        parts.append(_conv(f"{name}.skip", skip, shape))
    weights = {array: size for part in parts for array, size in part.arrays.items()}
    return Step(name, layer, shape, (rows, columns, layer.filters), weights, sum(part.operations for part in parts))


def _offsets(name: str, units: int, norm: bool) -> dict[str, Shape]:
    if not norm:
        return {f"{name}.bias": (units,)}
    return {f"{name}_norm.{part}": (units,) for part in ("weight", "bias", "running_mean", "running_var")}


def _picture(shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ValueError(f"needs pictures, but meets {show(shape)}; expected before flatten, dense and average")
    return shape[0], shape[1], shape[2]
