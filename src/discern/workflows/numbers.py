"""What a run does where the answer is a number: measuring the loaded model, and what is written. See `classes`."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import files
from ..core.errors import DataError, DiscernError
from ..core.options import TrainOptions
from ..data.dataset import Dataset
from ..data.splits import LEAVE_ONE_OUT
from ..evaluate.regression import RegressionEvaluation, evaluate_numbers
from ..store.numbers import Numbers, ShippedNumbers
from ..store.run_folder import RunFolder
from . import choose, compare, ranging
from .compare import BASELINES

SAME = 1e-4
"""Of the spread of the true numbers: how far an answer of the loaded model may lie from the one that was fitted."""

fit_trust = ranging.fit

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


def same_answers(estimator: Any, shipped: ShippedNumbers, values: NDArray[Any], truth: Array) -> None:
    """Raise DiscernError when the model that was saved and loaded answers otherwise than the one that was fitted."""
    apart = float(np.abs(estimator.predict(values) - shipped.predict(values)).max(initial=0.0))
    if not apart <= SAME * float(np.std(truth)) + 1e-9 * float(np.abs(truth).max(initial=0.0)):
        raise DiscernError(f"the saved model differs from the fitted one by {apart:g}; please report this")


def measure(
    shipped: ShippedNumbers, data: Dataset, test: Rows, *, baseline_from: Rows
) -> tuple[RegressionEvaluation, Numbers]:
    """Figures of the loaded model on `test`, beside the mean of `baseline_from`, and its answers, in that order.

    Raises DataError when the labels are no numbers.
    """
    if data.task != "regression" or data.labels is None:
        raise DataError(f"{data.name}: the labels are no numbers; this model answers with one ({shipped.target})")
    labels = data.labels
    answered = shipped.answer(data.values[test])
    evaluation = evaluate_numbers(
        labels[test],
        answered.values,
        baseline=float(labels[baseline_from if len(baseline_from) else test].mean()),
        baseline_name=BASELINES["regression"],
        target=shipped.target,
        low=answered.low,
        high=answered.high,
        asked=shipped.coverage,
        units=data.units[test],
        kind=data.kind,
    )
    return evaluation, answered


def left_out(
    folder: RunFolder, data: Dataset, options: TrainOptions, target: str
) -> tuple[RegressionEvaluation, Numbers]:
    """Figures of models like the run's, each of which learned from all rows but those that it answered, and the answers
    to all rows in their order: for data of so few rows that none is kept for testing (Stone, JRSS B 36, 1974)."""
    labels, units = data.labels, data.units
    assert labels is not None  # learning has refused data without labels
    choice = folder.load(folder.candidates, "chosen", "parameters")
    answers, means = np.empty(data.n), np.empty(data.n)
    for unit in np.unique(units):
        held = units == unit
        model = compare.estimator(choice["chosen"], data, **choose.winning(choice, options, data))
        model.fit(data.values[~held], labels[~held])
        answers[held], means[held] = model.predict(data.values[held]), labels[~held].mean()
    found = evaluate_numbers(
        labels,
        answers,
        baseline=means,
        baseline_name=BASELINES["regression"],
        target=target,
        units=units,
        kind=data.kind,
        notes=[LEAVE_ONE_OUT],
    )
    return found, Numbers(answers)


def answers_frame(items: pl.Series, labels: NDArray[Any], answered: Numbers) -> pl.DataFrame:
    """What `measure` gives besides figures, under the names that predictions.parquet has for it."""
    return answered.frame(items)


def evaluated(
    folder: RunFolder, data: Dataset, options: TrainOptions, shipped: ShippedNumbers, test: Rows, train: Rows
) -> RegressionEvaluation:
    """Measure the loaded model on `test`, and write what was found into the run's folder."""
    if len(test):
        evaluation, answered = measure(shipped, data, test, baseline_from=train)
    else:
        test = train
        evaluation, answered = left_out(folder, data, options, shipped.target)
    files.write_json(folder.evaluation, evaluation.to_json())
    files.write_bytes(folder.predictions, predictions_parquet(data, test, answered))
    return evaluation


def predictions_parquet(data: Dataset, test: Rows, answered: Numbers) -> bytes:
    """The test part item by item: item, label, prediction, and where there are intervals low, high."""
    assert data.labels is not None  # `measure` has refused data without labels
    table = answered.frame(data.items["item"].gather(test))
    table.insert_column(1, pl.Series("label", data.labels[test]))
    out = io.BytesIO()
    table.write_parquet(out, metadata={"schema": "1"})
    return out.getvalue()
