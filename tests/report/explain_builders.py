"""Explanations of a table that is made here: a plain one, and one whose names and values are hostile."""

from __future__ import annotations

import numpy as np

from discern.core.records import Column
from discern.explain.contributions import Contributions, contributions
from discern.explain.linear import least_squares
from discern.explain.permutation import Held
from discern.explain.table import Rows, TableExplanation, explain_table

N = 240


def rows(evil: str = "") -> tuple[list[Column], Rows]:
    """Deprivation turns, the budget is straight, names are noise; `evil` is put into names, values and items."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(N, 5))
    values[:, 1] = 1.0 * values[:, 0] + 0.5 * rng.normal(size=N)
    values[:, 3] = rng.integers(0, 3, N)
    target = -(values[:, 0] ** 2) - 2 * values[:, 2] + values[:, 3] + 0.5 * rng.normal(size=N)
    target[17] += 14
    names = [f"{name}{evil}" for name in ("deprivation", "unemployment", "budget")]
    columns = [Column(name, "number") for name in names]
    columns += [Column("region" + evil, "category", ("east", "north" + evil, "south")), Column("s" + evil, "number")]
    items = tuple(f"line {place + 2}{evil}" for place in range(N))
    return columns, Rows(values, target, np.arange(N), items)


def explained(evil: str = "") -> TableExplanation:
    columns, table = rows(evil)
    fit = least_squares(np.column_stack([table.values, table.values[:, 0] ** 2]), table.target)

    def predict(values: np.ndarray) -> np.ndarray:
        return np.asarray(fit.estimates[0] + np.column_stack([values, values[:, 0] ** 2]) @ fit.estimates[1:])

    held = [Held(predict, np.arange(N))]
    return explain_table(predict, columns, table, held, run=f"run{evil}", model="least squares", target=f"crime{evil}",
                         way="answered by a model like it", notes=["A note."])  # fmt: skip


def classes(evil: str = "") -> TableExplanation:
    columns, table = rows(evil)
    labels = np.where(table.target > 0, f"yes{evil}", f"no{evil}")

    def predict(values: np.ndarray) -> np.ndarray:
        yes = 1 / (1 + np.exp(values[:, 0] ** 2 + 2 * values[:, 2] - values[:, 3]))
        return np.column_stack([1 - yes, yes])

    told = Rows(table.values, labels, table.units, table.items)
    return explain_table(predict, columns, told, [Held(predict, np.arange(N))], run="run", model="a model",
                         target="kind", classes=(f"no{evil}", f"yes{evil}"), way="answered by it")  # fmt: skip


def one(evil: str = "") -> Contributions:
    columns, table = rows(evil)
    return contributions(
        lambda values: values[:, 0] * values[:, 2] + values[:, 3], table.values[3], columns, table.values,
        item=f"line 5{evil}",
    )  # fmt: skip
