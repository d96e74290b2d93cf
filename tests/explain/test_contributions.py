"""Contributions of one row: they add up, are exact where effects add up, and follow Shapley's axioms."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from discern.core.records import Column
from discern.explain.contributions import Contributions, contributions

Array = NDArray[np.float64]


def columns(p: int) -> list[Column]:
    return [Column(f"c{i}", "number") for i in range(p)]


def adds(found: Contributions) -> dict[str, float]:
    return {part.column: part.adds.value or 0.0 for part in found.parts}


def total(found: Contributions) -> float:
    return (found.base.value or 0.0) + sum(adds(found).values())


def test_a_linear_models_parts_are_its_coefficients_times_the_distance_to_the_mean() -> None:
    rng = np.random.default_rng(0)
    slopes, rows = rng.normal(size=12), rng.normal(size=(80, 12))
    found = contributions(lambda x: 3 + x @ slopes, rows[0], columns(12), rows)
    wanted = slopes * (rows[0] - rows.mean(axis=0))
    np.testing.assert_allclose([adds(found)[f"c{i}"] for i in range(12)], wanted, atol=1e-9)
    assert found.way.startswith("Exact") and total(found) == pytest.approx(3 + rows[0] @ slopes)
    sizes = [abs(part.adds.value or 0) for part in found.parts]
    assert sizes == sorted(sizes, reverse=True)


def test_few_columns_are_gone_through_in_all_orders() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(30, 4))

    def model(x: Array) -> Array:
        return np.asarray(x[:, 0] * x[:, 1] + np.maximum(x[:, 2], 0))

    found = contributions(model, rows[0], columns(4), rows)
    wanted = np.zeros(4)
    for order in itertools.permutations(range(4)):
        mixed = rows.copy()
        before = model(mixed).mean()
        for place in order:
            mixed[:, place] = rows[0, place]
            after = model(mixed).mean()
            wanted[place] += (after - before) / math.factorial(4)
            before = after
    np.testing.assert_allclose([adds(found)[f"c{i}"] for i in range(4)], wanted, atol=1e-12)
    assert "all orders" in found.way and total(found) == pytest.approx(model(rows[:1])[0])
    assert adds(found)["c3"] == 0


@pytest.mark.parametrize("n", [30, 100, 300])
def test_many_columns_are_sampled_with_an_interval_and_still_add_up(n: int) -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(n, 15))

    def model(x: Array) -> Array:
        return np.asarray(x[:, 0] * x[:, 1] + 2 * x[:, 2] + np.sin(x[:, 3] + x[:, 4]))

    found = contributions(model, rows[0], columns(15), rows, seed=3)
    assert total(found) == pytest.approx(model(rows[:1])[0], abs=1e-9)
    assert "200 orders, drawn by chance" in found.way and found.parts[0].adds.low is not None
    some = rows if n <= 100 else None
    if some is not None:
        part = next(part.adds for part in found.parts if part.column == "c2")
        wanted = 2 * (rows[0, 2] - some[:, 2].mean())
        assert (part.low or 0) - 1e-9 <= wanted <= (part.high or 0) + 1e-9
    assert {part.column for part in found.parts if part.adds.value == 0} == {f"c{i}" for i in range(5, 15)}


def test_categories_dates_and_gaps_are_said_in_words() -> None:
    made = [Column("kind", "category", ("a", "b")), Column("day", "date"), Column("x", "number")]
    rows = np.array([[1.0, 19_000.0, np.nan], [0.0, 18_000.0, 1234.5]])
    found = contributions(lambda v: v[:, 0] + np.nan_to_num(v[:, 2]), rows[0], made, rows)
    assert {part.column: part.value for part in found.parts} == {"kind": "b", "day": "2022-01-08", "x": "(no value)"}
    assert total(found) == pytest.approx(1.0)
    assert found.to_json()["schema"] == 1


def test_the_same_seed_gives_the_same_parts() -> None:
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(150, 12))
    once, twice = (
        contributions(lambda x: x[:, 0] * x[:, 1] * x[:, 2], rows[5], columns(12), rows).to_json() for _ in range(2)
    )
    assert once == twice
