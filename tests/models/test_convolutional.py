"""The convolutional network as an estimator, and what its codec keeps, refuses and ships."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from sklearn.base import clone

from discern.core.errors import DataError, ModelFileError, OptionError
from discern.core.events import Event
from discern.core.records import InputSpec
from discern.models.codecs import convolutional as codec
from discern.models.convolutional import ConvNet
from discern.nets.build import build, load_weights

random = np.random.default_rng(0)
PICTURES = random.integers(0, 256, (60, 13, 11, 3)).astype(np.uint8)
ROWS = random.normal(3, 5, (60, 64)).astype(np.float32)


def fitted(layers: str | None, X: NDArray[Any], n_classes: int, shape: tuple[int, ...] | None = None) -> ConvNet:
    return ConvNet(layers, shape, epochs=2).fit(X, np.array(list("abcdefghij"))[np.arange(len(X)) % n_classes])


@pytest.fixture(scope="module")
def small() -> ConvNet:
    return fitted("conv 4 same norm, pool, dense 6 norm, sigmoid", PICTURES, 2)


@pytest.mark.parametrize(
    ("layers", "X", "n_classes", "shape"),
    [
        ("conv 8 norm, pool, conv 8 2x4 same stride 2 norm, pool mean, dropout 0.2, dense 16 norm", PICTURES, 3, None),
        ("conv 4 4x2 same, average, sigmoid", PICTURES, 2, None),
        ("conv 4 1x1 stride 3, pool, flatten, dense 4, sigmoid", PICTURES, 2, (13, 11, 3)),
        ("conv 3 5x5 same stride 4, softmax", PICTURES[:, :, :, :1].astype(np.float32) / 255, 10, None),
        ("conv 8 same norm, residual 6 stride 2, average, dropout 0.2, softmax mirrored", PICTURES, 3, None),
        ("conv 4 3x2 norm, pool, dense 5, sigmoid mirrored", PICTURES, 2, (13, 11, 3)),
        ("conv 4, flatten, softmax mirrored", ROWS, 3, (8, 8)),
        ("conv 8, pool 3", ROWS, 3, (8, 8)),
        ("conv 4 same norm, average", ROWS, 3, (4, 4, 4)),
        ("residual 4, residual 4, pool, residual 6 stride 2, dropout 0.2, average", PICTURES, 3, None),
        ("residual 3 stride 3, residual 5 stride 2", PICTURES, 2, None),
        ("dense 9 norm, dropout 0.1, dense 5", ROWS, 2, None),
        (None, PICTURES, 1, None),
        (None, ROWS, 4, None),
    ],
)
def test_what_is_shipped_answers_as_what_was_trained(
    layers: str | None, X: NDArray[Any], n_classes: int, shape: tuple[int, ...] | None
) -> None:
    model = fitted(layers, X, n_classes, shape)
    config, arrays = codec.encode(model)
    config = json.loads(json.dumps(config))
    codec.check(config, arrays, model.input_, n_classes)
    expected = model.predict_proba(X)
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-12)

    again = codec.decode(config, arrays, model.input_, model.classes_)
    np.testing.assert_array_equal(again.predict_proba(X), expected)
    assert codec.encode(again)[0] == config

    graph = codec.graph(config, arrays, model.input_, n_classes)
    onnx.checker.check_model(graph, full_check=True)
    assert graph.SerializeToString() == codec.graph(config, arrays, model.input_, n_classes).SerializeToString()
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    (shipped,) = session.run(None, {"x": X.astype(model.input_.dtype)})
    assert (shipped.dtype, shipped.shape) == (np.float32, (len(X), n_classes))
    np.testing.assert_allclose(shipped, expected, atol=1e-5)
    np.testing.assert_array_equal(shipped.argmax(axis=1), expected.argmax(axis=1))


def changed(model: ConvNet, name: str, value: Any) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    config, arrays = copy.deepcopy(codec.encode(model))
    (config if name in config else arrays)[name] = value
    return config, arrays


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layers", 3),
        ("layers", "conv 4 same norm, pool, dense 6 norm"),
        ("layers", "conv 4 same, pool, flatten, dense 6 norm, sigmoid"),
        ("layers", "conv 4 same norm, pool, flatten, dense 7 norm, sigmoid"),
        ("layers", "conv 5000"),
        ("layers", "pool 99, softmax"),
        ("layers", "conv 3, softmax twice"),
        ("shape", [13, 11, 1]),
        ("shape", [11, 13, 3]),
        ("shape", [13, 11, 3.0]),
        ("shape", "13"),
        ("shape", []),
        ("cycles", []),
        ("cycles", [0]),
        ("cycles", [10**400]),
        ("epochs", 3),
        ("best_epoch", 0),
        ("best_epoch", True),
        ("learning_rate", float("nan")),
        ("learning_rate", "fast"),
        ("weight_decay", -1),
        ("batch_size", 2.5),
        ("patience", 0),
        ("precision", "float8"),
        ("precision", ["float32"]),
        ("random_state", -1),
        ("augment", "flop"),
        ("augment", "FLIP"),
        ("augment", 3),
        ("smoothing", 1),
        ("averaging", -0.5),
        ("loss", "hinge"),
        ("loss", 3),
        ("unknown", 1),
        ("head.bias", np.zeros(2, np.float32)),
        ("head.bias", np.zeros(1, np.float64)),
        ("head.bias", np.array([np.nan], np.float32)),
        ("head.bias", np.array([1e9], np.float32)),
        ("entry.scale", np.array([1, 0, 1], np.float32)),
        ("entry.scale", np.array([1, -1, 1], np.float32)),
        ("entry.mean", np.array([1, np.inf, 1], np.float32)),
        ("conv1_norm.running_var", np.array([1, 1, 1, -1], np.float32)),
        ("conv1.weight", np.zeros((4, 3, 3), np.float32)),
    ],
)
def test_a_model_file_that_does_not_fit_is_refused(small: ConvNet, name: str, value: Any) -> None:
    config, arrays = changed(small, name, value)
    with pytest.raises(ModelFileError):
        codec.check(config, arrays, small.input_, 2)


def test_missing_parts_and_other_classes_are_refused(small: ConvNet) -> None:
    config, arrays = codec.encode(small)
    for wrong in (3, 1):
        with pytest.raises(ModelFileError, match="sigmoid is for exactly two classes"):
            codec.check(config, arrays, small.input_, wrong)
    codec.check(config, arrays, InputSpec("table", (429,), "float32"), 2)  # rows that hold the pictures
    with pytest.raises(ModelFileError, match="shape"):
        codec.check(config, arrays, InputSpec("table", (430,), "float32"), 2)
    later = {key: value for key, value in config.items() if key != codec.LOSS}
    codec.check(later, arrays, small.input_, 2)  # as files were written when there was one loss
    assert codec.decode(later, arrays, small.input_, small.classes_).loss == "cross-entropy"
    old = {key: value for key, value in later.items() if key not in codec.LATER_KEYS}
    codec.check(old, arrays, small.input_, 2)  # as files were written before augmentation
    assert codec.decode(old, arrays, small.input_, small.classes_).augment_ == "none"
    for name in later:
        with pytest.raises(ModelFileError, match=name):
            codec.check({key: value for key, value in config.items() if key != name}, arrays, small.input_, 2)
    for name in arrays:
        with pytest.raises(ModelFileError, match=name):
            codec.check(config, {key: value for key, value in arrays.items() if key != name}, small.input_, 2)


def test_it_learns_to_read_digits() -> None:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    model = ConvNet(shape=(8, 8), epochs=6).fit(X[:1200], y[:1200], validation=(X[1200:1500], y[1200:1500]))
    assert model.score(X[1500:], y[1500:]) > 0.94
    pictures = X.reshape(-1, 8, 8).astype(np.uint8)
    same = ConvNet(epochs=6).fit(pictures[:1200], y[:1200], validation=(pictures[1200:1500], y[1200:1500]))
    np.testing.assert_allclose(same.predict_proba(pictures[1500:]), model.predict_proba(X[1500:]), atol=0.02)


def test_normalisation_is_that_of_the_training_part() -> None:
    model = fitted("flatten", PICTURES, 3)
    held_back = ConvNet("flatten", epochs=1).fit(PICTURES, np.arange(60) % 3, validation=(PICTURES[:1], [0]))
    flat = PICTURES.reshape(-1, 3).astype(np.float64)
    np.testing.assert_allclose(held_back.mean_, flat.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(held_back.scale_, flat.std(axis=0), rtol=1e-6)
    assert not np.array_equal(model.mean_, held_back.mean_)  # a tenth was held back there
    floats = ConvNet("flatten", epochs=1).fit(PICTURES.astype(np.float32), np.arange(60) % 3, validation=([], []))
    np.testing.assert_allclose(floats.scale_, held_back.scale_, rtol=1e-6)
    constant = ConvNet(epochs=1).fit(np.full((6, 3), 7.0), [0, 1] * 3)
    assert constant.scale_.tolist() == [1, 1, 1]


@pytest.mark.parametrize("n_items", [1, 2, 3])
def test_very_few_items_work(n_items: int) -> None:
    labels = np.arange(n_items).astype(str)
    model = ConvNet(epochs=2).fit(PICTURES[:n_items, :8, :8], labels)
    assert model.predict_proba(PICTURES[:, :8, :8]).shape == (60, n_items)
    assert model.history_[-1]["validation_loss"] is None
    assert model.best_epoch_ == model.epochs_ == 2


@pytest.mark.parametrize(
    ("layers", "rate"), [("residual 4", 0.01), ("conv 4 norm, dense 4 norm", 0.01), ("residual 4, dense 4", 0.003)]
)
def test_normalised_networks_learn_in_larger_steps(layers: str, rate: float) -> None:
    assert ConvNet(layers, epochs=1).fit(PICTURES[:20], np.arange(20) % 2).learning_rate_ == rate


@pytest.mark.parametrize(("n_items", "epochs"), [(40, 30), (2000, 10), (10_000, 8), (51_000, 6)])
def test_the_default_number_of_epochs_follows_the_number_of_items(n_items: int, epochs: int) -> None:
    model = ConvNet()
    model.shape_, model.classes_ = (28, 28, 1), np.arange(10)
    model._decide(n_items)
    assert model.cycles_ == (epochs,)
    model.shape_ = (64, 64, 3)
    model._decide(n_items)
    assert model.cycles_ == (min(60, max(15, 350_000 // n_items)),)
    assert (model.smoothing_, model.averaging_) == (0.1, 0.06)


def test_a_validation_part_of_one_class_works_and_an_unknown_label_does_not() -> None:
    labels = np.arange(60) % 3
    model = ConvNet("flatten", epochs=2).fit(PICTURES, labels, validation=(PICTURES[:4], [1] * 4))
    assert model.history_[0]["validation_accuracy"] in (0, 0.25, 0.5, 0.75, 1)
    with pytest.raises(DataError, match="label '7' is not among the classes"):
        ConvNet("flatten", epochs=2).fit(PICTURES, labels, validation=(PICTURES[:1], [7]))
    with pytest.raises(DataError, match="validation has 2 items but 1 labels"):
        ConvNet("flatten", epochs=2).fit(PICTURES, labels, validation=(PICTURES[:2], [1]))
    with pytest.raises(DataError, match="this model takes"):
        ConvNet("flatten", epochs=2).fit(PICTURES, labels, validation=(PICTURES[:2, :4], [1, 1]))


def test_the_estimator_pickles_and_clones(small: ConvNet) -> None:
    again = pickle.loads(pickle.dumps(small))  # noqa: S301 (made here)
    np.testing.assert_array_equal(again.predict_proba(PICTURES), small.predict_proba(PICTURES))
    assert clone(ConvNet(epochs=(3, 2))).epochs == (3, 2)


def test_a_mirrored_head_sees_the_mean_of_a_picture_and_its_mirror_image() -> None:
    model = fitted("conv 4 same norm, pool, dense 6, softmax mirrored", PICTURES, 3)
    network = build(model._plan(), model.mean_, model.scale_)
    load_weights(network, model.weights_)
    layers = torch.nn.Sequential(*network).eval()
    with torch.no_grad():
        one, other = (layers(torch.from_numpy(x)) for x in (PICTURES, PICTURES[:, :, ::-1].copy()))
    mean = ((one + other) / 2).double().softmax(dim=1).numpy()
    np.testing.assert_allclose(model.predict_proba(PICTURES), mean, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(PICTURES[:, :, ::-1]), mean, atol=1e-6)
    plain = fitted("conv 4 same norm, pool, dense 6, softmax", PICTURES, 3)
    assert all(np.array_equal(model.weights_[name], plain.weights_[name]) for name in plain.weights_)
    with pytest.raises(OptionError, match="needs pictures"):
        fitted("dense 6, softmax mirrored", ROWS, 3)


def test_all_mistakes_in_parameters_are_told_at_once() -> None:
    wrong = ConvNet(
        "cnov 3",
        (8,),
        epochs=-1,
        batch_size=0,
        learning_rate=float("nan"),
        weight_decay=-1,
        patience=0,
        augment="flop",
        budget=0,
        precision="float16",
        device="gpu",
        random_state=-1,
    )
    with pytest.raises(OptionError) as caught:
        wrong.fit(PICTURES, np.arange(60) % 2)
    said = " | ".join(caught.value.problems)
    for name in (
        "conv",
        "shape",
        "epochs",
        "batch_size",
        "learning_rate",
        "weight_decay",
        "patience",
        "precision",
        "device",
        "flop",
        "budget",
    ):
        assert name in said
    assert len(caught.value.problems) == 13
    for epochs in ((), (3, 0), (None, 2)):
        with pytest.raises(OptionError, match="epochs is"):
            ConvNet(epochs=epochs).fit(PICTURES, np.arange(60) % 2)


@pytest.mark.parametrize(("X", "shape"), [(ROWS, (8, 9)), (ROWS, (8, 8, 3)), (PICTURES, (11, 13, 3))])
def test_a_shape_that_the_data_have_not_is_refused(X: NDArray[Any], shape: tuple[int, ...]) -> None:
    with pytest.raises(OptionError, match=r"shape is .* values; the data are"):
        ConvNet(shape=shape, epochs=1).fit(X, np.arange(60) % 2)


def test_layers_too_many_for_the_pictures_are_refused() -> None:
    with pytest.raises(OptionError, match=r"layer 3 \('conv 8'\): a filter of 3x3 does not fit the 2x1x8"):
        ConvNet("conv 8, pool 5, conv 8", epochs=1).fit(PICTURES, np.arange(60) % 2)


def test_weights_of_another_run_are_a_start(small: ConvNet) -> None:
    labels = np.arange(60) % 2
    kept = small.get_params() | {"learning_rate": 1e-9, "weight_decay": 0.0, "epochs": 1}
    events: list[Event] = []
    near = ConvNet(**kept).fit(PICTURES, labels, start=small.weights_, on_event=events.append)
    for name in ("conv1.weight", "head.weight"):
        np.testing.assert_allclose(near.weights_[name], small.weights_[name], atol=1e-6)
    assert [event for event in events if event.name == "note"] == []

    other = ConvNet(**(kept | {"layers": "conv 4 same norm, pool, dense 6 norm"}))
    other.fit(PICTURES, np.arange(60) % 5, start=small.weights_, on_event=events.append)
    np.testing.assert_allclose(other.weights_["conv1.weight"], small.weights_["conv1.weight"], atol=1e-6)
    assert other.weights_["head.weight"].shape == (5, 6)
    assert "the last layer is made anew" in next(event.facts["text"] for event in events if event.name == "note")

    with pytest.raises(OptionError, match="do not fit these layers: conv1, dense1;"):
        ConvNet("conv 5 same norm, pool, sigmoid", epochs=1).fit(PICTURES, labels, start=small.weights_)


PAIRS = np.array([[left, right] for left in range(5) for right in range(5) if (left + right) % 5 < 3])
"""15 of the 25 pairs of five labels and five."""


def of_pairs(rng: np.random.Generator, each: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Rows with a noisy mark for each of the two labels, and the position of their pair."""
    positions = np.repeat(np.arange(len(PAIRS)), each)
    rows = np.concatenate([np.eye(5)[PAIRS[positions, 0]], np.eye(5)[PAIRS[positions, 1]]], axis=1)
    return (rows + rng.normal(0, 0.45, rows.shape)).astype(np.float32), positions


