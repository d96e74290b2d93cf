"""The page of groups in a real browser: nothing is requested, it fits a phone, both themes can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.test_report_page import DARK, LIGHT, pytestmark
from browser.test_topics_page import measured
from discern.report import clusters_page
from report.cluster_builders import EVIL, clusters

__all__ = ["pytestmark"]
PAGES = {
    "table": lambda: clusters(),
    "none": lambda: clusters(shown=False),
    "hostile": lambda: clusters(evil=EVIL + "w" * 80),
    "texts": lambda: clusters("texts"),
}


@pytest.mark.parametrize(("width", "theme"), [(1200, LIGHT), (1200, DARK), (390, LIGHT)])
@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_nothing_fits_and_can_be_read(tmp_path: Path, name: str, width: int, theme: int) -> None:
    seen = measured(tmp_path, clusters_page.beside(PAGES[name]())["groups.html"], width, theme)
    assert seen["requests"] == [] and seen["policy"] == []
    assert seen["texts"] > 25
    assert seen["low"] == [], "text with a contrast under 4.5 to 1"
    assert seen["page"][0] <= seen["page"][1], "the page scrolls sideways"
