"""The words of a page lead to their explanations on the page itself, and words of the data lead nowhere."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import numpy as np
import pytest

from discern.explain.inside_record import Inside, Layer, Lesson, Moment, Unit
from discern.report import (
    clusters_page,
    explain_page,
    forecast_page,
    glossary,
    inside_page,
    number_page,
    topics_compared,
    topics_page,
)
from discern.report.audit_page import audit_page
from discern.report.figures import drawings
from discern.report.html import page
from discern.report.pages import environment
from discern.report.record import RunReport
from report.builders import hostile, plain
from report.cluster_builders import clusters
from report.examined import examined
from report.explain_builders import classes, explained, one
from report.forecast_builders import forecast
from report.number_builders import of_number
from report.test_audit_page import findings
from report.topic_builders import comparison, topics

LINK = re.compile(r'<a class="term" href="#(term-[a-z0-9-]+)" title="([^"]*)">([^<]*)</a>')
ENTRY = re.compile(r'<dt id="(term-[a-z0-9-]+)">([^<]*)</dt><dd>(.*?)</dd>')
EVERYDAY = {"Class", "Label", "Group", "Train", "Test", "Validation", "Probability"}


def of_a_run(report: RunReport) -> str:
    return page(report, drawings(report))


def of_a_number() -> str:
    report = of_number()
    evaluation = report.evaluation
    drawn = number_page.drawings_of(report, evaluation)  # type: ignore[arg-type]
    return number_page.number_page(report, evaluation, drawn, (), "report", ())  # type: ignore[arg-type]


def of_the_inside() -> str:
    maps = np.ones((2, 4, 4), np.float32)
    layers = (Layer("conv1", (2, 4, 4), maps, (0, 1)), Layer("head", (2,), maps[:1, :1], ()))
    unit = Unit("conv1", 0, ("a.png",), (1.0,), (np.zeros((8, 8, 1), np.uint8),))
    kernels = np.ones((2, 1, 3, 3), np.float32)
    lesson = Lesson("b", 0.1, 1.0, 0.5, kernels, kernels, kernels)
    votes, pixels = (("a", 1.0, 0.9), ("b", 0.1, 0.1)), np.zeros((8, 8, 1), np.uint8)
    moment = Moment(0, None, layers[:1], (("a", 0.9), ("b", 0.1)))
    found = Inside("a.png", "run", pixels, layers, kernels, votes, ((0, 1.0),), (unit,), lesson, (moment,))
    return str(inside_page.beside(found)["explain.html"])


PAGES: dict[str, tuple[Callable[[], str], set[str]]] = {
    "run": (lambda: of_a_run(plain()), {"Kappa", "Log loss", "Epoch", "Baseline"}),
    "hostile": (lambda: of_a_run(hostile()), {"Kappa"}),
    "examined": (lambda: of_a_run(examined()), {"Operating point", "False alarm", "p", "Slice"}),
    "number": (of_a_number, {"Root mean squared error", "Mean error", "R²"}),
    "audit": (lambda: audit_page(findings(5)), {"Class"}),
    "explained": (lambda: explain_page.beside(explained())["explain.html"], {"Coefficient", "Least squares", "VIF"}),
    "explained classes": (lambda: explain_page.beside(classes())["explain.html"], {"Log-odds", "Standard error"}),
    "one answer": (lambda: explain_page.beside_one(one())["explain.html"], set()),
    "inside": (of_the_inside, {"Cross entropy", "Feature map", "Layer"}),
    "groups": (lambda: clusters_page.beside(clusters())["groups.html"], {"Silhouette", "Stability", "Group"}),
    "topics": (lambda: topics_page.beside(topics())["topics.html"], {"Topic", "Coherence"}),
    "topics compared": (lambda: topics_compared.beside(comparison())["compare.html"], {"Topic", "Coherence"}),
    "forecast": (lambda: forecast_page.beside(*forecast())["forecast.html"], {"MASE", "Mean error", "Baseline"}),
}


def made(body: str) -> str:
    return glossary.explained(f"<!DOCTYPE html><html><body><main>{body}</main></body></html>")


@pytest.mark.parametrize("report", [plain, hostile])
def test_each_link_has_its_entry_and_each_entry_a_link(report: object) -> None:
    record = report()  # type: ignore[operator]
    text = page(record, drawings(record))
    links, entries = LINK.findall(text), ENTRY.findall(text)
    assert {anchor for anchor, _, _ in links} == {anchor for anchor, _, _ in entries}
    assert len(entries) == len({anchor for anchor, _, _ in entries}) >= 12
    names = {name for _, name, _ in entries}
    assert {"Accuracy", "Kappa", "Recall", "Log loss", "95 % range"} <= names and "Silhouette" not in names
    assert '<li><a href="#glossary">Words</a></li>' in text[: text.index("</nav>")]
    assert len(text) < 1.25 * len(re.sub(r'(?s)<section id="glossary".*?</section>', "", LINK.sub(r"\3", text)))
    parts = re.split(r"<section\b", text)
    for part in parts:
        found = [anchor for anchor, _, _ in LINK.findall(part)]
        assert len(found) == len(set(found)), "a word is linked once in each part"


@pytest.mark.parametrize("name", PAGES)
def test_each_word_of_the_field_on_a_page_of_any_kind_is_explained_there(name: str) -> None:
    """Found by itself, not by the walk that makes the links: tags and the words of the data are cut out."""
    build, expected = PAGES[name]
    text = build()
    links, entries = LINK.findall(text), ENTRY.findall(text)
    assert {anchor for anchor, _, _ in links} == {anchor for anchor, _, _ in entries}
    assert all(text.count(f'id="{anchor}"') == 1 for anchor, _, _ in entries)
    names = {html.unescape(entry) for _, entry, _ in entries}
    assert expected <= names
    bare = re.sub(r'(?s)<section id="glossary".*', "", text)
    bare = re.sub(r'(?s)<p class="(?:kicker|under)">.*?</p>', "", bare)
    bare = re.sub(r"(?s)<(style|svg|td|bdi|code|i|pre|nav|title|h1|ul|dl|figcaption)\b.*?</\1>|“[^”]*”", " ", bare)
    seen = html.unescape(re.sub(r"<[^>]*>", " ", bare)).lower()
    for term in sorted(glossary.all_terms(), key=lambda term: -len(term.name)):
        whole = re.compile(rf"(?<![\w.#-]){re.escape(term.name.lower())}(?![\w-])")
        if term.seen and term.name not in EVERYDAY and whole.search(seen):
            assert term.name in names, term.name
        seen = whole.sub(" ", seen)


def test_every_term_of_the_field_is_found_where_it_stands() -> None:
    """Each term that pages use, as its own entry writes it, leads to itself and to no other."""
    for term in glossary.all_terms():
        found = LINK.findall(made(f"<section><p>{term.name}</p></section>"))
        assert [anchor for anchor, _, _ in found] == ([glossary.anchor(term)] if term.seen else []), term.name
    plurals = made("<p>Probabilities, classes and ranges in which it likely lies; RMSE, p-values, the test part.</p>")
    assert [words for _, _, words in LINK.findall(plurals)] == [
        "Probabilities", "classes", "ranges in which it likely lies", "RMSE", "p-values", "test part",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "quiet",
    [
        "<bdi>accuracy</bdi>",
        "<td>kappa</td>",
        "<code>recall</code>",
        "<h1>Precision of <b>kappa</b></h1>",
        '<p class="text">a <i>recall</i> of kappa</p>',
        '<ul class="wordlist"><li>recall <b>kappa</b></li></ul>',
        '<dl class="ranges"><dt>Baseline: <span>kappa</span></dt></dl>',
        "<svg><text>accuracy</text></svg>",
        "<style>.accuracy > p { color: red }</style>",
        "<p>“kappa”, “a > recall”</p>",
        '<img alt="accuracy">',
        "<p>re-train, accuracy-like, my.accuracy, #accuracy</p>",
        "<nav><ul><li>Classes</li></ul></nav>",
        '<a href="#x">Classes</a>',
        "<p>train the trainer; a test</p>",
    ],
)
def test_words_of_the_data_and_links_stay_as_they_are(quiet: str) -> None:
    text = f"<!DOCTYPE html><html><body><main>{quiet}</main></body></html>"
    assert glossary.explained(text) == text
    after = glossary.explained(text.replace("</main>", "<p>Kappa.</p></main>"))
    assert len(LINK.findall(after)) == 1 and quiet in after.replace('<li><a href="#glossary">Words</a></li>\n', "")


def test_nothing_of_a_page_is_lost_and_nothing_is_let_through() -> None:
    hostile_words = html.escape('<img src=x onerror="accuracy">&lt;kappa')
    text = made(f'<section><p title="1 > recall" lang=en>{hostile_words} &amp; Kappa</p><br><p>F1<br>x</p></section>')
    bare = LINK.sub(r"\3", re.sub(r'(?s)<section id="glossary".*?</section>\n', "", text))
    assert hostile_words in bare and "<img" not in bare and bare.count("<p") == 2
    for _, hint, _ in LINK.findall(text):
        assert "<" not in hint and len(hint) < 200


def test_a_fragment_for_a_notebook_is_left_alone() -> None:
    template = environment().from_string("<p>Accuracy</p>")
    assert template.render() == "<p>Accuracy</p>"
    assert "#term-accuracy" in environment().from_string("<!DOCTYPE html><body><p>Accuracy</p></body>").render()


def test_anchors_and_terms_are_unique_and_hints_are_short() -> None:
    terms = list(glossary.all_terms())
    assert len({glossary.anchor(term) for term in terms}) == len(terms) >= 60
    for term in terms:
        re.compile(term.seen)
        assert term.says.endswith(".") and "<" not in term.says and "](" not in term.says


def test_a_probability_called_p_is_not_taken_for_the_p_of_a_test() -> None:
    page = of_the_inside()
    assert "<i>p</i>" in page and 'href="#term-p"' not in page
