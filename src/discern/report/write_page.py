"""What learning to write came to, as one page: how well it foretells, what it writes, and its memory along a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ..core.files import csv_text
from ..core.records import Figure
from ..evaluate.writing import REPEATED, Writing
from .drawing import ACCENT, INK, SECOND, SOFT, Drawing, draw
from .pages import environment
from .visible import visible

BESIDE = ("writing.html", "memory.svg", "learning.svg", "memory.csv")
UNITS_SHOWN = 48
"""Rows of the picture of memory: the units that move most."""
LETTERS = 84
"""Characters along it."""


def beside(result: Writing, memory: NDArray[np.float32]) -> dict[str, str]:
    """File name -> content, of all that shows the result; `memory` is `(n, H)`, after each character of its text."""
    drawn, curve = memory_picture(result.along, memory), learning_picture(result)
    rows = (
        [place, letter, *map(str, row)] for place, (letter, row) in enumerate(zip(result.along, memory, strict=True))
    )
    header = ("place", "character", *(f"unit_{number}" for number in range(memory.shape[1])))
    return {
        "writing.html": page(result, drawn, curve),
        "memory.svg": drawn.svg,
        "learning.svg": curve.svg,
        "memory.csv": csv_text(header, rows),
    }


def page(result: Writing, drawn: Drawing, curve: Drawing) -> str:
    """The whole page, which needs nothing else: no script, no outside address."""
    units = [(unit, said_unit(unit.correlation), coloured(result.along, unit.values)) for unit in result.units]
    widest = max(result.blind, result.baseline.value or 0, result.bits.value or 0)
    bars = [
        ("the net", result.bits, result.bits.value or 0, "ours"),
        (
            f"counting what follows the last {result.order - 1} characters",
            result.baseline,
            result.baseline.value or 0,
            "",
        ),
        (f"all {result.n_alphabet} characters alike", None, result.blind, ""),
    ]
    return (
        environment()
        .get_template("writing.html.j2")
        .render(
            result=result,
            said=verdict(result),
            drawn=drawn,
            curve=curve,
            units=units,
            bars=[
                (name, bits(figure, value), f"{100 * value / widest:.1f}%", kind) for name, figure, value, kind in bars
            ],
            shown_samples=[Markup(escape(visible_lines(one.prompt.lstrip("\n") + one.text))) for one in result.samples],
            repeated=[repetition(one.repeated) for one in result.samples],
        )
    )


def writing_text(result: Writing) -> str:
    """The same in words, for a terminal."""
    lines = [*verdict(result), ""]
    sample = result.samples[len(result.samples) // 2]
    lines += [f"a sample (temperature {sample.temperature:g}):", "", visible_lines(sample.prompt + sample.text)]
    if result.units:
        lines += ["", "what single units keep track of:"]
        lines += [f"  unit {one.number}: {one.what} ({said_unit(one.correlation)})" for one in result.units]
    return "\n".join(lines)


def verdict(result: Writing) -> list[str]:
    """What the figures say, sentence by sentence."""
    assert result.saved.low is not None and result.saved.high is not None
    better = result.saved.low > 0
    worse = result.saved.high < 0
    counting = f"counting what follows the last {result.order - 1} characters"
    first = f"A character that it never saw costs {bits(result.bits, result.bits.value)}; {counting} costs " + bits(
        result.baseline, result.baseline.value
    )
    compared = (
        f"The net saves {result.saved.value:.3f} bits a character ({result.saved.low:.3f} to {result.saved.high:.3f})."
        if better
        else "The net is no better than counting: the baseline is enough for this text, or there is too little of it."
        if not worse
        else f"Counting is better than the net, by {-(result.saved.value or 0):.3f} bits a character: use more text."
    )
    return [
        f"{first}.",
        compared,
        f"It learned from {result.n_learned:,} of {result.n_characters:,} characters; a tenth, spread over the text, "
        "was held back and looked at once.",
    ]


def bits(figure: Figure | None, value: float | None) -> str:
    """`2.05 bits (2.03 to 2.07)`."""
    told = f"{value:.3f} bits"
    if figure is None or figure.low is None or figure.high is None:
        return told
    return f"{told} ({figure.low:.3f} to {figure.high:.3f})"


def repetition(figure: Figure) -> str:
    """How much of a sample was known by heart."""
    if not figure.value:
        return f"No run of {REPEATED} characters stands in the text word for word."
    return (
        f"{100 * figure.value:.0f} % of it stands in the text word for word, in runs of {REPEATED} characters and more."
    )


def said_unit(figure: Figure) -> str:
    """A correlation in words."""
    return f"correlation {abs(figure.value or 0):.2f}, {_range(figure)}"


def _range(figure: Figure) -> str:
    low, high = sorted((abs(figure.low or 0), abs(figure.high or 0)))
    return f"{low:.2f} to {high:.2f}"


def visible_lines(words: str) -> str:
    """A text as it stands, with nothing hidden in it but its own spaces and line ends."""
    return "\n".join(" ".join(visible(part) if part else "" for part in line.split(" ")) for line in words.split("\n"))


def coloured(along: str, values: Sequence[float]) -> Markup:
    """A text whose letters lie on the colour of a unit's value: one colour below 0, another above."""
    pieces = []
    for letter, value in zip(along, values, strict=True):
        shown = Markup("&para;") if letter == "\n" else escape(" " if letter == " " else visible(letter))
        strength = min(100, round(100 * abs(value)))
        kind = "a" if value >= 0 else "b"
        mark = Markup('<i class="{}" style="--v:{}%">{}</i>')
        pieces.append(mark.format(kind, strength, shown))
        if letter == "\n":
            pieces.append(Markup("<br>"))
    return Markup("").join(pieces)


