"""Explanations of tables in a real browser: nothing is requested, they fit a phone, both themes can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.test_report_page import DARK, LIGHT, pytestmark
from browser.test_topics_page import measured
from discern.report import explain_page
from report.explain_builders import classes, explained, one
from report.topic_builders import EVIL

__all__ = ["pytestmark"]
PAGES = {
    "numbers": lambda: explain_page.beside(explained()),
    "hostile": lambda: explain_page.beside(explained(EVIL + "w" * 60)),
    "classes": lambda: explain_page.beside(classes()),
    "one": lambda: explain_page.beside_one(one(EVIL)),
}


@pytest.mark.parametrize(("width", "theme"), [(1200, LIGHT), (1200, DARK), (390, LIGHT)])
@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_nothing_fits_and_can_be_read(tmp_path: Path, name: str, width: int, theme: int) -> None:
    seen = measured(tmp_path, PAGES[name]()["explain.html"], width, theme)
    assert seen["requests"] == [] and seen["policy"] == []
    assert seen["texts"] > 15
    assert seen["low"] == [], "text with a contrast under 4.5 to 1"
    assert seen["page"][0] <= seen["page"][1], "the page scrolls sideways"
