"""Two runs held against each other, as text: what is shown first, then every figure, then the classes."""

from __future__ import annotations

from ..core.records import Figure
from ..core.saying import NOTHING, points_range
from ..evaluate.paired import Comparison
from . import words
from .differences import p_value, p_words, signed_points, size
from .text import table, wrapped
from .visible import visible

CLASSES_SHOWN = 30


def comparison_text(found: Comparison, *, width: int | None = None) -> str:
    """Whether one of two runs is shown to be better, and by how much."""
    rows = []
    for name, (first, second, gap) in found.figures.items():
        shares = name in words.SHARES
        apart = (signed_points(gap), points_range(gap)) if shares else (_plain(gap.value), _plain_range(gap))
        rows.append((words.NAMES[name], words.value(name, first), words.value(name, second), *apart))
    header = ("figure", found.first, found.second, "difference", "95 % range")
    parts = [wrapped(visible(comparison_sentence(found)), width=width), table(header, rows, width=width)]
    entries = sorted(found.per_class, key=lambda one: (one.p.value if one.p.value is not None else 2.0, one.label))
    classes = [
        (one.label, one.difference.n, signed_points(one.difference), points_range(one.difference), p_value(one.p),
         "shown" if one.shown else "not shown")
        for one in entries[:CLASSES_SHOWN]
    ]  # fmt: skip
    more = f", the {CLASSES_SHOWN} clearest of {len(entries)}" if len(entries) > CLASSES_SHOWN else ""
    heading = f"share found of each class, {visible(found.first)} less {visible(found.second)}, in points{more}\n"
    parts.append(heading + table(("class", "items", "difference", "95 % range", "p", ""), classes, width=width))
    return "\n\n".join(parts)


def comparison_sentence(found: Comparison) -> str:
    """One sentence: which is better and by how much, or that no difference is shown."""
    of = f"{found.n_items:,} test items" + (f" in {found.n_groups:,} groups" if found.n_groups < found.n_items else "")
    alone = f"right alone: “{found.first}” {found.only_first:,} times, “{found.second}” {found.only_second:,} times"
    how = f"{found.p.method}, p {p_words(found.p)}"
    if found.better is None:
        by = size(found.difference)
        return (
            f"No difference shown between “{found.first}” and “{found.second}” on the same {of} ({by}; {alone}; {how})."
        )
    other = found.second if found.better == found.first else found.first
    return f"“{found.better}” is better than “{other}” by {size(found.difference)} on the same {of} ({alone}; {how})."


def _plain(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:+.3f}".replace("-", "−") if abs(value) >= 0.0005 else "0.000"


def _plain_range(figure: Figure) -> str:
    return "" if figure.low is None or figure.high is None else f"{_plain(figure.low)} to {_plain(figure.high)}"
