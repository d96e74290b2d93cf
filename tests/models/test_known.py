"""Sets of labels and `unknown`: what they promise is kept, also by groups, and a damaged file is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from discern.core.errors import ModelFileError
from discern.models import calibrate, known
from discern.models.answers import Answers, FittedOn, Sets, Trust
from discern.models.known import Unknown, thresholds
from discern.models.logistic import Logistic
from discern.store import bundle, tensors
from discern.store.session import Shipped

MUTATIONS = Path(__file__).parent.parent / "contract" / "mutations.py"


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_sets_hold_the_true_label_as_often_as_asked(coverage: float) -> None:
    """300 draws of 99 items: at least so often, and by less than 1 / 100 more."""
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        of_truth = rng.beta(2, 1, 99 + 200)
        found = calibrate.sets(of_truth[:99], coverage)
        assert found is not None
        held.append((of_truth[99:] >= found.least).mean())
    error = np.std(held) / 300**0.5
    assert coverage - 3 * error <= np.mean(held) <= coverage + 0.01 + 3 * error


def test_of_each_group_one_item_counts() -> None:
    """Groups of 20 that are alike: all items would promise too much for a new group."""
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        of_truth = np.clip(rng.beta(2, 1, (40, 1)) + rng.normal(0, 0.02, (40, 20)), 0, 1)
        units = np.repeat(np.arange(39), 20)
        alone = calibrate.one_of_each(units, 0)
        assert len(alone) == 39 and len(np.unique(units[alone])) == 39
        found = calibrate.sets(of_truth[:39].ravel()[alone], 0.9)
        assert found is not None
        held.append((of_truth[39] >= found.least).mean())
    assert np.mean(held) >= 0.9 - 3 * np.std(held) / 300**0.5


def test_too_few_items_give_no_sets_and_no_threshold() -> None:
    assert calibrate.sets(np.full(18, 0.9), 0.95) is None
    assert calibrate.sets(np.full(19, 0.9), 0.95) == Sets(0.95, 0.9)
    assert thresholds(np.ones(38), np.ones(38), 0.05) is None
    assert thresholds(np.ones(39), np.ones(39), 0.05) is not None


def test_a_set_is_never_empty_and_is_written_with_the_most_probable_first() -> None:
    stated = np.array([[0.2, 0.5, 0.3], [0.05, 0.05, 0.9]], np.float32)
    inside = Sets(0.9, 0.25).of(stated)
    assert inside.tolist() == [[False, True, True], [False, False, True]]
    assert Sets(0.5, 0.95).of(stated).sum(axis=1).tolist() == [1, 1]
    found = Answers(stated, np.array([True, False]), inside)
    classes = np.array(["a", "b", "c"])
    assert found.set_texts(classes) == ["b | c", "c"] and found.labels(classes).tolist() == ["unknown", "c"]


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_no_more_known_items_are_given_up_than_asked(share: float) -> None:
    rng = np.random.default_rng(0)
    lost = []
    for _ in range(200):
        best, distance = rng.beta(5, 1, 599), rng.chisquare(5, 599)
        found = thresholds(best[:199], distance[:199], share)
        assert found is not None
        lost.append(((best[199:] < found[0]) | (distance[199:] > found[1])).mean())
    assert share - 0.025 <= np.mean(lost) <= share + 3 * np.std(lost) / 200**0.5


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes in the plane of the first two of six columns; one column is constant."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    X = rng.normal(size=(400, 6)).astype(np.float32)
    X[:, 0] += 6 * y
    X[:, 5] = 7
    fitted = Logistic().fit(X[:300], np.array(["one", "two"])[y[:300]])
    near = known.fit(X[:300], y[:300], alike=False)
    best = fitted.predict_proba(X[300:]).max(axis=1)
    limits = thresholds(best, near.distance(X[300:]), 0.05)
    assert limits is not None
    path = tmp_path_factory.mktemp("known") / "model"
    bundle.save(
        path, fitted, trust=Trust(FittedOn("kept", 100, 100), None, Sets(0.9, 0.4), Unknown(0.05, *limits, near))
    )
    return path


def test_what_is_sure_and_far_away_is_unknown(model: Path) -> None:
    shipped = Shipped(bundle.load(model))
    middle = np.array([[0, 0, 0, 0, 0, 7], [6, 0, 0, 0, 0, 7]], np.float32)
    assert shipped.predict(middle).tolist() == ["one", "two"]
    for column, value in ((0, 60), (3, 30), (5, 20)):
        far = middle.copy()
        far[:, column] = value
        found = shipped.answer(far)
        assert found.unknown is not None and found.unknown.all()
        assert shipped.predict(far).tolist() == ["unknown"] * 2
    assert shipped.answer(np.array([[60, 0, 0, 0, 0, 7]], np.float32)).probabilities.max() > 0.99


def test_it_is_the_same_after_loading_and_saving_again(model: Path, tmp_path: Path) -> None:
    loaded = bundle.load(model)
    bundle.save(tmp_path / "again", loaded.estimator(), trust=loaded.trust)
    assert (tmp_path / "again").read_bytes() == model.read_bytes()


def test_sixty_damaged_files_do_no_harm(model: Path) -> None:
    command = [sys.executable, str(MUTATIONS), str(model), "60", "1"]
    child = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert child.returncode == 0, child.stderr[-3000:]
    outcome = json.loads(child.stdout)
    assert not outcome["wrong"] and outcome["refused"] > 20


@pytest.mark.parametrize("name", known.ARRAYS)
def test_damaged_arrays_are_refused(name: str, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = bundle.load(model)
    assert loaded.trust is not None
    plain = tensors.write

    def damaged(arrays: dict[str, np.ndarray]) -> bytes:
        broken = {key: value.copy() for key, value in arrays.items()}
        broken[f"trust.{name}"].flat[0] = np.nan
        return plain(broken)

    monkeypatch.setattr(tensors, "write", damaged)
    with pytest.raises(Exception, match="NaN or infinity"):
        bundle.save(tmp_path / "bad", loaded.estimator(), trust=loaded.trust)
    monkeypatch.setattr(tensors, "write", lambda arrays: plain({k: v for k, v in arrays.items() if name not in k}))
    with pytest.raises(Exception, match="lacks"):
        bundle.save(tmp_path / "bad", loaded.estimator(), trust=loaded.trust)
    assert not (tmp_path / "bad").exists()


def test_distances_of_other_features_are_refused(model: Path, tmp_path: Path) -> None:
    loaded = bundle.load(model)
    X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    other = Logistic().fit(X, np.array(["one", "two"])[np.arange(40) % 2])
    bundle.save(tmp_path / "other", other, trust=loaded.trust)
    with pytest.raises(ModelFileError, match="6 features"):
        Shipped(bundle.load(tmp_path / "other")).answer(X)


def test_what_is_missing_in_a_table_tells_nothing() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 4))
    features[rng.random(features.shape) < 0.2] = np.nan
    near = known.fit(features, (rng.random(300) < 0.5).astype(np.int64), alike=False)
    usual, gap, far = np.zeros((1, 4)), np.full((1, 4), np.nan), np.array([[np.nan, 30.0, 0.0, 0.0]])
    assert np.isfinite(near.distance(features)).all()
    np.testing.assert_allclose(near.distance(gap), near.distance(near.centre[None]), rtol=1e-6)
    assert near.distance(gap)[0] < near.distance(usual)[0] + 1 < 100 < near.distance(far)[0]
