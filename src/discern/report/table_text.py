"""What a table was understood as, for a terminal."""

from __future__ import annotations

from ..data.table_overview import ColumnFacts, TableOverview
from . import words
from .text import table, wrapped
from .visible import visible

COLUMNS_SHOWN = 60
IN_THE_TABLES = ("target: ", "columns to learn from: ", "set aside, ")
"""How notes begin that say what the tables say."""


def table_overview_text(found: TableOverview, *, width: int | None = None) -> str:
    """The columns with their kinds and what they hold; what is set aside; what was noticed."""
    head = f"{visible(found.name)}: {words.count(found.n_rows, 'row')}, {words.count(len(found.columns), 'column')}"
    if found.target is not None:
        head += f" to learn {visible(found.target.name)} from"
    parts = [head]
    if found.target is not None:
        parts.append(_columns("target", [found.target], found.n_rows, width))
    shown = found.columns[:COLUMNS_SHOWN]
    text = _columns("column", shown, found.n_rows, width)
    if len(found.columns) > len(shown):
        text += f"\nand {len(found.columns) - len(shown):,} more columns"
    parts.append(text)
    if found.aside:
        rows = [(name, reason) for name, reason in found.aside.items()]
        parts.append(table(("set aside", "because"), rows, width=width))
    if found.n_rejected:
        count = words.count(found.n_rejected, "row")
        parts.append(f"{count} cannot be read\n" + table(("row", "because"), found.rejected, width=width))
    notes = [note for note in found.notes if not note.startswith(IN_THE_TABLES)]
    parts.append("\n".join(wrapped(f"note: {visible(note)}", width=width) for note in notes))
    return "\n\n".join(part for part in parts if part)


def _columns(title: str, columns: tuple[ColumnFacts, ...] | list[ColumnFacts], n: int, width: int | None) -> str:
    rows = [
        (
            facts.name,
            facts.kind + (f" ({facts.form})" if facts.form else ""),
            f"{facts.missing:,} ({facts.missing / n:.0%})" if facts.missing else "",
            f"{facts.different:,}",
            _holds(facts),
        )
        for facts in columns
    ]
    return table((title, "kind", "missing", "different", "holds"), rows, width=width)


def _holds(facts: ColumnFacts) -> str:
    if facts.kind == "category":
        named = ", ".join(f"{value} ({count:,})" for value, count in facts.commonest)
        return named + (", ..." if facts.different > len(facts.commonest) else "")
    return f"{facts.low} to {facts.high}, median {facts.middle}" if facts.low else "nothing"
