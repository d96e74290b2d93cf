"""What a model would answer, for a terminal: totals, what lies outside the data, and that association is not cause."""

from __future__ import annotations

import polars as pl

from ..core.records import Figure
from ..explain.what_if import Outside, WhatIf
from . import words
from .explain_said import name, signed
from .line_words import between, number
from .text import table, wrapped
from .visible import visible

NOT_CAUSE = (
    "This is what the model would answer for such rows, because of what went together where it learned. Association is "
    "not cause: that the change would bring this about is not shown."
)


def what_if_text(found: WhatIf, *, width: int | None = None) -> str:
    """The whole answer, what to be careful about before anything else that is said of it."""
    regression = found.task == "regression"
    rows = words.count(found.n_items, "row")
    changes = "; ".join(visible(change) for change in found.changes)
    opening = f"if {changes}: the answer differs for {found.n_different:,} of {rows}"
    header = ("sum of the answers" if regression else "rows expected", "before", "95 % range", "after", "95 % range",
              "difference")  # fmt: skip
    lines = [
        (visible(one.answer) if one.answer else found.target, _value(one.before), between(one.before),
         _value(one.after), between(one.after), signed(one.difference.value))
        for one in found.totals
    ]  # fmt: skip
    if regression and found.n_items:
        one = found.totals[0]
        lines.append(("a row on average", *_mean(one.before, found.n_items), *_mean(one.after, found.n_items),
                      signed((one.difference.value or 0.0) / found.n_items)))  # fmt: skip
    parts = [wrapped(opening, width=width), table(header, lines, width=width)]
    parts += ["\n".join(wrapped(sentence, width=width) for sentence in careful(found))] if careful(found) else []
    return "\n\n".join([*parts, wrapped(NOT_CAUSE, width=width)])


def careful(found: WhatIf) -> list[str]:
    """What lies outside of what was learned from, and other things to know."""
    said = [sentence for one in found.outside if (sentence := _outside(one))]
    if found.odd:
        said.append(
            f"careful: {words.count(found.odd, 'row')} would be unlike any that the model learned from, though each "
            "column by itself would not; it may answer anything there"
        )
    if found.n_unchanged:
        said.append(f"{words.count(found.n_unchanged, 'row')} stay as they are: the value is missing, or the same")
    no_range = [one.after.method for one in found.totals if one.after.low is None]
    said += [f"the total after the change has {no_range[0]}"] if no_range else []
    return said + [sentence[:1].lower() + sentence[1:] for sentence in found.notes]


def _outside(one: Outside) -> str:
    if not one.below + one.above:
        return ""
    sides = [f"{count:,} {side}" for count, side in ((one.below, "below"), (one.above, "above")) if count]
    return (
        f"careful: {name(one.column)} would lie outside of {number(one.low)} to {number(one.high)}, where the model "
        f"learned, in {words.count(one.below + one.above, 'row')} ({', '.join(sides)}); it may answer anything there"
    )


def _value(figure: Figure) -> str:
    return number(figure.value, 5)


def _mean(figure: Figure, n: int) -> tuple[str, str]:
    """The same for one row on average."""
    low, high = (None if bound is None else bound / n for bound in (figure.low, figure.high))
    each = Figure(None if figure.value is None else figure.value / n, low, high, figure.n, figure.method)
    return _value(each), between(each)


def answers_text(frame: pl.DataFrame, *, width: int | None = None) -> str:
    """Rows with both answers and their ranges; what was changed and the words of warnings are left to the file."""
    shown = {"item": frame["item"].to_list()}
    for side in ("before", "after"):
        shown[side] = [cell if isinstance(cell, str) else number(cell) for cell in frame[side]]
        if f"{side} low" in frame.columns:
            ends = (frame[f"{side} {end}"].to_list() for end in ("low", "high"))
            shown[f"{side}, range"] = [f"{number(low)} to {number(high)}" for low, high in zip(*ends, strict=True)]
        elif f"{side} probability" in frame.columns:
            shown[f"{side}, sure"] = [words.sure(cell) for cell in frame[f"{side} probability"]]
    if "before probability" not in frame.columns:
        shown["difference"] = [signed(cell) for cell in frame["difference"]]
    if any(frame["warning"].to_list()):
        shown["careful"] = ["outside" if cell else "" for cell in frame["warning"]]
    return table(list(shown), list(zip(*shown.values(), strict=True)), width=width)
