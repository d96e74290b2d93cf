"""What the commands share of the terminal: progress on standard error, safe lines, percentages."""

from __future__ import annotations

import shlex
import sys
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..core.events import Event
from ..core.records import Figure


def one_line(text: str) -> str:
    """`text` on one line with every character that does not print shown as its escape, so that a file name or a cell
    cannot move the cursor, hide or reorder what is shown."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def typed(path: object) -> str:
    """A path as a person types it in a command: on one line, in quotes where it needs them."""
    return shlex.quote(one_line(str(path)))


def short(figure: Figure) -> str:
    """`0.655 (0.601 to 0.702)`."""
    if figure.value is None:
        return "not computed"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


class Reporter:
    """A listener that tells a person how far a workflow is. Bars on a terminal; in a file, lines only."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: Any = None
        self._what = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        facts = event.facts
        if event.name == "steps":
            self._advance(str(facts["what"]), int(facts["done"]), int(facts["of"]))
            return
        if event.name == "stage":
            self._drop()
            self._line(f"{facts['stage']}", style="bold")
        elif event.name == "note":
            self._line(f"  {facts['text']}")
        elif event.name == "candidate":
            self._line(f"  {facts['model']:<10} {_candidate(facts)}")
        elif event.name == "epoch":
            self._line(f"  {epoch_line(facts)}")

    def _line(self, text: str, style: str | None = None) -> None:
        self._console.print(one_line(text), style=style, soft_wrap=True)

    def _advance(self, what: str, done: int, of: int) -> None:
        if self._task is None or what != self._what:
            self._drop()
            self._what, self._task = what, self._progress.add_task(what, total=of or None)
        self._progress.update(self._task, completed=done, total=of or None)

    def _drop(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


def _candidate(facts: Any) -> str:
    """How a candidate did on the validation part."""
    if "validation_r2" in facts:
        r2 = facts["validation_r2"]
        return "R2 is not defined" if r2 is None else f"R2 {r2:6.3f}"
    return f"{100 * facts['validation_accuracy']:5.1f} % right"


def epoch_line(facts: Any) -> str:
    """One epoch in words: losses, and the share of the validation part that is right."""
    parts = [f"epoch {facts['epoch']} of {facts['of']}", f"training loss {facts['train_loss']:.4f}"]
    if facts.get("validation_loss") is not None:
        parts.append(f"validation loss {facts['validation_loss']:.4f}")
    if facts.get("validation_accuracy") is not None:  # of numbers nothing is simply right
        parts.append(f"{100 * facts['validation_accuracy']:.2f} % right")
    return "   ".join(parts)


def is_terminal() -> bool:
    return sys.stdout.isatty()
