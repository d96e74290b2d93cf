"""Differences in words: points with their range, p-values, and whether anything is shown."""

from __future__ import annotations

from ..core.records import Figure
from ..core.saying import NOTHING, signed
from ..evaluate.slices import Contrast


def size(figure: Figure) -> str:
    """`12.1 points (3.0 to 21.1)`, the size of a difference between two shares, without its sign."""
    if figure.value is None:
        return NOTHING
    turned = figure.value < 0
    value = abs(figure.value)
    if figure.low is None or figure.high is None:
        return f"{100 * value:.1f} points"
    low, high = (-figure.high, -figure.low) if turned else (figure.low, figure.high)
    return f"{100 * value:.1f} points ({signed(low)} to {signed(high)})"


def signed_points(figure: Figure) -> str:
    """`−12.1`, in points with its sign."""
    return NOTHING if figure.value is None else ("+" if figure.value > 0 else "") + signed(figure.value)


def p_value(figure: Figure) -> str:
    """`0.031`, or a dash where nothing was tested."""
    if figure.value is None:
        return NOTHING
    return "under 0.001" if figure.value < 0.001 else f"{figure.value:.3f}"


def p_words(figure: Figure) -> str:
    """`= 0.031` or `under 0.001`, for inside a sentence."""
    text = p_value(figure)
    return text if text.startswith("under") else f"= {text}"


def says(one: Contrast, more: str = "higher", less: str = "lower") -> str:
    """What a contrast comes to, in a few words."""
    if one.shown:
        return more if (one.difference.value or 0.0) > 0 else less
    return "no difference shown" if one.p.value is not None else one.p.method.removeprefix("not tested: ")