def memory_picture(along: str, memory: NDArray[np.float32]) -> Drawing:
    """What the units that move most pass on after each character: a row a unit, a column a character."""
    shown = memory[:LETTERS]
    moving = np.argsort(-shown.std(axis=0), kind="stable")[:UNITS_SHOWN]
    order = moving[_alike(shown[:, moving])]
    letters = [" " if letter == " " else "¶" if letter == "\n" else visible(letter)[:1] for letter in along[:LETTERS]]

    def paint(axes: Axes) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        colours = LinearSegmentedColormap.from_list("memory", [SECOND, "#fdfcfa", ACCENT])
        axes.pcolormesh(shown[:, order].T, cmap=colours, vmin=-1, vmax=1, rasterized=False)
        axes.set_xticks(np.arange(len(letters)) + 0.5, letters, fontsize=11, family="monospace", color=INK)
        axes.set_yticks([])
        axes.set_ylabel(f"{len(order)} of {memory.shape[1]} units", color=SOFT)
        axes.invert_yaxis()
        axes.spines[:].set_visible(False)

    alt = f"Memory along {len(letters)} characters: {len(order)} units, from -1 (brown) to 1 (green)"
    return draw("memory", "Memory along the text", alt, (980, 420), paint)


def learning_picture(result: Writing) -> Drawing:
    """Bits a character after each epoch, on what is learned from and on what chooses the epoch."""
    epochs = [one["epoch"] for one in result.history]

    def paint(axes: Axes) -> None:
        for what, colour, label in (("train_bits", SOFT, "learned from"), ("validation_bits", ACCENT, "held back")):
            values = [one[what] for one in result.history]
            axes.plot(epochs, values, color=colour, marker="o", markersize=3, label=label)
        axes.axhline(result.baseline.value or 0, color=SECOND, linestyle="--", linewidth=1, label="counting")
        axes.set_xlabel("epoch")
        axes.set_ylabel("bits a character")
        axes.legend(frameon=False)

    alt = f"Bits a character over {len(epochs)} epochs, beside counting"
    return draw("learning", "Learning", alt, (560, 300), paint)


def _alike(values: NDArray[Any]) -> list[int]:
    """An order of columns in which each is followed by the one most like it."""
    centred = values - values.mean(axis=0)
    unit = centred / np.maximum(np.sqrt((centred**2).sum(axis=0)), 1e-9)
    close = unit.T @ unit
    order = [0]
    left = set(range(1, values.shape[1]))
    while left:
        following = max(sorted(left), key=lambda one: float(close[order[-1], one]))
        order.append(following)
        left.remove(following)
    return order
