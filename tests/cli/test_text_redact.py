"""`discern text redact` as a person meets it: propose, review, hide; and what planted words do on the way."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from discern.data.notes import write_notes
from discern.data.texts import stream_texts
from discern.workflows import redact as working

from .conftest import Cli, run_main

SMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "sms" / "sms.tsv"
CANARIES = ("Zworykin", "Sarah", "07700900123", "AB12CDE", "M11AE", "Kowalczyk")
SAID = "Then the driver told {} that the taxi left without paying, call {}"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 made-up notes, and the sheet that is proposed for them, unreviewed."""
    folder = tmp_path_factory.mktemp("notes") / "sample"
    write_notes(folder, 400)
    notes, sheet = folder / "notes.csv", folder / "review.csv"
    assert run_main("text", "redact", notes, "--suggest", sheet) == 0
    return folder


def sheet_of(path: Path) -> dict[str, dict[str, str]]:
    return {row["word"]: row for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))}


def write_sheet(path: Path, rows: str) -> Path:
    path.write_text(rows, "utf-8")
    return path


def canary_table(path: Path, n: int = 8) -> Path:
    """Notes with names and numbers that no list may let through, in the text and beside it."""
    rows = [["id", "author", "note", CANARIES[0]]]
    for i in range(n):
        name, number = CANARIES[i % len(CANARIES)], CANARIES[-1 - i % len(CANARIES)]
        rows.append([str(i), CANARIES[0], SAID.format(name, number), "x"])
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.shows("text redact", "--suggest", "--k")
def test_words_over_k_are_proposed_and_doubtful_ones_are_left_open(cli: Cli, sample: Path, tmp_path: Path) -> None:
    result = cli("text", "redact", sample / "notes.csv", "--suggest", "strict.csv", "--k", "40")
    assert result.status == 0 and "not ticked" in result.out
    usual, strict = sheet_of(sample / "review.csv"), sheet_of(tmp_path / "strict.csv")
    assert set(strict) < set(usual) and all(int(row["notes"]) > 40 for row in strict.values())
    assert usual["taxi"]["keep"] == "yes" and usual["taxi"]["flags"] == ""
    for word in ("mark", "will"):
        assert usual[word]["keep"] == "" and "name" in usual[word]["flags"] and usual[word]["capital"] == "hidden"
        assert f"«{word}»" in usual[word]["example"].lower()
    assert (tmp_path / "strict.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert not (tmp_path / "strict.csv").stat().st_mode & 0o077


@pytest.mark.shows("text redact", "--author", "--k-authors")
def test_words_of_few_authors_are_not_proposed(cli: Cli, sample: Path, tmp_path: Path) -> None:
    notes = sample / "notes.csv"
    assert cli("text", "redact", notes, "--suggest", "a.csv", "--author", "author").status == 0
    assert cli("text", "redact", notes, "--suggest", "b.csv", "--author", "author", "--k-authors", "1").status == 0
    kept = [
        {word for word, row in sheet_of(path).items() if row["keep"] == "yes"}
        for path in (tmp_path / "a.csv", tmp_path / "b.csv", sample / "review.csv")
    ]
    assert kept[0] < kept[1] <= kept[2]
    left = [
        row for row in sheet_of(tmp_path / "a.csv").values() if re.search(r"used by \d authors? alone", row["flags"])
    ]
    assert left and all(int(row["authors"]) <= 5 and not row["keep"] for row in left)


@pytest.mark.shows("text redact", "--keep", "-o")
def test_only_ticked_words_stay(cli: Cli, sample: Path, tmp_path: Path) -> None:
    result = cli("text", "redact", sample / "notes.csv", "--keep", sample / "review.csv", "-o", "safe.csv")
    assert result.status == 0
    assert "columns dropped: id, date, time, place, author, type" in result.out
    assert "singled out" in result.out and "risk remains" in result.out
    safe, notes = pl.read_csv(tmp_path / "safe.csv"), pl.read_csv(sample / "notes.csv")
    assert safe.columns == ["note"] and safe.height == notes.height == 400
    ticked = {word for word, row in sheet_of(sample / "review.csv").items() if row["keep"] == "yes"}
    for text in safe["note"]:
        bare = re.sub(r"\[[A-Z]+\]", " ", text)
        assert {word.lower() for word in re.findall(r"[\w@#]+(?:['’-]\w+)*", bare)} <= ticked
    planted = pl.read_csv(sample / "planted.csv", infer_schema=False)
    by_id = dict(zip(notes["id"], safe["note"], strict=True))
    for row in planted.iter_rows(named=True):
        assert row["text"].lower() not in by_id[row["id"]].lower()
    assert not [word for word in planted.filter(pl.col("also_a_word") == "yes")["text"] if word.lower() in ticked]


def test_a_name_that_is_ticked_as_a_word_is_hidden_with_a_capital(cli: Cli, tmp_path: Path) -> None:
    write_sheet(tmp_path / "s.csv", "word,keep,capital\nwill,yes,hidden\nmark,X,hidden\nit,y,\nhe,TRUE,kept\n")
    (tmp_path / "n.csv").write_text("text\nHe will mark it. Will: MARK will it\n", "utf-8")
    assert cli("text", "redact", "n.csv", "--keep", "s.csv").out == "He will mark it. [NAME]: [NAME] will it\n"


def test_a_sheet_saved_by_a_spreadsheet_is_read(cli: Cli, sample: Path, tmp_path: Path) -> None:
    """Other delimiters, Excel, words that begin like a formula."""
    (tmp_path / "n.csv").write_text("text\nthe @desk said -\n", "utf-8")
    write_sheet(tmp_path / "s.csv", "keep;word;capital\nyes;the;kept\nyes;'@desk;kept\n;said;kept\n;;\n")
    assert cli("text", "redact", "n.csv", "--keep", "s.csv").out == "the @desk [WORD] -\n"
    assert cli("text", "redact", sample / "notes.csv", "--suggest", "s.xlsx").status == 0
    assert cli("text", "redact", sample / "notes.csv", "--keep", "s.xlsx", "-o", "x.csv").status == 0
    assert cli("text", "redact", sample / "notes.csv", "--keep", sample / "review.csv", "-o", "c.csv").status == 0
    assert (tmp_path / "x.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()


@pytest.mark.shows("text redact", "--mark", "--join")
def test_marks_are_chosen_and_joined(cli: Cli, tmp_path: Path) -> None:
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\ncalled,yes\n")
    (tmp_path / "n.txt").write_text("ignored", "utf-8")
    (tmp_path / "n.csv").write_text("text\nthe Sarah Ellison Jones called 07700 900 123\n", "utf-8")
    lines = {
        (): "the [NAME] [NAME] [NAME] called [PHONE]\n",
        ("--join",): "the [NAME] called [PHONE]\n",
        ("--mark", "…"): "the … … … called …\n",
        ("--mark", "[...]", "--join"): "the [...] called [...]\n",
    }
    for options, line in lines.items():
        assert cli("text", "redact", "n.csv", "--keep", "s.csv", *options).out == line


@pytest.mark.shows("text redact", "--columns-kept")
def test_other_columns_stay_only_when_they_are_named(cli: Cli, sample: Path, tmp_path: Path) -> None:
    arguments = ("text", "redact", sample / "notes.csv", "--keep", sample / "review.csv")
    result = cli(*arguments, "-o", "safe.parquet", "--columns-kept", "type,date")
    assert result.status == 0
    assert (
        "columns kept as they are: type, date" in result.out
        and "columns dropped: id, time, place, author" in result.out
    )
    assert pl.read_parquet(tmp_path / "safe.parquet").columns == ["note", "type", "date"]
    assert re.search(r"by the columns kept beside it +\d", result.out)
    wrong = cli(*arguments, "--columns-kept", "typ")
    assert wrong.status == 2 and "did you mean 'type'" in wrong.err


@pytest.mark.shows("text redact", "--report")
def test_the_page_says_what_was_kept_and_what_is_risky(cli: Cli, sample: Path, tmp_path: Path) -> None:
    arguments = ("text", "redact", sample / "notes.csv", "--keep", sample / "review.csv", "-o")
    assert cli(*arguments, "a.csv", "--report", "a.html").status == 0
    assert cli(*arguments, "b.csv", "--report", "b.html").status == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    page = (tmp_path / "a.html").read_text("utf-8")
    for part in ("Remaining risk", "Two kept words", "Words that cause it", "Stricter lists", "Few words make most"):
        assert part in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    planted = set(pl.read_csv(sample / "planted.csv", infer_schema=False).filter(pl.col("type") == "name")["text"])
    visible = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not [name for name in planted if re.search(rf"\b{re.escape(name)}\b", visible)]


@pytest.mark.shows("text redact")
def test_lines_on_standard_input_come_back_redacted(sample: Path) -> None:
    lines = "The taxi driver told Zworykin.\nzworykin left without paying.\n"
    command = [sys.executable, "-m", "discern", "text", "redact", "-", "--keep", str(sample / "review.csv")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout == "The taxi driver [WORD] [NAME].\n[WORD] left without paying.\n"
    assert "zworykin" not in done.stderr.lower() and "2 notes" in done.stderr


@pytest.mark.shows("text redact", "--text", "--columns", "--quote")
@pytest.mark.skipif(not SMS.is_file(), reason="shared/data/sms is not on this machine")
def test_messages_without_header_and_quoting(cli: Cli, tmp_path: Path) -> None:
    reading = ("--columns", "label,body", "--quote", "none", "--text", "body")
    assert cli("text", "redact", SMS, "--suggest", "s.csv", *reading).status == 0
    result = cli("text", "redact", SMS, "--keep", "s.csv", "-o", "safe.tsv", "--columns-kept", "label", *reading)
    assert result.status == 0 and "5,574 notes" in result.out
    safe = pl.read_csv(tmp_path / "safe.tsv", separator="\t", quote_char='"')
    assert safe.columns == ["body", "label"] and safe.height == 5574
    assert not safe["body"].str.contains(r"\d").any()
    plain = cli("text", "redact", SMS, "--keep", "s.csv", "-o", "x.tsv", "--columns", "label,body", "--text", "label")
    assert "0 words" not in plain.out  # with quoting, and another column, something else is read
    assert pl.read_csv(tmp_path / "x.tsv", separator="\t").columns == ["label"]


@pytest.mark.shows("text redact", "--encoding", "--force")
def test_encodings_and_files_that_exist(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_bytes("text\nthe café\n".encode("cp1250"))
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\ncafé,yes\n")
    right = ("text", "redact", "n.csv", "--keep", "s.csv", "-o", "safe.csv", "--encoding")
    assert cli(*right, "cp1250").status == 0
    assert (tmp_path / "safe.csv").read_text("utf-8") == "text\nthe café\n"
    refused = cli(*right, "cp1251")
    assert refused.status == 2 and "--force" in refused.err
    assert (tmp_path / "safe.csv").read_text("utf-8") == "text\nthe café\n"
    assert cli(*right, "cp1251", "--force").status == 0
    assert (tmp_path / "safe.csv").read_text("utf-8") == "text\nthe [WORD]\n"


def test_a_folder_of_texts_gives_no_names_of_files_away(cli: Cli, tmp_path: Path) -> None:
    for name in ("Sarah Zworykin", "Kowalczyk"):
        (tmp_path / "notes" / name).mkdir(parents=True)
        (tmp_path / "notes" / name / f"{name}.txt").write_text(f"the {name} called", "utf-8")
    (tmp_path / "notes" / "Kowalczyk" / "Zworykin.txt").write_bytes(b"\xff\xfe\x00")
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\ncalled,yes\n")
    result = cli("text", "redact", "notes", "--keep", "s.csv", "-o", "safe.csv", "--report", "safe.html")
    written = (tmp_path / "safe.csv").read_text("utf-8") + (tmp_path / "safe.html").read_text("utf-8")
    for name in CANARIES:
        assert name not in result.out + result.err + written


@pytest.mark.parametrize("step", [("--keep", "s.csv"), ("--suggest", "out.csv")])
def test_notes_on_reading_name_no_file_of_a_folder(cli: Cli, tmp_path: Path, step: tuple[str, str]) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "Zworykin (1).txt").write_bytes("the café".encode("cp1252"))
    (tmp_path / "notes" / "Sarah.txt").write_text("the café", "utf-8")
    (tmp_path / "notes" / "Kowalczyk.Sarah").write_text("the café", "utf-8")
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\n")
    result = cli("text", "redact", "notes", *step)
    assert "two encodings: 1 text read as Windows-1252, the others as UTF-8\n" in result.err
    assert "passed over: 1 x not a text\n" in result.err
    assert not [name for name in CANARIES if name.lower() in (result.out + result.err).lower()]


@pytest.mark.parametrize("step", [("--keep", "s.csv"), ("--suggest", "out.csv")])
def test_keys_that_come_late_may_be_records_and_are_not_named(cli: Cli, tmp_path: Path, step: tuple[str, str]) -> None:
    lines = ['{"text": "the café"}'] * 1_200 + ['{"text": "the", "Sarah Zworykin: Kowalczyk": 1}']
    (tmp_path / "n.jsonl").write_text("\n".join(lines), "utf-8")
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\n")
    result = cli("text", "redact", "n.jsonl", "--text", "text", *step)
    assert "keys that first come after record 1,000 are left out\n" in result.err, result.err
    assert not [name for name in CANARIES if name.lower() in (result.out + result.err).lower()]


def test_notes_on_the_rows_of_every_piece_are_told(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "stream_texts", partial(stream_texts, rows=2))
    lines = ["text", "the", "the", "the", "the caf\u00e9"]
    (tmp_path / "n.csv").write_bytes("\n".join(lines).encode() + b"\nthe caf\xe9\n")
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\n")
    result = cli("text", "redact", "n.csv", "--keep", "s.csv")
    assert result.err.count("two encodings: 1 text read as Windows-1252, the others as UTF-8 (line 6)") == 1


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl", "xlsx"])
def test_no_canary_is_in_anything_that_is_written(cli: Cli, tmp_path: Path, ending: str) -> None:
    notes = canary_table(tmp_path / "n.csv")
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\ndriver,yes\n")
    mine = {notes, tmp_path / "s.csv"}
    kept = ("--columns-kept", "id")
    result = cli("text", "redact", "n.csv", "--keep", "s.csv", "-o", f"o.{ending}", "--report", "o.html", *kept)
    assert result.status == 0 and "1 whose names may tell something" in result.out
    if ending == "xlsx":
        shown = str(pl.read_excel(tmp_path / "o.xlsx").to_dicts())
    elif ending == "parquet":
        shown = str(pl.read_parquet(tmp_path / "o.parquet").to_dicts())
    else:
        shown = (tmp_path / f"o.{ending}").read_text("utf-8")
    others = [path for path in tmp_path.rglob("*") if path.is_file() and path not in mine]
    assert {path.name for path in others} == {f"o.{ending}", "o.html"}
    written = shown + (tmp_path / "o.html").read_text("utf-8") + result.out + result.err
    for name in CANARIES:
        assert name.lower() not in written.lower()
    raw = b"".join(path.read_bytes() for path in others)
    assert not [name for name in CANARIES if name.encode() in raw]


@pytest.mark.bad_input("text redact")
def test_records_that_cannot_be_read_are_counted_not_shown(cli: Cli, tmp_path: Path) -> None:
    good = "".join(f"{i},the driver left\n" for i in range(40))
    (tmp_path / "n.csv").write_text(f"id,note\n{good}7,Sarah,Zworykin,Kowalczyk\n{good}", "utf-8")
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\ndriver,yes\n")
    result = cli("text", "redact", "n.csv", "--keep", "s.csv", "-o", "o.csv", "--report", "o.html")
    assert result.status == 0 and "80 notes" in result.out and "1 record could not be read" in result.out
    shown = result.out + result.err + (tmp_path / "o.csv").read_text("utf-8") + (tmp_path / "o.html").read_text("utf-8")
    assert not [name for name in CANARIES if name in shown]


@pytest.mark.bad_input("text redact")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--suggest"),
        (("--suggest", "a.csv", "--keep", "s.csv"), "both given"),
        (("--suggest", "a.csv", "--join", "-o", "b.csv"), "-o, --join came with --suggest"),
        (("--keep", "s.csv", "--author", "author"), "--author came with --keep"),
        (("--suggest", "a.csv", "--k", "0"), "--k is 0"),
        (("--suggest", "a.csv", "--k-authors", "2"), "--author"),
        (("--suggest", "a.csv", "--author", "autor"), "did you mean 'author'"),
        (("--suggest", "a.html"), "expected .csv"),
        (("--keep", "s.csv", "--mark", ""), "--mark is ''"),
        (("--keep", "s.csv", "--mark", "a\nb", "--k", "-1"), "--k is -1"),
        (("--keep", "s.csv", "-o", "o.pdf"), ".csv or .tsv"),
        (("--keep", "s.csv", "-o", "n.csv"), "a place of its own"),
        (("--keep", "s.csv", "-o", "s.csv"), "a place of its own"),
        (("--keep", "s.csv", "--report", "o.csv"), "expected .html"),
        (("--keep", "nowhere.csv"), "nowhere.csv"),
        (("--keep", "n.csv"), "no column 'word'"),
        (("--keep", "maybe.csv"), "line 3"),
        (("--keep", "two.csv"), "line 2"),
        (("--keep", "none.csv"), "no word is kept"),
        (("--keep", "s.csv", "--columns-kept", "note"), "kept anyway"),
        (("--keep", "s.csv", "-o", "o.csv", "--columns-kept", "id,author,id"), "names 'id' twice"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    canary_table(tmp_path / "n.csv")
    write_sheet(tmp_path / "s.csv", "word,keep\nthe,yes\n")
    write_sheet(tmp_path / "maybe.csv", "word,keep\nthe,yes\nZworykin,perhaps\n")
    write_sheet(tmp_path / "two.csv", "word,keep\nSarah Zworykin,yes\n")
    write_sheet(tmp_path / "none.csv", "word,keep\nthe,no\n")
    before = sorted(tmp_path.iterdir())
    result = cli("text", "redact", "n.csv", *arguments)
    assert result.status == 2 and said in result.err, result.err
    assert "Traceback" not in result.err and result.out == ""
    assert sorted(tmp_path.iterdir()) == before
    if "--author" not in arguments:
        assert not [name for name in CANARIES if name in result.err]
