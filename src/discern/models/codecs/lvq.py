"""Saving learning vector quantisation: the prototypes, the standardisation, and how distances become probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from ...core.options import Interval
from ...core.records import InputSpec
from . import features, fields, graphs

if TYPE_CHECKING:
    from ..lvq import LVQ

KEYS = ("n_prototypes", "max_iter", "n_iter", "steepness", "features", "refit")
LARGEST = 1e30


def encode(model: LVQ) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config = {
        "n_prototypes": int(model.n_prototypes),
        "max_iter": int(model.max_iter),
        "n_iter": model.n_iter_,
        "steepness": float(model.steepness_),
        "features": model.features,
        "refit": model.refit_,
    }
    arrays: dict[str, NDArray[Any]] = {"prototypes": model.prototypes_, "shift": model.shift_}
    return config, {**arrays, "mean": model.mean_, "scale": model.scale_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each class has its prototypes, and each feature a scale above 0."""
    fields.exact_keys(config, KEYS, "config")
    each = fields.whole(config, "n_prototypes", 1, 1000)
    fields.whole(config, "n_iter", 1, fields.whole(config, "max_iter", 1, 100_000))
    fields.number(config, "steepness", Interval(0, LARGEST, open_low=True))
    fields.boolean(config, "refit")
    n_features = features.check(config, spec)
    fields.exact_keys(arrays, ["prototypes", "shift", "mean", "scale"], "model.safetensors")
    fields.array(arrays, "prototypes", "float32", (n_classes, each, n_features), largest=LARGEST)
    fields.array(arrays, "shift", "float64", (n_classes,), largest=LARGEST)
    features.check_standard(arrays, n_features)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> LVQ:
    """The fitted estimator."""
    from ..lvq import LVQ  # loads scikit-learn, which prediction does without

    model = LVQ(config["n_prototypes"], max_iter=config["max_iter"], features=config["features"])
    model.prototypes_, model.shift_ = arrays["prototypes"], arrays["shift"]
    model.mean_, model.scale_ = arrays["mean"], arrays["scale"]
    model.steepness_, model.n_iter_, model.refit_ = float(config["steepness"]), config["n_iter"], config["refit"]
    return graphs.fitted(model, spec, classes)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Standardise; how near each class's nearest prototype is; softmax. In float64 until the end."""
    made, constants = features.scaled(config["features"], spec, arrays)
    made += [
        helper.make_node("MatMul", ["scaled", "prototypes"], ["products"]),
        helper.make_node("Mul", ["products", "two"], ["twice"]),
        helper.make_node("Sub", ["twice", "squares"], ["near"]),
        helper.make_node("Reshape", ["near", "by_class"], ["nears"]),
        helper.make_node("ReduceMax", ["nears", "each_axis"], ["nearest"], keepdims=0),
        helper.make_node("Mul", ["nearest", "steepness"], ["steep"]),
        helper.make_node("Add", ["steep", "shift"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=1),
        helper.make_node("Cast", ["shares"], ["probabilities"], to=TensorProto.FLOAT),
    ]
    _, each, n_features = arrays["prototypes"].shape
    flat = arrays["prototypes"].reshape(-1, n_features).astype(np.float64)
    constants |= {
        "prototypes": flat.T,
        "two": np.array(2.0),
        "squares": np.einsum("ij,ij->i", flat, flat),
        "by_class": np.array([-1, n_classes, each]),
        "each_axis": np.array([2]),
        "steepness": np.array(float(config["steepness"])),
        "shift": arrays["shift"],
    }
    return graphs.model(made, constants, spec, n_classes, batch=features.batch(config["features"], spec))
