"""`discern table fit-line` as a person meets it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image, ImageSequence

from .conftest import Cli

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
AREAS = "area,deprivation,budget,crime\nNorth,12,90,31\nSouth,25,70,44\nEast,33,95,60\nWest,48,60,66\nDocks,60,80,95\n"
LINE = ("table", "fit-line", "areas.csv", "--target", "crime", "--with", "deprivation")
HOSTILE = "<script>alert(1)</script>‮"


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    (tmp_path / "areas.csv").write_text(AREAS)
    return tmp_path / "areas.csv"


def result(folder: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(folder, "line.json").read_text("utf-8"))
    return found


def values(figures: object) -> list[float]:
    return [figure["value"] for figure in figures]  # type: ignore[attr-defined]


@pytest.mark.shows("table fit-line", "--target", "--with", "-o")
def test_every_step_is_kept_and_the_line_comes_to_rest_on_the_closed_form(cli: Cli, areas: Path) -> None:
    done = cli(*LINE, "-o", "line")
    assert done.status == 0 and "One more of deprivation goes with 1.251 more of crime" in done.out
    steps = pl.read_csv("line/iterations.csv")
    assert steps.columns == ["iteration", "size_of_step", "loss", "intercept", "deprivation"]
    assert steps["iteration"].to_list() == list(range(1001))
    slope, intercept = np.polyfit([12, 25, 33, 48, 60], [31, 44, 60, 66, 95], 1)
    assert values(result("line")["closed"]) == pytest.approx([intercept, slope])
    assert steps.select("intercept", "deprivation").row(-1) == pytest.approx((intercept, slope), rel=0.01)
    assert steps.row(0)[2:] == pytest.approx((470.96, 59.2, 0.0))
    for number in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        assert Path(f"line/line-{number:07}.svg").is_file()
        assert re.search(rf"^{number:,} +[\d.]+", done.out, re.MULTILINE)
    page = Path("line/line.html").read_text("utf-8")
    assert page.count("<svg") == 11 + 1 + 2 + 1 and "default-src 'none'" in page and "⟨space⟩" not in page


@pytest.mark.shows("table fit-line", "--iterations", "--show")
def test_iterations_and_which_of_them_are_shown(cli: Cli, areas: Path) -> None:
    assert cli(*LINE, "-o", "line", "--iterations", "30", "--show", "1,3,30").status == 0
    assert pl.read_csv("line/iterations.csv").height == 31
    assert [one["iteration"] for one in result("line")["kept"]] == [0, 1, 3, 30]  # type: ignore[attr-defined]
    assert sorted(path.name for path in Path("line").glob("line-*.svg")) == [
        f"line-{number:07}.svg" for number in (0, 1, 3, 30)
    ]


@pytest.mark.shows("table fit-line", "--film")
def test_the_line_in_motion_ends_where_the_line_ends(cli: Cli, areas: Path) -> None:
    assert cli(*LINE, "-o", "line", "--film").status == 0
    content = Path("line/line.gif").read_bytes()
    assert 'href="line.gif"' in Path("line/line.html").read_text("utf-8")
    with Image.open("line/line.gif") as film:
        frames = [np.asarray(frame.convert("L"), dtype=int)[40:] for frame in ImageSequence.Iterator(film)]
        assert film.info["loop"] == 0
    changes = [int((np.abs(one - other) > 60).sum()) for one, other in pairwise(frames)]
    assert 40 <= len(frames) <= 60 and changes[0] > 5 * max(1, changes[-1])  # strides first, rest at last
    assert cli(*LINE, "-o", "line", "--film", "--force").status == 0 and Path("line/line.gif").read_bytes() == content
    assert cli(*LINE, "-o", "line", "--force").status == 0 and not Path("line/line.gif").exists()
    assert "--film needs -o" in cli(*LINE, "--film").err


@pytest.mark.shows("table fit-line", "--rate", "--batch", "--schedule")
def test_the_first_step_is_as_large_as_asked_for(cli: Cli, areas: Path) -> None:
    """With all rows and a step of 0.5 the standardised slope goes half the way to the correlation."""
    assert cli(*LINE, "-o", "line", "--rate", "0.5", "--batch", "all").status == 0
    steps = pl.read_csv("line/iterations.csv")
    assert steps["deprivation"][1] == pytest.approx(values(result("line")["closed"])[1] / 2)
    assert steps["size_of_step"].drop_nulls().unique().to_list() == [0.5]
    assert cli(*LINE, "-o", "falls", "--rate", "0.5", "--batch", "2", "--schedule", "falling").status == 0
    sizes = pl.read_csv("falls/iterations.csv")["size_of_step"].drop_nulls()
    assert sizes[0] == 0.5 and (sizes.diff().drop_nulls() < 0).all()
    assert result("falls")["batch"] == 2
    assert result("line")["largest"]["value"] == pytest.approx(2)  # type: ignore[index]


def test_what_diverges_is_shown_and_explained_without_a_warning(cli: Cli, areas: Path) -> None:
    done = cli(*LINE, "-o", "line", "--rate", "3", "--batch", "all")
    assert done.status == 0 and "Warning" not in done.err
    said = " ".join(done.out.split())
    assert "Descent ran away and was stopped after" in said and "overshoot: each goes past the lowest point" in said
    assert "that begins at 2; try --rate 1" in said
    assert result("line")["ran_away"] is True


@pytest.mark.shows("table fit-line", "--rates")
def test_sizes_of_steps_are_compared(cli: Cli, areas: Path) -> None:
    done = cli(*LINE, "-o", "line", "--batch", "all", "--rates", "0.00001,0.3,2.5")
    outcomes = {one["rate"]: one["outcome"] for one in result("line")["rates"]}  # type: ignore[attr-defined]
    assert outcomes == {0.00001: "too small", 0.1: "arrived", 0.3: "arrived", 2.5: "ran away"}
    assert "too small to get there" in done.out and "runs away" in done.out
    assert set(pl.read_csv("line/rates.csv")["size_of_steps"]) == set(outcomes)


@pytest.mark.shows("table fit-line", "--missing")
def test_rows_with_a_missing_value_are_left_out_and_counted(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text(AREAS + "Quay,none,50,20\nHill,,50,20\n")
    done = cli(*LINE, "--missing", "none")
    assert done.status == 0 and "5 rows; 2 rows with missing values left out" in done.out
    assert "1.2506" in done.out


@pytest.mark.shows("table fit-line", "--seed", "--force")
def test_the_same_seed_gives_the_same_bytes(cli: Cli, areas: Path) -> None:
    for folder, seed in (("one", "0"), ("two", "0"), ("three", "1")):
        assert cli(*LINE, "-o", folder, "--iterations", "40", "--seed", seed).status == 0
    names = sorted(path.name for path in Path("one").iterdir())
    assert all(Path("one", name).read_bytes() == Path("two", name).read_bytes() for name in names)
    assert Path("one/iterations.csv").read_bytes() != Path("three/iterations.csv").read_bytes()
    refused = cli(*LINE, "-o", "one")
    assert refused.status == 2 and "it holds line.json already" in refused.err
    assert cli(*LINE, "-o", "one", "--iterations", "7", "--force").status == 0
    assert pl.read_csv("one/iterations.csv").height == 8 and not Path("one/line-0000040.svg").exists()


def test_a_line_replaces_its_own_files_alone_and_only_by_force(cli: Cli, areas: Path) -> None:
    assert cli(*LINE, "-o", "line").status == 0
    Path("line/line.json").unlink()  # stopped before its end
    assert "--force to replace" in cli(*LINE, "-o", "line").err
    assert cli(*LINE, "-o", "line", "--force").status == 0 and Path("line/line.json").exists()
    Path("line/line-of-mine.svg").write_text("mine")
    refused = cli(*LINE, "-o", "line", "--force")
    assert refused.status == 2 and "a folder with other files" in refused.err
    Path("mine").mkdir()
    Path("mine/loss.svg").write_text("mine")
    for command in (LINE, ("table", "fit-line", "--cost", "500x3")):
        assert cli(*command, "-o", "mine").status == 2
    assert Path("line/line-of-mine.svg").read_text() == Path("mine/loss.svg").read_text() == "mine"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.shows("table fit-line", "--stream")
def test_a_stream_gives_the_closed_form_of_all_rows(cli: Cli, tmp_path: Path, ending: str) -> None:
    draw = np.random.default_rng(0)
    columns = draw.normal(size=(150_000, 2)) * [3, 200] + [10, 5000]
    target = 4 + 2 * columns[:, 0] - 0.01 * columns[:, 1] + draw.normal(size=150_000)
    frame = pl.DataFrame({"a": columns[:, 0], "b": columns[:, 1], "y": target})
    (frame.write_csv if ending == "csv" else frame.write_parquet)(f"big.{ending}")
    done = cli("table", "fit-line", f"big.{ending}", "--target", "y", "--stream", "-o", "line")
    assert done.status == 0
    plain = np.linalg.lstsq(np.column_stack([np.ones(150_000), columns]), target, rcond=None)[0]
    record = result("line")
    assert values(record["closed"]) == pytest.approx(plain, rel=1e-6)
    assert record["streamed"] is True and record["n_rows"] == 150_000
    assert record["way"]["value"] > 0.999  # type: ignore[index]


def test_in_a_stream_cells_far_down_that_are_no_numbers_are_missing_and_said(cli: Cli, tmp_path: Path) -> None:
    rows = [f"{i % 97},{3 * (i % 97) + i % 5}" for i in range(120_000)]
    rows[110_000] = "oops,5"
    (tmp_path / "big.csv").write_text("\n".join(["a,y", *rows]) + "\n")
    done = cli("table", "fit-line", "big.csv", "--target", "y", "--with", "a", "--stream")
    assert done.status == 0 and "119,999 rows; 1 row with missing values left out" in done.out
    assert "column 'a': no number, taken as missing: 'oops'" in done.err


@pytest.mark.shows("table fit-line", "--cost")
def test_costs_of_both_ways_are_measured(cli: Cli, tmp_path: Path) -> None:
    done = cli("table", "fit-line", "--cost", "500x3,400x20", "-o", "cost")
    assert done.status == 0 and "closed form, ms" in done.out
    costs = json.loads(Path("cost/cost.json").read_text())["costs"]
    assert [(one["rows"], one["columns"]) for one in costs] == [(500, 3), (400, 20)]
    assert all(one["closed"]["low"] <= one["closed"]["value"] <= one["closed"]["high"] for one in costs)
    assert pl.read_csv("cost/cost.csv").height == 6 and "quick" in Path("cost/cost.html").read_text().lower()


def test_names_of_columns_are_escaped_and_hidden_signs_shown(cli: Cli, tmp_path: Path) -> None:
    text = AREAS.replace("deprivation", f'"{HOSTILE}"').replace("crime", "=crime")
    (tmp_path / "areas.csv").write_text(text, "utf-8")
    done = cli("table", "fit-line", "areas.csv", "--target", "=crime", "-o", "line", "--iterations", "5")
    assert done.status == 0 and "‮" not in done.out
    page = Path("line/line.html").read_text("utf-8")
    assert "<script>alert" not in page and "‮" not in page and "⟨U+202E⟩" in page
    assert not re.search(r'(?:src|href)="(?!#|[a-z_]+\.(?:csv|svg|json)")', page)


@pytest.mark.bad_input("table fit-line")
def test_what_it_refuses(cli: Cli, areas: Path) -> None:
    wrong = cli("table", "fit-line", "areas.csv", "--batch", "-3", "--rates", "x", "--schedule", "fallin")
    assert wrong.status == 2 and wrong.err.count(";") > 4
    for part in ("--batch is '-3'", "--rates is 'x'", "did you mean 'falling'?", "no --target was named"):
        assert part in wrong.err
    for words, part in (
        (("--target", "crim", "--with", "budgt"), "--target crim: no such column"),
        (("--target", "area"), "column 'area': words; expected numbers; name another --target"),
        (("--target", "crime", "--with", "area"), "expected numbers; name another --with"),
        (("--target", "crime", "--with", "crime"), "--with names the target"),
        (("--target", "crime", "--rate", "nan"), "--rate is nan"),
        (("--target", "crime", "--iterations", "0"), "--iterations is 0"),
        (("--target", "crime", "--show", "2000"), "--show is 2000"),
        (("--target", "crime", "--stream", "--batch", "all"), "takes each row once"),
        (("--target", "crime", "--stream", "--iterations", "9"), "--iterations does not go with --stream"),
        (("--target", "crime", "--cost", "10x3"), "--cost measures on made-up tables"),
        (("--target", "crime", "-o", "."), "lie in each other"),
    ):
        refused = cli("table", "fit-line", "areas.csv", *words)
        assert refused.status == 2 and part in refused.err, (words, refused.err)
    assert "expected ROWSxCOLUMNS" in cli("table", "fit-line", "--cost", "3x9").err
    assert cli("table", "fit-line", "--cost", "9999999x9999").status == 2
    assert "no table was named" in cli("table", "fit-line", "--target", "crime").err
    for content, part in (
        ("a,y\n", "header without rows"),
        ("a,y\n1,2\n", "expected"),
        ("a,y\n1,2\n1,3\n", "column 'a': always 1; expected numbers"),
    ):
        areas.write_text(content)
        refused = cli("table", "fit-line", "areas.csv", "--target", "y", "--with", "a")
        assert refused.status == 2 and part in refused.err and refused.err.count("\n") < 5, refused.err


def test_a_real_table_of_a_hundred_columns(cli: Cli) -> None:
    source = DATA / "crime" / "communities.csv"
    if not source.exists():
        pytest.skip(f"{source} is not there")
    named = ("--with", "PctKids2Par", "--with", "PctKidsBornNeverMar", "--with", "medIncome")
    done = cli("table", "fit-line", source, "--target", "ViolentCrimesPerPop", *named, "-o", "line")
    assert done.status == 0
    frame = pl.read_csv(source, columns=[*named[1::2], "ViolentCrimesPerPop"], null_values=["?"])
    known = frame.drop_nulls().to_numpy()
    order = [frame.columns.index(name) for name in (*named[1::2], "ViolentCrimesPerPop")]
    rows = known[:, order]
    plain = np.linalg.lstsq(np.column_stack([np.ones(len(rows)), rows[:, :-1]]), rows[:, -1], rcond=None)[0]
    assert values(result("line")["closed"]) == pytest.approx(plain, rel=1e-6)


@pytest.mark.shows("table")
@pytest.mark.bad_input("table")
def test_the_group_lists_its_commands_and_refuses_others(cli: Cli) -> None:
    shown = cli("table", "--help")
    assert shown.status == 0 and "what-if" in shown.out and "clusters" in shown.out
    wrong = cli("table", "fitline")
    assert wrong.status == 2 and "fitline" in wrong.err and wrong.err.count("\n") == 1
