"""A loaded model that answers: ONNX Runtime on the graph that the codec emits. Needs neither torch nor scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from ..core import threads
from ..core.errors import DataError, ModelFileError
from ..core.records import InputSpec
from ..core.targets import Targets
from ..models.answers import Trust
from .bundle import Bundle

BATCH = 256
VALUES_A_BATCH = 2**20
QUIET = 4
"""ONNX Runtime's level for fatal errors: what matters is raised, and its log would mix with our output."""


class Shipped:
    """The model in a bundle, as it answers everywhere: in evaluation, in prediction, in the API.

    `threads` defaults to the budget. Items are worked on in batches, so memory does not grow with their number.
    """

    def __init__(self, bundle: Bundle, *, threads: int | None = None) -> None:
        graph = bundle.graph()
        self.spec: InputSpec = bundle.spec
        self.classes: NDArray[Any] = bundle.classes
        self.targets: Targets | None = bundle.targets
        self.trust: Trust | None = bundle.trust
        self.batch = _batch(graph, bundle.spec)
        self._session = _session(graph, threads)

    def predict_proba(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """The probabilities that the model states, calibrated where it is, `(n, n_classes)`, columns as `classes`.

        Raises as `raw_proba` does.
        """
        raw = self.raw_proba(values)
        return raw if self.trust is None else self.trust.apply(raw).astype(np.float32)

    def raw_proba(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Probabilities as learned, before calibration, `(n, n_classes)`, columns in the order of `classes`.

        `values` has the form of `spec`: `(n, H, W, C)` or `(n, n_features)`. Raises DataError for another form or
        numbers that are not finite, ModelFileError when the model's answer is not a finite number.
        """
        values = self._checked(values)
        out = np.empty((len(values), len(self.classes)), np.float32)
        for start in range(0, len(values), self.batch):
            part = slice(start, start + self.batch)
            out[part] = self._session.run(None, {"x": values[part]})[0]
        if not np.isfinite(out).all():
            raise ModelFileError(
                "the model's answer is not a finite number: the file is damaged, or the values lie far beyond those "
                "that it learned from"
            )
        return out

    def predict(self, values: NDArray[Any]) -> NDArray[Any]:
        """The most probable label of each item, `(n,)`; of equals the first in `classes`."""
        labels: NDArray[Any] = self.classes[self.predict_proba(values).argmax(axis=1)]
        return labels

    def _checked(self, values: NDArray[Any]) -> NDArray[Any]:
        values = np.asarray(values)
        if self.spec.kind == "pictures" and values.ndim == 3 and self.spec.shape[-1] == 1:
            values = values[..., None]
        if values.shape[1:] != self.spec.shape:
            found = "x".join(map(str, values.shape[1:])) or "single numbers"
            raise DataError(f"found items of {found}; this model takes {self.spec}")
        if self.spec.dtype == "uint8" and values.dtype != np.uint8:
            raise DataError(f"found pictures of {values.dtype}; this model takes uint8, 0 to 255")
        if self.spec.dtype == "float32" and values.dtype != np.float32:
            values = values.astype(np.float32)
        if self.spec.dtype == "float32" and not np.isfinite(values).all():
            raise DataError("found NaN or infinity among the values; this model takes finite numbers")
        return np.ascontiguousarray(values)


def _batch(graph: onnx.ModelProto, spec: InputSpec) -> int:
    """Items at a time: few when an item is large, and no more than the graph advises."""
    advised = [int(pair.value) for pair in graph.metadata_props if pair.key == "batch"]
    return max(1, min(BATCH, VALUES_A_BATCH // spec.n_values, *advised))


def _session(graph: onnx.ModelProto, n_threads: int | None) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads or threads.budget()
    options.inter_op_num_threads = 1
    options.log_severity_level = QUIET
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # waiting threads must not burn a processor
    return onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
