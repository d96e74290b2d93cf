"""Progress as plain records: a stage tells a listener what it did; who shows it is not the stage's concern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .views import Record


@dataclass(frozen=True)
class Event(Record):
    """Something that happened. `name` is one of the names below; `facts` hold what belongs to it.

    stage     {"stage": str}                             a stage of a workflow begins
    steps     {"what": str, "done": int, "of": int}      progress within a stage
    epoch     {"epoch", "of", "train_loss", "validation_loss", "validation_accuracy", "learning_rate"}
    candidate {"model": str, "validation_accuracy": float}   a candidate was compared; for numbers "validation_r2"
    note      {"text": str}                              a plain sentence worth telling
    """

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """The listener that tells nobody."""


def stage(on_event: Listener, name: str) -> None:
    on_event(Event("stage", {"stage": name}))


def steps(on_event: Listener, what: str, done: int, of: int) -> None:
    on_event(Event("steps", {"what": what, "done": done, "of": of}))


def note(on_event: Listener, text: str) -> None:
    on_event(Event("note", {"text": text}))


def duration(seconds: float) -> str:
    """`40 s`, `3 min` or `1 h 20 min`: as exact as a guess deserves."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
