"""How texts are read, as a person meets it: what was found is said, what cannot be read is named, nothing is lost."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import polars as pl
import pytest

from .conftest import Cli

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.shows("text clean", "--text", "--columns", "--quote", "--encoding")
def test_each_option_changes_what_is_read(cli: Cli) -> None:
    Path("a.csv").write_bytes(
        'ham;he said "hi";Привет, как твои дела\nspam;"two; parts";До свидания, друг\n'.encode("cp1251")
    )
    frames = {}
    for name, options in {
        "text": ("--columns", "label,text,more", "--encoding", "cp1251"),
        "more": ("--columns", "label,text,more", "--encoding", "cp1251", "--text", "more"),
        "none": ("--columns", "text", "--encoding", "cp1251", "--quote", "none"),
    }.items():
        result = cli("text", "clean", "a.csv", *options, "-o", f"{name}.parquet", "--without", "case")
        assert result.status == 0, result.err
        frames[name] = pl.read_parquet(f"{name}.parquet")
    assert frames["text"]["cleaned"].to_list() == ['he said "hi"', "two; parts"]
    assert frames["more"]["cleaned"].to_list() == ["Привет, как твои дела", "До свидания, друг"]
    assert frames["none"]["text"].to_list() == [
        'ham;he said "hi";Привет, как твои дела',
        'spam;"two; parts";До свидания, друг',
    ]
    assert "name their encoding with --encoding" in cli("text", "clean", "a.csv", "--columns", "label,text,more").err


@pytest.mark.shows("text clean")
def test_the_messages_keep_all_their_rows_in_every_format(cli: Cli) -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is not there")
    sms = SHARED / "sms" / "sms.tsv"
    assert cli("text", "clean", sms, "--columns", "label,text", "--quote", "none", "-o", "a.jsonl").status == 0
    columns = []
    for before, after in (("a.jsonl", "b.xlsx"), ("b.xlsx", "c.tsv"), ("c.tsv", "d.parquet"), ("d.parquet", "e.csv")):
        result = cli("text", "clean", before, "--text", "text", "-o", after)
        assert result.status == 0 and "5,574 texts cleaned" in result.out, result.err
        columns.append(after)
    last = pl.read_csv("e.csv", infer_schema=False)
    assert last.height == 5574 and last["label"].value_counts().sort("label").rows() == [("ham", 4827), ("spam", 747)]


def test_what_was_found_and_what_was_set_aside_is_said(cli: Cli) -> None:
    rows = [f"{i},row {i}".encode() for i in range(100)]
    rows[3], rows[50], rows[70] = b'3,"never closed', b"50,caf\xe9", "70,naïve".encode()
    Path("a.csv").write_bytes(b"\n".join([b"id,note", *rows]))
    result = cli("text", "clean", "a.csv", "-o", "b.csv")
    assert result.status == 0 and "99 texts cleaned" in result.out
    assert "two encodings: 1 text read as Windows-1252, the others as UTF-8 (line 52)" in result.err
    assert "1 set aside; the first: line 5: a quote that is not closed" in result.err
    assert pl.read_csv("b.csv", infer_schema=False).height == 99


def test_lines_on_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'ONE, "two\n\ncaf\xe9\n')))
    result = cli("text", "clean", "-", "-o", "a.jsonl")
    assert result.status == 0, result.err
    assert pl.read_ndjson("a.jsonl")["cleaned"].to_list() == ['one, "two', "", "café"]
    assert "read as Windows-1252" in result.err


@pytest.mark.bad_input("text clean")
def test_what_cannot_be_read_is_refused_in_one_line(cli: Cli) -> None:
    many = b"id,text\n" + b"1\n" * 50 + b"2,b\n" * 50
    for content, options, said in (
        (b"", (), "it is empty"),
        (b"id,text\n", (), "a header without rows"),
        (b"text,text\na,b\n", (), "2 columns named 'text'"),
        (b"a,b\n1,2\n", (), "no column that is plainly the text among a, b; name it with --text b"),
        (b"id,text\n1,a\n", ("--text", "txt"), "no column 'txt' among id, text; did you mean 'text'?"),
        (b"id,text\n1,a\n", ("--quote", "duble"), "did you mean 'double'?"),
        (b"id,text\n1,a\n", ("--encoding", "pickle"), "--encoding is 'pickle'"),
        (b"id,text\n1,a\n", ("--columns", "a,a"), "--columns names 'a' twice"),
        (many, (), "50 of 100 items cannot be read, more than 5%"),
    ):
        Path("a.csv").write_bytes(content)
        result = cli("text", "clean", "a.csv", *options, "-o", "b.csv")
        assert result.status == 2 and said in result.err, result.err
        assert result.err.count("discern: ") == 1 and "Traceback" not in result.err
        assert "--max-bad" not in result.err, "an option that the command does not have"
        assert not Path("b.csv").exists()
    os.mkfifo("pipe.csv")
    Path("folder").mkdir()
    for source, said in (
        ("nowhere.csv", "no such file"),
        ("https://example.org/a.csv", "an address"),
        ("pipe.csv", "a named pipe"),
        ("folder", "an empty folder"),
        ("/dev/full", "a device"),
    ):
        result = cli("text", "clean", source)
        assert result.status == 2 and said in result.err, result.err
