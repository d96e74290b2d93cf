"""Error rates between groups of people: their section of the report, and their text."""

from __future__ import annotations

from collections.abc import Iterator

from ..evaluate.fairness import RATES, Attribute, Fairness
from . import words
from .differences import p_value, p_words, size
from .sections import Section
from .slices_page import FIGURE_COLUMNS, FORMATS, SHOWN, quoted, rows_of
from .text import table, wrapped
from .visible import visible

RATE_NAMES = {
    "selection_rate": "Given this label",
    "false_negative_rate": "Missed: of those that are it",
    "false_positive_rate": "False alarm: of those that are not",
}


def sections(record: Fairness) -> tuple[Section, ...]:
    """The section about groups of people."""
    rows = [
        (one.column, entry.label, name, *cells)
        for one in record.attributes
        for entry in one.labels
        for name in RATES
        for cells in rows_of(entry.rates[name])
    ]
    tables = {"fairness.csv": (("column", "label", "rate", *FIGURE_COLUMNS), rows)} if rows else {}
    view = {"record": record, "sentences": fairness_sentences(record), "names": RATE_NAMES, **FORMATS}
    return (Section("fairness", "Fairness", "fairness.html.j2", view, (), tables),)


def fairness_sentences(record: Fairness) -> list[str]:
    """What is guessed about the columns, and which differences are shown."""
    said = []
    for one in record.attributes:
        said.append(f"The column {quoted(one.column)} may describe people ({one.what}); this is guessed from its name.")
        if one.reason:
            said.append(f"{quoted(one.column)}: {one.reason}, so nothing can be compared.")
            continue
        shown = list(_differences(one))
        said += shown[:SHOWN]
        said += [f"{len(shown) - SHOWN} more differences are shown in the tables."] if len(shown) > SHOWN else []
        if not shown:
            tested = any(c.p.value is not None for entry in one.labels for name in RATES for c in entry.rates[name])
            said.append(
                f"No difference between the groups of {quoted(one.column)} is shown, which does not prove it equal."
                if tested
                else f"The groups of {quoted(one.column)} hold too few items to compare error rates."
            )
    return said


def fairness_text(record: Fairness, *, width: int | None = None) -> str:
    """Error rates between groups for a terminal."""
    parts = [wrapped(visible(sentence), width=width) for sentence in fairness_sentences(record)]
    for one in record.attributes:
        rows = [
            (entry.label, contrast.value, RATE_NAMES[name].partition(":")[0].lower(), contrast.share.n,
             words.value("error", contrast.share), words.interval("error", contrast.share), p_value(contrast.p))
            for entry in one.labels
            for name in RATES
            for contrast in entry.rates[name]
        ]  # fmt: skip
        if rows:
            parts.append(table(("label", one.column, "", "items", "rate", "95 % range", "p"), rows, width=width))
    return "\n\n".join(parts)


def _differences(one: Attribute) -> Iterator[str]:
    verbs = {
        "selection_rate": "is answered for",
        "false_negative_rate": "is missed for",
        "false_positive_rate": "is a false alarm for",
    }
    for entry in one.labels:
        for name in RATES:
            for contrast in entry.rates[name]:
                if contrast.shown:
                    way = "more" if (contrast.difference.value or 0.0) > 0 else "less"
                    yield (
                        f"{quoted(entry.label)} {verbs[name]} {quoted(one.column)} {quoted(contrast.value)} in "
                        f"{words.value('error', contrast.share)}, {size(contrast.difference)} {way} than for all "
                        f"others (p {p_words(contrast.p)})."
                    )
