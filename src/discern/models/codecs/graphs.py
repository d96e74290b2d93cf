"""What the graphs of all codecs share: one input `x`, one output `probabilities`, one version of the operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ...core.records import InputSpec

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
    dtype = TensorProto.UINT8 if spec.dtype == "uint8" else TensorProto.FLOAT
    built = helper.make_model(
        helper.make_graph(
            list(nodes),
            "discern",
            [helper.make_tensor_value_info("x", dtype, ["n", *spec.shape])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", n_classes])],
            [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
        ),
        opset_imports=[helper.make_opsetid(*pair) for pair in {"": OPSET, **(more_opsets or {})}.items()],
        ir_version=IR_VERSION,
        producer_name="discern",
    )
    if batch is not None:
        helper.set_model_props(built, {"batch": str(batch)})
    return built


def fitted(estimator: Model, spec: InputSpec, classes: NDArray[Any]) -> Model:
    """Give a rebuilt estimator what every fitted classifier has."""
    estimator.classes_ = classes  # type: ignore[attr-defined]
    estimator.input_ = spec  # type: ignore[attr-defined]
    estimator.n_features_in_ = spec.n_values  # type: ignore[attr-defined]
    return estimator
