"""Tables that are written: whole or not there, readable as they were, safe for a spreadsheet."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError, OptionError, OutputError
from discern.core.files import FORMULA_STARTS, safe_cell
from discern.core.options import TextOptions
from discern.data import tables_out
from discern.data.tables_out import FORMATS, csv_text, table_writer, write_table
from discern.data.texts import read_texts

CELLS = ["=1+1", "@x", "-1", "+a", "\tq", "\rz", "plain", "a\rb", 'c"d', "x,y", "http://a.b/c", "12", "é😀\n", "", None]
FRAME = pl.DataFrame({"text": CELLS, "=n": range(len(CELLS)), "share": [0.5] * len(CELLS)})


@pytest.mark.parametrize("ending", FORMATS)
def test_a_table_is_read_again_as_it_was(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    write_table(path, FRAME)
    texts = read_texts(path, TextOptions(text="text"))
    plain = ending in (".parquet", ".jsonl")
    cells = [cell or "" for cell in CELLS]
    assert texts.texts.to_list() == (cells if plain else [safe_cell(cell) for cell in cells])
    assert texts.frame.columns == ["text", "=n" if plain else "'=n", "share"]
    assert texts.frame["share"].to_list() == ["0.5"] * len(CELLS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("ending", FORMATS)
def test_pieces_make_the_same_bytes_as_the_whole_today_and_tomorrow(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, pieces = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    write_table(whole, FRAME)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    with table_writer(pieces) as table:
        for begin in range(0, FRAME.height, 4):
            table.write(FRAME[begin : begin + 4])
    assert table.n_rows == FRAME.height
    if ending == ".parquet":  # pieces may be groups of rows
        assert pl.read_parquet(whole).equals(pl.read_parquet(pieces))
        assert pl.read_parquet_metadata(pieces)["schema"] == "1"
    else:
        assert whole.read_bytes() == pieces.read_bytes()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="=+-@\t\r\n,\"'aé", max_size=6), min_size=1, max_size=6))
def test_no_cell_of_csv_runs_and_the_csv_module_reads_it_back(cells: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(pl.DataFrame({"a": cells, "b": cells})), newline="")))
    assert rows == [["a", "b"], *([safe_cell(cell)] * 2 for cell in cells)]
    assert not any(cell.startswith(FORMULA_STARTS) for row in rows for cell in row)


def test_excel_holds_text_and_nothing_else(tmp_path: Path) -> None:
    write_table(tmp_path / "a.xlsx", FRAME)
    sheet = fastexcel.read_excel(tmp_path / "a.xlsx").load_sheet(0, header_row=None).to_polars()
    assert sheet.to_series(0).to_list()[1:5] == ["'=1+1", "'@x", "'-1", "'+a"]
    content = (tmp_path / "a.xlsx").read_bytes()
    assert b"hyperlink" not in content


def test_what_a_format_cannot_hold_is_refused_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = pl.DataFrame({"text": ["a"], "words": [["x"]]})
    for ending in (".csv", ".tsv", ".xlsx"):
        with pytest.raises(OptionError, match=f"the column 'words' holds lists, which {ending} cannot hold"):
            write_table(tmp_path / f"a{ending}", lists)
    with pytest.raises(OptionError, match="a cell of 40,000 characters; Excel holds 32,767"):
        write_table(tmp_path / "a.xlsx", pl.DataFrame({"text": ["x" * 40_000]}))
    monkeypatch.setattr(tables_out, "EXCEL_ROWS", 3)
    with pytest.raises(OptionError, match="more rows or columns than Excel's"):
        write_table(tmp_path / "a.xlsx", FRAME)
    with pytest.raises(OptionError, match=r"a.doc: the ending '.doc'; expected .csv or .tsv"):
        write_table(tmp_path / "a.doc", FRAME)
    with pytest.raises(OutputError, match="no such file"):
        write_table(tmp_path / "none" / "a.csv", FRAME)
    with pytest.raises(DataError, match="no rows to write"), table_writer(tmp_path / "a.csv"):
        pass
    with pytest.raises(ValueError, match="expected"), table_writer(tmp_path / "a.csv") as table:
        table.write(FRAME)
        table.write(FRAME.drop("share"))
    assert not list(tmp_path.iterdir())
    write_table(tmp_path / "a.jsonl", lists)
    assert (tmp_path / "a.jsonl").read_text() == '{"text":"a","words":["x"]}\n'


def test_a_table_without_rows_has_a_header(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", FRAME.clear())
    assert (tmp_path / "a.csv").read_text() == "text,'=n,share\n"
