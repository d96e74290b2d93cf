"""A forecast in sentences, and as text for a terminal."""

from __future__ import annotations

import polars as pl

from ..core.forecast_options import BASELINE
from ..core.records import Figure
from ..evaluate.forecast_result import Candidate, ForecastResult
from . import words
from .text import table, wrapped
from .visible import visible

MODELS = {
    BASELINE: "the same time of the last season",
    "smoothing": "exponential smoothing",
    "boosting": "gradient boosting on past values and the calendar",
    "rnn": "a simple recurrent network",
    "gru": "a gated recurrent network (GRU)",
    "lstm": "a long short-term memory (LSTM)",
}
SHOWN = 12
"""Rows of a table on the screen."""
ROUNDS = {
    ("hour", 24): "the day before",
    ("hour", 168): "the week before",
    ("day", 7): "the week before",
    ("month", 12): "the year before",
    ("quarter", 4): "the year before",
    ("week", 52): "the year before",
}


def verdict(result: ForecastResult) -> tuple[str, ...]:
    """What was done in one line, what it came to, and what to beware of."""
    places = f" at {words.count(len(result.places), 'place')}" if result.by else ""
    ahead = words.count(result.horizon, result.unit)
    head = f"{result.value}{places}, {ahead} ahead, from {result.first} to {result.last}."
    ratio = result.chosen.ratio
    if result.is_baseline:
        said = f"No model beats the baseline on the {_span(result)}; so the baseline is given: {baseline(result)}."
    elif ratio.value is None:
        said = f"{_model(result)} was chosen; it cannot be compared: {ratio.method}."
    else:
        said = (
            f"{_model(result)} makes {number(ratio)}{_range(ratio)} of the error of the baseline, {baseline(result)}, "
            f"from {result.test[0]} to {result.test[1]}."
        )
    return head, said, *_doubts(result)


def _doubts(result: ForecastResult) -> list[str]:
    found = []
    ratio = result.chosen.ratio
    if not result.is_baseline and ratio.value is not None and ratio.high is not None and ratio.high >= 1:
        found.append("That it is better than the baseline is not shown: the range reaches 1.")
    if not result.is_baseline and ratio.value is not None and ratio.low is None:
        found.append(f"How sure that is cannot be told: {ratio.method}.")
    found += [sentence for sentence in (nets(result), coverage(result), known(result)) if sentence]
    return found


def nets(result: ForecastResult) -> str:
    """How recurrent networks did on the validation part."""
    best = result.best_net
    if best is None:
        return ""
    if best.chosen:
        return ""
    ratio = best.ratio
    if ratio.value is None:
        return ""
    if ratio.value >= 1:
        return (
            f"No recurrent network beats the baseline on the {_span(result)}: the best, {best.name}, makes "
            f"{number(ratio)} of its error{_range(ratio)}."
        )
    return (
        f"On the {_span(result)} the best recurrent network, {best.name}, makes {number(ratio)}{_range(ratio)} of the "
        f"baseline's error, and {result.model.name} {number(result.model.ratio)}{_range(result.model.ratio)}."
    )


def coverage(result: ForecastResult) -> str:
    """Whether intervals held what they were made to hold."""
    held = result.chosen.coverage
    if held is None or held.value is None:
        return ""
    made = f"Intervals made to hold {100 * result.coverage:.0f} % of the values held {words.sure(held.value)}"
    span = "" if held.low is None or held.high is None else f" ({100 * held.low:.1f} to {100 * held.high:.1f} %)"
    low = held.value if held.high is None else held.high
    weak = ": fewer than promised, for this time differs from the one before it" if low < result.coverage else ""
    return f"{made}{span}{weak}."


