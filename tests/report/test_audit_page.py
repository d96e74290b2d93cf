"""The page of an audit: complete, escaped, the same every time."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from discern.core.records import CheckResult, Finding, Findings
from discern.report.audit_page import audit_page, write_audit_page

NASTY = "</style><script>alert(1)</script>\u202e"


class Outline(HTMLParser):
    """Tags that are open at the end, ids, and everything that is linked."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img", "br", "link"):
            self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def findings(n_classes: int = 2) -> Findings:
    found = (
        Finding("D207", f"2 pictures stand in both parts {NASTY}", "serious", (NASTY, "b.jpg"), 40, "drop them", NASTY),
        Finding("D104", "An odd shape", "note", ("c.jpg",), 1, "look"),
    )
    checks = (
        CheckResult("D104", "sizes", "found", found[1:]),
        CheckResult("D207", "near-duplicates across parts", "found", found[:1]),
        CheckResult("D301", "class balance", "passed"),
        CheckResult("D204", "groups across parts", "not applicable", reason=f"no groups {NASTY}"),
    )
    classes = {NASTY if number == 0 else f"class {number}": 10 + number for number in range(n_classes)}
    facts = {
        "name": NASTY,
        "kind": "pictures",
        "items": 12345,
        "units": 12000,
        "parts": {"train": 12000, "validation": 0, "test": 345},
        "classes": classes,
        "classes_in_train": classes,
        "classes_in_validation": {},
        "classes_in_test": dict.fromkeys(classes, 1),
        "sizes": {"different": 3, "smallest": "8 x 8"},
        "notes": ["resized", NASTY],
    }
    return Findings(checks, facts)


def test_the_page_is_complete_and_sound(tmp_path: Path) -> None:
    write_audit_page(tmp_path / "audit.html", findings())
    page = (tmp_path / "audit.html").read_text("utf-8")
    assert page == audit_page(Findings.from_json(findings().to_json()))
    outline = Outline()
    outline.feed(page)
    assert outline.open == [] and len(set(outline.ids)) == len(outline.ids)
    assert all(link.startswith("#") and link[1:] in outline.ids for link in outline.links)
    assert "<script" not in page.lower() and "\u202e" not in page and page.count("</style>") == 1
    text = re.sub(r"<[^>]+>", " ", page)
    for words in (
        "1 serious finding",
        "12,345 pictures in 2 classes",
        "and 38 more",
        "1 check passed",
        "1 could not say",
    ):
        assert words in text, words
    assert "different 3, smallest 8 x 8" in text
    assert page.index("D207") < page.index("D104")
    assert "Validation" not in text


def test_audits_without_findings_labels_or_parts() -> None:
    facts = {"name": "arrays", "kind": "table", "items": 1, "units": 1}
    page = audit_page(Findings((CheckResult("D101", "unreadable items", "passed"),), facts))
    assert "Nothing was found" in page and "1 row, without labels" in page and 'id="classes"' not in page


def test_many_classes_are_folded() -> None:
    assert "All 80 classes" in audit_page(findings(80))
    assert "All" not in re.findall(r"<summary>(.*?)</summary>", audit_page(findings(5)))


def test_the_notebook_view_still_shows_findings() -> None:
    assert "2 findings" in findings()._repr_html_()
