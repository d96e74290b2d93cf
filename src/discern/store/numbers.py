"""A loaded model that answers with numbers: ONNX Runtime on the graph that the codec emits, and its intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import ModelFileError
from ..core.records import InputSpec
from .bundle import Bundle
from .session import Shipped, batch_of, checked, session_of

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Numbers:
    """What a model answers for some items, in the unit of the target."""

    values: Array
    """`(n,)`"""
    low: Array | None = None
    """`(n,)`; None where the model has no intervals, as `high`."""
    high: Array | None = None

    def frame(self, names: Sequence[str] | pl.Series) -> pl.DataFrame:
        """The columns of every prediction of a number: item, prediction, and where there are intervals low, high."""
        columns: dict[str, Any] = {"item": names, "prediction": self.values}
        columns |= {} if self.low is None else {"low": self.low, "high": self.high}
        return pl.DataFrame(columns)


class ShippedNumbers:
    """The model in a bundle, as it answers everywhere. `threads` defaults to the budget."""

    def __init__(self, bundle: Bundle, *, threads: int | None = None) -> None:
        self.spec: InputSpec = bundle.spec
        self.target = bundle.target
        self.interval = getattr(bundle.trust, "interval", None)
        graph = bundle.graph()
        self.batch = batch_of(graph, bundle.spec)
        self._session = session_of(graph, threads)

    @property
    def coverage(self) -> float | None:
        """The share of true numbers that the intervals are meant to hold; None without intervals."""
        return None if self.interval is None else float(self.interval.coverage)

    def predict(self, values: NDArray[Any]) -> Array:
        """The answers, float64 `(n,)`, for values in the form of `spec`, `(n, n_features)`.

        Raises DataError for another form, ModelFileError when an answer is not a finite number.
        """
        values = checked(values, self.spec)
        out = np.empty(len(values))
        for start in range(0, len(values), self.batch):
            part = slice(start, start + self.batch)
            (out[part],) = self._session.run(["prediction"], {"x": values[part]})
        if not np.isfinite(out).all():
            raise ModelFileError(
                "the model's answer is not a finite number: the file is damaged, or the values lie far beyond those "
                "that it learned from"
            )
        return out

    def answer(self, values: NDArray[Any]) -> Numbers:
        """The answers with their intervals, where the model has them. Raises as `predict`."""
        found = self.predict(values)
        return Numbers(found) if self.interval is None else Numbers(found, *self.interval.of(found))


def ship(bundle: Bundle, *, threads: int | None = None) -> Shipped | ShippedNumbers:
    """The model in a bundle, for what it answers with."""
    made = ShippedNumbers if bundle.task == "regression" else Shipped
    return made(bundle, threads=threads)
