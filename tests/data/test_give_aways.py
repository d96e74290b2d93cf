"""Columns that give the target away: every way of making one is found, and good predictors are left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from discern.core.records import Column
from discern.data import reckoned
from discern.data.give_aways import GiveAway, give_aways, words
from discern.data.read import read

COMMUNITIES = Path(__file__).parents[3] / "shared" / "data" / "crime" / "communities.csv"
COUNTED = ("murders", "rapes", "robberies", "assaults", "burglaries", "larcenies", "autoTheft", "arsons")
PER_PERSON = ("murd", "rapes", "robbb", "assault", "burgl", "larc", "autoTheft", "arsons", "nonViol")
CRIMES = (*COUNTED, *(f"{name}PerPop" for name in PER_PERSON))
Array = NDArray[np.float64]
N = 1000


def numbers(n_columns: int) -> list[Column]:
    return [Column(f"c{i}", "number") for i in range(n_columns)]


def honest(n: int = N, n_columns: int = 12, seed: int = 0) -> Array:
    return np.exp(np.random.default_rng(seed).normal(size=(n, n_columns)))


def sure(found: tuple[GiveAway, ...]) -> set[str]:
    return {one.column for one in found if one.sure}


def with_gaps(values: Array, share: float = 0.15, seed: int = 1) -> Array:
    out = values.copy()
    out[np.random.default_rng(seed).random(values.shape) < share] = np.nan
    return out


COPIES: dict[str, Callable[[Array], Array]] = {
    "the same": lambda y: y,
    "another unit": lambda y: 3 * y - 7,
    "logarithm": np.log,
    "rounded": np.round,
    "two digits": lambda y: np.array([float(f"{value:.2g}") for value in y]),
    "ranks": lambda y: np.argsort(np.argsort(y)).astype(float),
    "the other way round": lambda y: -y,
    "ten bands": lambda y: np.searchsorted(np.quantile(y, np.arange(0.1, 1, 0.1)), y).astype(float),
}


@pytest.mark.parametrize("form", COPIES)
def test_a_copy_is_found_in_every_form(form: str) -> None:
    values = honest()
    target = values[:, 0] + np.exp(np.random.default_rng(5).normal(size=N)) + 5
    values[:, 3] = COPIES[form](target)
    found = give_aways(values, numbers(12), target, "y")
    assert sure(found) == {"c3"} == {one.column for one in found}
    assert found[0].way == "copy" and "c3" in found[0].told and "y" in found[0].told
    assert sure(give_aways(with_gaps(values), numbers(12), target, "y")) == {"c3"}


def test_a_near_copy_is_asked_about_and_a_good_predictor_is_not() -> None:
    values, rng = honest(), np.random.default_rng(2)
    target = np.log(values[:, 0]) + 0.3 * np.log(values[:, 1])
    values[:, 4] = target + 0.01 * rng.normal(size=N)
    found = give_aways(values, numbers(12), target + 0.01 * rng.normal(size=N), "y")
    assert [(one.column, one.sure, one.way) for one in found] == [("c4", False, "copy")]


SUMS: dict[str, tuple[Callable[[Array], Array], set[str]]] = {
    "a sum": (lambda x: x[:, 1] + x[:, 4] + x[:, 7], {"c1", "c4", "c7"}),
    "a difference": (lambda x: x[:, 1] - x[:, 4], {"c1", "c4"}),
    "a mean": (lambda x: x[:, :8].mean(axis=1), {f"c{i}" for i in range(8)}),
    "in another unit": (lambda x: 1000 * (x[:, 2] + x[:, 5]) + 40, {"c2", "c5"}),
    "a ratio": (lambda x: 1e5 * x[:, 1] / x[:, 5], {"c1"}),
    "a share": (lambda x: x[:, 1] / (x[:, 1] + x[:, 2]), {"c1"}),
    "a percentage": (lambda x: 100 * x[:, 1] / (x[:, 1] + x[:, 2]), {"c1"}),
    "growth": (lambda x: (x[:, 1] - x[:, 2]) / x[:, 2], {"c1"}),
}


@pytest.mark.parametrize("form", SUMS)
@pytest.mark.parametrize("digits", [None, 2])
def test_what_the_target_was_calculated_from_is_found(form: str, digits: int | None) -> None:
    """Also when everything was rounded, some cells are missing, and some rows are simply wrong."""
    make, wanted = SUMS[form]
    values = 100 * honest()
    target = make(values)
    if digits is not None:
        values, target = np.round(values, digits), np.round(target, digits + 2)
    assert sure(give_aways(values, numbers(12), target)) == wanted
    assert sure(give_aways(with_gaps(values), numbers(12), target)) == wanted
    wrong = target.copy()
    wrong[:10] *= 3
    if form != "growth":
        assert sure(give_aways(values, numbers(12), wrong)) == wanted


def test_of_a_product_the_closer_one_is_sure_and_the_other_is_asked_about() -> None:
    values = honest()
    values[:, 5] **= 0.2
    found = give_aways(values, numbers(12), values[:, 1] * values[:, 5])
    assert {one.column: one.sure for one in found} == {"c1": True, "c5": False}


def test_a_score_is_the_sum_of_its_items() -> None:
    items = np.random.default_rng(0).integers(1, 6, (400, 18)).astype(float)
    assert sure(give_aways(items, numbers(18), items[:, :14].sum(axis=1))) == {f"c{i}" for i in range(14)}


def test_an_exact_sum_with_weights_is_only_likely() -> None:
    values = honest()
    found = give_aways(values, numbers(12), values[:, 1] * 0.3 + values[:, 2] * 0.5 + values[:, 3] * 0.2)
    assert {one.column: one.sure for one in found} == {"c1": False, "c2": False, "c3": False}


def test_counts_behind_rates_and_rates_on_an_unknown_divisor() -> None:
    """`people` is no column: fires and thefts are calculated from it as the parts of the target are; shops too, but
    they neither share a name with the target nor go with it."""
    rng = np.random.default_rng(3)
    people = np.exp(rng.normal(10, 1, N))
    level = np.exp(rng.normal(0, 0.8, N))
    rate = {name: level * np.exp(rng.normal(0, 0.3, N)) * 0.01 for name in ("theft", "fire", "arson")}
    rate["shop"] = np.exp(rng.normal(0, 0.5, N)) * 0.01
    counts = {name: np.round(people * share) for name, share in rate.items()}
    per = {name: np.round(1e5 * counts[name] / people, 2) for name in rate}
    target = np.round(per["theft"] + per["fire"], 2)
    names = {f"{name}s": counts[name] for name in rate} | {f"{name}PerPop": per[name] for name in rate}
    columns = [Column(name, "number") for name in (*names, "rain")]
    values = np.column_stack([*names.values(), rng.normal(size=N)])
    found = {one.column: one for one in give_aways(values, columns, target, "crimesPerPop")}
    assert set(found) == {"thefts", "fires", "arsons", "theftPerPop", "firePerPop", "arsonPerPop"}
    assert all(one.sure for one in found.values())
    assert found["thefts"].told == "thefts is what theftPerPop was calculated from"
    assert "no other column is that divisor" in found["arsonPerPop"].told
    known = np.column_stack([values, people])
    found_too = sure(give_aways(known, [*columns, Column("people", "number")], target, "crimesPerPop"))
    assert found_too == {"thefts", "fires", "theftPerPop", "firePerPop"}


def test_sums_of_what_was_set_aside_are_set_aside() -> None:
    values = honest()
    values[:, 9] = values[:, 1] + values[:, 4]
    target = values[:, 1] + values[:, 4] + values[:, 7]
    assert sure(give_aways(values, numbers(12), target)) >= {"c9", "c7"}


def test_a_name_alone_or_a_correlation_alone_tells_nothing() -> None:
    values = honest()
    target = np.log(values[:, 0]) + 0.5 * np.log(values[:, 1]) + 0.3 * np.random.default_rng(4).normal(size=N)
    columns = numbers(12)
    assert not give_aways(values, columns, target, "burglaryRate")
    columns[5] = Column("burglary_alarms", "number")
    assert not give_aways(values, columns, target, "burglaryRate")
    columns[0] = Column("BurglariesLastYear", "number")
    found = give_aways(values, columns, target, "burglaryRate")
    assert not found  # burglar-y and burglar-ies are two words to a program
    columns[0] = Column("burglaryCalls", "number")
    found = give_aways(values, columns, target, "burglaryRate")
    assert [(one.column, one.sure, one.way) for one in found] == [("burglaryCalls", False, "family")]


def test_words_of_names() -> None:
    four = {"violent", "crimes", "per", "pop"}
    assert words("ViolentCrimesPerPop") == words("violent_crimes_per-pop") == four
    assert words("PctKids2Par") == {"pct", "kids", "2", "par"}


def test_bands_in_words() -> None:
    values = honest()
    target = values[:, 0] + 1
    columns = [*numbers(11), Column("risk", "category", ("high", "low", "middle"))]
    values[:, 0] = values[:, 2]
    values[:, 11] = np.select([target > 2, target < 1.5], [0.0, 1.0], 2.0)
    found = give_aways(values, columns, target, "y")
    assert [(one.column, one.sure) for one in found] == [("risk", True)]


def test_classes() -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(["a", "b", "c"], 300)
    codes = np.searchsorted(["a", "b", "c"], labels).astype(float)
    street = codes * 5 + rng.integers(0, 5, 300)
    nearly = np.where(rng.random(300) < 0.97, codes, rng.integers(0, 3, 300))
    columns = [
        Column("code", "number"),
        Column("street", "category", tuple("abcdefghijklmno")),
        Column("nearly", "category", ("x", "y", "z")),
        Column("strong", "number"),
        Column("score", "number"),
    ]
    strong = codes * 10 + rng.normal(size=300)
    score = rng.random(300)
    cut = np.array(["low", "mid", "top"])[np.searchsorted([0.3, 0.8], score)]
    values = np.column_stack([codes, street, nearly, strong, score])
    found = give_aways(values, columns, labels, "kind")
    assert {one.column: (one.sure, one.way) for one in found} == {
        "code": (True, "decides"),
        "street": (True, "decides"),
    }
    found = give_aways(values, columns, cut, "grade")
    assert {one.column: (one.sure, one.way) for one in found} == {"score": (False, "copy")}


def test_a_rare_class_that_one_value_holds_by_chance() -> None:
    labels = np.array(["no"] * 98 + ["yes"] * 2)
    rare = np.zeros(100)
    rare[98:] = 1
    values = np.column_stack([rare] * 3 + [np.random.default_rng(0).random(100)])
    assert not give_aways(values, numbers(4), labels)


def test_few_rows_one_column_and_nothing_left() -> None:
    values = honest(25)
    assert give_aways(values, numbers(12), values[:, 0]) == ()
    values = honest(100)
    only = give_aways(values[:, :1], numbers(1), values[:, 0])
    assert [(one.column, one.sure) for one in only] == [("c0", False)]
    assert give_aways(values[:, :0], [], values[:, 0]) == ()
    assert give_aways(np.full((100, 3), np.nan), numbers(3), values[:, 0]) == ()
    assert give_aways(np.ones((100, 3)), numbers(3), values[:, 0]) == ()
    assert give_aways(values, numbers(12), np.ones(100)) == ()


def made_up(seed: int) -> tuple[Array, Array]:
    """A table with honest predictors of many kinds: strong or weak, skewed, whole, with few values, with gaps."""
    rng = np.random.default_rng(seed)
    n, n_columns = int(rng.choice([40, 100, 400, 1500])), int(rng.choice([2, 3, 10, 60]))
    values = rng.normal(size=(n, n_columns))
    kind = seed % 6
    if kind == 1:
        values = np.exp(values)
    elif kind == 2:
        values = np.round(values * 10)
    elif kind == 3:
        values = rng.integers(0, 6, (n, n_columns)).astype(float)
    some = min(n_columns, 5)
    signal = values[:, :some] @ (rng.normal(size=some) + 1)
    target = signal + rng.normal(size=n) * signal.std() * rng.choice([0.05, 0.2, 1.0])
    target = np.round(target) if kind == 4 else np.exp(target / target.std()) if kind == 5 else target
    values[rng.random(values.shape) < rng.choice([0, 0.05, 0.3])] = np.nan
    return values, target


def test_nothing_is_set_aside_in_honest_tables() -> None:
    """Of 240 made-up tables none loses a column, and at most one in a hundred is asked about."""
    found = [give_aways(values, numbers(values.shape[1]), target, "y") for values, target in map(made_up, range(240))]
    assert not any(one.sure for table in found for one in table)
    assert sum(bool(table) for table in found) <= 2


def test_nothing_is_set_aside_for_classes_of_honest_tables() -> None:
    for seed in range(60):
        values, target = made_up(seed)
        classes = np.array(["low", "high", "top"])[np.searchsorted(np.quantile(target, [0.5, 0.8]), target)]
        assert not sure(give_aways(values, numbers(values.shape[1]), classes, "y"))


def test_many_columns_and_many_rows() -> None:
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(600, 10_000))
    columns = numbers(10_000)
    assert not give_aways(wide, columns, wide[:, :5].sum(axis=1) + rng.normal(size=600))
    assert sure(give_aways(wide, columns, wide[:, :5].sum(axis=1))) == {f"c{i}" for i in range(5)}
    long = rng.normal(size=(200_000, 5))
    assert sure(give_aways(long, numbers(5), long[:, 1] - long[:, 3])) == {"c1", "c3"}


def test_it_says_the_same_whatever_the_order_of_the_columns() -> None:
    values = honest()
    target = values[:, 1] + values[:, 4]
    order = np.random.default_rng(0).permutation(12)
    first, second = (give_aways(values[:, at], [numbers(12)[i] for i in at], target) for at in (np.arange(12), order))
    assert sure(first) == sure(second)


def test_steps() -> None:
    columns = np.array([[1.0, 0.25, 1 / 3, 100.0], [2.0, 0.5, 2 / 3, np.nan], [3.0, 1.75, 0.1, 300.0]])
    assert reckoned.steps(columns).tolist() == [1.0, 0.01, 0.0, 1.0]


@pytest.mark.parametrize("name", ["iris", "wine", "cancer", "diabetes"])
def test_the_usual_tables_hold_none(name: str) -> None:
    assert read(f"sample:{name}").given_away == ()


@pytest.mark.skipif(not COMMUNITIES.exists(), reason="../shared/data is absent")
def test_the_crime_columns_of_communities_and_no_other() -> None:
    data = read(COMMUNITIES, target="ViolentCrimesPerPop")
    assert sorted(one.column for one in data.given_away) == sorted(CRIMES)
    assert all(one.sure for one in data.given_away)
    assert not set(data.feature_names) & {*CRIMES, "communityname", "countyCode", "communityCode", "fold"}
    assert {column.name: column.kind for column in data.input.columns}["state"] == "category"
    assert data.notes[0].startswith("17 columns give ViolentCrimesPerPop away and are set aside (--keep COLUMN")
    assert "column:nonViolPerPop" in data.items.columns and data.aside["murders"].startswith("it gives the target away")
    back = read(COMMUNITIES, target="ViolentCrimesPerPop", keep="burglPerPop")
    assert "burglPerPop" in back.feature_names and len(back.feature_names) == len(data.feature_names) + 1


@pytest.mark.skipif(not COMMUNITIES.exists(), reason="../shared/data is absent")
@pytest.mark.parametrize("target", ["nonViolPerPop", "assaultPerPop"])
def test_another_crime_as_the_target_finds_the_others(target: str) -> None:
    data = read(COMMUNITIES, target=target)
    assert {one.column for one in data.given_away if one.sure} == {*CRIMES, "ViolentCrimesPerPop"} - {target}


def test_reading_sets_aside_and_says_so(tmp_path: Path) -> None:
    values = honest(60, 4)
    frame = pl.DataFrame(values.round(3), schema=["a", "b", "c", "d"]).with_columns(total=pl.col("a") + pl.col("b"))
    frame.write_csv(tmp_path / "t.csv")
    data = read(tmp_path / "t.csv", target="total")
    assert data.feature_names == ["c", "d"]
    assert [one.column for one in data.given_away] == ["a", "b"]
    assert data.notes[0] == "2 columns give total away and are set aside (--keep COLUMN takes one back): a, b"
    assert "columns to learn from: 2 numbers" in data.notes
    assert read(tmp_path / "t.csv", target="total", keep=["a", "b"]).feature_names == ["a", "b", "c", "d"]
    again = read(tmp_path / "t.csv", spec=data.input)
    assert again.feature_names == ["c", "d"]
    frame.drop("a", "b").write_csv(tmp_path / "new.csv")
    assert read(tmp_path / "new.csv", spec=data.input).n == 60
