"""The glossary explains what reports say, and what it lists it explains."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np

import discern as dc
from discern.report import glossary

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
PLAIN = {
    "all classes", "answered", "answered, the surest first", "answers of", "check", "difference", "figure",
    "found of each class", "gives", "is", "items", "items learned from", "of its items", "operations", "result",
    "right", "this model", "times", "together", "true labels", "wrong", "",
}  # fmt: skip
"""Headings in everyday words."""


def explained() -> dict[str, str]:
    """Term in lower case -> its explanation."""
    found = re.findall(r"^(\S.*)\n: ((?:.+\n?)(?:  .+\n?)*)", GLOSSARY.read_text("utf-8"), re.M)
    return {term.lower(): " ".join(says.split()) for term, says in found}


def test_the_page_of_the_docs_says_what_reports_say() -> None:
    how = "python -c 'from discern.report import glossary; print(glossary.markdown(), end=str())' > docs/glossary.md"
    assert GLOSSARY.read_text("utf-8") == glossary.markdown(), how


def test_each_term_that_is_listed_is_explained() -> None:
    terms = [term.name for term in glossary.all_terms()]
    assert len(terms) >= 40
    known = explained()
    assert {term.lower() for term in terms} == set(known)
    assert len(known) == len(terms), "a term is listed twice"
    for term, says in known.items():
        assert len(says) >= 30 and says.endswith("."), f"{term}: {says}"


def test_each_heading_of_figures_and_parts_in_a_report_is_explained(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    label = np.repeat(["left", "right"], 60)
    features = rng.normal(size=(120, 3)) + (label == "right")[:, None]
    run = dc.train(features, label, model="knn", k=3, out=tmp_path / "run")
    page = re.sub(r"(?s)<(style|script|svg)\b.*?</\1>", "", run.report.read_text("utf-8"))
    cells = re.findall(r"(?s)<th\b[^>]*>(.*?)</th>", page)
    heads = {
        html.unescape(re.sub(r"(?s)<(span|small|code)\b.*", "", cell)).strip().replace("\u202f", " ") for cell in cells
    }
    heads = {re.sub(r"<[^>]*>", "", head).strip().lower() for head in heads}
    assert {"accuracy", "kappa", "recall", "validation"} <= heads, "the report's tables were not found"
    number = re.compile(r"^[\d.,% to]+$")
    checks = {check.name.lower() for check in run.findings.checks}
    terms = {head for head in heads if head not in PLAIN and not number.match(head)} - checks - {"left", "right"}
    missing = terms - set(explained())
    assert not missing, f"docs/glossary.md does not explain {sorted(missing)}"
