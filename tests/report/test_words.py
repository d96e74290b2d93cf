"""What is said in words: numbers, the verdict, names that hide something, tables for terminals and spreadsheets."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import replace

import numpy as np
import pytest

from discern import report as reports
from discern.core.records import Figure, Findings
from discern.evaluate.leak_price import LeakPrice
from discern.evaluate.more_data import MoreData
from discern.evaluate.overfit import Overfit, Size
from discern.evaluate.solvable import Solvable
from discern.evaluate.suspects import Suspect, Suspects
from discern.report import words
from discern.report.record import pick_pictures
from discern.report.suspects_page import Shown
from discern.report.tables import csv_files
from discern.report.text import wide
from discern.report.verdict import mixups, verdict
from discern.report.visible import shorten, visible
from report.builders import evaluated, hostile, plain


@pytest.mark.parametrize(
    ("share", "n", "shown"),
    [(0.951852, 270, "95.2 %"), (0.9934, 10_000, "99.34 %"), (0.99999, 10_000, "99.999 %"), (1.0, 9, "100.0 %")],
)
def test_per_cent_never_rounds_up_to_all_or_down_to_none(share: float, n: int, shown: str) -> None:
    assert words.percent(share, n) == shown
    assert words.percent(0.0001, 270) == "0.01 %"


@pytest.mark.parametrize(("p", "shown"), [(1.0, "100 %"), (0.8, "80 %"), (0.9996, "99.96 %"), (0.05, "5.0 %")])
def test_stated_probabilities(p: float, shown: str) -> None:
    assert words.sure(p) == shown


def test_better_only_where_the_ranges_do_not_meet() -> None:
    base = Figure(0.5, 0.4, 0.6, 100, "")
    assert words.better(Figure(0.8, 0.7, 0.9, 100, ""), base)
    assert not words.better(Figure(0.65, 0.55, 0.75, 100, ""), base)
    assert not words.better(Figure(None, None, None, 0, ""), base)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("\udc80", "⟨U+DC80⟩"),
        ("cat ", "cat⟨space⟩"),
        ("  ", "⟨space⟩⟨space⟩"),
        ("a\u00a0b", "a⟨U+00A0⟩b"),
        ("a\nb", "a⟨U+000A⟩b"),
        ("naïve 日本語 🙂", "naïve 日本語 🙂"),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_names_are_cut_in_the_middle() -> None:
    assert shorten("abcdefghij", 7) == "abcd…ij"
    assert shorten("short", 7) == "short"


def test_the_verdict_names_the_weightiest_doubt() -> None:
    report = plain()
    assert "Same picture in train and test" in verdict(report).doubt
    clean = replace(report, findings=Findings(()))
    assert "“" in verdict(clean).next
    assert "3 other configurations" in verdict(replace(clean, earlier_looks=3)).doubt
    assert "only 60 pictures" in verdict(replace(clean, evaluation=evaluated(["a", "b"], 60))).doubt
    assert "nothing was wrong" in verdict(replace(clean, evaluation=evaluated(["a", "b"], 200, right=1.0))).next
    one = verdict(replace(clean, evaluation=evaluated(["a", "b"], 1)))
    assert "single item" in one.doubt


def test_the_verdict_opens_with_what_later_examinations_found() -> None:
    clean = replace(plain(), findings=Findings(()))
    figure = Figure(0.2, 0.15, 0.25, 100, "")
    gaps = {"random": Figure(0.7, 0.6, 0.8, 100, "")}
    price = LeakPrice("a quick model", False, 100, 10, 5, {"random": figure, "groups": figure}, figure, gaps)
    apart = verdict(replace(clean, kept={"leak_price": price}))
    assert apart == verdict(clean)  # this run kept groups together: its own figure is none the worse
    across = {"all": replace(figure, value=0.9), "without": figure, "gap": Figure(0.7, 0.6, 0.8, 100, "")}
    leaking = verdict(replace(clean, kept={"leak_price": replace(price, across=across, n_across=40)}))
    assert "40 test items stand in what was learned from too" in leaking.doubt and "a price of 70.0" in leaking.doubt
    assert "train again with --drop-leaks" in leaking.next
    nothing = Solvable("not shown", "p is 0.4", 100, 10)
    both = verdict(replace(clean, kept={"leak_price": price, "solvable": nothing}))
    assert "do not show that the labels can be told from the items (p is 0.4)" in both.doubt
    assert "do not rely on the model" in both.next
    more = MoreData("m", True, 100, 80, 3, gain={"2": Figure(0.03, 0.02, 0.04, 3, "")})
    assert "gather more items like these. Yes: twice the data" in verdict(replace(clean, kept={"more_data": more})).next
    enough = MoreData("m", True, 100, 80, 3, gain={"2": Figure(0.001, 0.0, 0.002, 3, "")})
    assert verdict(replace(clean, kept={"more_data": enough})).next == verdict(clean).next
    seen, apart = Figure(1.0, 0.9, 1.0, 100, ""), Figure(0.3, 0.2, 0.4, 100, "")
    sizes = tuple(
        Size(f"depth {depth}", seen, figure, apart, Figure(gain, gain - 0.01, gain + 0.01, 100, "") if gain else None)
        for depth, gain in ((2, 0.05), (20, 0.0))
    )
    heart = Solvable("shown", "", 100, 10, overfit=Overfit("tree", True, 9, seen, figure, apart, "depth", sizes))
    many = replace(clean, evaluation=replace(clean.evaluation, n_items=500, notes=()))
    learned = verdict(replace(many, kept={"solvable": heart, "more_data": more}))
    assert "more often on what it learned from than on other items: part of it was learned by heart" in learned.doubt
    assert learned.next == (
        "What to do next: take a smaller model. A smaller model (depth 2) is right for 5.0 points (4.0 to 6.0) more of "
        "the other items."
    )
    one = Suspect("a.png", "a", "b", 0.1, 0.9, 1, 9)
    shown = Shown(Suspects("m", True, 100, figure, (one,)))
    assert "look at the 1 label in doubt" in verdict(replace(clean, kept={"suspects": shown, "more_data": more})).next


def test_the_verdict_does_not_praise_what_guesses() -> None:
    poor = replace(plain(), evaluation=evaluated(["a", "b"], 80, right=0.0, seed=5), findings=Findings(()))
    assert "not clearly better" in verdict(poor).result or "worse" in verdict(poor).result
    assert "do not rely on it" in verdict(poor).next


def test_mixups_are_counted_from_the_confusion() -> None:
    evaluation = evaluated(["a", "b", "c"], 300)
    found = mixups(evaluation, 3)
    assert [m.times for m in found] == sorted((m.times for m in found), reverse=True)
    i, j = evaluation.labels.index(found[0].truth), evaluation.labels.index(found[0].answer)
    assert found[0].times == evaluation.counts[i][j]


def test_the_gallery_holds_the_surest_mistakes_and_the_least_sure_answers() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.55, 0.45], [0.2, 0.8], [1.0, 0.0]])
    truth = np.array(["b", "a", "b", "b", "a"])
    found = pick_pictures(list("vwxyz"), None, truth, probabilities, np.array(["a", "b"]), shown=2)
    assert [(p.item, p.kind, p.probability) for p in found] == [
        ("v", "mistake", 0.9),
        ("x", "mistake", 0.55),
        ("w", "unsure", 0.6),
        ("y", "unsure", 0.8),
    ]


def test_tables_for_spreadsheets_are_whole_and_safe() -> None:
    report = hostile()
    tables = csv_files(report)
    assert set(tables) == {
        "figures.csv", "per_class.csv", "confusion.csv", "split.csv", "findings.csv", "candidates.csv", "epochs.csv",
        "k_curve.csv",
    }  # fmt: skip
    for text in tables.values():
        rows = list(csv.reader(io.StringIO(text)))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "\t"))]
    confusion = list(csv.reader(io.StringIO(tables["confusion.csv"])))
    assert [[int(count) for count in row[1:]] for row in confusion[1:]] == [*map(list, report.evaluation.counts)]
    figures = list(csv.DictReader(io.StringIO(tables["figures.csv"])))
    assert float(figures[0]["value"]) == report.evaluation.accuracy.value


def test_a_report_without_training_has_no_table_of_it() -> None:
    assert "epochs.csv" not in csv_files(plain(training=type(plain().training)()))


@pytest.mark.parametrize("width", [40, 60, 100])
def test_terminal_tables_fit_and_line_up(width: int) -> None:
    rows = [("a" * 90, 0.5, "x" * 50), ("日本語の名前", 0.25, "y"), ("e\u202e", 1, "z")]
    lines = reports.table(("item", "p", "note"), rows, width=width).splitlines()
    assert max(map(wide, lines)) <= width
    assert lines[2].index("0.5") + 3 == wide(lines[3][: lines[3].index("0.25") + 4])
    assert "⟨U+202E⟩" in lines[4]


def test_an_evaluation_in_the_terminal() -> None:
    report = plain()
    text = reports.evaluation_text(report.evaluation, width=100)
    first, second = text.splitlines()[:2]
    assert first.endswith("right on 200 pictures")
    assert second.startswith("baseline:")
    assert "always giving the most frequent answer" in second
    assert "Kappa" in text
    many = reports.evaluation_text(evaluated([f"class {i}" for i in range(100)], 900), width=100)
    assert "the 10 weakest of 100 classes" in many


@pytest.mark.parametrize("name", ["evaluation", "findings"])
def test_nothing_moves_the_cursor(name: str) -> None:
    report = hostile()
    text = getattr(reports, f"{name}_text")(getattr(report, name), width=80)
    assert all(character.isprintable() or character == "\n" for character in text)


def test_findings_in_the_terminal() -> None:
    text = reports.findings_text(plain().findings, width=80)
    assert "1 finding in 3 checks" in text
    assert "SERIOUS  D203" in text
    assert "what to do: Divide again." in text
    assert "and 5 more" in text
    assert "not applicable: too few (there are no labels)" in text
    assert "nothing found in 0 checks" in reports.findings_text(Findings(()))


FIGURES = ("R2 0.694 (0.58 to 0.779)", "99.6 % (99.3 to 99.9 %)", "1,190,547 to 1,363,546", "2026-11-21T20:34:48+00:00",
           "−21.1 to −3.0", "12.0 points (9.1 to 15.0)", "1.2 to 34.5, median 4.06", "1,203 (3%)", "26 x 26 x 32",
           "1.05e+16")  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_in_a_table_is_never_cut(figure: str) -> None:
    rows = [("a name of no small length", figure, "x" * 90), ("b", "not measured, as there are too few of them", "y")]
    assert figure in reports.table(("item", "figure", "note"), rows, width=40)
    alone = reports.table(("item", "figure", figure), [(figure, figure, figure), (figure, "", figure)], width=20)
    assert "…" not in alone and alone.count(figure) == 6


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("CA (278), NJ (211), TX (156), MA (113), OH (109), ...", 40, "CA (278), NJ (211), TX (156), MA …"),
        ("damage, causing, winning, dispute, bang", 30, "damage, causing, winning, …"),
        ("floor_area 2.40 (others 1.38)", 26, "floor_area 2.40 …"),
        ("heat 40 % (others 12 %)", 10, "heat 40 …"),
        ("floor_area 2.40 (others 1.38)", 10, "floor_are…"),
        ("pictures/first/1.png", 10, "pictur…png"),
    ],
)
def test_a_list_ends_after_a_whole_part_and_a_name_keeps_both_ends(text: str, width: int, shown: str) -> None:
    assert reports.table(("text",), [(text,)], width=width).splitlines()[-1] == shown


def test_a_table_is_cut_only_where_a_width_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_: int) -> os.terminal_size:
        raise OSError

    rows = [("a" * 90, "x" * 90)]
    assert max(map(wide, reports.table(("item", "note"), rows).splitlines())) == 100
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr(os, "get_terminal_size", nowhere)
    assert reports.table(("item", "note"), rows).endswith("a" * 90 + "  " + "x" * 90)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((70, 24)))
    assert max(map(wide, reports.table(("item", "note"), rows).splitlines())) == 70
