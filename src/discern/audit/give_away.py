"""D403: columns of a table that give the target away, set aside, kept, or doubtful."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.records import CheckResult, Finding, Severity
from ..data.dataset import Dataset
from ..data.give_aways import GiveAway
from ..data.splits import Split
from .base import NO_LABELS, finding, many, not_applicable, result

CODE, NAME = "D403", "columns that give the target away"
TOLD = 3
"""Reasons that a finding gives in full."""


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    """Columns reckoned from the target or with it: what was set aside, what was kept all the same, what is doubtful."""
    if not dataset.input.columns:
        return not_applicable(CODE, NAME, "the items are no rows of a table with named columns")
    if dataset.labels is None:
        return not_applicable(CODE, NAME, NO_LABELS)
    target = dataset.source.options.table.target or "the target"
    features = set(dataset.feature_names)
    likely = [one for one in dataset.given_away if not one.sure and one.column in features]
    kept = [one for one in dataset.given_away if one.sure and one.column in features]
    gone = [one for one in dataset.given_away if one.sure and one.column not in features]
    findings: list[Finding] = []
    if kept:
        is_are = "gives" if len(kept) == 1 else "give"
        do = f"leave out what is not known before {target} is: {_options('--drop', kept)}"
        findings.append(_finding(f"{many(len(kept), 'column')} that {is_are} {target} away kept", "serious", kept, do))
    if gone:
        is_are = "gives" if len(gone) == 1 else "give"
        title = f"{many(len(gone), 'column')} that {is_are} {target} away set aside"
        findings.append(_finding(title, "warning", gone, f"if one is known before {target} is: --keep COLUMN"))
    if likely:
        title = f"{many(len(likely), 'column')} may give {target} away"
        do = f"if {'it is' if len(likely) == 1 else 'one is'} not known before {target} is, leave it out: "
        findings.append(_finding(title, "warning", likely, do + _options("--drop", likely)))
    return result(CODE, NAME, findings)


def _finding(title: str, severity: Severity, found: Sequence[GiveAway], do: str) -> Finding:
    told = list(dict.fromkeys(one.told for one in found))
    more = f"; and {len(told) - TOLD:,} more reasons" if len(told) > TOLD else ""
    names = [one.column for one in found]
    return finding(CODE, title, severity, names, len(names), do=do, detail="; ".join(told[:TOLD]) + more)


def _options(option: str, found: Sequence[GiveAway]) -> str:
    named = " ".join(f"{option} {one.column!r}" if " " in one.column else f"{option} {one.column}" for one in found[:3])
    return named + (" ..." if len(found) > 3 else "")
