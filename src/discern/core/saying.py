"""A figure in a few letters: shares in per cent, differences in points, each with its range. The same in findings, on
pages, in tables and on a terminal."""

from __future__ import annotations

from .records import Figure

NOTHING = "–"
COLUMNS = ("value", "low", "high", "n", "method")
"""Of a table, for `cells`."""


def cells(figure: Figure) -> tuple[object, ...]:
    """A figure as cells of a table, under `COLUMNS`."""
    return (figure.value, figure.low, figure.high, figure.n, figure.method)


def percent(share: float, n: int) -> str:
    """`95.2 %`, with as many decimals as `n` items can tell apart; never rounded up to 100 or down to 0."""
    decimals = 1 if n < 5000 else 2
    text = f"{100 * share:.{decimals}f}"
    while decimals < 6 and 0 < share < 1 and float(text) in (0.0, 100.0):
        decimals += 1
        text = f"{100 * share:.{decimals}f}"
    return f"{text} %"


def share(figure: Figure) -> str:
    """`95.2 % (92.0 to 97.2 %)`."""
    if figure.value is None:
        return f"an unknown share ({figure.method})"
    text = percent(figure.value, figure.n)
    if figure.low is None or figure.high is None:
        return text
    return f"{text} ({percent(figure.low, figure.n).removesuffix(' %')} to {percent(figure.high, figure.n)})"


def bare(figure: Figure) -> str:
    """`95.2 %`, for inside a sentence whose figure stands whole beside it."""
    return "an unknown share" if figure.value is None else percent(figure.value, figure.n)


def points(figure: Figure) -> str:
    """`12.0 points (9.1 to 15.0)`, a difference between two shares with its sign: `−0.7 points (−1.9 to 0.0)`."""
    if figure.value is None:
        return NOTHING
    between = points_range(figure)
    return f"{signed(figure.value)} points" + (f" ({between})" if between else "")


def points_range(figure: Figure) -> str:
    """`−21.1 to −3.0`, or nothing."""
    return "" if figure.low is None or figure.high is None else f"{signed(figure.low)} to {signed(figure.high)}"


def signed(difference: float) -> str:
    """`−12.1`, in points; never `−0.0`."""
    text = f"{100 * difference:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")
