"""Pages and text of explanations: what they say, that data stay data, and that the same record gives the same bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pytest

from discern.core.records import Column, Figure
from discern.explain.straightness import BENDS, Effect
from discern.explain.table import Rows, explain_table
from discern.explain.what_if import Outside, Total, WhatIf
from discern.report import answers_text, explain_page, explain_said, explained_text, what_if_text
from report.explain_builders import classes, explained, one
from report.topic_builders import EVIL, TURNED

MADE: dict[str, Callable[[str], dict[str, str]]] = {
    "numbers": lambda evil: explain_page.beside(explained(evil)),
    "classes": lambda evil: explain_page.beside(classes(evil)),
    "one": lambda evil: explain_page.beside_one(one(evil)),
}


def test_the_verdict_says_what_matters_what_does_not_and_what_turns() -> None:
    said = explain_said.verdict(explained())
    assert (
        "“deprivation”" in said[0]
        and "“budget”" in said[0]
        and "matter to the model for “crime”, the first one most." in said[0]
    )
    assert "Not shown to matter:" in said[1] and "“s”" in said[1]
    assert said[2].startswith("“deprivation” turns: “crime” rises with it up to ") and said[2].endswith("falls beyond.")


def test_columns_that_matter_only_together_are_told() -> None:
    text = explained_text(explained(), width=200)
    assert "deprivation + unemployment" in text
    assert "far from what the others say: line 19" in text
    assert "not shown" in text and explain_said.CAUSE[:40] in text


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((2.0, 1.5, 2.5), (0.1, -0.2, 0.4), "rises with it at first and levels off"),
        ((0.1, -0.2, 0.4), (-2.0, -2.5, -1.5), "hardly changes with it at first and then falls"),
        ((2.0, 1.5, 2.5), (0.8, 0.6, 1.0), "rises with it, ever more slowly"),
        ((-0.8, -1.0, -0.6), (-2.0, -2.5, -1.5), "falls with it, ever more steeply"),
        ((2.0, 1.0, 3.0), (2.2, 1.2, 3.2), "steeper in the middle or at the ends"),
        ((2.0, 1.0, 3.0), (-2.2, -3.2, -1.2), "rises with it at first and falls at the end, but where it turns"),
        ((0.0, -1.0, 1.0), (0.0, -1.0, 1.0), "does not change with it by the same amount everywhere"),
    ],
)
def test_a_bend_is_told_by_its_slopes(
    start: tuple[float, float, float], end: tuple[float, float, float], words: str
) -> None:
    first, last = (Figure(*slope, 100, "made up") for slope in (start, end))
    none = Figure(None, None, None, 100, "none")
    assert words in explain_said.effect_sentence(Effect("a", BENDS, none, none, first, last, none), "crime")


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("evil", [EVIL, TURNED, '"><img src=x onerror=alert(1)>', "=cmd()\n"])
def test_names_and_values_are_data_wherever_they_are_shown(name: str, evil: str) -> None:
    files = MADE[name](evil)
    page = files["explain.html"]
    assert "<script" not in page and "<img" not in page and "‮" not in page and "​" not in page
    for path, content in files.items():
        if path.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(content)))
            assert len({len(row) for row in rows}) == 1 and len(rows) > 1
            assert not any(cell.startswith(("=", "@")) for row in rows for cell in row)
        if path.endswith(".svg"):
            assert "<script" not in content and "<img" not in content
    assert all("/" not in path and path.isascii() for path in files)


@pytest.mark.parametrize("name", MADE)
def test_the_same_record_gives_the_same_bytes(name: str) -> None:
    assert MADE[name]("") == MADE[name]("")


def test_tables_and_figures_stand_beside_the_page() -> None:
    files = MADE["numbers"]("")
    for link in ("importance.csv", "dependence.csv", "bends.csv", "coefficients.csv", "influence.csv"):
        assert link in files and f'href="{link}"' in files["explain.html"]
    assert {"importance.svg", "coefficients.svg", "residuals.svg", "bend_1_deprivation.svg"} <= set(files)
    assert files["explain.html"].count("<svg") == sum(path.endswith(".svg") for path in files)
    assert "loss" in files["importance.csv"] and "Cook" in files["explain.html"]


def test_a_coefficient_of_one_row_says_so_in_the_terminal_on_the_page_and_in_the_table() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 2))
    target, items = values[:, 0] + rng.normal(size=60), tuple(f"line {place}" for place in range(60))
    target[9], values[9, 1] = 90.0, np.nan
    told = Rows(values, target, np.arange(60), items)
    found = explain_table(lambda rows: rows[:, 0], [Column("a<", "number"), Column("b<", "number")], told, target="y")
    text = explained_text(found, width=200)
    assert text.index("(constant)") < text.index("b< is missing") and "rests on 1 row\n" in text
    assert "Fitted, but not tested: “b< is missing” (rests on 1 row)." in text
    files = explain_page.beside(found)
    assert "b&lt; is missing</bdi><small>not tested: rests on 1 row</small>" in files[explain_page.PAGE]
    assert "Fitted, but not tested: “b&lt; is missing” (rests on 1 row)." in files[explain_page.PAGE]
    lines = [row for row in csv.DictReader(io.StringIO(files["coefficients.csv"])) if row["term"] == "b< is missing"]
    assert {row["figure"] for row in lines if row["value"]} == {"estimate", "robust", "inflation"}
    assert not any(row["low"] or row["high"] for row in lines)
    assert {row["method"] for row in lines if row["figure"] != "inflation"} == {"not tested: rests on 1 row"}


def test_a_table_of_five_rows_gets_reasons_and_no_figures() -> None:
    rng = np.random.default_rng(0)
    rows = Rows(rng.normal(size=(5, 3)), rng.normal(size=5), np.arange(5), tuple("abcde"))
    found = explain_table(lambda x: x[:, 0], [Column(name, "number") for name in "abc"], rows, target="crime")
    page = explain_page.beside(found)["explain.html"]
    assert "the rows are too few to hold some back" in page and "5 rows are too few to test" in page
    assert "could not be measured" in explained_text(found)


def what_if(**changes: object) -> WhatIf:
    total = Total("", Figure(100.0, 90.0, 110.0, 10, "m"), Figure(90.0, 80.0, 100.0, 10, "m"),
                  Figure(-10.0, None, None, 10, "d"))  # fmt: skip
    given = {"totals": (total,), "outside": (Outside("budget", 2, 1, 5.0, 9.0),), "odd": 4} | changes
    return WhatIf(run="r", task="regression", target="crime", changes=("budget −10 %",), n_items=10, n_different=7,
                  n_unchanged=3, n_compared=10, **given)  # type: ignore[arg-type]  # fmt: skip


def test_what_if_says_what_is_outside_and_that_association_is_not_cause() -> None:
    text = what_if_text(what_if(), width=200)
    for words in ("if budget −10 %: the answer differs for 7 of 10 rows", "−10", "80 to 100", "not cause",
                  "“budget” would lie outside of 5 to 9, where the model learned, in 3 rows (2 below, 1 above)",
                  "4 rows would be unlike any", "3 rows stay as they are"):  # fmt: skip
        assert words in text
    assert "careful" not in what_if_text(what_if(outside=(), odd=0), width=200)


def test_rows_of_what_if_are_shown_with_both_ranges() -> None:
    import polars as pl

    frame = pl.DataFrame({"item": ["line 2"], "before": [1.0], "before low": [0.0], "before high": [2.0],
                          "after": [3.0], "after low": [2.5], "after high": [3.5], "difference": [2.0],
                          "warning": ["x lies outside"]})  # fmt: skip
    text = answers_text(frame, width=120)
    assert "0 to 2" in text and "2.5 to 3.5" in text and "+2" in text and "outside" in text
