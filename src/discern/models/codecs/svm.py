"""Saving the linear support vector machine: the standardisation, and the planes with their calibration, in float64."""

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
    from ..svm import LinearSVM

KEYS = ("C", "max_iter", "n_iter", "converged", "features", "refit")
LARGEST = 1e60
"""Magnitudes up to this give scores that float64 holds whatever the item."""


def encode(model: LinearSVM) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config = {
        "C": float(model.C),
        "max_iter": int(model.max_iter),
        "n_iter": model.n_iter_,
        "converged": model.converged_,
        "features": model.features,
        "refit": model.refit_,
    }
    return config, {"coef": model.coef_, "intercept": model.intercept_, "mean": model.mean_, "scale": model.scale_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each class and feature has a weight, and each feature a scale above 0."""
    fields.exact_keys(config, KEYS, "config")
    fields.number(config, "C", Interval(1e-10, 1e10))
    fields.whole(config, "max_iter", 1, 1_000_000)
    fields.whole(config, "n_iter", 0, config["max_iter"])
    fields.boolean(config, "converged")
    fields.boolean(config, "refit")
    n_features = features.check(config, spec)
    fields.exact_keys(arrays, ["coef", "intercept", "mean", "scale"], "model.safetensors")
    fields.array(arrays, "coef", "float64", (n_classes, n_features), largest=LARGEST)
    fields.array(arrays, "intercept", "float64", (n_classes,), largest=LARGEST)
    features.check_standard(arrays, n_features)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> LinearSVM:
    """The fitted estimator."""
    from ..svm import LinearSVM  # loads scikit-learn, which prediction does without

    model = LinearSVM(config["C"], max_iter=config["max_iter"], features=config["features"])
    model.coef_, model.intercept_ = arrays["coef"], arrays["intercept"]
    model.mean_, model.scale_ = arrays["mean"], arrays["scale"]
    model.n_iter_, model.converged_, model.refit_ = config["n_iter"], config["converged"], config["refit"]
    return graphs.fitted(model, spec, classes)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Standardise, weigh, softmax; in float64 until the end."""
    made, constants = features.scaled(config["features"], spec, arrays)
    made += [
        helper.make_node("MatMul", ["scaled", "weights"], ["weighed"]),
        helper.make_node("Add", ["weighed", "intercept"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=1),
        helper.make_node("Cast", ["shares"], ["probabilities"], to=TensorProto.FLOAT),
    ]
    constants |= {"weights": np.ascontiguousarray(arrays["coef"].T), "intercept": arrays["intercept"]}
    return graphs.model(made, constants, spec, n_classes, batch=features.batch(config["features"], spec))
