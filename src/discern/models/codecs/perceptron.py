"""Saving the multilayer perceptron: the standardisation in float64 and each layer's weights in float32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from ...core.errors import ModelFileError, OptionError
from ...core.options import Interval
from ...core.records import InputSpec
from ...nets.layers import dense_units
from . import features, fields, graphs

if TYPE_CHECKING:
    from ..perceptron import Perceptron
    from ..perceptron_numbers import PerceptronNumbers

LARGEST = 1e20
"""Of a weight: eleven layers of such weights give scores that float64 holds."""
MANY = Interval(1, 1_000_000, whole=True)
NUMBERS = {
    "width": Interval(1, 10_000, whole=True),
    "depth": Interval(1, 10, whole=True),
    "epochs": MANY,
    "patience": MANY,
    "learning_rate": Interval(0, 1, open_low=True),
    "alpha": Interval(0, 1000),
}


def encode(model: Perceptron | PerceptronNumbers) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config: dict[str, Any] = {"features": getattr(model, "features", "pixels"), "hidden": len(model.weights_) - 1}
    for name, limit in NUMBERS.items():
        value = getattr(model, "learning_rate_" if name == "learning_rate" else name)
        config[name] = (int if limit.whole else float)(value)
    if model.layers is not None:
        config["layers"] = model.layers
    arrays: dict[str, NDArray[Any]] = {"mean": model.mean_, "scale": model.scale_}
    for number, (weight, bias) in enumerate(model.weights_):
        arrays |= {f"weight{number}": weight, f"bias{number}": bias}
    return config, arrays


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each layer takes what the one before it gives, and the last gives a score a class
    (of a regression one)."""
    fields.exact_keys(config, ["features", "hidden", *NUMBERS, *(["layers"] if "layers" in config else [])], "config")
    for name, limit in NUMBERS.items():
        fields.number(config, name, limit)
    hidden = fields.whole(config, "hidden", 0, 10)
    units = _units(config, hidden)
    size = features.check(config, spec)
    names = [f"{kind}{number}" for number in range(hidden + 1) for kind in ("weight", "bias")]
    fields.exact_keys(arrays, ["mean", "scale", *names], "model.safetensors")
    features.check_standard(arrays, size)
    for number in range(hidden + 1):
        after = max(1, n_classes) if number == hidden else units[number]
        weight = fields.array(arrays, f"weight{number}", "float32", (size, after), largest=LARGEST)
        size = weight.shape[1]
        fields.array(arrays, f"bias{number}", "float32", (size,), largest=LARGEST)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> Perceptron | PerceptronNumbers:
    """The fitted estimator."""
    from ..perceptron import Perceptron  # loads scikit-learn, which prediction does without
    from ..perceptron_numbers import PerceptronNumbers

    numbers = {name: config[name] for name in NUMBERS} | {"layers": config.get("layers")}
    model = Perceptron(features=config["features"], **numbers) if len(classes) else PerceptronNumbers(**numbers)
    model.mean_, model.scale_ = arrays["mean"], arrays["scale"]
    model.weights_ = tuple(
        (arrays[f"weight{number}"], arrays[f"bias{number}"]) for number in range(config["hidden"] + 1)
    )
    model.history_, model.best_epoch_, model.refit_ = (), None, False
    model.learning_rate_ = float(config["learning_rate"])
    return graphs.fitted(model, spec, classes) if len(classes) else graphs.fitted_numbers(model, spec)


def _units(config: Mapping[str, Any], hidden: int) -> tuple[int | None, ...]:
    """Units of the hidden layers as they are described; None where any number will do."""
    if "layers" not in config:
        return (None,) * hidden
    if not isinstance(config["layers"], str):
        raise ModelFileError(f"layers are {fields.shown(config['layers'])}; expected a description")
    try:
        units = dense_units(config["layers"])
    except OptionError as error:
        raise ModelFileError(f"layers: {error}") from error
    if len(units) not in (hidden, 0) or (not units and hidden):
        raise ModelFileError(f"layers describe {len(units)} hidden layers; the file holds {hidden}")
    return units


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Standardise, layer after layer, of classes the softmax; in float64 until the end."""
    made, constants = features.scaled(config["features"], spec, arrays)
    values = "scaled"
    for number in range(config["hidden"] + 1):
        constants[f"weight{number}"] = arrays[f"weight{number}"].astype(np.float64)
        constants[f"bias{number}"] = arrays[f"bias{number}"].astype(np.float64)
        made.append(helper.make_node("MatMul", [values, f"weight{number}"], [f"weighed{number}"]))
        made.append(helper.make_node("Add", [f"weighed{number}", f"bias{number}"], [f"sum{number}"]))
        values = f"sum{number}"
        if number < config["hidden"]:
            made.append(helper.make_node("Relu", [values], [f"cut{number}"]))
            values = f"cut{number}"
    if not n_classes:
        made.append(helper.make_node("Reshape", [values, "whole"], ["prediction"]))
        return graphs.numbers(made, {**constants, "whole": np.array([-1])}, spec)
    made += [
        helper.make_node("Softmax", [values], ["shares"], axis=1),
        helper.make_node("Cast", ["shares"], ["probabilities"], to=TensorProto.FLOAT),
    ]
    return graphs.model(made, constants, spec, n_classes, batch=features.batch(config["features"], spec))
