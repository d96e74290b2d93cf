"""The page: one file, nothing from outside, everything escaped, the same bytes each time, sound for odd records."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from discern.core.records import Findings
from discern.report.figures import drawings
from discern.report.html import evaluation_fragment, findings_fragment, page, write_report
from discern.report.record import Picture, RunReport, Training
from report.builders import HOSTILE, epochs, evaluated, hostile, plain

VOID = {"meta", "img", "br", "link", "hr", "input"}


class Outline(HTMLParser):
    """Elements, attributes and text of a page; complains about tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style",):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return "".join(self.words)


def rendered(report: RunReport) -> str:
    return page(report, drawings(report))


CASES: dict[str, Callable[[], RunReport]] = {
    "plain": lambda: plain(),
    "hostile": lambda: hostile(),
    "two classes": lambda: plain(("no", "yes")),
    "one class": lambda: plain(("only",), 5),
    "a hundred classes": lambda: plain(tuple(f"class {i:03d}" for i in range(100)), 900),
    "one item": lambda: plain(evaluation=evaluated(["a", "b"], 1)),
    "all right": lambda: plain(evaluation=evaluated(["a", "b"], 60, right=1.0)),
    "all wrong": lambda: plain(evaluation=evaluated(["a", "b"], 60, right=-1.0, seed=3)),
    "bare": lambda: plain(
        findings=Findings(()), candidates=(), training=Training(), gallery=(), versions={}, notes=(), split_counts={}
    ),
    "thousands of epochs": lambda: plain(training=Training(epochs=epochs(4000), best_epoch=3900)),
    "no pictures": lambda: plain(gallery=(Picture("row 7", None, "a", "b", 0.9, "mistake"),)),
    "looked at before": lambda: plain(earlier_looks=3, findings=Findings(())),
}


@functools.cache
def text_of(case: str) -> str:
    return rendered(CASES[case]())


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return text_of(request.param)


def test_it_is_sound_and_asks_nothing_of_anyone(case: str) -> None:
    outline = Outline(case)
    tags = {tag for tag, _ in outline.elements}
    assert not tags & {"script", "iframe", "object", "embed", "link", "form", "base", "video", "audio"}
    assert "://" not in case
    for tag, attributes in outline.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "srcset", "action", "poster", "xlink:href"):
            assert (attributes.get(name) or "data:image/png;base64,").startswith("data:image/png;base64,")
        href = attributes.get("href") or "#"
        assert re.fullmatch(r"#[\w.-]*|report/\w+\.(csv|svg)", href), href
    assert not re.search(r"url\((?!#)|@import", case)
    policy = outline.all("meta")[1]
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_it_can_be_read_without_eyes(case: str) -> None:
    outline = Outline(case)
    assert outline.all("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(image.get("alt") for image in outline.all("img"))
    drawn = [attributes for attributes in outline.all("svg") if attributes.get("role") == "img"]
    names = [attributes["id"] for _, attributes in outline.elements if attributes.get("id")]
    assert len(names) == len(set(names)), "identifiers are unique"
    for attributes in (*drawn, *outline.all("section"), *outline.all("nav")):
        assert attributes["aria-labelledby"] in names
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(attributes.get("scope") for attributes in outline.all("th"))
    targets = [attributes["href"] for attributes in outline.all("a") if (attributes["href"] or "").startswith("#")]
    assert {str(target)[1:] for target in targets} <= set(names)


def test_no_text_from_data_stays_hidden_or_breaks_out() -> None:
    text = text_of("hostile")
    outline = Outline(text)
    assert not outline.all("script")
    assert [image for image in outline.all("img") if image.get("src") == "x"] == []
    assert "\u202e" not in text
    assert "\u200b" not in text
    assert not re.search(r"[\ud800-\udfff\x00-\x08\x0b-\x1f]", text)
    for shown in ("⟨U+202E⟩", "⟨U+200B⟩", "⟨U+DC80⟩", "⟨U+000A⟩", HOSTILE[0], HOSTILE[1], HOSTILE[4], "{{ 7*7 }}"):
        assert shown in outline.text


def test_the_same_report_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_report(tmp_path / name, hostile())
    first, second = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("a", "b")
    )
    assert first == second
    assert {path.name for path in first} >= {"report.html", "figures.csv", "confusion.svg", "loss.svg", "k_curve.svg"}


def test_the_figures_beside_it_stand_alone_and_have_no_date(tmp_path: Path) -> None:
    from xml.etree import ElementTree

    write_report(tmp_path, hostile())
    for path in (tmp_path / "report").glob("*.svg"):
        text = path.read_text("utf-8")
        ElementTree.fromstring(text)
        assert "var(" not in text
        assert "<metadata" not in text
        assert "DOCTYPE" not in text


def test_the_opening_says_how_well_against_what() -> None:
    report = plain()
    text = " ".join(Outline(rendered(report)).text.split()).replace("\u202f", " ")
    accuracy, base = report.evaluation.figures["accuracy"], report.evaluation.baseline_figures["accuracy"]
    for figure in (accuracy, base):
        assert f"{100 * figure.value:.1f} %" in text  # type: ignore[operator]
    assert f"likely {100 * accuracy.low:.1f} to {100 * accuracy.high:.1f} %" in text  # type: ignore[operator]
    assert "What could make this wrong:" in text
    assert "What to do next:" in text


def test_long_tables_are_folded_and_many_classes_are_drawn() -> None:
    outline = Outline(text_of("a hundred classes"))
    assert "All 100 classes" in outline.text
    assert not [attributes for attributes in outline.all("table") if attributes.get("class") == "matrix"]
    assert [attributes for attributes in outline.all("img") if attributes.get("class") == "map"]


def test_thousands_of_epochs_stay_small() -> None:
    assert len(text_of("thousands of epochs")) < 150_000


def test_pictures_come_in_colour_grey_and_large() -> None:
    rng = np.random.default_rng(0)
    pictures = tuple(
        Picture(f"item {i}", rng.integers(0, 256, shape).astype(np.uint8), "a", "b", 0.5, "unsure")
        for i, shape in enumerate([(8, 8, 1), (64, 64, 3), (300, 200, 3), (1, 1, 1)])
    )
    text = rendered(plain(gallery=pictures))
    assert text.count("data:image/png") == 4
    assert text.count('class="tiny"') == 2


def test_notebooks_show_the_same_records() -> None:
    report = hostile()
    for fragment in (findings_fragment(report.findings), evaluation_fragment(report.evaluation)):
        assert not Outline(fragment).all("script")
    assert evaluation_fragment(report.evaluation) in report.evaluation._repr_html_()
    assert findings_fragment(report.findings) in report.findings._repr_html_()


def test_a_range_that_cannot_be_made_is_explained() -> None:
    text = Outline(text_of("all right")).text
    assert "no range" in text
    assert "the same in each of 2,000 resamples" in text


def test_an_undefined_figure_is_a_dash_with_a_reason() -> None:
    text = Outline(rendered(plain(evaluation=evaluated(["only"], 30)))).text
    assert "not defined" in text
    assert "–" in text
