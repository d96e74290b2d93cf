"""Figures of what matters and how: importance, dependence, bends, coefficients, residuals, the parts of one answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..explain.coefficients import Coefficient
from ..explain.contributions import Contributions
from ..explain.dependence import Dependence
from ..explain.permutation import Importance
from ..explain.residuals import Leftovers
from ..explain.straightness import TURNS, Effect
from ..explain.table import TableExplanation
from .drawing import ACCENT, BAD, INK, RULE, SECOND, SOFT, Drawing, draw, label
from .explain_said import name, signed
from .line_words import number

WIDE, BAR, FRAME = 560.0, 25.0, 62.0
PANEL = (330.0, 236.0)
BARS = 20
LONG = 24


def drawings(found: TableExplanation) -> dict[str, Drawing]:
    """Name -> figure, of all that there is to draw."""
    drawn: list[Drawing] = []
    if found.importances is not None and found.importances.columns:
        drawn.append(importance(found.importances.columns[:BARS], found.task))
    ends = _ends(found.dependence)
    drawn += [panel(place, one, found, ends) for place, one in enumerate(found.dependence) if one.curves]
    bent = [one for one in found.straightness.effects if one.at and one.verdict not in ("straight", "not shown")]
    drawn += [bend(place, one, found) for place, one in enumerate(bent)]
    rows = [row for row in found.coefficients.rows if row.column and row.scaled.value is not None]
    if rows:
        rows.sort(key=lambda row: -abs(row.scaled.value or 0.0))
        drawn.append(coefficients(rows[:BARS], found))
    if found.leftovers is not None and len(found.leftovers.points) > 2:
        drawn.append(residuals(found.leftovers, found.target))
    return {one.name: one for one in drawn}


def importance(rows: Sequence[Importance], task: str) -> Drawing:
    """What exchanging each column costs, with its interval."""
    scale = 100.0 if task == "regression" else 1.0

    def paint(axes: Axes) -> None:
        for place, one in enumerate(rows):
            colour = ACCENT if one.shown else SOFT
            value = scale * (one.loss.value or 0.0)
            if one.loss.low is not None and one.loss.high is not None:
                axes.plot([scale * one.loss.low, scale * one.loss.high], [place, place], color=colour, linewidth=5,
                          alpha=0.35)  # fmt: skip
            axes.plot([value], [place], "o", color=colour, markersize=7)
        _rows(axes, [one.columns[0] for one in rows])
        axes.axvline(0, color=INK, linewidth=1)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        unit = "% of the differences lost" if task == "regression" else "squared error of the probabilities added"
        axes.set_xlabel(f"when a column is exchanged: {unit}")

    most = rows[0]
    alt = f"{len(rows)} columns; exchanging {name(most.columns[0])} costs most; grey: not shown to matter"
    return draw("importance", "What the model leans on", alt, (WIDE, FRAME + BAR * len(rows)), paint)


def _ends(found: Sequence[Dependence]) -> tuple[float, float]:
    """One axis of answers for all columns, so that what changes little looks so."""
    values = [
        np.array([figure.value or 0.0 for figure in curve.mean]).mean() + np.array(side)
        for one in found for curve in one.curves for side in (curve.low, curve.high)
    ]  # fmt: skip
    if not values:
        return 0.0, 1.0
    low, high = float(np.concatenate(values).min()), float(np.concatenate(values).max())
    room = 0.08 * (high - low) or 1.0
    return low - 1.5 * room, high + room


def panel(place: int, one: Dependence, found: TableExplanation, ends: tuple[float, float]) -> Drawing:
    """The mean answer against one column, with the lines of some rows and where the data lie."""

    def paint(axes: Axes) -> None:
        at = np.arange(len(one.at)) if one.names else np.array(one.at)
        colours = (ACCENT, SECOND, BAD, SOFT, INK, RULE)
        alone = len(one.curves) == 1
        for curve, colour in zip(one.curves, colours, strict=False):
            mean = np.array([figure.value or 0.0 for figure in curve.mean])
            centre = mean.mean()
            if alone and not one.names:
                for line in curve.lines:
                    axes.plot(at, np.array(line) - np.mean(line) + centre, color=SOFT, linewidth=0.6, alpha=0.35)
            low, high = np.array(curve.low) + centre, np.array(curve.high) + centre
            if one.names:
                axes.vlines(at, low, high, color=colour, linewidth=5, alpha=0.3)
                axes.plot(at, mean, "o", color=colour, markersize=6, label=label(curve.answer))
            else:
                if alone:
                    axes.fill_between(at, low, high, color=colour, alpha=0.16, linewidth=0)
                axes.plot(at, mean, color=colour, linewidth=2.4, label=label(curve.answer))
        if one.names:
            axes.set_xticks(at, [label(text, 12) for text in one.names], rotation=30 if len(one.names) > 4 else 0)
            axes.set_xlim(-0.6, len(at) - 0.4)
        else:
            _where(axes, np.repeat(at, np.minimum(one.rows, 40)), one.kind == "date")
        axes.set_ylim(*ends)
        axes.set_xlabel(label(one.column, 40))
        axes.set_ylabel(label(found.target if found.task == "regression" else _chance(one), 28))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        if not alone:
            axes.legend(frameon=False, fontsize=10)

    span = max(one.curves, key=lambda curve: curve.span)
    values = [figure.value or 0.0 for figure in span.mean]
    alt = f"The mean answer goes from {number(min(values))} to {number(max(values))} with {name(one.column)}"
    return draw(f"dependence_{place + 1}_{_file(one.column)}", label(one.column, 48), alt, PANEL, paint)


def bend(place: int, one: Effect, found: TableExplanation) -> Drawing:
    """The curve of a column that bends, in the data, with its band and where it turns."""

    def paint(axes: Axes) -> None:
        axes.axhline(0, color=RULE, linewidth=1)
        axes.fill_between(one.at, one.low, one.high, color=ACCENT, alpha=0.18, linewidth=0)
        axes.plot(one.at, one.curve, color=ACCENT, linewidth=2.4)
        if one.verdict == TURNS and one.turn.low is not None and one.turn.high is not None:
            axes.axvspan(one.turn.low, one.turn.high, color=SECOND, alpha=0.18, linewidth=0)
            axes.axvline(one.turn.value or 0.0, color=SECOND, linewidth=1.6)
        axes.set_xlabel(label(one.column, 40))
        what = found.target if found.task == "regression" else f"log-odds of {found.straightness.answer}"
        axes.set_ylabel(f"{label(what, 22)}, to its mean")
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_locator(MaxNLocator(6))

    turned = f", turning at {number(one.turn.value)}" if one.verdict == TURNS else ""
    alt = f"The effect of {name(one.column)} in the data with all other columns held fixed{turned}"
    return draw(f"bend_{place + 1}_{_file(one.column)}", f"{label(one.column, 40)} {one.verdict}", alt, PANEL, paint)


def coefficients(rows: Sequence[Coefficient], found: TableExplanation) -> Drawing:
    """What one standard deviation of each column changes."""

    def paint(axes: Axes) -> None:
        for place, row in enumerate(rows):
            colour = ACCENT if row.shown else SOFT
            if row.scaled.low is not None and row.scaled.high is not None:
                axes.plot([row.scaled.low, row.scaled.high], [place, place], color=colour, linewidth=5, alpha=0.35)
            axes.plot([row.scaled.value or 0.0], [place], "o", color=colour, markersize=7)
        _rows(axes, [row.term + (f" ({row.answer})" if row.answer else "") for row in rows])
        axes.axvline(0, color=INK, linewidth=1)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        what = label(found.target, 24) if found.task == "regression" else "the log-odds"
        axes.set_xlabel(f"what one standard deviation more changes in {what}")

    alt = f"{len(rows)} coefficients; the largest is that of {name(rows[0].term)}; grey: not shown"
    return draw("coefficients", "What one standard deviation changes", alt, (WIDE, FRAME + BAR * len(rows)), paint)


def residuals(found: Leftovers, target: str) -> Drawing:
    """What is left over against the answer."""
    answers, left = np.array(found.points).T

    def paint(axes: Axes) -> None:
        axes.axhline(0, color=INK, linewidth=1)
        axes.plot(answers, left, "o", color=ACCENT, markersize=3.5 if len(left) > 200 else 5, alpha=0.5, mew=0)
        axes.set_xlabel(f"the model's answer for {label(target, 24)}")
        axes.set_ylabel("truth less answer")
        axes.grid(axis="y")
        axes.set_axisbelow(True)

    alt = (
        f"Residuals of {len(left):,} rows against the answer; their standard deviation is {number(found.spread.value)}"
    )
    return draw("residuals", "What is left over, on rows held back from learning", alt, (WIDE, 270.0), paint)


def parts(found: Contributions) -> Drawing:
    """From the mean answer to this one, a step a column."""
    told = list(found.parts[: BARS - 1])
    steps = [(f"{label(part.column, LONG)} = {label(part.value, 14)}", part.adds.value or 0.0) for part in told]
    rest = sum(part.adds.value or 0.0 for part in found.parts[BARS - 1 :])
    if len(found.parts) > len(told):
        steps.append((f"{len(found.parts) - len(told)} other columns", rest))
    start = found.base.value or 0.0

    def paint(axes: Axes) -> None:
        now = start
        for place, (_, step) in enumerate(steps):
            colour = ACCENT if step >= 0 else SECOND
            axes.barh(place, step, left=now, height=0.62, color=colour)
            axes.plot([now + step] * 2, [place - 0.31, min(place + 1.31, len(steps) - 0.5)], color=SOFT, linewidth=0.8)
            end = now + step
            axes.annotate(signed(step), (end, place), (5 if step >= 0 else -5, 0), textcoords="offset points",
                          ha="left" if step >= 0 else "right", va="center", color=SOFT, fontsize=11)  # fmt: skip
            now = end
        axes.set_yticks(range(len(steps)), [words for words, _ in steps])
        axes.invert_yaxis()
        axes.spines["left"].set_visible(False)
        axes.axvline(start, color=INK, linewidth=1)
        axes.use_sticky_edges = False
        axes.margins(x=0.16)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        what = f"probability of {label(found.answer)}" if found.answer else label(found.target, 30)
        axes.set_xlabel(f"{what}: from the mean answer (line) to this one")

    value = number(found.prediction.value)
    alt = f"From {number(found.base.value)}, the mean answer, to {value}, in {len(steps)} steps"
    return draw("parts", f"Why {label(found.item, 30)}", alt, (WIDE, FRAME + BAR * len(steps)), paint)


def _rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [label(text, LONG) for text in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_axisbelow(True)


def _where(axes: Axes, at: np.ndarray, dates: bool) -> None:
    """Small strokes above the axis where rows lie."""
    above = axes.get_xaxis_transform()
    axes.plot(at, np.full(len(at), 0.03), "|", color=SOFT, markersize=7, alpha=0.5, transform=above, clip_on=False)
    axes.xaxis.set_major_locator(MaxNLocator(4 if dates else 5))
    if dates:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _: str(np.datetime64(int(day), "D"))))


def _chance(one: Dependence) -> str:
    return f"probability of {one.curves[0].answer}" if len(one.curves) == 1 else "probability"


def _file(text: str) -> str:
    """A column's name as a part of a file's."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:24] or "column"
