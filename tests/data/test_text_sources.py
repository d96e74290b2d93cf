"""Texts from folders, JSON lines, Parquet, Excel and standard input."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discern.core.errors import DataError, OptionError, TooManyBadItems
from discern.core.options import TextOptions
from discern.data.delimited import Lines
from discern.data.texts import read_texts, stream_texts

BBC = Path("../shared/data/bbc")


def folder(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


# folders


@pytest.mark.skipif(not BBC.exists(), reason="the BBC articles are not here")
def test_the_articles_are_read_with_their_labels_and_the_one_that_is_no_utf8_is_said() -> None:
    texts = read_texts(BBC)
    assert texts.n == 2225 and not texts.rejected.height and texts.frame.columns == ["file", "label", "text"]
    assert texts.column("label").n_unique() == 5
    assert texts.notes == ("two encodings: 1 text read as Windows-1252, the others as UTF-8 (sport/199.txt)",)
    assert "a £15.8m signing" in texts.texts.filter(texts.items == "sport/199.txt")[0]
    assert texts.items.is_sorted() and texts.items.n_unique() == 2225


def test_a_folder_per_class_gives_labels_and_parts_are_kept(tmp_path: Path) -> None:
    root = folder(tmp_path / "d", {"train/a/1.txt": "x", "test/b/deep/2.txt": "", "test/a/3.TXT": "\ufeffy\r\n"})
    texts = read_texts(root)
    assert texts.frame.rows() == [
        ("test/a/3.TXT", "a", "test", "y\r\n"),
        ("test/b/deep/2.txt", "b", "test", ""),
        ("train/a/1.txt", "a", "train", "x"),
    ]
    assert texts.text == "text" and texts.items.to_list() == texts.column("file").to_list()
    flat = read_texts(folder(tmp_path / "flat", {"1.txt": "x", "2.txt": "y"}))
    assert flat.frame.rows() == [("1.txt", "x"), ("2.txt", "y")]


def test_what_is_no_text_is_passed_over_or_set_aside(tmp_path: Path) -> None:
    root = folder(
        tmp_path / "d",
        {
            "a/1.txt": "fine",
            "a/2.txt": "zero\0",
            "a/3.txt": b"\x81\x8d",
            "a/4.doc": "",
            "a/.DS_Store": "",
            "top.txt": "x",
        },
    )
    os.mkfifo(root / "a" / "pipe.txt")
    (root / "a" / "link.txt").symlink_to("/etc/hostname")
    (root / "a" / "loop").symlink_to(root)
    texts = read_texts(root, max_bad=1.0)
    assert texts.frame.rows() == [("a/1.txt", "a", "fine")]
    assert [item for item, _ in texts.rejected.rows()] == ["a/2.txt", "a/3.txt"]
    (note,) = texts.notes
    for words in (
        "2 x a link",
        "1 x a named pipe",
        "1 x not a text (.doc)",
        "1 x hidden",
        "1 x a text outside the class",
    ):
        assert words in note
    with pytest.raises(TooManyBadItems, match="2 of 3 items cannot be read"):
        read_texts(root)


def test_files_whose_names_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for name in (b"a\xff.txt", b'line\nbreak, ".txt', b"<img src=x onerror=1>.txt"):
        Path(os.fsdecode(bytes(tmp_path / "d") + b"/" + name)).write_text("x")
    assert read_texts(tmp_path / "d").items.to_list() == [
        "<img src=x onerror=1>.txt",
        "a\\xff.txt",
        'line\nbreak, ".txt',
    ]


def test_folders_and_files_that_hold_no_texts_are_refused(tmp_path: Path) -> None:
    for files, words in (
        ({}, "an empty folder"),
        ({"a.doc": "x", "b.doc": "y"}, "no text; passed over: 2 x not a text (.doc)"),
        ({"a.txt": "\0"}, "no text that can be read (a.txt: a zero byte (NUL))"),
    ):
        root = tmp_path / f"d{len(words)}"
        root.mkdir()
        with pytest.raises(DataError) as told:
            read_texts(folder(root, dict(files)))
        assert words in str(told.value)


def test_one_text_file_is_one_text_and_with_columns_a_table(tmp_path: Path) -> None:
    path = folder(tmp_path, {"a.txt": "ham\tone\nspam\ttwo\n"}) / "a.txt"
    assert read_texts(path).frame.rows() == [("a.txt", "ham\tone\nspam\ttwo\n")]
    table = read_texts(path, TextOptions(columns=("label", "text"), quote="none"))
    assert table.frame.rows() == [("ham", "one"), ("spam", "two")]


def test_a_folder_in_pieces(tmp_path: Path) -> None:
    root = folder(tmp_path / "d", {f"{i:02}.txt": "\0" if i == 3 else f"text {i}" for i in range(10)})
    whole = read_texts(root, max_bad=1.0)
    pieces = list(stream_texts(root, rows=4))
    assert [piece.n + piece.rejected.height for piece in pieces] == [4, 4, 2]
    assert pl.concat([piece.frame for piece in pieces]).equals(whole.frame)
    assert [text for piece in stream_texts(root, skip=5) for text in piece.texts] == [f"text {i}" for i in range(5, 10)]


# JSON lines


def json_lines(tmp_path: Path, *lines: str | dict[str, Any]) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines), "utf-8")
    return path


def test_json_lines_keep_what_stands_in_the_file(tmp_path: Path) -> None:
    path = json_lines(
        tmp_path,
        '{"id": 1.50, "text": "a\\nb", "ok": true, "tags": ["x", 1]}',
        "",
        {"text": "é😀", "id": None, "more": "m"},
    )
    texts = read_texts(path)
    assert texts.frame.columns == ["id", "text", "ok", "tags", "more"]
    assert texts.frame.rows() == [("1.50", "a\nb", "true", '["x", 1]', ""), ("", "é😀", "", "", "m")]
    assert texts.items.to_list() == ["line 1", "line 3"]


def test_json_lines_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    bad = {
        "no json": "no JSON (expecting value, at character 1)",
        '["text"]': "JSON, but no object",
        '{"text": "a", "text": "b"}': "the key 'text' stands twice",
        '{"text": "a\\u0000"}': "a zero byte (NUL)",
        '{"text": "' + "x" * 100_001 + '"}': "a cell of more than 100,000 characters",
        "[" * 100_000: "JSON of too many levels",
        '{"text": "cut': "no JSON",
        '{"n": ' + "9" * 5000 + ', "text": 1e999}': "",
    }
    path = json_lines(tmp_path, {"text": "fine"}, *bad, {"text": "fine too"})
    texts = read_texts(path, max_bad=1.0)
    assert texts.texts.to_list() == ["fine", "1e999", "fine too"]
    assert texts.rejected["item"].to_list() == [f"line {i}" for i in range(2, 9)]
    for (_, reason), words in zip(texts.rejected.rows(), bad.values(), strict=False):
        assert words in reason


def test_a_number_in_a_list_that_is_too_long_sets_its_line_aside(tmp_path: Path) -> None:
    long = "9" * 5000
    path = json_lines(
        tmp_path,
        {"text": "fine", "tags": [1], "more": {}},
        f'{{"text": "a", "tags": [{long}]}}',
        f'{{"text": "b", "tags": [], "more": {{"n": [{{"m": -{long}}}]}}}}',
        '{"text": "c", "tags": [1.50, true, "é"], "more": {"n": 2}}',
    )
    texts = read_texts(path, max_bad=1.0)
    assert texts.frame.rows() == [("fine", "[1]", "{}"), ("c", '[1.5, true, "é"]', '{"n": 2}')]
    assert texts.rejected["item"].to_list() == ["line 2", "line 3"]
    assert set(texts.rejected["reason"]) == {"a list or an object with a whole number of too many digits"}


def test_a_line_with_many_lists_is_read_once_for_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = json_lines(tmp_path, {"text": "a", **{f"list {n}": [n] for n in range(20)}})
    read = []
    loads = json.loads

    def watched(line: str, **options: Any) -> Any:
        read.append(line)
        return loads(line, **options)

    monkeypatch.setattr(json, "loads", watched)
    with_lists = next(stream_texts(path, TextOptions(text="text"))).frame
    assert with_lists.row(0)[1:] == tuple(f"[{n}]" for n in range(20)) and len(read) <= 2


def test_keys_that_come_late_are_left_out_and_said(tmp_path: Path) -> None:
    rows: list[str | dict[str, Any]] = [{"text": f"text {n}"} for n in range(1_000)]
    late: list[str | dict[str, Any]] = [{"text": "a", "reply": "b"}, {"text": "c", "reply": "d", "likes": 3}]
    texts = read_texts(json_lines(tmp_path, *rows, *late))
    assert texts.frame.columns == ["text"] and texts.n == 1_002
    note = "keys that first come after record 1,000 are left out: reply, likes"
    assert texts.notes == (note,)
    assert [piece.notes for piece in stream_texts(tmp_path / "a.jsonl", rows=501)] == [(), (note,)]
    assert read_texts(json_lines(tmp_path, *rows[1:], late[0])).frame.columns == ["text", "reply"]


def test_half_characters_do_no_harm_and_are_said(tmp_path: Path) -> None:
    path = json_lines(
        tmp_path, '{"text": "half \\ud83d!"}', '{"text": "whole \\ud83d\\ude00"}', '{"text": "\\ude00\\ud83d"}'
    )
    texts = read_texts(path)
    assert texts.texts.to_list() == ["half \ufffd!", "whole 😀", "\ufffd\ufffd"]
    assert texts.notes == ("half a character (a lone surrogate) is read as \ufffd (line 1, line 3)",)


def test_json_that_is_no_lines_is_refused(tmp_path: Path) -> None:
    for content, words in (
        ('[{"text": "a"}]\n', "JSON, but no object"),
        ("", "it is empty"),
        ("{}\n", "an empty object"),
    ):
        (tmp_path / "a.jsonl").write_text(content)
        with pytest.raises(DataError, match=words):
            read_texts(tmp_path / "a.jsonl")


# Parquet and Excel

FRAME = pl.DataFrame({"note": ["a", "", None, "=1+1"], "n": [1, None, 3, 4], "when": [None, "x", "y", "z"]})


def test_parquet_becomes_text_and_what_is_missing_is_empty(tmp_path: Path) -> None:
    FRAME.with_columns(words=pl.lit(["x"]), share=pl.lit(0.5)).write_parquet(tmp_path / "a.parquet")
    texts = read_texts(tmp_path / "a.parquet")
    assert texts.frame.columns == ["note", "n", "when", "share"] and set(texts.frame.dtypes) == {pl.String}
    assert texts.frame.row(2) == ("", "3", "y", "0.5")
    assert texts.items.to_list() == ["row 1", "row 2", "row 3", "row 4"]
    assert texts.notes == ("columns that hold lists or bytes are left out: words",)


def test_parquet_in_pieces_whatever_its_groups(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": [f"text {i}" if i % 10 else f"{i}\0" for i in range(1000)]})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=64)
    for rows, skip in ((1000, 0), (7, 0), (100, 150), (333, 999), (5, 1000)):
        pieces = list(stream_texts(tmp_path / "a.parquet", rows=rows, skip=skip))
        assert [piece.n + piece.rejected.height for piece in pieces[:-1]] == [rows] * (len(pieces) - 1)
        names = sorted(int(i[4:]) for piece in pieces for i in [*piece.items, *piece.rejected["item"]])
        assert names == list(range(skip + 1, 1001))
        found = [text for piece in pieces for text in piece.texts]
        assert found == [text for text in frame["text"][skip:] if "\0" not in text]


def test_excel_has_the_numbers_of_its_rows(tmp_path: Path) -> None:
    FRAME.write_excel(tmp_path / "a.xlsx")
    texts = read_texts(tmp_path / "a.xlsx")
    assert texts.frame.rows() == [("a", "1", ""), ("", "", "x"), ("", "3", "y"), ("=1+1", "4", "z")]
    assert texts.items.to_list() == ["row 2", "row 3", "row 4", "row 5"]
    named = read_texts(tmp_path / "a.xlsx", TextOptions(text="b", columns=("a", "b", "c")))
    assert named.frame.row(0) == ("note", "n", "when")
    assert [piece.n for piece in stream_texts(tmp_path / "a.xlsx", rows=3, skip=1)] == [3]


@pytest.mark.parametrize(("name", "size"), [("a.parquet", -20), ("a.xlsx", -50), ("a.parquet", 10), ("a.xlsx", 0)])
def test_damaged_files_are_refused(tmp_path: Path, name: str, size: int) -> None:
    path = tmp_path / name
    FRAME.write_parquet(path) if name.endswith("parquet") else FRAME.write_excel(path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match="cannot be read"):
        read_texts(path)


def test_tables_without_rows_or_with_other_columns_are_refused(tmp_path: Path) -> None:
    FRAME.clear().write_parquet(tmp_path / "a.parquet")
    FRAME.clear().write_excel(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="a table without rows"):
        read_texts(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="a header without rows"):
        read_texts(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match=r"3 columns; expected 1, as --columns says"):
        read_texts(tmp_path / "a.xlsx", TextOptions(columns=("a",)))


def test_options_that_say_nothing_of_a_file_are_refused(tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "a.parquet")
    json_lines(tmp_path, {"text": "a"})
    asked = TextOptions(columns=("note",), quote="none", encoding="utf-8")
    with pytest.raises(OptionError) as told:
        read_texts(tmp_path / "a.parquet", asked)
    assert len(told.value.problems) == 3
    with pytest.raises(OptionError, match="--columns goes with CSV"):
        read_texts(tmp_path / "a.jsonl", TextOptions(columns=("note",)))
    with pytest.raises(OptionError, match="--quote goes with CSV"):
        read_texts(tmp_path, TextOptions(quote="none"))


# standard input, and what is no file


@pytest.mark.parametrize(
    "stdin",
    [
        ["one, two\n", "\n", 'he said "hi\n', "café"],
        io.BytesIO('one, two\n\nhe said "hi\ncafé'.encode("cp1252")),
        io.TextIOWrapper(io.BytesIO('one, two\r\n\r\nhe said "hi\r\ncafé\r\n'.encode())),
        io.StringIO('one, two\n\nhe said "hi\ncafé\n'),
        ["one, two", "", 'he said "hi', "caf\udce9"],
    ],
)
def test_lines_of_standard_input_are_texts_blank_ones_too(stdin: Lines) -> None:
    texts = read_texts("-", stdin=stdin)
    assert texts.texts.to_list() == ["one, two", "", 'he said "hi', "café"]
    assert texts.items.to_list() == ["line 1", "line 2", "line 3", "line 4"]
    assert texts.name == "standard input" and texts.frame.columns == ["text"]


def test_standard_input_can_be_a_table() -> None:
    lines = ["ham\tone\n", "spam\ttwo\n", "three\n"]
    texts = read_texts("-", TextOptions(columns=("label", "text"), quote="none"), stdin=lines, max_bad=1.0)
    assert texts.frame.rows() == [("ham", "one"), ("spam", "two")]
    assert texts.rejected.rows() == [("line 3", "1 cell; expected 2")]


def test_lines_are_taken_as_they_are_needed() -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield f"line {taken}\n"

    pieces = stream_texts("-", rows=1000, stdin=endless())
    assert next(pieces).n == 1000
    assert taken < 1_000_000


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("https://example.org/a.csv", "an address"),
        ("", "an empty name"),
        ("nowhere.csv", "no such file or folder"),
        ("a.pdf", "a file that ends in .pdf; expected a table"),
        ("-", "nothing to read from"),
        ("pipe.csv", "a named pipe; expected a table (CSV, TSV, Parquet, JSON lines, Excel), a .txt file, or a folder"),
        ("/dev/full", "a device"),
        ("a\0b.csv", "null"),
    ],
)
def test_what_is_no_source_is_refused(source: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.pdf").write_text("x")
    os.mkfifo("pipe.csv")
    with pytest.raises(DataError) as told:
        read_texts(source)
    assert words in str(told.value)


def test_nothing_on_standard_input_is_refused() -> None:
    with pytest.raises(DataError, match="standard input: it is empty"):
        read_texts("-", stdin=[])


def test_a_file_is_closed_when_its_reader_stops(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "1,a\n" * 1000)

    def is_open() -> bool:
        return any(fd.resolve() == path for fd in Path("/proc/self/fd").iterdir())

    pieces = stream_texts(path, rows=10)
    assert next(pieces).n == 10 and is_open()
    del pieces
    assert not is_open()
