"""The record of an evaluation: its schema, its notes, and what it makes of odd test parts."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from discern.core.errors import DataError
from discern.core.files import to_json
from discern.evaluate.evaluation import Evaluation, evaluate


def spread(answers: list[str], classes: list[str], sure: float = 0.8) -> NDArray[np.float64]:
    rest = (1 - sure) / max(1, len(classes) - 1)
    rows = [[sure if name == answer else rest for name in classes] for answer in answers]
    return np.array(rows)


def measured(truth: list[str], answers: list[str], classes: list[str], **more: Any) -> Evaluation:
    always = spread([classes[0]] * len(truth), classes)
    return evaluate(
        np.array(truth),
        spread(answers, classes),
        np.array(classes),
        **{"baseline_probabilities": always, "baseline_name": "majority", **more},
    )


TRUTH = ["a", "b", "c", "a", "b", "c", "a", "b"]
ANSWERS = ["a", "b", "a", "a", "c", "c", "a", "b"]


def test_the_schema_is_the_one_that_was_promised() -> None:
    record = measured(TRUTH, ANSWERS, ["a", "b", "c"]).to_json()
    assert list(record) == [
        "schema", "kind", "task", "n_items", "n_groups", "figures", "baseline", "per_class", "confusion", "notes"
    ]  # fmt: skip
    assert (record["schema"], record["task"], record["n_items"], record["n_groups"]) == (1, "classification", 8, 8)
    names = ["accuracy", "balanced_accuracy", "macro_f1", "kappa", "log_loss"]
    assert list(record["figures"]) == list(record["baseline"]["figures"]) == names
    assert list(record["figures"]["accuracy"]) == ["value", "low", "high", "n", "method"]
    assert list(record["per_class"][0]) == ["label", "n", "precision", "recall", "f1"]
    assert record["confusion"] == {"labels": ["a", "b", "c"], "counts": [[3, 0, 0], [0, 2, 1], [1, 0, 1]]}
    assert record["figures"]["accuracy"]["method"] == "Wilson 95 %"
    assert record["figures"]["kappa"]["method"] == "bootstrap over 8 items, 2,000 resamples, 95 %"


def test_it_goes_through_json_unchanged() -> None:
    evaluation = measured(TRUTH, ANSWERS, ["a", "b", "c", "never"], units=[0, 0, 1, 1, 2, 2, 3, 3])
    assert Evaluation.from_json(json.loads(to_json(evaluation.to_json()))) == evaluation


def test_a_newer_or_torn_record_is_refused() -> None:
    record = measured(TRUTH, ANSWERS, ["a", "b", "c"]).to_json()
    with pytest.raises(DataError, match="schema 2"):
        Evaluation.from_json({**record, "schema": 2})
    with pytest.raises(DataError, match="incomplete"):
        Evaluation.from_json({name: value for name, value in record.items() if name != "confusion"})


def test_the_same_seed_gives_the_same_record() -> None:
    rng = np.random.default_rng(0)
    truth, answers = (list(rng.choice(["a", "b", "c"], 97)) for _ in range(2))
    first, second, other = (measured(truth, answers, ["a", "b", "c"], seed=seed) for seed in (3, 3, 4))
    assert first == second
    assert first.figures["kappa"] != other.figures["kappa"]


def test_groups_make_ranges_by_group() -> None:
    evaluation = measured(TRUTH * 4, ANSWERS * 4, ["a", "b", "c"], units=np.tile(np.arange(8), 4))
    assert (evaluation.n_items, evaluation.n_groups) == (32, 8)
    accuracy = evaluation.accuracy
    assert accuracy.method == "bootstrap over 8 groups, 2,000 resamples, 95 %"
    alone = measured(TRUTH * 4, ANSWERS * 4, ["a", "b", "c"]).accuracy
    assert accuracy.high - accuracy.low > alone.high - alone.low  # type: ignore[operator]


def test_labels_that_were_never_learned_count_as_errors_and_are_named() -> None:
    evaluation = measured(["a", "b", "zebra"], ["a", "b", "a"], ["a", "b"])
    assert evaluation.labels == ("a", "b", "zebra")
    assert evaluation.accuracy.value == pytest.approx(2 / 3)
    assert evaluation.counts[2] == (1, 0, 0)
    assert "“zebra”" in evaluation.notes[0]
    assert "never learned" in evaluation.notes[0]
    assert evaluation.per_class[2].precision.value is None


def test_a_single_item_is_said_to_say_nothing() -> None:
    evaluation = measured(["a"], ["a"], ["a", "b"])
    assert "single item" in evaluation.notes[0]
    assert evaluation.accuracy.low is not None
    assert evaluation.figures["log_loss"].method == "no interval: a single item was tested"
    json.dumps(evaluation.to_json(), allow_nan=False)


def test_one_class_and_constant_probabilities_are_said() -> None:
    evaluation = measured(["a"] * 30, ["a"] * 30, ["a", "b"])
    assert evaluation.figures["kappa"].value is None
    assert evaluation.figures["kappa"].method.startswith("not defined")
    assert any("one class" in note for note in evaluation.notes)
    assert any("tells nothing apart" in note for note in evaluation.notes)


def test_a_class_without_test_items_is_named() -> None:
    evaluation = measured(TRUTH * 3, ANSWERS * 3, ["a", "b", "c", "d"])
    assert evaluation.per_class[3].recall.method == "not defined: no test item has this label"
    assert any("“d”" in note for note in evaluation.notes)


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        (np.ones((3, 3)) / 3, "shape"),
        (np.array([[np.nan, 1], [0, 1]]), "not finite"),
        (np.array([[2.0, -1.0], [0, 1]]), "outside 0 to 1"),
        (np.array([[0.5, 0.2], [0, 1]]), "sum to 1"),
    ],
)
def test_what_is_no_probability_is_refused(probabilities: NDArray[np.float64], message: str) -> None:
    with pytest.raises(DataError, match=message):
        evaluate(
            ["a", "b"], probabilities, ["a", "b"], baseline_probabilities=np.ones((2, 2)) / 2, baseline_name="majority"
        )


def test_no_items_are_refused() -> None:
    with pytest.raises(DataError, match="0 items"):
        measured([], [], ["a"])


def test_ten_thousand_items_take_about_a_second() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 10, 10_000)
    probabilities = rng.dirichlet(np.ones(10), 10_000)
    start = time.perf_counter()
    evaluate(
        truth, probabilities, np.arange(10), baseline_probabilities=probabilities[:, ::-1], baseline_name="majority"
    )
    assert time.perf_counter() - start < 8  # 0.5 s alone on two cores; room for a busy machine
