"""`discern text similar` as a person asks it: the most alike texts, by id or words, and pairs nearly the same."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from .conftest import Cli

SHARED = Path(__file__).parents[3] / "shared/data"
LONG = "the taxi driver was not paid for a fare from the city centre to the station"
NOTES = (
    ("A1", "taxi fare", LONG),
    ("A2", "taxi fare", f"RT @x: {LONG.upper()}!"),
    ("A3", "taxi fare", "taxi driver hailed, the fare was not paid, slalom through the park"),
    ("B1", "damage", "a brick was thrown through the window of a shop"),
    ("B2", "damage", "=the window of the shop was broken with a brick"),
    ("C1", "shop theft", "left the shop without paying for razor blades"),
)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.csv"
    frame = pl.DataFrame(NOTES, schema=["id", "type", "note"], orient="row")
    frame.with_columns(pl.lit("x").alias("other")).write_csv(path)
    return path


@pytest.mark.shows("text similar", "--to", "--n", "--by", "--out")
def test_the_most_alike_notes_with_the_words_they_share(cli: Cli, notes: Path) -> None:
    result = cli("text", "similar", notes, "--to", "A3", "--n", "2", "-o", "alike.csv")
    assert result.status == 0, result.err
    assert result.out.startswith("most alike of 6 texts to A3\n  taxi driver hailed")
    lines = result.out.split("\n")
    assert lines[3].startswith("  1  0.") and "A1" in lines[3] and "random pairs as alike: 1 in " in lines[3]
    assert "both: " in result.out and "paid" in lines[5]
    assert "By chance: of 20,000 random pairs" in result.out
    table = pl.read_csv("alike.csv")
    assert table["item"].to_list() == ["A1", "A2"]
    assert table["similarity"].is_between(0.1, 0.9).all()
    assert (table["random_pairs_low"] <= table["random_pairs_as_alike"]).all()
    assert set(table["shared_words"][0].split(" ")) >= {"taxi", "driver", "fare", "paid"}
    assert cli("text", "similar", notes, "--to", "brick through the window, zzz", "--n", "1", "--by", "type").out.count(
        "damage"
    )
    result = cli("text", "similar", notes, "--to", "brick through the window, zzz", "-o", "one.json")
    assert "in no text: zzz" in result.out
    record = json.loads(Path("one.json").read_text())
    assert record["schema"] == 1 and record["item"] is None
    assert [one["item"] for one in record["found"]][:2] == ["B1", "B2"]
    first = record["found"][0]
    assert sum(part["value"] for part in first["shared"].values()) == pytest.approx(first["similarity"]["value"])
    assert cli("text", "similar", notes, "--to", "A1", "--n", "1").out.count("the same text") == 1


@pytest.mark.shows("text similar", "--by")
def test_how_often_alike_notes_share_a_column(cli: Cli) -> None:
    assert cli("sample", "notes", "some", "--n", "400").status == 0
    result = cli("text", "similar", "some/notes.csv", "--by", "type", "-o", "by.json")
    assert result.status == 0, result.err
    assert "most alike texts" in result.out and "of texts drawn at random" in result.out
    told = json.loads(Path("by.json").read_text())["agreement"]
    assert told["shared"]["low"] > 0.8 > 0.2 > told["chance"]["value"]


@pytest.mark.shows("text similar", "--pairs", "--least", "--force")
def test_pairs_that_are_almost_the_same(cli: Cli, notes: Path) -> None:
    result = cli("text", "similar", notes, "--pairs", "-o", "pairs.csv")
    assert result.status == 0, result.err
    assert "1 pair among 6 texts, 1 of them the same text" in result.out
    table = pl.read_csv("pairs.csv")
    assert table.select("item", "other", "similarity", "kind", "group").rows() == [("line 2", "line 3", 1.0, "same", 1)]
    result = cli("text", "similar", notes, "--pairs", "-o", "pairs.csv")
    assert result.status == 2 and "--force" in result.err
    changed = notes.read_text().replace("left the shop without paying for razor", f"{LONG} and a cab was used and")
    notes.write_text(changed)
    assert cli("text", "similar", notes, "--pairs", "-o", "pairs.csv", "--force").status == 0
    assert pl.read_csv("pairs.csv")["kind"].to_list() == ["same", "almost the same"]
    assert cli("text", "similar", notes, "--pairs", "--least", "0.9", "-o", "few.csv").status == 0
    assert pl.read_csv("few.csv").height == 1


@pytest.mark.shows("text similar", "--text", "--columns", "--quote", "--encoding")
def test_how_the_texts_are_read(cli: Cli, tmp_path: Path) -> None:
    rows = 'ham\ta "café late\nham\tthe café was late\nspam\twin a prize\n'
    (tmp_path / "sms.tsv").write_bytes(rows.encode("cp1252"))
    plain = ("--columns", "kind,said", "--text", "said", "--quote", "none", "--encoding", "cp1252")
    result = cli("text", "similar", tmp_path / "sms.tsv", "--to", "café", *plain)
    assert result.status == 0, result.err
    assert "most alike of 3 texts" in result.out and 'a "café late' in result.out
    result = cli("text", "similar", tmp_path / "sms.tsv", "--to", "café", *plain[:3], "kind", *plain[4:])
    assert result.status == 2 and "none of its words" in result.err


def test_a_word_that_stands_once_in_some_column_is_looked_for_in_the_texts(cli: Cli, notes: Path) -> None:
    result = cli("text", "similar", notes, "--to", "brick", "--n", "2", "-o", "word.json")
    assert result.status == 0, result.err
    frame = pl.read_csv(notes).with_columns(seen=pl.Series(["brick", "", "cab", "cab", "", ""]), ref=pl.lit("x"))
    frame = frame.with_columns(case=pl.Series(["K1", "K2", "K2", "K3", "K3", ""]), unit=pl.Series(list("PQRSTU")))
    frame.write_csv(notes)
    again = cli("text", "similar", notes, "--to", "brick", "--n", "2", "-o", "again.json")
    assert again.status == 0, again.err
    assert json.loads(Path("again.json").read_text()) == json.loads(Path("word.json").read_text())
    for name, called in (("A3", "A3"), ("line 4", "line 4"), ("K1", "line 2"), ("R", "R")):
        result = cli("text", "similar", notes, "--to", name, "--n", "1")
        assert result.out.startswith(f"most alike of 6 texts to {called}\n"), result.out


@pytest.mark.parametrize("more", [("--to", "café"), ("--pairs", "-o", "pairs.csv")])
def test_how_the_texts_were_stored_is_said(cli: Cli, tmp_path: Path, more: tuple[str, ...]) -> None:
    rows = "id,note\n1,the café was late\n2,a café in the park\n3,no prize\n"
    (tmp_path / "old.csv").write_bytes(rows.encode("cp1252"))
    result = cli("text", "similar", "old.csv", *more)
    assert result.status == 0 and result.err.count("read as Windows-1252") == 1, result.err


@pytest.mark.shows("text similar", "--seed")
def test_the_random_pairs_are_drawn_by_a_seed(cli: Cli) -> None:
    assert cli("sample", "notes", "some", "--n", "60").status == 0
    said = []
    for seed in (0, 0, 1):
        assert cli("text", "similar", "some/notes.csv", "--to", "taxi", "--seed", seed, "-o", "x.json", "--force").out
        said.append(Path("x.json").read_bytes())
    assert said[0] == said[1] != said[2]


def test_lines_on_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a brick in the window\nthe taxi fare\nthe brick again\n"))
    result = cli("text", "similar", "-", "--to", "brick", "--n", "1")
    assert result.status == 0, result.err
    assert "line 3" in result.out


@pytest.mark.bad_input("text similar")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "name a text or an item (--to), a column (--by), or ask for --pairs"),
        (("--to", " "), "--to is empty"),
        (("--to", "zzz"), "none of its words stands in any text"),
        (("--to", "taxi", "--n", "0"), "--n is 0"),
        (("--to", "taxi", "--by", "typ"), "did you mean 'type'"),
        (("--by", "type", "-o", "x.csv"), "without --to there is no list"),
        (("--to", "taxi", "-o", "x.txt"), "'.txt'"),
        (("--to", "taxi", "--least", "0.5"), "--least belongs to --pairs"),
        (("--pairs",), "-o pairs.csv"),
        (("--pairs", "--to", "x", "-o", "x.csv"), "--to does not go with --pairs"),
        (("--pairs", "--least", "0.1", "-o", "x.csv"), "--least is 0.1; expected a number from 0.3 to 1"),
    ],
)
def test_what_cannot_be_asked(cli: Cli, notes: Path, given: tuple[str, ...], said: str) -> None:
    result = cli("text", "similar", notes, *given)
    assert result.status == 2
    assert said in result.err
    assert not Path("x.csv").exists()


def test_texts_that_would_turn_the_line_around_are_shown_visibly(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("id,note\na,brick \u202ewodniw\nb,brick here\nc,none\n", "utf-8")
    result = cli("text", "similar", tmp_path / "n.csv", "--to", "brick", "-o", "out.csv")
    assert "\u202e" not in result.out and "⟨U+202E⟩" in result.out


def test_messages_that_stand_twice(cli: Cli) -> None:
    if not (SHARED / "sms").is_dir():
        pytest.skip("the SMS messages are not here")
    sms = SHARED / "sms/sms.tsv"
    result = cli("text", "similar", sms, "--columns", "label,text", "--quote", "none", "--pairs", "-o", "pairs.parquet")
    assert "789 pairs among 5,574 texts, 444 of them the same text" in result.out
    pairs = pl.read_parquet("pairs.parquet")
    assert pairs.height == 789 and pairs["group"].null_count() == 0
