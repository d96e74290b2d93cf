"""Calibration error with its interval, the curve of coverage against error, and the record of it all."""

from __future__ import annotations

import json

import numpy as np
import pytest

from discern.core.errors import DataError
from discern.core.files import to_json
from discern.evaluate.calibration import Calibrated, bins_of, calibrated, calibration_error
from discern.evaluate.unknown import Exam, family

SIMULATIONS = 40


def answers(n: int, gap: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Best probabilities, and whether the answer is right: less often than stated, by `gap`."""
    rng = np.random.default_rng(seed)
    best = rng.uniform(0.5, 0.95, n)
    return best, (rng.random(n) < best - gap).astype(np.float64)


def test_the_interval_begins_at_0_when_probabilities_mean_it() -> None:
    found = [calibration_error(*answers(300, 0.0, seed), np.arange(300)) for seed in range(SIMULATIONS)]
    assert sum(figure.low > 0 for figure in found if figure.low is not None) <= 5


@pytest.mark.parametrize("gap", [0.1, 0.3])
def test_the_interval_holds_the_true_error(gap: float) -> None:
    found = [calibration_error(*answers(300, gap, seed), np.arange(300)) for seed in range(SIMULATIONS)]
    assert sum((figure.low or 0) <= gap <= (figure.high or 0) for figure in found) >= SIMULATIONS - 5
    assert np.mean([figure.value for figure in found]) == pytest.approx(gap, abs=0.03)
    assert gap < 0.2 or all((figure.low or 0) > 0 for figure in found)


def test_items_of_a_group_count_as_one() -> None:
    best, right = answers(60, 0.0, 0)
    ten_times = (np.repeat(best, 10), np.repeat(right, 10))
    grouped = calibration_error(*ten_times, np.repeat(np.arange(60), 10))
    alone = calibration_error(*ten_times, np.arange(600))
    assert grouped.high is not None and alone.high is not None and grouped.value is not None
    assert alone.value is not None and grouped.high - grouped.value > 1.5 * (alone.high - alone.value)
    assert "60 groups" in grouped.method
    single = calibration_error(*ten_times, np.zeros(600, np.int64))
    assert single.low is None and "single" in single.method


def test_bins_are_of_equal_size_and_keep_equals_together() -> None:
    rng = np.random.default_rng(0)
    assert np.ptp(np.bincount(bins_of(rng.random(1500), 1500))) <= 1
    assert bins_of(np.full(500, 0.7), 500).max() == 0
    votes = bins_of(rng.choice([0.4, 0.6, 1.0], 300), 300)
    assert len(np.unique(votes)) <= 3
    assert bins_of(rng.random(1500), 40).max() == 1


def measured(**more: object) -> Calibrated:
    rng = np.random.default_rng(0)
    stated = rng.dirichlet(np.ones(3), 200)
    positions = (rng.random((200, 1)) > stated.cumsum(axis=1)[:, :2]).sum(axis=1)
    positions[:3] = 3  # a label that was never learned
    return calibrated(positions, stated, np.sqrt(stated), np.arange(200), **more)  # type: ignore[arg-type]


def test_the_record_comes_back_and_counts_what_was_answered() -> None:
    unknown, sets = np.zeros(200, bool), np.ones((200, 3), bool)
    unknown[:20] = True
    asked = {"coverage": 0.9, "unknown": 0.1}
    found = measured(method="temperature", how="folds", n_fitted=50, sets=sets, unknown=unknown, asked=asked)
    assert Calibrated.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.answers["covered"].value == 197 / 200 and found.answers["set_size"].value == 3
    assert found.answers["given_up"].value == 0.1 and found.answers["wrong_of_answered"].n == 180
    assert set(found.figures) == {"log_loss", "error", "log_loss_before", "error_before"}
    shares = [share for share, _ in found.curve]
    assert shares == sorted(shares, reverse=True) and [figure.n for _, figure in found.curve][:2] == [200, 190]
    wrong = [figure.value for _, figure in found.curve]
    assert wrong[-1] < wrong[0]
    assert sum(one.right.n for one in found.bins) == 200


def test_a_record_of_another_form_is_refused() -> None:
    record = measured().to_json()
    with pytest.raises(DataError, match="schema 9"):
        Calibrated.from_json({**record, "schema": 9})
    del record["bins"]
    with pytest.raises(DataError, match="incomplete"):
        Calibrated.from_json(record)


def test_constant_probabilities_and_one_item_are_measured_as_far_as_it_goes() -> None:
    stated = np.full((50, 2), 0.5)
    found = calibrated(np.arange(50) % 2, stated, stated, np.arange(50))
    assert len(found.bins) == 1 and found.figures["error"].value == 0.0
    one = calibrated(np.array([0]), stated[:1], stated[:1], np.array([0]))
    assert one.figures["error"].low is None and one.figures["log_loss"].low is None


def test_an_exam_comes_back() -> None:
    exam = Exam(0.05, (family("noise", "every pixel by chance", np.arange(10) < 9, np.full(10, 0.8)),), ("why",))
    assert Exam.from_json(json.loads(json.dumps(exam.to_json()))) == exam
    assert exam.families[0].caught.value == 0.9 and exam.families[0].caught.low is not None
    with pytest.raises(DataError):
        Exam.from_json({"schema": 1})


def by_class(n: int, missed: float, seed: int, *, of_each: int = 1) -> Calibrated:
    """Two classes of as many items; sets hold `a` in 95 % of cases and `b` less often by `missed`."""
    rng = np.random.default_rng(seed)
    positions = np.repeat(np.arange(n) % 2, of_each)
    held = np.repeat(rng.random(n) < np.where(np.arange(n) % 2, 0.95 - missed, 0.95), of_each)
    sets = np.ones((len(held), 2), bool)
    sets[~held, positions[~held]] = False
    stated, units = np.full((len(held), 2), 0.5), np.repeat(np.arange(n), of_each)
    asked = {"coverage": 0.95}
    return calibrated(positions, stated, stated, units, sets=sets, asked=asked, classes=["a", "b"], seed=seed)


def test_coverage_is_measured_for_each_class_and_one_below_the_promise_is_named() -> None:
    found = by_class(800, 0.15, 0)
    assert list(found.covered) == ["a", "b"] and found.below == ("b",)
    assert found.covered["b"].n == 400 and (found.covered["b"].high or 1) < 0.9 and found.covered["b"].low is not None
    assert Calibrated.from_json(json.loads(to_json(found.to_json()))) == found
    before = {name: value for name, value in found.to_json().items() if name not in ("covered", "below")}
    assert not Calibrated.from_json(before).covered, "records of before hold none"


@pytest.mark.parametrize("of_each", [1, 5])
def test_a_kept_promise_is_seldom_called_broken(of_each: int) -> None:
    """At 5 % at most 6 of 40 in 99 cases of 100 (binomial); a group counts once."""
    assert sum(bool(by_class(200, 0.0, seed, of_each=of_each).below) for seed in range(40)) <= 6
    assert sum(bool(by_class(200, 0.3, seed, of_each=of_each).below) for seed in range(5)) == 5
