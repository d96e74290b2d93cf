"""A redaction as a page and as text: how much stayed, how far notes can still be told apart, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from ..core import files
from ..core.records import Figure
from ..core.saying import percent
from ..text.redaction import Redaction
from ..text.risk import Floor
from ..text.suggest import Suggestion
from . import words
from .drawing import ACCENT, SECOND, SOFT, Drawing, draw
from .pages import environment

MANY, SOME = 0.2, 0.01
"""From these shares of notes that two words single out: most would be found; a few would."""
FIRST_WORDS = 5
WORTH = 0.8
"""Hiding the first words is worth saying where at most this share of the risk is left."""
HIDDEN = {
    "NAME": "names, by lists and capitals",
    "PHONE": "telephone numbers",
    "PLATE": "number plates",
    "POSTCODE": "postcodes",
    "EMAIL": "e-mail addresses",
    "URL": "web addresses",
    "DATE": "dates",
    "TIME": "times of day",
    "MONEY": "sums of money",
    "NUMBER": "other numbers, and words with digits",
    "WORD": "words that are not on the list",
}


def write_redact_page(path: Path, found: Redaction) -> None:
    """Write the page to `path`; the same result gives the same bytes. Raises OutputError."""
    files.write_text(path, redact_page(found))


def redact_page(found: Redaction) -> str:
    """The whole page: no script, no outside address, no hidden word."""
    return (
        environment()
        .get_template("redact.html.j2")
        .render(
            found=found,
            risk=found.risk,
            verdict=verdict(found),
            hidden=[(name, HIDDEN[name], count) for name, count in found.hidden.items() if count],
            measures=measures(found),
            share=share,
            drawings=[one for one in (coverage_drawing(found), stricter_drawing(found)) if one is not None],
            next_steps=next_steps(found),
        )
    )


def share(figure: Figure) -> str:
    return "–" if figure.value is None else percent(figure.value, figure.n)


def count_of(figure: Figure) -> str:
    """`1,616 of 2,000 notes (80.8 %)`."""
    if figure.value is None:
        return "none"
    return f"{round(figure.value * figure.n):,} of {words.count(figure.n, 'note')} ({share(figure)})"


def verdict(found: Redaction) -> list[str]:
    """In sentences: what is still risky, first of all."""
    risk = found.risk
    if not found.n_texts:
        return ["There are no notes."]
    pairs, alone = risk.pairs.value or 0.0, risk.words.value or 0.0
    if pairs >= MANY:
        first = "High risk remains: this is not anonymous."
    elif pairs >= SOME or alone > 0:
        first = "Some risk remains."
    else:
        first = "Little risk remains from two words that somebody may know; the whole note may still be recognised."
    said = [first]
    if pairs > 0:
        said.append(
            f"Two kept words single out {count_of(risk.pairs)}: who knows two such details of a case finds its note."
        )
    else:
        said.append("No two kept words single out a note.")
    if alone > 0:
        said.append(f"One kept word alone singles out {count_of(risk.words)}.")
    said.append(f"All kept words together: {count_of(risk.unique_sets)} are like no other.")
    return said


def measures(found: Redaction) -> list[tuple[str, str, Figure]]:
    """What is known of a note, what that means, and the share of notes it singles out."""
    risk = found.risk
    rows = [
        ("One kept word", "it stands in this note alone", risk.words),
        ("Two kept words", "they stand together in this note alone, in any order", risk.pairs),
        ("All its kept words", "the set of them is that of no other note", risk.unique_sets),
        ("The redacted note itself", "letter by letter, with its marks and punctuation", risk.unique_texts),
    ]
    if found.columns.unique is not None:
        kept = ", ".join(found.columns.kept)
        rows.append(
            ("The columns kept beside it", f"{kept}: their values are those of no other note", found.columns.unique)
        )
    return rows


def next_steps(found: Redaction) -> list[str]:
    """What to do, in the order in which it helps."""
    risk, steps = found.risk, []
    if risk.rare_words:
        these = words.count(risk.rare_words, "kept word stands", "kept words stand")
        steps.append(
            f"{these} in at most {risk.k} notes: take them off the list unless they say nothing about a person."
        )
    better = stricter(found)
    if better is not None:
        steps.append(
            f"Keep only words of more than {better.k} notes (--suggest with --k {better.k}; where authors are counted, "
            f"set --k-authors too): two words then single out {share(better.pairs)} of the notes, and "
            f"{share(better.kept)} of the words stay."
        )
    some = risk.causes[:FIRST_WORDS]
    if some and (some[-1].left.value or 0.0) <= WORTH * (risk.pairs.value or 0.0):
        names = ", ".join(one.word for one in some)
        steps.append(
            f"Take off the list what bears most of it: {names}; two words then single out {share(some[-1].left)}."
        )
    if found.columns.unique is not None and (found.columns.unique.value or 0) > 0:
        steps.append(
            f"Leave out or coarsen the kept columns: by themselves they single out {count_of(found.columns.unique)}."
        )
    steps.append(
        "Give the notes only to people who are bound to keep them, and read a few dozen of them first: what makes a "
        "case known may lie in ordinary words."
    )
    return steps


def stricter(found: Redaction) -> Floor | None:
    """The mildest stricter list that at least halves the share singled out by pairs, if one does."""
    now = found.risk.pairs.value or 0.0
    fits = (one for one in found.risk.floors if (one.pairs.value or 0.0) <= now / 2)
    return next(fits, None) if now >= SOME else None


def coverage_drawing(found: Redaction) -> Drawing | None:
    """How few words make most of the text, and where the list stands."""
    points = found.coverage
    if len(points) < 2:
        return None

    def paint(axes: Axes) -> None:
        axes.set_xscale("log")
        axes.plot([n for n, _ in points], [y for _, y in points], color=ACCENT, linewidth=2, marker="o", markersize=4)
        kept = found.kept.value or 0.0
        if found.n_used:
            axes.plot([found.n_used], [kept], color=SECOND, marker="D", markersize=7, linestyle="")
            said = f"◆ kept: {words.count(found.n_used, 'word')}, {share(found.kept)}"
            axes.text(0.98, 0.06, said, transform=axes.transAxes, ha="right", color=SECOND)
        axes.set_ylim(0, 1.02)
        _logarithmic(axes)
        axes.set_xlabel("most frequent different words")
        axes.set_ylabel("share of all words")

    shown = "; ".join(f"{n:,} words make {percent(y, found.n_words)}" for n, y in points[:: max(1, len(points) // 5)])
    alt = f"{shown}; the list keeps {share(found.kept)} with {words.count(found.n_used, 'word')}"
    return draw("coverage", "Few words make most of the text", alt, (460.0, 290.0), paint)


def stricter_drawing(found: Redaction) -> Drawing | None:
    """What stricter lists would keep, and what they would leave to be singled out."""
    floors = found.risk.floors
    if len(floors) < 2:
        return None

    def paint(axes: Axes) -> None:
        axes.set_xscale("log")
        ks, pairs = [one.k for one in floors], [(one.kept, one.pairs) for one in floors]
        kept, alone = ([figure.value or 0.0 for figure in some] for some in zip(*pairs, strict=True))
        widest = max(range(len(ks)), key=lambda at: (abs(kept[at] - alone[at]), at))
        above = 1 if kept[widest] >= alone[widest] else -1
        for values, colour, name, side in ((kept, ACCENT, "text kept", above), (alone, SECOND, "singled out", -above)):
            axes.plot(ks, values, color=colour, linewidth=2, marker="o", markersize=4)
            place: Any = {"xytext": (7 * side, 10 * side), "textcoords": "offset points", "color": colour}
            left, low = ("left", "bottom") if side > 0 else ("right", "top")
            axes.annotate(name, (ks[widest], max(values[widest], 0.09)), ha=left, va=low, **place)
        axes.set_ylim(0, 1.04)
        _logarithmic(axes)
        axes.set_xticks(ks)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
        axes.set_xlabel("only words of more than so many notes")

    alt = "; ".join(
        f"more than {one.k} notes: {share(one.kept)} kept, {share(one.pairs)} singled out" for one in floors
    )
    return draw("stricter", "What a stricter list would bring", alt, (460.0, 290.0), paint)


def _logarithmic(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:.0f} %"))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(colors=SOFT)


def redaction_text(found: Redaction) -> str:
    """The same for a terminal."""
    lines = [f"{words.count(found.n_texts, 'note')}, {found.n_words:,} words; {share(found.kept)} of the words kept"]
    hidden = [f"{count:,} {name.lower()}" for name, count in found.hidden.items() if count]
    if hidden:
        lines.append(f"hidden: {', '.join(hidden)}")
    columns = found.columns
    if columns.kept:
        lines.append(f"columns kept as they are: {', '.join(columns.kept)}")
    if columns.dropped or columns.unnamed:
        unnamed = f"{columns.unnamed} whose names may tell something" if columns.unnamed else ""
        lines.append(f"columns dropped: {', '.join(filter(None, [*columns.dropped, unnamed]))}")
    if found.n_rejected:
        lines.append(f"{words.count(found.n_rejected, 'record')} could not be read and were left out")
    lines.append("singled out (all notes counted; no estimate)")
    lines += [f"  by {name[0].lower() + name[1:]:<28} {share(figure):>8}" for name, _, figure in measures(found)]
    if found.risk.smallest_group is not None:
        lines.append(f"  smallest group with the same kept words: {words.count(found.risk.smallest_group, 'note')}")
    lines += verdict(found)[:1] + [f"- {step}" for step in next_steps(found)]
    return "\n".join(lines)


def suggestion_text(found: Suggestion) -> str:
    """A proposal for a terminal; it names no word."""
    by = "" if found.n_authors is None else f" by {words.count(found.n_authors, 'author')}"
    copies = found.n_texts - found.n_different
    lines = [
        f"{words.count(found.n_texts, 'note')}{by}, {found.n_words:,} words, {found.n_distinct:,} different"
        + (f"; {words.count(copies, 'copy', 'copies')} not counted twice" if copies else ""),
        f"{words.count(found.n_proposed, 'word')} proposed; they make {share(found.covered)} of the text",
        f"{words.count(found.n_flagged, 'word')} left to you: each with the reason, not ticked",
        f"{words.count(found.n_rare, 'word')} in at most {words.count(found.k, 'note')}: not listed, hidden",
    ]
    steps = [f"{n:,} words {percent(y, found.n_words)}" for n, y in found.coverage if n in (10, 100, 1_000, 10_000)]
    if steps:
        lines.append(f"few words make most of the text: the most frequent {', '.join(steps)}")
    return "\n".join([*lines, *found.remarks])
