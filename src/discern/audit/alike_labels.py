"""D304: labels that are probably meant as one: they differ by case, spaces, hyphens or Unicode form alone."""

from __future__ import annotations

import re
import unicodedata

from ..core.records import CheckResult
from ..data.dataset import Dataset
from ..data.splits import Split
from .base import finding, no_classes, not_applicable, result

CODE, NAME = "D304", "labels that look alike"


def check(dataset: Dataset, split: Split | None) -> CheckResult:
    if why := no_classes(dataset):
        return not_applicable(CODE, NAME, why)
    alike: dict[str, list[str]] = {}
    for label in sorted({*dataset.classes, *dataset.empty_classes}):
        alike.setdefault(core(label), []).append(label)
    sets = [labels for labels in alike.values() if len(labels) > 1]
    if not sets:
        return result(CODE, NAME, ())
    found = finding(
        CODE,
        "Labels differ by case, spaces or spelling form alone",
        "warning",
        [label for labels in sets for label in labels],
        sum(map(len, sets)),
        do="give things of one kind one label; as it is, they are learned as different classes",
        detail="; ".join(" and ".join(map(repr, labels)) for labels in sets[:10]),
    )
    return result(CODE, NAME, (found,))


def core(label: str) -> str:
    """What is left of a label without case, outer and repeated spaces, `_` against `-`, and Unicode variants."""
    plain = unicodedata.normalize("NFKC", label).casefold()
    return unicodedata.normalize("NFKC", re.sub(r"[\s_\-]+", " ", plain).strip())
