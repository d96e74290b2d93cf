"""Tables as data: what each column is, what is set aside and why, what is said, and what bad tables get."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError, OptionError, TooManyBadItems
from discern.core.options import ReadOptions, SplitOptions, TableOptions
from discern.core.records import Column, InputSpec
from discern.data import delimited, records, table_read
from discern.data.dataset import Dataset
from discern.data.read import read
from discern.data.splits import split
from discern.data.table_values import stream_values, values_of

CRIME = Path("../shared/data/crime/communities.csv")


def file(tmp_path: Path, content: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode())
    return path


def rows(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


def table(tmp_path: Path, columns: dict[str, list[Any]], **options: Any) -> Dataset:
    pl.DataFrame(columns).write_csv(tmp_path / "made.csv")
    return read(tmp_path / "made.csv", **options)


def kinds(data: Dataset) -> dict[str, str]:
    return {column.name: column.kind for column in data.input.columns}


def numbers(n: int, seed: int = 0) -> list[float]:
    return list(map(float, np.random.default_rng(seed).normal(size=n).round(3)))


def test_a_table_becomes_numbers_categories_and_dates(tmp_path: Path) -> None:
    content = rows(
        "area,region,share,budget,since,crime",
        'A,north,12%,"£1,200",31/01/2020,5.5',
        "B,south,?,£900,01/02/2020,6.5",
        'C,north,14%,"£1,100.50",03/02/2020,8',
        "D,,9.5%,£950,04/02/2020,7.25",
    )
    data = read(file(tmp_path, content), target="crime")
    assert (data.kind, data.task, data.n) == ("table", "regression", 4)
    assert kinds(data) == {"region": "category", "share": "number", "budget": "number", "since": "date"}
    assert data.values.dtype == np.float64 and data.labels is not None and data.labels.dtype == np.float64
    np.testing.assert_array_equal(data.labels, [5.5, 6.5, 8, 7.25])
    np.testing.assert_array_equal(
        data.values, [[0, 12, 1200, 18292], [1, np.nan, 900, 18293], [0, 14, 1100.5, 18295], [np.nan, 9.5, 950, 18296]]
    )
    assert data.frame.to_dict(as_series=False) == {
        "region": ["north", "south", "north", None],
        "share": [12, None, 14, 9.5],
        "budget": [1200, 900, 1100.5, 950],
        "since": [dt.date(2020, 1, 31), dt.date(2020, 2, 1), dt.date(2020, 2, 3), dt.date(2020, 2, 4)],
    }
    assert data.items["item"].to_list() == ["line 2", "line 3", "line 4", "line 5"]
    assert data.items["column:area"].to_list() == ["A", "B", "C", "D"]
    assert data.aside == {"area": "an identifier: every row has another"}
    assert data.classes == [] and data.feature_names == ["region", "share", "budget", "since"]
    said = " | ".join(data.notes)
    for words in (
        "crime, a number",
        "2 numbers, 1 category, 1 date",
        "percentages",
        "thousands",
        "every row has another",
    ):
        assert words in said
    assert "a number to learn, 4 columns a row" in repr(data)


COLUMNS_OF_A_MODEL = (
    Column("marked", "number", missing=("-999",)),
    Column("size", "category", categories=("1.50", "2.0")),
    Column("price", "number", form="decimal comma"),
    Column("plain", "number"),
)
WRITTEN = {
    "a mark of a missing value": "1.5,1.50,2,1.5|-999,2.0,1.5,2.25|2.25,1.50,3,0.5",
    "categories that look like numbers": "0.5,1.50,1,1.5|0.25,2.0,2,2.25|0.75,1.50,3,0.5",
    "points that part thousands": "0.5,1.50,12.5,1.5|0.25,2.0,1.234,2.25|0.75,1.50,1.500,0.5",
}


@pytest.mark.parametrize("cells", WRITTEN.values(), ids=WRITTEN)
def test_a_model_reads_cells_as_they_are_written_at_every_door(cells: str, tmp_path: Path) -> None:
    """Evaluation reads a table whole, prediction in pieces: both take the numbers that training would have taken."""
    spec = InputSpec("table", (4,), "float64", columns=COLUMNS_OF_A_MODEL)
    names, lines = [column.name for column in COLUMNS_OF_A_MODEL], cells.split("|")
    path = file(tmp_path, rows(",".join([*names, "y"]), *(f"{line},{i}.5" for i, line in enumerate(lines))))
    frame = pl.DataFrame([line.split(",") for line in lines], schema=names, orient="row")
    wanted, _ = values_of(frame, spec, "as text")
    np.testing.assert_array_equal(read(path, spec=spec, target="y").values, wanted)
    np.testing.assert_array_equal(np.vstack([piece.values for piece in stream_values(path, spec)]), wanted)
    assert np.isnan(wanted[:, 0]).sum() == cells.count("-999") and not np.isnan(wanted[:, 1]).any()


def test_the_options_are_recorded_and_read_again(tmp_path: Path) -> None:
    content = rows("a,b,c,t,g", *(f"{i}.5,{i % 3},{-9 if i == 3 else i}.25,{i}.1,{i % 4}" for i in range(9)))
    path = file(tmp_path, content)
    data = read(path, target="t", drop="b", keep=["a"], missing="-9.25", group="g")
    assert kinds(data) == {"a": "number", "c": "number"}
    assert np.isnan(data.values[3, 1])
    assert data.groups is not None and data.groups.tolist() == [str(i % 4) for i in range(9)]
    assert data.aside == {"b": "named by --drop", "g": "the group (--keep makes it a feature, too)"}
    record = data.source.options.to_json()
    assert ReadOptions.from_json(record).table == TableOptions("t", ("b",), ("a",), ("-9.25",))
    del record["table"]
    assert ReadOptions.from_json(record).table == TableOptions()  # from before there were tables
    spec = data.input
    assert InputSpec.from_json(spec.to_json()) == spec
    assert spec.to_json()["columns"][1] == {"name": "c", "kind": "number", "missing": ["-9.25"]}
    assert "columns" not in InputSpec("table", (2,), "float32").to_json()
    assert Column.from_json({"name": "x", "kind": "category", "categories": ["a"]}).categories == ("a",)


@pytest.mark.parametrize("at", [0, 700, 1199])
def test_a_cell_that_does_not_fit_gets_the_same_verdict_wherever_it_stands(tmp_path: Path, at: int) -> None:
    cells = [f"{number}" for number in numbers(1200)]
    cells[at] = "n/k"
    data = table(tmp_path, {"x": cells, "y": numbers(1200, 1)}, target="y")
    assert kinds(data) == {"x": "number"} and np.isnan(data.values[at, 0]) and np.isnan(data.values).sum() == 1
    assert any("'n/k'" in note and "taken as missing" in note for note in data.notes)


@settings(deadline=None, max_examples=40)
@given(place=st.integers(0, 59), strays=st.integers(0, 60))
def test_the_verdict_depends_on_how_many_cells_do_not_fit(place: int, strays: int) -> None:
    cells = np.array([str(number) for number in numbers(60)], dtype=object)
    cells[[(place + i) % 60 for i in range(strays)]] = "west"
    frame = pl.DataFrame({"x": cells.tolist(), "z": numbers(60, 1), "y": numbers(60, 2)}, strict=False)
    data = read(frame, target="y")
    assert (kinds(data).get("x") == "number") == (strays <= 1)  # one in a hundred, or a single one


@pytest.mark.parametrize("at", [0, 899_999])
def test_a_million_rows_are_looked_at_to_the_last(tmp_path: Path, at: int) -> None:
    """A column of whole numbers in which a single cell is a code (with noughts before it) is one of codes."""
    n = 900_000
    cells = pl.select(pl.int_range(n) % 500).to_series().cast(pl.String)
    cells[at] = "007"
    frame = pl.DataFrame({"x": cells, "z": pl.select(pl.int_range(n) * 7919 % 1_000_003 / 7).to_series()})
    frame = frame.with_columns(y=pl.col("z") * 2)
    data = read(frame, target="y", keep="z")
    assert kinds(data) == {"x": "category", "z": "number"}


def test_identifiers_texts_constants_and_empty_columns_are_set_aside(tmp_path: Path) -> None:
    n = 60
    words = ["stolen near the park", "seen by a neighbour twice", "a window was broken again"]
    data = table(
        tmp_path,
        {
            "code": [f"E{i:03d}" for i in range(n)],
            "count": list(range(1, n + 1)),
            "measured": [i + 0.5 for i in range(n)],
            "whole": [i * 3 % 61 for i in range(n)],
            "story": [f"{words[i % 3]} {i}" for i in range(n)],
            "same": ["yes"] * n,
            "one": [1] * n,
            "nothing": ["?"] * n,
            "name": [f"name {i % 40}" for i in range(n)],
            "shop_id": [i % 5 for i in range(n)],
            "kind": ["ab"[i % 2] for i in range(n)],
            "y": numbers(n),
        },
        target="y",
    )
    assert kinds(data) == {"measured": "number", "whole": "number", "shop_id": "category", "kind": "category"}
    assert data.aside == {
        "code": "an identifier: every row has another",
        "count": "a running number",
        "story": "free text",
        "same": "always 'yes'",
        "one": "always 1",
        "nothing": "no cell holds a value",
        "name": "40 different values",
    }
    assert set(data.columns) == set(data.aside)
    kept = read(tmp_path / "made.csv", target="y", keep=["count", "name", "code"])
    assert {"count": "number", "name": "category", "code": "category"}.items() <= kinds(kept).items()


def test_what_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "name": [f"n{i}" for i in range(1001)],
        "same": [1] * 1001,
        "x": numbers(1001),
        "y": numbers(1001, 1),
    }
    with pytest.raises(OptionError, match=r"--keep name: .*every row has another; expected .*--keep same: always 1"):
        table(tmp_path, columns, target="y", keep=["name", "same"])


def test_codes_and_decimal_commas_go_by_the_whole_file(tmp_path: Path) -> None:
    columns = {
        "zip": ["00123", "10115", "00123", "10115"],
        "price": ["1,5", "2,25", "3,5", "0,75"],
        "weight": ["1,234", "2,500", "3,125", "1,750"],
        "people": ["12.345", "800", "1.200", "950"],
        "y": ["1", "2", "3", "4"],
    }
    content = rows(";".join(columns), *map(";".join, zip(*columns.values(), strict=True)))
    data = read(file(tmp_path, content), target="y", task="regression")
    assert kinds(data) == {"zip": "category", "price": "number", "weight": "number", "people": "number"}
    assert data.input.columns[0].categories == ("00123", "10115")
    np.testing.assert_array_equal(data.values[:, 2], [1.234, 2.5, 3.125, 1.75])  # as the prices tell
    np.testing.assert_array_equal(data.values[:, 3], [12345, 800, 1200, 950])
    alone = read(
        file(tmp_path, rows("weight\ty", "1,234\t5.5", "2,500\t6.5", "3,125\t8", "1,750\t9"), "b.tsv"), target="y"
    )
    np.testing.assert_array_equal(alone.values[:, 0], [1234, 2500, 3125, 1750])
    assert any("1,234 is taken for one thousand" in note for note in alone.notes)


def test_a_category_that_is_nearly_one_of_numbers_is_said(tmp_path: Path) -> None:
    cells = ["n/k" if i % 10 == 0 else str(number) for i, number in enumerate(numbers(50))]
    data = table(tmp_path, {"x": cells, "z": numbers(50, 1), "y": numbers(50, 2)}, target="y")
    assert "x" in data.aside and any("5 of 50 cells are no numbers; --missing" in note for note in data.notes)
    assert kinds(read(tmp_path / "made.csv", target="y", missing="n/k")) == {"x": "number", "z": "number"}


def test_rows_that_are_torn_are_named_and_too_many_end_the_reading(tmp_path: Path) -> None:
    lines = [f"{i}.5,{i}.25,{i % 7}.1" for i in range(50)]
    lines[10] = "1,2"
    data = read(file(tmp_path, rows("a,b,y", *lines)), target="y")
    assert data.rejected.rows() == [("line 12", "2 cells; expected 3")]
    lines[20:30] = ["1,2"] * 10
    with pytest.raises(TooManyBadItems, match=r"11 of 50 items cannot be read.*--max-bad"):
        read(file(tmp_path, rows("a,b,y", *lines)), target="y")
    assert read(file(tmp_path, rows("a,b,y", *lines)), target="y", max_bad=1).n == 39


def test_hostile_numbers_are_missing_and_named(tmp_path: Path) -> None:
    cells = [str(number) for number in numbers(1000)]
    for i, cell in enumerate(("nan", "inf", "1e999", "1_000", "\uff11\uff12", "-Infinity")):
        cells[100 * i + 5] = cell
    data = table(tmp_path, {"x": cells, "y": numbers(1000, 1)}, target="y")
    assert np.flatnonzero(np.isnan(data.values[:, 0])).tolist() == [5, 105, 205, 305, 505]
    assert data.values[405, 0] == 12
    said = next(note for note in data.notes if note.startswith("column 'x'"))
    assert "no number, taken as missing" in said and "'-Infinity'" in said and "nan" not in said


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("", {}, "it is empty"),
        ("a,b,y\n", {}, "a header without rows"),
        ("a,a,y\n1,2,3\n", {}, "2 columns named 'a'"),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "z"}, "--target z: no such column; there is a, y"),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "Y", "drop": "b", "keep": "c"}, "did you mean.*|--drop b.*--keep c"),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "y", "drop": "y"}, "--drop names the target"),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "y", "drop": "a", "keep": "a"}, "both name 'a'"),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "y", "task": "regresion"}, "did you mean 'regression'"),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "y", "group": "y"}, "name the same column"),
        ("a,y\n1,2\n1,3\n", {"target": "y"}, r"no column to learn from \(a: always 1\)"),
        ("y\n2\n3\n", {"target": "y"}, r"no column to learn from \(the target alone\)"),
        (
            "a,y\n1.5,2020-01-01\n2.5,2020-01-02\n",
            {"target": "y"},
            "dates in the target 'y'; expected numbers or classes",
        ),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "y", "language": "en"}, "--language belongs to texts"),
        ("a,y\n1.5,2\n2.5,3\n", {"target": "y", "label": "y"}, "--label goes with"),
    ],
)
def test_what_cannot_be_a_table_is_refused(tmp_path: Path, content: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises((DataError, OptionError), match=said):
        read(file(tmp_path, content), kind="table", **options)


def test_options_of_tables_are_refused_for_other_data(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="--target belongs to tables; arrays is none"):
        read(np.zeros((4, 2)), ["a", "b"] * 2, target="a")
    with pytest.raises(OptionError, match="--task goes with --target"):
        read(np.zeros((4, 2)), task="regression")


def test_too_many_columns_are_refused_before_rows_are_read(tmp_path: Path) -> None:
    header = ",".join(f"c{i}" for i in range(10_001))
    with pytest.raises(DataError, match="10,001 columns; expected at most 10,000"):
        read(file(tmp_path, f"{header}\n{header}\n"), target="c1")
    with pytest.raises(DataError, match="10,001 columns; expected at most 10,000"):
        read(pl.DataFrame({f"c{i}": [1] for i in range(10_001)}), target="c1")


def test_torn_rows_of_wide_tables_are_named(tmp_path: Path) -> None:
    """Commas are counted modulo 256 where that is enough: 299 of them and 43 are then alike."""
    lines = [",".join(f"{i * j % 17}.5" for j in range(300)) for i in range(40)]
    lines[7] = ",".join(["1"] * 44)
    data = read(file(tmp_path, rows(",".join(f"c{j}" for j in range(300)), *lines)), target="c0")
    assert data.rejected.rows() == [("line 9", "44 cells; expected 300")] and data.n == 39


def test_more_columns_than_rows_are_said(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {f"c{i}": numbers(10, i) for i in range(30)}
    data = table(tmp_path, columns | {"y": numbers(10, 99)}, target="y")
    assert data.values.shape == (10, 30)
    assert any("fewer rows (10) than columns (30)" in note for note in data.notes)


def test_which_tables_are_texts_and_which_are_not(tmp_path: Path) -> None:
    texts = file(
        tmp_path, rows("id,note,label", *(f"{i},a bag was stolen there,{'ab'[i % 2]}" for i in range(8))), "t.csv"
    )
    assert read(texts).kind == "texts"
    assert read(texts, kind="table").kind == "table"
    assert read(texts, target="label", keep="id").kind == "table"
    plain = file(tmp_path, rows("a,b", *(f"{i}.5,{i % 2}" for i in range(8))), "n.csv")
    assert (read(plain).kind, read(plain).task) == ("table", None)
    with pytest.raises(DataError, match="no column that is plainly the text"):
        read(plain, kind="texts")
    with pytest.raises(DataError):
        read(plain, label="b")
    lonely = file(tmp_path, rows("a", "1.5", "2.5"), "one.csv")
    assert read(lonely).kind == "table"


def test_rows_have_hashes_that_do_not_depend_on_the_order_of_columns(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"x": numbers(30), "w": numbers(30, 1), "id": [f"r{i}" for i in range(30)], "y": numbers(30, 2)}
    )
    data, turned = read(frame, target="y"), read(frame.select("y", "w", "id", "x"), target="y")
    assert data.items["sha256"].to_list() == turned.items["sha256"].to_list()
    assert data.items["pixels"].to_list() == turned.items["pixels"].to_list()
    assert data.items["sha256"].n_unique() == 30 and data.items["sha256"].str.len_bytes().unique().to_list() == [32]
    for name in frame.columns:  # any other cell is another row
        changed = frame.with_columns(
            pl.when(pl.int_range(30) == 7).then(pl.col(name).reverse()).otherwise(pl.col(name))
        )
        other = read(changed, target="y").items["sha256"].to_list()
        assert [i for i in range(30) if other[i] != data.items["sha256"][i]] == [7]


def test_copies_stay_together_and_rows_that_must_meet_do_not(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": numbers(40), "z": numbers(40, 1), "y": numbers(40, 2)})
    doubled = read(pl.concat([frame, frame, frame]), target="y")
    assert len(np.unique(doubled.units)) == 40
    few = pl.DataFrame({"k": ["ab"[i % 2] for i in range(200)], "w": [i % 3 for i in range(200)], "y": numbers(200)})
    met = read(few, target="y")
    assert len(np.unique(met.units)) == 200
    assert any("not taken for copies" in note for note in met.notes)
    parts = split(met, SplitOptions())
    assert parts.counts["test"] == 30


def test_reading_with_a_model_s_columns(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"x": numbers(20), "k": ["ab"[i % 2] for i in range(20)], "e": ["same"] * 20, "y": numbers(20, 1)}
    )
    data = read(frame, target="y")
    again = read(frame.select("k", "y", "e", "x"), spec=data.input, target="y")
    np.testing.assert_array_equal(again.values, data.values)
    assert again.input == data.input and again.items["sha256"].to_list() == data.items["sha256"].to_list()
    assert read(frame.drop("y"), spec=data.input, target="y").labels is None
    with pytest.raises(DataError, match="no column k among x, e, y"):
        read(frame.drop("k"), spec=data.input, target="y")


@pytest.mark.skipif(not CRIME.exists(), reason="the crime set is not here")
def test_the_communities() -> None:
    data = read(CRIME, target="ViolentCrimesPerPop")
    assert (data.n, data.skipped.height, data.rejected.height) == (1994, 221, 0)
    assert data.task == "regression" and {"communityname", "communityCode"} <= data.aside.keys()
    assert kinds(data)["state"] == "category" and kinds(data)["PctKids2Par"] == "number"
    assert np.isnan(data.frame["LemasSwornFT"].to_numpy().astype(float)).mean() > 0.8
    grouped = read(CRIME, target="ViolentCrimesPerPop", group="state")
    assert grouped.groups is not None and len(set(grouped.groups.tolist())) == 46 and "state" not in kinds(grouped)


STRANGE: tuple[str, ...] = (
    "",
    " 2.5",
    "2.5 ",
    "\t3",
    "NA",
    "?",
    "nan",
    "inf",
    "1e999",
    "1_000",
    "00123",
    "1.234",
    "12",
    "1e3",
    "+1.5",
    '"2.5"',
)
STRANGE += ('"1,5"', '"1,234"', "12%", "£3", "word", "01/02/2020", "-.5", "5.", "1.2.3", "x,y", "0.1,", "7.25")


@settings(max_examples=150, deadline=None)
@given(
    cells=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 2), st.sampled_from(STRANGE)), max_size=6),
    forms=st.tuples(*[st.sampled_from(["{:.4f}", "{:.1f}", "{:.3f}", "{:.0f}"])] * 3),
    window=st.sampled_from([200, 500, 8 << 20]),
)
def test_what_is_read_as_numbers_at_once_is_what_its_text_says(
    cells: list[tuple[int, int, str]], forms: tuple[str, ...], window: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(3)
    lines = [[form.format(x) for form, x in zip(forms, row, strict=True)] for row in 5 * rng.normal(size=(60, 3))]
    for row, column, cell in cells:
        lines[row][column] = cell
    content = "a,b,c,worth\n" + "".join(",".join(line) + f",{i % 7}.5\n" for i, line in enumerate(lines))
    path = file(tmp_path_factory.mktemp("both"), content)

    def found(at_once: bool) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(table_read, "ROWS", 20)
            patch.setattr(delimited, "SAMPLE", 8)
            patch.setattr(records, "WINDOW", window)
            if not at_once:
                patch.setattr(table_read, "_surely_numbers", lambda *_: [])
            try:
                data = read(path, target="worth", max_bad=1.0)
            except DataError as error:
                return str(error)
        return data.values.tobytes(), data.items.rows(), data.input, data.aside, data.notes, data.rejected.rows()

    assert found(True) == found(False)


def test_a_column_of_plain_decimals_never_becomes_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def pieces(self: delimited.Delimited, rows: int, skip: int, names: Any = ()) -> Any:
        asked.append(list(names))
        for piece in plainly(self, rows, skip, names):
            assert {piece.frame.schema[name] for name in names} <= {pl.Float64()}
            yield piece

    plainly = delimited.Delimited.pieces
    monkeypatch.setattr(delimited.Delimited, "pieces", pieces)
    made: dict[str, list[Any]] = {
        "plain": numbers(50),
        "whole": list(range(50, 0, -1)),
        "gaps": [*numbers(49), None],
        "y": numbers(50, 1),
    }
    data = table(tmp_path, made, target="y")
    assert asked == [["plain", "gaps"]] and list(kinds(data)) == ["plain", "whole", "gaps"]


@pytest.mark.filterwarnings("error")
def test_a_number_that_is_near_the_largest_is_read_without_a_word(tmp_path: Path) -> None:
    made = {"a": [*numbers(99), 1e308], "b": numbers(100, 1), "y": numbers(100, 2)}
    data = table(tmp_path, made, target="y")
    assert data.values.max() == 1e308 and not data.aside
