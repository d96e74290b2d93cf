"""An audit as one HTML page in the look of the report: findings first, worst first, then classes, facts and checks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core import files
from ..core.records import SEVERITIES, Findings
from . import words
from .pages import environment

PARTS = ("train", "validation", "test")
IN_TABLE = frozenset({"name", "kind", "classes", "parts", *(f"classes_in_{part}" for part in PARTS)})
"""Facts that the page shows elsewhere than in its list."""


def write_audit_page(path: Path, findings: Findings) -> None:
    """Write the page to `path`; the same findings give the same bytes. Raises OutputError."""
    files.write_text(path, audit_page(findings))


def audit_page(findings: Findings) -> str:
    """The whole page: no script, no outside address, every text of the data escaped."""
    facts = findings.facts
    by_severity = [(severity, [one for one in findings if one.severity == severity]) for severity in SEVERITIES]
    parts = [part for part in PARTS if facts.get("parts", {}).get(part)]
    n_classes = len(facts.get("classes", {}))
    under = words.items(facts["kind"], facts["items"])
    learned = ", with a number to learn" if "target" in facts else ", without labels"
    learned = f" in {words.count(n_classes, 'class', 'classes')}" if n_classes else learned
    return (
        environment()
        .get_template("audit.html.j2")
        .render(
            findings=findings,
            name=facts["name"],
            under=under + learned,
            verdict=_verdict(findings),
            by_severity=[(severity, some) for severity, some in by_severity if some],
            classes=_classes(facts, parts),
            parts=parts,
            facts=[
                (_capital(name), list(map(str, value)) if name == "notes" else [_shown(value)])
                for name, value in facts.items()
                if name not in IN_TABLE
            ],
        )
    )


def _verdict(findings: Findings) -> list[str]:
    """In sentences: how bad it is, and what comes first."""
    passed = sum(check.status == "passed" for check in findings.checks)
    silent = len(findings.checks) - passed - sum(check.status == "found" for check in findings.checks)
    n_serious = len(findings.serious)
    if n_serious:
        first = f"{words.count(n_serious, 'serious finding')}: put that right before you trust a result."
    elif len(findings):
        first = "Nothing serious was found."
    else:
        first = "Nothing was found."
    rest = f"{words.count(passed, 'check')} passed"
    if silent:
        rest += f"; {silent} could not say anything about this data"
    return [first, *(f"{finding.title}." for finding in findings.serious[:3]), f"{rest}."]


def _classes(facts: Mapping[str, Any], parts: list[str]) -> list[tuple[str, list[int]]]:
    """Each class with its items, and those of each part."""
    columns = [facts.get("classes", {}), *(facts[f"classes_in_{part}"] for part in parts if "classes" in facts)]
    return [(label, [column.get(label, 0) for column in columns]) for label in columns[0]]


def _capital(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(entry)}" for name, entry in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(map(_shown, value))
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}" if isinstance(value, float) else str(value)
