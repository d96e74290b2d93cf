"""Saving logistic regression: the standardisation and the weights, in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from ...core.errors import ModelFileError
from ...core.options import Interval
from ...core.records import InputSpec
from . import fields, graphs

if TYPE_CHECKING:
    from ..logistic import Logistic

LARGEST = 1e60
"""Magnitudes up to this, and scales down to its inverse, give scores that float64 holds whatever the item."""


def encode(model: Logistic) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config = {
        "C": float(model.C),
        "max_iter": int(model.max_iter),
        "n_iter": model.n_iter_,
        "converged": model.converged_,
        "refit": model.refit_,
    }
    arrays = {"coef": model.coef_, "intercept": model.intercept_, "mean": model.mean_, "scale": model.scale_}
    return config, arrays


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each class and feature has a weight, and each feature a scale above 0."""
    fields.exact_keys(config, ["C", "max_iter", "n_iter", "converged", "refit"], "config")
    fields.number(config, "C", Interval(1e-10, 1e10))
    fields.whole(config, "max_iter", 1, 1_000_000)
    fields.whole(config, "n_iter", 0, config["max_iter"])
    fields.boolean(config, "converged")
    fields.boolean(config, "refit")
    fields.exact_keys(arrays, ["coef", "intercept", "mean", "scale"], "model.safetensors")
    fields.array(arrays, "coef", "float64", (n_classes, spec.n_values), largest=LARGEST)
    fields.array(arrays, "intercept", "float64", (n_classes,), largest=LARGEST)
    fields.array(arrays, "mean", "float64", (spec.n_values,), largest=LARGEST)
    scale = fields.array(arrays, "scale", "float64", (spec.n_values,), largest=LARGEST)
    if scale.min() < 1 / LARGEST:
        raise ModelFileError(f"array 'scale' holds {scale.min():g}; expected numbers from {1 / LARGEST:g}")


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> Logistic:
    """The fitted estimator."""
    from ..logistic import Logistic  # loads scikit-learn, which prediction does without

    model = Logistic(config["C"], max_iter=config["max_iter"])
    model.coef_, model.intercept_ = arrays["coef"], arrays["intercept"]
    model.mean_, model.scale_ = arrays["mean"], arrays["scale"]
    model.n_iter_, model.converged_, model.refit_ = config["n_iter"], config["converged"], config["refit"]
    return graphs.fitted(model, spec, classes)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Standardise, weigh, softmax; in float64 until the end."""
    nodes = [
        helper.make_node("Reshape", ["x", "flat_shape"], ["flat"]),
        helper.make_node("Cast", ["flat"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("Sub", ["wide", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
        helper.make_node("MatMul", ["scaled", "weights"], ["weighed"]),
        helper.make_node("Add", ["weighed", "intercept"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=1),
        helper.make_node("Cast", ["shares"], ["probabilities"], to=TensorProto.FLOAT),
    ]
    constants = {
        "flat_shape": np.array([-1, spec.n_values]),
        "mean": arrays["mean"],
        "scale": arrays["scale"],
        "weights": arrays["coef"].T,
        "intercept": arrays["intercept"],
    }
    return graphs.model(nodes, constants, spec, n_classes)
