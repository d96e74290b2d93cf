"""Differences in words: points with their range, p-values, and whether anything is shown."""

from __future__ import annotations

from ..core.records import Figure
from ..evaluate.slices import Contrast


def points(figure: Figure) -> str:
    """`12.1 points (3.0 to 21.1)`, the size of a difference between two shares, without its sign."""
    if figure.value is None:
        return "–"
    turned = figure.value < 0
    value = abs(figure.value)
    if figure.low is None or figure.high is None:
        return f"{100 * value:.1f} points"
    low, high = (-figure.high, -figure.low) if turned else (figure.low, figure.high)
    return f"{100 * value:.1f} points ({_signed(low)} to {_signed(high)})"


def lost_points(figure: Figure) -> str:
    """`12.0 points (9.1 to 15.0)`; below 0 where something is gained: `−0.7 points (−1.9 to 0.0)`."""
    if figure.value is None:
        return "–"
    sure = f" ({points_range(figure)})" if points_range(figure) else ""
    return f"{_signed(figure.value)} points{sure}"


def signed_points(figure: Figure) -> str:
    """`−12.1`, in points with its sign."""
    return "–" if figure.value is None else ("+" if figure.value > 0 else "") + _signed(figure.value)


def points_range(figure: Figure) -> str:
    """`−21.1 to −3.0`, or nothing."""
    return "" if figure.low is None or figure.high is None else f"{_signed(figure.low)} to {_signed(figure.high)}"


def p_value(figure: Figure) -> str:
    """`0.031`, or a dash where nothing was tested."""
    if figure.value is None:
        return "–"
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


def _signed(value: float) -> str:
    text = f"{100 * value:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")
