"""Words, sentences and paragraphs."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize import TweetTokenizer

from discern.text.split import WORD, paragraphs, sentences, spans, words

SHARED = Path(__file__).parents[3] / "shared" / "data"
WITH_REGEX = regex.compile(WORD, regex.V1)
PIECES = (
    "AB12 CDE",
    "http://",
    "www.",
    ".com",
    "a@b.co",
    "U.K.",
    "R&B",
    "👩🏽‍💻",
    "🇬🇧",
    "1️⃣",
    "don’t",
    "£5.99",
    "10:30",
)
KNOWN = st.characters(exclude_categories=["Cs", "Cn"])
"""Characters of the Unicode that Python knows: libraries that are newer may not agree on what is newer."""


def cut(text: str) -> list[str]:
    return list(words(pl.Series([text]))[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't o'clock don’t o’clock", ["don't", "o'clock", "don’t", "o’clock"]),
        ("a well-known mother-in-law -- no", ["a", "well-known", "mother-in-law", "no"]),
        ("@bob_x, #MeToo! @_b_ #1", ["@bob_x", "#MeToo", "@_b_", "#1"]),
        ("1,000.50 at 10:30, £5.99 or 9/11.", ["1,000.50", "at", "10:30", "£5.99", "or", "9/11"]),
        ("20p 3G 10:30am", ["20p", "3G", "10:30am"]),
        ("the U.K. and U.S.A, e.g. R&B or AT&T.", ["the", "U.K.", "and", "U.S.A", "e.g.", "R&B", "or", "AT&T"]),
        (
            "see http://t.co/aB?c=1). www.x.org, bbc.co.uk/news.",
            ["see", "http://t.co/aB?c=1", "www.x.org", "bbc.co.uk/news"],
        ),
        ("mail j.o-smith+x@b.co.uk.", ["mail", "j.o-smith+x@b.co.uk"]),
        ("AB12 CDE, AB12CDE; SW12 LONDON", ["AB12 CDE", "AB12CDE", "SW12", "LONDON"]),
        ("f**k *bold*", ["f**k", "bold"]),
        ("👍🏽👨‍👩‍👧‍👦 🇬🇧🇫🇷1️⃣ ❤️‍🔥🏴󠁧󠁢󠁥󠁮󠁧󠁿 ok", ["👍🏽", "👨‍👩‍👧‍👦", "🇬🇧", "🇫🇷", "1️⃣", "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "ok"]),
        ("हिन्दी में مُحَمَّد", ["हिन्दी", "में", "مُحَمَّد"]),
        ("東京タワー กำ ok", ["東", "京", "タ", "ワー", "ก", "ำ", "ok"]),
        ("Страна, 서울 Αθήνα", ["Страна", "서울", "Αθήνα"]),
        ("... !? \u200b\u202e\ufe0f", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert cut(text) == expected
    assert [text[start:end] for start, end in spans(text)] == expected


def test_a_missing_text_has_no_words() -> None:
    assert words(pl.Series([None, "a"], dtype=pl.String)).to_list() == [[], ["a"]]
    assert words(pl.Series([], dtype=pl.String)).dtype == pl.List(pl.String)


def test_parts_on_several_processors_are_put_together_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discern.text.parts.LEAST", 2)
    monkeypatch.setattr(pl, "thread_pool_size", lambda: 3)
    texts = pl.Series([f"text {number}" for number in range(11)])
    assert words(texts).to_list() == [["text", str(number)] for number in range(11)]


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(KNOWN, max_size=8), st.sampled_from(PIECES)), max_size=12).map("".join))
def test_polars_and_regex_cut_alike(text: str) -> None:
    assert pl.Series([text]).str.extract_all(WORD)[0].to_list() == WITH_REGEX.findall(text)
    assert [text[start:end] for start, end in spans(text)] == cut(text)


@settings(deadline=None)
@given(st.text(KNOWN))
def test_every_letter_is_in_a_word(text: str) -> None:
    letters = "".join(c for c in "".join(cut(text)) if c.isalpha())
    assert letters == "".join(c for c in text if c.isalpha() and regex.match(r"[\p{L}\p{N}]", c))


def test_long_texts_take_time_in_proportion_to_their_length() -> None:
    for piece in ("a.", "a@", "-", "A&", "1,", "👍\u200d", "a.a@", "www.", "@", "http://"):
        text = piece * (20_000 // len(piece))
        assert [text[start:end] for start, end in spans(text)] == cut(text)


def test_real_messages_and_articles_are_cut_alike() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is not there")
    lines = (SHARED / "sms" / "sms.tsv").read_text("utf-8").split("\n")
    files = sorted((SHARED / "bbc").glob("*/*.txt"))[::20]
    texts = lines + [file.read_text("utf-8", "replace") for file in files]
    for text, found in zip(texts, words(pl.Series(texts)).to_list(), strict=True):
        assert [text[start:end] for start, end in spans(text)] == found


def test_words_are_those_of_the_tokenizer_for_tweets() -> None:
    """Where punctuation, which it keeps, is left aside; it splits money and addresses otherwise."""
    for text in ("I can't believe it's well-known!", "@bob #metoo isn't it? http://x.com/a", "Hello, world... ok 👍🏽"):
        theirs = [word for word in TweetTokenizer().tokenize(text) if regex.search(r"[\p{L}\p{N}\p{So}]", word)]
        assert cut(text) == theirs


def test_sentences() -> None:
    text = "She travelled from the U.K. to France. But, after Brexit, she wasn't allowed back to the U.K."
    assert sentences(text) == [
        "She travelled from the U.K. to France.",
        "But, after Brexit, she wasn't allowed back to the U.K.",
    ]
    assert sentences("One.\n\n  Two? Yes!") == ["One.", "Two?", "Yes!"]
    assert sentences(" \n ") == []


def test_paragraphs() -> None:
    assert paragraphs("One\nline.\r\n\r\nTwo.\n \t\n\n Three.\n") == ["One\nline.", "Two.", "Three."]
    assert paragraphs("") == []
