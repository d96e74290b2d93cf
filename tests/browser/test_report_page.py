"""The page in a real browser: nothing is requested or complained about, it fits a phone, both themes can be read.

The browser is started by itself, without a network of ours: pages are files, and a probe is written into a copy of the
page (whose policy is widened for that one script) that leaves what it measured in the document.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from discern.evaluate.regression import RegressionEvaluation
from discern.report.figures import drawings
from discern.report.html import page
from discern.report.number_page import drawings_of, number_page
from discern.report.record import RunReport
from report.builders import hostile, plain
from report.examined import examined
from report.number_builders import hostile_number, of_number

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
LIGHT, DARK = 1, 0
Probe = Callable[[Callable[[], RunReport], int, int], dict[str, Any]]

PROBE = """
const seen = {requests: performance.getEntriesByType('resource').map(entry => entry.name), low: [], policy: POLICY};
const root = document.documentElement;
seen.page = [root.scrollWidth, root.clientWidth];
seen.paper = getComputedStyle(document.body).backgroundColor;
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
function colour(text) {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
}
function light([r, g, b]) {
  const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}
function ground(element) {
  for (; element; element = element.parentElement) {
    const found = colour(getComputedStyle(element).backgroundColor);
    if (found[3] === 255) return found;
  }
  return [255, 255, 255, 255];
}
for (const element of document.body.querySelectorAll('*')) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!own || element.matches('title, script') || !element.getClientRects().length) continue;
  const style = getComputedStyle(element);
  const ink = colour(element.closest('svg') ? style.fill : style.color);
  const [a, b] = [light(ink), light(ground(element))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  seen.texts = (seen.texts || 0) + 1;
  if (ratio < 4.5) seen.low.push([element.tagName, element.textContent.slice(0, 30), ratio]);
}
const out = document.createElement('pre'); out.id = 'probe'; out.textContent = JSON.stringify(seen);
document.body.append(out);
"""
WATCH = """
<script>const POLICY = [];
addEventListener('securitypolicyviolation', e => POLICY.push(e.blockedURI + ' ' + e.violatedDirective));
addEventListener('error', e => POLICY.push('error ' + e.message));</script>
"""


def chromium(folder: Path, *arguments: str) -> str:
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}", "--timeout=20000",
            *arguments,
        ],
        capture_output=True,
        timeout=90,
        check=True,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    """Open a report in a window `width` wide, in a theme, and say what was measured in it."""

    @functools.cache
    def measure(report: Callable[[], RunReport], width: int, theme: int) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("page")
        text = rendered(report()).replace("<details", "<details open")
        text = text.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';")
        text = text.replace("<title>", WATCH + "<title>", 1)
        text = text.replace("</body>", f"<script>addEventListener('load', () => {{{PROBE}}})</script></body>")
        (folder / "page.html").write_text(text, "utf-8")
        # A window is never narrower than 500 pixels, a frame may be.
        frame = f'<!DOCTYPE html><body><iframe src="page.html" style="width:{width}px;height:900px"></iframe>'
        (folder / "frame.html").write_text(frame, "utf-8")
        target = folder / ("page.html" if width >= 500 else "frame.html")
        allowed = ["--allow-file-access-from-files"] if width < 500 else []
        if width < 500:
            script = (
                "<script>addEventListener('load', () => {"
                "const inner = document.querySelector('iframe').contentDocument;"
                "document.body.append(inner.getElementById('probe')); })</script>"
            )
            (folder / "frame.html").write_text(frame + script, "utf-8")
        dom = chromium(
            folder, f"--blink-settings=preferredColorScheme={theme}", f"--window-size={width},900", *allowed,
            "--dump-dom", target.as_uri(),
        )  # fmt: skip
        found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)
        assert found is not None, dom[-500:]
        result: dict[str, Any] = json.loads(unescape(found.group(1)))
        return result

    return measure


def rendered(report: RunReport) -> str:
    """The page of a report about classes, or about a number."""
    if isinstance(report.evaluation, RegressionEvaluation):
        drawn = drawings_of(report, report.evaluation)
        return number_page(report, report.evaluation, drawn, (), "report")
    return page(report, drawings(report))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("report", [plain, hostile, examined, of_number, hostile_number])
def test_it_asks_for_nothing_and_can_be_read(probe: Probe, report: Callable[[], RunReport], theme: int) -> None:
    seen = probe(report, 1200, theme)
    assert seen["requests"] == []
    assert seen["policy"] == []
    assert seen["texts"] > 200
    assert seen["low"] == [], "text with a contrast under 4.5 to 1"
    assert seen["page"][0] <= seen["page"][1]


@pytest.mark.parametrize("report", [plain, hostile, examined, of_number, hostile_number])
def test_it_fits_a_phone(probe: Probe, report: Callable[[], RunReport]) -> None:
    seen = probe(report, 400, LIGHT)
    assert seen["page"][1] <= 400
    assert seen["page"][0] <= seen["page"][1], "the page scrolls sideways"


def test_light_and_dark_differ(probe: Probe) -> None:
    assert probe(plain, 1200, LIGHT)["paper"] != probe(plain, 1200, DARK)["paper"]


def test_it_prints(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page(plain(), drawings(plain())), "utf-8")
    chromium(
        tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}", (tmp_path / "page.html").as_uri()
    )
    content = (tmp_path / "page.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 12
