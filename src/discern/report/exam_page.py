"""The section of a report about nonsense: each family by itself."""

from __future__ import annotations

from ..core.saying import COLUMNS, cells, share
from ..evaluate.unknown import Exam
from . import words
from .sections import Section
from .text import table
from .visible import visible

HALF = 0.5


def sections(exam: Exam) -> tuple[Section, ...]:
    """One section with a table: a family a row."""
    header = ("family", "figure", *COLUMNS)
    rows = [(one.name, name, *cells(getattr(one, name))) for one in exam.families for name in ("caught", "sure")]
    view = {"exam": exam, "sentences": sentences(exam), "share": share}
    tables = {"unknown.csv": (header, rows)} if rows else {}
    return (Section("unknown", "What it says to nonsense", "unknown.html.j2", view, tables=tables),)


def sentences(exam: Exam) -> list[str]:
    """Which kinds of nonsense it sees through, and which it does not."""
    missed = [one for one in exam.families if (one.caught.high or 0.0) < HALF]
    said = [
        f"To {visible(one.name)} it answers unknown in only {share(one.caught)} of cases: "
        "do not count on it to refuse such items."
        for one in missed
    ]
    if exam.families and not missed:
        said.append("No kind of nonsense that it was asked passes mostly as known.")
    return said + [f"{reason}." for reason in exam.reasons]


def exam_text(exam: Exam, *, width: int | None = None) -> str:
    """The exam for a terminal."""
    rows = [
        (one.name, one.caught.n, words.value("error", one.caught), words.interval("error", one.caught), one.words)
        for one in exam.families
    ]
    parts = [table(("nonsense", "items", "unknown", "95 % range", ""), rows, width=width)] if rows else []
    return "\n\n".join([*parts, *sentences(exam)])
