"""Pictures of words: the most frequent ones as bars with their ranges, and what sets two corpora apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from ..core import files
from ..text.count import Frequencies, Keyness
from .drawing import ACCENT, INK, SECOND, SOFT, Drawing, draw, label

MOST = 30
"""Bars of a picture."""
ROW, WIDTH, EDGE = 22.0, 640.0, 70.0
"""Pixels."""


def write_words_picture(path: Path, record: Frequencies | Keyness, rows: int) -> None:
    """Draw a result into an .svg or .png file; the same result gives the same bytes. Raises OutputError."""
    picture = frequencies_picture(record, rows) if isinstance(record, Frequencies) else keyness_picture(record, rows)
    files.write_bytes(path, picture.svg.encode() if path.suffix.lower() == ".svg" else picture.png)


def frequencies_picture(record: Frequencies, rows: int = MOST) -> Drawing:
    """Bars of the most frequent words, a million words, each with its 95 % range."""
    shown = record.table.head(min(rows, MOST))
    names = shown["word"].to_list()
    values = shown["per_million"].to_list()
    low = [value if bound is None else bound for bound, value in zip(shown["low"], values, strict=True)]
    high = [value if bound is None else bound for bound, value in zip(shown["high"], values, strict=True)]

    def paint(axes: Axes) -> None:
        axes.barh(range(len(names)), values, color=ACCENT, height=0.66, alpha=0.85)
        _ranges(axes, low, high)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        _frame(axes, names, "times in a million words")

    alt = f"The {len(names)} most frequent words: " + ", ".join(names[:5])
    return draw("words", "Most frequent words", alt, (WIDTH, EDGE + ROW * len(names)), paint)


def keyness_picture(record: Keyness, rows: int = MOST) -> Drawing:
    """Log ratios of the words that set two corpora apart, with their 95 % ranges; half of them for each."""
    half = max(1, min(rows, MOST) // 2)
    more = record.table.filter(record.table["log_ratio"] > 0).head(half)
    less = record.table.filter(record.table["log_ratio"] < 0).head(half)
    shown = more.vstack(less[::-1])
    names, values = shown["word"].to_list(), shown["log_ratio"].to_list()
    low = [value if bound is None else bound for bound, value in zip(shown["low"], values, strict=True)]
    high = [value if bound is None else bound for bound, value in zip(shown["high"], values, strict=True)]

    def paint(axes: Axes) -> None:
        colours = [ACCENT if value > 0 else SECOND for value in values]
        bars = axes.barh(range(len(names)), values, color=colours, height=0.66, alpha=0.85)
        for bar, bound in zip(bars, shown["low"], strict=True):
            bar.set_alpha(0.85 if bound is not None else 0.35)
        _ranges(axes, low, high)
        axes.axvline(0, color=INK, linewidth=1)
        pale = "\npale: missing in one of them, without a range" if shown["low"].null_count() else ""
        _frame(axes, names, f"log ratio: more in {label(record.other)} (left), in {label(record.name)} (right){pale}")

    alt = f"Words that set {label(record.name)} apart from {label(record.other)}: " + ", ".join(names[:5])
    return draw("keyness", "Words that set them apart", alt, (WIDTH, EDGE + ROW * len(names)), paint)


def _ranges(axes: Axes, low: Sequence[float], high: Sequence[float]) -> None:
    axes.hlines(range(len(low)), low, high, color=INK, linewidth=1.2)


def _frame(axes: Axes, names: Sequence[str], what: str) -> None:
    axes.set_yticks(range(len(names)), [label(name, 24) for name in names], color=INK)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xlabel(what, color=SOFT)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.spines[["left", "bottom"]].set_visible(False)
