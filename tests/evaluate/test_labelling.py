"""What the labels so far have come to: a curve on items drawn at random, what the last half brought, when to stop."""

from __future__ import annotations

import numpy as np
import pytest

from discern.core.records import Figure
from discern.evaluate.labelling import FEWEST_RANDOM, WORTH, Labelling, Linear, progress


def labelling(gain: Figure | None, n_random: int = 100) -> Labelling:
    return Labelling("pool", "a model", 1000, 1000, 0, 200, 0, 0, {"a": 100, "b": 100}, {}, gain, n_random)


@pytest.mark.parametrize(
    ("gain", "n_random", "verdict", "said"),
    [
        (None, 100, "too early", "too early"),
        (Figure(0.1, 0.05, 0.2, 50, ""), FEWEST_RANDOM - 1, "too early", f"it takes {FEWEST_RANDOM}"),
        (Figure(0.1, 0.05, 0.2, 50, ""), 50, "go on", "More labels help: the last half of the labels brought +10.0"),
        (Figure(0.02, -0.01, 0.05, 50, ""), 50, "not settled", "not settled"),
        (Figure(0.0, -0.01, WORTH - 0.001, 50, ""), 50, "enough", "No gain is shown any more"),
    ],
)
def test_labelling_is_over_when_a_gain_is_ruled_out(
    gain: Figure | None, n_random: int, verdict: str, said: str
) -> None:
    found = labelling(gain, n_random)
    assert found.verdict == verdict
    assert said in found.sentence
    record = found.to_json()
    assert record["schema"] == 1 and record["verdict"] == verdict


def two_kinds(n: int, apart: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n)
    rows = random.normal(size=(n, 20)) + apart * labels[:, None] * np.eye(20)[0]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


def test_the_curve_is_of_what_was_not_learned_from() -> None:
    """Labels that have nothing to do with the items are answered as by chance, however many there are."""
    features, labels = two_kinds(400, 0.0)
    every = np.arange(400)
    curve, gain = progress(Linear(features, 2), labels, every.tolist(), every[:0], every[:200], every, seed=0)
    assert list(curve) == ["50", "100", "200", "400"]
    last = curve["400"]
    assert last.low is not None and last.high is not None and last.n == 200
    assert last.low < 0.5 < last.high
    assert gain is not None and gain.low is not None and gain.high is not None
    assert gain.low < 0 < gain.high


def test_a_gain_that_is_there_is_shown_and_one_that_is_not_is_not() -> None:
    features, labels = two_kinds(600, 2.5)
    every = np.arange(600)
    _, early = progress(Linear(features, 2), labels, every[:20].tolist(), every[:0], every[:20], every, seed=0)
    curve, late = progress(Linear(features, 2), labels, every.tolist(), every[:0], every[:300], every, seed=0)
    assert curve["600"].value is not None and curve["75"].value is not None
    assert curve["600"].value > curve["75"].value
    assert early is not None and late is not None and late.high is not None
    assert late.high < 0.05
    assert labelling(Figure(0.0, None, None, 5, "")).verdict == "too early"


def test_copies_of_what_is_asked_are_not_learned_from() -> None:
    """Every item stands twice with labels that mean nothing: answered from its copy it would always be right."""
    features, labels = two_kinds(60, 0.0)
    twice, both, units = np.repeat(features, 2, axis=0), np.repeat(labels, 2), np.repeat(np.arange(60), 2)
    every = np.arange(120)
    curve, _ = progress(Linear(twice, 2), both, every.tolist(), every[:0], every, units, seed=0)
    assert curve["120"].high is not None and curve["120"].high < 0.8


def test_where_no_item_differs_the_gain_still_has_a_range() -> None:
    labels = np.arange(200) // 3 % 2
    features = np.where(labels[:, None] > 0, 1, -1) * np.eye(5, dtype=np.float32)[[0]]
    every = np.arange(200)
    _, gain = progress(Linear(features, 2), labels, every.tolist(), every[:0], every[:100], every, seed=0)
    assert gain is not None and gain.value == 0 and gain.low is not None and gain.high is not None
    assert gain.low == -gain.high and 0.03 < gain.high < 0.04


def test_too_few_labels_give_no_curve_and_one_class_no_model() -> None:
    features, labels = two_kinds(50, 1.0)
    every = np.arange(50)
    assert progress(Linear(features, 2), labels, [1, 2, 3], every[:0], every[1:3], every, seed=0) == ({}, None)
    learner = Linear(features, 3)
    np.testing.assert_allclose(learner.probabilities(labels, [(every[:0], every[:2])]), np.full((2, 3), 1 / 3))
    np.testing.assert_allclose(learner.probabilities(labels * 0, [(every[:9], every[:1])]), [[1, 0, 0]])
