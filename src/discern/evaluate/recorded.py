"""What was measured, of whichever task, from the JSON that it was recorded in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .evaluation import Evaluation
from .regression import RegressionEvaluation

Measured = Evaluation | RegressionEvaluation


def recorded(record: Mapping[str, Any]) -> Measured:
    """The evaluation in `evaluation.json`. Raises DataError when it is of a newer schema or lacks something."""
    return (RegressionEvaluation if record.get("task") == RegressionEvaluation.task else Evaluation).from_json(record)
