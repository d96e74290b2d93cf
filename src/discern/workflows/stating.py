"""What a loaded model answers for rows of a Dataset, and how far its probabilities can be taken at their word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.rows import Rows
from ..data.dataset import Dataset
from ..evaluate.calibration import Calibrated, calibrated
from ..models.answers import Answers
from ..store.session import Shipped


def answers_for(shipped: Shipped, data: Dataset, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], Answers]:
    """Probabilities before calibration `(n, n_classes)`, and what is answered."""
    raw, found = [], []
    for block in Rows(data.values, rows).blocks(shipped.batch):
        looked = shipped.looked(block)
        raw.append(looked[0])
        found.append(shipped.answered(*looked))
    unknown = [one.unknown for one in found if one.unknown is not None]
    sets = [one.sets for one in found if one.sets is not None]
    answers = Answers(
        np.concatenate([one.probabilities for one in found]),
        np.concatenate(unknown) if unknown else None,
        np.concatenate(sets) if sets else None,
    )
    return np.concatenate(raw), answers


def measured(
    shipped: Shipped,
    data: Dataset,
    rows: NDArray[np.int64],
    raw: NDArray[np.float32],
    answers: Answers,
    facts: Mapping[str, Any],
    seed: int,
) -> Calibrated:
    """How the answers to labelled items come out; `facts` is what `training.json` says of the fitting."""
    labels = data.labels
    assert labels is not None  # `stages.measure` has refused data without labels
    place = {str(label): number for number, label in enumerate(shipped.classes)}
    positions = np.array([place.get(str(label), len(place)) for label in labels[rows]], dtype=np.int64)
    trust = shipped.trust
    asked = {}
    if trust is not None and trust.sets is not None:
        asked["coverage"] = trust.sets.coverage
    if trust is not None and trust.unknown is not None:
        asked["unknown"] = trust.unknown.given_up
    return calibrated(
        positions,
        answers.probabilities,
        raw,
        data.units[rows],
        method=trust.calibration.way if trust is not None and trust.calibration is not None else "none",
        how=trust.fitted_on.how if trust is not None else "",
        n_fitted=trust.fitted_on.n_items if trust is not None else 0,
        reason=str(facts.get("reason", "")),
        sets=answers.sets,
        unknown=answers.unknown,
        asked=asked,
        classes=[str(label) for label in shipped.classes],
        seed=seed,
    )
