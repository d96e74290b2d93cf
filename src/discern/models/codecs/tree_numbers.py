"""Saving a regression tree or a forest of them: the arrays of their nodes."""

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
from .trees import DEEPEST, LARGEST, MANY, NAMES, check_nodes, ensemble

if TYPE_CHECKING:
    from ..tree_numbers import ForestNumbers, RegressionTree

DEPTH = Interval(1, DEEPEST, whole=True)
SEED = Interval(0, 2**31 - 1, whole=True)
PARAMETERS: Mapping[str, Mapping[str, Interval]] = {
    "tree": {"max_depth": DEPTH, "min_samples_leaf": MANY, "random_state": SEED},
    "forest": {
        "n_trees": MANY,
        "max_depth": DEPTH,
        "min_samples_leaf": MANY,
        "max_features": Interval(0, 1, open_low=True),
        "random_state": SEED,
    },
}


def encode(model: RegressionTree | ForestNumbers) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    kind = {"RegressionTree": "tree", "ForestNumbers": "forest"}[type(model).__name__]
    config: dict[str, Any] = {"kind": kind, "refit": model.refit_}
    for name, limit in PARAMETERS[kind].items():
        config[name] = (int if limit.whole else float)(getattr(model, f"{name}_", getattr(model, name)))
    return config, {name: getattr(model.trees_, name) for name in NAMES}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless the nodes are trees with a number in each leaf."""
    kind = config.get("kind")
    if not isinstance(kind, str) or kind not in PARAMETERS:
        raise ModelFileError(f"kind is {fields.shown(kind)}; expected one of {', '.join(PARAMETERS)}")
    fields.exact_keys(config, ["kind", "refit", *PARAMETERS[kind]], "config")
    fields.boolean(config, "refit")
    for name, limit in PARAMETERS[kind].items():
        fields.number(config, name, limit)
    fields.exact_keys(arrays, NAMES, "model.safetensors")
    check_nodes(arrays, spec.n_values)
    fields.array(arrays, "values", "float32", (int((arrays["leaf"] >= 0).sum()), 1), largest=LARGEST)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> RegressionTree | ForestNumbers:
    """The fitted estimator."""
    from .. import nodes, tree_numbers  # loads scikit-learn, which prediction does without

    parameters = {name: config[name] for name in PARAMETERS[config["kind"]]}
    model: RegressionTree | ForestNumbers = {
        "tree": tree_numbers.RegressionTree,
        "forest": tree_numbers.ForestNumbers,
    }[config["kind"]](**parameters)
    model.trees_ = nodes.Trees(**{name: arrays[name] for name in NAMES})
    model.refit_ = config["refit"]
    return graphs.fitted_numbers(model, spec)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """The mean of the trees' answers; features are compared as float32 says them, in float64."""
    constants = {"n_trees": np.array(float(len(arrays["roots"]))), "flat": np.array([-1])}
    made = [
        helper.make_node("Cast", ["x"], ["small"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["small"], ["features"], to=TensorProto.DOUBLE),
        ensemble(arrays, 1),
        helper.make_node("Cast", ["sums"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("Div", ["wide", "n_trees"], ["shares"]),
        helper.make_node("Reshape", ["shares", "flat"], ["prediction"]),
    ]
    return graphs.numbers(made, constants, spec, more_opsets={"ai.onnx.ml": 3})
