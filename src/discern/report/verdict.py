"""The opening of a report: three plain sentences. How well it does; what could make this wrong; what to do next."""

from __future__ import annotations

from typing import NamedTuple

from ..core.records import Finding
from ..evaluate.evaluation import ClassFigures, Evaluation
from . import words
from .record import RunReport, of_classes
from .visible import shorten, visible

FEW_ITEMS = 100
WEAK = 0.1
"""A class is named as weak when its recall lies this far below the accuracy."""


class Verdict(NamedTuple):
    """One sentence each."""

    result: str
    doubt: str
    next: str


class Mixup(NamedTuple):
    """`times` of the `n` items of class `truth` were given the label `answer`."""

    truth: str
    answer: str
    times: int
    n: int


def verdict(report: RunReport) -> Verdict:
    return Verdict(result(of_classes(report)), doubt(report), what_next(report))


def result(evaluation: Evaluation) -> str:
    """How well it does, with interval and baseline."""
    e = evaluation
    figure, base = e.accuracy, e.baseline_figures["accuracy"]
    if figure.value is None:
        return f"Nothing can be said: {figure.method}."
    learned = sum(1 for entry in e.per_class if entry.precision.n or entry.n)
    sure = f" (likely {words.interval('accuracy', figure)})" if words.interval("accuracy", figure) else ""
    right = f"{words.value('accuracy', figure)} of {words.items(e.kind, e.n_items)} that learning never saw{sure}"
    against = f"{words.baseline(e.baseline_name)} would get {words.value('accuracy', base)}"
    if words.better(figure, base):
        return f"It tells {words.count(learned, 'class', 'classes')} apart and answers rightly for {right}; {against}."
    if base.value is not None and figure.value < base.value:
        return f"It answers rightly for {right}, which is worse than guessing: {against}."
    return f"It answers rightly for {right}, which is not clearly better than guessing: {against}."


def doubt(report: RunReport) -> str:
    """What could make the result wrong: the weightiest reason that the record holds."""
    e = of_classes(report)
    found_out = serious_later(report)
    if found_out:
        return f"What could make this wrong: {_lower(found_out[0].title)} ({found_out[0].detail.rstrip('.')})."
    serious = report.findings.serious
    if serious:
        more = f" and {words.count(len(serious) - 1, 'more serious finding')}" if len(serious) > 1 else ""
        return f"What could make this wrong: {named(serious[0])}{more}; the figures may flatter."
    if e.notes:
        return f"What could make this wrong: {_lower(e.notes[0]).rstrip('.')}."
    if report.earlier_looks:
        others = words.count(report.earlier_looks, "other configuration")
        return f"What could make this wrong: {others} looked at this test part before, so the best figure flatters."
    if e.n_items < FEW_ITEMS:
        return (
            f"What could make this wrong: only {words.items(e.kind, e.n_items)} were tested, so that one answer more or"
            f" less moves the accuracy by {100 / e.n_items:.1f} points."
        )
    learned_by_heart = overfitted(report)
    if learned_by_heart is not None:
        gap = _lower(learned_by_heart.title)
        return (
            f"What could make this wrong: {gap}: part of it was learned by heart. The result above is of other items."
        )
    weak = weakest(e)
    if weak is not None:
        return (
            f"What could make this wrong: not every class does as well; of “{_short(weak.label)}” it finds only"
            f" {words.value('recall', weak.recall)} (of {words.items(e.kind, weak.n)})."
        )
    return (
        "What could make this wrong: the figures hold for items like these; items from another source, or of a class"
        " that was not learned, were not tested."
    )


def what_next(report: RunReport) -> str:
    """What to do about it."""
    e = of_classes(report)
    base = e.baseline_figures["accuracy"]
    found_out = serious_later(report)
    if found_out:
        return f"What to do next: {found_out[0].what_to_do}."
    if report.findings.serious:
        return "What to do next: follow the advice beside the findings below, then train again."
    if not words.better(e.accuracy, base):
        return "What to do next: do not rely on it yet; check the labels, gather more items of each class, train again."
    doubted, more = report.kept.get("suspects"), report.kept.get("more_data")
    if doubted is not None and doubted.found.rows:
        labels = words.count(len(doubted.found.rows), "label")
        return f"What to do next: look at the {labels} in doubt below, correct suspects.csv, train again with it."
    solvable = report.kept.get("solvable")
    if solvable is not None and solvable.overfit is not None and solvable.overfit.smaller is not None:
        return f"What to do next: take a smaller model. {solvable.overfit.sentence}"
    if more is not None and more.would_help:
        return f"What to do next: gather more items like these. {more.sentence}"
    found = mixups(e, 1)
    if not found:
        return "What to do next: nothing was wrong here, so test it on fresh items from another day or another source."
    worst = found[0]
    if worst.times == 1:
        return (
            "What to do next: look at the mistakes below; where the label is wrong rather than the answer, correct it."
        )
    return (
        f"What to do next: look at the mistakes below, first at “{_short(worst.truth)}” taken for"
        f" “{_short(worst.answer)}” ({worst.times} times); correct wrong labels, or add items of these two."
    )


def serious_later(report: RunReport) -> tuple[Finding, ...]:
    """What later examinations found that is serious, each with its price; that nothing is shown comes first."""
    solvable, price = report.kept.get("solvable"), report.kept.get("leak_price")
    found = (*(solvable.findings() if solvable else ()), *(price.of_this_run() if price else ()))
    return tuple(one for one in found if one.severity == "serious")


def overfitted(report: RunReport) -> Finding | None:
    """Whether more is remembered than understood, where that was asked."""
    solvable = report.kept.get("solvable")
    return None if solvable is None or solvable.overfit is None else solvable.overfit.finding()


def mixups(evaluation: Evaluation, shown: int) -> tuple[Mixup, ...]:
    """The most frequent confusions, most frequent first; equals in the order of the labels."""
    labels = evaluation.labels
    found = [
        Mixup(labels[i], labels[j], count, sum(row))
        for i, row in enumerate(evaluation.counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return tuple(sorted(found, key=lambda mixup: -mixup.times)[:shown])


def hardest(evaluation: Evaluation) -> ClassFigures | None:
    """The class with the lowest recall, unless every class is found whole."""
    known = [entry for entry in evaluation.per_class if entry.recall.value is not None and entry.recall.value < 1]
    return min(known, key=lambda entry: entry.recall.value or 0.0, default=None)


def weakest(evaluation: Evaluation) -> ClassFigures | None:
    """The class that is hardest to find, when its recall lies well below the accuracy."""
    worst = hardest(evaluation)
    if worst is None or evaluation.accuracy.value is None:
        return None
    return worst if (worst.recall.value or 0.0) < evaluation.accuracy.value - WEAK else None


def named(finding: Finding) -> str:
    """A finding, in a sentence."""
    return f"the audit found “{finding.title}” ({words.count(finding.count, 'item')})"


def _short(label: str) -> str:
    return shorten(visible(label), 40)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
