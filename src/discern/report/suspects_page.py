"""The section of a report about labels in doubt: a gallery, and where to put them right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..evaluate.suspects import Suspects
from . import words
from .sections import Section
from .text import table

SUSPECTS_SHOWN = 24
LISTED = 15
"""So many stand on the terminal; the sheet holds all."""


@dataclass(frozen=True)
class Shown:
    """Suspects with the pictures of the first of them; None where an item is no picture."""

    found: Suspects
    pixels: tuple[NDArray[np.uint8] | None, ...] = ()
    texts: tuple[str, ...] = ()
    """Of the first of them, where items are texts."""


def sections(shown: Shown) -> tuple[Section, ...]:
    """One section."""
    pictures = list(zip(shown.found.rows, shown.pixels, strict=False))
    view: dict[str, Any] = {
        "found": shown.found,
        "pictures": pictures,
        "texts": shown.texts,
        "sentence": suspects_sentence(shown.found),
    }
    return (Section("suspects", "Labels in doubt", "suspects.html.j2", view),)


def suspects_sentence(found: Suspects) -> str:
    """How many there are."""
    if not found.rows:
        return f"None of {found.n_items:,} labels is contradicted by its item and by the nearest items."
    share = words.value("accuracy", found.share)
    sure = words.interval("accuracy", found.share)
    of = f"{len(found.rows):,} of {found.n_items:,} labels, {share}{f' ({sure})' if sure else ''},"
    return f"{of} are contradicted by the model that did not learn from the item, and by the nearest items."


def suspects_text(found: Suspects) -> str:
    """The same for a terminal."""
    parts = [f"labels in doubt, by {found.model}: {suspects_sentence(found)}", *found.unanswered]
    if found.rows:
        rows = [(one.item, one.label, one.suggested, words.sure(one.p_suggested)) for one in found.rows[:LISTED]]
        parts.append(table(("item", "label", "rather", "sure"), rows))
        if len(found.rows) > LISTED:
            parts.append(f"and {len(found.rows) - LISTED:,} more")
        parts.append("write the right labels into the column correction of RUN/suspects.csv; then:")
        parts.append("  discern train DATA --corrections suspects.csv")
    return "\n".join(parts)
