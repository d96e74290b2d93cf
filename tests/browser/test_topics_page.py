"""The pages of topics in a real browser: nothing is requested, they fit a phone, both themes can be read."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from browser.test_report_page import DARK, LIGHT, PROBE, WATCH, chromium, pytestmark
from discern.report import topics_compared, topics_page
from report.topic_builders import EVIL, comparison, topics

__all__ = ["pytestmark"]
PAGES = {
    "topics": lambda: topics_page.beside(topics())["topics.html"],
    "hostile": lambda: topics_page.beside(topics(evil=EVIL + "w" * 80))["topics.html"],
    "compared": lambda: topics_compared.beside(comparison())["compare.html"],
}


def measured(folder: Path, page: str, width: int, theme: int) -> dict[str, Any]:
    text = page.replace("<details", "<details open")
    text = text.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';")
    text = text.replace("<title>", WATCH + "<title>", 1)
    text = text.replace("</body>", f"<script>addEventListener('load', () => {{{PROBE}}})</script></body>")
    (folder / "page.html").write_text(text, "utf-8")
    frame = f'<!DOCTYPE html><body><iframe src="page.html" style="width:{width}px;height:900px"></iframe>'
    take = (
        "<script>addEventListener('load', () => { const inner = document.querySelector('iframe').contentDocument;"
        "document.body.append(inner.getElementById('probe')); })</script>"
    )
    (folder / "frame.html").write_text(frame + take, "utf-8")
    dom = chromium(
        folder, f"--blink-settings=preferredColorScheme={theme}", "--window-size=1300,900",
        "--allow-file-access-from-files", "--dump-dom", (folder / "frame.html").as_uri(),
    )  # fmt: skip
    found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None, dom[-500:]
    result: dict[str, Any] = json.loads(unescape(found.group(1)))
    return result


@pytest.mark.parametrize(("width", "theme"), [(1200, LIGHT), (1200, DARK), (390, LIGHT)])
@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_nothing_fits_and_can_be_read(tmp_path: Path, name: str, width: int, theme: int) -> None:
    seen = measured(tmp_path, PAGES[name](), width, theme)
    assert seen["requests"] == [] and seen["policy"] == []
    assert seen["texts"] > 25
    assert seen["low"] == [], "text with a contrast under 4.5 to 1"
    assert seen["page"][0] <= seen["page"][1], "the page scrolls sideways"
