"""Numbers of topics beside each other: how topics split and merge as a picture, and what is gained, in words."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from ..core.files import csv_text
from ..core.records import Figure
from ..evaluate.topic_comparison import FIGURES, TopicComparison
from . import words
from .drawing import INK, SOFT, Drawing, draw, label
from .pages import environment
from .text import table, wrapped
from .topics_palette import hue
from .topics_said import again, figure
from .visible import visible

BESIDE = ("compare.html", "compare.svg", "levels.csv", "flows.csv")
THIN = 0.004
"""Streams with a smaller share of all words are left out of the picture."""
GAP = 0.012
BAR = 0.035
FROM = 0.1
"""A topic is said to come from those that give at least this share of its words."""


def topics_compared_text(result: TopicComparison, *, width: int | None = None) -> str:
    """The comparison for a terminal."""
    rows = [
        (level.n_topics, figure(level.coherence), again(level.stability), bits(level.held_out), gain(level.gain))
        for level in result.levels
    ]
    header = ("topics", "coherence", "words again", "bits a word, texts held out", "gain on the one before")
    parts = [*(wrapped(sentence, width=width) for sentence in sentences(result)), table(header, rows, width=width)]
    for number in range(1, len(result.levels)):
        origins = result.origins(number)
        level = result.levels[number]
        rows_of = [
            (f"{number + 1}.{i + 1}", visible(level.titles[i]), _from(result, number, origins[i], level.sizes[i]))
            for i in range(level.n_topics)
        ]
        parts.append(
            table(
                (f"{level.n_topics} topics", "words", f"come from those of {result.levels[number - 1].n_topics}"),
                rows_of,
                width=width,
            )
        )
    return "\n\n".join(parts)


def sentences(result: TopicComparison) -> list[str]:
    """What is gained and what it costs."""
    said = []
    for before, level in zip(result.levels, result.levels[1:], strict=False):
        if level.gain.value is None or level.gain.low is None or level.gain.high is None:
            said.append(f"From {before.n_topics} to {level.n_topics} topics: too few texts to say what is gained.")
            continue
        foresee = (
            "foresee texts that were not learned from better" if level.gain.low > 0
            else "foresee texts that were not learned from worse" if level.gain.high < 0
            else "show no gain in foreseeing texts that were not learned from"
        )  # fmt: skip
        said.append(
            f"{level.n_topics} topics {foresee} than {before.n_topics} ({gain(level.gain)} bits a word); coherence "
            f"{figure(before.coherence)} becomes {figure(level.coherence)}; {again(before.stability)} words of ten "
            f"come again, then {again(level.stability)}."
        )
    return said


def beside(result: TopicComparison) -> dict[str, str]:
    """File name -> content."""
    drawn = alluvial(result)
    view = {"result": result, "drawn": drawn, "said": sentences(result), "words": words, "figure": figure,
            "again": again, "bits": bits, "gain": gain, "hue": hue, "origin": _from}  # fmt: skip
    levels = [
        (level.n_topics, name, f.value, f.low, f.high, f.n, f.method)
        for level in result.levels
        for name, f in ((name, getattr(level, name)) for name in FIGURES)
    ]
    flows = [
        (a.n_topics, i + 1, a.titles[i], b.n_topics, j + 1, b.titles[j], n)
        for a, b, flow in zip(result.levels, result.levels[1:], result.flows, strict=False)
        for i, row in enumerate(flow)
        for j, n in enumerate(row)
    ]
    return {
        "compare.html": environment().get_template("topics_compared.html.j2").render(**view),
        "compare.svg": drawn.svg,
        "levels.csv": csv_text(("topics", "figure", "value", "low", "high", "n", "method"), levels),
        "flows.csv": csv_text(("topics", "from", "from_words", "of_topics", "to", "to_words", "words"), flows),
    }


def alluvial(result: TopicComparison) -> Drawing:
    """Topics of each number as bars, and the words that go over from one to the next as streams between them."""
    orders = _orders(result)
    columns = len(result.levels)
    places = [_stacked(level.sizes, order) for level, order in zip(result.levels, orders, strict=True)]
    largest = max(level.n_topics for level in result.levels)
    height = max(320.0, 34.0 * largest)

    def paint(axes: Axes) -> None:
        for number, flow in enumerate(result.flows):
            _streams(axes, flow, number, orders, places, sum(result.levels[number].sizes))
        for number, level in enumerate(result.levels):
            for topic in range(level.n_topics):
                low, high = places[number][topic]
                axes.add_patch(Rectangle((number - BAR / 2, low), BAR, high - low, facecolor=hue(topic), linewidth=0))
                last = number == columns - 1
                axes.annotate(
                    label(level.titles[topic], 30), (number + (BAR if last else -BAR) * 0.75, (low + high) / 2),
                    ha="left" if last else "right", va="center", color=INK, fontsize=10,
                )  # fmt: skip
            axes.annotate(words.count(level.n_topics, "topic"), (number, 1.03), ha="center", color=SOFT, fontsize=11.5)
        axes.set_xlim(-0.62, columns - 1 + 0.62)
        axes.set_ylim(-GAP * largest - 0.02, 1.08)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)

    alt = f"How {' and '.join(str(level.n_topics) for level in result.levels)} topics go over into each other"
    return draw("compare", "How topics split and merge", alt, (330.0 * columns, height), paint)


def bits(one: Figure) -> str:
    """Bits a word: the fewer the better foreseen."""
    if one.value is None:
        return "–"
    if one.low is None or one.high is None:
        return f"{-one.value:.2f}"
    return f"{-one.value:.2f} ({-one.high:.2f} to {-one.low:.2f})"


def gain(one: Figure) -> str:
    if one.value is None or one.low is None or one.high is None:
        return ""
    return f"{one.value:+.3f} ({one.low:+.3f} to {one.high:+.3f})".replace("-", "−")


def _from(result: TopicComparison, number: int, origins: list[tuple[int, int]], size: int) -> str:
    """The topics that give most of a topic's words, with their shares of it."""
    titles = result.levels[number - 1].titles
    named = [(topic, n / max(1, size)) for topic, n in origins if n >= FROM * size] or [
        (origins[0][0], origins[0][1] / max(1, size))
    ]
    return "; ".join(f"{100 * share:.0f} % {visible(titles[topic])}" for topic, share in named)


