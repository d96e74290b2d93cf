"""Tests of chance against SciPy's, and how often they cry wolf."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from discern.evaluate import chance


def test_fisher_is_scipys() -> None:
    for a, n_a, b, n_b in [(3, 10, 9, 12), (0, 5, 5, 5), (7, 7, 7, 7), (1, 30, 40, 300), (250, 270, 900, 1000)]:
        expected = stats.fisher_exact([[a, n_a - a], [b, n_b - b]]).pvalue
        assert chance.fisher(a, n_a, b, n_b) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_is_the_binomial_test_with_a_half() -> None:
    for only_a, only_b in [(0, 0), (5, 5), (1, 9), (30, 12), (0, 6)]:
        n = only_a + only_b
        expected = stats.binomtest(only_a, n, 0.5).pvalue if n else 1.0
        assert chance.mcnemar(only_a, only_b) == pytest.approx(expected, rel=1e-9)


def test_sign_flips_of_few_units_go_through_every_flip() -> None:
    scores = np.array([3.0, -1.0, 2.0, 0.0, 4.0])
    sums = [abs(np.dot(signs, [3.0, -1.0, 2.0, 4.0])) for signs in itertools.product((1, -1), repeat=4)]
    assert chance.sign_flips(scores, seed=0) == np.mean([total >= 8.0 for total in sums])
    assert chance.sign_flips(np.zeros(7), seed=0) == 1.0


def test_sign_flips_of_single_pairs_are_mcnemars_test() -> None:
    """A unit that is one item adds 1, -1 or 0, so the flips are the binomial distribution."""
    scores = np.repeat([1.0, -1.0, 0.0], [9, 2, 30])
    assert chance.sign_flips(scores, seed=0) == pytest.approx(chance.mcnemar(9, 2))
    many = np.repeat([1.0, -1.0], [40, 20])
    assert chance.sign_flips(many, seed=0) == pytest.approx(chance.mcnemar(40, 20), abs=0.004)
    assert chance.sign_flips(many, seed=0) == chance.sign_flips(many, seed=0)


def test_holm_by_hand() -> None:
    """The smallest times 4, the next times 3, never falling, at most 1; what was not tested stays out."""
    assert chance.holm([0.01, None, 0.04, 0.03, 0.005]) == [0.03, None, 0.06, 0.06, 0.02]
    assert chance.holm([0.6, 0.9]) == [1.0, 1.0]
    assert chance.holm([]) == []


def test_newcombe_is_his_example() -> None:
    """Newcombe (1998), table II: 56/70 - 48/80 by method 10 is 0.0524 to 0.3339."""
    assert chance.newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    low, high = chance.newcombe(0, 10, 10, 10)
    assert -1 <= low < high <= 1


def test_resampled_sums_draw_whole_units() -> None:
    per_unit = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    sums = chance.resampled_sums(per_unit, seed=3, n_resamples=500)
    assert np.allclose(sums[:, 1], 2 * sums[:, 0])
    assert set(np.unique(sums[:, 0])) <= {float(a + 10 * b + 100 * (3 - a - b)) for a in range(4) for b in range(4 - a)}
    assert abs(sums[:, 0].mean() - 111) < 8


def test_the_test_by_groups_keeps_its_level_where_the_one_by_items_does_not() -> None:
    """Items of a group are right or wrong together, and the slice goes through whole groups: nothing is to be found."""
    rng = np.random.default_rng(0)
    n_groups, size, trials = 40, 8, 300
    by_groups = by_items = 0
    unit = np.repeat(np.arange(n_groups), size)
    for trial in range(trials):
        right = np.repeat(rng.random(n_groups) < 0.8, size) ^ (rng.random(n_groups * size) < 0.05)
        inside = np.repeat(rng.random(n_groups) < 0.5, size)
        scores = np.bincount(unit, (inside - inside.mean()) * (right - right.mean()))
        by_groups += chance.sign_flips(scores, seed=trial) <= 0.05
        a, b = int((right & inside).sum()), int((right & ~inside).sum())
        by_items += chance.fisher(a, int(inside.sum()), b, int((~inside).sum())) <= 0.05
    assert by_groups <= 25  # 5 % of 300 is 15; a right test passes this 99 times in 100
    assert by_items > 100
