"""The one decoder of tables: columns by name, in any order; what is missing, new or no number is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError
from discern.core.records import Column, InputSpec
from discern.data.dataset import decoded
from discern.data.read import read
from discern.data.table_values import stream_values, values_of

SPEC = InputSpec(
    "table",
    (4,),
    "float64",
    columns=(
        Column("price", "number", form="decimal comma"),
        Column("size", "number", missing=("-9",)),
        Column("kind", "category", ("large", "small")),
        Column("day", "date", form="day/month/year"),
    ),
)
FRAME = pl.DataFrame(
    {
        "day": ["02/01/1970", "?", "1970-01-03"],
        "kind": ["small", " large ", ""],
        "price": ["1,5", "1.234", "NA"],
        "size": ["7", "-9", "8.5"],
    }
)
VALUES = [[1.5, 7, 1, 1], [1234, np.nan, 0, np.nan], [np.nan, 8.5, np.nan, 2]]


def test_columns_are_found_by_name() -> None:
    for columns in (FRAME.columns, FRAME.columns[::-1]):
        values, notes = values_of(FRAME.select(columns), SPEC, "new.csv")
        np.testing.assert_array_equal(values, VALUES)
        assert values.dtype == np.float64 and notes == ()


def test_other_columns_are_named_and_passed_over() -> None:
    wide = FRAME.with_columns(extra=pl.lit("1"), more=pl.lit("2"))
    values, notes = values_of(wide, SPEC, "new.csv", passed_over=("more",))
    np.testing.assert_array_equal(values, VALUES)
    assert notes == ("new.csv: columns that the model does not use: extra",)


def test_missing_columns_are_named_all_at_once() -> None:
    with pytest.raises(DataError, match=r"new.csv: no columns price, day among kind, size.*learned from"):
        values_of(FRAME.drop("price", "day"), SPEC, "new.csv")
    with pytest.raises(DataError, match=r"no column price.*did you mean 'Price'"):
        values_of(FRAME.rename({"price": "Price"}), SPEC, "new.csv")


def test_categories_that_training_did_not_see_are_missing_and_named() -> None:
    frame = pl.concat([FRAME] * 4).with_columns(kind=pl.Series(["west", "small", "?", "west"] * 3))
    values, notes = values_of(frame, SPEC, "new.csv")
    assert np.isnan(values[0, 2]) and values[1, 2] == 1
    assert notes == ("new.csv, column 'kind': not seen in training, taken as missing: 'west' (6 times)",)


def test_cells_that_are_no_numbers_are_missing_and_named() -> None:
    frame = pl.concat([FRAME] * 4).with_columns(size=pl.Series(["inf", *map(str, range(11))]))
    values, notes = values_of(frame, SPEC, "new.csv")
    assert np.isnan(values[0, 1]) and values[11, 1] == 10
    assert notes == ("new.csv, column 'size': no number, taken as missing: 'inf'",)


def test_a_column_that_holds_something_else_is_refused() -> None:
    with pytest.raises(DataError, match=r"new.csv, column 'size': 'small'; expected numbers as in training"):
        values_of(FRAME.with_columns(size=pl.lit("small")), SPEC, "new.csv")
    with pytest.raises(DataError, match=r"column 'day': '5 oclock'; expected dates as in training \(day/month"):
        values_of(FRAME.with_columns(day=pl.lit("5 oclock")), SPEC, "new.csv")


def test_typed_columns_are_taken_as_they_are() -> None:
    typed = pl.DataFrame({"price": [1.5, 1.234], "size": [-9, 8], "kind": ["small", None], "day": [None, 2]})
    typed = typed.with_columns(pl.col("day").cast(pl.Date))
    values, notes = values_of(typed, SPEC, "frame")
    np.testing.assert_array_equal(values, [[1.5, np.nan, 1, np.nan], [1.234, 8, np.nan, 2]])
    assert notes == ()


def test_true_and_false_are_the_same_in_any_case() -> None:
    spec = InputSpec("table", (1,), "float64", columns=(Column("x", "category", ("False", "True")),))
    for cells in (pl.Series("x", [True, False, None]), pl.Series("x", ["TRUE", "false", "?"])):
        values, notes = values_of(cells.to_frame(), spec, "x")
        np.testing.assert_array_equal(values, [[1], [0], [np.nan]])
        assert notes == ()


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.sampled_from(["a", "b", "c"]), st.integers(-40_000, 80_000)),
        min_size=1,
        max_size=30,
    )
)
def test_what_was_encoded_is_decoded(rows: list[tuple[float, str, int]]) -> None:
    columns = (Column("x", "number"), Column("k", "category", ("a", "b", "c")), Column("d", "date"))
    frame = pl.DataFrame(rows, schema={"x": pl.Float64, "k": pl.String, "d": pl.Int32}, orient="row")
    frame = frame.with_columns(pl.col("d").cast(pl.Date))
    spec = InputSpec("table", (3,), "float64", columns=columns)
    as_text = frame.select(pl.all().cast(pl.String))
    for given_frame in (frame, as_text):
        values, _ = values_of(given_frame, spec, "x")
        back = pl.DataFrame([decoded(column, values[:, i]) for i, column in enumerate(columns)])
        assert back.equals(frame)


@pytest.mark.parametrize("rows", [1, 7, 100, 1000])
def test_a_stream_gives_what_the_whole_gives(tmp_path: Path, rows: int) -> None:
    random = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "x": random.normal(size=100).round(3),
            "k": random.choice(["a", "b"], 100),
            "note": ["-"] * 100,
            "y": random.normal(size=100).round(2),
        }
    )
    data = read(frame, target="y")
    text = frame.with_columns(k=pl.Series(["new" if i % 40 == 0 else k for i, k in enumerate(frame["k"])])).write_csv()
    lines = text.splitlines()
    lines.insert(50, "torn")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    pieces = list(stream_values(tmp_path / "a.csv", data.input, rows=rows))
    values = np.concatenate([piece.values for piece in pieces])
    expected = data.values.copy()
    expected[::40, 1] = np.nan
    np.testing.assert_array_equal(values, expected)
    assert [item for piece in pieces for item in piece.items] == [f"line {i + 2 + (i >= 49)}" for i in range(100)]
    assert [row for piece in pieces for row in piece.rejected] == [("line 51", "1 cell; expected 4")]
    assert pl.concat([piece.frame for piece in pieces]).columns == frame.columns
    said = [note for piece in pieces for note in piece.notes]
    assert said == [
        "a.csv: columns that the model does not use: note, y",
        "a.csv, column 'k': not seen in training, taken as missing: 'new' (3 times)",
    ]


def test_a_stream_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    for name in ("nowhere.csv", str(tmp_path), "https://example.org/a.csv"):
        with pytest.raises(DataError):
            list(stream_values(name, SPEC))
    (tmp_path / "b.csv").write_text("x\n" + "1\n" * 9 + "inf\n")
    spec = InputSpec("table", (1,), "float64", columns=(Column("x", "number"),))
    *_, last = stream_values(tmp_path / "b.csv", spec, rows=3)  # one strange cell is no other column
    assert np.isnan(last.values).all() and "'inf'" in last.notes[0]
    (tmp_path / "a.csv").write_text("price,price\n1,2\n")
    with pytest.raises(DataError, match="2 columns named 'price'"):
        list(stream_values(tmp_path / "a.csv", SPEC))


def test_pieces_of_plain_numbers_are_those_of_the_texts(tmp_path: Path) -> None:
    columns = tuple(Column(name, "number") for name in "abc")
    spec = InputSpec("table", (3,), "float64", columns=columns)
    numbers = np.random.default_rng(0).normal(size=(300, 3)).round(3).astype(str)
    numbers[50, 1], numbers[51, 1], numbers[200, 2], numbers[201, 0] = "NA", "", " 2.5", "inf"
    path = tmp_path / "a.csv"
    pl.DataFrame(dict(zip("abc", numbers.T, strict=True))).write_csv(path)
    frame = pl.read_csv(path, infer_schema=False, empty_string_is_null=False)
    values, notes = values_of(frame, spec, "a.csv")
    for rows in (7, 100, 1_000):
        pieces = list(stream_values(path, spec, rows=rows))
        np.testing.assert_array_equal(np.concatenate([piece.values for piece in pieces]), values)
        assert [note for piece in pieces for note in piece.notes] == list(notes)
    kept = pl.concat([piece.frame["a"] for piece in stream_values(path, spec, rows=50, as_text=("a",))])
    assert kept.to_list() == frame["a"].to_list()
