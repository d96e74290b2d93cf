"""A loaded model that answers: ONNX Runtime on the graph that the codec emits, or for texts the scorer that the codec
makes. Needs neither torch nor scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from ..core import threads
from ..core.errors import DataError, ModelFileError, OptionError
from ..core.records import InputSpec
from ..core.targets import Targets
from ..models.answers import Answers, Trust
from ..models.codecs import graphs
from ..models.scorer import Scorer, softmax
from .bundle import Bundle
from .runtime import onnxruntime

BATCH = 256
ROWS_A_BATCH = 65_536
"""Of a table with columns."""
TEXTS_A_BATCH = 20_000
NETWORK = "conv"
"""The model whose last but one layer says what an item is like."""
VALUES_A_BATCH = 2**20
QUIET = 4
"""ONNX Runtime's level for fatal errors: what matters is raised, and its log would mix with our output."""


class Shipped:
    """The model in a bundle, as it answers everywhere: in evaluation, in prediction, in the API.

    `threads` defaults to the budget. Items are worked on in batches, so memory does not grow with their number.
    """

    def __init__(self, bundle: Bundle, *, threads: int | None = None, features: bool = False) -> None:
        """`features`: these are wanted too (`looked`), as they are where the model answers `unknown`.

        Raises OptionError for a model that answers with numbers (see `numbers.ShippedNumbers`).
        """
        if bundle.task == "regression":
            what = f"this model answers with a number ({bundle.target})"
            raise OptionError(f"{what}; expected one that tells classes apart")
        self._looks = features or (bundle.trust is not None and bundle.trust.unknown is not None)
        self.spec: InputSpec = bundle.spec
        self.classes: NDArray[Any] = bundle.classes
        self.targets: Targets | None = bundle.targets
        self.trust: Trust | None = bundle.trust
        self.scorer = bundle.scorer() if bundle.spec.kind == "texts" else None
        self.deep = False
        if self.scorer is not None:
            self.batch = TEXTS_A_BATCH
            return
        graph = bundle.graph()
        deep = graphs.with_features(graph) if self._looks and bundle.model == NETWORK else None
        graph, self._outputs = (graph, ["probabilities"]) if deep is None else (deep, ["probabilities", "features"])
        self.deep = deep is not None
        self.batch = batch_of(graph, bundle.spec)
        self._session = session_of(graph, threads)

    def predict_proba(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """The probabilities that the model states, calibrated where it is, `(n, n_classes)`, columns as `classes`.

        Raises as `raw_proba` does.
        """
        return self.stated(self.raw_proba(values))

    def raw_proba(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Probabilities as learned, before calibration, `(n, n_classes)`, columns in the order of `classes`.

        `values` has the form of `spec`: `(n, H, W, C)` or `(n, n_features)`. Raises DataError for another form or
        numbers that are not finite, ModelFileError when the model's answer is not a finite number.
        """
        return self.looked(values)[0]

    def stated(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        """What `predict_proba` gives, from what `raw_proba` gave."""
        return raw if self.trust is None else self.trust.apply(raw).astype(np.float32)

    def answer(self, values: NDArray[Any]) -> Answers:
        """Probabilities, and where the model has them: what is unknown, and sets of labels. Raises as `raw_proba`."""
        return self.answered(*self.looked(values))

    def answered(self, raw: NDArray[np.float32], features: NDArray[Any] | None) -> Answers:
        """What `answer` gives, from what `looked` gave. Raises ModelFileError for features of another size."""
        probabilities = self.stated(raw)
        if self.trust is None:
            return Answers(probabilities)
        sets = None if self.trust.sets is None else self.trust.sets.of(probabilities)
        if self.trust.unknown is None or features is None:
            return Answers(probabilities, None, sets)
        wanted = len(self.trust.unknown.near.centre)
        if features.reshape(len(features), -1).shape[1] != wanted and len(features):
            raise ModelFileError(f"the distances are of {wanted} features; the model's items have others")
        return Answers(probabilities, self.trust.unknown.of(probabilities, features), sets)

    def looked(self, values: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[Any] | None]:
        """`raw_proba` and, where wanted, features `(n, ...)`: of a network its last but one layer, else the values."""
        if self.scorer is not None:
            return self._scored(self.scorer, values)
        values = checked(values, self.spec)
        out = np.empty((len(values), len(self.classes)), np.float32)
        features: list[NDArray[Any]] = []
        for start in range(0, len(values), self.batch):
            part = slice(start, start + self.batch)
            out[part], *more = self._session.run(self._outputs, {"x": values[part]})
            features += more
        if not np.isfinite(out).all():
            raise ModelFileError(
                "the model's answer is not a finite number: the file is damaged, or the values lie far beyond those "
                "that it learned from"
            )
        if not self._looks:
            return out, None
        return out, np.concatenate(features) if features else values

    def _scored(self, scorer: Scorer, texts: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[Any] | None]:
        """`looked` for texts `(n,)`."""
        texts = np.asarray(texts, dtype=object)
        if texts.ndim != 1 or not all(isinstance(text, str) for text in texts):
            raise DataError("found items that are no texts; this model takes texts, one an item")
        found = [scorer.answer(texts[start : start + self.batch]) for start in range(0, len(texts), self.batch)]
        empty = np.zeros((0, len(self.classes))), np.zeros((0, len(self.classes) + 2))
        scores, features = (np.concatenate(parts) for parts in zip(*(found or [empty]), strict=True))
        return softmax(scores).astype(np.float32), features.astype(np.float32) if self._looks else None

    def predict(self, values: NDArray[Any]) -> NDArray[Any]:
        """The most probable label of each item, `(n,)`, of equals the first in `classes`; or `unknown`."""
        return self.answer(values).labels(self.classes)


def checked(values: NDArray[Any], spec: InputSpec) -> NDArray[Any]:
    """Values in the form of `spec`. Raises DataError; NaN is a missing value of a table with columns."""
    values = np.asarray(values)
    if spec.kind == "pictures" and values.ndim == 3 and spec.shape[-1] == 1:
        values = values[..., None]
    if values.shape[1:] != spec.shape:
        found = "x".join(map(str, values.shape[1:])) or "single numbers"
        raise DataError(f"found items of {found}; this model takes {spec}")
    if spec.dtype == "uint8" and values.dtype != np.uint8:
        raise DataError(f"found pictures of {values.dtype}; this model takes uint8, 0 to 255")
    if spec.dtype in ("float32", "float64") and values.dtype != spec.dtype:
        values = values.astype(spec.dtype)
    if spec.columns and np.isinf(values).any():
        raise DataError("found infinity among the values; this model takes finite numbers, or NaN where one is missing")
    if spec.dtype != "uint8" and not spec.columns and not np.isfinite(values).all():
        raise DataError("found NaN or infinity among the values; this model takes finite numbers")
    return np.ascontiguousarray(values)


def batch_of(graph: onnx.ModelProto, spec: InputSpec) -> int:
    """Items at a time: few when an item is large, and no more than the graph advises."""
    advised = [int(pair.value) for pair in graph.metadata_props if pair.key == "batch"]
    return max(1, min(ROWS_A_BATCH if spec.columns else BATCH, VALUES_A_BATCH // spec.n_values, *advised))


def session_of(graph: onnx.ModelProto, n_threads: int | None) -> Any:
    """ONNX Runtime on a graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads or threads.budget()
    options.inter_op_num_threads = 1
    options.log_severity_level = QUIET
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # waiting threads must not burn a processor
    return onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
