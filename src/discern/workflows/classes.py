"""What a run does where the answers are classes: measuring the loaded model, and what is written. See `numbers`."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core import files
from ..core.errors import DataError, DiscernError
from ..core.options import TrainOptions
from ..core.targets import Targets
from ..data.dataset import Dataset
from ..evaluate.evaluation import Evaluation, evaluate
from ..models.answers import Answers
from ..models.base import Classifier
from ..models.majority import Majority
from ..store.run_folder import RunFolder
from ..store.session import Shipped
from . import exam, slicing, stating, trusting

SAME = 1e-4
"""How far a probability of the loaded model may lie from the one that was fitted (float32 against float64)."""

fit_trust = trusting.fit


def same_answers(estimator: Classifier, shipped: Shipped, values: NDArray[Any], truth: NDArray[Any]) -> None:
    """Raise DiscernError when the model that was saved and loaded answers otherwise than the one that was fitted."""
    apart = float(np.abs(estimator.predict_proba(values) - shipped.raw_proba(values)).max(initial=0.0))
    if not apart <= SAME:
        raise DiscernError(
            f"the saved model differs from the fitted one by {apart:g} in a probability; please report this"
        )


def evaluated(
    folder: RunFolder,
    data: Dataset,
    options: TrainOptions,
    shipped: Shipped,
    test: NDArray[np.int64],
    train: NDArray[np.int64],
) -> Evaluation:
    """Measure the loaded model on `test`, and write what was found into the run's folder."""
    raw, answered = stating.answers_for(shipped, data, test)
    evaluation, probabilities = measure(shipped, data, test, baseline_from=train, probabilities=answered.probabilities)
    files.write_json(folder.evaluation, evaluation.to_json())
    files.write_bytes(folder.predictions, predictions_parquet(data, test, shipped.classes, answered))
    facts = folder.load(folder.training).get("trust", {})
    stated = stating.measured(shipped, data, test, raw, answered, facts, options.seed)
    files.write_json(folder.kept("calibration"), stated.to_json())
    examined = exam.exam(shipped, data, test, options.seed)
    if examined is not None:
        files.write_json(folder.kept("unknown"), examined.to_json())
    answers = shipped.classes[probabilities.argmax(axis=1)]
    for kept, result in slicing.examined(data, test, evaluation, answers).items():
        files.write_json(folder.kept(kept), result.to_json())
    return evaluation


def measure(
    shipped: Shipped,
    data: Dataset,
    test: NDArray[np.int64],
    *,
    baseline_from: NDArray[np.int64],
    probabilities: NDArray[np.float32] | None = None,
) -> tuple[Evaluation, NDArray[np.float32]]:
    """Figures of the loaded model on `test`, and its probabilities `(n_test, n_classes)`, where not given."""
    labels = data.labels
    if labels is None:
        raise DataError(f"{data.name}: the items have no labels; measuring needs the true answers")
    if probabilities is None:
        probabilities = stating.answers_for(shipped, data, test)[1].probabilities
    learned_from = baseline_from if len(baseline_from) else test
    baseline = Majority().fit(np.zeros((len(learned_from), 1)), labels[learned_from])
    columns = np.zeros((len(test), len(shipped.classes)))
    known = np.isin(baseline.classes_, shipped.classes)
    columns[:, np.searchsorted(shipped.classes, baseline.classes_[known])] = baseline.predict_proba(
        np.zeros((len(test), 1))
    )[:, known]
    evaluation = evaluate(
        labels[test],
        probabilities,
        shipped.classes,
        units=data.units[test],
        kind=data.kind,
        baseline_probabilities=columns,
        baseline_name="majority",
    )
    if shipped.targets is not None:
        each = {
            name: _one_target(shipped.targets, name, data, test, learned_from, probabilities)
            for name in shipped.targets.names
        }
        evaluation = dataclasses.replace(evaluation, targets=each)
    return evaluation, probabilities


def answers_frame(items: pl.Series, labels: NDArray[Any], probabilities: NDArray[np.float32]) -> pl.DataFrame:
    """What `measure` gives besides figures, under the names that predictions.parquet has for it."""
    return pl.DataFrame({"item": items, **{f"p_{label}": probabilities[:, i] for i, label in enumerate(labels)}})


def _one_target(
    targets: Targets,
    name: str,
    data: Dataset,
    test: NDArray[np.int64],
    learned_from: NDArray[np.int64],
    probabilities: NDArray[np.float32],
) -> Evaluation:
    """Figures of one target by itself, against always giving its most frequent label."""
    truth, known = data.target(name), targets.of(name)
    counts = np.array([(truth[learned_from] == label).sum() for label in known], dtype=np.float64)
    return evaluate(
        truth[test],
        targets.marginal(name, probabilities),
        known,
        units=data.units[test],
        kind=data.kind,
        baseline_probabilities=np.tile(counts / max(counts.sum(), 1.0), (len(test), 1)),
        baseline_name="majority",
    )


def predictions_parquet(data: Dataset, test: NDArray[np.int64], classes: NDArray[Any], answered: Answers) -> bytes:
    """The test part item by item: item, label, prediction, probability, labels (where there are sets), p_<label>."""
    labels = data.labels
    assert labels is not None  # `measure` has refused data without labels
    probabilities, sets = answered.probabilities, answered.set_texts(classes)
    columns: dict[str, Any] = {
        "item": data.items["item"].gather(test),
        "label": labels[test],
        "prediction": answered.labels(classes),
        "probability": probabilities.max(axis=1),
        **({} if sets is None else {"labels": sets}),
    }
    columns |= {f"p_{label}": probabilities[:, column] for column, label in enumerate(classes)}
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out, metadata={"schema": "1"})
    return out.getvalue()
