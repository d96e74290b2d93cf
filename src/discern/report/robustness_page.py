"""How easily a model breaks: the section of the report with its curves, and in words what the model bears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..core.saying import points
from ..evaluate.robustness import TOLERATED, Curve, Robustness
from . import words
from .drawing import ACCENT, SECOND, SOFT, Drawing, draw
from .sections import Section
from .text import table, wrapped

CURVE = (330.0, 230.0)


@dataclass(frozen=True)
class Kind:
    """How a kind of distortion is spoken of."""

    title: str
    borne: str
    """What is borne up to a strength, which stands for `{}`."""
    strength: str
    """The strength by itself."""
    axis: str
    factor: float = 100.0
    none: float = 0.0
    """The strength at which nothing is changed."""

    def written(self, text: str, strength: float) -> str:
        return text.format(f"{self.factor * strength:g}")


KINDS: Mapping[str, Kind] = {
    "shift": Kind("Shift", "being moved by up to {} % of a side", "{} %", "moved by, % of a side"),
    "rotation": Kind("Rotation", "turns of up to {} degrees", "{} degrees", "turned by, degrees", 1.0),
    "scale": Kind(
        "Scale", "being made up to {} times as large or as small", "{} times", "times as large or as small", 1.0, 1.0
    ),
    "blur": Kind("Blur", "blur of up to {} % of the shorter side", "{} %", "blur, % of the shorter side"),
    "noise": Kind("Noise", "noise of up to {} % of white", "{} %", "noise, % of white"),
    "darkness": Kind("Darkness", "losing up to {} % of the light", "{} %", "light lost, %"),
    "misspelling": Kind("Misspelling", "up to {} % of its words misspelt", "{} %", "words misspelt, %"),
    "case": Kind("Case", "up to {} % of its letters in the other case", "{} %", "letters in the other case, %"),
    "missing words": Kind("Missing words", "losing up to {} % of its words", "{} %", "words left out, %"),
    "cropping": Kind("Cropping", "losing up to {} % of its height and width at two sides", "{} %", "cut away, %"),
}


def sections(record: Robustness) -> tuple[Section, ...]:
    """The section, with a curve for each kind."""
    rows: list[tuple[object, ...]] = [
        (curve.kind, point.strength, name, figure.value, figure.low, figure.high, figure.n, figure.method)
        for curve in record.curves
        for point in curve.points
        for name, figure in (("accuracy", point.accuracy), ("loss", point.loss))
    ]
    header = ("distortion", "strength", "figure", "value", "low", "high", "n", "method")
    view = {"record": record, "sentences": robustness_sentences(record), "tolerated": f"{100 * TOLERATED:g}"}
    tables = {"robustness.csv": (header, rows)} if rows else {}
    return (Section("robustness", "Robustness", "robustness.html.j2", view, drawings(record), tables),)


def robustness_sentences(record: Robustness) -> list[str]:
    """What the model bears, a sentence for each kind."""
    if record.reason:
        return [f"Not measured: {record.reason}."]
    said = [_sentence(curve) for curve in record.curves]
    if record.baseline is not None and not words.better(record.accuracy, record.baseline):
        said.append("As they are, its answers are not clearly better than guessing, so there is little to break.")
    return said


def robustness_text(record: Robustness, *, width: int | None = None) -> str:
    """The sentences, and every strength, for a terminal."""
    parts = [wrapped(sentence, width=width) for sentence in robustness_sentences(record)]
    rows = [
        (KINDS[curve.kind].title, KINDS[curve.kind].written(KINDS[curve.kind].strength, point.strength),
         words.value("accuracy", point.accuracy), words.interval("accuracy", point.accuracy), points(point.loss),
         "borne" if point.borne else "not borne" if point.lost else "unclear")
        for curve in record.curves
        for point in curve.points
    ]  # fmt: skip
    if rows:
        parts = [
            "\n".join(parts),
            table(("distortion", "strength", "right", "95 % range", "loss", ""), rows, width=width),
        ]
    return "\n\n".join(parts)


def _sentence(curve: Curve) -> str:
    kind, bears, breaks = KINDS[curve.kind], curve.bears, curve.breaks
    if breaks is None:
        assert bears is not None  # there are points, and all of them are borne
        return f"{kind.title}: bears {kind.written(kind.borne, bears.strength)}, the most that was tried."
    at, loss = kind.written(kind.strength, breaks.strength), breaks.loss
    if loss.low is not None and loss.low > 0:
        end = f"at {at} it loses {points(loss)}"
    elif loss.high is not None:
        end = f"at {at} a loss of up to {100 * loss.high:.1f} points is not ruled out"
    else:
        end = f"at {at} nothing can be said ({loss.method})"
    if bears is not None:
        return f"{kind.title}: bears {kind.written(kind.borne, bears.strength)}; {end}."
    what = "does not bear" if breaks.lost else "is not shown to bear"
    return f"{kind.title}: {what} the least that was tried; {end}."


def drawings(record: Robustness) -> tuple[Drawing, ...]:
    """How many answers stay right under each distortion."""
    return tuple(_drawing(curve, record) for curve in record.curves)


def _drawing(curve: Curve, record: Robustness) -> Drawing:
    kind = KINDS[curve.kind]
    found = [(kind.none, record.accuracy), *((point.strength, point.accuracy) for point in curve.points)]
    known = [(kind.factor * x, figure) for x, figure in found if figure.value is not None]
    xs = [x for x, _ in known]
    values = [figure.value or 0.0 for _, figure in known]
    low = [value if f.low is None else f.low for value, (_, f) in zip(values, known, strict=True)]
    high = [value if f.high is None else f.high for value, (_, f) in zip(values, known, strict=True)]

    def paint(axes: Axes) -> None:
        axes.fill_between(xs, low, high, color=ACCENT, alpha=0.14, linewidth=0)
        axes.plot(xs, values, color=ACCENT, linewidth=2, marker="o", markersize=4, clip_on=False)
        if curve.bears is not None:
            axes.axvline(kind.factor * curve.bears.strength, color=SOFT, linewidth=1, linestyle=(0, (2, 3)))
        if record.baseline is not None and record.baseline.value is not None:
            axes.axhline(record.baseline.value, color=SECOND, linewidth=1, linestyle=(0, (2, 3)))
        axes.set_ylim(0, 1)
        axes.set_xlim(left=xs[0] if xs else 0)
        axes.set_xlabel(kind.axis)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g} %"))
        axes.tick_params(axis="x", pad=7)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)

    return draw(f"robustness_{curve.kind.replace(' ', '_')}", kind.title, _sentence(curve), CURVE, paint)
