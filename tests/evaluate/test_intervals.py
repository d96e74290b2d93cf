"""Intervals against SciPy, against a slow loop with the same draws, and against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics as peer

from discern.core.seeds import generator
from discern.evaluate import metrics
from discern.evaluate.intervals import Intervals, resample, wilson


@pytest.mark.parametrize(("right", "n"), [(0, 5), (5, 5), (257, 270), (1, 1), (13, 100_000), (1, 2)])
def test_wilson_is_that_of_scipy(right: int, n: int) -> None:
    theirs = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_resamples_are_those_of_a_straightforward_loop() -> None:
    rng = np.random.default_rng(0)
    truth, answers, losses = rng.integers(0, 3, 40), rng.integers(0, 3, 40), rng.random(40)
    units = np.repeat(np.arange(16), [1, 4] * 8)
    fast = resample(truth, answers, losses, units, 3, seed=5, n_resamples=30)
    draws = generator(5, "bootstrap")
    for i in range(30):
        chosen = np.concatenate([np.flatnonzero(units == unit) for unit in draws.integers(0, 16, 16)])
        table = peer.confusion_matrix(truth[chosen], answers[chosen], labels=[0, 1, 2])
        again = metrics.Tally(*(part[i] for part in fast.tallies))
        for ours, theirs in zip(again, metrics.tally(table), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert fast.losses[i] == pytest.approx(losses[chosen].mean(), abs=1e-12)


def test_the_bootstrap_takes_the_outer_points_of_the_draws() -> None:
    draws = np.random.default_rng(1).normal(0.7, 0.05, 2000)
    figure = Intervals(50, 100).bootstrap(0.7, 100, draws, "")
    assert (figure.low, figure.high) == tuple(np.percentile(draws, [2.5, 97.5]))
    assert figure.method == "bootstrap over 50 groups, 2,000 resamples, 95 %"


@pytest.mark.parametrize("share", [0.5, 0.93])
def test_wilson_covers_the_truth_about_95_times_in_100(share: float) -> None:
    rights = np.random.default_rng(2).binomial(120, share, 4000)
    bounds = np.array([wilson(float(right), 120) for right in range(121)])[rights]
    covered = ((bounds[:, 0] <= share) & (share <= bounds[:, 1])).mean()
    assert 0.93 <= covered <= 0.975


def test_the_bootstrap_over_groups_covers_where_items_alone_would_not() -> None:
    """Groups of eight whose items are all right or all wrong: 60 groups say as much as 60 items, not as 480."""
    rng = np.random.default_rng(3)
    covered = {"groups": 0, "items": 0}
    n_trials = 120
    for trial in range(n_trials):
        answers = np.repeat((rng.random(60) >= 0.8).astype(np.int64), 8)
        for name, units in (("groups", np.repeat(np.arange(60), 8)), ("items", np.arange(480))):
            draws = resample(np.zeros(480, np.int64), answers, np.zeros(480), units, 2, seed=trial, n_resamples=300)
            low, high = np.percentile(metrics.accuracy(draws.tallies), [2.5, 97.5])
            covered[name] += low <= 0.8 <= high
    assert covered["groups"] / n_trials >= 0.87
    assert covered["items"] / n_trials <= 0.6


def test_no_interval_is_made_up() -> None:
    constant = np.full(2000, 0.5)
    assert "single item" in Intervals(1, 1).bootstrap(0.5, 1, constant, "").method
    assert "the same in each" in Intervals(9, 9).bootstrap(0.5, 9, constant, "").method
    often_undefined = np.where(np.arange(2000) % 2 == 0, np.nan, np.arange(2000.0))
    figure = Intervals(9, 9).bootstrap(0.5, 9, often_undefined, "")
    assert (figure.low, figure.high) == (None, None)
    assert "1,000 of 2,000" in figure.method
    assert Intervals(9, 9).share(0, 0, 0, constant, "no item").value is None


def test_groups_that_agree_altogether_get_a_cautious_range() -> None:
    figure = Intervals(10, 80).share(80, 80, 10, np.ones(2000), "")
    assert (figure.low, figure.high) == wilson(10, 10)
    assert figure.method == "Wilson 95 % over 10 groups, each counted once"


def test_f1_carries_the_range_of_a_proportion_over() -> None:
    figure = Intervals(100, 100).f1(18, 24, 24, np.ones(2000), "")
    low, high = wilson(18, 24)
    assert figure.value == pytest.approx(2 * 18 / (24 + 18))
    assert (figure.low, figure.high) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
