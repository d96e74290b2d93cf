"""What the graphs of all codecs share: one input `x`, one output `probabilities` (of a regression `prediction`), one
version of the operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ...core.records import InputSpec
from ..answers import EQUAL_SHARE, KEPT_ORDER, Calibration

OPSET = 18
IR_VERSION = 9
"""Fixed, so that a graph is the same bytes whatever version of onnx is installed, and older runtimes read it."""

Model = TypeVar("Model")


def model(
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, NDArray[Any]],
    spec: InputSpec,
    n_classes: int,
    *,
    batch: int | None = None,
    more_opsets: Mapping[str, int] | None = None,
) -> onnx.ModelProto:
    """A graph from `x` (`spec.dtype`, n x `spec.shape`) to `probabilities` (float32, n x `n_classes`).

    `batch` advises how many items to ask for at a time, where the graph needs much memory for each; `more_opsets` are
    versions of further operator domains.
    """
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", n_classes])
    return _graph(nodes, constants, spec, output, batch, more_opsets)


def numbers(
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, NDArray[Any]],
    spec: InputSpec,
    *,
    batch: int | None = None,
    more_opsets: Mapping[str, int] | None = None,
) -> onnx.ModelProto:
    """A graph from `x` to `prediction`, a number an item (float64, n), as `model` makes one to probabilities."""
    output = helper.make_tensor_value_info("prediction", TensorProto.DOUBLE, ["n"])
    return _graph(nodes, constants, spec, output, batch, more_opsets)


INPUTS = {"uint8": TensorProto.UINT8, "float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}


def _graph(
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, NDArray[Any]],
    spec: InputSpec,
    output: onnx.ValueInfoProto,
    batch: int | None,
    more_opsets: Mapping[str, int] | None,
) -> onnx.ModelProto:
    built = helper.make_model(
        helper.make_graph(
            list(nodes),
            "discern",
            [helper.make_tensor_value_info("x", INPUTS[spec.dtype], ["n", *spec.shape])],
            [output],
            [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
        ),
        opset_imports=[helper.make_opsetid(*pair) for pair in {"": OPSET, **(more_opsets or {})}.items()],
        ir_version=IR_VERSION,
        producer_name="discern",
    )
    if batch is not None:
        helper.set_model_props(built, {"batch": str(batch)})
    return built


def with_features(built: onnx.ModelProto) -> onnx.ModelProto | None:
    """The same graph that gives `features` too, what its last layer takes, `(n, n_features)`; None without such."""
    last = next((node for node in built.graph.node if node.op_type == "Gemm" and node.output[0] == "logits"), None)
    if last is None or last.input[0] == "x":
        return None
    out = onnx.ModelProto()
    out.CopyFrom(built)
    out.graph.node.append(helper.make_node("Flatten", [last.input[0]], ["features"]))
    out.graph.output.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", None]))
    return out


def calibrated(built: onnx.ModelProto, calibration: Calibration) -> onnx.ModelProto:
    """The same graph, whose `probabilities` are calibrated as `Calibration.apply` does it, in float32."""
    graph = onnx.GraphProto()
    graph.CopyFrom(built.graph)
    for node in graph.node:
        node.output[:] = ["stated" if name == "probabilities" else name for name in node.output]
        node.input[:] = ["stated" if name == "probabilities" else name for name in node.input]
    way = _temperature if calibration.method == "temperature" else _isotonic
    nodes, constants = way(calibration)
    n_classes = built.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    if calibration.best and n_classes > 1:
        nodes[-1].output[:] = ["best.before"]
        more, others = _best(calibration, n_classes)
        nodes, constants = nodes + more, constants | others
    graph.node.extend(nodes)
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    out = onnx.ModelProto()
    out.CopyFrom(built)
    out.graph.CopyFrom(graph)
    return out


def _temperature(calibration: Calibration) -> tuple[list[onnx.NodeProto], dict[str, NDArray[Any]]]:
    constants = {"calibration.floor": np.float32(calibration.floor), "temperature": np.float32(calibration.temperature)}
    nodes = [
        helper.make_node("Max", ["stated", "calibration.floor"], ["calibration.raised"]),
        helper.make_node("Log", ["calibration.raised"], ["calibration.logs"]),
        helper.make_node("Div", ["calibration.logs", "temperature"], ["calibration.scaled"]),
        helper.make_node("Softmax", ["calibration.scaled"], ["probabilities"], axis=1),
    ]
    return nodes, {name: np.asarray(value) for name, value in constants.items()}


NARROW = float(np.finfo(np.float32).tiny)
"""A piece of a curve that float32 takes for a step is as wide as this, not 0."""


def _isotonic(calibration: Calibration) -> tuple[list[onnx.NodeProto], dict[str, NDArray[Any]]]:
    """The curve as its first height and a sum over its pieces: how far into each one a probability reaches."""
    x, y = np.array(calibration.points).T
    steps = (1 - KEPT_ORDER) * np.diff(y)
    constants = {
        "curve.left": x[:-1],
        "curve.width": np.maximum(np.diff(x), NARROW),
        "curve.steps": steps,
        "curve.first": (1 - KEPT_ORDER) * y[0],
        "curve.own": KEPT_ORDER,
        "curve.0": 0.0,
        "curve.1": 1.0,
    }
    nodes = [
        helper.make_node("Unsqueeze", ["stated", "curve.last"], ["curve.each"]),
        helper.make_node("Sub", ["curve.each", "curve.left"], ["curve.past"]),
        helper.make_node("Div", ["curve.past", "curve.width"], ["curve.reach"]),
        helper.make_node("Clip", ["curve.reach", "curve.0", "curve.1"], ["curve.share"]),
        helper.make_node("Mul", ["curve.share", "curve.steps"], ["curve.parts"]),
        helper.make_node("ReduceSum", ["curve.parts", "curve.last"], ["curve.sum"], keepdims=0),
        helper.make_node("Add", ["curve.sum", "curve.first"], ["curve.height"]),
        helper.make_node("Mul", ["stated", "curve.own"], ["curve.order"]),
        helper.make_node("Add", ["curve.height", "curve.order"], ["curve.raised"]),
        helper.make_node("ReduceSum", ["curve.raised", "curve.classes"], ["curve.total"], keepdims=1),
        helper.make_node("Div", ["curve.raised", "curve.total"], ["probabilities"]),
    ]
    axes = {"curve.last": np.array([2]), "curve.classes": np.array([1])}
    return nodes, {name: np.asarray(value, np.float32) for name, value in constants.items()} | axes


def _best(calibration: Calibration, n_classes: int) -> tuple[list[onnx.NodeProto], dict[str, NDArray[Any]]]:
    """The curve of the most probable label, and what the others share of the rest (see `answers`)."""
    x, y = np.array(calibration.best).T
    constants = {
        "best.left": x[:-1],
        "best.width": np.diff(x),
        "best.steps": (1 - KEPT_ORDER) * np.diff(y),
        "best.first": (1 - KEPT_ORDER) * y[0],
        "best.own": KEPT_ORDER,
        "best.equal": EQUAL_SHARE,
        "best.0": 0.0,
        "best.1": 1.0,
        "best.marks": np.array([0.0, 1.0]),
    }
    sums = ["best.across"]
    nodes = [
        helper.make_node("ArgMax", ["stated"], ["best.place"], axis=1, keepdims=0),
        helper.make_node("OneHot", ["best.place", "best.depth", "best.marks"], ["best.mark"]),
        helper.make_node("Mul", ["best.before", "best.mark"], ["best.marked"]),
        helper.make_node("ReduceSum", ["best.marked", *sums], ["best.was"], keepdims=1),
        helper.make_node("Sub", ["best.was", "best.left"], ["best.past"]),
        helper.make_node("Div", ["best.past", "best.width"], ["best.reach"]),
        helper.make_node("Clip", ["best.reach", "best.0", "best.1"], ["best.share"]),
        helper.make_node("Mul", ["best.share", "best.steps"], ["best.parts"]),
        helper.make_node("ReduceSum", ["best.parts", *sums], ["best.sum"], keepdims=1),
        helper.make_node("Add", ["best.sum", "best.first"], ["best.height"]),
        helper.make_node("Mul", ["best.was", "best.own"], ["best.order"]),
        helper.make_node("Add", ["best.height", "best.order"], ["best.curve"]),
        helper.make_node("Sub", ["best.1", "best.mark"], ["best.behind"]),
        helper.make_node("Add", ["best.before", "best.equal"], ["best.raised"]),
        helper.make_node("Mul", ["best.raised", "best.behind"], ["best.others"]),
        helper.make_node("ReduceSum", ["best.others", *sums], ["best.rest"], keepdims=1),
        helper.make_node("Div", ["best.others", "best.rest"], ["best.shares"]),
        helper.make_node("TopK", ["best.shares", "best.one"], ["best.second", "best.unused"], axis=1),
        helper.make_node("Add", ["best.second", "best.1"], ["best.more"]),
        helper.make_node("Div", ["best.second", "best.more"], ["best.least"]),
        helper.make_node("Max", ["best.curve", "best.least"], ["best.now"]),
        helper.make_node("Sub", ["best.1", "best.now"], ["best.left_over"]),
        helper.make_node("Mul", ["best.shares", "best.left_over"], ["best.theirs"]),
        helper.make_node("Mul", ["best.mark", "best.now"], ["best.its"]),
        helper.make_node("Add", ["best.theirs", "best.its"], ["probabilities"]),
    ]
    whole = {"best.across": np.array([1]), "best.depth": np.array([n_classes]), "best.one": np.array([1])}
    return nodes, {name: np.asarray(value, np.float32) for name, value in constants.items()} | whole


def fitted(estimator: Model, spec: InputSpec, classes: NDArray[Any]) -> Model:
    """Give a rebuilt estimator what every fitted classifier has."""
    estimator.classes_ = classes  # type: ignore[attr-defined]
    estimator.input_ = spec  # type: ignore[attr-defined]
    estimator.n_features_in_ = spec.n_values  # type: ignore[attr-defined]
    return estimator


def fitted_numbers(estimator: Model, spec: InputSpec) -> Model:
    """Give a rebuilt estimator what every fitted regressor has."""
    estimator.input_ = spec  # type: ignore[attr-defined]
    estimator.n_features_in_ = spec.n_values  # type: ignore[attr-defined]
    return estimator
