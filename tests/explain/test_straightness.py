"""Bends and turns: found where they are, and not where they are not, as often as is said."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from patsy import cr, dmatrix  # comes with statsmodels

from discern.core.records import Column
from discern.explain.curves import basis_of
from discern.explain.straightness import BENDS, NOT_SHOWN, NOT_TESTED, STRAIGHT, TURNS, Effect, straightness

Array = NDArray[np.float64]
NAMES = ("deprivation", "share_young_men", "policing_budget", "first_names_with_s")


def columns(*names: str) -> list[Column]:
    return [Column(name, "number") for name in names]


def areas(rng: np.random.Generator, n: int, errors: str = "normal") -> tuple[Array, Array]:
    """Four columns, the first two of which go together, and errors of several kinds."""
    values = rng.normal(size=(n, 4))
    values[:, 1] += 0.8 * values[:, 0]
    made = {
        "normal": lambda: rng.normal(size=n),
        "skew": lambda: rng.exponential(size=n) - 1,
        "unequal": lambda: rng.normal(size=n) * (0.4 + np.abs(values[:, 0])),
    }
    return values, made[errors]()


def by_name(values: Array, target: NDArray[Any], **more: Any) -> dict[str, Effect]:
    names = NAMES[: values.shape[1]]
    return {one.column: one for one in straightness(values, columns(*names), target, **more).effects}


def test_a_turn_is_found_with_its_place() -> None:
    rng = np.random.default_rng(0)
    found = inside = straight = 0
    for _ in range(40):
        values, errors = areas(rng, 300)
        target = -((values[:, 0] - 0.5) ** 2) + values[:, 1] - 0.4 * values[:, 2] + errors
        effects = by_name(values, target)
        first = effects["deprivation"]
        found += first.verdict == TURNS and first.top
        inside += first.turn.value is not None and first.turn.low <= 0.5 <= first.turn.high
        straight += effects["share_young_men"].verdict == STRAIGHT
    assert found >= 38 and inside >= 34 and straight >= 33
    assert first.start.low > 0 > first.end.high


@pytest.mark.parametrize("errors", ["normal", "skew", "unequal"])
def test_straight_effects_are_called_bent_no_more_often_than_stated(errors: str) -> None:
    """300 tables of four straight columns: a bend may be called in any of them in 5 %, 28 at the most (99.9 %)."""
    rng = np.random.default_rng(1)
    false = turned = 0
    for _ in range(300):
        values, noise = areas(rng, 120, errors)
        verdicts = {one.verdict for one in by_name(values, values @ [1.0, 0.5, -0.5, 0.0] + noise).values()}
        false += bool(verdicts & {BENDS, TURNS})
        turned += TURNS in verdicts
    assert false <= 28 and turned <= 15


def test_nothing_is_shown_of_what_has_nothing_to_do_with_it() -> None:
    """300 tables: an effect of the column of names may be shown in 5 %, 28 at the most (99.9 %)."""
    rng = np.random.default_rng(2)
    counts: Counter[str] = Counter()
    for _ in range(300):
        values, noise = areas(rng, 120)
        counts[by_name(values, values @ [1.0, 0.5, -0.5, 0.0] + noise)["first_names_with_s"].verdict] += 1
    assert counts[NOT_SHOWN] >= 272


@pytest.mark.parametrize("shape", ["levels off", "hinge"])
def test_what_levels_off_bends_and_does_not_turn(shape: str) -> None:
    """100 tables of 2,000 rows: that a level end falls may be chance in 2.5 %; 8 at the most (99.9 %)."""
    rng = np.random.default_rng(3)
    counts: Counter[str] = Counter()
    for _ in range(100):
        values, noise = areas(rng, 2000)
        curve = np.minimum(values[:, 0], 0.3) if shape == "hinge" else -np.exp(-1.5 * values[:, 0]) / 4
        counts[by_name(values, curve + 0.5 * values[:, 1] + noise)["deprivation"].verdict] += 1
    assert counts[TURNS] <= 8 and counts[BENDS] >= 92


def test_a_bend_is_not_laid_at_the_door_of_a_column_that_goes_with_it() -> None:
    rng = np.random.default_rng(4)
    false = 0
    for _ in range(100):
        values, noise = areas(rng, 300)
        effects = by_name(values, values[:, 0] ** 2 + values[:, 1] + noise)
        assert effects["deprivation"].verdict == TURNS and not effects["deprivation"].top
        false += effects["share_young_men"].verdict in (BENDS, TURNS)
    assert false <= 13


def test_rows_of_a_group_are_not_counted_as_if_they_were_alone() -> None:
    """A column and errors that are alike within groups: taken row by row, bends are seen that are not there."""
    rng = np.random.default_rng(5)
    alone = grouped = 0
    for _ in range(100):
        units = np.repeat(np.arange(40), 10)
        values = rng.normal(size=(40, 2))[units] + 0.01 * rng.normal(size=(400, 2))
        target = values[:, 0] + rng.normal(size=40)[units] + 0.3 * rng.normal(size=400)
        alone += by_name(values, target)["share_young_men"].verdict != NOT_SHOWN
        grouped += by_name(values, target, units=units)["share_young_men"].verdict != NOT_SHOWN
    assert alone > 40 and grouped <= 20


def test_classes_have_curves_of_their_log_odds() -> None:
    rng = np.random.default_rng(6)
    values = rng.normal(size=(800, 3))
    odds = 1.5 - 1.5 * values[:, 0] ** 2 + values[:, 1]
    labels = np.where(rng.uniform(size=800) < 1 / (1 + np.exp(-odds)), "high", "low")
    found = straightness(values, columns(*NAMES[:3]), labels)
    assert found.answer == "low"
    verdicts = {one.column: one.verdict for one in found.effects}
    assert verdicts == {NAMES[0]: TURNS, NAMES[1]: STRAIGHT, NAMES[2]: NOT_SHOWN}
    assert not found.effects[0].top and found.effects[0].turn.low < 0 < found.effects[0].turn.high
    three = np.where(values[:, 1] + rng.normal(size=800) > 1, "top", labels)
    effects = straightness(values, columns(*NAMES[:3]), three).effects
    assert effects[0].verdict == BENDS and "more than two labels" in effects[0].turn.method


def test_categories_gaps_few_values_and_copies() -> None:
    rng = np.random.default_rng(7)
    n = 400
    x = rng.normal(size=n)
    kind = rng.integers(0, 3, n).astype(float)
    flag = rng.integers(0, 2, n).astype(float)
    many_zeros = np.where(rng.uniform(size=n) < 0.6, 0.0, rng.exponential(size=n))
    target = x**2 + np.array([0.0, 2.0, 4.0])[kind.astype(int)] + flag + many_zeros + 0.5 * rng.normal(size=n)
    gaps = np.where(rng.uniform(size=n) < 0.1, np.nan, x)
    table = np.column_stack([gaps, kind, flag, many_zeros, 2 * many_zeros])
    made = [*columns("x"), Column("kind", "category", ("a", "b", "c")), *columns("flag", "zeros", "copy")]
    effects = {one.column: one for one in straightness(table, made, target).effects}
    assert list(effects) == ["x", "flag", "zeros", "copy"]
    assert effects["x"].verdict == TURNS and effects["zeros"].verdict == STRAIGHT
    assert effects["flag"].verdict == NOT_TESTED and "three values" in effects["flag"].reason
    assert effects["copy"].verdict == NOT_TESTED and effects["copy"].reason == "others make it up"


def test_too_few_rows_and_many_columns() -> None:
    rng = np.random.default_rng(8)
    few = straightness(rng.normal(size=(15, 4)), columns(*NAMES), rng.normal(size=15))
    assert not few.effects and few.reason == "15 rows are too few to test 4 columns for bends"
    wide = rng.normal(size=(150, 40))
    names = columns(*(f"c{i}" for i in range(40)))
    found = straightness(wide, names, wide[:, 0] ** 2 + wide[:, 1] + 0.5 * rng.normal(size=150))
    assert not found.together and len(found.effects) == 40
    assert found.effects[0].verdict == TURNS
    assert sum(one.verdict in (BENDS, TURNS) for one in found.effects) <= 3
    assert "same in every row" in straightness(wide, names, np.ones(150)).reason


def test_the_curve_spans_what_patsys_natural_spline_spans() -> None:
    rng = np.random.default_rng(9)
    x = rng.exponential(size=200)
    basis = basis_of(x)
    assert basis is not None
    ours = np.column_stack([np.ones(200), basis(x)])
    knots = np.quantile(x, [0.05, 0.35, 0.65, 0.95])
    theirs = np.asarray(
        dmatrix("cr(x, knots=k, lower_bound=a, upper_bound=b) - 1", {"x": x, "k": knots[1:3], "a": knots[0],
                "b": knots[3], "cr": cr})
    )  # fmt: skip
    left = theirs - ours @ np.linalg.lstsq(ours, theirs, rcond=None)[0]
    inside = (x >= knots[0]) & (x <= knots[3])
    assert np.abs(left[inside]).max() < 1e-8


def test_the_same_seed_gives_the_same_record() -> None:
    values, noise = areas(np.random.default_rng(10), 200)
    target = values[:, 0] ** 2 + noise
    once, twice = (straightness(values, columns(*NAMES), target).to_json() for _ in range(2))
    assert once == twice and once["schema"] == 1
