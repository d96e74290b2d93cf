"""What a loaded model answers does not depend on how many items are asked at once, and it says what it takes."""

from __future__ import annotations

import numpy as np
import pytest

from discern.core.errors import DataError
from discern.models.logistic import Logistic
from discern.models.neighbours import KNeighbors
from discern.store import bundle
from discern.store.session import Shipped
from store.bundles import packed, pictures, whole


def test_batches_change_nothing() -> None:
    shipped, X = Shipped(bundle.load(whole())), pictures(700)
    together = shipped.predict_proba(X)
    assert together.dtype == np.float32 and together.shape == (700, 2)
    one_by_one = np.concatenate([shipped.predict_proba(X[[row]]) for row in range(0, 700, 50)])
    assert (together[::50] == one_by_one).all()
    assert (Shipped(bundle.load(whole()), threads=1).predict_proba(X) == together).all()


def test_answers_are_labels() -> None:
    shipped = Shipped(bundle.load(whole()))
    loaded = bundle.load(whole()).estimator()
    assert (shipped.predict(pictures()) == loaded.predict(pictures())).all()
    assert shipped.predict(pictures()[..., 0]).tolist() == shipped.predict(pictures()).tolist()
    assert shipped.predict_proba(pictures()[:0]).shape == (0, 2)


def test_values_of_another_form_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    shipped = Shipped(bundle.load(whole()))
    with pytest.raises(DataError, match=r"found items of 5x4x1; this model takes pictures of 4x4x1"):
        shipped.predict(np.zeros((2, 5, 4, 1), np.uint8))
    with pytest.raises(DataError, match="found pictures of float64"):
        shipped.predict(np.zeros((2, 4, 4, 1)))
    X = np.random.default_rng(0).normal(size=(30, 3))
    bundle.save(tmp_path / "m", Logistic().fit(X, np.where(X[:, 0] > 0, "up", "down")))
    table = Shipped(bundle.load(tmp_path / "m"))
    assert table.predict(X).shape == (30,)
    with pytest.raises(DataError, match="NaN or infinity"):
        table.predict(np.full((1, 3), np.nan))
    with pytest.raises(DataError, match="found items of 2; this model takes 3 numbers an item"):
        table.predict(X[:, :2])
    with pytest.raises(DataError, match="single numbers"):
        table.predict(X[:, 0])


def test_large_items_and_many_classes_are_worked_on_a_few_at_a_time() -> None:
    assert Shipped(bundle.load(whole())).batch == 256
    many = {"classes": ["cat", "dog", *(f"z{number:05}" for number in range(50_000))]}
    assert Shipped(bundle.load(packed(many))).batch == 2**22 // (3 * 50_002)


@pytest.mark.parametrize("n_features", [1, 1024, 1025, 16_384, 16_385, 40_000])
def test_bytes_are_exact_however_many_features(n_features: int, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Distances that differ by 1 in a million million, at the bounds of float32 and of 32 bits."""
    rng = np.random.default_rng(n_features)
    items = rng.choice(np.array([0, 1, 127, 128, 254, 255], np.uint8), (60, n_features, 1, 1))
    items[1::2] = items[::2]
    items[1::2, -1] ^= 1
    queries = np.concatenate([255 - items[:20], items[20:40], np.zeros_like(items[:1]), np.full_like(items[:1], 255)])
    labels = np.array([f"{row:02}" for row in range(60)])
    model = KNeighbors(1).fit(items, labels)
    apart = (queries.reshape(len(queries), 1, -1).astype(np.int64) - items.reshape(1, 60, -1)) ** 2
    expected = labels[apart.sum(axis=2).argmin(axis=1)]
    assert (model.predict(queries) == expected).all()
    bundle.save(tmp_path / "m", model)
    assert (Shipped(bundle.load(tmp_path / "m")).predict(queries) == expected).all()
