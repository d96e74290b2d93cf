"""A fitted line in words: numbers, sentences for what happened, and the table for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..core.records import Figure
from ..core.saying import percent
from ..models.line_cost import BATCH, NEAR
from ..models.line_fit import Cost, LineFit, RateTried
from . import words
from .text import table, wrapped
from .visible import visible

OUTCOMES = {
    "ran away": "runs away",
    "higher": "ends higher than it began",
    "too small": "too small to get there",
    "on its way": "on its way",
    "arrived": "arrives",
}
ON_IT = 1.001
"""Times the closed form's loss: below it the two lines are one to the eye."""
SHOWN = 6
"""So many slopes are printed in a table for a terminal."""


def number(value: float | None, digits: int = 4) -> str:
    """`1,234`, `0.0123`, `1.2e+09`: with as many digits as say something; a dash for what is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size >= 7 or size < -5:
        return f"{value:.{digits - 1}g}".replace("-", "−", 1 if value < 0 else 0)
    text = f"{value:,.{max(0, digits - 1 - size)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def between(figure: Figure) -> str:
    """`1.2 to 3.4`, or nothing."""
    return "" if figure.low is None or figure.high is None else f"{number(figure.low)} to {number(figure.high)}"


def step_word(iteration: int) -> str:
    """`after 10 steps`."""
    return f"after {words.count(iteration, 'step')}"


def typical(loss: float | None) -> float | None:
    """The root of a loss: a typical error, in the target's own units."""
    return None if loss is None else math.sqrt(max(loss, 0.0))


def equation(fit: LineFit) -> str:
    """`crime_rate = 12.3 + 0.45 × deprivation`, of the closed form."""
    values = [figure.value for figure in fit.closed]
    text = f"{fit.target} = {number(values[0])}"
    for name, value in list(zip(fit.columns, values[1:], strict=True))[:SHOWN]:
        sign = "−" if (value or 0.0) < 0 else "+"
        text += f" {sign} {number(abs(value or 0.0))} × {name}"
    more = len(fit.columns) - SHOWN
    return text + (f" + {more} more" if more > 0 else "")


def verdict(fit: LineFit) -> list[str]:
    """What came out, the most important first."""
    found = [slope_sentence(fit), arrival(fit)]
    if fit.explained.value is not None:
        found.append(
            f"The line goes along with {percent(max(fit.explained.value, 0.0), fit.n_rows)} of how "
            f"{fit.target} varies in these {words.count(fit.n_rows, 'row')}; a typical error is "
            f"{number(typical(fit.closed_loss.value))}, against {number(typical(fit.first_loss.value))} when the mean "
            "is given for every row. Rows that it has not seen may fare worse."
        )
    return found


def slope_sentence(fit: LineFit) -> str:
    """What the closed form's line says, in one sentence."""
    if len(fit.columns) > 1:
        line = f"The line through {words.count(len(fit.columns), 'column')}: {equation(fit)}."
        known = [held for figure in fit.closed[1:] if (held := holds(figure)) is not None]
        if not known:
            return f"{line} How sure its slopes are cannot be said ({fit.closed[1].method})."
        return f"{line} {sum(known)} of {words.count(len(known), 'slope')} cannot well be 0 (95 % ranges)."
    slope = fit.closed[1]
    way = "more" if (slope.value or 0.0) >= 0 else "less"
    ranges = between(slope)
    sentence = f"One more of {fit.columns[0]} goes with {number(abs(slope.value or 0.0))} {way} of {fit.target}"
    if not ranges:
        return f"{sentence}; how sure that is cannot be said ({slope.method})."
    if holds(slope):
        return f"{sentence} (95 % range of the slope: {ranges})."
    return f"{sentence}, but that may be chance: the 95 % range of the slope, {ranges}, holds 0."


def holds(figure: Figure) -> bool | None:
    """Whether an interval leaves out 0; None without an interval."""
    return None if figure.low is None or figure.high is None else figure.low > 0 or figure.high < 0


def arrival(fit: LineFit) -> str:
    """How far descent came."""
    steps, way = words.count(fit.iterations, "step"), fit.way.value
    if fit.ran_away:
        return f"Descent ran away and was stopped after {steps}. {too_large(fit)}"
    if way is None:
        return "Descent had nowhere to go: no line is better than the mean."
    if way < 0 and fit.rate > fit.largest:
        return f"After {steps} descent stands higher than it began. {too_large(fit)}"
    if way < 0:
        return (
            f"After {steps} descent stands higher than it began: a step that looks at only "
            f"{words.count(fit.batch, 'row')} often goes the wrong way. Try a larger --batch, or a smaller --rate."
        )
    last, least = fit.kept[-1].loss.value or 0.0, fit.closed_loss.value or 0.0
    if last <= ON_IT * least or way >= 1 - 1e-9:
        return f"After {steps} of descent the line lies on the closed form's."
    gone = f"{100 * min(way, 0.9999):.2f}".rstrip("0").rstrip(".")
    if fit.batch < fit.n_rows and not fit.falling and way > 0.5:
        return (
            f"After {steps} descent is {gone} % of the way down, and it will not rest: each step looks at only "
            f"{words.count(fit.batch, 'row')} and goes a fixed part of the way to them. Falling steps come to rest."
        )
    return f"After {steps} descent is {gone} % of the way down to the closed form's loss."


def too_large(fit: LineFit) -> str:
    """Why steps run away."""
    return (
        f"Its steps of {number(fit.rate)} overshoot: each goes past the lowest point and lands higher on the other "
        f"side. For these columns, standardised, that begins at {number(fit.largest)}; "
        f"try --rate {number(fit.largest / 2, 2)}."
    )


