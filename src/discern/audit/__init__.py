"""Audit: what is in the data and what is wrong with it. One check a code, a few codes a file; nothing is changed.

Checks are listed here and nowhere else. Each is a function (Dataset, Split or None) -> CheckResult and has a page,
`docs/findings/<code>.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..core.events import Listener, silent, steps
from ..core.records import CheckResult, Findings
from ..data.dataset import Dataset
from ..data.splits import Split
from .facts import facts_of

CHECKS = {
    "D101": "discern.audit.unreadable:check",
    "D102": "discern.audit.stray:check",
    "D103": "discern.audit.constant:check",
    "D104": "discern.audit.odd_forms:check",
    "D105": "discern.audit.empty_columns:check",
    "D201": "discern.audit.duplicates:same_label",
    "D202": "discern.audit.duplicates:two_labels",
    "D203": "discern.audit.leaks:copies",
    "D204": "discern.audit.leaks:groups",
    "D205": "discern.audit.near:same_label",
    "D206": "discern.audit.near:two_labels",
    "D207": "discern.audit.near:across_parts",
    "D208": "discern.audit.near:look_alikes",
    "D301": "discern.audit.balance:check",
    "D302": "discern.audit.too_few:check",
    "D303": "discern.audit.empty_class:check",
    "D304": "discern.audit.alike_labels:check",
    "D305": "discern.audit.one_class:check",
    "D306": "discern.audit.many_of_one:check",
    "D401": "discern.audit.shortcuts:in_pictures",
    "D402": "discern.audit.shortcuts:in_names",
    "D403": "discern.audit.give_away:check",
}

Check = Callable[[Dataset, Split | None], CheckResult]


def audit(dataset: Dataset, split: Split | None = None, *, on_event: Listener = silent) -> Findings:
    """Run every check on `dataset`; with `split`, also whether its parts are free of each other's items."""
    results = []
    for done, path in enumerate(CHECKS.values(), 1):
        results.append(load(path)(dataset, split))
        steps(on_event, "checks", done, len(CHECKS))
    return Findings(tuple(results), facts_of(dataset, split))


def load(path: str) -> Check:
    """A check by its import path, `module:function`."""
    module, _, function = path.partition(":")
    check: Check = getattr(import_module(module), function)
    return check
