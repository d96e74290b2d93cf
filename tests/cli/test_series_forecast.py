"""`discern series forecast` as a person meets it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.core.forecast_options import ForecastOptions, SeriesOptions
from discern.workflows import forecast

from .conftest import Cli, run_main

COLUMNS = ("--time", "Date+Hour", "--value", "n", "--by", "place")
QUICK = (*COLUMNS, "--model", "smoothing")
START = dt.datetime(2024, 1, 1)


def counted(
    folder: Path, n: int = 24 * 7 * 12, *, name: str = "counts.csv", start: int = 0, seed: int = 0, rain: bool = False
) -> Path:
    """Two places by the hour, with a day and a week; `rain` halves what comes on some days."""
    draw = np.random.default_rng(seed)
    rows = ["Date,Hour,place,n"]
    for t in range(start, start + n):
        time = START + dt.timedelta(hours=t)
        for place, size in (("north", 10), ("south", 40)):
            value = (
                size * (3 + np.sin(t * np.pi / 12) + 2 * (time.weekday() > 4)) * (1 - 0.5 * (rain and rains(t // 24)))
            )
            rows.append(f"{time:%d/%m/%Y},{time.hour},{place},{max(0, value + draw.normal(0, size / 8)):.2f}")
    path = folder / name
    path.write_text("\n".join(rows) + "\n")
    return path


def rains(day: int) -> int:
    return int(np.random.default_rng(day).integers(0, 2))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A table, and a run of it."""
    folder = tmp_path_factory.mktemp("series")
    table = counted(folder)
    assert run_main("series", "forecast", table, *QUICK, "--horizon", "24", "-o", folder / "run") == 0
    return table, folder / "run"


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.shows("series forecast")
@pytest.mark.shows("series forecast", "--time")
@pytest.mark.shows("series forecast", "--value")
@pytest.mark.shows("series forecast", "--by")
@pytest.mark.shows("series forecast", "--out")
def test_a_forecast_is_made_measured_and_written(cli: Cli, made: tuple[Path, Path]) -> None:
    table, _ = made
    done = cli("series", "forecast", table, *QUICK, "-o", "run")
    assert done.status == 0, done.err
    assert "n at 2 places, 24 hours ahead, from 2024-01-01 00:00 to 2024-03-24 23:00." in done.out
    assert "of the error of the baseline, the same hour of the week before" in " ".join(done.out.split())
    assert "the page is run/forecast.html" in done.out
    record = json.loads(Path("run/forecast.json").read_text())
    assert record["schema"] == 1 and record["horizon"] == 24 and record["season"] == 168
    assert record["test"] == ["2024-03-08 00:00", "2024-03-24 23:00"] or record["n_origins"] == 16
    for key in ("mae", "rmse", "mase", "ratio", "coverage"):
        assert set(record["chosen"][key]) == {"value", "low", "high", "n", "method"}
    assert len(record["by_place"]) == 2 and len(record["by_ahead"]) == 24
    coming = pl.read_csv("run/forecast.csv")
    assert coming.columns == ["place", "time", "forecast", "low", "high"] and coming.height == 48
    assert coming["time"][0] == "2024-03-25 00:00"
    assert (coming["low"] <= coming["forecast"]).all() and (coming["forecast"] <= coming["high"]).all()
    tested = pl.read_csv("run/test.csv")
    assert tested.height == 2 * 24 * record["n_origins"]
    mae = (tested["value"] - tested["forecast"]).abs().mean()
    assert record["chosen"]["mae"]["value"] == pytest.approx(mae, abs=1e-3)
    ratio = mae / (tested["value"] - tested["baseline"]).abs().mean()  # type: ignore[operator]
    assert record["chosen"]["ratio"]["value"] == pytest.approx(ratio, abs=1e-3)
    page = Path("run/forecast.html").read_text()
    assert "north" in page and "What was, and what comes" in page and page.count("<svg") == 3
    assert not list(Path("run").glob(".writing-*"))


