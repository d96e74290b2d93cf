"""Everything that is said of a model of a table at once: what matters, how, and what is left over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Column
from ..core.seeds import generator
from ..core.views import Record
from .coefficients import Coefficients, coefficients
from .dependence import Dependence, dependence
from .figures import Array
from .permutation import Held, Importances, importances
from .residuals import Influence, Leftovers, influence, leftovers
from .straightness import BENDS, TURNS, Straightness, straightness

SCHEMA = 1
MOST_ROWS = 50_000
"""Of more rows that were learned from, so many are taken by chance for coefficients, bends and influence."""
DRAWN = 8
"""Of so many columns partial dependence is made, the most important first, with those that bend."""
STAGES = ("importance", "dependence", "coefficients", "bends", "influence")
Predict = Callable[[Array], NDArray[Any]]


@dataclass(frozen=True)
class Rows:
    """Some rows of a table."""

    values: Array
    """`(n, p)`, NaN missing, categories as positions."""
    target: NDArray[Any]
    """`(n,)`: float64 numbers, or labels."""
    units: NDArray[np.int64]
    items: tuple[str, ...]

    def take(self, rows: NDArray[np.int64]) -> Rows:
        return Rows(self.values[rows], self.target[rows], self.units[rows], tuple(self.items[i] for i in rows.tolist()))


@dataclass(frozen=True)
class TableExplanation(Record):
    """What matters for a model of a table, and how."""

    run: str
    model: str
    """The model that answers, in words."""
    task: str
    target: str
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    n_items: int
    """Rows of the training and the validation part: all that is said rests on them."""
    importances: Importances | None
    """None where there are too few rows to hold some back."""
    dependence: tuple[Dependence, ...]
    coefficients: Coefficients
    straightness: Straightness
    leftovers: Leftovers | None
    """Of numbers alone."""
    influence: Influence | None
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        plain = ("run", "model", "task", "target", "n_items")
        lists = ("classes", "columns", "notes")
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in plain},
            **{name: list(getattr(self, name)) for name in lists},
            "importances": self.importances and self.importances.to_json(),
            "dependence": [one.to_json() for one in self.dependence],
            "coefficients": self.coefficients.to_json(),
            "straightness": self.straightness.to_json(),
            "leftovers": self.leftovers and self.leftovers.to_json(),
            "influence": self.influence and self.influence.to_json(),
        }


def explain_table(
    predict: Predict,
    columns: Sequence[Column],
    rows: Rows,
    twins: Sequence[Held] = (),
    *,
    run: str = "",
    model: str = "",
    target: str = "",
    classes: Sequence[str] = (),
    way: str = "",
    notes: Sequence[str] = (),
    seed: int = 0,
    on_stage: Callable[[str], None] = lambda stage: None,
    on_step: Callable[[int, int], None] | None = None,
) -> TableExplanation:
    """Explain `predict`, numbers `(n,)` or probabilities `(n, n_classes)` in the order of `classes`.

    `rows` are those that it may have learned from. `twins` are models like it, each with rows that it did not learn
    from; `way` says in words how they came about. `on_stage` is told each of `STAGES`.
    """
    said = list(notes)
    task = "classification" if classes else "regression"
    some = rows
    if len(rows.values) > MOST_ROWS:
        some = rows.take(np.sort(generator(seed, "explain").permutation(len(rows.values))[:MOST_ROWS]))
        said.append(
            f"Coefficients, bends and influence are of {MOST_ROWS:,} rows, drawn by chance from {len(rows.values):,}."
        )
    matters = None
    if twins:
        on_stage("importance")
        matters = importances(twins, rows.values, columns, rows.target, rows.units, classes=classes, way=way, seed=seed,
                              on_step=on_step)  # fmt: skip
    on_stage("coefficients")
    lines = coefficients(some.values, columns, some.target, some.units)
    on_stage("bends")
    bends = straightness(some.values, columns, some.target, some.units, seed=seed)
    on_stage("dependence")
    drawn = [
        dependence(predict, some.values, columns, place, some.units, classes=classes, seed=seed)
        for place in _worth(columns, matters, bends)
    ]
    left, pull = None, None
    if task == "regression":
        on_stage("influence")
        pull = influence(some.values, columns, some.target.astype(np.float64), some.items)
        if twins:
            held = np.concatenate([one.rows for one in twins])
            answers = np.concatenate([one.predict(rows.values[one.rows]).astype(np.float64) for one in twins])
            there = rows.take(held)
            left = leftovers(answers, there.target.astype(np.float64), there.items, there.units)
    names = tuple(column.name for column in columns)
    return TableExplanation(
        run, model, task, target, tuple(classes), names, len(rows.values), matters, tuple(drawn), lines, bends, left,
        pull, tuple(said),
    )  # fmt: skip


def _worth(columns: Sequence[Column], matters: Importances | None, bends: Straightness) -> list[int]:
    """The columns of which a curve is worth a look: the most important ones, then those that bend."""
    places = {column.name: place for place, column in enumerate(columns)}
    found = [places[one.columns[0]] for one in matters.columns] if matters else list(range(len(columns)))
    first = found[:DRAWN]
    return (
        first
        + [
            places[one.column]
            for one in bends.effects
            if one.verdict in (BENDS, TURNS) and places[one.column] not in first
        ][:DRAWN]
    )
