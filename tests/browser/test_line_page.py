"""Pages of a fitted line in a real browser: nothing is asked for, they fit a phone, both themes can be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from browser.test_report_page import DARK, LIGHT, pytestmark
from browser.test_topics_page import measured
from discern.core.line_options import ALL, LineOptions
from discern.core.records import Figure
from discern.models.line_fit import Cost
from discern.models.line_fitting import Rows, fit_rows
from discern.report import line_page

__all__ = ["pytestmark"]
EVIL = "<img src=x onerror=alert(1)>‮" + "w" * 90


def page(n_columns: int, name: str = "column", **asked: object) -> str:
    draw = np.random.default_rng(0)
    values = draw.normal(size=(60, n_columns + 1)) * 20 + 50
    values[:, -1] += values[:, 0]
    names = tuple(f"{name} {i}" for i in range(n_columns))
    rows = Rows("areas.csv", names, f"{name} target", values)
    fitted = fit_rows(rows, LineOptions(rows.target, names, iterations=120, **asked))  # type: ignore[arg-type]
    return line_page.beside(fitted.fit, fitted.drawn)["line.html"]


def costs() -> str:
    figure = Figure(0.01, 0.005, 0.02, 3, "seconds")
    return line_page.cost_page([Cost(1_000, 10, figure, figure, Figure(2.0, 1.0, 3.0, 3, "passes"))], "2 cores")


PAGES = {
    "one column": lambda: page(1),
    "runs away": lambda: page(3, batch=ALL, rate=30.0),
    "hostile": lambda: page(12, EVIL),
    "costs": costs,
}


@pytest.mark.parametrize(("width", "theme"), [(1200, LIGHT), (1200, DARK), (390, LIGHT)])
@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_nothing_fits_and_can_be_read(tmp_path: Path, name: str, width: int, theme: int) -> None:
    seen = measured(tmp_path, PAGES[name](), width, theme)
    assert seen["requests"] == [] and seen["policy"] == []
    assert seen["texts"] > 10
    assert seen["low"] == [], "text with a contrast under 4.5 to 1"
    assert seen["page"][0] <= seen["page"][1], "the page scrolls sideways"
