"""What a table's values become before a model looks at them."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from onnx import helper

from discern.core.errors import DataError
from discern.core.records import Column, InputSpec
from discern.models import table_encoding
from discern.models.codecs import graphs
from discern.models.codecs.tabular import PREFIX, encoding
from discern.models.table_encoding import MOST_CATEGORIES, MOST_RAW, TableEncoder

NAN = float("nan")
COLUMNS = (
    Column("age", "number"),
    Column("region", "category", ("east", "north", "west")),
    Column("since", "date"),
    Column("same", "number"),
)
ROWS = np.array([[30, 1, 10_000, 5], [40, 1, 11_000, 5], [NAN, 0, 12_000, 5], [50, NAN, 13_000, 5], [20, 2, 14_000, 5]])


def many(n: int) -> tuple[np.ndarray, tuple[Column, ...]]:
    """A column of n categories, of which category i occurs more often the lower i is."""
    codes = np.repeat(np.arange(n), np.arange(n, 0, -1))
    return codes[:, None].astype(float), (Column("street", "category", tuple(f"s{i:04}" for i in range(n))),)


def test_numbers_are_standardised_gaps_filled_and_flagged_categories_spread_out() -> None:
    encoder = table_encoding.fit(ROWS, COLUMNS)
    assert encoder.names == [
        *("age", "since", "same", "age is missing", "region: east", "region: north", "region: west"),
        "region is missing",
    ]
    found = encoder.transform(ROWS)
    assert found.shape == (5, encoder.n_features) == (5, 8) and len(encoder.sources) == 8
    filled = np.array([30, 40, 35, 50, 20.0])
    np.testing.assert_allclose(found[:, 0], (filled - filled.mean()) / filled.std())
    np.testing.assert_allclose(found[:, 1:3].mean(axis=0), 0, atol=1e-12)
    assert (found[:, 2] == 0).all() and found[:, 3].tolist() == [0, 0, 1, 0, 0]
    assert found[:, 4:].tolist() == [[0, 1, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    assert [encoder.columns[i].name for i in encoder.sources[[0, 3, 5]]] == ["age", "age", "region"]


def test_for_least_squares_the_most_frequent_category_is_left_out() -> None:
    encoder = table_encoding.fit(ROWS, COLUMNS, "dropped")
    assert "region: north" not in encoder.names and encoder.baselines == {"region": "north"}
    assert encoder.transform(ROWS)[0, 4:].tolist() == [0, 0, 0]
    only = table_encoding.fit(np.zeros((3, 1)), (Column("k", "category", ("a",)),), "dropped")
    assert only.n_features == 1  # a table of one category alone still has a column


def test_a_category_that_training_did_not_see_counts_as_missing() -> None:
    plain = table_encoding.fit(np.array([[0.0], [1.0], [1.0]]), (Column("k", "category", ("a", "b", "c")),))
    assert plain.transform(np.array([[NAN], [0.0]])).tolist() == [[0, 0, 0], [1, 0, 0]]
    gappy = table_encoding.fit(np.array([[0.0], [NAN], [1.0]]), (Column("k", "category", ("a", "b")),))
    assert gappy.transform(np.array([[NAN]])).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("form", ["standard", "dropped"])
def test_rare_categories_share_a_column(form: table_encoding.Form) -> None:
    values, columns = many(150)
    encoder = table_encoding.fit(values, columns, form)
    dropped = form == "dropped"
    assert encoder.n_features == MOST_CATEGORIES + 1 - dropped
    assert encoder.names[-1] == "street: one of 50 rare ones"
    found = encoder.transform(values)
    assert (found.sum(axis=1) == 1 - (dropped & (values[:, 0] == 0))).all()
    assert (found[values[:, 0] >= MOST_CATEGORIES, -1] == 1).all()


def test_raw_leaves_the_table_as_it_is_but_for_the_rarest_of_many_categories() -> None:
    encoder = table_encoding.fit(ROWS, COLUMNS, "raw")
    np.testing.assert_array_equal(encoder.transform(ROWS), ROWS)
    assert encoder.names == ["age", "region", "since", "same"]
    assert encoder.categorical.tolist() == [False, True, False, False]
    values, columns = many(300)
    found = table_encoding.fit(values, columns, "raw").transform(values)
    assert found.max() == MOST_RAW and (found[values >= MOST_RAW] == MOST_RAW).all()
    assert np.unique(found[values < MOST_RAW]).size == MOST_RAW


def test_numbers_that_are_too_large_are_said() -> None:
    with pytest.raises(DataError, match=r"column 'age' holds 1e\+70 in size"):
        table_encoding.fit(np.array([[1e70], [0.0]]), COLUMNS[:1])
    encoder = table_encoding.fit(np.array([[1.0], [2.0]]), COLUMNS[:1])
    assert np.isfinite(encoder.transform(np.array([[1e300]])).astype(np.float32)).all()


@pytest.mark.parametrize("form", table_encoding.FORMS)
@pytest.mark.parametrize("source", ["small", "rare"])
def test_the_graph_encodes_as_numpy_does(form: table_encoding.Form, source: str) -> None:
    values, columns = (ROWS, COLUMNS) if source == "small" else many(300)
    encoder: TableEncoder = table_encoding.fit(values, columns, form)
    asked = np.concatenate([values, np.full((1, len(columns)), NAN), np.full((1, len(columns)), 1e40), values[:1] - 7])
    nodes, constants = encoding(encoder)
    nodes.append(helper.make_node("Identity", [PREFIX + "all"], ["prediction"]))
    graph = graphs.numbers(nodes, constants, InputSpec("table", (len(columns),), "float64"))
    graph.graph.output[0].CopyFrom(helper.make_tensor_value_info("prediction", 11, ["n", "m"]))
    (found,) = onnxruntime.InferenceSession(graph.SerializeToString()).run(None, {"x": asked})
    np.testing.assert_array_equal(found, encoder.transform(asked))
