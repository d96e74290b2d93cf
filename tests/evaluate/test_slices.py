"""Slices and groups of people: what is found, what is not, and what cannot be said."""

from __future__ import annotations

import numpy as np
import pytest

from discern.core.errors import DataError
from discern.core.records import Figure
from discern.evaluate.fairness import Fairness, describes_people, fairness
from discern.evaluate.slices import FEW, MOST, Column, Slices, column_of, numeric, slices

ALL = Figure(0.8, 0.7, 0.9, 400, "Wilson 95 %")


def _two(n: int = 200) -> Column:
    return column_of("area", ["north"] * n + ["south"] * n)


def test_a_slice_that_does_worse_is_shown_with_its_range() -> None:
    right = np.arange(400) % 10 != 0
    right[:200] &= np.arange(200) % 3 != 0
    found = slices(right, [_two()], np.arange(400), ALL)
    north, south = found.facets[0].contrasts
    assert (north.value, north.share.n, north.n_units) == ("north", 200, 200)
    assert north.share.value == pytest.approx(right[:200].mean())
    assert north.difference.value == pytest.approx(right[:200].mean() - right[200:].mean())
    assert north.difference.low is not None and north.difference.high is not None
    assert north.difference.low < north.difference.value < north.difference.high < 0
    assert north.shown and south.shown
    assert north.p.value == south.p.value
    assert "corrected for 2 (Holm)" in north.p.method
    assert Slices.from_json(found.to_json()) == found
    with pytest.raises(DataError, match="schema 7"):
        Slices.from_json({**found.to_json(), "schema": 7})


def test_the_correction_is_for_all_columns_together() -> None:
    right = np.arange(400) % 10 != 0
    right[:200] &= np.arange(200) % 8 != 0
    alone = slices(right, [_two()], np.arange(400), ALL)
    rng = np.random.default_rng(0)
    noise = [column_of(f"noise {i}", [str(one) for one in rng.integers(0, 10, 400)]) for i in range(6)]
    among = slices(right, [_two(), *noise], np.arange(400), ALL)
    first = (alone.facets[0].contrasts[0].p.value or 0, among.facets[0].contrasts[0].p.value or 0)
    assert among.n_tests == 62
    assert first[1] > 10 * first[0]


def test_few_items_are_said_and_not_tested() -> None:
    column = column_of("area", ["rare"] * (FEW - 1) + ["common"] * 100)
    right = np.arange(FEW + 99) >= FEW - 1  # all of the rare ones are wrong
    rare, common = sorted(
        slices(right, [column], np.arange(FEW + 99), ALL).facets[0].contrasts, key=lambda c: c.n_units
    )
    assert rare.p.value is None and not rare.shown
    assert f"too few ({FEW - 1} items" in rare.p.method
    assert "beside it" in common.p.method
    assert rare.share.value == 0.0 and rare.share.high is not None


def test_groups_count_not_items() -> None:
    """Two groups of 50 items each are two chances, not 100."""
    column = column_of("area", ["a"] * 100 + ["b"] * 300)
    units = np.r_[np.repeat([0, 1], 50), np.repeat(np.arange(2, 32), 10)]
    right = np.r_[np.zeros(100, dtype=bool), np.ones(300, dtype=bool)]
    first, second = slices(right, [column], units, ALL).facets[0].contrasts
    assert first.n_units == 2 and "too few (2 groups;" in first.p.method
    assert second.n_units == 30
    wide = slices(right, [column_of("area", ["a"] * 150 + ["b"] * 250)], np.repeat(np.arange(40), 10), ALL)
    assert all("sign-flip test over 40 groups" in one.p.method for one in wide.facets[0].contrasts)
    assert all(one.difference.method.startswith("bootstrap over 40 groups") for one in wide.facets[0].contrasts)


def test_columns_become_slices() -> None:
    assert column_of("x", [None, ""]).reason == "no item has a value"
    assert "same value" in column_of("x", ["a", "a"]).reason
    assert "of its own" in column_of("x", ["a", "b", "c"]).reason
    gaps = column_of("x", ["b", None, "a", "b"])
    assert gaps.order == ("a", "b", "(no value)")
    years = column_of("year", [str(1990 + i % 30) for i in range(300)])
    assert years.order == ("1990 to 1997", "1998 to 2004", "2005 to 2012", "2013 to 2019")
    words = column_of("word", [f"w{i % 50:02}" for i in range(500)])
    assert len(words.order) == MOST
    assert words.order[-1] == "(31 other values)"
    assert "same value (3)" in numeric("n", np.array([3.0, 3.0])).reason
    half = numeric("n", np.array([1.0, np.nan, 5.0, 9.0]), bins=2)
    assert half.values == ("1", "(no value)", "5 to 9", "5 to 9") or half.values == (
        "1 to 5",
        "(no value)",
        "1 to 5",
        "9",
    )


def test_columns_about_people_are_guessed_by_their_names() -> None:
    for name, what in {
        "sex": "sex", "Gender": "sex", "patient_age": "age", "AgeGroup": "age", "date of birth": "age",
        "Skin-Tone": "ethnicity", "Nationality": "nationality", "religion": "religion", "DISABILITY": "disability",
        "race/ethnicity": "ethnicity",
    }.items():  # fmt: skip
        assert describes_people(name) == what, name
    for name in (
        "area",
        "image",
        "page",
        "average",
        "sextant",
        "make",
        "model",
        "language",
        "carriage",
        "trace",
        "year",
    ):
        assert describes_people(name) is None, name


def test_error_rates_between_groups() -> None:
    rng = np.random.default_rng(0)
    truth = np.where(rng.random(600) < 0.4, "ill", "well").astype(str)
    sex = np.repeat(["f", "m"], 300)
    miss = (truth == "ill") & (sex == "f") & (rng.random(600) < 0.4)
    answers = np.where(miss, "well", truth).astype(str)
    found = fairness(truth, answers, [column_of("sex", sex.tolist())], np.arange(600))
    assert found is not None
    (attribute,) = found.attributes
    assert (attribute.what, [entry.label for entry in attribute.labels]) == ("sex", ["ill"])
    rates = attribute.labels[0].rates
    f, m = rates["false_negative_rate"]
    ill_f = (truth == "ill") & (sex == "f")
    assert f.share.value == pytest.approx((answers[ill_f] != "ill").mean())
    assert f.share.n == ill_f.sum()
    assert f.shown and f.difference.low is not None and f.difference.low > 0
    assert m.share.value == 0.0
    assert not any(one.shown for one in rates["false_positive_rate"])
    assert rates["selection_rate"][0].share.value == pytest.approx((answers[:300] == "ill").mean())
    assert Fairness.from_json(found.to_json()) == found
    assert fairness(truth, answers, [], np.arange(600)) is None


def test_a_test_part_of_one_class_and_one_group_says_what_is_missing() -> None:
    truth = np.repeat("ill", 30).astype(str)
    answers = np.where(np.arange(30) < 20, "ill", "well").astype(str)
    columns = [column_of("sex", ["f", "m"] * 15), column_of("age", ["7"] * 30)]
    found = fairness(truth, answers, columns, np.zeros(30, dtype=np.int64))
    assert found is not None
    sex, age = found.attributes
    assert "same value" in age.reason and not age.labels
    (entry,) = [one for one in sex.labels if one.label == "ill"] or sex.labels
    assert all("too few (1 group;" in one.p.method for one in entry.rates["selection_rate"])
    assert entry.rates["false_positive_rate"] == () or entry.rates["false_negative_rate"] == ()
