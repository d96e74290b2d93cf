"""Edits are NLTK's, and figures of reading have their intervals."""

from __future__ import annotations

import nltk
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discern.evaluate.reading import character_error, edits, strings_right

WORDS = st.text("abc ", max_size=12)


@given(WORDS, WORDS)
def test_edits_are_nltks(one: str, other: str) -> None:
    assert edits(one, other) == nltk.edit_distance(one, other)


def test_figures_of_reading() -> None:
    wanted = ["AB12", "CD34", "EF56", "GH78"]
    found = ["AB12", "CO34", "EF5", "GH78"]
    error = character_error(found, wanted)
    assert error.value == pytest.approx(2 / 16) and error.low <= error.value <= error.high
    right = strings_right(found, wanted)
    assert right.value == 0.5 and right.n == 4 and right.low < 0.5 < right.high
