"""The part of a graph that turns items into the numbers which a model looks at, as `models.features` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from ...core.errors import ModelFileError
from ...core.records import InputSpec
from . import fields

FEATURES = ("pixels",)
LARGEST = 1e60
"""Of means and scales; the least scale is its inverse."""


def check(config: Mapping[str, Any], spec: InputSpec) -> int:
    """How many numbers the model looks at. Raises ModelFileError for features that there are not."""
    if config["features"] not in FEATURES:
        raise ModelFileError(f"features is {fields.shown(config['features'])}; expected one of {', '.join(FEATURES)}")
    return count(str(config["features"]), spec)


def count(features: str, spec: InputSpec) -> int:
    """How many numbers the model looks at."""
    return spec.n_values


def nodes(features: str, spec: InputSpec) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """From `x` to `features`, float64 `(n, n_features)`, with the constants that this takes."""
    made = [
        helper.make_node("Reshape", ["x", "flat_shape"], ["flat"]),
        helper.make_node("Cast", ["flat"], ["features"], to=TensorProto.DOUBLE),
    ]
    return made, {"flat_shape": np.array([-1, spec.n_values])}


def check_standard(arrays: Mapping[str, NDArray[Any]], n_features: int) -> None:
    """Raise ModelFileError unless each feature has a mean, and a scale above 0."""
    fields.array(arrays, "mean", "float64", (n_features,), largest=LARGEST)
    scale = fields.array(arrays, "scale", "float64", (n_features,), largest=LARGEST)
    if scale.min() < 1 / LARGEST:
        raise ModelFileError(f"array 'scale' holds {scale.min():g}; expected numbers from {1 / LARGEST:g}")


def scaled(
    features: str, spec: InputSpec, arrays: Mapping[str, NDArray[Any]]
) -> tuple[list[NodeProto], dict[str, NDArray[Any]]]:
    """From `x` to `scaled`: the features, less their mean, divided by their scale."""
    made, constants = nodes(features, spec)
    made += [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
    ]
    return made, {**constants, "mean": arrays["mean"], "scale": arrays["scale"]}
