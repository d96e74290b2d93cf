"""Saving a tree, a forest or boosted trees: the arrays of their nodes. Every index is checked before it is followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from ...core.errors import ModelFileError
from ...core.options import Interval
from ...core.records import InputSpec
from . import features, fields, graphs

if TYPE_CHECKING:
    from ..trees import DecisionTree, GradientBoosting, RandomForest, TreeClassifier

DEEPEST = 64
"""As in `models.nodes`; what is deeper could exhaust the stack of the runtime."""
LARGEST = 1e6
"""Of a boosted tree's corrections and of the scores before them."""
NAMES = ("roots", "feature", "threshold", "left", "right", "leaf", "values")
MANY = Interval(1, 10_000, whole=True)
PARAMETERS: Mapping[str, Mapping[str, Interval]] = {
    "tree": {"max_depth": Interval(1, DEEPEST, whole=True), "min_samples_leaf": MANY},
    "forest": {"n_trees": MANY, "max_depth": Interval(1, DEEPEST, whole=True), "min_samples_leaf": MANY},
    "boosting": {
        "n_rounds": MANY,
        "shrinkage": Interval(0, 1, open_low=True),
        "max_leaf_nodes": Interval(2, DEEPEST, whole=True),
        "min_samples_leaf": MANY,
    },
}
"""What is kept of each kind: its parameters and the numbers that they may be."""


def encode(model: TreeClassifier) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The fitted model as JSON and arrays."""
    kind = {"DecisionTree": "tree", "RandomForest": "forest", "GradientBoosting": "boosting"}[type(model).__name__]
    config: dict[str, Any] = {"kind": kind, "features": model.features, "refit": model.refit_}
    for name, limit in PARAMETERS[kind].items():
        config[name] = (int if limit.whole else float)(getattr(model, name))
    arrays: dict[str, NDArray[Any]] = {name: getattr(model.trees_, name) for name in NAMES}
    if hasattr(model, "start_"):
        arrays["start"] = model.start_
    return config, arrays


def check(config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int) -> None:
    """Raise ModelFileError unless the nodes are trees: each node but a root has one parent, and each walk ends."""
    kind = config.get("kind")
    if not isinstance(kind, str) or kind not in PARAMETERS:
        raise ModelFileError(f"kind is {fields.shown(kind)}; expected one of {', '.join(PARAMETERS)}")
    fields.exact_keys(config, ["kind", "features", "refit", *PARAMETERS[kind]], "config")
    for name, limit in PARAMETERS[kind].items():
        fields.number(config, name, limit)
    fields.boolean(config, "refit")
    n_features = features.check(config, spec)
    boosting = kind == "boosting"
    fields.exact_keys(arrays, [*NAMES, "start"] if boosting else NAMES, "model.safetensors")
    check_nodes(arrays, n_features)
    n_leaves = int(np.count_nonzero(arrays["leaf"] >= 0))
    values = fields.array(arrays, "values", "float32", (n_leaves, n_classes), largest=LARGEST if boosting else 1)
    if boosting:
        fields.array(arrays, "start", "float64", (n_classes,), largest=LARGEST)
    elif values.min() < 0 or np.abs(values.sum(axis=1, dtype=np.float64) - 1).max() > 1e-5:
        raise ModelFileError("array 'values' does not hold shares that sum to 1")


def check_nodes(arrays: Mapping[str, NDArray[Any]], n_features: int) -> None:
    """Raise ModelFileError unless all nodes are parts of trees that end and ask about one of `n_features`."""
    feature = fields.array(arrays, "feature", "int32", (None,))
    n_nodes = len(feature)
    fields.array(arrays, "threshold", "float64", (n_nodes,))
    left, right, leaf = (fields.array(arrays, name, "int32", (n_nodes,)) for name in ("left", "right", "leaf"))
    roots = fields.array(arrays, "roots", "int32", (None,)).astype(np.int64)  # differences cannot wrap
    for name, found, high in (("feature", feature, n_features), ("left", left, n_nodes), ("right", right, n_nodes)):
        if found.min() < 0 or found.max() >= high:
            raise ModelFileError(f"array {name!r} holds a number outside 0 to {high - 1}")
    if roots[0] != 0 or (np.diff(roots) <= 0).any() or roots[-1] >= n_nodes:
        raise ModelFileError("array 'roots' does not name nodes in their order from 0")
    ends, itself = leaf >= 0, np.arange(n_nodes)
    if (leaf[ends] != np.arange(np.count_nonzero(ends))).any() or (leaf[~ends] != -1).any() or not ends.any():
        raise ModelFileError("array 'leaf' does not count the leaves in their order")
    if ((left == itself) != ends).any() or ((right == itself) != ends).any():
        raise ModelFileError("a leaf leads on, or another node leads to itself")
    tree = np.searchsorted(roots, itself, side="right")
    children = np.concatenate([left[~ends], right[~ends], roots])
    if len(children) != n_nodes or len(np.unique(children)) != n_nodes:
        raise ModelFileError("the nodes are no trees: one has no parent, or several")
    if (tree[left] != tree).any() or (tree[right] != tree).any():
        raise ModelFileError("the nodes are no trees: a branch leads from one tree into another")
    at = roots
    for _ in range(DEEPEST + 1):
        at = at[~ends[at]]
        if not len(at):
            return
        at = np.concatenate([left[at], right[at]])
        if len(at) > n_nodes:
            break
    raise ModelFileError(f"the trees are deeper than {DEEPEST} nodes, or their branches run in a circle")


def decode(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, classes: NDArray[Any]
) -> DecisionTree | RandomForest | GradientBoosting:
    """The fitted estimator."""
    from .. import nodes, trees  # loads scikit-learn, which prediction does without

    kinds = {"tree": trees.DecisionTree, "forest": trees.RandomForest, "boosting": trees.GradientBoosting}
    parameters = {name: config[name] for name in ("features", *PARAMETERS[config["kind"]])}
    model: DecisionTree | RandomForest | GradientBoosting = kinds[config["kind"]](**parameters)
    model.trees_ = nodes.Trees(**{name: arrays[name] for name in NAMES})
    model.refit_ = config["refit"]
    if isinstance(model, trees.GradientBoosting):
        model.start_ = arrays["start"]
    return graphs.fitted(model, spec, classes)


def graph(
    config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], spec: InputSpec, n_classes: int
) -> onnx.ModelProto:
    """The sum of the trees' answers; of a forest their mean, of boosted trees the softmax. Compared in float64."""
    made, constants = features.nodes(config["features"], spec)
    made.append(ensemble(arrays, n_classes))
    made.append(helper.make_node("Cast", ["sums"], ["wide"], to=TensorProto.DOUBLE))
    if config["kind"] == "boosting":
        constants["start"] = arrays["start"]
        made.append(helper.make_node("Add", ["wide", "start"], ["scores"]))
        made.append(helper.make_node("Softmax", ["scores"], ["shares"], axis=1))
    else:
        constants["n_trees"] = np.array(float(len(arrays["roots"])))
        made.append(helper.make_node("Div", ["wide", "n_trees"], ["shares"]))
    made.append(helper.make_node("Cast", ["shares"], ["probabilities"], to=TensorProto.FLOAT))
    batch = features.batch(config["features"], spec)
    return graphs.model(made, constants, spec, n_classes, batch=batch, more_opsets={"ai.onnx.ml": 3})


