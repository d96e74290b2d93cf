"""Saving k nearest neighbours for numbers: the rows themselves, their targets, and how many are averaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from ...core.records import InputSpec
from . import fields, graphs
from .neighbours import EXPONENTS, LARGEST_CENTRE, SCORES_A_BATCH, float_scores

if TYPE_CHECKING:
    from ..neighbour_numbers import NeighborNumbers

LARGEST = 1e60


def encode(model: NeighborNumbers) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    centre, exponent = model.frame_
    config = {"n_neighbors": int(model.n_neighbors_), "refit": model.refit_, "grid_exponent": exponent}
    return config, {"items": model.items_, "targets": model.targets_, "centre": centre}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless the rows fit `spec`, each has a target, and k of them exist."""
    fields.exact_keys(config, ["n_neighbors", "refit", "grid_exponent"], "config")
    fields.exact_keys(arrays, ["items", "targets", "centre"], "model.safetensors")
    fields.boolean(config, "refit")
    items = fields.array(arrays, "items", "float32", (None, spec.n_values), largest=1e15)
    fields.array(arrays, "targets", "float64", (len(items),), largest=LARGEST)
    fields.whole(config, "n_neighbors", 1, len(items))
    fields.whole(config, "grid_exponent", -EXPONENTS, EXPONENTS)
    fields.array(arrays, "centre", "float64", (spec.n_values,), largest=LARGEST_CENTRE)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> NeighborNumbers:
    """The fitted estimator."""
    from ..neighbour_numbers import NeighborNumbers  # loads scikit-learn, which prediction does without

    model = NeighborNumbers(config["n_neighbors"])
    model.items_, model.targets_ = arrays["items"], arrays["targets"]
    model.frame_ = arrays["centre"], config["grid_exponent"]
    model.n_neighbors_, model.refit_ = config["n_neighbors"], config["refit"]
    return graphs.fitted_numbers(model, spec)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """Distances to all rows, the nearest k (of equals the lower index), and the mean of what they have."""
    items = arrays["items"]
    more, constants = float_scores(items, arrays["centre"], config["grid_exponent"])
    constants |= {"k": np.array([config["n_neighbors"]]), "targets": arrays["targets"], "across": np.array([1])}
    nodes = [
        helper.make_node("Cast", ["x"], ["flat"], to=TensorProto.FLOAT),
        *more,
        helper.make_node("TopK", ["scores", "k"], ["distances", "nearest"], axis=1, largest=0, sorted=1),
        helper.make_node("Gather", ["targets", "nearest"], ["theirs"]),
        helper.make_node("ReduceMean", ["theirs", "across"], ["prediction"], keepdims=0),
    ]
    return graphs.numbers(nodes, constants, spec, batch=max(1, min(4096, SCORES_A_BATCH // len(items))))
