"""Views of records in a real browser, as a notebook lays them out: nothing is asked for, nothing runs, both themes can
be read, and wide tables scroll by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.test_report_page import LIGHT, pytestmark
from browser.test_topics_page import measured
from contract.shown import MAKERS

__all__ = ["pytestmark"]
THEMES = {"light": "background:#fff;color:#1f1f1f", "dark": "background:#111;color:#e4e4e4"}


@pytest.fixture(scope="module", params=MAKERS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return MAKERS[request.param](tmp_path_factory.mktemp("made"))


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 1200), ("light", 390)])
def test_views_ask_for_nothing_fit_and_can_be_read(
    tmp_path: Path, made: dict[str, Any], theme: str, width: int
) -> None:
    views = "".join(one._repr_html_() for one in made.values() if hasattr(one, "_repr_html_"))
    head = "<!doctype html><html><head><meta charset='utf-8'><title>notebook</title></head>"
    page = f"{head}<body style='{THEMES[theme]}'>"
    seen = measured(tmp_path, f"{page}{views}</body></html>", width, LIGHT)
    assert seen["requests"] == [] and seen["policy"] == []
    assert seen["texts"] > 25
    low = [one for one in seen["low"] if one[0] != "text"]  # a figure's words lie on what it draws, not on the page
    assert low == [], "text with a contrast under 4.5 to 1"
    assert seen["page"][0] <= seen["page"][1], "the notebook scrolls sideways"
