"""Intervals around predicted numbers: how often they hold the truth, how wide they are, and what a file may say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binom

from discern.core.errors import ModelFileError
from discern.models.answers import FittedOn, Trust
from discern.models.codecs import trust as codec
from discern.models.conformal_numbers import ENOUGH_FOR_SPREAD, fewest, fit
from discern.models.number_interval import NumberInterval

FITTED = FittedOn("kept", 100, 100)


def rows(n: int, seed: int, *, uneven: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and what was true; `uneven`: errors grow tenfold with the prediction."""
    rng = np.random.default_rng(seed)
    predictions = rng.uniform(0, 10, n)
    scale = 0.2 + 0.2 * predictions if uneven else 1.0
    return predictions, predictions + scale * rng.standard_t(5, n)


@pytest.mark.parametrize("coverage", [0.95, 0.8])
@pytest.mark.parametrize(("n", "uneven"), [(30, False), (200, True), (1000, True)])
def test_the_asked_share_is_held(n: int, uneven: bool, coverage: float) -> None:
    asked = 1500
    held = 0
    for seed in range(asked):
        found = fit(*rows(n, seed, uneven=uneven), coverage=coverage, seed=seed)
        assert found is not None
        prediction, truth = rows(1, 10**6 + seed, uneven=uneven)
        low, high = found.of(prediction)
        held += int(low[0] <= truth[0] <= high[0])
    over = 1 / (n / 2 if uneven and n >= ENOUGH_FOR_SPREAD else n)
    assert binom.ppf(0.0005, asked, coverage) <= held <= binom.ppf(0.9995, asked, min(coverage + over, 1.0))


def test_the_rank_is_that_of_a_finite_sample() -> None:
    found = fit(np.zeros(19), np.arange(1.0, 20.0))
    assert found == NumberInterval(0.95, 19.0, 19)
    assert fit(np.zeros(99), np.arange(1.0, 100.0)) == NumberInterval(0.95, 95.0, 99)
    assert fit(np.zeros(18), np.arange(18.0)) is None
    assert [fewest(share) for share in (0.95, 0.9, 0.5)] == [19, 9, 1]


def test_of_rows_that_belong_together_one_counts() -> None:
    predictions, truth = rows(400, 3)
    units = np.repeat(np.arange(40), 10)
    found = fit(predictions, truth, units=units)
    assert found is not None and found.n_items == 40
    assert fit(predictions, truth, units=np.repeat(np.arange(10), 40)) is None


def test_intervals_follow_the_errors_where_that_pays() -> None:
    uneven, even = fit(*rows(2000, 1, uneven=True)), fit(*rows(2000, 1))
    assert uneven is not None and even is not None
    assert not even.points and "divided" not in even.method
    low, high = uneven.of(np.array([1.0, 9.0]))
    assert (high - low)[1] > 3 * (high - low)[0] and "divided" in uneven.method
    predictions, truth = rows(20_000, 2, uneven=True)
    low, high = uneven.of(predictions)
    inside = (low <= truth) & (truth <= high)
    assert abs(inside[predictions < 2].mean() - 0.95) < 0.04 and abs(inside[predictions > 8].mean() - 0.95) < 0.04
    plain = NumberInterval(0.95, float(np.quantile(np.abs(truth - predictions), 0.95)), 2000)
    assert plain.of(predictions)[1].mean() - predictions.mean() > 1.05 * (high.mean() - predictions.mean())


@pytest.mark.parametrize("n", [999, 1996, 1997])
def test_a_high_coverage_takes_no_rows_for_the_spread_that_its_rank_needs(n: int) -> None:
    found = fit(*rows(n, 1, uneven=True), coverage=0.999)
    assert found is not None and found.n_items == (999 if n == 1997 else n)
    assert bool(found.points) == (n == 1997)


@pytest.mark.parametrize("uneven", [False, True])
def test_saved_and_read_it_is_the_same(uneven: bool) -> None:
    interval = fit(*rows(1000, 5, uneven=uneven))
    record = json.loads(json.dumps(Trust(FITTED, interval=interval).to_json()))
    assert codec.read(record, {}) == Trust(FITTED, interval=interval)
    assert "interval" not in Trust(FITTED).to_json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"radius": -1.0},
        {"radius": "wide"},
        {"coverage": 1.5},
        {"n_items": 0},
        {"points": []},
        {"points": [[1.0, 1.0], [1.0, 2.0]]},
        {"points": [[0.0, -1.0]]},
        {"points": [[0.0]]},
        {"more": 1},
    ],
)
def test_what_no_interval_says_is_refused(wrong: dict[str, object]) -> None:
    record = Trust(FITTED, interval=NumberInterval(0.95, 1.0, 100)).to_json()
    record["interval"] |= wrong
    with pytest.raises(ModelFileError):
        codec.read(record, {})
