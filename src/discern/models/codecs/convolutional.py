"""Saving convolutional networks: the description in words, its weights, and the graph that they come to.

The shapes of all arrays follow from the description, so a file whose arrays say otherwise is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from ...core.errors import ModelFileError, OptionError
from ...core.optional import require
from ...core.options import CROSS_ENTROPY, LOSSES, SEED, Interval, one_of
from ...core.records import InputSpec
from ...nets.layers import Average, Conv, Dense, Dropout, Flatten, Head, Pool, Residual, parse, text_of
from ...nets.plan import NORM_EPSILON, Step, padding, plan
from ...nets.transforms import parse as parse_augment
from . import fields, graphs

if TYPE_CHECKING:
    from ..convolutional import ConvNet

KEYS = (
    "layers",
    "shape",
    "cycles",
    "epochs",
    "best_epoch",
    "batch_size",
    "learning_rate",
    "weight_decay",
    "patience",
    "precision",
    "random_state",
)
LATER_KEYS = ("augment", "smoothing", "averaging")
"""They came with photographs; a file without all of them is of a network that learned without."""
LOSS = "loss"
"""It came later still; a file without it is of a network that learned by cross entropy."""
LARGEST_COUNT = 1_000_000
LARGEST_WEIGHT = 1e6
"""No trained weight comes near it; sums over damaged ones stay finite below it."""
SMALLEST_SCALE = 1e-30
LARGEST_SPREAD = 1e30
"""Of running statistics."""
VALUES_A_BATCH = 2**23
Constants = dict[str, NDArray[Any]]


def encode(model: ConvNet) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config: dict[str, Any] = {
        "layers": model.layers_,
        "shape": [int(side) for side in model.shape_],
        "cycles": [int(cycle) for cycle in model.cycles_],
        "epochs": int(model.epochs_),
        "best_epoch": int(model.best_epoch_),
        "batch_size": int(model.batch_size_),
        "learning_rate": model.learning_rate_,
        "weight_decay": float(model.weight_decay),
        "patience": None if model.patience is None else int(model.patience),
        "precision": model.precision_,
        "random_state": int(model.random_state),
        "augment": model.augment_,
        "smoothing": model.smoothing_,
        "averaging": model.averaging_,
        LOSS: model.loss,
    }
    return config, {**model.weights_, "entry.mean": model.mean_, "entry.scale": model.scale_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless the description, the arrays, the input and the number of classes fit together."""
    later = any(name in config for name in (*LATER_KEYS, LOSS))
    names = (*LATER_KEYS, *((LOSS,) if LOSS in config else ())) if later else ()
    fields.exact_keys(config, (*KEYS, *names), "config")
    if not isinstance(config.get(LOSS, CROSS_ENTROPY), str) or one_of(LOSS, config.get(LOSS, CROSS_ENTROPY), LOSSES):
        raise ModelFileError(f"loss is {fields.shown(config[LOSS])}; expected {' or '.join(LOSSES)}")
    if later:
        _check_augment(config)
    for name in ("best_epoch", "batch_size", "epochs"):
        fields.whole(config, name, 1, LARGEST_COUNT)
    if config["patience"] is not None:
        fields.whole(config, "patience", 1, LARGEST_COUNT)
    fields.number(config, "learning_rate", Interval(0, 1, open_low=True))
    fields.number(config, "weight_decay", Interval(0, 10))
    fields.number(config, "random_state", SEED)
    if config["precision"] not in ("bfloat16", "float32"):
        raise ModelFileError(f"precision is {fields.shown(config['precision'])}; expected bfloat16 or float32")
    _counts(config, "cycles")
    if not config["best_epoch"] <= config["epochs"] <= sum(config["cycles"]):
        raise ModelFileError("best_epoch, epochs and cycles do not fit each other")
    _check_shape(config, spec)
    steps = _checked_steps(config, n_classes)
    shapes = {name: shape for step in steps for name, shape in step.arrays.items()}
    channels = (config["shape"][-1],)
    fields.exact_keys(arrays, [*shapes, "entry.mean", "entry.scale"], "model.safetensors")
    fields.array(arrays, "entry.mean", "float32", channels)
    if fields.array(arrays, "entry.scale", "float32", channels).min() < SMALLEST_SCALE:
        raise ModelFileError(f"array 'entry.scale' holds a number below {SMALLEST_SCALE:g}")
    for name, shape in shapes.items():
        spread = ".running_" in name
        value = fields.array(arrays, name, "float32", shape, largest=LARGEST_SPREAD if spread else LARGEST_WEIGHT)
        if name.endswith(".running_var") and value.min() < 0:
            raise ModelFileError(f"array {name!r} holds a variance below 0")


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> ConvNet:
    """The fitted estimator; its history of epochs is not kept in a model file and is empty."""
    require("torch", needed_for="looking into a network")  # its answers do without
    from ..convolutional import ConvNet

    shape, cycles = tuple(config["shape"]), tuple(config["cycles"])
    model = ConvNet(
        config["layers"],
        shape if len(shape) == 3 else None,
        loss=config.get(LOSS, CROSS_ENTROPY),
        epochs=cycles if len(cycles) > 1 else cycles[0],
        batch_size=config["batch_size"],
        learning_rate=config["learning_rate"],
        weight_decay=config["weight_decay"],
        patience=config["patience"],
        augment=config.get("augment", "none"),
        precision=config["precision"],
        random_state=config["random_state"],
    )
    model.layers_, model.shape_, model.cycles_ = config["layers"], shape, cycles
    model.epochs_, model.best_epoch_, model.history_ = config["epochs"], config["best_epoch"], ()
    model.batch_size_, model.precision_ = config["batch_size"], config["precision"]
    model.augment_, model.augment_probe_ = config.get("augment", "none"), ()
    model.smoothing_, model.averaging_ = config.get("smoothing", 0.0), config.get("averaging", 0.0)
    model.learning_rate_ = config["learning_rate"]
    model.mean_, model.scale_ = arrays["entry.mean"], arrays["entry.scale"]
    model.weights_ = {name: value for name, value in arrays.items() if not name.startswith("entry.")}
    return graphs.fitted(model, spec, classes)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """The network with its normalisation folded into the weights, and dropout, which only learning has, left out."""
    steps = _checked_steps(config, n_classes)
    nodes, constants = _entry(arrays, steps[0].takes)
    here = "scaled"
    head = steps[-1].layer
    mirrored = isinstance(head, Head) and head.mirrored
    if mirrored:
        here = "both"
        constants.update(last=np.array([-1]), first=np.array([-(2**31)]), across=np.array([3]), back=np.array([-1]))
        nodes.append(helper.make_node("Slice", ["scaled", "last", "first", "across", "back"], ["mirrored"]))
        nodes.append(helper.make_node("Concat", ["scaled", "mirrored"], [here], axis=0))
    for step in steps:
        if mirrored and step.layer is head:
            constants.update(pairs=np.array([2, -1, *step.takes]), pair=np.array([0]))
            nodes.append(helper.make_node("Reshape", [here, "pairs"], ["two"]))
            nodes.append(helper.make_node("ReduceMean", ["two", "pair"], ["seen"], keepdims=0))
            here = "seen"
        added, weights = _nodes(step, arrays, here)
        nodes.extend(added)
        constants.update(weights)
        here = added[-1].output[0] if added else here
    nodes.append(helper.make_node("Softmax", [here], ["probabilities"], axis=1))
    largest = max(math.prod(step.gives) for step in steps) * (2 if mirrored else 1)
    return graphs.model(nodes, constants, spec, n_classes, batch=max(1, min(256, VALUES_A_BATCH // largest)))


def _check_augment(config: Mapping[str, Any]) -> None:
    """Raise ModelFileError unless the description is one, in its canonical form, and the shares are shares."""
    try:
        written = str(parse_augment(config["augment"]))
    except OptionError as error:
        raise ModelFileError(f"augment: {error}") from error
    if written != config["augment"]:
        raise ModelFileError(f"augment is {fields.shown(config['augment'])}; expected {written!r}")
    for name in ("smoothing", "averaging"):
        fields.number(config, name, Interval(0, 1, open_high=True))


def _counts(config: Mapping[str, Any], name: str) -> None:
    """Raise ModelFileError unless `config[name]` is a list of whole numbers above 0."""
    values = config[name]
    if not isinstance(values, list) or not 1 <= len(values) <= 1000:
        raise ModelFileError(f"{name} is {fields.shown(values)}; expected a list of whole numbers")
    for value in values:
        fields.whole({name: value}, name, 1, LARGEST_COUNT)


def _check_shape(config: Mapping[str, Any], spec: InputSpec) -> None:
    _counts(config, "shape")
    shape = tuple(config["shape"])
    same = shape == spec.shape if spec.kind == "pictures" or len(shape) == 1 else math.prod(shape) == spec.n_values
    if len(shape) not in (1, 3) or not same:
        raise ModelFileError(f"shape is {fields.shown(config['shape'])}; the model takes {spec}")


def _checked_steps(config: Mapping[str, Any], n_classes: int) -> tuple[Step, ...]:
    """The network laid out. Raises ModelFileError unless the description is one, in its canonical form."""
    try:
        steps = plan(parse(config["layers"]), tuple(config["shape"]), n_classes)
    except OptionError as error:
        raise ModelFileError(f"layers: {error}") from error
    if text_of(step.layer for step in steps) != config["layers"]:
        raise ModelFileError(f"layers are {fields.shown(config['layers'])}; expected them written out in full")
    return steps


def _entry(arrays: Mapping[str, NDArray[Any]], shape: tuple[int, ...]) -> tuple[list[NodeProto], Constants]:
    """`x` to `scaled`: float32, `(n, C, H, W)` or `(n, F)`. Pictures are turned while they are still small."""
    nodes: list[NodeProto] = []
    constants: Constants = {}
    here = "x"
    if len(shape) == 3:
        constants["picture"] = np.array([0, *shape])
        nodes += [
            helper.make_node("Reshape", ["x", "picture"], ["pictures"]),
            helper.make_node("Transpose", ["pictures"], ["planes"], perm=[0, 3, 1, 2]),
        ]
        here = "planes"
    along = (-1, 1, 1) if len(shape) == 3 else (-1,)
    constants["mean"] = arrays["entry.mean"].reshape(along)
    constants["scale"] = arrays["entry.scale"].reshape(along)
    nodes += [
        helper.make_node("Cast", [here], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["numbers", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
    ]
    return nodes, constants


def _nodes(step: Step, arrays: Mapping[str, NDArray[Any]], here: str) -> tuple[list[NodeProto], Constants]:
    """The nodes of one layer that take the value `here`, in order, and the constants they need."""
    name, layer = step.name, step.layer
    match layer:
        case Conv():
            height, width, _ = step.takes
            sides = (
                [
                    padding(size, kernel, layer.stride)
                    for size, kernel in zip((height, width), layer.kernel, strict=True)
                ]
                if layer.same
                else [(0, 0), (0, 0)]
            )
            options: dict[str, Any] = {
                "kernel_shape": layer.kernel,
                "strides": [layer.stride] * 2,
                "pads": [sides[0][0], sides[1][0], sides[0][1], sides[1][1]],
            }
            weights = _folded(name, arrays)
            conv = helper.make_node("Conv", [here, *weights], [f"{name}.sum"], **options)
            return [conv, helper.make_node("Relu", [f"{name}.sum"], [name])], weights
        case Residual():
            return _block(step, layer, arrays, here)
        case Dense():
            weights = _folded(name, arrays)
            gemm = helper.make_node("Gemm", [here, *weights], [f"{name}.sum"], transB=1)
            return [gemm, helper.make_node("Relu", [f"{name}.sum"], [name])], weights
        case Pool():
            kind = "AveragePool" if layer.mean else "MaxPool"
            window = [layer.size] * 2
            return [helper.make_node(kind, [here], [name], kernel_shape=window, strides=window)], {}
        case Average():
            mean = helper.make_node("GlobalAveragePool", [here], [f"{name}.mean"])
            return [mean, helper.make_node("Flatten", [f"{name}.mean"], [name])], {}
        case Flatten():
            return [helper.make_node("Flatten", [here], [name])], {}
        case Dropout():
            return [], {}
        case Head():
            weights = _folded(name, arrays)
            if layer.kind == "sigmoid":  # softmax of (0, z) is the sigmoid of z, exact for both classes
                weights = {key: np.concatenate([np.zeros_like(value), value]) for key, value in weights.items()}
            return [helper.make_node("Gemm", [here, *weights], ["logits"], transB=1)], weights


def _block(
    step: Step, layer: Residual, arrays: Mapping[str, NDArray[Any]], here: str
) -> tuple[list[NodeProto], Constants]:
    """A residual block. A padding of one zero on each side gives `ceil(size / stride)` as `same` does."""
    name = step.name
    strides = [layer.stride] * 2
    first, second = _folded(f"{name}.first", arrays), _folded(f"{name}.second", arrays)
    around: dict[str, Any] = {"kernel_shape": [3, 3], "pads": [1] * 4}
    nodes = [
        helper.make_node("Conv", [here, *first], [f"{name}.first.sum"], strides=strides, **around),
        helper.make_node("Relu", [f"{name}.first.sum"], [f"{name}.first"]),
        helper.make_node("Conv", [f"{name}.first", *second], [f"{name}.second"], **around),
    ]
    weights = first | second
    if layer.projects(step.takes[2]):
        skip = _folded(f"{name}.skip", arrays)
        weights |= skip
        nodes.append(helper.make_node("Conv", [here, *skip], [f"{name}.skip"], kernel_shape=[1, 1], strides=strides))
        here = f"{name}.skip"
    nodes.append(helper.make_node("Add", [f"{name}.second", here], [f"{name}.sum"]))
    nodes.append(helper.make_node("Relu", [f"{name}.sum"], [name]))
    return nodes, weights


def _folded(name: str, arrays: Mapping[str, NDArray[Any]]) -> Constants:
    """Weight and bias of one layer with its batch normalisation folded in (in float64), float32."""
    weight = arrays[f"{name}.weight"].astype(np.float64)
    if f"{name}_norm.weight" in arrays:
        gain, offset, mean, variance = (
            arrays[f"{name}_norm.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gain / np.sqrt(variance + NORM_EPSILON)
        weight *= factor.reshape(-1, *[1] * (weight.ndim - 1))
        bias = offset - mean * factor
    else:
        bias = arrays[f"{name}.bias"].astype(np.float64)
    return {f"{name}.weight": weight.astype(np.float32), f"{name}.bias": bias.astype(np.float32)}
