"""k nearest neighbours: exact, with ties by index, and k chosen by validation error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from discern.core.errors import DataError, OptionError
from discern.core.events import Event
from discern.models import nearest as module
from discern.models.nearest import frame_of, nearest
from discern.models.neighbours import KNeighbors

FIRST = 1527


@pytest.fixture(scope="module", params=["pictures", "table"])
def digits(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(return_X_y=True)
    return ((X * 15).astype(np.uint8).reshape(-1, 8, 8) if request.param == "pictures" else X), y.astype(str)


def test_the_digits_give_the_known_figure(digits: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = digits
    answers = KNeighbors(5).fit(X[:FIRST], y[:FIRST]).predict(X[FIRST:])
    assert np.count_nonzero(answers == y[FIRST:]) == 257
    flat = X.reshape(len(X), -1).astype(float)
    theirs = KNeighborsClassifier(5, algorithm="brute").fit(flat[:FIRST], y[:FIRST]).predict(flat[FIRST:])
    assert (answers == theirs).all()


def test_k_is_chosen_by_validation_error_and_the_curve_is_kept(digits: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = digits
    heard: list[Event] = []
    train, held = slice(0, 1200), slice(1200, FIRST)
    model = KNeighbors().fit(X[train], y[train], validation=(X[held], y[held]), on_event=heard.append)
    assert [point["k"] for point in model.k_curve_] == list(range(1, 26, 2))
    flat = X.reshape(len(X), -1).astype(float)
    for point in model.k_curve_:
        theirs = KNeighborsClassifier(point["k"]).fit(flat[train], y[train]).score(flat[held], y[held])
        assert point["errors"] == pytest.approx((1 - theirs) * point["n"], abs=1)  # they break ties at random
        assert point["error"]["low"] < point["error"]["value"] < point["error"]["high"]
    fewest = min(point["errors"] for point in model.k_curve_)
    assert model.n_neighbors_ == next(point["k"] for point in model.k_curve_ if point["errors"] == fewest)
    assert model.refit_ and len(model.items_) == FIRST
    assert heard[-1].facts == {"what": "neighbours", "done": 327, "of": 327}


def test_without_validation_each_item_is_left_out_in_turn() -> None:
    X, y = load_digits(return_X_y=True)
    model = KNeighbors().fit(X[:300], y[:300])
    apart = cdist(X[:300], X[:300])
    np.fill_diagonal(apart, np.inf)
    alone = np.count_nonzero(y[apart.argmin(axis=1)] != y[:300])
    assert model.k_curve_[0]["errors"] == alone
    assert not model.refit_
    assert KNeighbors().fit(X[:1], y[:1]).k_curve_ == ()
    assert [point["k"] for point in KNeighbors().fit(X[:5], y[:5]).k_curve_] == [1, 3]


def test_of_equal_distances_the_lower_index_is_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ITEM_VALUES", 64)
    monkeypatch.setattr(module, "QUERIES", 3)
    rng = np.random.default_rng(0)
    for dtype in (np.uint8, np.float32):
        items = rng.integers(0, 3, (200, 4)).astype(dtype)
        queries = rng.integers(0, 3, (10, 4)).astype(dtype)
        frame = None if dtype == np.uint8 else frame_of(items)
        apart = cdist(queries.astype(float), items.astype(float), "sqeuclidean")
        for k in (1, 7, 200):
            expected = np.argsort(apart, axis=1, kind="stable")[:, :k]
            assert (nearest(queries, items, k, frame) == expected).all()
        left_out = np.arange(10)
        apart[left_out, left_out] = np.inf
        expected = np.argsort(apart, axis=1, kind="stable")[:, :5]
        assert (nearest(queries, items, 5, frame, leave_out=left_out) == expected).all()


def test_floats_far_from_zero_keep_their_digits() -> None:
    rng = np.random.default_rng(1)
    items = np.column_stack([np.full(100, 1e9), rng.normal(size=100), 4e6 + np.arange(100) % 7]).astype(np.float32)
    queries = items[::3] + np.float32([0, 0.01, 0])
    exact = cdist(queries.astype(np.float64), items.astype(np.float64), "sqeuclidean")
    assert (nearest(queries, items, 1, frame_of(items))[:, 0] == exact.argmin(axis=1)).all()


def test_the_largest_sums_of_centred_bytes_are_exact() -> None:
    """All values at an end of the range: every partial sum is as large as it can be."""
    items = np.zeros((3, 5000), np.uint8)
    items[1, 0], items[2] = 1, 255
    queries = np.zeros((2, 5000), np.uint8)
    queries[1, 0] = 1
    assert nearest(queries, items, 3).tolist() == [[0, 1, 2], [1, 0, 2]]
    assert module.FEATURES_EXACT * module.MIDDLE**2 <= 2**24
    assert 3 * module.INT32_FEATURES * module.MIDDLE**2 <= 2**31 - 1


def test_float_pictures_and_single_classes_work() -> None:
    X = np.random.default_rng(0).random((20, 3, 3))
    model = KNeighbors(3).fit(X, np.repeat("a", 20))
    assert model.predict_proba(X).tolist() == [[1.0]] * 20
    assert KNeighbors(50).fit(X, np.repeat(["a", "b"], 10)).n_neighbors_ == 20


@pytest.mark.parametrize("k", [0, -1, 2.5, "5", True, 10**6])
def test_numbers_that_cannot_be_are_refused(k: Any) -> None:
    with pytest.raises(OptionError, match=r"n_neighbors is .*; expected a whole number from 1 to 100,000, or None"):
        KNeighbors(k).fit(np.zeros((4, 2)), [0, 0, 1, 1])


def test_validation_labels_must_be_known() -> None:
    with pytest.raises(DataError, match="label 'c' is not among the classes"):
        KNeighbors().fit(np.zeros((4, 2)), ["a", "a", "b", "b"], validation=(np.zeros((1, 2)), ["c"]))
