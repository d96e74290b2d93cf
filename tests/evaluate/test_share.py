"""Shares corrected for a classifier's mistakes: known formulas, coverage in simulation, and what stands out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from discern.core.errors import DataError
from discern.evaluate.counts import Counts, Reference, Row, _chances, count, discoveries, effect
from discern.evaluate.share import Sample, corrected, critical

Array = NDArray[np.float64]


def drawn(
    rng: np.random.Generator, share: float, found: float, false: float, n: int, labelled: tuple[int, int], times: int
) -> tuple[Array, Array, Array]:
    """Simulated counts of yes-or-no answers, and the corrected shares with their intervals."""
    up, down = rng.binomial(labelled[0], found, times), rng.binomial(labelled[1], false, times)
    yes = rng.binomial(n, share * found + (1 - share) * false, times)
    samples = Sample(up / labelled[0], 1.0, labelled[0]), Sample(down / labelled[1], 1.0, labelled[1])
    return corrected(yes / n, np.full(times, float(n)), *samples)


def test_the_share_is_that_of_rogan_and_gladen_kept_within_0_and_1() -> None:
    positive, negative = Sample(0.8, 1.0, 100), Sample(0.1, 1.0, 200)
    share, low, high = corrected(np.array([0.24, 0.05, 0.95]), np.full(3, 1000.0), positive, negative)
    assert share == pytest.approx([(0.24 - 0.1) / 0.7, 0.0, 1.0])
    assert (low <= share).all() and (share <= high).all() and low[1] == 0 and high[2] == 1
    assert 0 < low[0] < 0.2 < high[0] < 0.35


def test_with_a_perfect_classifier_the_interval_is_wilsons() -> None:
    from discern.evaluate.intervals import wilson

    perfect = Sample(1.0, 1.0, 1e9), Sample(0.0, 1.0, 1e9)
    _, low, high = corrected(np.array([0.3]), np.array([400.0]), *perfect)
    assert (low[0], high[0]) == pytest.approx(wilson(120, 400), abs=1e-4)


def test_critical_values_are_those_of_feldman_and_cousins() -> None:
    far = np.array([1e6])
    assert critical(np.array([30.0]), far)[0] == pytest.approx(stats.norm.ppf(0.975), abs=1e-6)
    assert critical(np.array([0.0]), far)[0] == pytest.approx(stats.norm.ppf(0.95), abs=1e-6)
    # The paper's table X: 3 standard errors below 0 the 95 % interval is 0.00 to 0.42; at 0 it is 0.00 to 1.96.
    for measured, upper in ((-3.0, 0.42), (0.0, 1.96)):
        place = np.arange(0.001, 3, 0.001)
        ratio = (measured - place) ** 2 - min(measured, 0) ** 2
        held = place[ratio <= critical(place, np.full_like(place, 1e6)) ** 2]
        assert held.min() < 0.01 and held.max() == pytest.approx(upper, abs=0.01)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.6])
@pytest.mark.parametrize("n", [200, 50_000])
def test_intervals_hold_the_truth_also_when_prevalence_shifts(share: float, n: int) -> None:
    """Of 310 labelled a third is positive; the share among the counted is another one each time."""
    for found, false in ((0.8, 0.08), (0.65, 0.05)):
        _, low, high = drawn(np.random.default_rng(7), share, found, false, n, (101, 209), 2000)
        assert 0.93 <= ((low <= share) & (share <= high)).mean() <= 0.97
        _, low, high = drawn(np.random.default_rng(8), share, found, false, n, (40, 80), 1000)
        assert ((low <= share) & (share <= high)).mean() >= 0.93  # few mistakes to learn from: wider, never too narrow


def test_without_the_labelled_samples_uncertainty_intervals_would_be_far_too_narrow() -> None:
    rng = np.random.default_rng(3)
    up, down = rng.binomial(101, 0.8, 500) / 101, rng.binomial(209, 0.08, 500) / 209
    yes = rng.binomial(50_000, 0.1 * 0.8 + 0.9 * 0.08, 500) / 50_000
    _, low, high = corrected(yes, np.full(500, 50_000.0), Sample(up, 1.0, 1e9), Sample(down, 1.0, 1e9))
    assert ((low <= 0.1) & (high >= 0.1)).mean() < 0.5


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_probabilities_hold_the_truth_and_say_more_than_answers(share: float) -> None:
    rng, times, n = np.random.default_rng(11), 1000, 2000
    labelled = [_probabilities(rng, (times, k), offset) for k, offset in ((101, 0.9), (209, -0.9))]
    positive = rng.random((times, n)) < share
    pool = np.where(positive, _probabilities(rng, (times, n), 0.9), _probabilities(rng, (times, n), -0.9))
    widths = []
    for change in (lambda scores: scores, lambda scores: (scores > 0.5).astype(float)):
        of = [_samples(change(scores)) for scores in labelled]
        _, low, high = corrected(change(pool).mean(1), np.full(times, float(n)), *of)
        assert 0.93 <= ((low <= share) & (share <= high)).mean() <= 0.97
        widths.append((high - low).mean())
    assert widths[0] < 0.95 * widths[1]


def test_items_of_a_group_count_as_fewer_and_the_truth_is_held() -> None:
    rng, times = np.random.default_rng(5), 2000
    units = np.repeat(np.arange(150), 20)  # authors, who are the one or the other through and through
    place = np.zeros(3000, dtype=np.int64)
    scores = (rng.random((times, 150)) < 0.3).astype(float)[:, units]
    effects = np.array([effect(one, place, units) for one in scores])
    assert effects == pytest.approx(20, rel=0.01) and effect(scores[0], place, None) == 1.0
    perfect = Sample(1.0, 1.0, 1e9), Sample(0.0, 1.0, 1e9)
    for items, lowest, highest in ((3000 / effects, 0.93, 0.97), (np.full(times, 3000.0), 0.0, 0.6)):
        _, low, high = corrected(scores.mean(1), items, *perfect)
        assert lowest <= ((low <= 0.3) & (high >= 0.3)).mean() <= highest
    both = Reference(np.ones(5000), np.zeros(5000))
    alone, grouped = (count(scores[0], place, ["all"], both, label="x", by="b", score="s", units=of).rows[0].share
                      for of in (None, units))  # fmt: skip
    assert grouped.high - grouped.low > 3 * (alone.high - alone.low)  # type: ignore[operator]


def test_one_place_against_all_others_is_fishers_test_and_false_discoveries_are_controlled() -> None:
    rng = np.random.default_rng(0)
    place, yes = rng.integers(0, 5, 600), (rng.random(600) < 0.2).astype(float)
    result = _counted(yes, place, 5)
    for index, row in enumerate(result.rows):
        here = place == index
        square = [[yes[here].sum(), (1 - yes[here]).sum()], [yes[~here].sum(), (1 - yes[~here]).sum()]]
        assert row.p == pytest.approx(stats.fisher_exact(square, alternative="greater").pvalue)
    chances = rng.random(40) ** 3
    assert discoveries(chances).tolist() == (stats.false_discovery_control(chances) <= 0.05).tolist()
    false, shares = 0, []
    hot = np.arange(30) < 6
    for _ in range(400):
        n = rng.multinomial(12_000, np.full(30, 1 / 30)).astype(float)
        for rate in (np.where(hot, 0.25, 0.1), np.full(30, 0.1)):
            yes = rng.binomial(n.astype(int), rate)
            means = np.array([yes.sum(), *yes]) / np.array([n.sum(), *n])
            for exact in (True, False):
                found = discoveries(_chances(means, np.array([n.sum(), *n]), 1.0, 1.0, exact=exact))
                if rate.min() < rate.max():
                    assert found[hot].mean() > 0.5
                    shares.append((found & ~hot).sum() / max(found.sum(), 1))
                else:  # nothing is there to be found
                    false += found.any()
    assert np.mean(shares) <= 0.05 and false <= 0.06 * 800


def test_the_smallest_share_to_be_seen_is_seen_in_four_of_five_cases() -> None:
    rng = np.random.default_rng(2)
    n, others = 300, 60_000
    place = np.concatenate([np.zeros(n, np.int64), np.ones(others, np.int64)])
    answers = (rng.random(n + others) < 0.1 * 0.8 + 0.9 * 0.05).astype(float)
    seen = _counted(answers, place, 2, found=0.8, false=0.05).rows[0].detectable.value
    assert seen is not None
    rate = seen * 0.8 + (1 - seen) * 0.05
    rest = answers[n:].mean()
    times = np.abs(rng.binomial(n, rate, 20_000) / n - rest) > 1.96 * np.sqrt(rest * (1 - rest) / n)
    assert times.mean() == pytest.approx(0.8, abs=0.04)


def test_places_with_few_items_could_not_show_a_rise() -> None:
    rng = np.random.default_rng(4)
    place = np.repeat([0, 1, 2], [20, 5000, 5000])
    yes = (rng.random(10_020) < 0.1).astype(float)
    tiny, large, _ = _counted(yes, place, 4).rows[:3]
    empty = _counted(yes, place, 4).rows[3]
    assert not tiny.could_show and large.could_show and not empty.could_show
    assert empty.n == 0 and empty.share.value is None and empty.p is None
    assert large.detectable.value is not None and large.detectable.value < 0.2


def test_a_record_comes_back_from_json() -> None:
    result = _counted(np.array([0.0, 1.0] * 50), np.repeat([0, -1], 50), 1)
    assert result.n_unplaced == 50 and isinstance(result.rows[0], Row)
    assert Counts.from_json(json.loads(json.dumps(result.to_json(), allow_nan=False))) == result
    with pytest.raises(ValueError, match="schema 2"):
        Counts.from_json({**result.to_json(), "schema": 2})


def test_a_sample_that_is_too_small_or_tells_nothing_is_refused() -> None:
    ones, zeros = np.ones(30), np.zeros(30)
    for reference, words in (
        (Reference(ones[:9], zeros), "9 items with the label"),
        (Reference(zeros, ones), "nothing can be counted"),
        (Reference(np.tile([0.0, 1.0], 15), np.tile([0.0, 1.0], 15)), "nothing can be counted"),
    ):
        with pytest.raises(DataError, match=words):
            count(ones, np.zeros(30, np.int64), ["a"], reference, label="x", by="b", score="s")


def _probabilities(rng: np.random.Generator, shape: tuple[int, ...], offset: float) -> Array:
    return np.asarray(1 / (1 + np.exp(-2 * (rng.normal(0, 1, shape) + offset))))


def _samples(scores: Array) -> Sample:
    """Of each row of scores `(times, n)`."""
    of = [Sample.of(row) for row in scores]
    return Sample(np.array([s.mean for s in of]), np.array([s.spread for s in of]), np.array([s.n for s in of]))


def _counted(yes: Array, place: NDArray[np.int64], n: int, found: float = 1.0, false: float = 0.0) -> Counts:
    """Counts by a classifier whose mistakes are known from very many labelled items."""
    many = 20_000
    parts = [(np.arange(many) < round(rate * many)).astype(float) for rate in (found, false)]
    return count(
        yes, place, [f"area {i}" for i in range(n)], Reference(*parts), label="x", by="area", score="prediction"
    )
