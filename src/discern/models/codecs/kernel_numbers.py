"""Saving support vector regression: the support vectors, their weights and the width of the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from ...core.options import Interval
from ...core.records import InputSpec
from . import fields, graphs

if TYPE_CHECKING:
    from ..kernel_numbers import KernelNumbers

LARGEST = 1e60
SCORES_A_BATCH = 2**22


def encode(model: KernelNumbers) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config = {
        "C": float(model.C_),
        "gamma": float(model.gamma_),
        "intercept": float(model.intercept_),
        "refit": model.refit_,
    }
    return config, {"support": model.support_, "dual": model.dual_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each support vector has a weight."""
    fields.exact_keys(config, ["C", "gamma", "intercept", "refit"], "config")
    fields.number(config, "C", Interval(1e-6, 1e6))
    fields.number(config, "gamma", Interval(1e-30, 1e6))
    fields.number(config, "intercept", Interval(-LARGEST, LARGEST))
    fields.boolean(config, "refit")
    fields.exact_keys(arrays, ["support", "dual"], "model.safetensors")
    support = fields.array(arrays, "support", "float32", (None, spec.n_values), largest=1e15)
    fields.array(arrays, "dual", "float64", (len(support),), largest=LARGEST)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> KernelNumbers:
    """The fitted estimator."""
    from ..kernel_numbers import KernelNumbers  # loads scikit-learn, which prediction does without

    model = KernelNumbers(config["C"], width=float(config["gamma"]) * spec.n_values)
    model.support_, model.dual_ = arrays["support"], arrays["dual"]
    model.C_, model.gamma_, model.intercept_ = config["C"], float(config["gamma"]), float(config["intercept"])
    model.refit_ = config["refit"]
    return graphs.fitted_numbers(model, spec)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """The sum of the bumps, in float64."""
    support = arrays["support"].astype(np.float64)
    constants = {
        "support": np.ascontiguousarray(support.T),
        "squares": np.einsum("ij,ij->i", support, support),
        "dual": arrays["dual"],
        "intercept": np.array(float(config["intercept"])),
        "less": np.array(-float(config["gamma"])),
        "two": np.array(2.0),
        "zero": np.array(0.0),
        "across": np.array([1]),
    }
    nodes = [
        helper.make_node("Cast", ["x"], ["small"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["small"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("MatMul", ["wide", "support"], ["products"]),
        helper.make_node("Mul", ["products", "two"], ["twice"]),
        helper.make_node("Mul", ["wide", "wide"], ["own"]),
        helper.make_node("ReduceSum", ["own", "across"], ["length"], keepdims=1),
        helper.make_node("Sub", ["length", "twice"], ["less_theirs"]),
        helper.make_node("Add", ["less_theirs", "squares"], ["found"]),
        helper.make_node("Max", ["found", "zero"], ["apart"]),
        helper.make_node("Mul", ["apart", "less"], ["power"]),
        helper.make_node("Exp", ["power"], ["bumps"]),
        helper.make_node("MatMul", ["bumps", "dual"], ["sum"]),
        helper.make_node("Add", ["sum", "intercept"], ["prediction"]),
    ]
    return graphs.numbers(nodes, constants, spec, batch=max(1, SCORES_A_BATCH // len(support)))
