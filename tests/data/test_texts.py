"""Texts from tables: good rows as they stand, bad rows by their line, encodings said, nothing swallowed in silence."""

from __future__ import annotations

import csv
import io
import itertools
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError, OptionError, TooManyBadItems
from discern.core.options import TextOptions
from discern.data import records
from discern.data.texts import Texts, read_texts, stream_texts

SMS = Path("../shared/data/sms/sms.tsv")


def file(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path: Path, content: str | bytes, name: str = "a.csv", max_bad: float = 1.0, **options: Any) -> Texts:
    return read_texts(file(tmp_path, content, name), TextOptions(**options), max_bad=max_bad)


@pytest.mark.skipif(not SMS.exists(), reason="the SMS set is not here")
def test_the_sms_set_has_exactly_its_rows() -> None:
    texts = read_texts(SMS, TextOptions(columns=("label", "text"), quote="none"))
    assert texts.n == 5574 and not texts.rejected.height
    assert texts.column("label").value_counts().sort("label").rows() == [("ham", 4827), ("spam", 747)]
    raw = SMS.read_text("utf-8").split("\n")
    assert texts.texts.to_list() == [line.split("\t", 1)[1] for line in raw if line]
    assert texts.items[0] == "line 1" and texts.items[-1] == "line 5574"
    with pytest.raises(DataError, match=r"among ham, Go until.*name it with --text .*without a header needs --columns"):
        read_texts(SMS)


def test_texts_and_the_columns_beside_them(tmp_path: Path) -> None:
    texts = read(tmp_path, 'id,text,when\n1,"a ""b"", c",2026\n007,,\n\n3,"two\nlines",x\n')
    assert texts.frame.rows() == [("1", 'a "b", c', "2026"), ("007", "", ""), ("3", "two\nlines", "x")]
    assert texts.items.to_list() == ["line 2", "line 3", "line 5"]
    assert texts.text == "text" and texts.name == "a.csv" and len(texts) == texts.n == 3
    assert texts.texts.to_list() == ['a "b", c', "", "two\nlines"]
    assert repr(texts) == "<Texts 'a.csv': 3 texts in 'text'>"
    with pytest.raises(DataError, match="no column 'wen' among id, text, when; did you mean 'when'"):
        texts.column("wen")


