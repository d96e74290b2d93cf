"""A concordance finds every place, shows it with what stands around it, and cannot be made to run for ever."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.core.errors import DataError, OptionError
from discern.text.concordance import Concordance, concordance
from discern.text.contexts import alike
from discern.text.corpus import Strings, chosen, corpus

TEXTS = [
    "Male left the taxi without paying. The TAXI driver calls police.",
    "Criminal damage to a door.\nDamaging a fence,\ndamage again without  any\treason",
    "Her smartphone and his telephone; a phone without credit.",
    "no such word here",
]
WHOLE = corpus("four", pl.Series(TEXTS), pl.Series(["a", "b", "c", "d"]))


def find(query: str, **options: object) -> Concordance:
    return concordance(WHOLE, query, **options)  # type: ignore[arg-type]


def matches(query: str, **options: object) -> list[str]:
    return [line.match for line in find(query, **options).lines]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("taxi", ["taxi", "TAXI"]),
        ("TAXI driver", ["TAXI driver"]),
        ("damag*", ["damage", "Damaging", "damage"]),
        ("*phone", ["smartphone", "telephone", "phone"]),
        ("*phone*", ["smartphone", "telephone", "phone"]),
        ("without *", ["without paying", "without  any", "without credit"]),
        ("without * reason", ["without  any\treason"]),
        ("taxi * p*", ["taxi without paying"]),
        ("paying the", ["paying. The"]),
        ("nothing", []),
        ("here no", []),
        ("word here male", []),
    ],
)
def test_words_phrases_and_patterns(query: str, expected: list[str]) -> None:
    assert matches(query) == [" ".join(match.split()) for match in expected]


def test_case_can_matter() -> None:
    assert matches("taxi", case=True) == ["taxi"] and matches("Damag*", case=True) == ["Damaging"]


def test_regular_expressions_are_held_against_whole_words() -> None:
    assert matches("(tele|smart)phone", regex=True) == ["smartphone", "telephone"]
    assert matches("phon", regex=True) == [] and matches("PHON.", regex=True) == ["phone"]
    assert matches(r"without \w{3}", regex=True) == ["without any"]
    assert matches("tele|smartphone", regex=True) == ["smartphone"]


def test_a_line_says_where_it_is() -> None:
    line = find("damage again").lines[0]
    assert (line.item, line.line, line.word) == ("b", 3, 9)
    assert line.left.endswith("Damaging a fence, ") and line.right == " without any reason"
    assert find("damage", width=5).lines[1].left == "nce, " and find("damage", width=0).lines[0].right == ""


@pytest.mark.parametrize("sort", [[], ["1R"], ["1L", "2R"]])
def test_the_line_of_each_place_is_that_of_its_own_text(sort: list[str]) -> None:
    texts = ["\n\ntaxi one\n taxi three", "no such word", "a taxi two\r\ncafé taxi four\n\n\ntaxi", "é\ntaxi"]
    whole = corpus("lines", pl.Series(texts))
    found = concordance(whole, "taxi", sort=sort, rows=None, width=3)
    assert sorted((line.item, line.line, line.left, line.right) for line in found.lines) == [
        ("text 1", 3, "", " on"),
        ("text 1", 4, "ne ", " th"),
        ("text 3", 1, "a ", " tw"),
        ("text 3", 2, "fé ", " fo"),
        ("text 3", 5, "ur ", ""),
        ("text 4", 2, "é ", ""),
    ]


def test_a_long_text_is_not_copied_for_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "the taxi\n" * 2_000
    whole = corpus("long", pl.Series([text]))
    copied = []
    raw = Strings.raw

    def watched(self: Strings, place: int) -> bytes:
        copied.append(len(raw(self, place)))
        return raw(self, place)

    monkeypatch.setattr(Strings, "raw", watched)
    lines = concordance(whole, "the", rows=None).lines
    assert [line.line for line in lines] == list(range(1, 2_001)) and sum(copied) < 2 * len(text)


def test_no_match_crosses_the_end_of_a_text() -> None:
    assert find("police criminal").n_found == find("reason her").n_found == 0


def test_counts_are_of_everything_also_of_what_is_not_shown() -> None:
    found = find("*phone", rows=1)
    assert (found.n_found, found.n_texts, len(found.lines)) == (3, 1, 1)
    assert dict(found.matched) == {"smartphone": 1, "telephone": 1, "phone": 1}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (["1R"], ["any", "credit", "paying"]),
        (["1L"], ["without  any", "without credit", "without paying"]),
        (["0"], ["any", "credit", "paying"]),
    ],
)
def test_lines_are_sorted_by_what_stands_around(sort: list[str], expected: list[str]) -> None:
    if sort == ["1L"]:
        lefts = [line.left.split()[-1] for line in find("without", sort=sort).lines]
        assert lefts == ["again", "phone", "taxi"]
    elif sort == ["1R"]:
        assert [line.right.split()[0].strip(".") for line in find("without", sort=sort).lines] == expected
    else:
        assert [match.split()[1] for match in matches("without *", sort=sort)] == expected


@settings(max_examples=50, deadline=None)
@given(
    texts=st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=9), min_size=1, max_size=5),
    query=st.lists(st.sampled_from("abc*"), min_size=1, max_size=3).filter(lambda parts: set(parts) != {"*"}),
    sort=st.lists(st.sampled_from(["0", "1L", "2L", "1R", "2R"]), max_size=3),
    rows=st.integers(1, 6),
)
def test_a_plain_search_finds_the_same(texts: list[list[str]], query: list[str], sort: list[str], rows: int) -> None:
    whole = corpus("drawn", pl.Series([" ".join(text) for text in texts]))
    found = concordance(whole, " ".join(query), sort=sort, rows=rows)
    size = len(query)
    plain = [
        (number, first)
        for number, text in enumerate(texts)
        for first in range(len(text) - size + 1)
        if all(part in ("*", word) for part, word in zip(query, text[first : first + size], strict=True))
    ]

    def key(place: tuple[int, int]) -> list[str]:
        text, first = texts[place[0]], place[1]
        keys = []
        for name in sort:
            at = first - int(name[0]) if name[1:] == "L" else first + size - 1 + int(name[0])
            if name == "0":
                keys += text[first : first + size]
            else:
                keys.append(text[at] if 0 <= at < len(text) else "")
        return keys

    expected = sorted(plain, key=key)[:rows]
    assert found.n_found == len(plain) and found.n_texts == len({number for number, _ in plain})
    assert [(line.item, line.word) for line in found.lines] == [(f"text {t + 1}", first + 1) for t, first in expected]


@pytest.mark.parametrize(
    ("query", "options", "said"),
    [
        ("", {}, "there is no word"),
        ("?!", {}, "there is no word"),
        ("*", {}, "is every word"),
        ("* **", {}, "is every word"),
        ("(", {"regex": True}, "is no regular expression"),
        ("a)(b", {"regex": True}, "is no regular expression"),
        ("(?=x)", {"regex": True}, "look-around"),
        (r"(a)\1", {"regex": True}, "is no regular expression"),
        ("a{1000}{1000}{1000}", {"regex": True}, "is no regular expression"),
        ("x " * 11, {}, "expected at most 10"),
        ("x" * 1001, {}, "expected at most 1,000"),
        ("a", {"sort": ["1X"]}, "--sort is '1X'"),
        ("a", {"sort": ["1L"] * 7}, "more than 6"),
    ],
)
def test_a_question_that_cannot_be_asked_is_said(query: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(OptionError, match=said.replace("*", r"\*")) as error:
        find(query, **options)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a*)*c", "(.*a){25}", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_no_pattern_takes_long(pattern: str) -> None:
    long = corpus("long", pl.Series(["a" * 5_000 + "! " + "a" * 40 + "!"]))
    began = time.process_time()
    concordance(long, pattern, regex=True)
    assert time.process_time() - began < 5


USES = [
    "a taxi driver calls police",
    "a cab driver calls police",
    "he broke the red window",
    "she broke the blue window",
]


def test_words_used_alike_share_their_surroundings() -> None:
    whole = corpus("uses", pl.Series(USES * 10))
    found = alike(whole, chosen(whole), "taxi")
    assert found.table["word"][0] == "cab" and found.table["likeness"][0] == pytest.approx(1, abs=1e-6)
    assert set(found.table["shared"][0].split(", ")) == {"a _", "_ driver", "_ calls"}
    assert alike(whole, chosen(whole), "red").table["word"][0] == "blue"
    assert found.to_json(1)["words"][0]["likeness"]["n"] == 10


def test_a_window_decides_what_surrounds() -> None:
    whole = corpus("uses", pl.Series(USES * 10))
    assert "_ calls" not in ", ".join(alike(whole, chosen(whole), "taxi", window=1).table["shared"])


def test_words_that_are_not_compared_are_not_shown() -> None:
    whole = corpus("uses", pl.Series(USES * 10))
    assert "the" not in alike(whole, chosen(whole), "a", shown_without=frozenset({"the"})).table["word"]


def test_a_word_that_is_not_there_or_too_rare_is_said() -> None:
    whole = corpus("uses", pl.Series(USES * 10))
    with pytest.raises(DataError, match="did you mean 'taxi'"):
        alike(whole, chosen(whole), "taxy")
    with pytest.raises(DataError, match="occurs 10 times; expected 11"):
        alike(whole, chosen(whole), "taxi", min_count=11)
    lonely = corpus("one", pl.Series(["word"] * 10))
    with pytest.raises(DataError, match="no other word"):
        alike(lonely, chosen(lonely), "word")
