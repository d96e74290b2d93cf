"""Records as plain text for a terminal or a file: columns that line up, nothing that moves a cursor, no colour."""

from __future__ import annotations

import re
import shutil
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from ..core.records import ITEMS_NAMED, Figure, Finding, Findings
from ..evaluate.evaluation import Evaluation
from ..evaluate.recorded import Measured
from . import words
from .visible import visible

GAP = 2
NARROWEST = 8
"""A column of text is not made narrower than this."""
CLASSES_SHOWN = 30
WEAKEST_SHOWN = 10
NUMBER = re.compile(r"[-+−]?[\d,]*\.?\d+(e[-+]?\d+)?( %)?|–|")
FIGURE = re.compile(
    r"(?=.*\d)(R2 )?([-+−–±<>=%().:/\d]|,(?=\d| median)|(?<=\d)[eTZ](?![a-z])|\b(to|of|x|points|median)\b| )+"
)
"""A number, a share, a range, a time or a size: `99.6 % (99.3 to 99.9 %)`."""
PART = re.compile(r"(?<=,) | (?=\()")
"""Where a list may end: after a comma, or before a bracket."""


def table(header: Sequence[str], rows: Sequence[Sequence[object]], *, width: int | None = None) -> str:
    """Rows under a header, in columns: numbers to the right, the first column to the left.

    Long texts are cut so that lines fit into `width` columns (default: COLUMNS, or the terminal's; without a terminal
    nothing is cut). A figure never is: where those alone are too wide, lines are longer. Nothing in them stays hidden.
    """
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    right = [column > 0 and all(NUMBER.fullmatch(row[column]) for row in cells) for column in range(len(header))]
    sizes = [max(map(wide, [header[column], *(row[column] for row in cells)])) for column in range(len(header))]
    room = width or shutil.get_terminal_size((0, 0)).columns
    if room:
        least = [_least(size, [row[column] for row in cells]) for column, size in enumerate(sizes)]
        _shrink(sizes, least, room - GAP * (len(sizes) - 1))
    lines = [[str(name) for name in header], ["-" * size for size in sizes], *cells]
    return "\n".join(
        (" " * GAP)
        .join(_fit(cell, size, right[i]) for i, (cell, size) in enumerate(zip(line, sizes, strict=True)))
        .rstrip()
        for line in lines
    )


def evaluation_text(evaluation: Evaluation, *, width: int | None = None) -> str:
    """How well a model does: the accuracy against the baseline, every figure, every class, and the notes."""
    e = evaluation
    accuracy, base = e.figures["accuracy"], e.baseline_figures["accuracy"]
    parts = [
        f"{figure_text('accuracy', accuracy)} right on {words.items(e.kind, e.n_items)}\n"
        f"baseline: {figure_text('accuracy', base)}, {words.baseline(e.baseline_name)}",
        figures_text(e, width=width),
        *([targets_text(e, width=width)] if e.targets else []),
        classes_text(e, width=width),
    ]
    parts += [wrapped(f"note: {visible(note)}", width=width) for note in e.notes]
    return "\n\n".join(parts)


def figures_text(measured: Measured, *, width: int | None = None) -> str:
    """Every figure beside the baseline's, each with its range."""
    rows = [
        (words.NAMES[name], *_pair(name, figure), *_pair(name, measured.baseline_figures[name]))
        for name, figure in measured.figures.items()
    ]
    return table(("figure", "this model", "95 % range", "baseline", "95 % range"), rows, width=width)


def targets_text(evaluation: Evaluation, *, width: int | None = None) -> str:
    """The accuracy of each target by itself, and of all together, beside the baseline."""
    rows = [
        (name, *_pair("accuracy", e.figures["accuracy"]), *_pair("accuracy", e.baseline_figures["accuracy"]))
        for name, e in evaluation.each()
    ]
    return table(("target", "right", "95 % range", "baseline", "95 % range"), rows, width=width)


def classes_text(evaluation: Evaluation, *, width: int | None = None) -> str:
    """Every class, or the weakest ones when there are many."""
    entries = list(evaluation.per_class)
    heading = ""
    if len(entries) > CLASSES_SHOWN:
        entries = sorted(entries, key=words.by_f1)[:WEAKEST_SHOWN]
        heading = f"the {len(entries)} weakest of {len(evaluation.per_class)} classes\n"
    rows = [
        (entry.label, entry.n, *_pair("recall", entry.recall), *_pair("precision", entry.precision))
        for entry in entries
    ]
    return heading + table(
        ("class", "items", "found", "95 % range", "right when named", "95 % range"), rows, width=width
    )


