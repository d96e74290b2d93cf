"""Which items to label next: unsure, unlike each other, one of copies, and a fair sample drawn at random."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from discern.evaluate.batches import CANDIDATES, drawn_order, least_sure, margins, next_random, unlike


def test_the_margin_is_between_the_first_and_the_second_class() -> None:
    given = np.array([[0.5, 0.5, 0.0], [0.7, 0.1, 0.2], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(margins(given), [0, 0.5, 0], atol=1e-12)
    assert margins(np.ones((2, 1))).tolist() == [0, 0]


def test_the_least_sure_come_first_and_only_free_ones() -> None:
    sure = np.linspace(0, 0.9, 30)
    probabilities = np.stack([(1 + sure) / 2, (1 - sure) / 2], axis=1)[::-1]
    free = np.ones(30, bool)
    free[28] = False
    assert least_sure(probabilities, free, 1).tolist() == [29, *range(27, 27 - CANDIDATES + 1, -1)]


def test_of_alike_items_one_is_chosen_and_then_others() -> None:
    features = np.array([[1.0, 0], [1.0, 0], [0.9, np.sqrt(0.19)], [0, 1.0]])
    sure = np.array([0.0, 0.01, 0.02, 0.3])
    units = np.arange(4)
    for rows in (features, sparse.csr_array(features)):
        assert unlike(np.array([7, 8, 9, 4]), sure, rows, units, 2).tolist() == [7, 4]
    assert unlike(np.array([7, 8, 9, 4]), sure, features, units, 9).tolist() == [7, 4, 9, 8]
    assert unlike(np.array([7, 8, 9, 4]), sure, features, np.array([0, 0, 0, 1]), 9).tolist() == [7, 4]
    assert unlike(np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 2)), np.zeros(0, np.int64), 3).tolist() == []


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 39)), st.integers(1, 10), st.integers(0, 50))
def test_what_is_drawn_is_the_beginning_of_one_order_whatever_was_taken(taken: set[int], n: int, seed: int) -> None:
    order = drawn_order([str(row) for row in range(40)], seed=seed)
    mask = np.isin(np.arange(40), sorted(taken))
    first, drawn = next_random(order, 0, mask, n)
    mask[first] = True
    second, further = next_random(order, drawn, mask, n)
    assert [*first, *second] == [row for row in order if row not in taken][: len(first) + len(second)]
    assert set(order[:further].tolist()) <= set(np.flatnonzero(mask).tolist()) | set(second.tolist())
    assert len(first) == min(n, 40 - len(taken))


def test_the_order_is_fair_and_stays_when_items_join() -> None:
    items = [f"line {row}" for row in range(300)]
    order = [items[row] for row in drawn_order(items, seed=0)]
    more = [*items, *(f"new {row}" for row in range(100))]
    joined = [more[row] for row in drawn_order(more, seed=0)]
    assert [item for item in joined if item.startswith("line")] == order
    assert drawn_order(items, seed=1).tolist() != drawn_order(items, seed=0).tolist()
    places = np.array([np.flatnonzero(drawn_order(items, seed=seed) == 5)[0] for seed in range(200)])
    assert 120 < places.mean() < 180
