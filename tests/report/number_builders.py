"""Reports about a number: a plain one, and one whose names are awkward."""

from __future__ import annotations

import numpy as np

from discern.core.records import Column
from discern.evaluate.regression import evaluate_numbers
from discern.report.record import Answered, Candidate, RunReport
from report.builders import HOSTILE, findings


def of_number(names: tuple[str, ...] = ("crime_rate", "poor", "side"), n: int = 200) -> RunReport:
    """A report with everything on it; the names are those of the target and of columns."""
    random = np.random.default_rng(2)
    truth = random.normal(60, 15, n)
    answers = truth + random.normal(0, 6, n)
    items = tuple(f"{names[place % len(names)]} {place}" for place in range(n))
    evaluation = evaluate_numbers(
        truth, answers, baseline=55.0, target=names[0], low=answers - 11, high=answers + 11, asked=0.95
    )
    columns = tuple(Column(name, "number") for name in names[1:-1])
    return RunReport(
        title=names[0],
        model="ordinary least squares",
        command=f"discern train areas.csv --target {names[0]}",
        data={"items": n, "to learn": f"{names[0]}, a number"},
        findings=findings(list(items[:5])),
        split_method="Test: 15 % of the items, drawn evenly over the range of the target.",
        split_counts={"all": {"train": 800, "validation": 100, "test": n}},
        evaluation=evaluation,
        candidates=(Candidate("ols", "ordinary least squares", evaluation.figures, chosen=True),),
        compared_on={"train": 600, "validation": 900, "folds": 3},
        columns=(*columns, Column(names[-1], "category", tuple(sorted(names)))),
        aside={name: f"named {name}" for name in names},
        answers=Answered(items, truth, answers, answers - 11, answers + 11),
    )


def hostile_number() -> RunReport:
    """The same with names that are markup, control characters and very long."""
    return of_number(HOSTILE)
