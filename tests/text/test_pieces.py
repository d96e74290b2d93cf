"""Every character of a text belongs to exactly one piece, and what stands inside a sentence is told."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.text.patterns import TYPES
from discern.text.pieces import cut

texts = st.lists(
    st.one_of(st.text(st.characters(codec="utf-8"), max_size=30), st.just("a.b@c.com £20 +44 😀\u200d")), max_size=6
)


@settings(deadline=None, max_examples=60)
@given(texts)
def test_the_pieces_of_a_text_make_the_text(made: list[str]) -> None:
    pieces = cut(pl.Series(made, dtype=pl.String))
    written = pieces.distinct["piece"].to_list()
    for row, text in enumerate(made):
        assert "".join(written[code] for code in pieces.codes[pieces.rows == row]) == text
    kinds = set(pieces.distinct["kind"])
    assert kinds <= {"word", "between", *TYPES}
    assert set(pieces.distinct.filter(pl.col("key").is_not_null())["kind"]) <= {"word"}


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("Mark told Rose", ["told", "Rose"]),
        ("Left. Mark told Rose: Hope", ["told", "Rose"]),
        ("Then (Mark) told “Rose”", ["Mark", "told"]),
        ("Paid £20 to Rose", ["£20", "to", "Rose"]),
        ("Paid\nRose", []),
        ("... Mark", []),
        ("(Mark", []),
        ("a +(Rose", ["Rose"]),
        ("😀 Mark", ["Mark"]),
    ],
)
def test_what_stands_inside_a_sentence(text: str, inside: list[str]) -> None:
    pieces = cut(pl.Series([text]))
    places = np.flatnonzero(~pieces.is_between)
    found = places[pieces.inside(places)]
    assert pieces.distinct["piece"].gather(pieces.codes[found]).to_list() == inside


def test_texts_do_not_run_into_each_other() -> None:
    pieces = cut(pl.Series(["Then Mark", "Rose", "", "Hope left"]))
    places = np.flatnonzero(~pieces.is_between)
    assert pieces.inside(places).tolist() == [False, True, False, False, True]
