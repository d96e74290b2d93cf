"""Counts as text for a terminal: what is overall, then a line an area, and what may be said of them."""

from __future__ import annotations

from ..core.records import Figure
from ..evaluate.counts import FALSE_DISCOVERIES, Counts, Row
from .text import table
from .visible import visible

ROWS_SHOWN = 60
MOST_SHOWN = 25


def counts_text(counts: Counts) -> str:
    """The shares of a label by the values of a column, corrected, with what stands out and what could not show."""
    c, label = counts, visible(counts.label)
    by_chance = f"at most {100 * FALSE_DISCOVERIES:.0f} % of these are expected to be there by chance"
    parts = [
        f"{label}: {percent(c.overall)} of {c.n:,} items; the classifier alone says {percent(c.counted)}\n"
        f"in the labelled sample: {visible(c.score)} is {percent(c.found)} where the label is ({c.found.n:,} items), "
        f"{percent(c.false)} where it is not ({c.false.n:,})",
    ]
    rows, cut = c.rows, ""
    if len(rows) > ROWS_SHOWN:
        rows = tuple(sorted(rows, key=lambda row: (not row.hot, -(row.share.value or 0), row.name))[:MOST_SHOWN])
        cut = f"\n... and {len(c.rows) - len(rows):,} more; -o writes them all"
    header = (visible(c.by), "items", "share", "95 % interval", "classifier says", "")
    parts.append(table(header, [_row(row, c) for row in rows]) + cut)
    said = []
    if c.hot:
        said.append(f"above all others: {_names(c.hot)} ({by_chance})")
    else:
        said.append(f"no {visible(c.by)} is above all others beyond chance")
    silent = tuple(row for row in c.rows if not row.could_show)
    if silent:
        said.append(f"too few items to show even {c.rise:g} times the overall share: {_names(silent)}")
    if c.n_unplaced:
        said.append(f"{c.n_unplaced:,} items have no {visible(c.by)}; they count in the overall share alone")
    if c.group_effect.value is not None and c.group_effect.value > 1:
        said.append(f"items of a group are alike: {c.group_effect.value:.2f} of them count as one")
    said += [visible(note) for note in c.notes]
    said.append("this holds while items with the label look as they do in the labelled sample, however many there are")
    return "\n\n".join(parts) + "\n\n" + "\n".join(f"- {one}" for one in said)


def percent(figure: Figure, *, interval: bool = True) -> str:
    """A share in percent, with its interval in brackets."""
    if figure.value is None:
        return figure.method
    shown = f"{100 * figure.value:.1f} %"
    if not interval or figure.low is None or figure.high is None:
        return shown
    return f"{shown} ({span(figure)})"


def span(figure: Figure) -> str:
    """The interval of a share, in percent."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{100 * figure.low:.1f} to {100 * figure.high:.1f}"


def standing(row: Row, counts: Counts) -> str:
    """What may be said of a row, in a word or two."""
    if row.hot:
        return "above the others"
    return "" if row.could_show else "too few to tell"


def _row(row: Row, counts: Counts) -> tuple[object, ...]:
    share, counted = percent(row.share, interval=False), percent(row.counted, interval=False)
    return row.name, f"{row.n:,}", share, span(row.share), counted, standing(row, counts)


def _names(rows: tuple[Row, ...], most: int = 12) -> str:
    named = ", ".join(visible(row.name) for row in rows[:most])
    return named + (f" and {len(rows) - most:,} more" if len(rows) > most else "")
