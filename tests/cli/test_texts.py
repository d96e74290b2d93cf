"""train, audit and predict on texts: the options that belong to them, each with what it changes."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from .conftest import Cli

SMS = Path(__file__).parents[3] / "shared" / "data" / "sms" / "sms.tsv"
WORDS = {"taxi": ("driver", "fare", "cab", "unpaid"), "phone": ("mobile", "stolen", "screen", "handset")}
BAYES = ("--model", "word-bayes")


def table(
    path: Path, n: int = 120, *, comma: str = ",", header: str = "who,said,about", encoding: str = "utf-8"
) -> Path:
    lines = [header]
    for number in range(n):
        kind = ("taxi", "phone")[number % 2]
        others = [f"w{number * prime % 997}" for prime in (3, 5, 7, 11, 13)]
        said = " ".join((others[0], WORDS[kind][number % 4], others[1], kind, others[2], "caf\u00e9", *others[3:]))
        lines.append(",".join((f"o{number % 30}", said, kind)))
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def record(run: str) -> dict[str, object]:
    return json.loads(Path(run, "run.json").read_text("utf-8"))["data"]  # type: ignore[no-any-return]


@pytest.mark.shows("train", "--text", "--group")
@pytest.mark.shows("predict", "--text", "--keep")
@pytest.mark.shows("audit", "--text", "--group")
def test_columns_are_named(cli: Cli, tmp_path: Path) -> None:
    notes = table(tmp_path / "notes.csv", header="who,note,remark")
    found = cli("train", notes, "--label", "remark", "-o", "x", *BAYES)
    assert found.status == 0  # a column called note is plainly the text
    assert "right" in cli("train", notes, "--text", "note", "--label", "remark", "-o", "run", *BAYES).out
    grouped = cli("train", notes, "--label", "remark", "--group", "who", "-o", "grouped", *BAYES)
    assert grouped.status == 0
    assert pl.read_parquet("grouped/split.parquet")["group"].n_unique() == 30
    assert "group" not in pl.read_parquet("run/split.parquet").columns
    assert "no such column" in cli("train", notes, "--text", "note", "--label", "rmark", "-o", "y").err
    other = table(tmp_path / "other.csv", header="id,one,two")
    assert cli("predict", "run", other, "--text", "two", "-o", "two.csv").status == 0
    assert cli("predict", "run", other, "--text", "one", "--keep", "id", "-o", "out.csv").status == 0
    answers = pl.read_csv("out.csv")
    assert answers["id"][0] == "o0" and answers["prediction"][0] == "taxi"
    assert not answers.drop("id").equals(pl.read_csv("two.csv"))
    assert "no such column" in cli("predict", "run", other, "--text", "one", "--keep", "ID", "-o", "z.csv").err
    assert "no column 'three'" in cli("audit", other, "--text", "three").err
    plain = cli("audit", other, "--text", "one", "--label", "two").out
    assert plain != cli("audit", other, "--text", "one", "--label", "two", "--group", "id").out


@pytest.mark.shows("train", "--columns", "--quote")
@pytest.mark.shows("predict", "--columns", "--quote")
@pytest.mark.shows("audit", "--columns", "--quote")
def test_a_file_without_header_and_quoting(cli: Cli, tmp_path: Path) -> None:
    if not SMS.is_file():
        pytest.skip("the text messages are not there")
    few = tmp_path / "few.tsv"
    few.write_text("".join(SMS.read_text("utf-8").splitlines(keepends=True)[:700]), encoding="utf-8")
    how = ("--columns", "label,text", "--quote", "none")
    assert cli("train", few, "-o", "x", *BAYES).status == 2
    assert cli("train", few, *how, "-o", "run", *BAYES).status == 0
    assert record("run")["n_items"] == 700
    quoted = cli("train", few, "--columns", "label,text", "-o", "quoted", *BAYES)
    assert quoted.status != 0 or record("quoted")["n_items"] != 700
    assert "700" in cli("audit", few, *how).out
    assert cli("predict", "run", few, *how, "-o", "out.csv").status == 0
    answers = pl.read_csv("out.csv")
    truth = [line.split("\t")[0] for line in few.read_text("utf-8").splitlines()]
    assert answers.height == 700
    assert sum(a == b for a, b in zip(answers["prediction"], truth, strict=True)) > 650
    assert (
        cli("predict", "run", few, "--columns", "label,text", "-o", "q.csv").out
        != cli("predict", "run", few, *how, "-o", "r.csv").out
    )


@pytest.mark.shows("train", "--encoding")
@pytest.mark.shows("predict", "--encoding")
@pytest.mark.shows("audit", "--encoding")
def test_letters_are_as_they_were_written(cli: Cli, tmp_path: Path) -> None:
    notes = table(tmp_path / "notes.csv", header="who,note,label", encoding="cp037")  # of mainframes: never guessed
    assert cli("train", notes, "-o", "x", *BAYES).status == 2
    assert cli("train", notes, "--encoding", "cp037", "-o", "run", *BAYES).status == 0
    assert record("run")["n_items"] == 120
    assert cli("audit", notes).status == 2 and cli("audit", notes, "--encoding", "cp037").status == 0
    assert cli("predict", "run", notes, "-o", "x.csv").status == 2
    assert cli("predict", "run", notes, "--encoding", "cp037", "-o", "out.csv").status == 0
    assert "--encoding is 'klingon'" in cli("train", notes, "--encoding", "klingon", "-o", "y").err


@pytest.mark.shows("train", "--language")
@pytest.mark.shows("audit", "--language")
def test_other_languages_are_passed_over(cli: Cli, tmp_path: Path) -> None:
    english = "The taxi driver was not paid for the long journey to the city centre, number {}"
    german = "Der Fahrer wurde für die lange Fahrt in die Innenstadt leider nicht bezahlt, Nummer {}"
    tails = [" ".join(f"{n * prime % 997}" for prime in range(3, 40, 2)) for n in range(100)]  # no near-copies
    rows = [f'"{(english if n % 5 else german).format(tails[n])}",{"ab"[n % 2]}' for n in range(100)]
    notes = tmp_path / "notes.csv"
    notes.write_text("note,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    for language, n in ((None, 80), ("any", 100), ("de", 20)):
        given = () if language is None else ("--language", language)
        cli("train", notes, "-o", f"run{n}", *BAYES, *given)
        assert record(f"run{n}")["n_items"] == n
    assert cli("audit", notes).out != cli("audit", notes, "--language", "any").out


@pytest.mark.shows("train", "--class-weight", "--features")
def test_classes_may_count_alike_and_words_alone_be_looked_at(cli: Cli, tmp_path: Path) -> None:
    lines = ["note,label"]
    for number in range(240):
        rare = number % 12 == 0
        lines.append(f"{'urgent ' if rare and number % 24 else ''}call me back at {number % 9} please,{'ab'[rare]}")
    notes = tmp_path / "notes.csv"
    notes.write_text("\n".join(lines) + "\n", encoding="utf-8")
    logistic = (notes, "--model", "word-logistic", "--language", "any")
    found = {}
    for name, options in (
        ("plain", ()),
        ("balanced", ("--class-weight", "balanced")),
        ("words", ("--features", "words")),
    ):
        assert cli("train", *logistic, *options, "-o", name).status == 0
        cli("predict", name, notes, "-o", f"{name}.csv")
        found[name] = pl.read_csv(f"{name}.csv")
    assert found["balanced"]["p_b"].mean() > found["plain"]["p_b"].mean()
    assert not found["words"].equals(found["plain"])
    assert "did you mean 'balanced'" in cli("train", notes, "--class-weight", "balance", "-o", "x").err


def test_lines_on_standard_input_are_texts(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    notes = table(tmp_path / "notes.csv", header="who,note,label")
    cli("train", notes, "-o", "run", *BAYES)
    monkeypatch.setattr(sys, "stdin", io.StringIO("taxi fare unpaid\n\nmobile phone stolen\n"))
    found = cli("predict", "run", "-")
    lines = found.out.splitlines()
    assert found.status == 0
    assert "taxi" in lines[1] and "phone" in lines[-1]


def test_a_texts_model_meets_pictures_and_a_pictures_model_texts(cli: Cli, digits: Path, tmp_path: Path) -> None:
    notes = table(tmp_path / "notes.csv", header="who,note,label")
    cli("train", notes, "-o", "texts", *BAYES)
    cli("train", digits, "-o", "pictures", "--model", "bayes")
    for command in (("predict", "texts", digits), ("predict", "pictures", notes), ("evaluate", "texts", digits)):
        found = cli(*command)
        assert found.status == 2 and found.err.count("\n") <= 2 and "Traceback" not in found.err, command
    assert "--keep" in cli("predict", "pictures", digits, "--keep", "x").err


def test_a_table_is_no_picture_to_show(cli: Cli, tmp_path: Path) -> None:
    notes = table(tmp_path / "notes.csv", header="who,note,label")
    for more in ((), ("--item", "3")):
        found = cli("show", notes, *more)
        assert found.status == 2 and "a table; expected pictures" in found.err
