"""Entities, sentiment and summaries."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discern.text import entities as module
from discern.text.entities import TYPES, entities, installed_model
from discern.text.sentiment import sentiment
from discern.text.summary import summary

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr Patel met Sarah Jones's brother.", [("PERSON", "Dr Patel"), ("PERSON", "Sarah Jones")]),
        (
            "He works for Acme Ltd and Leeds City Council.",
            [("ORGANISATION", "Acme Ltd"), ("ORGANISATION", "Leeds City Council")],
        ),
        (
            "Microsoft left the U.K. for France.",
            [("ORGANISATION", "Microsoft"), ("PLACE", "U.K."), ("PLACE", "France")],
        ),
        ("Seen at 12 High Street, Norwich.", [("PLACE", "12 High Street"), ("PLACE", "Norwich")]),
        ("A kitchen knife and two crowbars.", [("WEAPON", "kitchen knife"), ("TOOL", "crowbars")]),
        ("Stole a mobile phone and cash.", [("GOODS", "mobile phone"), ("GOODS", "cash")]),
        ("in a silver Ford Fiesta, AB12 CDE", [("VEHICLE", "silver Ford Fiesta"), ("PLATE", "AB12 CDE")]),
        ("at 10:30 on 12 March 2024 for £5.99", [("TIME", "10:30"), ("DATE", "12 March 2024"), ("MONEY", "£5.99")]),
        ("call 07700 900123 or a@b.co.uk", [("PHONE", "07700 900123"), ("EMAIL", "a@b.co.uk")]),
        ("WILL SUPPORT POLICE, WILL SMITH DID NOT", [("PERSON", "WILL SMITH")]),
        ("Will you read this? Mark it.", []),
        ("the man could afford a seat", []),
        ("", []),
    ],
)
def test_entities(text: str, expected: list[tuple[str, str]]) -> None:
    found = entities(text)
    assert [(one.type, one.text) for one in found] == expected
    assert all(text[one.start : one.end] == one.text and one.type in TYPES for one in found)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_entities_never_overlap(text: str) -> None:
    found = entities(text)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("piece", ["red ", "Aa ", "Sarah ", "Mr ", "A. ", "Road ", "12 ", "a"])
def test_entities_of_a_very_long_text(piece: str) -> None:
    """A pattern that looked again from every place would not end within the time that a test may take."""
    text = piece * (20_000 // len(piece))
    assert all(text[one.start : one.end] == one.text for one in entities(text))


@pytest.mark.parametrize(
    "stretch", ["a" * 200, "%41" * 70, "a-" * 100, "+’" * 100 + "a", "A-" * 100 + "A", "A'" * 100 + "Z"]
)
def test_an_endless_stretch_without_a_blank_is_passed_over(stretch: str) -> None:
    text = f"Dr Patel sent {stretch}@example.com and {stretch} Street to a@b.co.uk, Norwich"
    found = [(one.type, one.text) for one in entities(text)]
    assert found == [
        ("PERSON", "Dr Patel"),
        ("URL", "example.com"),
        ("EMAIL", "a@b.co.uk"),
        ("PLACE", "Norwich"),
    ]


def test_an_installed_model_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in with spaCy's doors: none is installed here, and nothing may be downloaded."""
    asked: list[str] = []

    def load(name: str) -> Any:
        asked.append(name)
        return lambda text: SimpleNamespace(
            ents=[
                SimpleNamespace(label_="PERSON", start_char=0, end_char=4),
                SimpleNamespace(label_="CARDINAL", start_char=5, end_char=8),
            ]
        )

    util = SimpleNamespace(get_installed_models=lambda: ["de_core_news_sm", "en_core_web_sm"])
    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(util=util, load=load))  # type: ignore[arg-type]
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: object() if name == "spacy" else None)
    installed_model.cache_clear()
    try:
        model = installed_model("en")
        assert asked == ["en_core_web_sm"]
        assert [(one.type, one.text) for one in entities("Zyxo two left", model)] == [("PERSON", "Zyxo")]
        assert installed_model("fr") is None
    finally:
        installed_model.cache_clear()
    assert entities("Zyxo two left") == []


def test_sentiment() -> None:
    rated = sentiment(pl.Series(["I love it, great!", "This is horrible", "The door is here", "", None, "not good"]))
    assert rated["feeling"].to_list() == ["positive", "negative", "neutral", "neutral", "neutral", "negative"]
    assert rated["score"].is_between(-1, 1).all()
    assert rated.columns == ["score", "positive", "neutral", "negative", "feeling"]
    assert sentiment(pl.Series([], dtype=pl.String)).height == 0


STORY = (
    "The taxi driver took two men to the station. The men left the taxi without paying the driver. "
    "It rained. The taxi driver called the police about the two men. My aunt likes pears and apples."
)


def test_a_summary_takes_what_the_others_speak_of() -> None:
    found = summary([STORY], 2)
    assert [one.number for one in found] == [0, 1] or [one.number for one in found] == [0, 3]
    assert all("taxi" in one.text and one.text in STORY for one in found)
    assert max(one.weight for one in summary([STORY], 5)) == 1
    assert [one.number for one in summary([STORY], 5)] == [0, 1, 3, 4]


def test_a_summary_of_many_texts_says_where_its_sentences_stand() -> None:
    found = summary(
        [
            "The taxi driver was not paid at all.",
            "",
            "Apples are here now today.",
            "The taxi driver was not paid at all.",
        ],
        2,
    )
    assert found[0].row in (0, 3)
    assert len({one.text for one in found}) == 2
    assert summary([], 3) == [] and summary(["", " "], 3) == []
    assert [one.text for one in summary(["Oh no!"], 3)] == ["Oh no!"]
    assert len(summary(["你好。世界。", "😀"], 3, "zh")) >= 1


def test_the_summary_of_an_article_is_of_its_sentences() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/data is not there")
    text = (SHARED / "bbc" / "tech" / "001.txt").read_text("utf-8")
    found = summary([text], 3)
    assert len(found) == 3 and all(one.text in text for one in found)