def ensemble(arrays: Mapping[str, NDArray[Any]], n_classes: int) -> NodeProto:
    """All trees as one node from `features` to `sums`; of the leaves' answers those that are not 0."""
    more = {"nodes_missing_value_tracks_true": arrays["missing_left"].tolist()} if "missing_left" in arrays else {}
    roots, leaf = arrays["roots"], arrays["leaf"]
    n_nodes = len(leaf)
    tree = np.searchsorted(roots, np.arange(n_nodes), side="right") - 1
    own = np.arange(n_nodes) - roots[tree]  # nodes are counted within their tree
    ends = leaf >= 0
    at = np.flatnonzero(ends)
    values = arrays["values"].copy()
    empty = ~values.any(axis=1)
    values[empty, 0] = 1  # every leaf needs an answer, be it 0
    rows, columns = np.nonzero(values)
    values[empty, 0] = 0
    return helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["sums"],
        domain="ai.onnx.ml",
        n_targets=n_classes,
        aggregate_function="SUM",
        nodes_treeids=tree.tolist(),
        nodes_nodeids=own.tolist(),
        nodes_featureids=arrays["feature"].tolist(),
        nodes_values_as_tensor=numpy_helper.from_array(arrays["threshold"]),
        nodes_modes=np.where(ends, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_truenodeids=np.where(ends, 0, arrays["left"] - roots[tree]).tolist(),
        nodes_falsenodeids=np.where(ends, 0, arrays["right"] - roots[tree]).tolist(),
        target_treeids=tree[at[rows]].tolist(),
        target_nodeids=own[at[rows]].tolist(),
        target_ids=columns.tolist(),
        target_weights_as_tensor=numpy_helper.from_array(values[rows, columns].astype(np.float64)),
        **more,
    )
