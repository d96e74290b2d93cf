"""The page of a forecast in a real browser: nothing is requested, it fits a phone, both themes can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.test_report_page import DARK, LIGHT, pytestmark
from browser.test_topics_page import measured
from discern.report import forecast_page
from report.forecast_builders import EVIL, forecast

__all__ = ["pytestmark"]


@pytest.mark.parametrize(("width", "theme"), [(1200, LIGHT), (1200, DARK), (390, LIGHT)])
@pytest.mark.parametrize("evil", ["", EVIL + "w" * 80])
def test_it_asks_for_nothing_fits_and_can_be_read(tmp_path: Path, evil: str, width: int, theme: int) -> None:
    page = forecast_page.beside(*forecast(evil=evil, known=True))["forecast.html"]
    seen = measured(tmp_path, page, width, theme)
    assert seen["requests"] == [] and seen["policy"] == []
    assert seen["texts"] > 25
    assert seen["low"] == [], "text with a contrast under 4.5 to 1"
    assert seen["page"][0] <= seen["page"][1], "the page scrolls sideways"
