"""The section of a report about whether the problem is solvable with these data."""

from __future__ import annotations

from ..core.saying import COLUMNS, cells, points, share
from ..evaluate.solvable import NOT_SHOWN, SHOWN, Solvable
from .sections import Section

HEADER = ("what", "figure", *COLUMNS)


def sections(found: Solvable) -> tuple[Section, ...]:
    """One section: the verdict, the tests by exchanged labels, the learning curve, the gap of overfitting."""
    view = {"found": found, "sentence": verdict_sentence(found), "points": points}
    tables = {"solvable.csv": (HEADER, _rows(found))} if found.trials else {}
    return (Section("solvable", "Is it solvable?", "solvable.html.j2", view, tables=tables),)


def verdict_sentence(found: Solvable) -> str:
    """The verdict in a sentence."""
    if found.verdict == SHOWN:
        return "Shown: the labels can be told from the items, better than chance would."
    if found.verdict == NOT_SHOWN:
        return "Not shown: exchanged labels are told as well as the true ones."
    return "Too little data: whether the labels can be told from the items could not be shown either way."


def solvable_text(found: Solvable) -> str:
    """The same for a terminal."""
    lines = [f"is the problem solvable with these data? {verdict_sentence(found)}", found.reason]
    for trial in found.trials:
        lines += [
            trial.what,
            f"  found of each class    {share(trial.score)}",
            f"  with exchanged labels  {share(trial.chance)}",
            f"  p                      {trial.p_value.value or 0:.3f}, {trial.p_value.n:,} exchanged labellings",
        ]
    lines += [found.exchanged] if found.exchanged else []
    lines += [f"  learned from {n:>6} items  {share(figure)}" for n, figure in found.curve.items()]
    if found.overfit is not None:
        lines.append(
            f"on what was learned from against other items ({found.overfit.model}): {points(found.overfit.gap)}"
        )
    lines += [f"{one.severity.upper()}  {one.code}  {one.title}; {one.what_to_do}" for one in found.findings()]
    return "\n".join([*lines, *found.unanswered])


def _rows(found: Solvable) -> list[tuple[object, ...]]:
    names = ("score", "chance", "p_value")
    rows = [(trial.what, name, *cells(getattr(trial, name))) for trial in found.trials for name in names]
    rows += [(f"learned from {n} items", "score", *cells(figure)) for n, figure in found.curve.items()]
    if found.overfit is not None:
        rows += [
            (found.overfit.model, name, *cells(getattr(found.overfit, name))) for name in ("seen", "unseen", "gap")
        ]
    return rows
