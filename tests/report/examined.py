"""A report with everything that `evaluate` may be asked, about columns and labels that try to break out of the page."""

from __future__ import annotations

import numpy as np

from discern.core.records import Figure
from discern.evaluate.fairness import fairness
from discern.evaluate.operating import Items, measured
from discern.evaluate.robustness import STRENGTHS, robustness
from discern.evaluate.slices import Column, column_of, slices
from discern.report.record import RunReport
from report.builders import HOSTILE, plain


def examined() -> RunReport:
    """The plain report with slices, groups of people, robustness and an operating point."""
    n, rng = 600, np.random.default_rng(0)
    truth = np.array(HOSTILE[:2])[rng.integers(0, 2, n)].astype(np.str_)
    area = np.array(HOSTILE[2:6])[rng.integers(0, 4, n)]
    right = rng.random(n) < np.where(area == HOSTILE[2], 0.5, 0.95)
    answers = np.where(right, truth, np.where(truth == HOSTILE[0], HOSTILE[1], HOSTILE[0])).astype(np.str_)
    columns = [
        column_of(f"area {HOSTILE[0]}", area.tolist()),
        column_of("age", [str(age) for age in rng.integers(18, 90, n)]),
        Column("size of the picture", reason="every picture is of the same size (8 x 8)"),
    ]
    units = np.arange(n, dtype=np.int64)
    weaker = {
        kind: [(strength, right & (rng.random(n) > place / 6)) for place, strength in enumerate(strengths)]
        for kind, strengths in STRENGTHS.items()
    }
    scores = np.clip(rng.normal(0.3 + 0.4 * (truth == HOSTILE[0]), 0.2), 0, 1)
    items = Items(scores, truth == HOSTILE[0], units)
    kept = {
        "slices": slices(right, columns, units, Figure(float(right.mean()), 0.8, 0.9, n, "Wilson 95 %")),
        "fairness": fairness(truth, answers, [columns[1]], units),
        "robustness": robustness(right, weaker, units, n_test=n),
        "operating": measured(items, HOSTILE[0], 0.4, "90 validation items", costs=(20.0, 1.0), prevalence=0.001),
    }
    return plain(kept=kept)
