"""`discern text clean|split|entities|sentiment|summary` as a person uses them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from .conftest import Cli

SHARED = Path(__file__).parents[3] / "shared" / "data"
NOTES = (
    ("1", "PC Smith saw Sarah Jones at 12 High Street, Norwich. She argued about a phone."),
    ("2", "RT @bob: Sooooo GREAT &amp; lovely http://t.co/x #MeToo 👍🏽 you 5"),
    ("3", "Sooooo GREAT &amp; lovely http://t.co/x #MeToo 👍🏽 you 5"),
    ("4", "=horrible, awful car AB12 CDE.\n\nHe argues. He was arguing!"),
)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.csv"
    pl.DataFrame(NOTES, schema=["id", "note"], orient="row").write_csv(path)
    return path


def column(path: str, name: str) -> list[str]:
    return pl.read_csv(path, infer_schema_length=0)[name].to_list()


@pytest.mark.shows("text clean", "--out", "--force")
def test_clean_writes_the_cleaned_text_beside_the_columns(cli: Cli, notes: Path) -> None:
    result = cli("text", "clean", notes, "-o", "clean.csv")
    assert result.status == 0, result.err
    assert result.out.startswith("4 texts cleaned\n")
    assert "urls      addresses of pages" in result.out and "before  " in result.out and "after   " in result.out
    assert "1 texts say the same as an earlier one" in result.out
    table = pl.read_csv("clean.csv", infer_schema_length=0)
    assert table.columns == ["id", "note", "cleaned", "same_as"]
    assert table["cleaned"][1] == table["cleaned"][2] == "soo great & lovely metoo 👍🏽 you 5"
    assert table["same_as"].to_list()[:2] == [None, None] or table["same_as"].to_list()[:2] == ["", ""]
    assert table["same_as"][2] == "line 3"
    assert table["cleaned"][3].startswith("'=")
    assert cli("text", "clean", notes, "-o", "clean.csv").status == 2
    assert cli("text", "clean", notes, "-o", "clean.csv", "--force").status == 0


@pytest.mark.shows("text clean", "--also", "--without", "--add-stop", "--remove-stop", "--stop-words")
def test_steps_and_stop_words_are_chosen(cli: Cli, notes: Path) -> None:
    assert cli("text", "clean", notes, "-o", "a.csv", "--also", "emoji", "--also", "numbers").status == 0
    assert column("a.csv", "cleaned")[1] == "soo great & lovely metoo you"
    assert cli("text", "clean", notes, "-o", "b.csv", "--without", "case", "--without", "urls").status == 0
    assert column("b.csv", "cleaned")[1] == "Soo GREAT & lovely http://t.co/x MeToo 👍🏽 you 5"
    assert cli("text", "clean", notes, "-o", "c.csv", "--also", "stops").status == 0
    assert "you" not in column("c.csv", "cleaned")[1]
    assert cli("text", "clean", notes, "-o", "d.csv", "--remove-stop", "you", "--add-stop", "lovely").status == 0
    assert column("d.csv", "cleaned")[1] == "soo great & metoo 👍🏽 you 5"
    Path("own.txt").write_text("great\n")
    assert cli("text", "clean", notes, "-o", "e.csv", "--stop-words", "own.txt").status == 0
    assert column("e.csv", "cleaned")[1] == "soo & lovely metoo 👍🏽 you 5"


@pytest.mark.shows("text clean", "--text", "--columns", "--quote", "--encoding")
def test_the_messages_are_cleaned(cli: Cli) -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is not there")
    lines = (SHARED / "sms" / "sms.tsv").read_text("utf-8").split("\n")[:400]
    Path("sms.tsv").write_text("\n".join(lines), "cp1252", "replace")
    result = cli(
        "text", "clean", "sms.tsv", "--columns", "label,text", "--quote", "none", "--text", "text",
        "--encoding", "cp1252", "-o", "clean.parquet",
    )  # fmt: skip
    assert result.status == 0, result.err
    table = pl.read_parquet("clean.parquet")
    assert table.columns == ["label", "text", "cleaned", "same_as"] and table.height == 400
    assert "&lt;" not in " ".join(table["cleaned"]) and "£" in " ".join(table["cleaned"])


@pytest.mark.bad_input("text clean")
def test_clean_refuses_what_it_cannot_do(cli: Cli, notes: Path) -> None:
    for options, said in (
        (("--also", "emojy"), "did you mean 'emoji'?"),
        (("--also", "emoji", "--without", "emoji"), "both added and left out"),
        (("-o", "clean.txt"), ".csv or .tsv"),
        (("-o", notes), "notes.csv"),
        (("--stop-words", "none.txt"), "none.txt: no such file"),
        (("--text", "nope"), "nope"),
    ):
        result = cli("text", "clean", notes, *options)
        assert result.status == 2 and said in result.err and result.err.count("discern: ") == 1, result.err
    every = [word for step in ("mend", "html", "strange", "forwards", "urls", "mentions", "hashtags", "repeats", "case")
             for word in ("--without", step)]  # fmt: skip
    assert "every step is left out" in cli("text", "clean", notes, *every).err


@pytest.mark.shows("text split", "--into", "--stems", "--lemmas", "--out", "--force", "--language")
def test_split(cli: Cli, notes: Path) -> None:
    result = cli("text", "split", notes, "-o", "words.csv", "--lemmas")
    assert result.status == 0, result.err
    assert "4 texts, " in result.out and "lemma" in result.out
    table = pl.read_csv("words.csv", infer_schema_length=0)
    assert table.columns == ["item", "number", "word", "lemma"]
    argued = table.filter(pl.col("word").is_in(["argued", "argues", "arguing"]))
    assert argued["lemma"].to_list() == ["argue"] * 3
    assert "AB12 CDE" in table["word"].to_list()
    assert cli("text", "split", notes, "-o", "words.csv", "--stems", "--force").status == 0
    assert column("words.csv", "stem").count("argu") == 3
    assert cli("text", "split", notes, "-o", "german.csv", "--stems", "--language", "de").status == 0
    assert column("german.csv", "stem") != column("words.csv", "stem")
    assert cli("text", "split", notes, "--into", "sentences", "-o", "s.csv").status == 0
    assert column("s.csv", "sentence")[-2:] == ["He argues.", "He was arguing!"]
    assert cli("text", "split", notes, "--into", "paragraphs", "-o", "p.csv").status == 0
    assert column("p.csv", "paragraph")[-2:] == ["'=horrible, awful car AB12 CDE.", "He argues. He was arguing!"]


@pytest.mark.bad_input("text split")
def test_split_refuses(cli: Cli, notes: Path) -> None:
    result = cli("text", "split", notes, "--into", "sentence", "--stems", "--lemmas")
    assert result.status == 2
    assert "did you mean 'sentences'?" in result.err and "belong to --into words" in result.err
    assert "no rules for the language 'xx'" in cli("text", "split", notes, "--stems", "--language", "xx").err


@pytest.mark.shows("text entities", "--only", "--out", "--force")
def test_entities(cli: Cli, notes: Path) -> None:
    result = cli("text", "entities", notes, "-o", "e.csv")
    assert result.status == 0, result.err
    assert " found in 4 texts" in result.out and "PERSON" in result.out
    table = pl.read_csv("e.csv")
    assert table.columns == ["item", "type", "text", "start", "end"]
    assert table.rows()[0] == ("line 2", "PERSON", "PC Smith", 0, 8)
    assert cli("text", "entities", notes, "-o", "e.csv", "--only", "plate", "--force").status == 0
    assert column("e.csv", "text") == ["AB12 CDE"]


@pytest.mark.bad_input("text entities")
def test_entities_refuses(cli: Cli, notes: Path) -> None:
    result = cli("text", "entities", notes, "--only", "PERSONS")
    assert result.status == 2 and "did you mean 'PERSON'?" in result.err


@pytest.mark.shows("text sentiment", "--out", "--force")
def test_sentiment(cli: Cli, notes: Path) -> None:
    result = cli("text", "sentiment", notes, "-o", "s.csv")
    assert result.status == 0, result.err
    assert "most positive" in result.out and "most negative" in result.out and "irony" in result.out
    assert column("s.csv", "feeling")[1] == "positive" and column("s.csv", "feeling")[3] == "negative"


@pytest.mark.bad_input("text sentiment")
def test_sentiment_refuses(cli: Cli) -> None:
    assert cli("text", "sentiment", "none.csv").status == 2
    Path("empty.csv").write_text("")
    result = cli("text", "sentiment", "empty.csv")
    assert result.status == 2 and "it is empty" in result.err


@pytest.mark.shows("text summary", "--sentences", "--item", "--each", "--out", "--force", "--language")
def test_summary(cli: Cli, notes: Path) -> None:
    result = cli("text", "summary", notes, "--sentences", "1")
    assert result.status == 0 and result.out.count("\n") <= 2
    assert "She argued" in cli("text", "summary", notes, "--item", "line 2").out
    assert cli("text", "summary", notes, "--each", "--sentences", "1", "-o", "e.csv").status == 0
    assert len(set(column("e.csv", "item"))) == 4
    Path("de.txt").write_text("Das ist z.B. ein langer Satz. Hier ist noch ein langer Satz.", "utf-8")
    assert cli("text", "summary", "de.txt", "--language", "de", "-o", "de.csv").status == 0
    assert cli("text", "summary", "de.txt", "--language", "en", "-o", "en.csv").status == 0
    assert "Das ist z.B. ein langer Satz." in column("de.csv", "sentence")


@pytest.mark.bad_input("text summary")
def test_summary_refuses(cli: Cli, notes: Path) -> None:
    result = cli("text", "summary", notes, "--sentences", "0", "--item", "x", "--each")
    assert result.status == 2 and "--sentences is 0" in result.err and "--each" in result.err
    assert "no text called 'line 99'" in cli("text", "summary", notes, "--item", "line 99").err


READING = {"--text": "b", "--columns": "a,b,c", "--quote": "none", "--encoding": "mac_roman"}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("clean", marks=pytest.mark.shows("text clean", "--text", "--columns", "--quote", "--encoding")),
        pytest.param("split", marks=pytest.mark.shows("text split", "--text", "--columns", "--quote", "--encoding")),
        pytest.param(
            "entities", marks=pytest.mark.shows("text entities", "--text", "--columns", "--quote", "--encoding")
        ),
        pytest.param(
            "sentiment", marks=pytest.mark.shows("text sentiment", "--text", "--columns", "--quote", "--encoding")
        ),
        pytest.param(
            "summary", marks=pytest.mark.shows("text summary", "--text", "--columns", "--quote", "--encoding")
        ),
    ],
)
def test_a_file_is_read_as_the_options_say(cli: Cli, command: str) -> None:
    line = '{}\t"Dr Renée Müller was here today and happy.\tI hate Dr Renée Meyer, he says\n'
    Path("odd.tsv").write_bytes("".join(map(line.format, "12345")).encode("mac_roman"))

    def table(**options: str) -> object:
        words = [word for option in options.items() for word in option]
        result = cli("text", command, "odd.tsv", *words, "-o", "out.csv", "--force")
        return pl.read_csv("out.csv", infer_schema_length=0).rows() if result.status == 0 else result.err

    right = table(**READING)
    assert isinstance(right, list) and any("Renée" in str(row) or "renée" in str(row) for row in right)
    for option in READING:
        assert table(**{name: value for name, value in READING.items() if name != option}) != right, option
