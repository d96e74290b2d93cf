"""The operating point against scikit-learn, by hand, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve

from discern.core.errors import DataError
from discern.core.records import Figure
from discern.evaluate.intervals import wilson
from discern.evaluate.operating import Items, OperatingPoints, best_threshold, by_costs, cost_of, measured, per_hit
from discern.report.operating_page import number, operating_sentences


def _scores(n: int = 400, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    of = rng.random(n) < 0.3
    return np.round(np.clip(rng.normal(0.35 + 0.3 * of, 0.18), 0, 1), 2), of


def _items(seed: int = 0) -> Items:
    scores, of = _scores(seed=seed)
    return Items(scores, of, np.arange(len(scores)))


def _measured(items: Items, threshold: float | None = 0.4, **more: object) -> OperatingPoints:
    given = {"costs": (5.0, 1.0), "prevalence": None, **more}
    return measured(items, "cat", threshold, "90 validation items", **given)  # type: ignore[arg-type]


def test_the_curve_is_scikit_learns() -> None:
    items = _items()
    precision, recall, thresholds = precision_recall_curve(items.is_label, items.scores)
    known = {float(t): (p, r) for t, p, r in zip(thresholds, precision, recall, strict=False)}
    found = _measured(items)
    assert len(found.curve) > 20
    for point in found.curve:
        assert point.figures["precision"].value == pytest.approx(known[point.threshold][0])
        assert point.figures["recall"].value == pytest.approx(known[point.threshold][1])
    assert found.average_precision.value == pytest.approx(average_precision_score(items.is_label, items.scores))
    low, high = found.average_precision.low, found.average_precision.high
    assert low is not None and high is not None and low < found.average_precision.value < high


def test_the_threshold_costs_least() -> None:
    scores, of = _scores()
    for costs in ((5.0, 1.0), (1.0, 1.0), (1.0, 20.0)):
        chosen = best_threshold(scores, of, costs, None)

        def cost(threshold: float, costs: tuple[float, float] = costs) -> float:
            alarm = scores >= threshold
            return float(costs[0] * (of & ~alarm).sum() + costs[1] * (alarm & ~of).sum())

        assert cost(chosen) == min(cost(t) for t in [*np.unique(scores), 2.0])
    assert best_threshold(scores, of, (1.0, 0.0), None) <= scores[of].min()
    assert best_threshold(scores, of, (0.0, 1.0), None) > 1  # nobody is alarmed about
    with pytest.raises(DataError, match="of the label and of others"):
        best_threshold(scores[of], of[of], (1.0, 1.0), None)


def test_a_rare_label_asks_for_a_higher_threshold() -> None:
    scores, of = _scores()
    assert best_threshold(scores, of, (20.0, 1.0), 0.01) > best_threshold(scores, of, (20.0, 1.0), None)
    assert by_costs((20.0, 1.0), None, 0.5) == pytest.approx(1 / 21)
    assert by_costs((20.0, 1.0), 0.5, 0.5) == pytest.approx(1 / 21)
    assert by_costs((1.0, 1.0), 0.01, 0.5) == pytest.approx(0.99)


def test_costs_and_false_alarms_by_hand() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1])
    of = np.array([True, True, False, True, False, False, True, False])
    found = _measured(Items(scores, of, np.arange(8)), 0.5)
    assert found.chosen is not None
    figures = found.chosen.figures
    assert figures["recall"].value == 0.75 and figures["false_alarm_rate"].value == 0.25
    assert figures["precision"].value == 0.75
    assert figures["cost"].value == pytest.approx((5 * 1 + 1 * 1) / 8)
    assert figures["false_alarms_per_hit"].value == pytest.approx(1 / 3)
    assert (found.never.value, found.always.value) == (2.5, 0.5)
    rare = _measured(Items(scores, of, np.arange(8)), 0.5, prevalence=0.001)
    assert rare.chosen is not None
    assert rare.chosen.figures["false_alarms_per_hit"].value == pytest.approx(0.25 * 0.999 / (0.75 * 0.001))
    assert rare.chosen.figures["precision"].value == pytest.approx(0.00075 / (0.00075 + 0.24975))
    assert rare.chosen.figures["cost"].value == pytest.approx(0.001 * 5 * 0.25 + 0.999 * 0.25)


def test_no_false_alarm_seen_is_not_none_to_come() -> None:
    hit, false = Figure(0.9, *wilson(90, 100), 100, ""), Figure(0.0, *wilson(0, 200), 200, "")
    found = per_hit(false, hit)
    assert found.value == 0 and found.low == 0
    assert found.high == pytest.approx((false.high or 0) / np.sqrt((hit.low or 0) * (2 * 0.9 - (hit.low or 0))))
    assert per_hit(false, Figure(0.0, *wilson(0, 100), 100, "")).value is None


def test_the_ranges_hold_the_truth() -> None:
    """95 % is promised; of 1,000 draws of three kinds each at least 93 %, which a right one misses once in 200."""
    rng = np.random.default_rng(0)
    for true_false, true_hit in ((0.02, 0.9), (0.1, 0.6), (0.3, 0.95)):
        truth = (true_false / true_hit, 2.0 * (1 - true_hit) + 0.9 * true_false)
        held = np.zeros(2)
        for _ in range(1000):
            a, b = int(rng.binomial(300, true_false)), int(rng.binomial(120, true_hit))
            false, hit = Figure(a / 300, *wilson(a, 300), 300, ""), Figure(b / 120, *wilson(b, 120), 120, "")
            for i, figure in enumerate((per_hit(false, hit), cost_of(false, hit, 2.0, 0.9))):
                held[i] += figure.low is not None and figure.high is not None and figure.low <= truth[i] <= figure.high
        assert held.min() >= 930, (true_false, true_hit, held)


def test_one_class_and_constant_probabilities_say_what_cannot_be_computed() -> None:
    scores = np.linspace(0, 1, 30)
    nothing = _measured(Items(scores, np.zeros(30, dtype=bool), np.arange(30)))
    assert "no test item is 'cat'" in nothing.reason and nothing.chosen is None
    assert "Nothing can be computed: no test item" in operating_sentences(nothing)[-1]
    same = _measured(Items(np.full(30, 0.4), np.arange(30) < 9, np.arange(30)))
    assert "the same probability" in same.reason
    assert same.average_precision.value is None and same.reason in same.average_precision.method
    for record in (nothing, same, _measured(_items(), prevalence=0.01)):
        assert OperatingPoints.from_json(record.to_json()) == record


def test_groups_widen_the_ranges() -> None:
    scores, of = _scores()
    alone = _measured(Items(scores, of, np.arange(400)))
    eight = np.repeat(np.arange(50), 8)
    grouped = _measured(Items(np.sort(scores), of[np.argsort(scores, kind="stable")], eight))
    assert grouped.chosen is not None and alone.chosen is not None
    assert "groups" in grouped.chosen.figures["recall"].method
    assert alone.chosen.figures["recall"].method == "Wilson 95 %"


def test_sentences() -> None:
    said = " ".join(operating_sentences(_measured(_items(), prevalence=0.001)))
    assert "a miss costs 5 and a false alarm 1" in said
    assert "chosen on 90 validation items" in said
    assert "Where 0.1 % of the items are “cat”" in said and "false alarms come with each true hit" in said
    assert [number(x) for x in (0, 0.00012345, 0.5, 12.345, 1234.5)] == ["0", "0.000123", "0.5", "12.3", "1,234"]
