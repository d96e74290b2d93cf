"""Topics in words and on their pages."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import re

import pytest

from discern.core.files import to_json
from discern.core.records import Figure
from discern.evaluate.topic_cards import Example, Topics
from discern.evaluate.topic_comparison import TopicComparison
from discern.report import topics_compared, topics_page, topics_said
from report.topic_builders import EVIL, TURNED, comparison, topics


def test_records_come_back_from_json() -> None:
    for record in (topics(), topics(evil=EVIL)):
        assert Topics.from_json(json.loads(to_json(record.to_json()))) == record
    both = comparison()
    assert TopicComparison.from_json(json.loads(to_json(both.to_json()))) == both


@pytest.mark.parametrize("evil", [EVIL, TURNED, '"><img src=x onerror=alert(1)>', "=cmd()"])
def test_nothing_in_the_data_becomes_part_of_the_page(evil: str) -> None:
    found = topics_page.beside(topics(evil=evil)) | topics_compared.beside(comparison(evil=evil))
    for name, content in found.items():
        assert "\u202e" not in content or name.endswith(".csv")
        if name.endswith((".html", ".svg")):
            assert "<script" not in content and "<img src=x" not in content
        else:
            assert not any(cell.startswith("=") for line in content.splitlines() for cell in line.split(","))
    for text in (
        topics_said.topics_text(topics(evil=evil)),
        topics_compared.topics_compared_text(comparison(evil=evil)),
    ):
        assert "\u202e" not in text and "\u200b" not in text


def test_every_topic_has_its_card_its_texts_and_its_curve() -> None:
    page = topics_page.page(topics(), topics_page.topic_map(topics()))
    for topic in ("T1", "T2", "T3"):
        assert f'id="{topic}"' in page
    assert page.count("<polyline") == 3 and page.count('class="text"') == 6
    assert '<mark class="w0">Words of</mark> a text, <mark class="w1">others</mark>' in page
    assert "Cabs" in page and "--rename RUN" in page


def test_circles_of_the_map_do_not_cover_each_other() -> None:
    radii = [0.3, 0.2, 0.25, 0.3]
    found = topics_page._apart([(0.0, 0.0), (0.0, 0.0), (0.1, 0.0), (1.0, 1.0)], radii)
    for i, j in itertools.combinations(range(4), 2):
        assert math.dist(found[i], found[j]) >= radii[i] + radii[j] + topics_page.BETWEEN - 0.01
    assert topics_page._apart([(-1.0, 0.0), (1.0, 0.0)], [0.2, 0.2]) == [(-1.0, 0.0), (1.0, 0.0)]


def test_what_is_hidden_in_a_text_is_shown_and_spaces_stay() -> None:
    shown = topics_page.coloured(Example("x", 1.0, (("one", 0), ("\n  ", -1), ("t\u200bwo", 1), (" three ", -1))))
    assert shown == '<mark class="w0">one</mark> <mark class="w1">t⟨U+200B⟩wo</mark> three '


def test_the_verdict_says_what_holds() -> None:
    said = topics_said.verdict(topics())
    assert said[1].startswith("3 of 3 topics hold") and len(said) == 4
    assert "8.5 of the ten likeliest words" in said[3] and "3.0." in said[3]


def test_the_verdict_says_what_is_doubtful() -> None:
    said = topics_said.verdict(topics(stable=0.35))
    assert (
        said[1].startswith("1 of 3 topics hold")
        and said[-1] == "Take with care: T1 (Cabs), T3 (word30, word31, word32)."
    )
    assert topics_said.verdict(topics(p=0.4))[1].startswith("No topic holds")
    assert topics_said.topics_text(topics(stable=0.35)).count("doubtful") == 2


def test_without_other_fits_the_words_decide() -> None:
    nothing = Figure(None, None, None, 0, "no other fit")
    record = topics()
    cards = tuple(dataclasses.replace(one, stability=nothing) for one in record.cards)
    record = dataclasses.replace(record, cards=cards, stability=nothing)
    assert topics_said.verdict(record)[1].startswith("3 of 3 topics hold")
    assert "–" in topics_said.topics_text(record)


def test_few_texts_get_no_verdict() -> None:
    said = topics_said.verdict(topics(n_texts=99))
    assert "97 texts are too few for a verdict" in said[1] and not any("hold" in sentence for sentence in said)
    page = topics_page.page(topics(n_texts=99), topics_page.topic_map(topics()))
    assert "topics hold" not in page and "beyond chance" not in page


def test_a_comparison_says_what_is_gained_and_what_comes_from_what() -> None:
    text = " ".join(topics_compared.topics_compared_text(comparison(), width=200).split())
    assert (
        "3 topics foresee texts that were not learned from better than 2 (+0.200 (+0.100 to +0.300) bits a word)"
        in text
    )
    assert "100 % words 0, more, still" in text and "75 % words 1, more, still; 25 % words 0, more, still" in text


def test_every_stream_that_is_not_empty_is_drawn() -> None:
    svg = topics_compared.alluvial(comparison()).svg
    curved = [path for path in re.findall(r'<path d="([^"]*)"', svg) if path.count("C") == 2]
    assert len(curved) == 5  # one of the six is empty
