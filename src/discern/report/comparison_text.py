"""Two runs held against each other, as text: what is shown first, then every figure, then the classes where there are
any."""

from __future__ import annotations

from ..core.records import Figure
from ..core.saying import NOTHING, points_range
from ..evaluate.paired import Comparison
from ..evaluate.paired_numbers import NumberComparison
from . import words
from .differences import p_value, p_words, signed_points, size
from .text import table, wrapped
from .visible import shorten, visible

CLASSES_SHOWN = 30


def comparison_text(found: Comparison | NumberComparison, *, width: int | None = None) -> str:
    """Whether one of two runs is shown to be better, and by how much."""
    if isinstance(found, NumberComparison):
        return _of_numbers(found, width)
    return _of_classes(found, width)


def _of_classes(found: Comparison, width: int | None) -> str:
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


def _of_numbers(found: NumberComparison, width: int | None) -> str:
    rows = []
    for name, (first, second, gap) in found.figures.items():
        apart = _quantities(gap, sign="+") if name in words.QUANTITIES else (_plain(gap.value), _plain_range(gap))
        rows.append((words.NAMES[name], words.value(name, first), words.value(name, second), *apart))
    header = ("figure", found.first, found.second, "difference", "95 % range")
    target = shorten(visible(found.target), 40)
    reading = (
        f"Errors are in {target}; less is better, of R² more. Differences are “{found.first}” less “{found.second}”."
    )
    parts = [number_sentence(found), reading, *(f"note: {note}" for note in found.notes)]
    sentence, *rest = (wrapped(visible(part), width=width) for part in parts)
    return "\n\n".join([sentence, table(header, rows, width=width), *rest])


def number_sentence(found: NumberComparison) -> str:
    """One sentence: which is nearer to the true numbers on average and by how much, or that no difference is shown."""
    of = words.items(found.kind, found.n_items)
    of += f" in {found.n_groups:,} groups" if found.n_groups < found.n_items else ""
    nearer = [words.items(found.kind, n) for n in (found.nearer_first, found.nearer_second)]
    how = f"nearer to the truth: “{found.first}” on {nearer[0]}, “{found.second}” on {nearer[1]}"
    how += f"; {found.p.method}, p {p_words(found.p)}"
    gap, target = found.difference, shorten(visible(found.target), 40)
    turned = (gap.value or 0.0) < 0
    ahead, behind = (found.first, found.second) if turned else (found.second, found.first)
    size, between = _quantities(_turned(gap) if turned else gap)
    less = f"off by {size} {f'({between}) ' if between else ''}less in {target} on average"
    if found.better is not None:
        return f"“{ahead}” is better than “{behind}”: {less}, on the same {of} ({how})."
    less = f"“{ahead}” is {less}" if gap.value else f"both are off by the same in {target} on average"
    return f"No difference shown between “{found.first}” and “{found.second}” on the same {of} ({less}; {how})."


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


def _quantities(gap: Figure, *, sign: str = "") -> tuple[str, str]:
    """A difference in the unit of the target and its range, all with the decimals that suit the largest of them.

    `sign` stands before what is above 0.
    """
    numbers = [number for number in (gap.value, gap.low, gap.high) if number is not None]
    if gap.value is None:
        return NOTHING, ""
    like = max(map(abs, numbers))
    value, *ends = ((sign if number > 0 else "") + words.quantity(number, like) for number in numbers)
    return value, " to ".join(ends)


def _turned(gap: Figure) -> Figure:
    """The difference the other way round."""
    value, low, high = (None if bound is None else -bound for bound in (gap.value, gap.high, gap.low))
    return Figure(value, low, high, gap.n, gap.method)


def _plain(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:+.3f}".replace("-", "−") if abs(value) >= 0.0005 else "0.000"


def _plain_range(figure: Figure) -> str:
    return "" if figure.low is None or figure.high is None else f"{_plain(figure.low)} to {_plain(figure.high)}"
