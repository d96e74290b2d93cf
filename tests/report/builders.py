"""Records to render: a plain one, and one made of everything that is awkward."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from discern.core.records import CheckResult, Figure, Finding, Findings
from discern.evaluate.evaluation import Evaluation, evaluate
from discern.report.record import Candidate, RunReport, Training, pick_pictures

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "turned\u202egnp.exe",
    "zero\u200bwidth",
    '"quoted" & \'both\' id="x" fill: #1f1d1a',
    "$x^2$ \\alpha {{ 7*7 }}",
    "línea\nnueva\ttab",
    "lone \udc80 surrogate",
    "=HYPERLINK(A1)",
    "-->",
    "日本語のラベル",
    "a-very-long-name-" * 12,
)


def evaluated(labels: list[str], n: int = 200, *, right: float = 0.8, seed: int = 0, **more: Any) -> Evaluation:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(labels), n)
    answers = np.where(rng.random(n) < right, truth, rng.integers(0, len(labels), n))
    probabilities = np.full((n, len(labels)), 0.4 / len(labels))
    probabilities[np.arange(n), answers] += 0.6
    prior = np.full((n, len(labels)), 0.5 / len(labels))
    prior[:, 0] += 0.5
    names = np.array(labels, dtype=object)
    return evaluate(
        [labels[i] for i in truth], probabilities, names, baseline_probabilities=prior, baseline_name="majority", **more
    )


def plain(labels: tuple[str, ...] = ("cat", "dog", "bird"), n: int = 200, **changes: Any) -> RunReport:
    """A report with everything on it; `changes` replace fields."""
    rng = np.random.default_rng(1)
    names = [f"{labels[i % len(labels)]}/{i:04d}.png" for i in range(40)]
    probabilities = rng.dirichlet(np.ones(len(labels)), 40)
    truth = np.array([labels[i % len(labels)] for i in range(40)], dtype=object)
    values = rng.integers(0, 256, (40, 8, 8, 1)).astype(np.uint8)
    evaluation = evaluated(list(labels), n)
    report = RunReport(
        title="photos",
        model="k nearest neighbours",
        command="discern train photos -o runs/first",
        data={"items": 1234, "classes": len(labels), "read from": "photos"},
        findings=findings(names),
        split_method="15 % of the items, drawn class by class, are for the test.",
        split_counts={label: {"train": 60, "validation": 10, "test": 12} for label in labels},
        evaluation=evaluation,
        candidates=(
            Candidate("majority", "most frequent class", evaluation.baseline_figures),
            Candidate("knn", "k nearest neighbours", evaluation.figures, chosen=True),
        ),
        training=Training(
            epochs=epochs(12),
            best_epoch=9,
            k_curve=tuple(
                {"k": k, "errors": k, "n": 90, "error": Figure(k / 90, k / 100, k / 80, 90, "Wilson 95 %").to_json()}
                for k in range(1, 12, 2)
            ),
            k=3,
            layers=({"name": "conv1", "layer": "conv 8", "shape": (6, 6, 8), "parameters": 80, "operations": 5184},),
            layers_text="conv 8, softmax",
        ),
        gallery=pick_pictures(names, values, truth, probabilities, np.array(labels, dtype=object)),
        versions={"discern": "0.1.0", "numpy": "2.0.0"},
        notes=("3 animated GIFs: first frame used",),
    )
    return replace(report, **changes)


def hostile() -> RunReport:
    """Labels, items, findings, facts and commands that try to break out, to hide or to reorder."""
    report = plain(HOSTILE)
    return replace(
        report,
        title=HOSTILE[0],
        model=HOSTILE[1],
        command=f"discern train '{HOSTILE[1]}'\ndiscern resume RUN",
        data={HOSTILE[0]: HOSTILE[2], "read from": HOSTILE[-1]},
        split_method=HOSTILE[3],
        versions={HOSTILE[1]: HOSTILE[0]},
        notes=HOSTILE,
    )


def findings(items: list[str]) -> Findings:
    return Findings(
        (
            CheckResult("D101", "unreadable", "passed"),
            CheckResult(
                "D203",
                "duplicates",
                "found",
                (Finding("D203", "Same picture in train and test", "serious", tuple(items[:25]), 25, "Divide again."),),
            ),
            CheckResult("D302", "too few", "not applicable", reason="there are no labels"),
        ),
        {"items": 1234, "classes": 3},
    )


def epochs(n: int) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "epoch": i + 1,
            "of": n,
            "train_loss": 2.0 / (i + 1),
            "validation_loss": 2.2 / (i + 1) if i else None,
            "validation_accuracy": 1 - 0.8 / (i + 1),
            "learning_rate": 0.001,
        }
        for i in range(n)
    )
