"""Calibration: what it restores, what it never changes, and what a damaged record of it is."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from discern.core.errors import ModelFileError, NewerFormat
from discern.evaluate.calibration import calibration_error
from discern.models import calibrate
from discern.models.answers import Calibration, FittedOn, Trust
from discern.models.codecs import graphs
from discern.models.codecs import trust as trusts
from discern.models.logistic import Logistic
from discern.models.scorer import softmax
from discern.store import bundle
from discern.store.export import to_onnx
from discern.store.session import Shipped
from store.bundles import packed

WAYS = {"temperature": calibrate.temperature, "isotonic": calibrate.isotonic}
EACH_ITEM = np.arange(4000)


def drawn(sharpness: float, n: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Stated probabilities `(n, 4)` that are too sure by `sharpness`, and labels drawn from the true ones."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n, 4)) * 1.5
    true = softmax(scores)
    positions = (rng.random((n, 1)) > true.cumsum(axis=1)[:, :3]).sum(axis=1)
    return softmax(sharpness * scores), positions


def loss(probabilities: np.ndarray, positions: np.ndarray) -> float:
    return float(-np.log(probabilities[np.arange(len(positions)), positions]).mean())


@pytest.mark.parametrize("sharpness", [0.4, 1.0, 3.0])
def test_temperature_finds_how_far_too_sure_a_model_is(sharpness: float) -> None:
    found = calibrate.temperature(*drawn(sharpness))
    assert found.temperature == pytest.approx(sharpness, rel=0.08)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sharpness", [0.3, 5.0])
def test_log_loss_falls_on_other_items_and_the_answer_stays(way: str, sharpness: float) -> None:
    found = WAYS[way](*drawn(sharpness))
    stated, positions = drawn(sharpness, seed=1)
    after = found.apply(stated)
    assert loss(after, positions) < loss(stated, positions) - 0.03
    assert (after.argmax(axis=1) == stated.argmax(axis=1)).all()
    np.testing.assert_allclose(after.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    "found", [Calibration("temperature", 50.0), Calibration("isotonic", points=((0.0, 0.25), (1.0, 0.25)))]
)
def test_the_answer_stays_even_where_rounding_makes_equals(found: Calibration) -> None:
    rng = np.random.default_rng(0)
    stated = 0.25 + rng.normal(size=(5000, 4)) * 1e-7
    stated /= stated.sum(axis=1, keepdims=True)
    after = found.apply(stated).astype(np.float32)
    assert (after.argmax(axis=1) == stated.argmax(axis=1)).all()
    votes = np.array([[0.5, 0.5, 0, 0], [0, 0, 1, 0]])
    assert found.apply(votes).argmax(axis=1).tolist() == [0, 2]


def test_votes_that_say_0_get_a_floor() -> None:
    rng = np.random.default_rng(0)
    positions = rng.integers(0, 3, 300)
    stated = np.eye(3)[np.where(rng.random(300) < 0.9, positions, (positions + 1) % 3)]
    after = calibrate.temperature(stated, positions).apply(stated)
    assert loss(after, positions) < 0.5
    assert after.max() == pytest.approx(0.9, abs=0.04)


def test_a_curve_is_chosen_only_where_one_number_does_not_do() -> None:
    plain, positions = drawn(2.0)
    assert calibrate.chosen(plain, positions, EACH_ITEM).method == "temperature"
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 4000)
    top = np.where(rng.random(4000) < 0.5, 0.6, 0.95)  # right 95 of 100 times at 0.6, and 60 at 0.95
    right = rng.random(4000) < np.where(top == 0.6, 0.95, 0.6)
    stated = np.full((4000, 2), np.nan)
    stated[EACH_ITEM, np.where(right, truth, 1 - truth)] = top
    stated = np.where(np.isnan(stated), 1 - top[:, None], stated)
    skewed = stated.copy()
    skewed[:, 0] = np.where(stated[:, 0] > 0.5, 0.999, 0.2)
    skewed[:, 1] = 1 - skewed[:, 0]
    assert calibrate.chosen(skewed, truth, EACH_ITEM).method == "isotonic"
    assert calibrate.chosen(skewed[:400], truth[:400], EACH_ITEM[:400]).method == "temperature"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("saved")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3)).astype(np.float32)
    y = np.array(["down", "level", "up"])[np.digitize(X[:, 0] + rng.normal(size=600), [-0.5, 0.5])]
    model = Logistic(C=100.0).fit(X[:60], y[:60])
    positions = np.searchsorted(model.classes_, y[60:])
    bundle.save(folder / "plain", model)
    for name, way in WAYS.items():
        made = way(model.predict_proba(X[60:]), positions)
        bundle.save(folder / name, model, trust=Trust(FittedOn("kept", 540, 540), made))
    return {name: folder / name for name in ("plain", *WAYS)}


@pytest.mark.parametrize("way", WAYS)
def test_every_door_states_the_calibrated_ones(way: str, saved: dict[str, Path], tmp_path: Path) -> None:
    X = np.random.default_rng(1).normal(size=(200, 3)).astype(np.float32)
    loaded = bundle.load(saved[way])
    shipped, plain = Shipped(loaded), Shipped(bundle.load(saved["plain"]))
    assert loaded.trust is not None and loaded.trust.calibration is not None
    raw = plain.predict_proba(X)
    assert (shipped.raw_proba(X) == raw).all()
    expected = loaded.trust.calibration.apply(raw)
    np.testing.assert_allclose(shipped.predict_proba(X), expected, atol=1e-7)
    assert np.abs(expected - raw).max() > 0.01
    assert (shipped.predict(X) == plain.predict(X)).all()
    to_onnx(loaded, tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession((tmp_path / "m.onnx").read_bytes(), providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"x": X})[0], expected, atol=2e-6)
    bundle.save(tmp_path / "again", loaded.estimator(), trust=loaded.trust)
    assert bundle.load(tmp_path / "again").trust == loaded.trust


def test_a_model_without_it_is_the_file_that_it_always_was(saved: dict[str, Path]) -> None:
    manifest = bundle.load(saved["plain"]).manifest
    assert manifest["format"] == 1 and "trust" not in manifest
    assert bundle.load(saved["temperature"]).manifest["format"] == 2
    with pytest.raises(NewerFormat):
        bundle.load(packed({"format": 4}))


GOOD = Trust(FittedOn("folds", 30, 20), Calibration("isotonic", points=((0.0, 0.1), (0.5, 0.4), (1.0, 0.9)))).to_json()
BAD = [
    ("calibration", "method", "power"),
    ("calibration", "method", "temperature"),
    ("calibration", "temperature", 0.0),
    ("calibration", "temperature", float("nan")),
    ("calibration", "temperature", True),
    ("calibration", "floor", 0.5),
    ("calibration", "points", [[0.0, 0.1], [0.0, 0.2]]),
    ("calibration", "points", [[0.0, 0.3], [1.0, 0.2]]),
    ("calibration", "points", [[0.0, 0.1], [1.0, 2.0]]),
    ("calibration", "points", [[i / 100, 0.1] for i in range(100)]),
    ("calibration", "points", "all"),
    ("calibration", "more", 1),
    ("fitted_on", "how", "test"),
    ("fitted_on", "n_units", 31),
    ("fitted_on", "n_items", -1),
]


@pytest.mark.parametrize(("part", "key", "value"), BAD)
def test_a_damaged_record_is_refused(part: str, key: str, value: object) -> None:
    assert trusts.read(json.loads(json.dumps(GOOD)), {}).to_json() == GOOD
    record = json.loads(json.dumps(GOOD))
    record[part][key] = value
    with pytest.raises(ModelFileError):
        trusts.read(record, {})
    with pytest.raises(ModelFileError):
        bundle.load(packed({"format": 2, "trust": record}))


@pytest.mark.parametrize("base", [calibrate.temperature, calibrate.isotonic])
def test_a_curve_for_the_most_probable_label_mends_it_and_changes_no_answer(base: calibrate.Way) -> None:
    """Six classes; of the model's best labels 60 % are right, whatever else it states."""
    rng = np.random.default_rng(0)

    def drawn(n: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        stated = rng.dirichlet(np.full(6, 0.2), n).astype(np.float32).astype(np.float64)
        other = rng.integers(0, 6, n)
        return stated, np.where(rng.random(n) < 0.6, stated.argmax(axis=1), other).astype(np.int64)

    plain = base(*(some := drawn(3000)))
    mended = calibrate.crowned(plain, *some)
    assert mended.way == f"{plain.method}+best" and len(mended.best) >= 2
    assert min(b[0] - a[0] for a, b in itertools.pairwise(mended.best)) >= calibrate.APART
    given, truth = drawn(3000)
    before, after = plain.apply(given), mended.apply(given)
    assert (after.argmax(axis=1) == given.argmax(axis=1)).all()
    assert np.abs(after.sum(axis=1) - 1).max() < 1e-5 and after.min() >= 0
    right = (given.argmax(axis=1) == truth).astype(np.float64)
    error = [calibration_error(some.max(axis=1), right, np.arange(3000)).value or 0.0 for some in (before, after)]
    assert error[1] < 0.035 and error[1] <= error[0] + 0.005
    sure = np.eye(6)[[2, 4]]
    assert np.abs(mended.apply(sure).sum(axis=1) - 1).max() < 1e-5, "the others share what none of them had"


def test_the_graph_of_both_curves_says_what_they_say_down_to_the_smallest_probabilities() -> None:
    rng = np.random.default_rng(0)
    raw = np.exp(rng.normal(0, 30, (2000, 4)))
    given = (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)
    truth = np.where(rng.random(2000) < 0.7, given.argmax(axis=1), rng.integers(0, 4, 2000)).astype(np.int64)
    identity = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["probabilities"])],
        "given",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 4])],
    )
    plain = helper.make_model(identity, opset_imports=[helper.make_opsetid("", graphs.OPSET)], ir_version=9)
    for base in (calibrate.isotonic, calibrate.temperature):
        found = base(given.astype(np.float64), truth)
        for way in (found, calibrate.crowned(found, given.astype(np.float64), truth)):
            session = onnxruntime.InferenceSession(graphs.calibrated(plain, way).SerializeToString())
            (answered,) = session.run(["probabilities"], {"x": given})
            assert np.abs(answered - way.apply(given)).max() < 1e-5


def test_a_saved_calibration_holds_the_curve_of_the_best_label_and_older_ones_none() -> None:
    way = Calibration("isotonic", points=((0.0, 0.1), (1.0, 0.9)), best=((0.0, 0.2), (1.0, 0.8)))
    assert trusts._calibration(way.to_json()) == way
    older = {name: value for name, value in way.to_json().items() if name != "best"}
    assert trusts._calibration(older) == Calibration("isotonic", points=way.points)
    assert Calibration("isotonic", points=way.points).to_json() == older
    with pytest.raises(ModelFileError, match="points do not rise"):
        trusts._calibration({**older, "best": [[0.5, 0.2], [0.4, 0.8]]})
    with pytest.raises(ModelFileError, match="two or more"):
        trusts._calibration({**older, "best": [[0.5, 0.2]]})
