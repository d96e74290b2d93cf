"""Is it solvable: verdicts on random labels and on real ones, exchanged labels, and what cannot be asked."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from discern.core.errors import DataError
from discern.core.files import to_json
from discern.evaluate.exchange import exchange
from discern.evaluate.overfit import overfit
from discern.evaluate.quick import Quick
from discern.evaluate.solvable import NOT_SHOWN, SHOWN, TOO_LITTLE, Recorded, Solvable, solvable, trial
from evaluate.test_leak_price import vehicles


def asked(values: NDArray[np.float32], labels: NDArray[np.int64], groups: NDArray[np.int64], n: int = 199) -> Solvable:
    return solvable(Quick(values, int(labels.max()) + 1), labels, groups, n_exchanged=n)


def test_vehicles_with_random_labels_are_not_shown_and_a_real_signal_is() -> None:
    chance = asked(*vehicles(60, 8, seed=1))
    assert chance.verdict == NOT_SHOWN and "by chance" in chance.reason
    (finding,) = chance.findings()
    assert finding.code == "D504" and finding.severity == "serious"
    real = asked(*vehicles(60, 8, real=True))
    assert real.verdict == SHOWN and not real.findings()
    assert real.trials[0].p_value.value == 1 / 200 and real.trials[0].p_value.n == 199
    assert (real.trials[0].score.low or 0) > (real.trials[0].chance.high or 1) - 0.1
    assert list(map(int, real.curve)) == sorted(map(int, real.curve)) and len(real.curve) == 3


def test_random_labels_seldom_come_out_shown() -> None:
    """40 data sets: a correct test at 5 % has at most 6 of them shown 99 times in 100 (binomial)."""
    verdicts = [asked(*vehicles(24, 3, seed=seed), n=99).verdict for seed in range(40)]
    assert verdicts.count(SHOWN) <= 6
    assert set(verdicts) <= {SHOWN, NOT_SHOWN, TOO_LITTLE}


def test_too_few_groups_are_too_little_data_even_when_all_are_right() -> None:
    few = asked(*vehicles(6, 8, real=True))
    assert few.verdict == TOO_LITTLE and ("ways" in few.reason or "half-way" in few.reason)


def test_what_cannot_be_asked_is_said_and_the_rest_is_answered() -> None:
    values, labels, groups = vehicles(30, 4, real=True)
    one = asked(values, labels, np.zeros(120, np.int64))
    assert one.verdict == TOO_LITTLE and not one.trials and "All items are one group" in one.reason
    torn = asked(values, np.where(groups == 0, 1, 0), groups)
    assert torn.verdict == TOO_LITTLE and "Fewer than two classes" in torn.reason
    lonely = labels.copy()
    lonely[0] = 2
    rest = asked(values, lonely, np.arange(120))
    assert rest.trials and rest.n_items == 119 and "left out" in rest.unanswered[0]


def test_groups_are_exchanged_whole_and_counts_stay() -> None:
    labels = np.repeat([0, 0, 1, 1, 2], 3)
    units = np.repeat(np.arange(5), 3)
    found = exchange(labels, units, 50, seed=0)
    by_group = found.sets.reshape(50, 5, 3)
    assert (by_group == by_group[:, :, :1]).all()
    assert (np.sort(found.sets, axis=1) == np.sort(labels)).all()
    assert math.exp(found.log_ways) == pytest.approx(30) and "5 groups" in found.how
    assert len({tuple(row) for row in found.sets}) > 20


def test_groups_of_several_labels_take_over_all_of_another() -> None:
    labels = np.array([0, 1, 0, 1, 2, 2, 0, 0])
    units = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    pairs = {tuple(sorted(pair)) for pair in exchange(labels, units, 60).sets.reshape(-1, 2).tolist()}
    assert pairs == {(0, 1), (2, 2), (0, 0)}


def test_large_groups_are_not_exchanged_with_small_ones_where_there_are_enough_of_each() -> None:
    sizes = np.array([1] * 12 + [9] * 12)
    units = np.repeat(np.arange(24), sizes)
    labels = (units >= 12).astype(np.int64)
    assert (exchange(labels, units, 10).sets == labels).all()


def test_the_p_value_counts_the_true_labels_among_the_sets() -> None:
    truth = np.array([[0, 1, 0, 1], [0, 1, 0, 1], [1, 0, 1, 0], [1, 1, 0, 0]])
    found = trial("x", np.broadcast_to(truth[0], truth.shape), truth, np.arange(4))
    assert found.p_value.value == pytest.approx(2 / 4) and found.p_value.n == 3
    assert found.chance.value == pytest.approx((1 + 0 + 0.5) / 3)


def test_recorded_answers_are_a_second_test_and_both_are_corrected_for() -> None:
    values, labels, groups = vehicles(30, 2, seed=3)
    right = Recorded(np.arange(40) % 2, np.arange(40) % 2, np.arange(40))
    found = solvable(Quick(values, 2), labels, groups, recorded=right, n_exchanged=199)
    assert found.verdict == SHOWN and len(found.trials) == 2 and "p = 0.010, corrected for 2 tests" in found.reason


def test_overfitting_is_a_gap_between_what_was_learned_from_and_other_items() -> None:
    values, labels, groups = vehicles(40, 8)
    gap = overfit(Quick(values, 2), labels, groups, own=False, n_numbers=0, n_folds=4)
    assert gap is not None and (gap.seen.value or 0) > 0.95 and (gap.gap.low or 0) > 0.1
    finding = gap.finding()
    assert finding is not None and finding.code == "D503"
    values, labels, groups = vehicles(40, 8, real=True)
    values[:, 1:] = 0
    plain = overfit(Quick(values, 2), labels, groups, own=False, n_numbers=0, n_folds=4)
    assert plain is not None and plain.finding() is None
    assert overfit(Quick(values, 2), labels, np.zeros(320, np.int64), own=False, n_numbers=0, n_folds=4) is None


def test_it_is_kept_as_json_and_read_back() -> None:
    found = asked(*vehicles(16, 2), n=19)
    record = json.loads(to_json(found.to_json()))
    assert Solvable.from_json(record) == found
    with pytest.raises(DataError, match="schema"):
        Solvable.from_json({**record, "schema": 9})
