"""Curves of robustness, and what the report says is borne."""

from __future__ import annotations

import numpy as np
import pytest

from discern.core.errors import DataError
from discern.core.records import Figure
from discern.evaluate.robustness import STRENGTHS, TEXT_STRENGTHS, TOLERATED, Robustness, cannot, robustness
from discern.report.robustness_page import KINDS, robustness_sentences, robustness_text, sections


def _answered(share: float, n: int = 1000) -> np.ndarray:
    return np.arange(n) >= round(n * (1 - share))


def test_the_loss_is_a_difference_in_pairs() -> None:
    right = _answered(0.9)
    now = right & (np.arange(1000) % 8 != 0)
    found = robustness(right, {"rotation": [(10.0, now)]}, np.arange(1000), n_test=1000)
    (point,) = found.curves[0].points
    assert point.accuracy.value == now.mean() and point.accuracy.method == "Wilson 95 %"
    assert point.loss.value == pytest.approx(right.mean() - now.mean())
    spread = np.std(right.astype(float) - now) / np.sqrt(1000)  # of the mean of the differences
    assert point.loss.low == pytest.approx(point.loss.value - 1.96 * spread, abs=0.004)
    assert point.loss.high == pytest.approx(point.loss.value + 1.96 * spread, abs=0.004)
    assert Robustness.from_json(found.to_json()) == found
    with pytest.raises(DataError):
        Robustness.from_json({"schema": 1})


def test_what_is_borne_is_said_in_words() -> None:
    right = _answered(1.0)
    turned = [(5.0, right), (10.0, _answered(0.98)), (20.0, _answered(0.88)), (30.0, _answered(0.99))]
    found = robustness(right, {"rotation": turned}, np.arange(1000), n_test=1000)
    curve = found.curves[0]
    assert curve.bears is not None and curve.bears.strength == 10.0  # what comes after a break is not borne
    assert curve.breaks is not None and curve.breaks.strength == 20.0
    (sentence,) = robustness_sentences(found)
    assert sentence.startswith("Rotation: bears turns of up to 10 degrees; at 20 degrees it loses 12.0 points (")


def test_few_items_bear_nothing_for_sure() -> None:
    right, now = _answered(1.0, 20), _answered(0.95, 20)
    found = robustness(right, {"blur": [(0.01, now)]}, np.arange(20), n_test=20)
    assert found.curves[0].bears is None
    assert "is not shown to bear the least that was tried; at 1 % a loss of up to" in robustness_sentences(found)[0]
    assert found.curves[0].points[0].loss.high is not None and found.curves[0].points[0].loss.high > TOLERATED


def test_all_borne_and_none_borne() -> None:
    right = _answered(1.0)
    same = robustness(right, {"noise": [(0.1, right)]}, np.arange(1000), n_test=1000)
    assert "the most that was tried" in robustness_sentences(same)[0]
    assert "answered as before" in same.curves[0].points[0].loss.method
    broken = robustness(right, {"noise": [(0.1, _answered(0.2))]}, np.arange(1000), n_test=1000)
    assert "does not bear the least that was tried; at 10 % it loses 80.0 points" in robustness_sentences(broken)[0]


def test_a_gain_is_written_with_its_sign_and_so_is_its_range() -> None:
    found = robustness(_answered(0.9), {"noise": [(0.1, _answered(0.92))]}, np.arange(1000), n_test=1000)
    assert "−2.0 points (−2.9 to −1.2)" in robustness_text(found, width=200)


def test_a_model_that_guesses_has_nothing_to_break() -> None:
    right, guessing = _answered(0.3), Figure(0.25, 0.22, 0.33, 1000, "Wilson 95 %")
    found = robustness(right, {"noise": [(0.1, right)]}, np.arange(1000), n_test=1000, baseline=guessing)
    assert robustness_sentences(found)[-1].endswith("so there is little to break.")
    assert Robustness.from_json(found.to_json()) == found


def test_one_group_alone_shows_nothing() -> None:
    found = robustness(_answered(1.0, 50), {"blur": [(0.01, _answered(0.98, 50))]}, np.zeros(50, int), n_test=50)
    assert found.curves[0].bears is None
    assert "nothing can be said (no interval: a single group was tested)" in robustness_sentences(found)[0]


def test_numbers_are_no_pictures() -> None:
    found = cannot("distortions are for pictures, and these items are numbers", 30)
    assert robustness_sentences(found) == ["Not measured: distortions are for pictures, and these items are numbers."]
    assert sections(found)[0].drawings == ()
    assert Robustness.from_json(found.to_json()) == found


def test_every_kind_has_words_and_rising_strengths() -> None:
    from discern.images.distort import KINDS as FUNCTIONS

    assert set(STRENGTHS) == set(FUNCTIONS) and set(STRENGTHS) | set(TEXT_STRENGTHS) == set(KINDS)
    for strengths in (*STRENGTHS.values(), *TEXT_STRENGTHS.values()):
        assert list(strengths) == sorted(set(strengths)) and len(strengths) >= 4