@pytest.mark.parametrize(
    ("header", "row", "column"),
    [
        ("id,tweet", "1,a", "tweet"),
        ("Note,id", "a,1", "Note"),
        ("text,body", "a,b", "text"),
        ("anything", "a", "anything"),
        ("id,Narrative", "7,the man left the shop", "Narrative"),
    ],
)
def test_the_column_of_texts_is_found(tmp_path: Path, header: str, row: str, column: str) -> None:
    texts = read(tmp_path, f"{header}\n{row}\n")
    assert texts.text == column
    assert any("Narrative" in note for note in texts.notes) == (column == "Narrative")


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("", {}, "it is empty"),
        ("\n\n", {}, "it is empty"),
        ("id,text\n", {}, "a header without rows"),
        ("id,text", {}, "a header without rows"),
        ("text,id,text\na,1,b\n", {}, "2 columns named 'text'; rename one"),
        ("note,body\na,b\n", {}, "several columns that may be the text among note, body; name it with --text note"),
        ("a,b\n1,2\n", {}, "no column that is plainly the text among a, b; name it with --text b"),
        ("id,tweet\n1,a\n", {"text": "twet"}, "no column 'twet' among id, tweet; did you mean 'tweet'"),
        ('"id,text\n1,a\n', {}, "the header: a quote that is not closed"),
        ("id,te\0xt\n1,a\n", {}, "the header: zero bytes"),
        (b"PK\x03\x04" + b"x" * 50, {}, "the bytes of a zip or Excel file"),
        ("id,text\n1,a and b\n".encode("utf-16-le"), {}, "zeros between the letters; try --encoding utf-16-le"),
        ("id,text\n1,a and b\n".encode("utf-16-be"), {}, "try --encoding utf-16-be"),
        ("id,text\n1,ä\n".encode("utf-8-sig"), {"encoding": "cp1252"}, "leave --encoding away"),
    ],
)
def test_what_is_no_table_of_texts_is_refused(
    tmp_path: Path, content: str | bytes, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(DataError) as told:
        read(tmp_path, content, **options)
    assert words in str(told.value) and "a.csv" in str(told.value)


def test_options_are_checked_together_before_anything_is_read() -> None:
    wrong = TextOptions(text="c", columns=("a", "a", ""), quote="duble", encoding="rot13")
    with pytest.raises(OptionError) as told:
        read_texts("nowhere.csv", wrong, max_bad=2)
    assert len(told.value.problems) == 6
    assert "did you mean 'double'" in str(told.value) and "--encoding is 'rot13'" in str(told.value)
    with pytest.raises(OptionError, match="rows is 0"):
        next(stream_texts("nowhere.csv", rows=0))
    assert TextOptions.from_json(wrong.to_json()) == wrong


def test_columns_without_a_header_and_quotes_that_are_letters(tmp_path: Path) -> None:
    content = 'ham\the said "hi\nspam\t"\nham\t""x"" \n'
    texts = read(tmp_path, content, "a.tsv", columns=("label", "text"), quote="none")
    assert texts.frame.rows() == [("ham", 'he said "hi'), ("spam", '"'), ("ham", '""x"" ')]
    with pytest.raises(OptionError, match="--text 'body' is not among --columns label, text"):
        read(tmp_path, content, "a.tsv", columns=("label", "text"), text="body")


@pytest.mark.parametrize(
    ("comma", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.csv"), ("\t", "a.tsv"), ("|", "a.txt")]
)
def test_what_parts_the_cells_is_told_by_the_first_line(tmp_path: Path, comma: str, name: str) -> None:
    rows = [("x,y;", "a; b\n, c"), ("z", "d")]
    content = "\n".join(comma.join(f'"{cell}"' for cell in row) for row in rows)
    texts = read(tmp_path, content, name, columns=("label", "text"))
    assert texts.frame.rows() == rows


def test_bad_rows_are_named_by_their_lines_and_the_others_stay(tmp_path: Path) -> None:
    long = "x" * 200_000
    content = f'id,text\n1,good\n2,a\0b\n3,{long}\n4,too,many\n5\n6,"two\nlines"\n7,"open\n8,good\n'
    texts = read(tmp_path, content)
    assert texts.frame.rows() == [("1", "good"), ("6", "two\nlines"), ("8", "good")]
    assert texts.items.to_list() == ["line 2", "line 7", "line 10"]
    assert texts.rejected.rows() == [
        ("line 3", "a zero byte (NUL)"),
        ("line 4", "a cell of more than 100,000 characters"),
        ("line 5", "3 cells; expected 2"),
        ("line 6", "1 cell; expected 2"),
        ("line 9", "a quote that is not closed, or not doubled within a cell"),
    ]
    with pytest.raises(TooManyBadItems, match=r"5 of 8 items cannot be read, more than 5%.*or take them out$"):
        read_texts(file(tmp_path, content))
    with pytest.raises(TooManyBadItems, match=r"more than 6%.*or take them out; `discern train` accepts more with --m"):
        read_texts(file(tmp_path, content), max_bad=0.06)


def test_a_cell_at_the_limit_is_read_however_many_bytes_it_has(tmp_path: Path) -> None:
    texts = read(tmp_path, "id,text\n1," + "é" * 100_000 + "\n2," + '"' + "x" * 99_999 + '"""\n')
    assert texts.texts.str.len_chars().to_list() == [100_000, 100_000]


@pytest.mark.parametrize("row", ["{},fine", '{},"fine, and ""quoted"""', '{},"over\ntwo lines"'])
@pytest.mark.parametrize("broken", ['x,"never closed', '"x,never closed', 'x,"he said "no" to it"'])
def test_a_broken_quote_swallows_none_of_a_thousand_rows(tmp_path: Path, row: str, broken: str) -> None:
    rows = [row.format(number) for number in range(1000)]
    texts = read(tmp_path, "\n".join(["id,text", "first,row", broken, *rows]), max_bad=0.05)
    assert texts.n == 1001
    assert texts.column("id").to_list() == ["first", *map(str, range(1000))]
    assert texts.rejected["item"].to_list() == ["line 3"]


def test_the_lines_of_a_cell_with_a_broken_quote_are_no_rows(tmp_path: Path) -> None:
    content = 'id,text\n1,"one\nhe said "hi" there\nsecond, line\nend"\n2,next\n'
    texts = read(tmp_path, content)
    assert texts.frame.rows() == [("2", "next")]
    assert texts.rejected.rows() == [("line 2", "a quote that is not closed, or not doubled within a cell (to line 5)")]


@pytest.mark.parametrize("row", ["fine {}", '"fine, and ""quoted"" {}"', '"over\ntwo lines {}"'])
def test_a_broken_quote_in_a_table_of_one_column(tmp_path: Path, row: str) -> None:
    rows = [row.format(number) for number in range(100)]
    texts = read(tmp_path, "\n".join(["text", "first", '"never closed', *rows]), max_bad=0.05)
    assert texts.n == 101 and texts.rejected["item"].to_list() == ["line 3"]
    leftovers = read(tmp_path, 'text\n"one\nhe said "hi" there\nand left"\nnext\n')
    assert leftovers.texts.to_list() == ["next"]
    assert leftovers.rejected["item"].to_list() == ["line 2"]


def test_quotes_that_need_no_doubling_are_letters(tmp_path: Path) -> None:
    rows = [("1", 'a 5" screen'), ("2", 'say "hi" now'), ("3", "plain"), ("4", "'\"'")] * 3000
    texts = read(tmp_path, "id\ttext\n" + "\n".join("\t".join(row) for row in rows), "a.tsv")
    assert texts.frame.rows() == rows and not texts.rejected.height


def test_a_row_that_never_ends_is_set_aside_and_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "RECORD_LIMIT", 1000)
    monkeypatch.setattr(records, "WINDOW", 2000)
    texts = read(tmp_path, "id,text\n1,a\n2," + "x," * 20_000 + "\n3,b\n")
    assert texts.frame.rows() == [("1", "a"), ("3", "b")]
    assert texts.rejected["item"].to_list() == ["line 3"]
    assert "a row of more than" in texts.rejected["reason"][0]


def test_a_hopeless_file_ends_early(tmp_path: Path) -> None:
    content = "id,text\n" + "a\n" * 60_000 + "1,b\n" * 200_000
    with pytest.raises(TooManyBadItems, match=r"of 50,000 items cannot be read.* 1 cell; expected 2"):
        read_texts(file(tmp_path, content))


def test_line_ends_of_all_systems(tmp_path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        texts = read(tmp_path, end.join(["id,text", "1,a b", '2,"c d"', ""]))
        assert texts.frame.rows() == [("1", "a b"), ("2", "c d")]
        assert texts.items.to_list() == ["line 2", "line 3"]


def test_cells_that_look_like_formulas_and_signs_of_direction_are_data(tmp_path: Path) -> None:
    cells = [
        "=1+1",
        "+a",
        "-b",
        "@c",
        "'d",
        "\u202eabc\u200b",
        "\ufeffx",
        "</script>",
        "#no comment",
        "  padded ",
        "NULL",
        "nan",
    ]
    texts = read(tmp_path, "id,text\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells)))
    assert texts.texts.to_list() == cells


# encodings


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
        ("utf-16", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings_are_detected_and_said(tmp_path: Path, code: str, said: str) -> None:
    texts = read(tmp_path, 'id,text\r\n1,"café, “smart”"\r\n2,plain\r\n3,£5\r\n'.encode(code))
    assert texts.frame.rows() == [("1", "café, “smart”"), ("2", "plain"), ("3", "£5")]
    assert texts.encoding == said
    assert any(said in note for note in texts.notes) == (code != "utf-8")


def test_big_endian_is_read_too_and_a_cut_file_names_its_last_line(tmp_path: Path) -> None:
    whole = b"\xfe\xff" + "id,text\n1,日本\n2,é".encode("utf-16-be")
    assert read(tmp_path, whole).texts.to_list() == ["日本", "é"]
    cut = read(tmp_path, whole[:-1])
    assert cut.texts.to_list() == ["日本"] and cut.rejected.rows() == [
        ("line 3", "bytes that the encoding does not have")
    ]


@pytest.mark.parametrize(
    ("code", "cell"),
    [
        ("cp1251", "Привет"),
        ("shift-jis", "こんにちは"),
        ("gb18030", "你好😀"),
        ("utf-16-le", "é日"),
        ("latin-1", "é"),
        ("cp037", "é"),
    ],
)
def test_an_encoding_that_is_named(tmp_path: Path, code: str, cell: str) -> None:
    texts = read(tmp_path, f"id,text\n1,{cell}\n2,x\n".encode(code), encoding=code)
    assert texts.texts.to_list() == [cell, "x"] and texts.encoding == code


def test_two_encodings_in_one_file_are_said_with_the_lines(tmp_path: Path) -> None:
    rows = [f"{i},naïve café".encode("cp1252" if i in (3, 50) else "utf-8") for i in range(100)]
    texts = read(tmp_path, b"\n".join([b"id,text", *rows]))
    assert texts.texts.to_list() == ["naïve café"] * 100
    assert texts.notes == ("two encodings: 2 texts read as Windows-1252, the others as UTF-8 (line 5, line 52)",)
    assert texts.encoding == "UTF-8 and Windows-1252"


@pytest.mark.parametrize(
    "content",
    [
        "Привет как дела".encode("cp1251"),
        "こんにちは世界".encode("shift-jis"),
        "café".encode() + "naïve".encode("cp1252"),
        b"half \xed\xa0\xbd",
        b"undefined \x81",
    ],
)
def test_what_is_unlike_both_is_set_aside_and_never_guessed(tmp_path: Path, content: bytes) -> None:
    texts = read(tmp_path, b"id,text\n1,fine\n2," + content + b"\n")
    assert texts.texts.to_list() == ["fine"]
    assert texts.rejected.rows() == [
        ("line 3", "bytes that are neither UTF-8 nor Windows-1252; name their encoding with --encoding")
    ]


def test_utf8_that_is_asked_for_is_not_guessed_around(tmp_path: Path) -> None:
    texts = read(tmp_path, b"id,text\n1,fine\n2,caf\xe9\n", encoding="utf-8")
    assert texts.rejected.rows() == [("line 3", "bytes that the encoding does not have")]


# in pieces


def test_pieces_are_the_same_records(tmp_path: Path) -> None:
    lines = [f'{i},"text {i}\nof two lines"' if i % 7 else (f"{i}" if i % 2 else f'{i},"open') for i in range(500)]
    path = file(tmp_path, "\n".join(["id,text", "", *lines]))
    whole = read_texts(path, max_bad=1.0)
    n = whole.n + whole.rejected.height
    for rows, skip in itertools.product((1, 7, 100, 1000), (0, 1, 50, n - 1, n, n + 5)):
        pieces = list(stream_texts(path, rows=rows, skip=skip))
        assert [piece.n + piece.rejected.height for piece in pieces[:-1]] == [rows] * (len(pieces) - 1)
        found = [item for piece in pieces for item in sorted([*piece.items, *piece.rejected["item"]], key=line_of)]
        assert found == sorted([*whole.items, *whole.rejected["item"]], key=line_of)[skip:]
        assert [text for piece in pieces for text in piece.texts] == [
            text for item, text in zip(whole.items, whole.texts, strict=True) if item in set(found)
        ]


def line_of(item: str) -> int:
    return int(item.split()[1])


def test_notes_on_the_file_come_first_and_those_on_its_rows_last(tmp_path: Path) -> None:
    path = file(tmp_path, b"\xef\xbb\xbfid,words\n1,a b c\n2,d e f\n")
    assert [len(piece.notes) for piece in stream_texts(path, rows=1)] == [2, 0]
    rows = [b"%d,caf\xe9 is open" % i for i in range(5)]
    path = file(tmp_path, b"\n".join([b"id,text", *rows]))
    pieces = list(stream_texts(path, rows=2))
    assert [piece.notes for piece in pieces[:-1]] == [(), ()]
    assert pieces[-1].notes == read_texts(path).notes
    assert "read as Windows-1252 (5 texts" in pieces[-1].notes[0]


def test_what_is_set_aside_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    path = file(tmp_path, "id,text\n1\n2\n3,fine\n")
    read_texts(path, max_bad=1.0, on_event=lambda event: told.append(str(event.facts.get("text"))))
    assert told[-1] == "2 set aside; the first: line 2: 1 cell; expected 2"


# tables written by Python's csv module, whole and broken by hand


def cells_of(first: str) -> st.SearchStrategy[str]:
    rest = st.text(alphabet='ab ,;\t"\n\ré日😀', max_size=12)
    return st.builds(str.__add__, st.sampled_from(first) if first else st.just(""), rest)


@st.composite
def tables(draw: st.DrawFn, first: str = "", least: int = 1) -> tuple[list[list[str]], str, str]:
    """Rows of cells, what parts them, and the line end."""
    n_cells = draw(st.integers(least, 4))
    rows = draw(st.lists(st.lists(cells_of(first), min_size=n_cells, max_size=n_cells), min_size=1, max_size=8))
    return rows, draw(st.sampled_from(",\t")), draw(st.sampled_from(["\n", "\r\n"]))


def written(rows: Sequence[Sequence[str]], comma: str, end: str) -> str:
    # QUOTE_ALL with \n: the module leaves a lone \r bare there, and its own reader then sees two rows
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=comma, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from([16, 300, 1 << 20]))
def test_what_the_csv_module_wrote_is_read_as_it_was(table: tuple[list[list[str]], str, str], window: int) -> None:
    rows, comma, end = table
    header = [f"c{i}" for i in range(len(rows[0]))]
    texts = from_bytes_in(window, written([header, *rows], comma, end), comma)
    assert texts.frame.rows() == [tuple(row) for row in rows]
    assert not texts.rejected.height


BROKEN = {
    "unclosed": '"not closed',
    "not doubled": '"he said "hi" there"',
    "too many": "a{comma}b",
    "zero": "a\0b",
}


@st.composite
def broken_tables(draw: st.DrawFn, at_once: int) -> tuple[str, str, dict[int, list[str]], list[int]]:
    """A table with broken rows among its good ones, one alone or up to `at_once` before any of them.

    Its text, what parts its cells, the good rows by their lines, the lines of the broken ones.
    """
    rows, comma, end = draw(tables("xyz", 2))
    n_cells = len(rows[0])
    content = written([[f"c{i}" for i in range(n_cells)], ["first"] * n_cells], comma, end)
    good = {2: ["first"] * n_cells}
    bad: list[int] = []
    for row in rows:
        most = 0 if bad and at_once == 1 else at_once
        for kind in draw(st.lists(st.sampled_from(sorted(BROKEN)), max_size=most)):
            bad.append(content.count("\n") + 1)
            content += ("w" + comma) * (n_cells - 1) + BROKEN[kind].replace("{comma}", comma) + end
        good[content.count("\n") + 1] = row
        content += written([row], comma, end)
    return content, comma, good, bad


@settings(max_examples=250, deadline=None)
@given(broken_tables(at_once=1), st.sampled_from([16, 300, 1 << 20]))
def test_a_row_broken_by_hand_is_the_one_set_aside(
    table: tuple[str, str, dict[int, list[str]], list[int]], window: int
) -> None:
    """In = ok + rejected, and every good row is what it was."""
    content, comma, good, bad = table
    texts = from_bytes_in(window, content, comma)
    assert texts.rejected["item"].to_list() == [f"line {line}" for line in bad]
    assert texts.items.to_list() == [f"line {line}" for line in good]
    assert texts.frame.rows() == [tuple(row) for row in good.values()]


@settings(max_examples=150, deadline=None)
@given(broken_tables(at_once=3), st.sampled_from([16, 300, 1 << 20]))
def test_where_many_rows_in_a_row_are_broken_none_is_lost_in_silence(
    table: tuple[str, str, dict[int, list[str]], list[int]], window: int
) -> None:
    """What is read is good; a good row that is not is among the lines that are named."""
    content, comma, good, bad = table
    texts = from_bytes_in(window, content, comma)
    read_lines = [line_of(item) for item in texts.items]
    assert texts.frame.rows() == [tuple(good[line]) for line in read_lines]
    named: set[int] = set()
    for item, reason in texts.rejected.rows():
        last = re.search(r"to line (\d+)", reason)
        named |= set(range(line_of(item), int(last[1] if last else line_of(item)) + 1))
    assert set(bad) | (set(good) - set(read_lines)) <= named
    assert not named & set(read_lines)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='a,"\n\r\0é', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """No bytes crash the reader, and every line belongs to a text or to a record that was set aside."""
    try:
        texts = from_bytes(b"text,b\n" + content, ",")
    except (DataError, TooManyBadItems):
        return
    lines = [line_of(item) for item in [*texts.items, *texts.rejected["item"]]]
    assert len(set(lines)) == len(lines) and min(lines) >= 2
    assert texts.frame.null_count().row(0) == (0, 0)


def from_bytes_in(window: int, content: str, comma: str) -> Texts:
    """Texts of a table, read through windows of so many bytes: records lie across their borders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "WINDOW", window)
        patch.setattr(records, "RECORD_LIMIT", 4000)
        patch.setattr(records, "AFTER_BREAK", window)
        return from_bytes(content.encode(), comma)


def from_bytes(content: bytes, comma: str) -> Texts:
    """Texts of a file that holds these bytes; the text is the first column."""
    with tempfile.TemporaryDirectory() as folder:
        path = file(Path(folder), content, "a.tsv" if comma == "\t" else "a.csv")
        header = content.split(b"\n", 1)[0].decode().strip().replace('"', "").split(comma)
        return read_texts(path, TextOptions(text=header[0]), max_bad=1.0)


def test_frames_hold_text_alone(tmp_path: Path) -> None:
    texts = read(tmp_path, "n,text\n1,a\n,\n")
    assert texts.frame.dtypes == [pl.String, pl.String]
    assert texts.frame.rows() == [("1", "a"), ("", "")]
