"""How alike texts are: weights against scikit-learn's, shares against all pairs, and notes of one kind found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from discern.data.notes import write_notes
from discern.evaluate.alike import agreement, codes, random_similarities, reached_by_few
from discern.text.similar import best, weigh

WORDS = st.sampled_from(["taxi", "driver", "fare", "paid", "phone", "shop", "ran", "off", "café", "10"])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), min_size=1, max_size=12)


def series(*texts: str) -> pl.Series:
    return pl.Series(list(texts), dtype=pl.String)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_likeness_is_the_cosine_of_rare_words(texts: list[str]) -> None:
    weights = weigh(series(*texts))
    counter = CountVectorizer(token_pattern=r"\S+")
    if not any(texts):
        assert weights.rows.nnz == 0
        return
    held = counter.fit_transform(texts).toarray().astype(float)
    often = np.where(held > 0, 1 + np.log(np.maximum(held, 1)), 0)
    scaled = often * np.log((1 + len(texts)) / (held > 0).sum(axis=0))
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    scaled = scaled / np.where(length > 0, length, 1)
    for row in range(len(texts)):
        np.testing.assert_allclose(weights.alike(weights.of(row)), scaled @ scaled[row], atol=1e-12)
        query, unknown = weights.query(texts[row])
        assert unknown == []
        np.testing.assert_allclose(query, weights.of(row), atol=1e-12)
    rows = np.arange(len(texts))
    np.testing.assert_allclose(weights.pairs(rows, rows[::-1]), np.sum(scaled * scaled[::-1], axis=1), atol=1e-12)


def test_the_shared_words_make_up_the_likeness_the_rarest_most() -> None:
    weights = weigh(series("the taxi ran off", "the taxi was paid", "the shop", "the phone", "the taxi"))
    query, unknown = weights.query("The TAXI ran, zebra!")
    assert unknown == ["zebra"]
    shared = weights.shared(query, 0)
    assert [word for word, _ in shared] == ["ran", "taxi", "the"]
    assert sum(part for _, part in shared) == pytest.approx(weights.alike(query)[0])
    assert weights.shared(query, 2)[0][0] == "the"


def test_the_best_come_first_equal_ones_by_row_and_none_without_a_shared_word() -> None:
    alike = np.array([0.2, 0.0, 0.9, 0.2, 0.5])
    assert best(alike, 4).tolist() == [2, 4, 0, 3]
    assert best(alike, 9).tolist() == [2, 4, 0, 3]
    assert best(alike, 2, without=np.array([2])).tolist() == [4, 0]
    assert alike[2] == 0.9


def test_random_pairs_are_those_of_all_pairs() -> None:
    texts = [f"{'taxi' if n % 2 else 'shop'} word{n % 7} other{n % 5}" for n in range(60)]
    weights = weigh(series(*texts))
    rows = np.arange(60)
    every = np.concatenate([weights.alike(weights.of(int(row)))[rows != row] for row in rows])
    drawn = random_similarities(weights, seed=0)
    assert abs(drawn.mean() - every.mean()) < 0.01
    figure = reached_by_few(drawn)
    assert figure.low is not None and figure.high is not None
    assert figure.low <= np.quantile(every, 0.99) <= figure.high
    assert random_similarities(weigh(series("one")), seed=0).tolist() == []
    assert reached_by_few(np.zeros(0)).value is None


def test_alike_texts_share_a_value_only_where_texts_have_to_do_with_it() -> None:
    random = np.random.default_rng(0)
    words = [[f"{kind}{n}" for n in range(12)] for kind in "ab"]
    kinds = random.integers(0, 2, 300)
    texts = [" ".join(random.choice(words[kind], 5)) + f" common{random.integers(9)}" for kind in kinds]
    weights, alone = weigh(series(*texts)), np.arange(300)
    told = agreement(weights, kinds, alone, "kind", 5, seed=0)
    assert told.shared.low is not None and told.shared.low > 0.95
    assert told.chance.value == pytest.approx(0.5, abs=0.02)
    nothing = agreement(weights, random.permutation(kinds), alone, "kind", 5, seed=0)
    assert nothing.shared.low is not None and nothing.shared.high is not None and nothing.chance.value is not None
    assert nothing.shared.low < nothing.chance.value < nothing.shared.high


def test_copies_do_not_count_for_each_other() -> None:
    texts = series(*["taxi fare not paid"] * 10, *["taxi shop broken"] * 10)
    kind = np.repeat([0, 1], 10)
    weights = weigh(texts)
    assert agreement(weights, kind, np.arange(20), "kind", 5, seed=0).shared.value == 1
    assert agreement(weights, kind, kind, "kind", 5, seed=0).shared.value == 0
    assert codes(series("a", "", "b", "a")).tolist() == [0, -1, 1, 0]


def test_notes_of_one_kind_and_of_one_offender_are_found(tmp_path: Path) -> None:
    """Most of the notes of one series stand among the ten most alike of 800; by chance one in eighty would."""
    write_notes(tmp_path / "notes", 800)
    notes = pl.read_csv(tmp_path / "notes/notes.csv", infer_schema_length=0)
    of = dict(pl.read_csv(tmp_path / "notes/series.csv", infer_schema_length=0).select("id", "series").iter_rows())
    weights = weigh(notes["note"])
    kinds = agreement(weights, codes(notes["type"]), np.arange(800), "type", 10, seed=0)
    assert kinds.shared.low is not None and kinds.chance.high is None and kinds.chance.value is not None
    assert kinds.shared.low > 0.9
    assert kinds.chance.value < 0.2
    marks = np.array([of.get(one, "") for one in notes["id"].to_list()])
    found = []
    for row in np.flatnonzero(marks != ""):
        mates = np.flatnonzero((marks == marks[row]) & (np.arange(800) != row))
        if len(mates):
            near = best(weights.alike(weights.of(int(row))), 10, without=np.array([row]))
            found.append(np.isin(mates, near).mean())
    assert len(found) == 20
    assert np.mean(found) > 0.5
