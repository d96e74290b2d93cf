"""Classes with axes of their own: the distance is Mahalanobis' by its covariance, and is the same after loading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from discern.core.errors import ModelFileError
from discern.models import known, subspaces
from discern.models.answers import FittedOn, Trust
from discern.models.codecs import trust as codec
from discern.models.known import Near, Unknown
from discern.models.neighbours import KNeighbors
from discern.models.subspaces import Subspaces
from discern.store import bundle

D = 80


def features(n: int = 240, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Three classes that vary in few directions, each in its own, and a little in all."""
    random = np.random.default_rng(seed)
    ways = np.random.default_rng(99).normal(size=(3, 4, D))
    positions = np.arange(n) % 3
    along = random.normal(size=(n, 4))
    return 3 * positions[:, None] + np.einsum("nk,nkd->nd", along, ways[positions]) + random.normal(
        0, 0.3, (n, D)
    ), positions


@pytest.fixture(scope="module")
def near() -> Subspaces:
    found = known.fit(*features(), alike=True)
    assert isinstance(found, Subspaces)
    return found


def test_the_distance_is_that_of_the_covariance(near: Subspaces) -> None:
    new = features(30, seed=1)[0]
    flat, expected = (new - near.centre) / near.scale, np.full(30, np.inf)
    for mean, axes, spread in zip(near.own_means, near.own_axes, near.own_spread, strict=True):
        across = np.eye(D) - axes.T @ axes
        inverse = np.linalg.inv(axes.T @ np.diag(spread) @ axes + near.left_over * across)
        apart = flat - mean
        expected = np.minimum(expected, np.einsum("nd,de,ne->n", apart, inverse, apart))
    np.testing.assert_allclose(near.distance(new), expected, rtol=1e-3)


def test_what_is_made_of_the_ways_of_two_classes_is_far_from_both(near: Subspaces) -> None:
    """Of axes that all classes share it would lie on them."""
    first, second = features(60, seed=2)[0][:30:3], features(60, seed=3)[0][1:31:3]
    own = near.distance(features(300, seed=4)[0])
    mixed = near.distance((first + second) / 2 - 1.5)
    assert np.median(mixed) > np.quantile(own, 0.99)


@pytest.mark.parametrize(
    ("n", "d", "alike"), [(240, D, False), (240, subspaces.MANY - 1, True), (3 * subspaces.ITEMS_AN_AXIS, D, True)]
)
def test_few_features_and_few_items_share_their_axes(n: int, d: int, alike: bool) -> None:
    rows, positions = features(n)
    assert isinstance(known.fit(rows[:, :d], positions, alike=alike), Near)


def test_constant_features_are_no_class_of_their_own() -> None:
    found = known.fit(np.ones((240, D)), np.arange(240) % 3, alike=True)
    assert isinstance(found, Near) and np.isfinite(found.distance(np.zeros((1, D)))).all()


@pytest.fixture(scope="module")
def model(near: Subspaces, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows, positions = features()
    path = tmp_path_factory.mktemp("subspaces") / "model"
    estimator = KNeighbors(3).fit(rows.astype(np.float32), np.array(["a", "b", "c"])[positions])
    bundle.save(path, estimator, trust=Trust(FittedOn("kept", 100, 100), None, None, Unknown(0.05, 0.4, 200.0, near)))
    return path


def test_it_is_the_same_after_loading_and_saving_again(near: Subspaces, model: Path, tmp_path: Path) -> None:
    loaded = bundle.load(model)
    assert loaded.trust is not None and loaded.trust.unknown is not None
    new = features(30, seed=1)[0]
    np.testing.assert_array_equal(loaded.trust.unknown.near.distance(new), near.distance(new))
    bundle.save(tmp_path / "again", loaded.estimator(), trust=loaded.trust)
    assert (tmp_path / "again").read_bytes() == model.read_bytes()


@pytest.mark.parametrize("name", subspaces.ARRAYS)
@pytest.mark.parametrize("damage", ["nan", "shape", "gone"])
def test_damaged_arrays_are_refused(near: Subspaces, name: str, damage: str) -> None:
    trust = Trust(FittedOn("kept", 100, 100), None, None, Unknown(0.05, 0.4, 200.0, near))
    arrays = {key: value.copy() for key, value in trust.arrays().items()}
    codec.read(trust.to_json(), arrays)
    if damage == "nan":
        arrays[f"trust.{name}"].flat[0] = np.nan
    elif damage == "shape":
        arrays[f"trust.{name}"] = arrays[f"trust.{name}"][..., :-1]
    else:
        del arrays[f"trust.{name}"]
    with pytest.raises(ModelFileError):
        codec.read(trust.to_json(), arrays)


def test_a_spread_below_what_is_left_over_is_refused(near: Subspaces) -> None:
    trust = Trust(FittedOn("kept", 100, 100), None, None, Unknown(0.05, 0.4, 200.0, near))
    arrays = dict(trust.arrays()) | {"trust.own_spread": near.own_spread * 0}
    with pytest.raises(ModelFileError, match="own_spread"):
        codec.read(trust.to_json(), arrays)
