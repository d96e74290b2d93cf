"""The docs site builds without a warning and without the network, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import discern

ROOT = Path(__file__).resolve().parent.parent.parent
FOREIGN = re.compile(r'<(?:script|img|link|iframe)[^>]*(?:src|href)="(?:https?:)?//')


def test_the_site_builds_without_a_warning_is_whole_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    site = tmp_path / "html"
    options = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(tmp_path / "doctrees")]
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(ROOT / "docs"), str(site)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    commands = (site / "reference" / "api" / "commands.html").read_text("utf-8")
    assert "discern resume" in commands
    assert "--epochs" in commands
    python = (site / "reference" / "api" / "python.html").read_text("utf-8")
    for name in discern.__all__:
        assert f'id="discern.{name}"' in python
    pages = list(site.rglob("*.html"))
    assert len(pages) > 10
    for page in pages:
        assert not FOREIGN.search(page.read_text("utf-8")), page
