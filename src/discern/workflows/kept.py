"""What is found out about a finished run afterwards is kept beside it, and its report shows it.

A result is a frozen record with `to_json` and `from_json`; its file is `RUN/<name>.json`. Learning for more epochs
removes them all, for they were about another model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..data.dataset import Dataset
from ..data.splits import Split
from ..store.run_folder import RunFolder

RECORDS: Mapping[str, str] = {
    "calibration": "discern.evaluate.calibration:Calibrated",
    "unknown": "discern.evaluate.unknown:Exam",
    "leak_price": "discern.evaluate.leak_price:LeakPrice",
    "more_data": "discern.evaluate.more_data:MoreData",
    "suspects": "discern.evaluate.suspects:Suspects",
    "solvable": "discern.evaluate.solvable:Solvable",
    "slices": "discern.evaluate.slices:Slices",
    "fairness": "discern.evaluate.fairness:Fairness",
    "robustness": "discern.evaluate.robustness:Robustness",
    "operating": "discern.evaluate.operating:OperatingPoints",
}
"""Name -> `module:class` of each result; the names stand in `store.run_folder.KEPT` too."""


@dataclass(frozen=True)
class Finished:
    """A finished run with its data, for those who look at it again."""

    folder: RunFolder
    data: Dataset
    """As the model saw them."""
    parts: Split
    choice: Mapping[str, Any]
    """`candidates.json`: which model was chosen."""


def results(folder: RunFolder) -> dict[str, Any]:
    """What is kept beside a run, by name. Raises RunError or DataError for a damaged file."""
    found = {}
    for name, place in RECORDS.items():
        if folder.kept(name).is_file():
            module, _, record = place.partition(":")
            found[name] = getattr(import_module(module), record).from_json(folder.load(folder.kept(name), "schema"))
    return found