def findings_text(findings: Findings, *, width: int | None = None) -> str:
    """An audit: the facts, each finding with what to do, and what every other check came to."""
    parts = []
    if findings.facts:
        parts.append("\n".join(_facts(findings.facts, width)))
    checks = words.count(len(findings.checks), "check")
    found = words.count(len(findings), "finding") if len(findings) else "nothing found"
    parts.append(f"{found} in {checks}")
    parts += [finding_text(finding, width=width) for finding in findings]
    others = [check for check in findings.checks if check.status in ("skipped", "not applicable")]
    if others:
        parts.append(
            "\n".join(wrapped(f"{check.status}: {check.name} ({check.reason})", width=width) for check in others)
        )
    return "\n\n".join(parts)


def finding_text(finding: Finding, *, width: int | None = None) -> str:
    """One finding: how bad, what, what to do, and the items."""
    lines = [
        f"{finding.severity.upper()}  {finding.code}  {visible(finding.title)} ({words.count(finding.count, 'item')})"
    ]
    if finding.detail:
        lines.append(wrapped(visible(finding.detail), width=width, indent="    "))
    lines.append(wrapped(f"what to do: {visible(finding.what_to_do)}", width=width, indent="    "))
    shown = finding.items[:ITEMS_NAMED]
    lines += [f"      {visible(item)}" for item in shown]
    if shown and finding.count > len(shown):
        lines.append(f"      and {finding.count - len(shown):,} more")
    return "\n".join(lines)


def wrapped(text: str, *, width: int | None = None, indent: str = "") -> str:
    """`text` in lines of at most `width` columns; long names are not broken."""
    return textwrap.fill(
        text,
        max(20, width or terminal_width()),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def terminal_width() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def wide(text: str) -> int:
    """Columns that a terminal gives to `text`: two for wide letters, none for marks that sit on others."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _least(size: int, cells: Sequence[str]) -> int:
    """How narrow a column of `size` may become: no figure in it is cut, and no heading of figures alone."""
    figures = [cell for cell in cells if NUMBER.fullmatch(cell) or FIGURE.fullmatch(cell)]
    return size if len(figures) == len(cells) else max([NARROWEST, *map(wide, figures)])


def _shrink(sizes: list[int], least: list[int], room: int) -> None:
    """Take columns in, the widest first, until all fit into `room` or none can give more."""
    while sum(sizes) > room:
        loose = [i for i, size in enumerate(sizes) if size > least[i]]
        if not loose:
            return
        widest = max(loose, key=lambda i: sizes[i])
        others = [sizes[i] for i in loose if i != widest]
        target = max(
            [least[widest], sizes[widest] - (sum(sizes) - room), *(size - 1 for size in others if size < sizes[widest])]
        )
        sizes[widest] = min(target, sizes[widest] - 1)


def _fit(cell: str, size: int, right: bool) -> str:
    """`cell` in exactly `size` columns; when it is longer, a list is cut at its end, a name in the middle."""
    if wide(cell) > size:
        cell = _beginning(cell, size) if PART.search(cell) else _ends(cell, size)
    padding = " " * (size - wide(cell))
    return padding + cell if right else cell + padding


def _beginning(cell: str, size: int) -> str:
    """The parts of a list that fit; of the first one its words; of the first word its letters."""
    kept = _cut(cell, size - 2)
    whole = [part.start() for part in PART.finditer(cell) if part.start() <= len(kept)]
    end = whole[-1] if whole else kept.rfind(" ")
    return f"{cell[:end]} …" if end > 0 else f"{_cut(cell, size - 1)}…"


def _ends(cell: str, size: int) -> str:
    head, tail = (size - 1) * 2 // 3, size - 1 - (size - 1) * 2 // 3
    return f"{_cut(cell, head)}…{_cut(cell[::-1], tail)[::-1]}"


def _cut(text: str, columns: int) -> str:
    kept, used = "", 0
    for character in text:
        used += _columns(character)
        if used > columns:
            break
        kept += character
    return kept


def _pair(name: str, figure: Figure) -> tuple[str, str]:
    return words.value(name, figure), words.interval(name, figure)


def figure_text(name: str, figure: Figure) -> str:
    """The value of a figure with its range: `95.2 % (92.0 to 97.2 %)`."""
    value, interval = _pair(name, figure)
    return f"{value} ({interval})" if interval else value


def _facts(facts: Mapping[str, object], width: int | None) -> Iterator[str]:
    for name, value in facts.items():
        if name == "notes" and isinstance(value, (list, tuple)):
            yield from (wrapped(f"note: {visible(str(one))}", width=width) for one in value)
            continue
        if isinstance(value, Mapping):
            shown = ", ".join(f"{key} {_number(count)}" for key, count in value.items())
        elif isinstance(value, (list, tuple)):
            shown = ", ".join(map(_number, value))
        else:
            shown = _number(value)
        yield wrapped(f"{name.replace('_', ' ')}: {visible(shown)}", width=width)


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}" if isinstance(value, float) else str(value)
