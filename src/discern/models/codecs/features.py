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
