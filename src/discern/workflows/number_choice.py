"""Which model to fit where the answer is a number: what fits, and how candidates are compared. See `choose`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..core.errors import DataError, OptionError
from ..core.events import Event, Listener
from ..core.options import TrainOptions
from ..data.dataset import Dataset
from ..evaluate.regression import evaluate_numbers
from . import compare
from .compare import BASELINES, Comparison, Entrant

Row = dict[str, Any]


def target_of(data: Dataset) -> str:
    """What is predicted is called so."""
    return data.source.options.table.target or "the number"


def check_learnable(data: Dataset) -> None:
    """Raise DataError where every number is the same, so that there is nothing to learn."""
    labels = data.labels
    if labels is not None and np.ptp(labels) == 0:
        raise DataError(
            f"{data.name}: {target_of(data)} is {labels[0]:g} in all {data.n:,} rows; expected different numbers to "
            "learn from"
        )


def check_fits(data: Dataset, options: TrainOptions) -> None:
    """Raise OptionError for options that ask about classes, where the answer is a number."""
    if data.task != "regression":
        return
    wrong = {
        "--unknown": options.unknown is not None,
        "--search": options.search is not None,
        f"--calibrate {options.calibrate}": options.calibrate not in ("auto", "none"),
        "--class-weight": options.class_weight is not None,
    }
    found = [typed for typed, given in wrong.items() if given]
    if found:
        raise OptionError(
            f"{found[0]} is about classes; {target_of(data)} is a number (--task classification takes it as classes)"
        )


def measured(
    data: Dataset, comparison: Comparison, given: Callable[[Entrant], Mapping[str, Any]], on_event: Listener
) -> list[Row]:
    """The figures of each candidate on the items of a comparison, the first of which is the baseline."""
    held, labels = comparison.answered, data.labels
    assert labels is not None  # `train` has refused data without labels
    rows: list[Row] = []
    baseline = np.zeros(0)
    base = BASELINES["regression"]
    others = (entrant for entrant in comparison.entrants if entrant.model != base)
    for entrant in (Entrant(base), *others):
        found = []
        for train, answered in comparison.parts:
            model = compare.estimator(entrant.model, data, **given(entrant))
            model.fit(data.values[train], labels[train])
            found.append(np.asarray(model.predict(data.values[answered]), np.float64))
        answers = np.concatenate(found)
        baseline = answers if entrant.model == base else baseline
        figures = evaluate_numbers(labels[held], answers, baseline=baseline, units=data.units[held]).figures
        rows.append(
            {
                "model": entrant.model,
                "title": entrant.title,
                "parameters": entrant.parameters,
                "figures": {name: figure.to_json() for name, figure in figures.items()},
            }
        )
        on_event(Event("candidate", {"model": str(entrant), "validation_r2": figures["r2"].value}))
    return rows


def ranking(rows: list[Row]) -> list[Row]:
    """The candidates, the best first: the smallest root of the mean squared error."""
    return sorted(rows, key=lambda row: row["figures"]["rmse"]["value"])


def sentence(ranked: list[Row], compared_on: Mapping[str, int]) -> str:
    """Which candidate was chosen, and how far it is before the next."""
    best, second = ranked[:2]
    first, other = best["figures"]["rmse"]["value"], second["figures"]["rmse"]["value"]
    by = f"{100 * (other - first) / other:.1f} % less" if other > 0 else "no more"
    where = f"over {compared_on['folds']} folds" if "folds" in compared_on else "on the validation part"
    return f"chosen: {best['title']}; its errors are {by} than those of {second['title']} {where}"
