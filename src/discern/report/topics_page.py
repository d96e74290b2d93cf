"""Topics as one page that needs nothing else: cards, a map, coloured texts, shares by group and over time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape
from matplotlib.axes import Axes

from ..core.files import csv_text
from ..core.records import Figure
from ..evaluate.topic_cards import Breakdown, Example, Topics
from . import topics_said, words
from .drawing import INK, SOFT, Drawing, draw, label
from .pages import environment
from .topics_palette import hue
from .visible import visible

BESIDE = ("topics.html", "topics.svg", "words.csv", "names.csv", "by_group.csv", "by_time.csv")
"""What `beside` makes; the tables by group and time only where they were asked for."""
WORDS_SHOWN = 12
MAP = 500.0
"""Pixels across."""
LARGEST, BETWEEN, ROOM, ROUNDS = 0.29, 0.16, 0.46, 300
"""Of the map: the largest radius, the room between circles and beside them, and how often circles are moved apart."""
LABELLED = 14
"""With more topics the map shows ids without words."""
WIDTH, HEIGHT, MARGIN = 220.0, 64.0, 3.0
"""Of the small curves over time."""


def beside(result: Topics) -> dict[str, str]:
    """File name -> content, of all that shows the result."""
    drawn = topic_map(result)
    found = {"topics.html": page(result, drawn), "topics.svg": drawn.svg}
    rows = [(card.id, card.name, word.word, word.times, word.of) for card in result.cards for word in card.words]
    found["words.csv"] = csv_text(("topic", "name", "word", "times_in_topic", "times"), rows)
    names = [(card.id, card.name, " ".join(word.word for word in card.words[:8])) for card in result.cards]
    found["names.csv"] = csv_text(("topic", "name", "words"), names)
    for name, table in (("by_group.csv", result.group), ("by_time.csv", result.time)):
        if table is not None:
            header = ("column", "value", "texts", "topic", "share", "low", "high", "n", "method")
            found[name] = csv_text(header, _rows(table, result))
    return found


def page(result: Topics, drawn: Drawing) -> str:
    """The whole page, its figures in it."""
    view = {
        "result": result,
        "drawn": drawn,
        "verdict": topics_said.verdict(result),
        "kept": [topics_said.holds(card, result) for card in result.cards],
        "enough": topics_said.enough(result),
        "carried": topics_said.carried(result),
        "hue": hue,
        "say": topics_said,
        "coloured": coloured,
        "curve": curve,
        "bar": bar,
        "shade": shade,
        "shown": WORDS_SHOWN,
        "words": words,
        "scale": _scale(result),
        "widest": max((card.share.high or card.share.value or 0.0 for card in result.cards), default=1.0) or 1.0,
    }
    return environment().get_template("topics.html.j2").render(**view)


def coloured(example: Example) -> Markup:
    """A text with its words on the colours of their topics: escaped, what is hidden made visible."""
    found = []
    for text, topic in example.pieces:
        shown = escape(" ".join(visible(part) if part else "" for part in _spaced(text)))
        found.append(shown if topic < 0 else Markup('<mark class="w{}">{}</mark>').format(topic, shown))
    return Markup("").join(found)


def curve(table: Breakdown, topic: int) -> dict[str, str]:
    """The points of a topic's share over time, and of the band of its interval, in the small picture's own units."""
    top = max(figure.high or figure.value or 0.0 for row in table.shares for figure in row) or 1.0
    figures = [row[topic] for row in table.shares]
    xs = [MARGIN + (WIDTH - 2 * MARGIN) * i / max(1, len(figures) - 1) for i in range(len(figures))]
    line = [(x, _y(f.value, top)) for x, f in zip(xs, figures, strict=True) if f.value is not None]
    known = [(x, f) for x, f in zip(xs, figures, strict=True) if f.low is not None and f.high is not None]
    band = [(x, _y(f.high, top)) for x, f in known] + [(x, _y(f.low, top)) for x, f in reversed(known)]
    return {"line": _points(line), "band": _points(band), "top": f"{100 * top:.0f} %"}


def bar(value: float, most: float) -> str:
    """A CSS length."""
    return f"{100 * min(1.0, max(0.0, value) / max(most, 1e-12)):.1f}%"


def shade(table: Breakdown, value: int, topic: int) -> str:
    """How dark a cell of a table is, from 0 to 1: its share against the largest of the table."""
    top = max((figure.value or 0.0) for row in table.shares for figure in row) or 1.0
    return f"{(table.shares[value][topic].value or 0.0) / top:.2f}"


def topic_map(result: Topics) -> Drawing:
    """Topics as circles: the larger the share the larger the area, alike topics near each other."""
    largest = max((card.share.value or 0.0 for card in result.cards), default=1.0) or 1.0
    most = LARGEST * min(1.0, math.sqrt(LABELLED / len(result.cards)))
    radii = [most * math.sqrt(max(card.share.value or 0.0, 0.004) / largest) for card in result.cards]
    places = _apart(result.places, radii)
    left, right = (extreme(x for x, _ in places) for extreme in (min, max))
    low, high = (extreme(y for _, y in places) for extreme in (min, max))

    def paint(axes: Axes) -> None:
        from matplotlib.patches import Circle

        for i, (card, (x, y), radius) in enumerate(zip(result.cards, places, radii, strict=True)):
            axes.add_patch(Circle((x, y), radius, facecolor=hue(i), alpha=0.32, linewidth=0))
            axes.add_patch(Circle((x, y), radius, facecolor="none", edgecolor=hue(i), linewidth=1.6))
            axes.annotate(card.id, (x, y), ha="center", va="center", color=INK, fontsize=13.5, fontweight="bold")
            if len(result.cards) <= LABELLED:
                words_of = card.name or ", ".join(word.word for word in card.words[:2])
                axes.annotate(label(words_of, 22), (x, y - radius), (0, -3), textcoords="offset points", ha="center",
                              va="top", color=SOFT, fontsize=12.5)  # fmt: skip
        axes.set_xlim(left - ROOM, right + ROOM)
        axes.set_ylim(low - ROOM, high + ROOM - 0.08)
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)

    height = MAP * (high - low + 2 * ROOM) / (right - left + 2 * ROOM)
    alt = f"{words.count(len(result.cards), 'topic')} on a plane, alike ones near; a circle's area is the topic's share"
    return draw("topics", "Topics by their words", alt, (MAP, min(1.3 * MAP, max(0.4 * MAP, height))), paint)


def _apart(places: Sequence[tuple[float, float]], radii: Sequence[float]) -> list[tuple[float, float]]:
    """Places moved as little as it takes for circles, and the words below them, not to cover each other."""
    at = [(x, y) for x, y in places]
    for _ in range(ROUNDS):
        moved = False
        for i, j in itertools.combinations(range(len(at)), 2):
            dx, dy = at[j][0] - at[i][0], at[j][1] - at[i][1]
            distance = math.hypot(dx, dy)
            missing = radii[i] + radii[j] + BETWEEN - distance
            if missing > 1e-3:
                ux, uy = (dx / distance, dy / distance) if distance > 1e-9 else (math.cos(i + j), math.sin(i + j))
                at[i] = at[i][0] - ux * missing / 2, at[i][1] - uy * missing / 2
                at[j] = at[j][0] + ux * missing / 2, at[j][1] + uy * missing / 2
                moved = True
        if not moved:
            break
    return at


def _spaced(text: str) -> list[str]:
    """The parts of a text between spaces and line ends; empty parts keep the spaces at its ends."""
    parts = text.split()
    if not parts:
        return ["", ""] if text else []
    return [*([""] if text[0].isspace() else []), *parts, *([""] if text[-1].isspace() else [])]


def _y(value: float | None, top: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value or 0.0) / top


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _scale(result: Topics) -> dict[str, Any]:
    """Where coherence and stability lie on their lines, as CSS lengths: low, width, value."""
    known = [f for f in (result.coherence, result.chance) if f.value is not None]
    low = min([0.0, *(f.low if f.low is not None else f.value or 0.0 for f in known)])
    high = max([0.2, *(f.high if f.high is not None else f.value or 0.0 for f in known)])
    at = {name: _at(getattr(result, name), low, high) for name in ("coherence", "chance")}
    return {**at, **{name: _at(getattr(result, name), 0.0, 1.0) for name in ("stability", "shuffled")},
            "low": f"{low:.2f}".replace("-", "−"), "high": f"{high:.2f}"}  # fmt: skip


def _at(one: Figure, low: float, high: float) -> dict[str, str] | None:
    if one.value is None:
        return None
    begin, end = (one.value if bound is None else bound for bound in (one.low, one.high))
    share = [100 * (number - low) / (high - low) for number in (one.value, begin, end)]
    return {"value": f"{share[0]:.2f}%", "low": f"{share[1]:.2f}%", "width": f"{share[2] - share[1]:.2f}%"}


def _rows(table: Breakdown, result: Topics) -> list[tuple[object, ...]]:
    return [
        (table.column, value, table.counts[i], card.id, f.value, f.low, f.high, f.n, f.method)
        for i, value in enumerate(table.values)
        for card, f in zip(result.cards, table.shares[i], strict=True)
    ]
