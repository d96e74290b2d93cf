"""Groups in words and as a page: what they say follows from the result, and nothing of the data runs."""

from __future__ import annotations

import dataclasses
import re

import pytest

from discern.core.records import Figure
from discern.evaluate.cluster_cards import Clusters
from discern.report import clusters_page, clusters_said
from report.cluster_builders import EVIL, clusters, tried


@pytest.mark.parametrize("kind", ["table", "texts", "pictures"])
def test_a_result_comes_back_from_json_and_gives_the_same_page(kind: str) -> None:
    one = clusters(kind)
    back = Clusters.from_json(one.to_json())
    assert back == one
    assert clusters_page.beside(back) == clusters_page.beside(one)


def test_the_verdict_says_what_was_found() -> None:
    shown = " ".join(clusters_said.verdict(clusters()))
    assert shown.startswith("3 groups in 398 rows, by k-means. The groups are shown: none of 38 clouds")
    none = " ".join(clusters_said.verdict(clusters(shown=False)))
    assert none.startswith("No groups are shown in 398 rows. 2 to 4 groups were tried") and "(p 0.40)" in none
    assert "do not" not in none and "--groups N" in none
    asked = " ".join(clusters_said.verdict(clusters(shown=False, asked=3)))
    assert "as many as were asked for. The groups are not shown" in asked and "--groups N" not in asked
    loose = dataclasses.replace(tried(3, True), stability=Figure(0.5, 0.4, 0.6, 6, "made up"))
    beyond = dataclasses.replace(clusters(shown=False), tried=(tried(2, False), loose), p=clusters().p)
    said = " ".join(clusters_said.verdict(beyond))
    assert "there is more than in a cloud without groups, but no groups that come again" in said
    assert "agree by 0.50 (0.40 to 0.60)" in said and "0.75 is the least that counts" in said


def test_the_terminal_tells_groups_apart_by_their_columns() -> None:
    text = clusters_said.clusters_text(clusters(), width=400)
    assert "floor area 19,000 (others 900)" in text and "30 %" in text and "large, out of town" in text
    assert "opened 2022-01-08 (others 1972-06-19)" in text
    assert "note: not compared, an identifier: store" in text
    assert "note: 9 missing cells counted as the average of their columns" in text


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (1234.5, "1,234"), (-0.01234, "−0.0123"), (3.14159, "3.14"), (1e20, "1e+20")]
)
def test_amounts_are_written_with_three_figures(value: float, said: str) -> None:
    assert clusters_said.measure("number", value) == said


@pytest.mark.parametrize("kind", ["table", "texts", "pictures"])
def test_hostile_names_are_shown_and_do_nothing(kind: str) -> None:
    page = clusters_page.beside(clusters(kind, evil=EVIL + "\u202e=1"))["groups.html"]
    assert "<script" not in page and "\u202e" not in page and "&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?!#|data:image/png|[a-z_]+\.(?:csv|svg|json)")', page)
    assert "\u202e" not in clusters_said.clusters_text(clusters(kind, evil=EVIL + "\u202e"))


def test_tables_beside_the_page_hold_every_figure_whole() -> None:
    found = clusters_page.beside(clusters())
    lines = found["traits.csv"].splitlines()
    assert lines[0] == "group,name,column,category,figure,value,low,high,n,method" and len(lines) == 1 + 3 * 3 * 3
    assert len(found["numbers.csv"].splitlines()) == 1 + 3 * 6
    assert "traits.csv" not in clusters_page.beside(clusters(shown=False))


def test_a_sentence_that_begins_with_a_short_word_has_no_space_written_out() -> None:
    page = clusters_page.beside(clusters())["groups.html"]
    assert "9 missing cells counted" in page and "A note." in page and "⟨space⟩" not in page
