"""The record itself: units, fingerprint, rows taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from discern.core.errors import DataError
from discern.core.records import InputSpec
from discern.data.dataset import Dataset
from discern.data.read import read


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), min_size=1, max_size=40))
def test_units_are_the_connected_components(pairs: list[tuple[int, int]]) -> None:
    groups, contents = zip(*pairs, strict=True)
    data = read(np.array(contents, dtype=float)[:, None], groups=list(groups))
    rows, columns = np.nonzero(
        np.equal.outer(np.array(groups), np.array(groups)) | np.equal.outer(np.array(contents), np.array(contents))
    )
    n, theirs = connected_components(coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(pairs),) * 2))
    assert data.units.max() + 1 == n
    assert len(set(zip(data.units.tolist(), theirs.tolist(), strict=True))) == n
    first_seen = list(dict.fromkeys(data.units.tolist()))
    assert first_seen == sorted(first_seen)


def test_without_groups_copies_alone_are_units() -> None:
    assert read(np.array([[1.0], [2.0], [1.0], [3.0]])).units.tolist() == [0, 1, 0, 2]


def test_rows_taken_out() -> None:
    data = read(np.arange(12.0).reshape(6, 2), list("ababab"), groups=list("xxyyzz"))
    some = data.take([4, 1])
    assert some.items["item"].to_list() == ["arrays/00004", "arrays/00001"]
    assert some.values.tolist() == [[8, 9], [2, 3]]
    assert some.labels is not None and some.labels.tolist() == ["a", "b"]
    assert some.groups is not None and some.groups.tolist() == ["z", "x"]
    assert some.units.tolist() == [0, 1]
    assert len(data.take([])) == 0
    assert data.take(np.arange(6)).fingerprint == data.fingerprint != some.fingerprint


def test_the_fingerprint_is_of_names_labels_groups_and_contents() -> None:
    X, y = np.arange(8.0).reshape(4, 2), list("abab")
    first = read(X, y).fingerprint
    assert first == read(X.copy(), np.array(y)).fingerprint
    others = [read(X + 1, y), read(X, list("abba")), read(X, y, groups=list("pqrs")), read(X, y).take([1, 0, 2, 3])]
    assert len({first, *(data.fingerprint for data in others)}) == 5


def test_what_a_model_takes_and_how_it_is_shown() -> None:
    pictures = read("sample:digits")
    assert pictures.input == InputSpec("pictures", (8, 8, 1), "uint8")
    assert repr(pictures) == (
        "<Dataset 'sample:digits': 1,797 items, 10 classes, pictures of 8x8x1 (height x width x channels)>"
    )
    assert read(np.eye(3)).input == InputSpec("table", (3,), "float32")
    assert "no labels" in repr(read(np.eye(3)))


def test_columns_and_values_must_go_together() -> None:
    data = read(np.eye(3))
    with pytest.raises(ValueError, match="3 items, 2 rows"):
        Dataset("x", "table", data.items, data.values[:2], data.paths, data.rejected, data.skipped, (), (), data.source)


LONG = "x" * 501


@pytest.mark.parametrize(
    ("columns", "options", "what"),
    [
        ({"text": ["one", "two"], "label": ["a", LONG]}, {"kind": "texts"}, "label"),
        ({"text": ["one", "two"], "comment": [LONG, "b"]}, {"kind": "texts", "group": "comment"}, "group"),
        ({"size": [1.5, 2.5], "kind": ["a", LONG]}, {"target": "kind"}, "label"),
    ],
)
def test_labels_and_groups_are_no_free_text(
    tmp_path: Path, columns: dict[str, list[object]], options: dict[str, Any], what: str
) -> None:
    pl.DataFrame(columns).write_csv(tmp_path / "rows.csv")
    with pytest.raises(DataError, match=f"rows.csv: the {what} of '.*' has 501 characters; expected at most 500"):
        read(tmp_path / "rows.csv", **options)
    with pytest.raises(DataError, match="arrays: the label of 'arrays/00001' has 501 characters"):
        read([[1.0], [2.0]], ["a", LONG])
    assert read([[1.0], [2.0]], ["a", LONG[1:]]).classes == ["a", LONG[1:]]
