"""Sections about what evaluate was asked: words, drawings, tables; nothing of the data is ever mark-up."""

from __future__ import annotations

from pathlib import Path

from discern.report.fairness_page import fairness_text
from discern.report.html import write_report
from discern.report.operating_page import operating_text
from discern.report.robustness_page import robustness_text
from discern.report.slices_page import slices_sentences, slices_text
from report.builders import HOSTILE
from report.examined import examined


def test_sections_stand_on_the_page_and_hold_no_foreign_mark_up(tmp_path: Path) -> None:
    report = examined()
    write_report(tmp_path, report)
    page = (tmp_path / "report.html").read_text("utf-8")
    for name in ("slices", "fairness", "robustness", "operating"):
        assert page.count(f'<section id="{name}"') == 1
        assert f'href="#{name}"' in page
        assert (tmp_path / "report" / f"{name}.csv").is_file()
    assert "<img src=x" not in page and "<script" not in page
    assert HOSTILE[2] not in page  # what turns the text around is written out
    for name in ("robustness_blur", "precision_recall", "cost"):
        assert f'id="{name}-alt"' in page
        assert (tmp_path / "report" / f"{name}.svg").is_file()
    before = page
    write_report(tmp_path, examined())
    assert (tmp_path / "report.html").read_text("utf-8") == before


def test_what_differs_is_said_first_and_what_cannot_be_compared_too() -> None:
    said = slices_sentences(examined().kept["slices"])
    assert "points (" in said[0] and "less than all others (p under 0.001)" in said[0]
    assert said[-1] == "Size of the picture: every picture is of the same size (8 x 8)."


def test_texts_for_the_terminal_fit_it() -> None:
    kept = examined().kept
    for text in (
        slices_text(kept["slices"], width=100),
        fairness_text(kept["fairness"], width=100),
        robustness_text(kept["robustness"], width=100),
        operating_text(kept["operating"], width=100),
    ):
        assert all(len(line) <= 112 for line in text.splitlines())
        assert "\u202e" not in text and "\x1b" not in text