def _orders(result: TopicComparison) -> list[list[int]]:
    """Topics of each level from top to bottom, so that streams cross little: by where their words come from."""
    orders = [list(range(result.levels[0].n_topics))]
    for flow in result.flows:
        place = {topic: position for position, topic in enumerate(orders[-1])}
        middle = [
            sum(flow[i][j] * place[i] for i in place) / max(1, sum(flow[i][j] for i in place))
            for j in range(len(flow[0]))
        ]
        orders.append(sorted(range(len(middle)), key=lambda j: (middle[j], j)))
    return orders


def _stacked(sizes: tuple[int, ...], order: list[int]) -> dict[int, tuple[float, float]]:
    """Topic -> bottom and top of its bar."""
    total, top = max(1, sum(sizes)), 1.0
    found = {}
    for topic in order:
        height = sizes[topic] / total
        found[topic] = (top - height, top)
        top -= height + GAP
    return found


def _streams(
    axes: Axes,
    flow: tuple[tuple[int, ...], ...],
    number: int,
    orders: list[list[int]],
    places: list[dict[int, tuple[float, float]]],
    total: int,
) -> None:
    left = {topic: places[number][topic][1] for topic in orders[number]}
    right = {topic: places[number + 1][topic][1] for topic in orders[number + 1]}
    x, end = number + BAR / 2, number + 1 - BAR / 2
    middle = (x + end) / 2
    colours = {}
    for i in orders[number]:
        for j in orders[number + 1]:
            height = flow[i][j] / max(1, total)
            a, b = left[i], right[j]
            left[i] -= height
            right[j] -= height
            if height >= THIN:
                colours[i, j] = (a, b, height)
    for (i, _), (a, b, height) in colours.items():
        points = [(x, a), (middle, a), (middle, b), (end, b), (end, b - height), (middle, b - height),
                  (middle, a - height), (x, a - height), (x, a)]  # fmt: skip
        codes = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4, Curve.LINETO, Curve.CURVE4, Curve.CURVE4,
                 Curve.CURVE4, Curve.CLOSEPOLY]  # fmt: skip
        axes.add_patch(PathPatch(Curve(points, codes), facecolor=hue(i), alpha=0.3, linewidth=0))
