"""The table of a model's answers, as every door gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from ..core.targets import Targets
from ..models.answers import Answers
from .session import Shipped


def frame(names: Sequence[str] | pl.Series, shipped: Shipped, answers: Answers) -> pl.DataFrame:
    """The columns of every prediction: item, prediction, probability, p_<label>.

    The prediction may be `unknown`; the probability stays that of the most probable label. A model with sets of labels
    gives them as `labels`. Where a class is a combination of several targets, the label and the probability of each
    stand before p_<label>.
    """
    classes, probabilities = shipped.classes, answers.probabilities
    best = probabilities.argmax(axis=1)
    columns: dict[str, Any] = {
        "item": names if isinstance(names, pl.Series) else list(names),
        "prediction": answers.labels(classes),
        "probability": probabilities[np.arange(len(best)), best],
    }
    sets = answers.set_texts(classes)
    columns |= {} if sets is None else {"labels": sets}
    targets = shipped.targets or Targets({})
    for name in targets.names:
        place = targets.codes(name)[best]
        columns[name] = targets.of(name)[place]
        columns[f"{name}_probability"] = targets.marginal(name, probabilities)[np.arange(len(best)), place]
    return pl.DataFrame(columns | {f"p_{label}": probabilities[:, i] for i, label in enumerate(classes)})
