"""Numbers and figures in words: how they are written, and what each of them means in a short phrase."""

from __future__ import annotations

import math

from ..core.records import Column, Figure
from ..core.saying import percent
from ..evaluate.evaluation import ClassFigures

NAMES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro F1",
    "kappa": "Kappa",
    "log_loss": "Log loss",
    "r2": "R²",
    "mae": "Mean error",
    "rmse": "Root mean squared error",
    "median_error": "Median error",
}
MEANINGS = {
    "accuracy": "the share of items answered rightly",
    "balanced_accuracy": "the share found of each class, averaged: small classes count as much as large ones",
    "macro_f1": "finding a class and being right when naming it, in one number from 0 to 1, averaged over the classes",
    "kappa": "agreement beyond chance: 0 is guessing, 1 is always right",
    "log_loss": "how far the stated probabilities are from the truth: 0 is best, and sure mistakes cost most",
    "r2": "the share of the differences between items that the answers account for: 0 is giving the mean, 1 is perfect",
    "mae": "how far an answer is off, on average, up or down",
    "rmse": "the same, but large errors count for more",
    "median_error": "half of the answers are off by less",
}
QUANTITIES = frozenset({"mae", "rmse", "median_error", "width", "number"})
"""Figures in the unit of what is predicted."""
CARD = {
    "purpose": "What it is for",
    "data": "Where the data come from, and by what right they are used",
    "limits": "What it must not be used for, and where it fails",
    "owner": "Who answers for it",
    "review": "When a person must look at an answer before it counts",
}
"""The fields of a model card, as they are asked for."""
SHARES = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "f1", "error", "coverage"})
"""Figures that are written in per cent."""
BASELINES = {"majority": "always giving the most frequent answer", "mean": "always giving the mean"}
NOUNS = {"pictures": ("picture", "pictures"), "table": ("row", "rows"), "texts": ("text", "texts")}


def value(name: str, figure: Figure) -> str:
    """The value of a figure as its name asks for; a dash when it is not defined."""
    return "–" if figure.value is None else _number(name, figure.value, figure.n)


def interval(name: str, figure: Figure) -> str:
    """`92.0 to 97.2 %`, or an empty text when there is no interval."""
    if figure.low is None or figure.high is None:
        return ""
    if name in QUANTITIES:
        like = max(abs(figure.low), abs(figure.high)) if figure.value is None else figure.value
        return f"{quantity(figure.low, like)} to {quantity(figure.high, like)}"
    low, high = _number(name, figure.low, figure.n), _number(name, figure.high, figure.n)
    return f"{low.removesuffix(' %')} to {high}"


def sure(probability: float) -> str:
    """A probability that a model states, such as `80 %` or `99.7 %`."""
    decimals = 0 if 0.1 <= probability < 0.99 or probability == 1 else 1
    text = f"{100 * probability:.{decimals}f}"
    while decimals < 6 and probability < 1 and float(text) == 100:
        decimals += 1
        text = f"{100 * probability:.{decimals}f}"
    return f"{text} %"


def count(n: int, one: str, many: str = "") -> str:
    """`1 picture`, `2,000 pictures`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def items(kind: str, n: int) -> str:
    """`270 pictures`, in the word that suits the kind of data."""
    return count(n, *NOUNS.get(kind, ("item", "items")))


def baseline(name: str) -> str:
    """What a baseline does."""
    return BASELINES.get(name, f"the baseline “{name}”")


def better(model: Figure, base: Figure) -> bool:
    """Whether a share is clearly above the baseline's: their intervals do not meet. Cautious on purpose."""
    if model.value is None or base.value is None:
        return False
    low = model.value if model.low is None else model.low
    high = base.value if base.high is None else base.high
    return low > high


def by_f1(entry: ClassFigures) -> float:
    """Order classes from the worst on; those without F1 come last."""
    return math.inf if entry.f1.value is None else entry.f1.value


def quantity(number: float, like: float | None = None) -> str:
    """`31.2`, `0.0731`, `12,300`: three digits that count, or with as many decimals as `like` would have."""
    size = abs(number if like is None else like)
    if size and not 1e-6 <= size < 1e15:
        return f"{number:.2e}"
    decimals = min(8, max(0, 2 - math.floor(math.log10(size)))) if size else 0
    text = f"{number:,.{decimals}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.removeprefix("-")


def holds(column: Column) -> str:
    """What a column of a table holds, in a few words."""
    if column.kind == "category":
        shown = ", ".join(column.categories[:6])
        more = len(column.categories) - 6
        return f"one of {count(len(column.categories), 'value')}: {shown}{f' and {more} more' if more > 0 else ''}"
    kind = {"number": "a number", "date": "a date"}[column.kind]
    return f"{kind}, written as {column.form}" if column.form else kind


def _number(name: str, number: float, n: int) -> str:
    if name in QUANTITIES:
        return quantity(number)
    return percent(number, n) if name in SHARES else f"{number:.3f}".replace("-0.000", "0.000")
