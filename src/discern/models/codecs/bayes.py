"""Saving Gaussian naive Bayes: means, variances and shares of the classes."""

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
from . import features, fields, graphs

if TYPE_CHECKING:
    from ..bayes import NaiveBayes

LARGEST = 1e60
VALUES_A_BATCH = 2**21


def encode(model: NaiveBayes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    config = {"var_smoothing": float(model.var_smoothing), "features": model.features, "refit": model.refit_}
    return config, {"mean": model.mean_, "variance": model.variance_, "prior": model.prior_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless each class has a share, and each of its features a mean and a variance above 0."""
    fields.exact_keys(config, ["var_smoothing", "features", "refit"], "config")
    fields.number(config, "var_smoothing", Interval(0, 1000, open_low=True))
    fields.boolean(config, "refit")
    shape = (n_classes, features.check(config, spec))
    fields.exact_keys(arrays, ["mean", "variance", "prior"], "model.safetensors")
    fields.array(arrays, "mean", "float64", shape, largest=LARGEST)
    variance = fields.array(arrays, "variance", "float64", shape, largest=LARGEST)
    if variance.min() < 1 / LARGEST:
        raise ModelFileError(f"array 'variance' holds {variance.min():g}; expected numbers from {1 / LARGEST:g}")
    prior = fields.array(arrays, "prior", "float64", (n_classes,), largest=1)
    if prior.min() < 1e-12 or abs(prior.sum() - 1) > 1e-9:
        raise ModelFileError("array 'prior' does not hold shares above 0 that sum to 1")


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> NaiveBayes:
    """The fitted estimator."""
    from ..bayes import NaiveBayes  # loads scikit-learn, which prediction does without

    model = NaiveBayes(config["var_smoothing"], features=config["features"])
    model.mean_, model.variance_, model.prior_ = arrays["mean"], arrays["variance"], arrays["prior"]
    model.refit_ = config["refit"]
    return graphs.fitted(model, spec, classes)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """The logarithm of prior times likelihood of each class, softmax; in float64 until the end."""
    made, constants = features.nodes(config["features"], spec)
    made += [
        helper.make_node("Unsqueeze", ["features", "class_axis"], ["rows"]),
        helper.make_node("Sub", ["rows", "mean"], ["apart"]),
        helper.make_node("Mul", ["apart", "apart"], ["squares"]),
        helper.make_node("Div", ["squares", "variance"], ["weighed"]),
        helper.make_node("ReduceSum", ["weighed", "feature_axis"], ["sums"], keepdims=0),
        helper.make_node("Div", ["sums", "two"], ["halves"]),
        helper.make_node("Sub", ["constant", "halves"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=1),
        helper.make_node("Cast", ["shares"], ["probabilities"], to=TensorProto.FLOAT),
    ]
    constants |= {
        "mean": arrays["mean"],
        "variance": arrays["variance"],
        "constant": np.log(arrays["prior"]) - np.log(arrays["variance"]).sum(axis=1) / 2,
        "class_axis": np.array([1]),
        "feature_axis": np.array([2]),
        "two": np.array(2.0),
    }
    advised = features.batch(config["features"], spec)
    batch = max(1, min(256, VALUES_A_BATCH // arrays["mean"].size, advised or 256))
    return graphs.model(made, constants, spec, n_classes, batch=batch)