@pytest.mark.shows("series")
@pytest.mark.bad_input("series")
def test_the_group_lists_its_commands_and_refuses_others(cli: Cli) -> None:
    shown = cli("series", "--help")
    assert shown.status == 0 and "forecast" in shown.out and "Foretell a series" in shown.out
    wrong = cli("series", "forcast")
    assert wrong.status == 2 and "forcast" in wrong.err and wrong.err.count("\n") == 1


def test_the_same_input_gives_the_same_bytes(cli: Cli, made: tuple[Path, Path]) -> None:
    table, run = made
    assert cli("series", "forecast", table, *QUICK, "--horizon", "24", "-o", "again").status == 0
    assert digests(Path("again")) == digests(run)


@pytest.mark.shows("series forecast", "--horizon")
def test_the_horizon_may_be_another(cli: Cli, made: tuple[Path, Path]) -> None:
    assert cli("series", "forecast", made[0], *QUICK, "--horizon", "6", "-o", "six").status == 0
    record = json.loads(Path("six/forecast.json").read_text())
    assert (record["horizon"], len(record["by_ahead"])) == (6, 6)
    assert record["n_origins"] == 67 and pl.read_csv("six/forecast.csv").height == 12


@pytest.mark.shows("series forecast", "--coverage")
def test_intervals_are_as_wide_as_the_coverage_asks(cli: Cli, made: tuple[Path, Path]) -> None:
    assert cli("series", "forecast", made[0], *QUICK, "--coverage", "0.6", "-o", "sixty").status == 0
    narrow, wide = pl.read_csv("sixty/forecast.csv"), pl.read_csv(made[1] / "forecast.csv")
    assert narrow["forecast"].equals(wide["forecast"])
    narrow_width, wide_width = (float((one["high"] - one["low"]).to_numpy().sum()) for one in (narrow, wide))
    assert narrow_width < 0.8 * wide_width
    assert json.loads(Path("sixty/forecast.json").read_text())["coverage"] == 0.6


@pytest.mark.shows("series forecast", "--model")
def test_models_are_named_and_the_best_is_chosen(cli: Cli, made: tuple[Path, Path]) -> None:
    done = cli("series", "forecast", made[0], *COLUMNS, "--model", "boosting,smoothing", "-o", "two")
    assert done.status == 0, done.err
    record = json.loads(Path("two/forecast.json").read_text())
    names = [one["name"] for one in record["candidates"]]
    assert sorted(names) == ["boosting", "seasonal-naive", "smoothing"]
    sizes = [one["mae"]["value"] for one in record["candidates"]]
    assert sizes == sorted(sizes) and [one["chosen"] for one in record["candidates"]] == [True, False, False]


@pytest.mark.shows("series forecast", "--seed")
def test_another_seed_gives_other_networks(cli: Cli, tmp_path: Path) -> None:
    table = counted(tmp_path, 24 * 7 * 6)
    for seed in ("0", "1"):
        arguments = (*COLUMNS, "--model", "rnn", "--seed", seed, "-o", f"seed{seed}")
        assert cli("series", "forecast", table, *arguments).status == 0
    first, second = (json.loads(Path(f"seed{seed}/forecast.json").read_text()) for seed in "01")
    found = [
        [one["mae"]["value"] for one in record["candidates"] if one["name"] == "rnn"] for record in (first, second)
    ]
    assert found[0] != found[1]


