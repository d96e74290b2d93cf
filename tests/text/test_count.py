"""Words are counted, rated with honest ranges, and compared with another corpus."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from discern.core.errors import DataError
from discern.text.corpus import Builder, Corpus, chosen, common, corpus, cut
from discern.text.count import Frequencies, Keyness, frequencies, holm, keyness, log_likelihood, occurrences
from discern.text.split import spans, words
from discern.text.stems import lemma, stem

texts_of_words = st.lists(st.lists(st.sampled_from("abcd"), max_size=12), min_size=2, max_size=6).filter(any)


def of(texts: list[str], name: str = "texts") -> Corpus:
    return corpus(name, pl.Series(texts, dtype=pl.String))


def counted(texts: list[str], **options: object) -> Frequencies:
    whole = of(texts)
    return frequencies(occurrences(whole, chosen(whole, **options)))  # type: ignore[arg-type]


def row(found: Frequencies | Keyness, word: str) -> dict[str, float]:
    return found.table.row(by_predicate=pl.col("word") == word, named=True)


like_plates = st.sampled_from(
    ["AB12", "SW12 ", "SW12 LONDON", " LON", "CDE", "AB12 CDE", "AB12 CDE\u0301", "MON10:30", "ON25 GBP1,000"]
)
letters = st.sampled_from("aé日😀'-. \n\x01\x02‘’@#£1\u0301\u200d")


@settings(max_examples=100, deadline=None)
@given(text=st.lists(letters | like_plates, max_size=30).map("".join), other=st.text(max_size=10))
@example(text="taxi to SW12 LONDON bridge", other="AB12 CDE\u0301")
@example(text="SW12 MON10:30", other="ON25 GBP1,000")
def test_every_word_begins_where_it_says(text: str, other: str) -> None:
    texts = pl.Series([text, "", other], dtype=pl.String)
    found, counts, begins = cut(texts)
    assert counts.tolist() == words(texts.str.replace_all("[\x01\x02]", "\x1a")).list.len().to_list()
    texts_bytes = [one.replace("\x01", "\x1a").replace("\x02", "\x1a").encode() for one in texts]
    of_text = np.repeat(np.arange(3), counts)
    for word, number, begin in zip(found, of_text, begins, strict=True):
        assert texts_bytes[number][begin:].startswith(word.encode())


def test_places_agree_with_spans() -> None:
    text = "Café £5.99 don’t stop—U.K. AB12 CDE SW12 LONDON 👩‍👩‍👧 @me #tag naïve\n日本 1,000.50"
    _, _, begins = cut(pl.Series([text]))
    assert begins.tolist() == [len(text[:start].encode()) for start, _ in spans(text)]


def test_pieces_make_the_same_corpus_as_the_whole() -> None:
    texts = ["One two.", "", "two THREE two", "four one"]
    whole, builder = of(texts), Builder("texts")
    for text in texts:
        builder.add(pl.Series([text]))
    pieces = builder.finish()
    assert pieces.vocabulary.to_list() == whole.vocabulary.to_list() == ["four", "One", "one", "THREE", "two"]
    assert np.array_equal(pieces.tokens, whole.tokens) and np.array_equal(pieces.starts, whole.starts)
    assert list(pieces.items) == list(whole.items) == ["text 1", "text 2", "text 3", "text 4"]
    assert list(pieces.texts) == texts


def test_case_stems_lemmas_numbers_and_stop_words() -> None:
    texts = ["Argue argued the ARGUING 12 argues", "don’t don't"]
    assert dict(counted(texts).table.select("word", "count").rows())["don't"] == 2
    assert set(counted(texts, case=True).table["word"]) == {
        "Argue",
        "argued",
        "the",
        "ARGUING",
        "argues",
        "don’t",
        "don't",
    }
    assert row(counted(texts, form=lemma), "argue")["count"] == row(counted(texts, form=stem), "argu")["count"] == 4
    assert "12" in counted(texts, words_only=False).table["word"] and "12" not in counted(texts).table["word"]
    without = counted(texts, without=frozenset({"the"}))
    assert "the" not in without.table["word"] and without.n_tokens == 8


def test_rates_are_of_all_words_also_of_those_left_out() -> None:
    assert row(counted(["a b b", "b"], without=frozenset({"a"})), "b")["per_million"] == 750_000


@settings(max_examples=60, deadline=None)
@given(texts=texts_of_words)
def test_dispersion_is_what_its_formula_says(texts: list[list[str]]) -> None:
    found = counted([" ".join(text) for text in texts])
    used = [text for text in texts if text]
    sizes = np.array([len(text) for text in used], dtype=float)
    share = sizes / sizes.sum()
    for word in found.table["word"]:
        counts = np.array([text.count(word) for text in used], dtype=float)
        values = row(found, word)
        assert values["texts"] == np.count_nonzero(counts)
        if len(used) < 2:
            assert values["dp"] is values["juilland"] is values["low"] is None
            continue
        dp = np.abs(counts / counts.sum() - share).sum() / 2 / (1 - share.min())
        rates = counts / sizes
        juilland = 1 - rates.std() / rates.mean() / np.sqrt(len(used) - 1)
        assert values["dp"] == pytest.approx(min(1, dp), abs=1e-9)
        assert values["juilland"] == pytest.approx(max(0, juilland), abs=1e-7)


def test_an_even_word_and_a_word_of_one_text() -> None:
    found = counted(["even odd odd odd", "even x x x", "even y y y"])
    assert row(found, "even")["dp"] == pytest.approx(0) and row(found, "even")["juilland"] == pytest.approx(1)
    assert row(found, "odd")["dp"] == pytest.approx(1) and row(found, "odd")["juilland"] == pytest.approx(0, abs=1e-7)


def test_equal_parts_serve_where_there_is_one_text() -> None:
    whole = of(["early " * 20 + "late " * 20])
    found = frequencies(occurrences(whole, chosen(whole), parts=4), parts="equal parts")
    assert row(found, "early")["texts"] == 2 and row(found, "early")["dp"] == pytest.approx(0.5 / 0.75)


def test_ranges_of_rates_hold_the_truth_about_95_times_in_100_though_texts_repeat_their_words() -> None:
    """Words come in bursts; a range that takes them for independent draws holds the truth far less often."""
    rng = np.random.default_rng(7)
    truth, repeats, each = 0.05, 400, 60
    sizes = rng.integers(30, 60, repeats * each)
    counts = rng.binomial(sizes, rng.beta(0.5, 9.5, repeats * each))  # mean 0.05, very different between texts
    whole = of([" ".join(["w"] * int(c) + ["o"] * int(n - c)) for c, n in zip(counts, sizes, strict=True)])
    everything = occurrences(whole, chosen(whole))
    held = naive = 0
    for draw in range(repeats):
        drawn = np.arange(repeats * each) // each == draw
        found = row(frequencies(everything.only(drawn)), "w")
        held += found["low"] <= truth * 1e6 <= found["high"]
        low, high = stats.binomtest(int(counts[drawn].sum()), int(sizes[drawn].sum())).proportion_ci(method="wilson")
        naive += low <= truth <= high
    assert 0.92 <= held / repeats <= 0.98
    assert naive / repeats < 0.75


@settings(max_examples=60, deadline=None)
@given(a=st.integers(0, 50), b=st.integers(0, 50), n=st.integers(60, 500), m=st.integers(60, 500))
def test_log_likelihood_is_that_of_scipy(a: int, b: int, n: int, m: int) -> None:
    if a + b == 0:
        return
    expected = stats.chi2_contingency([[a, b], [n - a, m - b]], correction=False, lambda_="log-likelihood")[0]
    assert log_likelihood(np.array([a * 1.0]), np.array([b * 1.0]), n, m)[0] == pytest.approx(expected, abs=1e-9)


def test_p_values_are_corrected_for_their_number() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def compared(here: list[str], there: list[str], **options: int) -> Keyness:
    one, other = of(here, "here"), of(there, "there")
    forms, forms_other = common(chosen(one), chosen(other))
    sides = occurrences(one, forms), occurrences(other, forms_other)
    return keyness(*sides, names=("here", "there"), **options)


def test_key_words_and_how_strong_they_are() -> None:
    found = compared(
        ["goal goal the", "goal the the", "the goal x"] * 20, ["the vote x", "vote the", "vote vote goal"] * 20
    )
    assert found.table["word"].to_list()[0] == "goal" and found.table["word"].to_list()[-1] != "goal"
    goal, vote = row(found, "goal"), row(found, "vote")
    assert goal["log_ratio"] == pytest.approx(np.log2((80 / 180) / (20 / 160))) and goal["low"] > 0
    assert goal["p"] < 1e-6 and vote["log_ratio"] < -5 and vote["low"] is None
    assert found.to_json(1)["words"][0]["log_ratio"]["method"].startswith("95 %")


def test_a_word_that_one_text_repeats_has_a_range_that_holds_zero_however_small_p() -> None:
    found = compared(
        ["plain words here"] * 100 + ["burst " * 20], ["plain words burst"] * 3 + ["plain words here"] * 98
    )
    burst = row(found, "burst")
    assert burst["p"] < 0.001 and burst["low"] < 0 < burst["high"]


def test_a_swap_of_both_sides_turns_the_sign() -> None:
    one, other = ["a a b", "c a"], ["b b c", "c"]
    there, here = compared(one, other), compared(other, one)
    for word in "abc":
        assert row(there, word)["log_ratio"] == pytest.approx(-row(here, word)["log_ratio"])
        assert row(there, word)["log_likelihood"] == pytest.approx(row(here, word)["log_likelihood"])


def test_rare_words_are_left_out_as_asked() -> None:
    assert set(compared(["a a b", "a"], ["a b c", "d"], min_count=2).table["word"]) == {"a", "b"}


def test_a_rate_of_few_texts_has_a_wide_range_within_what_is_possible() -> None:
    found = row(counted(["taxi driver", "the taxi"]), "driver")
    assert 0 < found["low"] < 1_000 and found["high"] == 1e6


def test_nothing_to_count_is_said() -> None:
    with pytest.raises(DataError, match="no word"):
        of(["", "... !"])
    with pytest.raises(DataError, match="no word is left"):
        counted(["12 13"])
    with pytest.raises(DataError, match="no word is left"):
        counted(["the the"], without=frozenset({"the"}))


def test_one_word_is_counted() -> None:
    found = counted(["word"])
    assert row(found, "word")["per_million"] == 1e6 and row(found, "word")["dp"] is None
    assert found.to_json()["words"][0]["per_million"]["low"] is None
