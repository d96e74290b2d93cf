"""Suspect labels: planted wrong ones among real digits are found, and few right ones are named."""

from __future__ import annotations

import json

import numpy as np
import pytest

from discern.core.errors import DataError
from discern.core.files import to_json
from discern.data.samples import digits
from discern.evaluate.quick import Quick
from discern.evaluate.refit import chunks, folds, held_of
from discern.evaluate.suspects import Suspects, suspects, votes_of_nearest

N, PLANTED = 600, 30


@pytest.fixture(scope="module")
def found() -> tuple[Suspects, set[str]]:
    values, truth = digits()
    labels = truth[:N].astype(np.int64)
    wrong = np.random.default_rng(0).choice(N, PLANTED, replace=False)
    labels[wrong] = (labels[wrong] + 1 + np.arange(PLANTED) % 9) % 10
    model, alone = Quick(values[:N], 10), np.arange(N)
    parts = folds(alone, labels, 5, seed=0)
    probabilities = np.zeros((N, 10))
    probabilities[held_of(parts)] = model.probabilities(labels, parts)
    votes = votes_of_nearest(model.likeness, labels, alone, 10)
    names, classes = [f"d{row}" for row in range(N)], [str(code) for code in range(10)]
    result = suspects(names, labels, classes, probabilities, votes, alone, model="quick", own=False)
    return result, {f"d{row}" for row in wrong}


def test_planted_labels_are_found_and_lead_the_list(found: tuple[Suspects, set[str]]) -> None:
    result, planted = found
    named = [one.item for one in result.rows]
    assert len(planted & set(named)) >= 0.9 * PLANTED
    assert len(planted & set(named)) >= 0.8 * len(named)
    assert set(named[:20]) <= planted
    (finding,) = result.findings()
    assert finding.code == "D505" and finding.count == len(named)
    assert result.share.n == N and result.share.low is not None


def test_the_sheet_has_an_empty_correction_and_is_safe(found: tuple[Suspects, set[str]]) -> None:
    lines = found[0].csv().splitlines()
    assert lines[0].split(",")[:4] == ["item", "label", "correction", "suggested"]
    assert len(lines) == 1 + len(found[0].rows) and lines[1].split(",")[2] == ""


def test_it_is_kept_as_json_and_read_back(found: tuple[Suspects, set[str]]) -> None:
    record = json.loads(to_json(found[0].to_json()))
    assert Suspects.from_json(record) == found[0]
    with pytest.raises(DataError, match="schema"):
        Suspects.from_json({**record, "schema": 0})


def test_nearest_items_of_the_same_unit_do_not_vote() -> None:
    likeness = np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])
    labels = np.array([0, 0, 1])
    assert votes_of_nearest(likeness, labels, np.array([0, 0, 1]), 2).tolist() == [[0, 1], [0, 1], [2, 0]]


def test_chunks_hold_every_row_once_in_whole_units() -> None:
    units = np.repeat(np.arange(40), 5)
    pieces = chunks(units, 60, seed=0)
    assert len(pieces) > 3 and max(map(len, pieces)) <= 60
    assert sorted(np.concatenate(pieces).tolist()) == list(range(200))
    assert sum(len(np.unique(units[piece])) for piece in pieces) == 40
