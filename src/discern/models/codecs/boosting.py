"""Saving boosted trees of a table: the arrays of their nodes, where gaps go, and the sets that categories are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from ...core.errors import ModelFileError
from ...core.options import Interval
from ...core.records import InputSpec
from . import fields, graphs
from .trees import LARGEST, check_nodes, ensemble
from .trees import NAMES as NODES

if TYPE_CHECKING:
    from ..boosting import BoostedClasses, BoostedNumbers

CODES = 256
"""As in `models.boosted_nodes`."""
MANY = Interval(1, 10_000, whole=True)
PARAMETERS: Mapping[str, Interval] = {
    "n_rounds": MANY,
    "shrinkage": Interval(0, 1, open_low=True),
    "max_leaf_nodes": Interval(2, 64, whole=True),
    "min_samples_leaf": MANY,
    "max_features": Interval(0, 1, open_low=True),
    "penalty": Interval(0, 1e6),
    "random_state": Interval(0, 2**31 - 1, whole=True),
}
ROWS_A_BATCH = 4096
"""More at a time is slower: what is worked on leaves the processor's cache."""
WIDENED_A_BATCH = 2**20
"""Answers about sets that are held at a time."""


def encode(model: BoostedNumbers | BoostedClasses) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    chosen = {name: getattr(model, f"{name}_") for name in ("n_rounds", "shrinkage", "max_leaf_nodes")}
    config: dict[str, Any] = {"refit": model.refit_}
    for name, limit in PARAMETERS.items():
        config[name] = (int if limit.whole else float)(chosen[name] if name in chosen else getattr(model, name))
    trees = model.trees_
    arrays: dict[str, NDArray[Any]] = {name: getattr(trees, name) for name in (*NODES, "missing_left")}
    if len(trees.sets):
        arrays |= {"set_columns": trees.set_columns, "sets": trees.sets}
    return config, {**arrays, "start": model.start_}


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless the nodes are trees that ask about columns and sets that there are."""
    fields.exact_keys(config, ["refit", *PARAMETERS], "config")
    fields.boolean(config, "refit")
    for name, limit in PARAMETERS.items():
        fields.number(config, name, limit)
    categories = "sets" in arrays
    names = (*NODES, "missing_left", "start", *(("set_columns", "sets") if categories else ()))
    fields.exact_keys(arrays, names, "model.safetensors")
    n_sets = 0
    if categories:
        n_sets = len(fields.array(arrays, "sets", "uint8", (None, CODES)))
        columns = fields.array(arrays, "set_columns", "int32", (n_sets,)).astype(np.int64)  # differences cannot wrap
        if columns[0] < 0 or columns[-1] >= spec.n_values or (np.diff(columns) < 0).any() or arrays["sets"].max() > 1:
            raise ModelFileError("the sets of categories name columns out of order, or hold a number above 1")
    check_nodes(arrays, spec.n_values + n_sets)
    missing = fields.array(arrays, "missing_left", "uint8", (len(arrays["feature"]),))
    if missing.max() > 1:
        raise ModelFileError("array 'missing_left' holds a number above 1")
    n_answers = max(1, n_classes)
    fields.array(arrays, "values", "float32", (int((arrays["leaf"] >= 0).sum()), n_answers), largest=LARGEST)
    fields.array(arrays, "start", "float64", (n_answers,), largest=LARGEST)


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> BoostedNumbers | BoostedClasses:
    """The fitted estimator."""
    from ..boosted_nodes import GapTrees
    from ..boosting import BoostedClasses, BoostedNumbers  # loads scikit-learn, which prediction does without

    model: BoostedNumbers | BoostedClasses = (BoostedClasses if len(classes) else BoostedNumbers)(
        **{name: config[name] for name in PARAMETERS}
    )
    sets = arrays.get("sets", np.zeros((0, CODES), np.uint8))
    model.trees_ = GapTrees(
        **{name: arrays[name] for name in (*NODES, "missing_left")},
        n_columns=spec.n_values,
        set_columns=arrays.get("set_columns", np.zeros(0, np.int32)),
        sets=sets,
    )
    model.start_, model.n_rounds_, model.shrinkage_ = arrays["start"], config["n_rounds"], config["shrinkage"]
    model.max_leaf_nodes_, model.refit_ = config["max_leaf_nodes"], config["refit"]
    return graphs.fitted(model, spec, classes) if len(classes) else graphs.fitted_numbers(model, spec)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """The sum of the trees' answers, compared in float64; of classes its softmax."""
    made, constants, batch = _widened(arrays)
    constants["start"] = arrays["start"]
    made += [
        ensemble(arrays, max(1, n_classes)),
        helper.make_node("Cast", ["sums"], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("Add", ["wide", "start"], ["scores"]),
    ]
    more = {"ai.onnx.ml": 3}
    if not n_classes:
        constants["flat"] = np.array([-1])
        made.append(helper.make_node("Reshape", ["scores", "flat"], ["prediction"]))
        return graphs.numbers(made, constants, spec, batch=batch, more_opsets=more)
    made += [
        helper.make_node("Softmax", ["scores"], ["shares"], axis=1),
        helper.make_node("Cast", ["shares"], ["probabilities"], to=TensorProto.FLOAT),
    ]
    return graphs.model(made, constants, spec, n_classes, batch=batch, more_opsets=more)


def _widened(arrays: Mapping[str, NDArray[Any]]) -> tuple[list[NodeProto], dict[str, NDArray[Any]], int]:
    """From `x` to `features`: the columns, and behind them a 0 or 1 for each set; how many rows at a time."""
    if "sets" not in arrays:
        return [helper.make_node("Identity", ["x"], ["features"])], {}, ROWS_A_BATCH
    constants: dict[str, NDArray[Any]] = {"none": np.array(CODES - 1.0), "zero": np.array(0.0), "line": np.array([-1])}
    made, parts = [], ["x"]
    for i in np.unique(arrays["set_columns"]).tolist():
        own = arrays["sets"][arrays["set_columns"] == i]
        constants |= {f"at{i}": np.array([i]), f"sets{i}": own.T.astype(np.float64)}
        made += [
            helper.make_node("Gather", ["x", f"at{i}"], [f"asked{i}"], axis=1),
            helper.make_node("Reshape", [f"asked{i}", "line"], [f"flat{i}"]),
            helper.make_node("IsNaN", [f"flat{i}"], [f"gaps{i}"]),
            helper.make_node("Where", [f"gaps{i}", "none", f"flat{i}"], [f"filled{i}"]),
            helper.make_node("Clip", [f"filled{i}", "zero", "none"], [f"clipped{i}"]),
            helper.make_node("Cast", [f"clipped{i}"], [f"codes{i}"], to=TensorProto.INT64),
            helper.make_node("Gather", [f"sets{i}", f"codes{i}"], [f"answers{i}"], axis=0),
        ]
        parts.append(f"answers{i}")
    made.append(helper.make_node("Concat", parts, ["features"], axis=1))
    return made, constants, max(256, min(ROWS_A_BATCH, WIDENED_A_BATCH // len(arrays["sets"])))
