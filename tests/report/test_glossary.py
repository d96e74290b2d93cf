"""The words of a page lead to their explanations on the page itself, and words of the data lead nowhere."""

from __future__ import annotations

import html
import re

import pytest

from discern.report import glossary
from discern.report.figures import drawings
from discern.report.html import page
from discern.report.pages import environment
from report.builders import hostile, plain

LINK = re.compile(r'<a class="term" href="#(term-[a-z0-9-]+)" title="([^"]*)">([^<]*)</a>')
ENTRY = re.compile(r'<dt id="(term-[a-z0-9-]+)">([^<]*)</dt><dd>(.*?)</dd>')


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
