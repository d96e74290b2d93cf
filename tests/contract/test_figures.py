"""Every measured number that a run keeps stands with its range, the number of items behind it, and its method."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import discern
from discern.core.asked import InspectOptions
from discern.store.run_folder import KEPT
from discern.workflows import examine, inspect

FIGURE = {"value", "low", "high", "n", "method"}
NOT_MEASURED = frozenset(
    {
        *("coverage", "unknown", "given_up", "miss", "false_alarm", "prevalence", "tolerated"),  # asked for
        *("threshold", "strength", "stated", "answered", "chance"),  # where on a scale a figure belongs
        *("p", "p_label", "p_suggested"),  # of a test whose figures stand beside it; of one item
    }
)
QUESTIONS = ("leak_price", "solvable", "more_data", "suspects")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of which everything was asked: three digits, two pictures a group, one label wrong."""
    folder = tmp_path_factory.mktemp("figures")
    values, labels = load_digits(return_X_y=True)
    for place in np.flatnonzero(labels < 3)[:240]:
        label = labels[place] if place != 40 else (labels[place] + 1) % 3
        (folder / "digits" / str(label)).mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((values[place].reshape(8, 8) * 15.9).astype(np.uint8)).resize((16, 16))
        picture.save(folder / "digits" / str(label) / f"{place // 2:04}_{place % 2}.png")
    run = folder / "run"
    data = discern.read(folder / "digits", group_from=r"(.+)_\d")
    discern.train(data, model="logistic", unknown=0.05, coverage=0.9, out=run)
    inspect(run, options=InspectOptions(robustness=True, of="2", costs=(5.0, 1.0), prevalence=0.01))
    examine(run, QUESTIONS)
    return run


def numbers(record: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure and every bare number with digits after the point, with the keys that lead to it."""
    if isinstance(record, dict):
        if {"low", "high"} & set(record):
            yield path, record
            return
        for key, value in record.items():
            yield from numbers(value, f"{path}.{key}")
    elif isinstance(record, list):
        for value in record:
            yield from numbers(value, path)
    elif isinstance(record, float):
        yield path, record


def test_every_kept_number_is_a_figure_with_its_range_or_the_reason_why_it_has_none(run: Path) -> None:
    kept = [run / f"{name}.json" for name in KEPT if name != "fairness"]  # no column here describes people
    assert all(path.is_file() for path in kept)
    n_figures = 0
    for path in (run / "evaluation.json", *kept):
        for place, found in numbers(json.loads(path.read_text())):
            if isinstance(found, float):
                assert place.rpartition(".")[2] in NOT_MEASURED, f"{path.name}: {place} stands alone"
                continue
            n_figures += 1
            assert set(found) == FIGURE, f"{path.name}: {place} has {sorted(found)}"
            value, low, high, n = (found[name] for name in ("value", "low", "high", "n"))
            assert isinstance(n, int) and n >= 0 and found["method"], f"{path.name}: {place}"
            assert (low is None) == (high is None), f"{path.name}: {place}"
            if low is not None:
                assert low <= high and (value is None or low - 1e-9 <= value <= high + 1e-9), f"{path.name}: {place}"
    assert n_figures > 200


def test_every_share_on_the_page_has_its_range_beside_it(run: Path) -> None:
    for table in sorted((run / "report").glob("*.csv")):
        header = table.read_text().splitlines()[0].split(",")
        measured = {"accuracy", "precision", "recall", "f1", "share", "difference", "value"} & set(header)
        for name in measured:
            around = {"low", "high"} <= set(header) or {f"{name}_low", f"{name}_high"} <= set(header)
            assert around, f"{table.name}: {name} stands without a range in {header}"
