"""Numbers and figures in words: how they are written, and what each of them means in a short phrase."""

from __future__ import annotations

import math

from ..core.records import Figure
from ..core.saying import percent
from ..evaluate.evaluation import ClassFigures

NAMES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro F1",
    "kappa": "Kappa",
    "log_loss": "Log loss",
}
MEANINGS = {
    "accuracy": "the share of items answered rightly",
    "balanced_accuracy": "the share found of each class, averaged: small classes count as much as large ones",
    "macro_f1": "finding a class and being right when naming it, in one number from 0 to 1, averaged over the classes",
    "kappa": "agreement beyond chance: 0 is guessing, 1 is always right",
    "log_loss": "how far the stated probabilities are from the truth: 0 is best, and sure mistakes cost most",
}
CARD = {
    "purpose": "What it is for",
    "data": "Where the data come from, and by what right they are used",
    "limits": "What it must not be used for, and where it fails",
    "owner": "Who answers for it",
    "review": "When a person must look at an answer before it counts",
}
"""The fields of a model card, as they are asked for."""
SHARES = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "f1", "error"})
"""Figures that are written in per cent."""
BASELINES = {"majority": "always giving the most frequent answer"}
NOUNS = {"pictures": ("picture", "pictures"), "table": ("row", "rows"), "texts": ("text", "texts")}


def value(name: str, figure: Figure) -> str:
    """The value of a figure as its name asks for; a dash when it is not defined."""
    return "–" if figure.value is None else _number(name, figure.value, figure.n)


def interval(name: str, figure: Figure) -> str:
    """`92.0 to 97.2 %`, or an empty text when there is no interval."""
    if figure.low is None or figure.high is None:
        return ""
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


def _number(name: str, number: float, n: int) -> str:
    return percent(number, n) if name in SHARES else f"{number:.3f}"