@pytest.mark.shows("series forecast", "--with")
def test_what_is_known_ahead_helps_and_the_figure_without_it_is_said(cli: Cli, tmp_path: Path) -> None:
    table = counted(tmp_path, 24 * 7 * 8, rain=True)
    days = [START + dt.timedelta(days=day) for day in range(90)]
    rain = [f"{day:%d/%m/%Y},{rains(i)}" for i, day in enumerate(days)]
    Path("weather.csv").write_text("\n".join(["date,rain", *rain]) + "\n")
    asked = (*COLUMNS, "--model", "boosting", "-o", "rainy")
    done = cli("series", "forecast", table, *asked, "--with", "weather.csv")
    assert done.status == 0, done.err
    record = json.loads(Path("rainy/forecast.json").read_text())
    assert record["known"] == ["rain"] and record["candidates"][0]["uses_known"] and record["candidates"][0]["chosen"]
    assert record["compared"]["value"] > 1.5 * record["chosen"]["ratio"]["value"]
    said = " ".join(done.out.split())
    assert (
        f"as known, as they were, not as they were foretold; without it the figure is {record['compared']['value']:.2f}"
        in said
    )
    newer = counted(tmp_path, 24, name="newer.csv", start=24 * 7 * 8, rain=True)
    for sky, fall in (("dry", 0), ("wet", 1)):
        rows = [f"{day:%d/%m/%Y},{fall}" for day in days]
        Path(f"{sky}.csv").write_text("\n".join(["date,rain", *rows]) + "\n")
        told = cli("series", "forecast", newer, "--run", "rainy", "--with", f"{sky}.csv", "-o", f"told-{sky}.csv")
        assert told.status == 0, told.err
    dry, wet = (pl.read_csv(f"told-{sky}.csv")["forecast"].to_numpy() for sky in ("dry", "wet"))
    assert dry.sum() > 1.5 * wet.sum()
    blind = cli("series", "forecast", newer, "--run", "rainy", "-o", "blind.csv")
    assert "--with was not given, so they are unknown" in blind.err


@pytest.mark.shows("series forecast", "--run")
def test_a_run_foretells_again_from_newer_values(cli: Cli, made: tuple[Path, Path], tmp_path: Path) -> None:
    table, run = made
    same = cli("series", "forecast", table, "--run", run, "-o", "same.csv")
    assert same.status == 0, same.err
    assert Path("same.csv").read_bytes() == (run / "forecast.csv").read_bytes()
    newer = counted(tmp_path, 24, name="newer.csv", start=24 * 7 * 12, seed=1)
    shown = cli("series", "forecast", newer, "--run", run)
    assert shown.status == 0 and "2024-03-26 00:00" in shown.out and "north" in shown.out
    whole = counted(tmp_path, 24 * 7 * 12 + 24, name="whole.csv")
    content = whole.read_text().splitlines()
    whole.write_text("\n".join(content[: 1 + 2 * 24 * 7 * 12] + newer.read_text().splitlines()[1:]) + "\n")
    for source, out in ((newer, "a.csv"), (whole, "b.csv")):
        assert cli("series", "forecast", source, "--run", run, "-o", out).status == 0
    a, b = (pl.read_csv(name) for name in ("a.csv", "b.csv"))
    assert a["time"][0] == "2024-03-26 00:00" and a.equals(b), "what the run kept and the whole past say the same"
    refused = cli("series", "forecast", table, "--run", run, "--horizon", "3")
    assert refused.status == 2 and "--horizon came with --run" in refused.err


@pytest.mark.shows("series forecast", "--force")
def test_a_run_is_replaced_only_by_force(cli: Cli, made: tuple[Path, Path]) -> None:
    shutil.copytree(made[1], "run")
    refused = cli("series", "forecast", made[0], *QUICK, "-o", "run")
    assert refused.status == 2 and "--force to replace" in refused.err
    assert digests(Path("run")) == digests(made[1])
    assert cli("series", "forecast", made[0], *QUICK, "--horizon", "12", "-o", "run", "--force").status == 0
    assert json.loads(Path("run/forecast.json").read_text())["horizon"] == 12


def test_a_forecast_replaces_no_file_of_somebody_else_unasked_and_none_that_it_reads(
    cli: Cli, made: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "test.csv").write_text("mine")
    for more, says in (
        ((), "it holds test.csv already"),
        (("--force", "--with", "mine/test.csv"), "lie in each other"),
    ):
        refused = cli("series", "forecast", made[0], *QUICK, "-o", "mine", *more)
        assert refused.status == 2 and says in refused.err, refused.err
        assert (tmp_path / "mine" / "test.csv").read_text() == "mine"
    again = ("series", "forecast", made[0], "--run", made[1], "--with", "mine/test.csv", "-o", "mine/test.csv")
    refused = cli(*again, "--force")
    assert refused.status == 2 and "it lies in what is read" in refused.err, refused.err
    assert (tmp_path / "mine" / "test.csv").read_text() == "mine"


