"""From truth and probabilities to an Evaluation: every figure with its interval, beside a baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import DataError
from ..core.records import Figure, checked
from ..core.targets import JOINT
from ..core.views import Record
from . import metrics
from .intervals import Intervals, resample
from .notes import notes_on

SCHEMA = 1
FIGURES = ("accuracy", "balanced_accuracy", "macro_f1", "kappa", "log_loss")


@dataclass(frozen=True)
class ClassFigures(Record):
    """One class: how many test items it has, and how well they are told from the others."""

    label: str
    n: int
    precision: Figure
    recall: Figure
    f1: Figure

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "n": self.n,
            "precision": self.precision.to_json(),
            "recall": self.recall.to_json(),
            "f1": self.f1.to_json(),
        }


@dataclass(frozen=True, repr=False)
class Evaluation(Record):
    """What a model came to on items that learning never saw."""

    kind: str
    """What the items are: `pictures` or `table`."""
    n_items: int
    n_groups: int
    """Units that can be drawn by themselves; equals `n_items` when no items belong together."""
    figures: Mapping[str, Figure]
    """`accuracy`, `balanced_accuracy`, `macro_f1`, `kappa`, `log_loss` (in nats an item)."""
    baseline_name: str
    baseline_figures: Mapping[str, Figure]
    per_class: tuple[ClassFigures, ...]
    labels: tuple[str, ...]
    """Learned classes, then labels of the test part that the model never learned."""
    counts: tuple[tuple[int, ...], ...]
    """Confusion counts: row the truth, column the answer, both in the order of `labels`."""
    notes: tuple[str, ...] = ()
    task: str = "classification"
    targets: Mapping[str, Evaluation] = field(default_factory=dict)
    """Each target by itself, where there are several; this record is then about all of them being right together."""

    def __repr__(self) -> str:
        base = self.baseline_figures["accuracy"]
        return f"<Evaluation: accuracy {self.accuracy} on {self.n_items:,} items; {self.baseline_name} {base}>"

    @property
    def accuracy(self) -> Figure:
        return self.figures["accuracy"]

    @property
    def n_right(self) -> int:
        return sum(row[i] for i, row in enumerate(self.counts))

    def each(self) -> tuple[tuple[str, Evaluation], ...]:
        """Every target with its evaluation, and all of them together as the last."""
        return (*self.targets.items(), (JOINT, self))

    def to_json(self) -> dict[str, Any]:
        """One block, or `{"targets": {name: block}}` with the block of all together under `joint`."""
        if not self.targets:
            return {"schema": SCHEMA, **self._block()}
        return {"schema": SCHEMA, "targets": {name: target._block() for name, target in self.each()}}

    def _block(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "task": self.task,
            "n_items": self.n_items,
            "n_groups": self.n_groups,
            "figures": {name: figure.to_json() for name, figure in self.figures.items()},
            "baseline": {
                "name": self.baseline_name,
                "figures": {name: figure.to_json() for name, figure in self.baseline_figures.items()},
            },
            "per_class": [entry.to_json() for entry in self.per_class],
            "confusion": {"labels": list(self.labels), "counts": [list(row) for row in self.counts]},
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Evaluation:
        """Read what `to_json` wrote. Raises DataError when the record is of a newer schema or lacks something."""
        with checked("evaluation", record, SCHEMA):
            if "targets" not in record:
                return _from_block(record)
            blocks = {name: _from_block(block) for name, block in record["targets"].items()}
            return replace(blocks.pop(JOINT), targets=blocks)


def evaluate(
    truth: ArrayLike,
    probabilities: ArrayLike,
    classes: ArrayLike,
    *,
    units: ArrayLike | None = None,
    kind: str = "pictures",
    baseline_probabilities: ArrayLike,
    baseline_name: str,
    seed: int = 0,
) -> Evaluation:
    """Measure `probabilities` (n_items, n_classes), columns in the order of `classes`, against `truth` (n_items,).

    `units` (n_items,) says which items belong together; left out, each item stands alone. The answer is the most
    probable class, the first of equals. A label of the truth that is not among `classes` counts as an error and is
    named in the notes; the log loss takes the model's probability for it as 0. Intervals are 95 %: see `intervals`.
    Raises DataError when the shapes do not fit or the probabilities are none.
    """
    names = [str(name) for name in np.asarray(classes)]
    labels = np.asarray(truth).astype(str)
    given = _checked(probabilities, len(labels), len(names), "probabilities")
    base = _checked(baseline_probabilities, len(labels), len(names), "baseline probabilities")
    known = set(names)
    every = names + sorted(set(labels.tolist()) - known)
    place = {name: i for i, name in enumerate(every)}
    actual = np.array([place[label] for label in labels.tolist()], dtype=np.int64)
    unit = np.unique(np.arange(len(labels)) if units is None else np.asarray(units), return_inverse=True)[1]
    if len(unit) != len(labels):
        raise DataError(f"{len(unit)} units but {len(labels)} items; expected one unit an item")
    figures, per_class, confusion = _measure(actual, given, unit.astype(np.int64), every, seed)
    baseline_figures, _, _ = _measure(actual, base, unit.astype(np.int64), every, seed)
    return Evaluation(
        kind=kind,
        n_items=len(labels),
        n_groups=int(unit.max()) + 1,
        figures=figures,
        baseline_name=baseline_name,
        baseline_figures=baseline_figures,
        per_class=per_class,
        labels=tuple(every),
        counts=tuple(tuple(int(count) for count in row) for row in confusion),
        notes=notes_on(confusion, every, len(names), given, int(unit.max()) + 1),
    )


def _measure(
    actual: NDArray[np.int64], probabilities: metrics.Array, units: NDArray[np.int64], labels: list[str], seed: int
) -> tuple[dict[str, Figure], tuple[ClassFigures, ...], NDArray[np.int64]]:
    """Figures, figures a class, and confusion counts of one set of probabilities."""
    n, n_labels = len(actual), len(labels)
    answers = probabilities.argmax(axis=1).astype(np.int64)
    learned = actual < probabilities.shape[1]
    of_truth = np.where(learned, probabilities[np.arange(n), np.where(learned, actual, 0)], 0.0)
    losses = metrics.item_losses(of_truth)
    confusion = np.bincount(actual * n_labels + answers, minlength=n_labels**2).reshape(n_labels, n_labels)
    draws = resample(actual, answers, losses, units, n_labels, seed=seed)
    counts, again = metrics.tally(confusion), draws.tallies
    make = Intervals(int(units.max()) + 1, n)
    one_class = "every item and every answer is of one class"
    figures = {
        "accuracy": make.share(float(counts.right.sum()), n, make.n_units, metrics.accuracy(again), "no items"),
        "balanced_accuracy": make.bootstrap(
            float(metrics.balanced_accuracy(counts)), n, metrics.balanced_accuracy(again), "no items"
        ),
        "macro_f1": make.bootstrap(float(metrics.macro_f1(counts)), n, metrics.macro_f1(again), "no items"),
        "kappa": make.bootstrap(float(metrics.kappa(counts)), n, metrics.kappa(again), one_class),
        "log_loss": make.bootstrap(float(losses.mean()), n, draws.losses, "no items"),
    }
    behind = [
        _units_of(units, actual),
        _units_of(units, answers),
        _units_of(np.tile(units, 2), np.append(actual, answers)),
    ]
    return figures, _per_class(labels, counts, again, make, behind), confusion


def _per_class(
    labels: list[str], counts: metrics.Tally, again: metrics.Tally, make: Intervals, behind: list[Counter[int]]
) -> tuple[ClassFigures, ...]:
    """Figures of each class; `behind` counts the units that hold items of it, answers with it, and either."""
    precision, recall, f1 = metrics.precision(again), metrics.recall(again), metrics.f1(again)
    rows = []
    for i, label in enumerate(labels):
        right, actual, given = (float(counts[j][i]) for j in range(3))
        rows.append(
            ClassFigures(
                label,
                int(actual),
                make.share(right, given, behind[1][i], precision[:, i], "no item was given this label"),
                make.share(right, actual, behind[0][i], recall[:, i], "no test item has this label"),
                make.f1(
                    right, actual + given - right, behind[2][i], f1[:, i], "no test item has or was given this label"
                ),
            )
        )
    return tuple(rows)


def _units_of(units: NDArray[np.int64], positions: NDArray[np.int64]) -> Counter[int]:
    """How many units hold each position."""
    pairs = np.unique(np.stack([units, positions], axis=1), axis=0)
    return Counter(pairs[:, 1].tolist())


def _checked(probabilities: ArrayLike, n_items: int, n_classes: int, what: str) -> metrics.Array:
    """Probabilities as float64 `(n_items, n_classes)`: finite, from 0 to 1, each row summing to 1 within 1e-3."""
    values = np.asarray(probabilities, dtype=np.float64)
    if n_items == 0 or n_classes == 0:
        raise DataError(f"{n_items} items and {n_classes} classes to evaluate; expected at least one of each")
    if values.shape != (n_items, n_classes):
        raise DataError(f"{what} of shape {values.shape}; expected {(n_items, n_classes)} (items, classes)")
    if not np.isfinite(values).all() or values.min() < -1e-6 or values.max() > 1 + 1e-6:
        raise DataError(f"{what} outside 0 to 1, or not finite; expected probabilities")
    worst = float(np.abs(values.sum(axis=1) - 1).max())
    if worst > 1e-3:
        raise DataError(f"a row of {what} is {worst:.3g} away from a sum of 1; expected rows that sum to 1")
    return values


def _from_block(record: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        kind=record["kind"],
        n_items=record["n_items"],
        n_groups=record["n_groups"],
        figures=_figures(record["figures"]),
        baseline_name=record["baseline"]["name"],
        baseline_figures=_figures(record["baseline"]["figures"]),
        per_class=tuple(_class_figures(entry) for entry in record["per_class"]),
        labels=tuple(record["confusion"]["labels"]),
        counts=tuple(tuple(row) for row in record["confusion"]["counts"]),
        notes=tuple(record["notes"]),
        task=record["task"],
    )


def _figures(record: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: Figure.from_json(figure) for name, figure in record.items()}


def _class_figures(entry: Mapping[str, Any]) -> ClassFigures:
    return ClassFigures(
        entry["label"],
        entry["n"],
        Figure.from_json(entry["precision"]),
        Figure.from_json(entry["recall"]),
        Figure.from_json(entry["f1"]),
    )
