"""How often `discern explain` is right on made-up areas, of which the truth is known: a table for each seed.

Deprivation turns at 65, young men, the budget and the region matter, the share of first names that begin with S cannot.
Importance is that of gradient boosting, fitted on two thirds and asked on the third, three times.

    python benchmarks/explain_areas.py [--tables 100] [--n 600]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from discern.core.records import Column
from discern.data.read import read
from discern.data.table_samples import PEAK, areas
from discern.explain.permutation import Held, importances
from discern.explain.straightness import straightness
from discern.models import catalogue

SECOND = "names_with_s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--n", type=int, default=600)
    asked = parser.parse_args()
    shown: Counter[str] = Counter()
    verdicts: Counter[tuple[str, str]] = Counter()
    held, alarms, seconds = 0, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.tables):
            path = Path(folder) / "areas.csv"
            areas(asked.n, seed).write_csv(path)
            data = read(path, target="crime_rate")
            values, target, columns = data.values, np.asarray(data.labels), data.input.columns
            began = time.process_time()
            found = importances(_twins(values, target, columns), values, columns, target, seed=seed)
            bends = straightness(values, columns, target, seed=seed)
            seconds += time.process_time() - began
            shown.update(one.columns[0] for one in found.columns if one.shown)
            verdicts.update((one.column, one.verdict) for one in bends.effects)
            turn = next(one.turn for one in bends.effects if one.column == "deprivation")
            held += turn.low is not None and turn.high is not None and turn.low <= PEAK <= turn.high
            alarms += any(one.verdict in ("bends", "turns") for one in bends.effects if one.column != "deprivation")
    n = asked.tables
    print(f"{n} tables of {asked.n:,} areas; {seconds / n:.1f} s of processor time a table")
    for column in columns:
        print(f"importance of {column.name:<16} shown in {shown[column.name]:>4} of {n}")
    print(f"deprivation turns in {verdicts['deprivation', 'turns']} of {n}, its interval holds {PEAK:g} in {held}")
    print(f"another column is called bent in {alarms} of {n}; an effect of {SECOND} is shown in "
          f"{n - verdicts[SECOND, 'not shown']} of {n}")  # fmt: skip


def _twins(values: np.ndarray, target: np.ndarray, columns: tuple[Column, ...]) -> list[Held]:
    fold = np.arange(len(values)) % 3
    found = []
    for each in range(3):
        twin = catalogue.estimator("boosting", task="regression", columns=columns)
        twin.fit(values[fold != each], target[fold != each])
        found.append(Held(twin.predict, np.flatnonzero(fold == each)))
    return found


if __name__ == "__main__":
    main()