def test_what_is_learned_of_a_label_serves_every_pair_that_has_it() -> None:
    """Two items a pair are few, six items a label are more; what is kept has the plain head's arrays."""
    losses: dict[bool, list[float]] = {False: [], True: []}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X, y = of_pairs(rng, 2)
        new, truth = of_pairs(rng, 20)
        for by_label in losses:
            model = ConvNet("dense 16 norm", epochs=20, random_state=seed)
            model.fit(X, y, validation=(X[:0], y[:0]), class_labels=PAIRS if by_label else None)
            config, arrays = codec.encode(model)
            codec.check(config, arrays, model.input_, len(PAIRS))
            answers = model.predict_proba(new)
            assert answers.shape == (len(new), len(PAIRS)), "a pair that was never seen has no probability"
            losses[by_label].append(-float(np.log(answers[np.arange(len(new)), truth]).mean()))
    assert max(by - plain for by, plain in zip(losses[True], losses[False], strict=True)) < 0


def test_weights_that_were_folded_are_begun_from() -> None:
    X, y = of_pairs(np.random.default_rng(0), 4)
    nothing = {"validation": (X[:0], y[:0]), "class_labels": PAIRS}
    first = ConvNet("dense 16", epochs=10).fit(X, y, **nothing)
    again = ConvNet("dense 16", epochs=1, learning_rate=1e-9).fit(X, y, start=first.weights_, **nothing)
    np.testing.assert_allclose(again.predict_proba(X), first.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("labels", [PAIRS[:-1], PAIRS[:, 0], PAIRS[:, :0], PAIRS - 1, PAIRS * 1.0])
def test_labels_of_classes_that_do_not_fit_are_refused(labels: NDArray[Any]) -> None:
    X, y = of_pairs(np.random.default_rng(0), 1)
    with pytest.raises(DataError, match=r"expected \(15, n_targets\), whole numbers from 0"):
        ConvNet("dense 4", epochs=1).fit(X, y, class_labels=labels)
