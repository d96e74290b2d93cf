"""Words, collocations, concordances and indexes as a person asks for them, on real texts and on the sample notes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import discern.workflows as workflows
import discern.workflows.corpus as corpus_workflow
from discern.core.counting import CountOptions

from .conftest import Cli, run_main

SMS = ("--columns", "label,text", "--quote", "none")
SMALL = [
    "Taxi driver calls Police",
    "the taxi was hit",
    "taxi driver left",
    "no phone 12",
    "Argued and argues",
    "arguing",
]


@pytest.fixture
def sms(real_data: Path) -> Path:
    return real_data / "sms" / "sms.tsv"


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    assert run_main("sample", "notes", folder / "notes") == 0
    return folder / "notes" / "notes.csv"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    rows = [f"{text},{'x' if n < 3 else 'y'}" for n, text in enumerate(SMALL)]
    path.write_text("note,kind\n" + "\n".join(rows) + "\n")
    return path


def words_of(path: Path) -> dict[str, int]:
    return dict(pl.read_csv(path).select("word", "count").rows())


@pytest.mark.shows("text words", "--text", "--columns", "--quote", "--rows")
def test_words_of_real_messages(cli: Cli, sms: Path) -> None:
    result = cli("text", "words", sms, *SMS, "--text", "text", "--rows", "4")
    assert result.status == 0, result.err
    lines = result.out.splitlines()
    assert lines[0].split()[:3] == ["word", "count", "a"] and len(lines[2:6]) == 4 and not lines[6]
    assert "5,57" in result.out and "DP is 0" in result.out
    assert "ham" not in lines[2:6][0]


@pytest.mark.shows("text words", "--out", "--force", "--encoding")
def test_words_as_a_table_and_as_json(cli: Cli, small: Path, tmp_path: Path) -> None:
    assert cli("text", "words", small, "-o", "w.csv").status == 0
    assert words_of(tmp_path / "w.csv")["taxi"] == 3
    again = cli("text", "words", small, "-o", "w.csv")
    assert again.status == 2 and "--force" in again.err
    assert cli("text", "words", small, "-o", "w.csv", "--force").status == 0
    assert cli("text", "words", small, "-o", "w.json").status == 0
    record = json.loads((tmp_path / "w.json").read_text())
    first = record["words"][0]
    assert record["schema"] == 1 and first["word"] == "taxi"
    assert first["per_million"]["low"] < first["per_million"]["value"] < first["per_million"]["high"]
    (tmp_path / "old.csv").write_bytes("note,kind\ncafé café,a\ncafé,b\n".encode("cp1252"))
    assert cli("text", "words", "old.csv", "--text", "note", "--encoding", "cp1252", "-o", "c.csv").status == 0
    assert words_of(tmp_path / "c.csv") == {"café": 3}


@pytest.mark.shows("text words", "--forms", "--language", "--case", "--numbers", "--stop-words", "--min-count")
def test_which_words_are_counted(cli: Cli, small: Path, tmp_path: Path) -> None:
    def counted(*arguments: str) -> dict[str, int]:
        assert cli("text", "words", small, "--text", "note", *arguments, "-o", "w.csv", "--force").status == 0
        return words_of(tmp_path / "w.csv")

    plain = counted()
    assert plain["police"] == 1 and "the" not in plain and "12" not in plain
    assert counted("--case")["Taxi"] == 1 and counted("--numbers")["12"] == 1
    assert counted("--forms", "stems")["argu"] == counted("--forms", "lemmas")["argue"] == 3
    assert counted("--forms", "stems", "--language", "de") != counted("--forms", "stems")
    assert counted("--stop-words", "none")["the"] == 1
    (tmp_path / "own.txt").write_text("taxi\n# a remark\n")
    own = counted("--stop-words", "own.txt")
    assert "taxi" not in own and own["the"] == 1
    assert counted("--min-count", "2") == {"taxi": 3, "driver": 2}


@pytest.mark.shows("text words", "--parts")
def test_spread_over_equal_parts_of_one_long_text(cli: Cli, real_data: Path, tmp_path: Path) -> None:
    plays = real_data / "shakespeare" / "input.txt"
    assert cli("text", "words", plays, "--parts", "10", "-o", "w.csv").status == 0
    king = pl.read_csv(tmp_path / "w.csv").row(by_predicate=pl.col("word") == "king", named=True)
    thou = pl.read_csv(tmp_path / "w.csv").row(by_predicate=pl.col("word") == "thou", named=True)
    assert king["dp"] > 2 * thou["dp"] and thou["texts"] == 10


@pytest.mark.shows("text words", "--against")
def test_what_sets_sport_apart_from_business(cli: Cli, real_data: Path, tmp_path: Path) -> None:
    sport, business = real_data / "bbc" / "sport", real_data / "bbc" / "business"
    result = cli("text", "words", sport, "--against", business, "--rows", "25", "-o", "keys.csv")
    assert result.status == 0, result.err
    here, _, there = result.out.partition("more frequent in business than in sport")
    assert "cup" in here and "shares" in there and "log ratio" in here
    table = pl.read_csv(tmp_path / "keys.csv")
    cup = table.row(by_predicate=pl.col("word") == "cup", named=True)
    assert 0 < cup["low"] < cup["log_ratio"] < cup["high"] and cup["p"] < 1e-6


@pytest.mark.shows("text words", "--by")
def test_what_sets_spam_apart(cli: Cli, sms: Path, tmp_path: Path) -> None:
    result = cli("text", "words", sms, *SMS, "--by", "label", "--rows", "5", "-o", "by.json")
    assert result.status == 0, result.err
    ham, _, spam = result.out.partition("spam: ")
    assert "free" in spam and "claim" in spam and "free" not in ham
    assert set(json.loads((tmp_path / "by.json").read_text())["groups"]) == {"ham", "spam"}


@pytest.mark.shows("text words", "--like", "--window")
def test_words_used_alike(cli: Cli, real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "bbc" / "business"
    assert cli("text", "words", folder, "--like", "Rise", "-o", "near.csv").status == 0
    near = pl.read_csv(tmp_path / "near.csv")
    assert {"fall", "increase"} <= set(near["word"][:5])
    assert cli("text", "words", folder, "--like", "rise", "--window", "5", "-o", "wide.csv").status == 0
    assert pl.read_csv(tmp_path / "wide.csv")["likeness"].to_list() != near["likeness"].to_list()


@pytest.mark.shows("text words", "--picture")
def test_a_picture_of_the_words(cli: Cli, small: Path, tmp_path: Path) -> None:
    for name in ("words.svg", "words.png"):
        assert cli("text", "words", small, "--picture", name).status == 0
    drawn = (tmp_path / "words.svg").read_text("utf-8")
    assert "taxi" in drawn and "times in a million words" in drawn
    assert (tmp_path / "words.png").read_bytes()[:4] == b"\x89PNG"
    (tmp_path / "other.csv").write_text("note,kind\nbus bus bus bus,a\nbus taxi,b\n")
    arguments = ("--against", "other.csv", "--text", "note", "--min-count", "1", "--picture", "keys.svg")
    assert cli("text", "words", small, *arguments).status == 0
    assert "log ratio" in (tmp_path / "keys.svg").read_text("utf-8")


@pytest.mark.bad_input("text words")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.csv",), "no such file"),
        (("small.csv", "--text", "nothing"), "no column 'nothing'"),
        (("small.csv", "--by", "author"), "no column 'author'"),
        (("one.csv", "--by", "kind"), "1 different value"),
        (("small.csv", "--forms", "stem"), "did you mean 'stems'"),
        (("small.csv", "--forms", "stems", "--case"), "--case came with --forms stems"),
        (("small.csv", "--forms", "stems", "--language", "xx"), "no rules for the language 'xx'"),
        (("small.csv", "--stop-words", "nowhere.txt"), "nowhere.txt"),
        (("small.csv", "--parts", "1"), "--parts is 1"),
        (("small.csv", "--parts", "9999"), "at most as many as there are words"),
        (("small.csv", "--rows", "0"), "--rows is 0"),
        (("small.csv", "--min-count", "0"), "--min-count is 0"),
        (("small.csv", "--window", "3"), "--window came without --like"),
        (("small.csv", "--like", "taxi", "--window", "0"), "--window is 0"),
        (("small.csv", "--like", "taxi", "--by", "kind"), "--by and --like came together"),
        (("silent.csv", "--by", "kind"), "words in fewer than two groups"),
        (("small.csv", "--like", "taxy", "--min-count", "1"), "did you mean 'taxi'"),
        (("small.csv", "--against", "small.csv"), "the same texts"),
        (("small.csv", "--against", "nowhere"), "no such file"),
        (("small.csv", "--picture", "x.bmp"), "expected .svg or .png"),
        (("small.csv", "--like", "taxi", "--picture", "x.svg"), "--picture came with --like"),
        (("small.csv", "-o", "x.doc"), "the ending '.doc'"),
        (("small.csv", "-o", "small.csv"), "lies in what is read"),
        (("empty.csv",), "empty.csv"),
        (("header.csv",), "header.csv"),
        (("blank.csv",), "no word"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_line(
    cli: Cli, small: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("note,kind\n")
    (tmp_path / "one.csv").write_text("note,kind\na word,a\nmore words,a\n")
    (tmp_path / "silent.csv").write_text('note,kind\nhello there,a\n"",b\n')
    (tmp_path / "blank.csv").write_text('note,kind\n"...",a\n"!!",b\n')
    result = cli("text", "words", *arguments)
    assert result.status == 2 and said in result.err, result.err
    assert len([line for line in result.err.splitlines() if line.startswith("discern:")]) == 1
    assert not {path.suffix for path in tmp_path.iterdir()} & {".svg", ".doc", ".bmp"}


@pytest.mark.shows("text collocations", "--rows", "--word")
def test_the_sample_notes_yield_the_phrases_of_the_day(cli: Cli, notes: Path) -> None:
    result = cli("text", "collocations", notes, "--rows", "15")
    assert result.status == 0, result.err
    assert len(result.out.partition("\n\n")[0].splitlines()) == 17
    for phrase in ("taxi driver", "city centre", "mobile phone", "without paying", "causing damage", "calls police"):
        assert phrase in result.out
    held = cli("text", "collocations", notes, "--word", "Paying").out
    assert "without paying" in held and "taxi driver" not in held


@pytest.mark.shows("text collocations", "--size", "--window", "--measure", "--min-count", "--out", "--force")
def test_collocations_in_every_shape(cli: Cli, small: Path, tmp_path: Path) -> None:
    def found(*arguments: str) -> pl.DataFrame:
        done = cli("text", "collocations", small, "--text", "note", *arguments, "-o", "c.csv", "--force")
        assert done.status == 0, done.err
        return pl.read_csv(tmp_path / "c.csv")

    two = found("--min-count", "1")
    assert two["collocation"].to_list()[:1] and "taxi driver" in two["collocation"]
    assert found("--min-count", "2")["collocation"].to_list() == ["taxi driver"]
    assert found("--min-count", "1", "--size", "3").columns[-3:] == ["word1", "word2", "word3"]
    wide = found("--min-count", "1", "--window", "3")
    assert "taxi calls" in wide["collocation"] and "taxi calls" not in two["collocation"]
    by_count = found("--min-count", "1", "--measure", "count")["count"].to_list()
    assert by_count == sorted(by_count, reverse=True)
    by_pmi = found("--min-count", "1", "--measure", "pmi")["pmi"].to_list()
    assert by_pmi == sorted(by_pmi, reverse=True)


@pytest.mark.shows("text collocations", "--text", "--columns", "--quote", "--encoding")
@pytest.mark.shows("text collocations", "--forms", "--language", "--case", "--numbers", "--stop-words")
def test_which_words_make_collocations(cli: Cli, tmp_path: Path) -> None:
    rows = ["x\tTaxi drivers took 12 of the “cabs”", "y\ttaxi driver takes 12 of a cab"] * 4
    (tmp_path / "t.tsv").write_bytes("\n".join(rows).encode("cp1252") + b"\n")
    reading = ("--columns", "kind,text", "--text", "text", "--quote", "none", "--encoding", "cp1252")

    def found(*arguments: str) -> set[str]:
        line = ("text", "collocations", "t.tsv", *reading, "--min-count", "4", *arguments, "-o", "c.csv", "--force")
        done = cli(*line)
        assert done.status == 0, done.err
        return set(pl.read_csv(tmp_path / "c.csv")["collocation"])

    assert "taxi driver" in found() and "12 of" not in found()
    assert "Taxi drivers" in found("--case") and "took 12" in found("--numbers")
    assert "driver take" in found("--forms", "lemmas") and "taxi driver" in found("--forms", "stems")
    assert found("--forms", "stems") != found("--forms", "stems", "--language", "fr")
    assert "of the" in found("--stop-words", "none")
    (tmp_path / "own.txt").write_text("taxi")
    assert not any("taxi" in one for one in found("--stop-words", "own.txt"))


@pytest.mark.bad_input("text collocations")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("small.csv", "--window", "0"), "--window is 0"),
        (("small.csv", "--size", "3", "--window", "2"), "expected room for 3 words"),
        (("small.csv", "--size", "1"), "--size is 1"),
        (("small.csv", "--size", "6", "--measure", "lpmi"), "--size is 6"),
        (("small.csv", "--measure", "lpmi"), "did you mean 'pmi'"),
        (("one.csv",), "no 2 words stand together"),
        (("small.csv", "--word", "bicycle", "--min-count", "1"), "with 'bicycle' among them"),
        (("-",), "no text"),
    ],
)
def test_collocations_that_cannot_be_had(
    cli: Cli, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "one.csv").write_text("note,kind\nword,a\nword,b\n")
    monkeypatch.setattr("sys.stdin", iter([]))
    result = cli("text", "collocations", *arguments)
    if said == "no text":
        assert result.status == 2 and len(result.err.splitlines()) <= 2
    else:
        assert result.status == 2 and said in result.err, result.err


@pytest.mark.shows("text concordance", "--sort", "--rows", "--text", "--columns", "--quote", "--encoding")
def test_a_concordance_of_real_messages(cli: Cli, sms: Path) -> None:
    reading = (*SMS, "--text", "text", "--encoding", "utf-8")
    result = cli("text", "concordance", sms, "free *", *reading, "--sort", "1r", "--rows", "6")
    assert result.status == 0, result.err
    head, _, body = result.out.partition("\n\n")
    lines = body.splitlines()
    assert "places in" in head and len(lines) == 6
    begins = [{match.start() for match in re.finditer(r"\bfree\b", line, re.IGNORECASE)} for line in lines]
    assert set.intersection(*begins), "matches stand below each other"
    by_left = cli("text", "concordance", sms, "free *", *reading, "--sort", "1l", "--rows", "6")
    assert by_left.out != result.out


@pytest.mark.shows("text concordance", "--regex", "--case", "--width", "--out", "--page", "--force")
def test_a_concordance_in_every_form(cli: Cli, real_data: Path, tmp_path: Path) -> None:
    sport = real_data / "bbc" / "sport"
    assert cli("text", "concordance", sport, "(cup|league) (win|wins)", "--regex", "-o", "lines.csv").status == 0
    table = pl.read_csv(tmp_path / "lines.csv")
    assert table.columns == ["item", "line", "word", "left", "match", "right"]
    assert {match.lower() for match in table["match"]} <= {"cup win", "cup wins", "league win", "league wins"}
    raw = (sport / table["item"][0]).read_text("utf-8", "replace").splitlines()
    assert table["match"][0].split()[0] in raw[table["line"][0] - 1]
    assert cli("text", "concordance", sport, "(cup|league)", "-o", "none.csv").status == 1
    small, large = (cli("text", "concordance", sport, "cup", *more).out for more in (("--case",), ()))
    assert small.splitlines()[0] != large.splitlines()[0]
    assert cli("text", "concordance", sport, "cup", "--width", "10", "-o", "lines.csv", "--force").status == 0
    assert max(map(len, pl.read_csv(tmp_path / "lines.csv")["right"])) <= 10
    assert cli("text", "concordance", sport, "cup", "--page", "cup.html").status == 0
    page = (tmp_path / "cup.html").read_text("utf-8")
    assert "<h1><bdi>cup</bdi></h1>" in page and page.count("<tr>") > 100 and "<script" not in page
    assert cli("text", "concordance", sport, "cup", "--page", "cup.html").status == 2


@pytest.mark.shows("text concordance", "--rows", "--out", "--page")
def test_a_file_holds_all_lines_however_few_are_shown(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "many.csv").write_text("note\n" + "the taxi was hit\n" * 60)
    result = cli("text", "concordance", "many.csv", "taxi", "--rows", "3", "-o", "all.csv", "--page", "all.html")
    assert result.status == 0 and result.out.count("the taxi was hit") == 3, result.err
    assert pl.read_csv(tmp_path / "all.csv").height == 60
    assert (tmp_path / "all.html").read_text("utf-8").count("<tr>") == 61
    built: list[int] = []
    look_up = workflows.concordance

    def watched(*given: Any, **options: Any) -> Any:
        built.append(options["rows"])
        return look_up(*given, **options)

    monkeypatch.setattr(workflows, "concordance", watched)
    assert cli("text", "concordance", "many.csv", "taxi", "--rows", "3", "--page", "page.html").status == 0
    assert built == [5_000] and (tmp_path / "page.html").read_text("utf-8").count("<tr>") == 61


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("picture.svg", ("words", "small.csv", "--picture")),
        ("page.html", ("concordance", "small.csv", "taxi", "--page")),
    ],
)
def test_a_place_that_cannot_be_written_to_is_said_before_anything_is_read(
    cli: Cli, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: tuple[str, ...]
) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("a taxi")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}")
    (tmp_path / name).write_text("mine")
    inside = tuple("texts" if one == "small.csv" else one for one in line)
    cases = [
        ((*line, f"nowhere/{name}"), "no folder"),
        ((*line, f"run/{name}"), "a run's folder"),
        ((*inside, f"texts/{name}"), "lies in what is read"),
        ((*line, name), "--force"),
    ]
    monkeypatch.setattr(corpus_workflow, "read_corpus", lambda *_, **__: pytest.fail("the texts were read"))
    for arguments, said in cases:
        result = cli("text", *arguments)
        assert result.status == 2 and said in result.err, result.err
    assert (tmp_path / name).read_text() == "mine"


def test_texts_are_shown_as_texts_whatever_they_hold(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text(
        'note,kind\n"=taxi </script><script>alert(1)</script> \u202etaxi\u200b",a\n"@SUM taxi\x1b[31m",b\n', "utf-8"
    )
    result = cli("text", "concordance", "odd.csv", "taxi", "--page", "p.html", "-o", "o.csv")
    assert result.status == 0, result.err
    assert "\x1b" not in result.out and "\u202e" not in result.out and "⟨U+202E⟩" in result.out
    page = (tmp_path / "p.html").read_text("utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "⟨U+001B⟩" in page
    assert not any(cell.startswith(("=", "@")) for cell in pl.read_csv(tmp_path / "o.csv")["left"])


@pytest.mark.bad_input("text concordance")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("(", "--regex"), "unclosed group"),
        (("(?=a)", "--regex"), "look-around"),
        ((" ",), "there is no word"),
        (("*",), "is every word"),
        (("a", "--sort", "4X"), "--sort is '4X'"),
        (("a", "--width", "-1"), "--width is -1"),
        (("a", "--rows", "0"), "--rows is 0"),
        (("a", "--page", "x.htm"), "expected .html"),
        (("a", "-o", "x.txt"), "the ending '.txt'"),
        (("( ", "--regex", "--width", "-1", "--sort", "Q"), "--width is -1"),
    ],
)
def test_questions_that_cannot_be_asked(cli: Cli, small: Path, arguments: tuple[str, ...], said: str) -> None:
    result = cli("text", "concordance", small, *arguments)
    assert result.status == 2 and said in result.err, result.err
    assert len([line for line in result.err.splitlines() if line.startswith("discern:")]) == 1


def test_a_pattern_that_makes_others_run_for_ever_does_not(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("note,kind\n" + "a" * 5000 + "! x,k\n" + "a" * 30 + ",k\n")
    assert cli("text", "concordance", "a.csv", "(a+)+$", "--regex").status == 0


@pytest.mark.shows("text index", "--out", "--keep", "--force", "--columns", "--quote", "--text", "--encoding")
def test_an_index_answers_as_its_texts_do(cli: Cli, sms: Path, tmp_path: Path) -> None:
    reading = (*SMS, "--text", "text", "--encoding", "utf-8")
    made = cli("text", "index", sms, *reading, "--keep", "label", "-o", "sms.index")
    assert made.status == 0 and "the texts themselves, in full" in made.out, made.err
    assert cli("text", "index", sms, *reading, "-o", "sms.index").status == 2
    assert cli("text", "index", sms, *reading, "--keep", "label", "-o", "sms.index", "--force").status == 0
    for line in (("words",), ("words", "--by", "label"), ("collocations",), ("words", "--like", "call")):
        of_texts = cli("text", line[0], sms, *reading, *line[1:])
        of_index = cli("text", line[0], "sms.index", *line[1:])
        assert of_index.status == 0 and of_index.out == of_texts.out, line
    questions = ("free entr*", "--sort", "1L,2L")
    assert (
        cli("text", "concordance", "sms.index", *questions).out
        == cli("text", "concordance", sms, questions[0], *reading, *questions[1:]).out
    )


@pytest.mark.bad_input("text index")
def test_an_index_that_cannot_be_made_or_read(cli: Cli, small: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (("nowhere", "-o", "x.index"), "no such file"),
        ((small, "-o", "x.csv"), "the ending .csv"),
        ((small, "-o", "no/x.index"), "no folder"),
        ((small, "--keep", "author", "-o", "x.index"), "no column 'author'"),
    ):
        result = cli("text", "index", *arguments)
        assert result.status == 2 and said in result.err, result.err
    assert not list(tmp_path.glob("*.index"))
    assert cli("text", "index", small, "-o", "s.index").status == 0
    content = (tmp_path / "s.index").read_bytes()
    (tmp_path / "cut.index").write_bytes(content[:-7])
    cut = cli("text", "concordance", "cut.index", "taxi")
    assert cut.status == 2 and "cut short" in cut.err and len(cut.err.splitlines()) == 1
    by = cli("text", "words", "s.index", "--by", "kind")
    assert by.status == 2 and "--keep" in by.err
    assert "is an index" in cli("text", "words", "s.index", "--text", "note").err


def test_python_gives_the_same(small: Path) -> None:
    found = workflows.words(small, how=CountOptions(stop_words="none"))
    assert found.table["word"][0] == "taxi" and found.n_texts == 6
    lines = workflows.concordance(small, "taxi driver", sort=["1R"]).lines
    assert [line.right.strip() for line in lines] == ["calls Police", "left"]
    assert workflows.collocations(small, min_count=2).table["collocation"].to_list() == ["taxi driver"]