def test_where_nothing_beats_the_baseline_it_says_so_and_gives_it(cli: Cli) -> None:
    """A week that comes again exactly leaves nothing to gain."""
    t = np.arange(24 * 7 * 12)
    values = np.random.default_rng(0).integers(0, 100, 168)[t % 168]
    rows = [f"{START + dt.timedelta(hours=int(i))},{v}" for i, v in zip(t, values, strict=True)]
    Path("week.csv").write_text("\n".join(["t,n", *rows]) + "\n")
    done = cli("series", "forecast", "week.csv", "--time", "t", "--value", "n", "--model", "smoothing", "-o", "run")
    assert done.status == 0, done.err
    assert "No model beats the baseline" in done.out
    coming = pl.read_csv("run/forecast.csv")
    assert coming["forecast"].to_list() == values[:24].tolist()


def test_a_constant_series_is_foretold(cli: Cli) -> None:
    rows = [f"{START + dt.timedelta(days=i):%Y-%m-%d},7" for i in range(200)]
    Path("flat.csv").write_text("\n".join(["day,n", *rows]) + "\n")
    done = cli("series", "forecast", "flat.csv", "--time", "day", "--value", "n", "--model", "boosting", "-o", "run")
    assert done.status == 0, done.err
    assert "7 days ahead" in done.out and "in interval" in done.out
    assert pl.read_csv("run/forecast.csv")["forecast"].to_list() == [7.0] * 7


def test_months_are_steps_too(cli: Cli) -> None:
    rows = [f"{2010 + m // 12}-{m % 12 + 1:02},{100 + 10 * (m % 12) + m}" for m in range(120)]
    Path("months.csv").write_text("\n".join(["month,n", *rows]) + "\n")
    done = cli(
        "series", "forecast", "months.csv", "--time", "month", "--value", "n", "--model", "smoothing", "-o", "run"
    )
    assert done.status == 0, done.err
    assert "the same month of the year before" in " ".join(done.out.split())
    coming = pl.read_csv("run/forecast.csv", infer_schema=False)
    assert coming["time"].to_list() == [f"2020-{m:02}" for m in range(1, 13)]


def test_a_short_place_is_set_aside_and_one_that_ended_too(cli: Cli, made: tuple[Path, Path]) -> None:
    lines = made[0].read_text().splitlines()
    few = [f"{time},few,{n}" for time, n in (("24/03/2024,1", 3), ("24/03/2024,2", 4), ("24/03/2024,3", 5))]
    old = [line.replace("north", "old") for line in lines[1:1000] if "north" in line]
    Path("more.csv").write_text("\n".join([*lines, *few, *old]) + "\n")
    done = cli("series", "forecast", "more.csv", *QUICK, "-o", "run")
    assert done.status == 0, done.err
    said = " ".join(done.out.split())
    assert "few: 0 values before the weeks to choose on; expected at least 360" in said
    assert "old: its last value is of 2024-01-21 19:00, before the test part" in said
    assert set(pl.read_csv("run/forecast.csv")["place"]) == {"north", "south"}


