"""Series from tables: how times are read, which step is found, what is missing, repeated or left out."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.core.errors import DataError, TooManyBadItems
from discern.core.forecast_options import SeriesOptions
from discern.data.calendar import calendar, easter, holidays
from discern.data.series import Series, read_series
from discern.data.series_known import read_known
from discern.data.series_time import read_times

ONE = SeriesOptions("time", "n")


def written(folder: Path, rows: list[str], header: str = "time,n", name: str = "s.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def hours(n: int, start: str = "2024-01-01 00:00") -> list[str]:
    first = dt.datetime.fromisoformat(start)
    return [f"{first + dt.timedelta(hours=i):%Y-%m-%d %H:%M}" for i in range(n)]


def read(folder: Path, rows: list[str], header: str = "time,n", options: SeriesOptions = ONE) -> Series:
    return read_series([written(folder, rows, header)], options)


@pytest.mark.parametrize(
    ("cells", "expected", "said"),
    [
        (["31/12/2016", "01/12/2016"], ["2016-12-31", "2016-12-01"], "day/month/year"),
        (["12/31/2016", "12/01/2016"], ["2016-12-31", "2016-12-01"], "month/day/year"),
        (["2016-12-31", "01-Nov-16", "3/4/2016", "13/4/2016"], ["2016-12-31", "2016-11-01", "2016-04-03", "2016-04-13"],
         "day/month/year, 1 of them as day, name of the month, year, 1 of them as year-month-day"),
        (["31.12.99", "1.1.00"], ["1999-12-31", "2000-01-01"], "day/month/year"),
        (["20240229", "20240301"], ["2024-02-29", "2024-03-01"], "yearmonthday"),
        (["2024-02", "2024-03"], ["2024-02-01", "2024-03-01"], "year-month"),
        (["3 March 2024", "4 March 2024"], ["2024-03-03", "2024-03-04"], "name of the month"),
    ],
)  # fmt: skip
def test_the_reading_of_dates_is_chosen_over_all_cells_and_said(
    cells: list[str], expected: list[str], said: str
) -> None:
    found = read_times("day", [pl.Series("day", cells)])
    assert [str(one)[:10] for one in found.values.to_list()] == expected
    assert said in found.notes[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-05-01 14:30", "2024-05-01 14:30:00"),
        ("2024-05-01T14:30:15", "2024-05-01 14:30:15"),
        ("2024-05-01 2:30 pm", "2024-05-01 14:30:00"),
        ("2024-05-01 12:05 AM", "2024-05-01 00:05:00"),
        ("2024-05-01 14:30:00+02:00", "2024-05-01 14:30:00"),
        ("2024-05-01 25:00", None),
        ("2023-02-29", None),
        ("tomorrow", None),
    ],
)
def test_a_time_of_day_may_follow_and_what_does_not_exist_is_no_time(cell: str, expected: str | None) -> None:
    found = read_times("t", [pl.Series("t", [cell, "2024-06-01 00:00"])]).values[0]
    assert (None if found is None else str(found)) == expected


def test_hours_stand_in_a_column_of_their_own() -> None:
    day = pl.Series("day", ["01/02/2024"] * 5 + ["20/02/2024"])
    found = read_times("day", [day, pl.Series("hour", ["0", "7", "23", "24", "x", "14:45"])])
    assert [None if one is None else f"{one:%H:%M}" for one in found.values.to_list()] == [
        "00:00", "07:00", "23:00", None, None, "14:45",
    ]  # fmt: skip
    ends = read_times("day", [day[3:], pl.Series("hour", ["1", "2", "24"])])
    assert [one.hour for one in ends.values.to_list()] == [0, 1, 23]
    assert "run from 1 to 24" in ends.notes[1]


def test_day_and_month_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(DataError, match=r"day and month cannot be told apart.*2024-12-31"):
        read_times("day", [pl.Series("day", ["01/02/2024", "03/04/2024"])])


def test_steps_gaps_and_places(tmp_path: Path) -> None:
    rows = [f"{t},a,{i}" for i, t in enumerate(hours(100)) if i not in (50, 51)]
    rows += [f"{t},b,{i}" for i, t in enumerate(hours(60, "2024-01-01 10:00"))]
    options = SeriesOptions("time", "n", "place")
    found = read(tmp_path, rows, "time,place,n", options)
    assert str(found.step) == "1 hour" and found.step.seasons == (24, 168)
    assert found.places == ("a", "b") and found.values.shape == (2, 100)
    assert np.isnan(found.values[0, 50:52]).all() and found.values[0, 52] == 52
    assert np.isnan(found.values[1, :10]).all() and found.values[1, 10] == 0
    text = " | ".join(found.notes)
    assert "begin later than the first: b (2024-01-01 10:00)" in text
    assert "end before the last: b (2024-01-03 21:00)" in text
    assert (
        "2 values between the first and the last are missing (1.2 %): 2024-01-03 02:00 to 2024-01-03 03:00 at 1 of 2"
        in text
    )


@pytest.mark.parametrize(
    ("times", "step", "seasons"),
    [
        ([f"2024-01-{d:02}" for d in range(1, 29)], "1 day", (7,)),
        ([f"{2018 + m // 12}-{m % 12 + 1:02}-01" for m in range(36)], "1 month", (12,)),
        ([f"{2000 + q // 4}-{q % 4 * 3 + 1:02}-01" for q in range(30)], "1 quarter", (4,)),
        ([f"{1980 + y}" for y in range(30)], "1 year", ()),
        ([str(dt.date(2024, 1, 1) + dt.timedelta(7 * w)) for w in range(30)], "1 week", (52,)),
        ([f"2024-01-01 {m // 60:02}:{m % 60:02}" for m in range(0, 600, 15)], "15 minutes", (96, 672)),
    ],
)
def test_the_step_is_found(tmp_path: Path, times: list[str], step: str, seasons: tuple[int, ...]) -> None:
    found = read(tmp_path, [f"{t},{i}" for i, t in enumerate(times)])
    assert (str(found.step), found.step.seasons) == (step, seasons)
    assert found.values.tolist() == [list(range(len(times)))]
    assert times[0].startswith(found.step.written(found.times(0, 1)[0]))


def test_what_stands_again_is_kept_once_or_its_mean_is_taken(tmp_path: Path) -> None:
    rows = [f"{t},{i}" for i, t in enumerate(hours(48))]
    found = read(tmp_path, [*rows, "2024-01-01 03:00,3", "2024-01-01 05:00,15"])
    assert found.values[0, 3] == 3 and found.values[0, 5] == 10
    assert any("1 times stand again with the same value and are kept once (2024-01-01)" in one for one in found.notes)
    assert any("1 times stand again with another value; their mean is taken" in one for one in found.notes)


def test_several_places_without_by_are_named(tmp_path: Path) -> None:
    rows = [f"{t},{i + 100 * p}" for p in range(2) for i, t in enumerate(hours(48))]
    with pytest.raises(DataError, match=r"100% of the times stand several times.*--by"):
        read(tmp_path, rows)


def test_the_hours_of_a_clock_change_are_told_from_gaps_and_mistakes(tmp_path: Path) -> None:
    spring = [t for t in hours(96, "2024-03-29 00:00") if t != "2024-03-31 01:00"]
    found = read(tmp_path, [f"{t},5" for t in spring])
    assert found.n_times == 96 and np.isnan(found.values[0, 49])
    assert found.notes[-1] == "1 missing hours are the hour that clocks leave out in spring"
    autumn = sorted([*hours(96, "2024-10-25 00:00"), "2024-10-27 01:00"])
    found = read(tmp_path, [f"{t},{i}" for i, t in enumerate(autumn)])
    assert found.n_times == 96 and found.values[0, 49] == 49.5
    assert any(
        "the hour that clocks repeat in autumn; the mean of both is taken (2024-10-27)" in n for n in found.notes
    )


def test_cells_that_are_no_finite_number_are_one_policy(tmp_path: Path) -> None:
    rows = [f"{t},{i}" for i, t in enumerate(hours(200))]
    for place, cell in ((5, "inf"), (6, "1e999"), (7, "1_000"), (8, "１２"), (9, "1e101")):
        rows[place] = rows[place].split(",")[0] + "," + cell
    for place, cell in ((20, "nan"), (21, ""), (22, "NA"), (23, "?")):
        rows[place] = rows[place].split(",")[0] + "," + cell
    found = read(tmp_path, rows)
    assert np.flatnonzero(np.isnan(found.values[0])).tolist() == [5, 6, 7, 8, 9, 20, 21, 22, 23]
    assert any("5 rows were left out; the first is line 7: no number: inf" in one for one in found.notes)
    assert any("4 cells of 'n' are blank" in one for one in found.notes)


def test_a_date_that_cannot_be_read_is_named_by_its_line_and_too_many_are_refused(tmp_path: Path) -> None:
    rows = [f"{t},{i}" for i, t in enumerate(hours(100))]
    rows[40] = "someday,40"
    found = read(tmp_path, rows)
    assert any("1 row was left out; the first is line 42: no time that can be read: someday" in n for n in found.notes)
    with pytest.raises(TooManyBadItems, match=r"20 of 60 items.*no time that can be read: soon.*line 2"):
        read(tmp_path, [*("soon,1" for _ in range(20)), *rows[60:]])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["2024-01-01,1"], "one time; expected a series of times"),
        (["2024-01-01,1", "2024-01-02,2"], "2 different times; expected a series of times"),
        ([f"2024-01-0{d}," for d in range(1, 8)], "no number; expected numbers"),
        (["a,1", "b,2", "c,3"], "no dates, but cells such as 'a'"),
    ],
)
def test_what_is_no_series_is_refused(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, rows)


def test_times_far_apart_do_not_fill_the_memory(tmp_path: Path) -> None:
    rows = [f"2024-01-01 00:00:{s:02},1" for s in range(40)] + ["9999-01-01 00:00:00,1"]
    with pytest.raises(DataError, match=r"steps of 1 second.*at most"):
        read(tmp_path, rows)


def test_columns_that_are_missing_are_named_together(tmp_path: Path) -> None:
    options = SeriesOptions("Date+Hour", "Count")
    with pytest.raises(DataError, match=r"no columns 'Date', 'Hour', 'Count' among time, n"):
        read(tmp_path, ["2024-01-01,1"], options=options)


def test_several_files_a_folder_and_a_packed_file_are_one_series(tmp_path: Path) -> None:
    rows = [f"{t},{i}" for i, t in enumerate(hours(60))]
    whole = read(tmp_path, rows)
    folder = tmp_path / "parts"
    folder.mkdir()
    first, second = written(folder, rows[:30], name="a.csv"), folder / "b.csv.gz"
    second.write_bytes(gzip.compress(("time,n\n" + "\n".join(rows[30:]) + "\n").encode()))
    for sources in ([folder], [first, second], [second, first]):
        assert np.array_equal(read_series(sources, ONE).values, whole.values)
    second.write_bytes(second.read_bytes()[:40])
    with pytest.raises(DataError, match=r"b\.csv\.gz: a packed file that is damaged"):
        read_series([folder], ONE)


def test_a_column_whose_name_holds_a_plus_is_one_column(tmp_path: Path) -> None:
    found = read(tmp_path, [f"{t},{i}" for i, t in enumerate(hours(30))], "day+hour,n", SeriesOptions("day+hour", "n"))
    assert found.n_times == 30


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2016, 3, 27), (2017, 4, 16), (2024, 3, 31), (1818, 3, 22), (2038, 4, 25)]
)
def test_easter(year: int, month: int, day: int) -> None:
    assert easter(year) == dt.date(year, month, day)


def test_the_calendar_knows_days_to_come() -> None:
    times = np.array(["2016-12-24T13:30", "2016-12-25T00:00", "2017-01-01T05:00"], dtype="datetime64[s]")
    names, table = calendar(times)
    rows = {name: table[:, i].tolist() for i, name in enumerate(names)}
    assert rows["hour"] == [13.5, 0, 5] and rows["weekday"] == [5, 6, 6]
    assert rows["holiday"] == [0, 1, 1] and rows["holiday after"] == [1, 1, 0]
    assert rows["days from Christmas"] == [-1, 0, 7]
    assert dt.date(2016, 8, 29) in holidays(2016) and dt.date(2016, 5, 30) in holidays(2016)
    assert calendar(times, coarse=True)[0] == ("month", "day of the year")
    assert np.isfinite(calendar(np.array(["0001-01-01", "9999-12-31"], dtype="datetime64[s]"))[1]).all()


def test_what_is_known_ahead_is_joined_by_day_or_by_time(tmp_path: Path) -> None:
    series = read(tmp_path, [f"{t},{i}" for i, t in enumerate(hours(48))])
    days = written(tmp_path, ["01/01/2024,5,dry", "02/01/2024,NA,wet", "03/01/2024,7,dry", "13/01/2024,9,dry"],
                   "date,rain,sky", "weather.csv")  # fmt: skip
    found = read_known(days, ("time",), series.start, series.step, 48, 24)
    assert found.names == ("rain",)
    assert found.values[:24, 0].tolist() == [5.0] * 24 and np.isnan(found.values[24:48]).all()
    assert found.values[48:, 0].tolist() == [7.0] * 24
    text = " | ".join(found.notes)
    assert "no numbers and left out: sky" in text and "joined by day" in text and "24 of the 24 times to come" in text
    exact = written(tmp_path, [f"{t},{i * 2}" for i, t in enumerate(hours(60))], "time,price", "price.csv")
    found = read_known(exact, ("time",), series.start, series.step, 48, 24)
    assert found.values[10, 0] == 20 and found.values[59, 0] == 118 and np.isnan(found.values[60, 0])
    other = written(tmp_path, ["2030-01-01,1", "2030-01-02,2"], "date,rain", "other.csv")
    with pytest.raises(DataError, match="no time in common"):
        read_known(other, ("time",), series.start, series.step, 48, 24)
    with pytest.raises(DataError, match=r"expected a column 'time', or one named date or time"):
        read_known(written(tmp_path, ["1,2"], "a,b", "ab.csv"), ("time",), series.start, series.step, 48, 24)


def test_the_real_footfall_is_read_with_what_is_wrong_with_it(real_data: Path) -> None:
    options = SeriesOptions("Date+Hour", "InCount", "LocationName")
    found = read_series([real_data / "footfall" / "footfall.csv.gz"], options)
    assert found.n_rows == 554_360 and found.values.shape == (8, 70_128) and str(found.step) == "1 hour"
    text = " | ".join(found.notes)
    assert "day/month/year, 102,912 of them as year-month-day, 5,760 of them as day, name of the month, year" in text
    assert "576 times stand again with the same value and are kept once (2016-07-01, 2016-07-02, 2016-07-03)" in text
    assert "2,512 values between the first and the last are missing (0.5 %)" in text
