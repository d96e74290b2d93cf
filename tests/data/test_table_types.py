"""Tables whose cells have types: Parquet, Excel, data frames; and every form of a table alike."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from discern.data.dataset import Dataset
from discern.data.read import read


def kinds(data: Dataset) -> dict[str, str]:
    return {column.name: column.kind for column in data.input.columns}


def numbers(n: int, seed: int = 0) -> list[float]:
    return list(map(float, np.random.default_rng(seed).normal(size=n).round(3)))


def test_typed_columns_keep_their_types(tmp_path: Path) -> None:
    n = 30
    frame = pl.DataFrame(
        {
            "number": numbers(n),
            "small": pl.Series(numbers(n, 1), dtype=pl.Float32),
            "count": [i % 4 for i in range(n)],
            "truth": [bool(i % 2) for i in range(n)],
            "day": [dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(n)],
            "time": [dt.datetime(2020, 1, 1, 12) + dt.timedelta(hours=i) for i in range(n)],
            "word": ["ab"[i % 2] for i in range(n)],
            "gap": [None if i == 3 else i * 1.5 for i in range(n)],
            "bad": [float("inf") if i == 4 else i * 2.5 for i in range(n)],
            "many": [[1, 2]] * n,
            "y": numbers(n, 2),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    from_file = read(tmp_path / "a.parquet", target="y")
    in_memory = read(frame, target="y")
    np.testing.assert_array_equal(from_file.values, in_memory.values)
    assert from_file.input == in_memory.input
    assert kinds(from_file) == {
        **dict.fromkeys(("number", "small", "count"), "number"),
        "truth": "category", "day": "date", "time": "date", "word": "category", "gap": "number", "bad": "number",
    }  # fmt: skip
    np.testing.assert_array_equal(from_file.values[:, 1], frame["small"].cast(pl.Float64).to_numpy())
    assert from_file.values[1, 5] == pytest.approx(18262 + 13 / 24, abs=1e-9)
    assert np.isnan(from_file.values[3, 7]) and np.isnan(from_file.values[4, 8])
    assert from_file.input.columns[3].categories == ("false", "true")
    assert any("lists or bytes" in note and "many" in note for note in in_memory.notes)
    assert from_file.items["sha256"].to_list() == in_memory.items["sha256"].to_list()


def test_every_form_of_a_table_gives_the_same_numbers(tmp_path: Path) -> None:
    frame = pl.DataFrame({"x": numbers(20), "k": ["ab"[i % 2] for i in range(20)], "y": numbers(20, 1)})
    frame.write_csv(tmp_path / "a.csv")
    frame.write_csv(tmp_path / "a.tsv", separator="\t")
    frame.write_ndjson(tmp_path / "a.jsonl")
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_excel(tmp_path / "a.xlsx")
    found = [read(tmp_path / f"a.{end}", target="y") for end in ("csv", "tsv", "jsonl", "parquet", "xlsx")]
    for data in found:
        np.testing.assert_array_equal(data.values, found[0].values)
        np.testing.assert_array_equal(data.labels, found[0].labels)
        assert data.input == found[0].input
        assert data.items["sha256"].to_list() == found[0].items["sha256"].to_list()


def test_frames_of_others_are_tables_too() -> None:
    pandas = pytest.importorskip("pandas")
    given = {"x": [1.5, 2.5, None, 4.0], "k": ["a", "b", None, "a"], "y": [1.0, 2.0, 3.0, 5.5]}
    frame = pandas.DataFrame(given).assign(day=pandas.Timestamp("2020-01-02"))
    data = read(frame, target="y")
    np.testing.assert_array_equal(data.values, [[1.5, 0], [2.5, 1], [np.nan, np.nan], [4, 0]])
    assert data.aside["day"].startswith("always 2020-01-02") and data.task == "regression"

    class Arrow:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pl.DataFrame(given).__arrow_c_stream__(requested_schema)

    other = read(Arrow(), target="y")  # type: ignore[arg-type]
    np.testing.assert_array_equal(other.values, data.values)


def test_spans_and_times_of_day_are_hours(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "at": [dt.time(i, 30) for i in range(9)],
            "took": [dt.timedelta(minutes=90 * i) for i in range(9)],
            "y": numbers(9),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    for data in (read(frame, target="y"), read(tmp_path / "a.parquet", target="y")):
        np.testing.assert_allclose(data.values, [[i + 0.5, 1.5 * i] for i in range(9)], rtol=1e-15)
