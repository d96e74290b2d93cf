"""Records are written as JSON and read back the same."""

from __future__ import annotations

import json
import math

import pytest

from discern.core.records import ITEMS_NAMED, CheckResult, Figure, Finding, Findings, InputSpec

SERIOUS = Finding("D203", "Copies across parts", "serious", ("a.png", "b.png"), 2, "Remove one.", "detail")
NOTE = Finding("D102", "Strays", "note", ("Thumbs.db",), 1, "Nothing.")
FINDINGS = Findings(
    (
        CheckResult("D102", "stray", "found", (NOTE,)),
        CheckResult("D203", "duplicates", "found", (SERIOUS,)),
        CheckResult("D301", "balance", "not applicable", reason="there are no labels"),
    ),
    {"items": 3},
)


@pytest.mark.parametrize(
    "figure",
    [Figure(0.5, 0.4, 0.6, 10, "Wilson"), Figure(None, None, None, 0, "no items"), Figure(1.0, None, None, 1, "x")],
)
def test_a_figure_is_read_back(figure: Figure) -> None:
    assert Figure.from_json(json.loads(json.dumps(figure.to_json()))) == figure


def test_a_figure_that_is_no_number_is_written_as_none() -> None:
    assert Figure(math.nan, -math.inf, math.inf, 3, "x").to_json() == {
        "value": None,
        "low": None,
        "high": None,
        "n": 3,
        "method": "x",
    }


def test_a_figure_reads_as_a_sentence() -> None:
    assert str(Figure(0.951852, 0.92, 0.97, 270, "Wilson")) == "0.9519 (0.9200 to 0.9700)"
    assert str(Figure(None, None, None, 0, "no items")) == "not computed (no items)"
    assert str(Figure(0.5, None, None, 2, "x")) == "0.5000"


def test_findings_are_read_back() -> None:
    assert Findings.from_json(json.loads(json.dumps(FINDINGS.to_json()))) == FINDINGS


def test_findings_come_worst_first() -> None:
    assert [finding.code for finding in FINDINGS] == ["D203", "D102"]
    assert FINDINGS.serious == (SERIOUS,)
    assert len(FINDINGS) == 2


def test_a_long_finding_names_the_first_items_and_counts_all() -> None:
    many = Finding("D101", "Unreadable", "warning", tuple(map(str, range(100))), 100, "Look.")
    written = many.to_json()
    assert (len(written["items"]), written["count"]) == (ITEMS_NAMED, 100)
    assert written["page"] == "docs/findings/D101.md"


def test_an_input_says_what_it_takes() -> None:
    spec = InputSpec("pictures", (8, 8, 3), "uint8")
    assert spec.n_values == 192
    assert spec.to_json() == {"kind": "pictures", "shape": [8, 8, 3], "dtype": "uint8"}
    assert str(spec) == "pictures of 8x8x3 (height x width x channels)"
    assert str(InputSpec("table", (4,), "float32")) == "4 numbers an item"
    prepared = InputSpec("pictures", (8, 8, 1), "uint8", (0, 0.1, 0, 0), keep_aspect=True, binary=True)
    assert prepared.to_json() == spec.to_json() | {
        "shape": [8, 8, 1], "crop": [0, 0.1, 0, 0], "keep_aspect": True, "binary": True
    }  # fmt: skip
    assert str(prepared).endswith("; cut by 0 left, 0.1 top, 0 right, 0 bottom; proportions kept; black and white")
    assert prepared.plain == InputSpec("pictures", (8, 8, 1), "uint8")
