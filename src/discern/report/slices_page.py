"""Slices of the test part: their section of the report, and their text."""

from __future__ import annotations

from collections.abc import Iterator

from ..core import saying
from ..core.saying import cells, points_range
from ..evaluate.slices import Contrast, Slices
from . import words
from .differences import p_value, p_words, says, signed_points, size
from .sections import Section
from .text import table, wrapped
from .visible import shorten, visible

COLUMNS = ("share", "difference", "p")
FIGURE_COLUMNS = ("slice", "units", "figure", *saying.COLUMNS)
SHOWN = 6
"""So many differences are told in sentences; the table holds all."""
MORE, LESS = "better", "worse"


def sections(record: Slices) -> tuple[Section, ...]:
    """The section about slices."""
    rows = [("slices", facet.name, *cells) for facet in record.facets for cells in rows_of(facet.contrasts)]
    tables = {"slices.csv": (("table", "column", *FIGURE_COLUMNS), rows)} if rows else {}
    view = {"record": record, "sentences": slices_sentences(record), **FORMATS}
    return (Section("slices", "Slices", "slices.html.j2", view, (), tables),)


def slices_sentences(record: Slices) -> list[str]:
    """What is shown, the clearest first; that nothing is shown; and what cannot be compared."""
    shown = [(facet.name, one) for facet in record.facets for one in facet.contrasts if one.shown]
    shown.sort(key=lambda pair: (pair[1].p.value or 0.0, pair[0], pair[1].value))
    said = [
        f"{_capital(name)} {quoted(one.value)}: {words.value('accuracy', one.share)} right, {size(one.difference)} "
        f"{'more' if (one.difference.value or 0.0) > 0 else 'less'} than all others (p {p_words(one.p)})."
        for name, one in shown[:SHOWN]
    ]
    said += [f"{len(shown) - SHOWN} more differences are shown in the tables."] if len(shown) > SHOWN else []
    if not shown and record.n_tests:
        said.append(f"No difference is shown between any of the {words.count(record.n_tests, 'slice')} tested.")
    elif not shown:
        said.append("No slice could be tested.")
    return said + [f"{_capital(facet.name)}: {facet.reason}." for facet in record.facets if facet.reason]


def slices_text(record: Slices, *, width: int | None = None) -> str:
    """Slices for a terminal."""
    parts = [wrapped(visible(sentence), width=width) for sentence in slices_sentences(record)]
    for facet in record.facets:
        if facet.contrasts:
            rows = [
                (one.value, one.share.n, words.value("accuracy", one.share), words.interval("accuracy", one.share),
                 signed_points(one.difference), points_range(one.difference), p_value(one.p), says(one, MORE, LESS))
                for one in facet.contrasts
            ]  # fmt: skip
            header = (facet.name, "items", "right", "95 % range", "to others", "95 % range", "p", "")
            parts.append(table(header, rows, width=width))
    return "\n\n".join(parts)


def rows_of(found: tuple[Contrast, ...]) -> Iterator[tuple[object, ...]]:
    for one in found:
        for name in COLUMNS:
            yield (one.value, one.n_units, name, *cells(getattr(one, name)))


def quoted(text: str) -> str:
    return f"“{shorten(visible(text), 40)}”"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


FORMATS = {"signed": signed_points, "range": points_range, "p": p_value, "says": says}