def known(result: ForecastResult) -> str:
    """What is assumed to be known ahead, and what the figure is without it."""
    if not result.known:
        return ""
    names = ", ".join(result.known[:4]) + (" and others" if len(result.known) > 4 else "")
    other = result.compared
    if not result.model.uses_known:
        with_it = "" if other is None or other.value is None else f" (with it {number(other)} of the baseline's error)"
        return f"What --with gives ({names}) did not help on the {_span(result)} to choose on and is left out{with_it}."
    known_less = other is not None and other.value is not None
    without = f"; without it the figure is {number(other)}{_range(other)}" if other and known_less else ""
    return f"This takes {names} of the times to come as known, as they were, not as they were foretold{without}."


def baseline(result: ForecastResult) -> str:
    """What the baseline does."""
    back = ROUNDS.get((result.unit, result.season))
    if back is not None:
        return f"the same {result.unit} of {back}"
    return "the last value" if result.season == 1 else f"the value {result.season:,} steps before"


def name(candidate: Candidate) -> str:
    """A model in words."""
    return MODELS[candidate.name] + (" and on what --with gives" if candidate.uses_known else "")


def number(figure: Figure) -> str:
    """A ratio."""
    return "–" if figure.value is None else f"{figure.value:.2f}"


def amount(figure: Figure) -> str:
    """A figure in the unit of the values."""
    return "–" if figure.value is None else f"{figure.value:,.4g}"


def amount_range(figure: Figure) -> str:
    """`163 to 198`, or an empty text."""
    return "" if figure.low is None or figure.high is None else f"{figure.low:,.4g} to {figure.high:,.4g}"


def ratio_range(figure: Figure) -> str:
    """`0.60 to 0.72`, or an empty text."""
    return "" if figure.low is None or figure.high is None else f"{figure.low:.2f} to {figure.high:.2f}"


def share(figure: Figure | None) -> str:
    """A share in per cent."""
    return "–" if figure is None or figure.value is None else words.sure(figure.value)


def forecast_text(result: ForecastResult, *, width: int | None = None) -> str:
    """The whole result for a terminal."""
    parts = [wrapped(visible(sentence), width=width) for sentence in verdict(result)]
    rows = [
        (one.name + (" --with" if one.uses_known else ""), amount(one.mae), number(one.ratio), ratio_range(one.ratio),
         "chosen" if one.chosen else "")
        for one in result.candidates
    ]  # fmt: skip
    title = f"on {result.validation[0]} to {result.validation[1]}, before the test part:"
    parts.append(title + "\n" + table(("model", "mean error", "of baseline", "95 % range", ""), rows, width=width))
    figures = [("all", result.chosen), *zip(result.places, result.by_place, strict=True)]
    figures = figures[:1] if len(result.places) == 1 else figures
    lines = [
        (place, amount(one.mae), amount(one.rmse), number(one.mase), number(one.ratio), ratio_range(one.ratio),
         share(one.coverage))
        for place, one in figures[: SHOWN + 1]
    ]  # fmt: skip
    more = f"\nand {len(figures) - SHOWN - 1:,} more places, in places.csv" if len(figures) > SHOWN + 1 else ""
    header = ("test part", "mean error", "RMSE", "MASE", "of baseline", "95 % range", "in interval")
    parts.append(table(header, lines, width=width) + more)
    parts += [wrapped(f"note: {visible(sentence)}", width=width) for sentence in (*result.notes, *result.set_aside)]
    return "\n\n".join(parts)


def forecast_table(frame: pl.DataFrame, *, width: int | None = None) -> str:
    """The first rows of what is foretold."""
    rows = [
        (row["place"], row["time"], *(_cell(row[name]) for name in ("forecast", "low", "high")))
        for row in frame.head(SHOWN).iter_rows(named=True)
    ]
    more = f"\nand {frame.height - SHOWN:,} more" if frame.height > SHOWN else ""
    return table(("place", "time", "forecast", "low", "high"), rows, width=width) + more


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}"


def _range(figure: Figure) -> str:
    span = ratio_range(figure)
    return f" (95 % range {span})" if span else ""


def _span(result: ForecastResult) -> str:
    return f"time to choose on ({result.validation[0]} to {result.validation[1]})"


def _model(result: ForecastResult) -> str:
    said = name(result.model)
    return said[:1].upper() + said[1:]
