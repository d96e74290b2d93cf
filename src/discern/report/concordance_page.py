"""A concordance as one HTML page that needs nothing else: matches below each other, every text escaped."""

from __future__ import annotations

from pathlib import Path

from ..core import files
from ..text.concordance import Concordance
from . import words
from .corpus_text import place
from .pages import environment

LINES_OF_A_PAGE = 5_000
"""At most; a table holds all."""
FORMS_NAMED = 20


def write_concordance_page(path: Path, record: Concordance) -> None:
    """Write the page to `path`; the same concordance gives the same bytes. Raises OutputError."""
    files.write_text(path, concordance_page(record))


def concordance_page(record: Concordance) -> str:
    """The whole page: no script, no outside address."""
    lines = record.lines[:LINES_OF_A_PAGE]
    under = f"{words.count(record.n_found, 'place')} in {record.n_texts:,} of {words.count(record.of_texts, 'text')}"
    order = "by " + ", then ".join(_said(name) for name in record.sort) if record.sort else "in the order of the texts"
    return (
        environment()
        .get_template("concordance.html.j2")
        .render(
            query=record.query,
            under=f"{under}, {words.count(record.n_tokens, 'word')}",
            shown=f"{words.count(len(lines), 'line')} of {record.n_found:,}, {order}.",
            forms=record.matched[:FORMS_NAMED] if len(record.matched) > 1 else (),
            more=max(0, len(record.matched) - FORMS_NAMED),
            lines=[(place(one.item, one.line), one.left.strip(), one.match, one.right.strip()) for one in lines],
        )
    )


def _said(name: str) -> str:
    """A place that lines are sorted by, in words."""
    if name == "0":
        return "the match"
    side = "before" if name[1] == "L" else "after"
    return f"the word {side} it" if name[0] == "1" else f"the word {name[0]} places {side} it"