@pytest.mark.bad_input("series forecast")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no --time was given"),
        (("--time", "t", "--value", "n", "-o", "r", "--horizon", "-3"), "--horizon is -3; expected a whole"),
        (("--time", "t", "--value", "n", "-o", "r", "--coverage", "nan"), "--coverage is nan; expected a number"),
        (("--time", "t", "--value", "n", "-o", "r", "--model", "prophet"), "--model is 'prophet'; expected one of"),
        (("--time", "t", "--value", "t", "-o", "r"), "--value is 't', which is the time"),
        (("--time", "t", "--value", "n", "-o", "r"), "no column 't' among Date, Hour, place, n"),
        (("--time", "Date+Hour", "--value", "m", "-o", "r"), "no column 'm' among Date, Hour, place, n"),
        (("--time", "Date+Hour", "--value", "n", "-o", "r"), "name the column that tells the series apart with --by"),
        (("--time", "place", "--value", "n", "-o", "r"), "no dates, but cells such as 'north'"),
        ((*QUICK, "-o", "r", "--horizon", "5000"), "few to foretell 5,000 steps; expected a horizon of at most 403"),
        ((*QUICK, "-o", "counts.csv"), "lie in each other; expected a place of its own"),
        ((*QUICK, "-o", "r", "--with", "nowhere.csv"), "no such file"),
        (("--run", "nowhere"), "no such folder; expected a folder that `discern series forecast` wrote"),
        ((*QUICK, "-o", "r", "--seed", "-1"), "--seed is -1"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(
    cli: Cli, made: tuple[Path, Path], arguments: tuple[str, ...], message: str
) -> None:
    shutil.copy(made[0], "counts.csv")
    done = cli("series", "forecast", "counts.csv", *arguments)
    assert done.status == 2 and message in done.err and "Traceback" not in done.err, done.err
    assert not Path("r").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it is empty"),
        ("t,n\n", "a header without rows"),
        ("t,n\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n", "3 times, too few to foretell"),
        ("t,n\nsoon,1\nlater,2\nnever,3\n", "no dates"),
        ("t,n\n" + "".join(f"2024-01-{d:02},inf\n" for d in range(1, 29)), "no number: inf"),
    ],
)
def test_a_table_without_a_series_is_refused(cli: Cli, content: str, message: str) -> None:
    Path("t.csv").write_text(content)
    done = cli("series", "forecast", "t.csv", "--time", "t", "--value", "n", "-o", "r")
    assert done.status == 2 and message in done.err and not Path("r").exists(), done.err


def test_a_damaged_run_is_refused(cli: Cli, made: tuple[Path, Path]) -> None:
    shutil.copytree(made[1], "run")
    content = Path("run/model.safetensors").read_bytes()
    Path("run/model.safetensors").write_bytes(content[:-8] + b"12345678")
    done = cli("series", "forecast", made[0], "--run", "run")
    assert done.status == 2 and "are not as they were written" in done.err


@pytest.mark.parametrize("verb", ["verify", "evaluate"])
def test_verbs_of_other_runs_say_that_they_are_not_for_this_one(cli: Cli, made: tuple[Path, Path], verb: str) -> None:
    done = cli(verb, made[1])
    assert done.status == 2 and "Traceback" not in done.err and done.err.count("\n") == 1
    assert "forecast" in done.err, done.err


def test_names_that_would_run_or_close_a_tag_are_data(cli: Cli, tmp_path: Path) -> None:
    table = counted(tmp_path)
    evil = "=cmd|</script><script>alert(1)</script>"
    table.write_text(table.read_text().replace("north", evil))
    assert cli("series", "forecast", table, *QUICK, "-o", "run").status == 0
    page = Path("run/forecast.html").read_text()
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "\n'=cmd" in Path("run/forecast.csv").read_text() and ",=cmd" not in Path("run/places.csv").read_text()


def test_from_python_with_the_real_footfall(real_data: Path, tmp_path: Path) -> None:
    """A year of two places of Leeds, with the model that takes least time."""
    whole = pl.read_csv(real_data / "footfall" / "footfall.csv.gz", infer_schema=False)
    part = whole.filter(pl.col("LocationName").is_in(["Briggate", "Headrow"]) & pl.col("Year").is_in(["2015"]))
    (tmp_path / "leeds").mkdir()
    part[: part.height // 2].write_csv(tmp_path / "leeds" / "a.csv")
    part[part.height // 2 :].write_csv(tmp_path / "leeds" / "b.csv")
    series = SeriesOptions("Date+Hour", "InCount", "LocationName")
    found = forecast([tmp_path / "leeds"], series, ForecastOptions(24, ("smoothing",)), out=tmp_path / "run")
    assert found.result.places == ("Briggate", "Headrow") and found.result.n_origins == 56
    assert found.table.height == 48 and found.result.chosen.ratio.value is not None
    assert any("are missing" in note and "2015-07-03" in note for note in found.result.notes)
