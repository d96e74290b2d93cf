"""Would more data help: the law is found again, the interval holds what is then measured, and odd data are said."""

from __future__ import annotations

import json

import numpy as np
import pytest

from discern.core.errors import DataError
from discern.core.files import to_json
from discern.data.samples import digits
from discern.evaluate.more_data import MoreData, fit, more_data, sizes
from discern.evaluate.quick import Quick
from discern.evaluate.refit import Refit
from discern.models import catalogue


def curve(n: int, seed: int = 0, *, times: tuple[int, ...] = (2, 10), groups: int = 1) -> MoreData:
    values, truth = digits()
    some = np.random.default_rng(seed).permutation(1797)[:n]
    units = np.arange(n) // groups
    return more_data(
        Quick(values[some], 10), truth[some].astype(np.int64), units, own=False, n_repeats=3, times=times, seed=seed
    )


@pytest.mark.parametrize(("a", "b", "c"), [(2.0, 0.4, 0.0), (1.5, 0.6, 0.05), (0.8, 0.2, 0.0)])
def test_a_power_law_is_found_again_and_goes_on(a: float, b: float, c: float) -> None:
    learned = np.array([500.0, 1000, 2000, 4000, 8000])
    law = fit((a * learned**-b + c)[None], learned)[0]
    for n in (16_000, 80_000):
        assert law[0] * n ** -law[1] + law[2] == pytest.approx(a * n**-b + c, rel=0.15, abs=0.005)


@pytest.mark.parametrize("name", ["quick", "knn", "bayes"])
def test_the_interval_from_a_quarter_holds_what_four_times_as_many_digits_come_to(name: str) -> None:
    values, truth = digits()
    labels, order = truth.astype(np.int64), np.random.default_rng(1).permutation(1797)
    quarter, whole, held = order[:375], order[:1200], order[1200:]
    if name == "quick":
        learner: Quick | Refit = Quick(values[quarter], 10)
        every = Quick(values, 10)
        right = every.answers(labels[None], [(whole, held)])[0] == labels[held]
    else:
        learner = Refit(lambda: catalogue.estimator(name), values[quarter], 10, name, tell=lambda: None)
        right = catalogue.estimator(name).fit(values[whole], labels[whole]).predict(values[held]) == labels[held]
    found = more_data(learner, labels[quarter], quarter, own=True, n_repeats=3, times=(4,))
    assert found.n_learned == 300
    figure = found.predicted["4"]
    assert figure.low is not None and figure.high is not None
    assert figure.low <= right.mean() <= figure.high and figure.high - figure.low < 0.12


def test_the_curve_grows_and_the_further_the_prediction_the_wider() -> None:
    found = curve(600)
    values = [figure.value or 0 for figure in found.curve.values()]
    assert values[-1] > values[0] and [int(n) for n in found.curve] == sizes(600)
    near, far = found.predicted["2"], found.predicted["10"]
    assert (far.high or 0) - (far.low or 0) > 0 and (near.value or 0) <= (far.value or 0)
    assert all(figure.low is not None and figure.n > 0 for figure in (*found.predicted.values(), *found.gain.values()))
    assert found.sentence.startswith(("Yes", "Perhaps", "Hardly"))


def test_groups_stay_whole_and_too_few_of_them_are_said() -> None:
    assert curve(300, groups=6).curve
    few = curve(100, groups=10)
    assert not few.curve and "together: 10;" in few.unanswered[0] and "cannot be said" in few.sentence


def test_it_is_kept_as_json_and_read_back_and_repeats() -> None:
    found = curve(300)
    record = json.loads(to_json(found.to_json()))
    assert MoreData.from_json(record) == found == curve(300)
    with pytest.raises(DataError, match="schema"):
        MoreData.from_json({**record, "schema": 5})
