"""The page about a number: what it says, that nothing in it runs, that it is the same each time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from discern.core.records import Figure
from discern.evaluate.regression import evaluate_numbers
from discern.report import words
from discern.report.html import write_report
from discern.report.measured_text import evaluation_text
from discern.report.number_verdict import number_result
from discern.report.record import RunReport
from report.number_builders import hostile_number, of_number


def written(report: RunReport, folder: Path) -> str:
    write_report(folder, report)
    return (folder / "report.html").read_text("utf-8")


def test_it_says_how_far_off_against_the_mean(tmp_path: Path) -> None:
    page = written(of_number(), tmp_path)
    assert "It is off by" in page and "always giving the mean is off by" in page
    for heading in ("Answered and true", "Furthest off", "Columns", "Candidates", "Repeat it"):
        assert heading in page
    assert (tmp_path / "report" / "farthest.csv").read_text("utf-8").count("\n") == 16


def test_names_are_shown_and_never_run(tmp_path: Path) -> None:
    page = written(hostile_number(), tmp_path)
    assert "<img" not in page and "<script" not in page and "\u202e" not in page and "\u200b" not in page
    assert "'=HYPERLINK(A1)" in (tmp_path / "report" / "columns.csv").read_text("utf-8")


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(of_number(), tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) >= 8
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)


def test_many_items_are_drawn_as_few(tmp_path: Path) -> None:
    written(of_number(n=5000), tmp_path)
    assert (tmp_path / "report" / "against_truth.svg").stat().st_size < 200_000


def test_what_is_no_better_than_the_mean_is_said() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(0, 1, 60)
    worse = evaluate_numbers(truth, random.normal(0, 3, 60), baseline=0.0, target="y")
    same = evaluate_numbers(truth, np.full(60, 0.01), baseline=0.0, target="y")
    assert "worse than guessing" in number_result(worse)
    assert "than guessing" in number_result(same)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (31.234, "31.2"),
        (0.07312, "0.0731"),
        (12_345.6, "12,346"),
        (-4.256, "−4.26"),
        (0.0, "0"),
        (1e-9, "1.00e-09"),
        (3e20, "3.00e+20"),
    ],
)
def test_quantities_have_the_digits_that_count(number: float, text: str) -> None:
    assert words.quantity(number) == text


def test_a_range_is_written_like_its_value() -> None:
    assert words.interval("mae", Figure(31.2, 9.87, 100.4, 5, "m")) == "9.9 to 100.4"
    assert words.value("r2", Figure(-0.0001, None, None, 5, "m")) == "0.000"


def test_the_terminal_says_the_same() -> None:
    found = of_number().evaluation
    text = evaluation_text(found, width=80)
    assert text.startswith("off by") and "intervals for 95 % held" in text and "R²" in text
    without = dataclasses.replace(found, ranges=None, notes=("A note.",))
    assert "intervals" not in evaluation_text(without, width=80) and "note: A note." in evaluation_text(
        without, width=80
    )
