"""What is a number, a date, a missing value."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.data.table_cells import Parsed, dates, is_codes, numbers, plain

EPOCH = dt.date(1970, 1, 1)


def read_numbers(cells: list[str], form: str | None = None, extra: tuple[str, ...] = ()) -> Parsed:
    series = pl.Series("x", cells, pl.String)
    return numbers(series, plain(series), extra, form)


def read_dates(cells: list[str], form: str | None = None) -> Parsed:
    return dates(pl.Series("x", cells, pl.String), (), form)


@pytest.mark.parametrize(
    ("cells", "values", "form"),
    [
        (["1", "-2.5", "+3", ".5", "5.", "1e3", "-0"], [1, -2.5, 3, 0.5, 5, 1000, 0], ""),
        ([" 4 ", "\t5"], [4, 5], ""),
        (["1,234", "2,500.75"], [1234, 2500.75], "thousands"),
        (["1,234,567", "7"], [1234567, 7], "thousands"),
        (["1,23,45,678", "7"], [12345678, 7], "thousands"),
        (["1 234", "5\u202f678", "9\u00a0999.5", "1'000"], [1234, 5678, 9999.5, 1000], "thousands"),
        (["1,5", "2,25"], [1.5, 2.25], "decimal comma"),
        (["1.234,5", "2.345", "1,5"], [1234.5, 2345, 1.5], "decimal comma"),
        (["0,123", "1,500"], [0.123, 1.5], "decimal comma"),
        (["12%", "5.5 %", "-3%"], [12, 5.5, -3], "percent"),
        (["£1,200.50", "$5", "€ 3", "5 kr", "USD 7", "8 EUR"], [1200.5, 5, 3, 5, 7, 8], "currency, thousands"),
        (["-£4", "£-4", "(£4)", "£(4)"], [-4, -4, -4, -4], "currency"),
        (["\uff11\uff12", "\uff0d\uff13\uff0e\uff15", "\u22122"], [12, -3.5, -2], ""),
    ],
)
def test_numbers_are_read_as_they_are_written(cells: list[str], values: list[float], form: str) -> None:
    found = read_numbers(cells)
    assert found.values.to_list() == values
    assert (found.form, found.n_bad, found.missing) == (form, 0, 0)
    assert read_numbers(cells, found.form).values.to_list() == values  # a form once told is kept to


@pytest.mark.parametrize(
    "cell",
    ["inf", "-Infinity", "1e999", "1_000", "0x10", "1d3", "12abc", "(5)", "1,2,3", "1.2.3", "1,23", "²", "½", "--5"],
)
def test_what_is_no_number_is_named(cell: str) -> None:
    found = read_numbers([cell, "1,234,567"])
    assert found.values.to_list() == [None, 1234567]
    assert found.bad.rows() == [(cell, 1)]


@pytest.mark.parametrize("mark", ["", " ", "?", "NA", "n/a", "N/A", "NaN", "nan", "-nan", "null", "None", "-", "#N/A"])
def test_marks_of_missing_values(mark: str) -> None:
    found = read_numbers(["1", mark])
    if mark == "-nan":  # nothing writes a missing value like that
        assert found.n_bad == 1
    else:
        assert (found.missing, found.n_bad, found.values.to_list()) == (1, 0, [1, None])


def test_more_marks_stand_for_missing_numbers_too() -> None:
    found = read_numbers(["1", "-999", "x"], extra=("-999", "x"))
    assert found.values.to_list() == [1, None, None] and found.missing == 2


def test_what_a_column_leaves_open_is_said() -> None:
    assert (read_numbers(["1,234"]).told, read_numbers(["1,234"]).values[0]) == ("either", 1234)
    assert read_numbers(["1,234", "5.5"]).told == "thousands"  # a decimal point tells
    assert read_numbers(["1,234", "1.234"]).told == "either"
    assert read_numbers(["1,5"]).told == "decimal comma"


def test_a_percent_sign_is_no_part_of_a_number_where_there_was_none() -> None:
    assert read_numbers(["12%", "5"], "").values.to_list() == [None, 5]
    assert read_numbers(["12%", "5"], "percent").values.to_list() == [12, 5]


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_plain_numbers_are_those_of_python(values: list[float]) -> None:
    found = read_numbers([repr(value) for value in values])
    np.testing.assert_array_equal(found.values.to_numpy(), values)
    assert found.form == "" and not found.n_bad


@settings(deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20))
def test_thousands_separators_are_those_of_python(values: list[int]) -> None:
    values = [*values, 1_234_567]
    assert read_numbers([f"{value:,}" for value in values]).values.to_list() == values
    spaced = [f"{value:,}".replace(",", " ") for value in values]
    assert read_numbers(spaced).values.to_list() == values
    dotted = [f"{value:,}".replace(",", ".") + ",5" for value in values]
    assert read_numbers(dotted).values.to_list() == [
        value - 0.5 if text[0] == "-" else value + 0.5 for value, text in zip(values, dotted, strict=True)
    ]


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_text_is_a_number_missing_or_named(cells: list[str]) -> None:
    found = read_numbers(cells)
    n_numbers = found.values.drop_nulls().len()
    assert n_numbers + found.missing + found.n_bad == len(cells)
    assert all(math.isfinite(value) for value in found.values.drop_nulls())
    days = read_dates(cells)
    assert days.values.drop_nulls().len() + days.missing + days.n_bad == len(cells)


def test_codes_are_no_numbers() -> None:
    for cells, codes in (
        (["00123", "123"], True),
        (["12345678901234567890"], True),
        (["00", "23"], False),  # hours
        (["0.012", "1"], False),
        (["1", "2"], False),
    ):
        series = pl.Series("x", cells)
        assert is_codes(series, plain(series)) is codes, cells


@pytest.mark.parametrize(
    ("cells", "days", "form", "told"),
    [
        (["2020-01-31", "2020/2/1", "2020.02.03"], ["2020-01-31", "2020-02-01", "2020-02-03"], "", ""),
        (["31/01/2020", "1.2.2020"], ["2020-01-31", "2020-02-01"], "day/month/year", ""),
        (["01/31/2020", "2/1/2020"], ["2020-01-31", "2020-02-01"], "month/day/year", ""),
        (["01/02/2020"], ["2020-02-01"], "day/month/year", "either"),
        (["13/1/69", "13/1/68"], ["1969-01-13", "2068-01-13"], "day/month/year", ""),
        (["01-Nov-16", "1 November 2016", "Nov. 2, 2016"], ["2016-11-01", "2016-11-01", "2016-11-02"], "", ""),
        (["2016-11"], ["2016-11-01"], "", ""),
    ],
)
def test_dates(cells: list[str], days: list[str], form: str, told: str) -> None:
    found = read_dates(cells)
    assert found.values.to_list() == [(dt.date.fromisoformat(day) - EPOCH).days for day in days]
    assert (found.form, found.told, found.n_bad) == (form, told, 0)


def test_times_are_shares_of_a_day() -> None:
    cells = [
        "1970-01-02T06:00",
        "1970-01-02 18:00:00.5",
        "02/01/1970 6:00 pm",
        "1970-01-02T00:30:00+01:00",
        "1970-01-02T12:00Z",
    ]
    assert read_dates(cells).values.to_list() == [1.25, 1.75 + 0.5 / 86400, 1.75, 1 - 0.5 / 24, 1.5]


@pytest.mark.parametrize(
    "cell", ["2020-02-30", "32/01/2020", "13/13/2020", "2020-01-01 25:00", "1 Foo 2020", "2020-1", "1/2"]
)
def test_days_that_do_not_exist_are_named(cell: str) -> None:
    found = read_dates([cell, "2020-01-01"])
    assert found.values[1] == 18262
    assert found.bad["cell"].to_list() == ([] if cell == "2020-1" else [cell])


@settings(deadline=None)
@given(st.lists(st.dates(dt.date(1700, 1, 1), dt.date(2199, 12, 31)), min_size=1, max_size=20))
def test_dates_are_those_of_python(days: list[dt.date]) -> None:
    numbers_of = [(day - EPOCH).days for day in days]
    assert read_dates([day.isoformat() for day in days]).values.to_list() == numbers_of
    british = [day.strftime("%d/%m/%Y") for day in days]
    assert read_dates(british, "day/month/year").values.to_list() == numbers_of
    assert dates(pl.Series("x", days)).values.to_list() == numbers_of
