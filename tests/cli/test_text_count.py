"""`discern text count`: shares by area, week or column, corrected, from tables of predictions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.data.posts import blocks, write_island

from .conftest import Cli

FOUND, FALSE = 0.8, 0.06


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12,000 made-up posts with answers of a classifier that errs at known rates, 400 labelled ones, and the island."""
    folder = tmp_path_factory.mktemp("posts")
    rng = np.random.default_rng(0)
    pool = pl.concat(blocks(12_000, 0))
    answered(pool, rng).drop("label").write_parquet(folder / "pool.parquet")
    labels = pl.DataFrame(
        {"label": ["offensive"] * 150 + ["other"] * 250, "author": [f"u{i // 2}" for i in range(400)]}
    )
    answered(labels, rng).write_csv(folder / "labelled.csv")
    write_island(folder)
    return folder


@pytest.fixture
def sms() -> Path:
    path = Path(__file__).parents[3] / "shared" / "data" / "sms" / "sms.tsv"
    if not path.is_file():
        pytest.skip("../shared/data/sms is not there")
    return path


def answered(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    truth = (frame["label"] == "offensive").to_numpy()
    yes = rng.random(len(truth)) < np.where(truth, FOUND, FALSE)
    score = np.clip(np.where(yes, 0.8, 0.2) + rng.normal(0, 0.08, len(yes)), 0, 1)
    answers = pl.Series(np.where(yes, "offensive", "other"))
    return frame.with_columns(prediction=answers, p_offensive=pl.Series(score), hour=pl.lit("12"))


def record(cli: Cli, tables: Path, *arguments: object, source: str = "pool.parquet") -> dict:  # type: ignore[type-arg]
    result = cli("text", "count", tables / source, "--labelled", tables / "labelled.csv", *arguments, "-o", "c.json",
                 "--force")  # fmt: skip
    assert result.status == 0, result.err
    return dict(json.loads(Path("c.json").read_text()))


@pytest.mark.shows("text count", "--label", "--by", "--labelled", "--out", "--force", "--boundaries")
def test_the_corrected_share_by_area_holds_the_truth(cli: Cli, tables: Path) -> None:
    found = record(cli, tables, "--label", "prediction", "--by", "area", "--boundaries", tables / "boundaries.geojson")
    truth = pl.concat(blocks(12_000, 0)).filter(pl.col("latitude").is_not_null())
    share = float((truth["label"] == "offensive").mean())  # type: ignore[arg-type]
    assert found["label"] == "offensive"  # the rarer of two
    assert found["overall"]["low"] <= share <= found["overall"]["high"] < found["counted"]["value"]
    shares = truth.group_by("area").agg((pl.col("label") == "offensive").mean())
    true = dict(zip(shares["area"], shares["label"], strict=True))
    rows = [(true[row["name"]], row["share"]) for row in found["rows"] if row["n"]]
    held = [share["low"] <= known <= share["high"] for known, share in rows]
    assert np.mean(held) >= 0.9
    assert any(not row["could_show"] for row in found["rows"]) and any(row["hot"] for row in found["rows"])
    assert any("no area" in note for note in found["notes"])


@pytest.mark.shows("text count", "--probability", "--by")
def test_by_week_from_times_and_probabilities(cli: Cli, tables: Path) -> None:
    pl.read_parquet(tables / "pool.parquet").drop("week").write_parquet(tables / "timed.parquet")
    found = record(cli, tables, "--probability", "p_offensive", "--by", "week", source="timed.parquet")
    assert [row["name"] for row in found["rows"]] == [f"2024-W{week:02d}" for week in range(1, 27)]
    assert found["counted"]["value"] > 2 * found["overall"]["value"]  # probabilities of a sample with many more of them


@pytest.mark.shows("text count", "--of", "--truth")
def test_the_label_and_the_column_of_the_truth_are_named(cli: Cli, tables: Path) -> None:
    labelled = pl.read_csv(tables / "labelled.csv").rename({"label": "said"})
    labelled.write_csv("other.csv")
    both = []
    for of in ("offensive", "other"):
        shown = ("--label", "prediction", "--by", "area", "--truth", "said", "--of", of, "-o", f"{of}.json")
        result = cli("text", "count", tables / "pool.parquet", "--labelled", "other.csv", *shown)
        assert result.status == 0 and f"{of}: " in result.out
        both.append(json.loads(Path(f"{of}.json").read_text())["overall"]["value"])
    assert sum(both) == pytest.approx(1, abs=1e-6)


@pytest.mark.shows("text count", "--group", "--rise")
def test_posts_of_an_author_count_as_fewer_and_the_rise_is_asked(cli: Cli, tables: Path) -> None:
    plain = record(cli, tables, "--label", "prediction", "--by", "area")
    alike = pl.read_parquet(tables / "pool.parquet").with_columns(author=pl.col("area") + pl.col("prediction"))
    alike.write_parquet(tables / "alike.parquet")
    grouped = record(cli, tables, "--label", "prediction", "--by", "area", "--group", "author", source="alike.parquet")
    assert grouped["group_effect"]["value"] > 5 > plain["group_effect"]["value"] == 1
    large = record(cli, tables, "--label", "prediction", "--by", "area", "--rise", "8")
    silent = [sum(not row["could_show"] for row in one["rows"]) for one in (plain, large)]
    assert silent[0] > silent[1]


@pytest.mark.shows("text count", "--place", "--gazetteer", "--latitude", "--longitude", "--name")
def test_places_by_name_and_columns_by_name(cli: Cli, tables: Path) -> None:
    borders = ("--label", "prediction", "--by", "area", "--boundaries", tables / "boundaries.geojson")
    towns = record(cli, tables, *borders, "--place", "home", "--gazetteer", tables / "towns.csv")
    points = record(cli, tables, *borders)
    assert towns["n_unplaced"] < points["n_unplaced"]
    assert any("somewhere nice" in note for note in towns["notes"])
    moved = pl.read_parquet(tables / "pool.parquet").rename({"latitude": "up", "longitude": "along"})
    moved.write_parquet(tables / "moved.parquet")
    named = record(cli, tables, *borders, "--latitude", "up", "--longitude", "along", source="moved.parquet")
    assert named["rows"] == points["rows"]
    by_people = record(cli, tables, *borders, "--name", "population")
    assert by_people["rows"][0]["name"].isdigit()


@pytest.mark.shows("text count")
def test_real_messages_are_counted_by_any_column(cli: Cli, sms: Path) -> None:
    """The SMS set, with a crude classifier: whether a message holds a telephone number."""
    lines = pl.read_csv(sms, separator="\t", has_header=False, quote_char=None, new_columns=["label", "text"])
    crude = pl.col("text").str.contains(r"\d{5}")
    lines = lines.with_columns(prediction=pl.when(crude).then(pl.lit("spam")).otherwise(pl.lit("ham")),
                               half=(pl.int_range(pl.len()) % 2).cast(pl.String))  # fmt: skip
    lines.head(1500).write_csv("labelled.csv")
    lines.tail(-1500).drop("label").write_csv("rest.csv")
    result = cli("text", "count", "rest.csv", "--labelled", "labelled.csv", "--label", "prediction", "--by", "half",
                 "-o", "c.csv")  # fmt: skip
    assert result.status == 0, result.err
    true = float((lines.tail(-1500)["label"] == "spam").mean())  # type: ignore[arg-type]
    table = pl.read_csv("c.csv")
    assert table["n"].sum() == lines.height - 1500 and (table["low"] < true).all() and (table["high"] > true).all()


@pytest.mark.bad_input("text count")
def test_what_cannot_be_counted_is_refused_in_one_line(cli: Cli, tables: Path) -> None:
    pl.DataFrame({"prediction": ["x"], "p_x": ["1.7"], "area": ["a"]}).write_csv("p.csv")
    pl.DataFrame({"label": ["x", "y"] * 20, "prediction": ["x", "y"] * 20, "p_x": [0.5] * 40}).write_csv("l.csv")
    pl.DataFrame({"label": ["x", "y"], "prediction": ["x", "y"]}).write_csv("few.csv")
    Path("empty").mkdir()
    shown = ("--label", "prediction", "--by", "area")
    cases = (
        (("p.csv", "--labelled", "l.csv", "--by", "area"), "--label COLUMN"),
        (("p.csv", "--labelled", "l.csv", *shown, "--probability", "p_x"), "one of both"),
        (("p.csv", "--labelled", "few.csv", *shown), "are as frequent"),
        (("p.csv", "--labelled", "few.csv", *shown, "--of", "x"), "at least 10"),
        (("p.csv", "--labelled", "l.csv", *shown, "--of", "z"), "not in the labelled sample"),
        (("p.csv", "--labelled", "l.csv", "--label", "predicted", "--by", "area"), "did you mean 'prediction'"),
        (("p.csv", "--labelled", "l.csv", "--label", "prediction", "--by", "aera", "--of", "x"), "did you mean 'area'"),
        (("p.csv", "--labelled", "l.csv", "--probability", "p_x", "--by", "area"), "from 0 to 1"),
        (("p.csv", "--labelled", "empty", *shown), "predictions.parquet"),
        (("p.csv", "--labelled", "l.csv", *shown, "--rise", "0.5", "--latitude", "a"), "--rise is 0.5"),
        (("none.csv", "--labelled", "l.csv", *shown, "--of", "x"), "none.csv"),
    )
    for arguments, words in cases:
        result = cli("text", "count", *arguments)
        assert result.status == 2 and result.err.count("discern:") == 1 and words in result.err, (arguments, result.err)


@pytest.mark.bad_input("text count")
@pytest.mark.parametrize("name", ["p.csv", "l.csv", "more.csv", "towns.csv", "borders.json"])
def test_nothing_that_is_read_is_written_over(cli: Cli, name: str) -> None:
    for one in ("p.csv", "l.csv", "more.csv", "towns.csv", "borders.json"):
        Path(one).write_text("mine")
    asked = ("--label", "prediction", "--by", "area", "--boundaries", "borders.json", "--place", "a")
    samples = ("--labelled", "l.csv", "--labelled", "more.csv", "--gazetteer", "towns.csv")
    result = cli("text", "count", "p.csv", *asked, *samples, "-o", name, "--force")
    assert result.status == 2 and f"it lies in what is read, {name}" in result.err
    assert Path(name).read_text() == "mine"