def tried(one: RateTried, fit: LineFit) -> str:
    """What happened with one size of steps, in a plain sentence."""
    steps = words.count(one.steps, "step")
    way = None if one.way.value is None else f"{100 * min(one.way.value, 0.9999):.2f}".rstrip("0").rstrip(".")
    if one.outcome == "ran away":
        return (
            "Each step overshoots the lowest point and lands higher on the other side, so the next one is larger "
            f"still: after {steps} the numbers ran away, and it was stopped."
        )
    if one.outcome == "higher":
        return (
            f"Steps overshoot so far that after {steps} the loss is higher than at the beginning; more would not help."
        )
    if one.outcome == "too small":
        return f"Steps are so short that after {steps} only {way} % of the way down is done; more would arrive."
    if one.outcome == "on its way":
        stochastic = fit.batch < fit.n_rows and not fit.falling
        why = "it wavers, since each step looks at few rows" if stochastic else "the rest takes more steps"
        return f"After {steps}, {way} % of the way down is done; {why}."
    if one.way.value is None or one.way.value >= 0.99995:
        return f"After {steps} the loss is the closed form's."
    return f"After {steps}, {way} % of the way down to the closed form's loss is done."


def line_text(fit: LineFit, *, width: int | None = None) -> str:
    """The result for a terminal."""
    names = ["intercept", *map(visible, fit.columns)]
    shown = names[: SHOWN + 1]
    rows = [
        ("start" if kept.iteration == 0 else f"{kept.iteration:,}", _plain(kept.loss.value),
         *(_plain(figure.value) for figure in kept.parameters[: len(shown)]))
        for kept in fit.kept
    ]  # fmt: skip
    rows.append(("closed form", _plain(fit.closed_loss.value), *(_plain(f.value) for f in fit.closed[: len(shown)])))
    left = f"; {words.count(fit.n_left_out, 'row')} with missing values left out" if fit.n_left_out else ""
    parts = [f"{visible(fit.target)} from {about(fit)}, {words.count(fit.n_rows, 'row')}{left}"]
    parts.append(table(("iteration", "loss", *shown), rows, width=width))
    if len(names) > len(shown):
        parts.append(f"and {len(names) - len(shown):,} more slopes; -o FOLDER writes all")
    parts += [wrapped(visible(sentence), width=width) for sentence in verdict(fit)]
    if fit.rates:
        rows = [(_plain(one.rate, 3), f"{one.steps:,}", _plain(one.loss.value),
                 OUTCOMES[one.outcome] + (" (taken above)" if one.given else "")) for one in fit.rates]  # fmt: skip
        parts.append(table(("size of steps", "steps", "loss at the end", ""), rows, width=width))
    parts += [wrapped(visible(note), width=width) for note in fit.notes]
    return "\n\n".join(parts)


def line_cost_text(costs: Sequence[Cost], *, width: int | None = None) -> str:
    """Costs for a terminal, and where the closed form loses."""
    header = ("rows", "columns", "closed form, ms", "range", "descent, ms", "range", "passes", "quicker")
    rows = [
        (f"{one.rows:,}", f"{one.columns:,}", *thousandths(one.closed), *thousandths(one.descent),
         _plain(one.passes.value, 2), quicker(one))
        for one in costs
    ]  # fmt: skip
    parts = [table(header, rows, width=width), wrapped(where_it_loses(costs), width=width)]
    parts.append(
        wrapped(
            "Thousandths of a second of the processor on made-up tables: sums of products and Cholesky's factors, "
            f"against steps of {BATCH} rows until the loss is within {100 * NEAR:g} % of the closed form's. The first "
            "grows with rows × columns², the second with rows × columns × passes. Columns that are alike would need "
            "more passes.",
            width=width,
        )
    )
    return "\n\n".join(parts)


def thousandths(seconds: Figure) -> tuple[str, str]:
    """Seconds in thousandths, and their range."""
    value, low, high = (None if one is None else 1000 * one for one in (seconds.value, seconds.low, seconds.high))
    return _plain(value, 3), "" if low is None or high is None else f"{_plain(low, 2)} to {_plain(high, 2)}"


def quicker(one: Cost) -> str:
    """Which way took less, where the ranges do not meet."""
    a, b = one.closed, one.descent
    if a.high is None or b.low is None or a.low is None or b.high is None:
        return "closed form"
    return "closed form" if a.high < b.low else "descent" if b.high < a.low else "alike"


def where_it_loses(costs: Sequence[Cost]) -> str:
    """One sentence."""
    lost = [one for one in costs if quicker(one) == "descent"]
    if not lost:
        return "On none of these tables is descent the quicker way."
    worst = max(lost, key=lambda one: (one.closed.value or 0.0) / (one.descent.value or 1.0))
    times = (worst.closed.value or 0.0) / (worst.descent.value or 1.0)
    sizes = ", ".join(f"{one.rows:,} × {one.columns:,}" for one in lost)
    return (
        f"The closed form loses on {len(lost)} of {words.count(len(costs), 'table')} (rows × columns: {sizes}); with "
        f"{words.count(worst.rows, 'row')} of {words.count(worst.columns, 'column')} it takes {number(times, 2)} times "
        "as long."
    )


def about(fit: LineFit) -> str:
    """`deprivation`, `deprivation and age`, or the number of columns."""
    names = [visible(name) for name in fit.columns]
    return names[0] if len(names) == 1 else " and ".join(names) if len(names) == 2 else f"{len(names):,} columns"


def _plain(value: float | None, digits: int = 5) -> str:
    """For a terminal's table, where numbers are told by ASCII."""
    return number(value, digits).replace("−", "-")
