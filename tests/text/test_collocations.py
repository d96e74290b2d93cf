"""Collocations: every figure is NLTK's, and what a person sees is what belongs together."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.collocations import BigramCollocationFinder, QuadgramCollocationFinder, TrigramCollocationFinder
from nltk.metrics import BigramAssocMeasures, QuadgramAssocMeasures, TrigramAssocMeasures
from scipy import stats

from discern.core.errors import DataError
from discern.text import ngrams
from discern.text.collocations import MEASURES, Collocations, collocations
from discern.text.corpus import chosen, corpus
from discern.text.ngrams import Counts, count_sequences, pairs, texts_with

FINDERS = {2: BigramCollocationFinder, 3: TrigramCollocationFinder, 4: QuadgramCollocationFinder}
ORACLES = {2: BigramAssocMeasures, 3: TrigramAssocMeasures, 4: QuadgramAssocMeasures}
NAMES = {"log-likelihood": "likelihood_ratio", "pmi": "pmi", "t": "student_t", "chi-square": "chi_sq"}
SHAPES = [(2, 2), (2, 3), (2, 5), (3, 3), (3, 5), (4, 4), (4, 6)]

token_lists = st.lists(st.sampled_from("aaabbcdefgh"), min_size=6, max_size=60)


def counted(texts: list[list[str]], n_words: int, window: int, min_count: int = 1) -> tuple[list[str], Counts]:
    """Sequences of words that stand in lists of tokens."""
    names = sorted({word for text in texts for word in text})
    ids = np.array([names.index(word) for text in texts for word in text], np.int32)
    starts = np.cumsum([0, *map(len, texts)])
    allowed = np.ones(len(names), np.bool_)
    return names, count_sequences(ids, starts, n_words, window, allowed=allowed, min_count=min_count)


@pytest.mark.parametrize(("n_words", "window"), SHAPES)
@settings(max_examples=15, deadline=None)
@given(tokens=token_lists)
def test_counts_and_figures_are_those_of_nltk(n_words: int, window: int, tokens: list[str]) -> None:
    names, found = counted([tokens], n_words, window)
    finder = FINDERS[n_words].from_words(tokens, window_size=window)
    spelt = [tuple(names[i] for i in sequence) for sequence in found.sequences]
    counts = found.parts[tuple(range(n_words))]
    assert dict(zip(spelt, counts.tolist(), strict=True)) == dict(finder.ngram_fd)
    for name, oracle in NAMES.items():
        for words, value in zip(spelt, MEASURES[name](found), strict=True):
            try:
                expected = finder.score_ngram(getattr(ORACLES[n_words], oracle), *words)
            except (ValueError, ZeroDivisionError):
                continue  # NLTK gives no figure: a window reaches over the end, or there is one word alone
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-6), (name, words)


@settings(max_examples=15, deadline=None)
@given(tokens=token_lists, window=st.integers(2, 5))
def test_phi_square_is_that_of_nltk_and_npmi_is_pmi_by_its_largest_value(tokens: list[str], window: int) -> None:
    names, found = counted([tokens], 2, window)
    finder = BigramCollocationFinder.from_words(tokens, window_size=window)
    phi, npmi, pmi = (MEASURES[name](found) for name in ("phi-square", "npmi", "pmi"))
    for place, sequence in enumerate(found.sequences):
        words = [names[i] for i in sequence]
        try:
            expected = finder.score_ngram(BigramAssocMeasures.phi_sq, *words)
        except ZeroDivisionError:
            continue
        assert phi[place] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        share = finder.ngram_fd[tuple(words)] / (window - 1) / len(tokens)
        if share < 1:
            assert npmi[place] == pytest.approx(pmi[place] / -math.log2(share), rel=1e-9, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(token_lists, min_size=2, max_size=4), window=st.integers(2, 4))
def test_no_sequence_crosses_the_end_of_a_text(texts: list[list[str]], window: int) -> None:
    names, found = counted(texts, 2, window)
    finder = BigramCollocationFinder.from_documents(texts)
    if window == 2:
        pairs_found = [tuple(names[i] for i in sequence) for sequence in found.sequences]
        spelt = dict(zip(pairs_found, found.parts[0, 1], strict=True))
        assert spelt == {words: n for words, n in finder.ngram_fd.items() if None not in words}
    alone: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        alone.update(BigramCollocationFinder.from_words(text, window_size=window).ngram_fd)
    assert {tuple(names[i] for i in sequence) for sequence in found.sequences} == set(alone)
    assert found.parts[0, 1].sum() == alone.total()


@settings(max_examples=6, deadline=None)
@given(tokens=st.lists(st.sampled_from("aabcd"), min_size=8, max_size=40), window=st.integers(5, 6))
def test_five_words_and_all_their_parts_are_counted_as_a_plain_loop_counts_them(tokens: list[str], window: int) -> None:
    names, found = counted([tokens], 5, window)
    plain: Counter[tuple[str, ...]] = Counter()
    parts: dict[tuple[int, ...], Counter[tuple[str, ...]]] = {}
    for first in range(len(tokens)):
        for rest in combinations(range(1, window), 4):
            at = (0, *rest)
            words = [tokens[first + d] if first + d < len(tokens) else None for d in at]
            if None not in words:
                plain[tuple(map(str, words))] += 1
            for size in range(1, 5):
                for places in combinations(range(5), size):
                    if places[0] == 0 and words[places[-1]] is not None:
                        parts.setdefault(places, Counter())[tuple(str(words[p]) for p in places)] += 1
    spelt = [tuple(names[i] for i in sequence) for sequence in found.sequences]
    assert dict(zip(spelt, found.parts[0, 1, 2, 3, 4].tolist(), strict=True)) == dict(plain)
    for places, counts in found.parts.items():
        if len(places) < 5:
            shape = tuple(place - places[0] for place in places)
            asked = [parts[shape][tuple(words[p] for p in places)] for words in spelt]
            assert counts.tolist() == asked, places


@settings(max_examples=15, deadline=None)
@given(tokens=token_lists, shape=st.sampled_from(SHAPES), floor=st.integers(2, 4))
def test_a_floor_leaves_out_rare_sequences_and_changes_no_figure(
    tokens: list[str], shape: tuple[int, int], floor: int
) -> None:
    _, every = counted([tokens], *shape)
    _, some = counted([tokens], *shape, min_count=floor)
    keep = every.parts[tuple(range(shape[0]))] >= floor
    assert np.array_equal(some.sequences, every.sequences[keep])
    for places, counts in some.parts.items():
        assert np.array_equal(counts, every.parts[places][keep])


@pytest.mark.parametrize("largest", [ngrams.LARGEST_KEY, 0])
def test_texts_are_counted_once_however_often_a_sequence_stands_in_them(
    largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ngrams, "LARGEST_KEY", largest)
    texts = ["a b a b a b", "b a", "a c b"]
    whole = corpus("three", pl.Series(texts))
    sequences = np.array([[0, 1], [1, 0]], np.int32)
    assert texts_with(sequences, whole.tokens, whole.starts, 2, 3).tolist() == [1, 2]
    assert texts_with(sequences, whole.tokens, whole.starts, 3, 3).tolist() == [2, 2]


def test_pairs_at_a_distance() -> None:
    every = np.ones(3, np.bool_)
    first, second, n = pairs(np.array([0, 1, 2, 0, 1], np.int32), np.array([0, 5]), [1, 2], every, every)
    assert list(zip(first, second, n, strict=True)) == [
        (0, 1, 2),
        (0, 2, 1),
        (1, 0, 1),
        (1, 2, 1),
        (2, 0, 1),
        (2, 1, 1),
    ]


NOTES = [
    "Taxi driver calls police. Male left the city centre without paying.",
    "The taxi driver was hit. A mobile phone was taken in the city centre.",
    "A taxi driver saw the male leave without paying, causing damage.",
    "The male was seen. The driver calls police.",
] * 3


def of_notes(**options: object) -> Collocations:
    whole = corpus("notes", pl.Series(NOTES))
    return collocations(whole, chosen(whole), min_count=3, **options)  # type: ignore[arg-type]


def test_the_table_has_counts_texts_words_and_every_measure() -> None:
    found = of_notes()
    row = found.table.row(by_predicate=pl.col("collocation") == "taxi driver", named=True)
    assert (row["count"], row["texts"], row["word1"], row["word2"]) == (9, 9, "taxi", "driver")
    assert set(MEASURES) < set(found.table.columns)
    record = found.to_json(rows=1)
    assert record["schema"] == 1 and set(record["collocations"][0]["pmi"]) == {"value", "low", "high", "n", "method"}


@pytest.mark.parametrize("measure", [*MEASURES, "count"])
def test_every_measure_orders_the_table(measure: str) -> None:
    values = of_notes(measure=measure).table[measure].to_list()
    assert values == sorted(values, reverse=True)


def test_words_can_be_left_out_or_asked_for() -> None:
    everything = of_notes().table["collocation"].to_list()
    assert "the city" in everything
    without = of_notes(without=frozenset({"the", "a", "was"})).table["collocation"].to_list()
    assert without and set(without) < set(everything) and not any({"the", "a"} & set(one.split()) for one in without)
    assert all("paying" in one.split() for one in of_notes(word="paying").table["collocation"])


def test_what_meets_no_more_often_than_by_chance_is_left_out() -> None:
    whole = corpus("chance", pl.Series(["a b", "a a", "b b", "b a"] * 20))
    with pytest.raises(DataError, match="more often than by chance"):
        collocations(whole, chosen(whole))


def test_a_word_more_that_chance_explains_makes_no_longer_collocation() -> None:
    """Against all three being independent, a strong pair with any word before it would come first."""
    rng = np.random.default_rng(0)
    filler = [" ".join(rng.choice(list("bcdefg"), 4)) for _ in range(200)]
    texts = [f"{text} prime minister {text} e e e" for text in filler]
    whole = corpus("pair", pl.Series(texts))
    found = collocations(whole, chosen(whole), n_words=3, min_count=2).table
    kept = dict(found.filter(pl.col("collocation").str.ends_with(" prime minister")).select("word1", "count").rows())
    before = Counter(text[-1] for text in filler)
    letters = Counter("".join(texts).replace("prime", "").replace("minister", "").replace(" ", ""))
    more = {letter: n for letter, n in before.items() if n > letters[letter] * 200 / whole.n_tokens}
    assert kept == more and len(more) < len(before)


def test_the_weakest_link_of_two_words_is_their_log_likelihood_and_of_three_the_less_of_two() -> None:
    pair = ["prime", "minister"]
    tokens = [*pair, "said", "a", *pair, "b", "said", *pair, "c", "said", "d", *pair, "said"]
    _, two = counted([tokens], 2, 2)
    assert MEASURES["weakest-link"](two) == pytest.approx(
        np.where(two.observed * two.total > two.parts[0,] * two.parts[1,], MEASURES["log-likelihood"](two), 0)
    )
    names, three = counted([tokens], 3, 3)
    place = [[names[i] for i in row] for row in three.sequences].index(["prime", "minister", "said"])
    n, both, total = 2, 4, len(tokens)
    links = []
    for left, right in ((4, 2), (both, 4)):  # prime | minister said, prime minister | said
        cells = [[n, left - n], [right - n, total - left - right + n]]
        links.append(stats.chi2_contingency(cells, correction=False, lambda_="log-likelihood")[0])
    assert MEASURES["weakest-link"](three)[place] == pytest.approx(min(links))


def test_nothing_that_is_frequent_enough_is_said_in_one_line() -> None:
    whole = corpus("short", pl.Series(["one two three"]))
    with pytest.raises(DataError, match="no 2 words stand together 5 times"):
        collocations(whole, chosen(whole))
    with pytest.raises(DataError, match="no 5 words with 'one' among them"):
        collocations(whole, chosen(whole), n_words=5, word="one", min_count=1)
