"""Written forms: made-up values of each type are found in any surrounding, by both engines alike."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.text.patterns import PATTERNS, TYPES, find, found, type_of

digit = st.sampled_from("0123456789")
CAPITALS = "ABCDEFGHJKLMNOPRSTUVWXY"
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
MONTHS = ("January", "feb", "March", "April", "May", "June", "July", "August", "Sept", "october", "Nov", "December")


def digits(n: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=n, max_size=n)


def letters(n: int, alphabet: str = CAPITALS) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=n, max_size=n)


def joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


def cased(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(values, st.booleans()).map(lambda pair: pair[0].lower() if pair[1] else pair[0])


space = st.sampled_from(["", " ", "-", "\u00a0"])
day = st.integers(1, 31).map(str)
nth = st.sampled_from(["st", "nd", "rd", "th"])
month = st.sampled_from(MONTHS)
year = st.integers(1950, 2049).map(str)

MADE: dict[str, st.SearchStrategy[str]] = {
    "PHONE": st.one_of(
        joined("07", digits(3), space, digits(3), space, digits(3)),
        joined("0161", space, digits(3), space, digits(4)),
        joined("(020) ", digits(4), " ", digits(4)),
        joined("+44", space, "7", digits(3), space, digits(6)),
        joined("0044", space, "7", digits(9)),
        joined("+1 ", digits(3), "-", digits(3), "-", digits(4)),
        digits(9).map(lambda rest: " ".join("07" + rest)),
        joined("07", digits(3), "\u200b", digits(6)),
    ),
    "PLATE": st.one_of(
        cased(joined(letters(2), digits(2), space, letters(3))),
        joined(letters(1), st.integers(1, 999).map(str), space, letters(3)),
        joined(letters(3), space, st.integers(1, 999).map(str), letters(1)),
        cased(joined(letters(1), st.integers(10, 999).map(str), letters(3))),
    ),
    "POSTCODE": cased(
        joined(
            st.one_of(
                joined(letters(1), digit),
                joined(letters(2), digit),
                joined(letters(2), digits(2)),
                joined(letters(1), digit, letters(1)),
            ),
            space,
            digit,
            letters(2, INWARD),
        )
    ),
    "EMAIL": joined(
        st.text("abcxyzSJ0189", min_size=1, max_size=8),
        st.sampled_from(["", ".jones", "+x", "_b", "'neil"]),
        "@",
        st.text("abcxyz", min_size=1, max_size=8),
        st.sampled_from([".com", ".co.uk", ".museum", ".example.org"]),
    ),
    "DATE": st.one_of(
        joined(day, "/", st.integers(1, 12).map(str), "/", year),
        joined(year, "-", st.integers(1, 12).map("{:02}".format), "-", st.integers(1, 31).map("{:02}".format)),
        joined(day, nth, " ", month),
        joined(day, " ", month, " ", year),
        joined(month, " ", day),
        joined(month, " ", day, nth, ", ", year),
        joined(day, nth, " of ", month),
        joined(day, "-", month, "-", year),
        joined(day, ".", st.integers(1, 12).map(str), ".", digits(2)),
    ),
    "TIME": st.one_of(
        joined(st.integers(0, 23).map(str), ":", st.integers(0, 59).map("{:02}".format)),
        joined(st.integers(1, 12).map(str), st.sampled_from(["pm", " am", ".30pm", " p.m.", " o'clock"])),
        joined(st.integers(0, 23).map("{:02}".format), st.integers(0, 59).map("{:02}".format), " hrs"),
    ),
    "MONEY": st.one_of(
        joined("£", st.integers(1, 99999).map(str)),
        joined("£", st.integers(1000, 9_999_999).map("{:,}".format), ".50"),
        joined("$", st.integers(1, 999).map(str)),
        joined("€ ", st.integers(1, 999).map(str), "k"),
        joined(st.integers(1, 999).map(str), st.sampled_from([" pounds", " quid", "p", " euros", " GBP", " dollars"])),
    ),
    "URL": st.one_of(
        joined(
            st.sampled_from(["http://", "https://", "www."]),
            st.text("abc", min_size=1),
            ".com/",
            st.text("xyz0?=&"),
            "z",
        ),
        joined(st.text("abc", min_size=1), st.sampled_from([".com", ".co.uk", ".org"])),
    ),
}
before = st.sampled_from(
    ["", "He said ", "(", "\n", "call: ", "– ", "“", "é ", "名前、", "😀", "\u200e", "tel.:", "a, "]
)
after = st.sampled_from(["", " today", ")", "\n", ", then", ".", "!", "?", "”", " 😀", "; x", "'"])


def test_every_type_has_made_up_values() -> None:
    assert set(MADE) == set(TYPES) == set(PATTERNS)


@pytest.mark.parametrize("kind", TYPES)
def test_made_up_values_are_found_in_any_surrounding(kind: str) -> None:
    @settings(deadline=None)
    @given(before, MADE[kind], after)
    def holds(left: str, value: str, right: str) -> None:
        text = left + value + right
        hits = [span for span in find(text) if span.start <= len(left) and span.end >= len(left) + len(value)]
        assert hits, f"{text!r}: {find(text)}"
        assert hits[0].end <= len(left) + len(value) + 1  # at most a closing dot more
        if kind not in AMBIGUOUS:
            assert hits[0].type == kind, f"{text!r}: {hits}"

    holds()


AMBIGUOUS = {"PHONE"}
"""Digits with dots in between may be read as a date first; what matters is that they are found whole."""


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(), max_size=20), st.lists(st.lists(st.one_of(*MADE.values(), before, after)).map("".join)))
def test_both_engines_cut_alike(texts: list[str], made: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in (*texts, *made)]
    pieces = [cut or [] for cut in found(pl.Series(texts, dtype=pl.String)).to_list()]
    assert pieces == [[text[start:end] for start, end, _ in find(text)] for text in texts]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of(*MADE.values()), min_size=20))
def test_type_of_a_piece_is_the_one_that_find_says(values: list[str]) -> None:
    whole = [value for value in values if [(0, len(value))] == [span[:2] for span in find(value)]]
    types = pl.DataFrame({"piece": whole}, schema={"piece": pl.String}).select(type_of(pl.col("piece"))).to_series()
    assert types.to_list() == [find(value)[0].type for value in whole]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ring 07700 900 123 or (0161) 496 0123.", [("PHONE", "07700 900 123"), ("PHONE", "(0161) 496 0123")]),
        ("A red AB12 CDE and ab12cde", [("PLATE", "AB12 CDE"), ("PLATE", "ab12cde")]),
        ("older ones, A123 BCD, ABC 12D", [("PLATE", "A123 BCD"), ("PLATE", "ABC 12D")]),
        ("at m1 1ae near SW1A 2AA", [("POSTCODE", "m1 1ae"), ("POSTCODE", "SW1A 2AA")]),
        ("3rd April, April 3, 3/4/2024, 2024-04-03", [("DATE", "3rd April"), ("DATE", "April 3"), ("DATE", "3/4/2024"),
                                                        ("DATE", "2024-04-03")]),
        ("£20, 20 pounds, $5 and 50p", [("MONEY", "£20"), ("MONEY", "20 pounds"), ("MONEY", "$5"), ("MONEY", "50p")]),
        ("£1,000,000.50 and £1" + ",000" * 9, [("MONEY", "£1,000,000.50"), ("MONEY", "£1" + ",000" * 6)]),
        ("mail sarah.o'neil@example.co.uk.", [("EMAIL", "sarah.o'neil@example.co.uk")]),
        ("see https://example.com/a?b=(c), ok", [("URL", "https://example.com/a?b=(c")]),
        ("at 23:15 and 9pm", [("TIME", "23:15"), ("TIME", "9pm")]),
    ],
)  # fmt: skip
def test_known_forms(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(span.type, text[span.start : span.end]) for span in find(text)] == expected


@pytest.mark.parametrize(
    "text", ["", "no forms here", "the May sales may march on", "24/7", "room 12", "She was 45.", "he will be 20", "£"]
)
def test_plain_words_are_no_forms(text: str) -> None:
    assert find(text) == []
