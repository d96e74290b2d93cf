"""Distorted texts and nonsense: always the same, more where more is asked for, and never a word of a class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discern.text import nonsense
from discern.text.distort import distorted
from discern.text.split import words

TEXTS = ["The taxi driver was not paid for the journey", "a", "", "MOBILE phone stolen from a bag in the city centre"]


@pytest.mark.parametrize("kind", ["misspelling", "case", "missing words"])
def test_a_stronger_distortion_is_more_of_the_same(kind: str) -> None:
    assert distorted(TEXTS, kind, 0.0, 0).tolist() == TEXTS
    some, more = (distorted(TEXTS, kind, share, 0).tolist() for share in (0.3, 0.6))
    assert some == distorted(TEXTS, kind, 0.3, 0).tolist()
    for before, one, other in zip(TEXTS, some, more, strict=True):
        if kind == "missing words":
            assert set(other.split()) <= set(one.split()) <= set(before.split())
        else:
            pairs = list(zip(before.split(), one.split(), other.split(), strict=True))
            if kind == "misspelling":
                assert all(b == a or c == b for a, b, c in pairs)
            assert sum(a != b for a, b, _ in pairs) <= sum(a != c for a, _, c in pairs)


def test_each_distortion_does_what_it_says() -> None:
    text = [" ".join(["window"] * 400)]
    wrong = [word != "window" for word in str(distorted(text, "misspelling", 0.25, 0)[0]).split()]
    assert len(wrong) == 400 and 0.18 < np.mean(wrong) < 0.32
    assert 0.7 < len(str(distorted(text, "missing words", 0.25, 0)[0]).split()) / 400 < 0.8
    assert distorted(["Abc"], "case", 1, 0).tolist() == ["aBC"]
    slips = {str(distorted(["window"], "misspelling", 1, number)[0]) for number in range(60)}
    assert {"iwndow", "wndow", "wwindow"} & slips and "window" not in slips - {"window"}
    assert all(abs(len(slip) - 6) <= 1 for slip in slips)


@given(st.lists(st.text(), max_size=5), st.floats(0, 1))
def test_any_text_can_be_distorted(texts: list[str], share: float) -> None:
    for kind in ("misspelling", "case", "missing words"):
        assert len(distorted(texts, kind, share, 0)) == len(texts)


def test_nonsense_is_of_no_class() -> None:
    random = np.random.default_rng(0)
    import polars as pl

    assert not any(words(pl.Series(nonsense.empty(50, random))).list.len())
    assert len(set(nonsense.letters(20, random))) == 20
    assert [sorted(text) for text in nonsense.scrambled(TEXTS, random)] == [sorted(text) for text in TEXTS]
    german = set(nonsense.LANGUAGES["de"])
    others = nonsense.other_languages(100, "de", random)
    assert len(set(others)) > 50 and not any(sentence in text for text in others for sentence in german)
