"""Event files, which TensorBoard draws: one a run, with a record for each epoch and each candidate that was compared.

A file is a row of records: the length (8 bytes), its checksum, an `Event` in protocol buffers, its checksum. What is
written holds clock times.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core import files
from ..core.errors import OutputError, describe
from ..core.events import Event, Listener
from ..core.optional import require

NAME = "events.out.tfevents.discern"
LIBRARY = "tensorboardX"
SCALARS = ("train_loss", "validation_loss", "validation_accuracy", "learning_rate")
CANDIDATES = ("validation_accuracy", "validation_r2")
"""What is known of a candidate for classes, or for a number; R2 is None where all numbers are the same."""
VERSION = "brain.Event:2"


def check_installed() -> None:
    """Raise MissingDependency where `--tensorboard` cannot work."""
    require(LIBRARY, needed_for="--tensorboard")


class EventFile:
    """The event file in `folder`. A process that goes on writes its epochs over those that an earlier one wrote."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._proto = require(f"{LIBRARY}.proto.event_pb2", needed_for="--tensorboard")
        self._checksum = require(f"{LIBRARY}.record_writer", needed_for="--tensorboard").masked_crc32c
        self._begun = False

    def listener(self, on_event: Listener) -> Listener:
        """Pass on what happens, and write epochs and candidates."""

        def listen(event: Event) -> None:
            if event.name == "epoch":
                self.add(event.facts["epoch"], _scalars(event.facts))
            elif event.name == "candidate":
                known = [event.facts[name] for name in CANDIDATES if event.facts.get(name) is not None]
                if known:
                    self.add(0, {f"candidates/{event.facts['model']}": known[0]})
            on_event(event)

        return listen

    def add(self, step: int, scalars: Mapping[str, float]) -> None:
        """Write the scalars of one step; the first time, what the file holds from this step on is dropped."""
        if self._begun:
            self._append(self._framed(self._event(step, scalars)))
        else:
            self._write([*(event for event in self.read() if event.step < step), self._event(step, scalars)])
        self._begun = True

    def complete(self, history: Iterable[Mapping[str, Any]]) -> None:
        """Put in the epochs that a kill kept from being written, at the time of now."""
        there = list(self.read())
        known = {event.step for event in there}
        lost = [self._event(facts["epoch"], _scalars(facts)) for facts in history if facts["epoch"] not in known]
        if lost:
            self._write(sorted([*there, *lost], key=lambda event: int(event.step)))

    def read(self) -> Iterator[Any]:
        """The events of the file up to the first that is damaged or was cut short, without the one that opens it."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return
        at = 0
        while at + 12 <= len(content):
            length, sum_of_length = struct.unpack_from("<QI", content, at)
            data = content[at + 12 : at + 12 + length]
            end = at + 12 + length + 4
            if end > len(content) or sum_of_length != self._checksum(content[at : at + 8]):
                return
            if struct.unpack_from("<I", content, end - 4)[0] != self._checksum(data):
                return
            event = self._proto.Event.FromString(data)
            if not event.file_version:
                yield event
            at = end

    def _event(self, step: int, scalars: Mapping[str, float]) -> Any:
        event = self._proto.Event(wall_time=time.time(), step=step)
        for name, value in scalars.items():
            event.summary.value.add(tag=name, simple_value=value)
        return event

    def _framed(self, event: Any) -> bytes:
        data: bytes = event.SerializeToString()
        length = struct.pack("<Q", len(data))
        return b"".join(part + struct.pack("<I", self._checksum(part)) for part in (length, data))

    def _write(self, events: Iterable[Any]) -> None:
        first = self._proto.Event(wall_time=time.time(), file_version=VERSION)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(describe(str(self.path.parent), found=(error.strerror or str(error)).lower())) from error
        files.write_bytes(self.path, b"".join(map(self._framed, (first, *events))))

    def _append(self, record: bytes) -> None:
        try:
            with self.path.open("ab", buffering=0) as file:
                file.write(record)
        except OSError as error:
            raise OutputError(describe(str(self.path), found=(error.strerror or str(error)).lower())) from error


def _scalars(facts: Mapping[str, Any]) -> dict[str, float]:
    """What is known of an epoch; without validation there are no figures of it."""
    return {name: float(facts[name]) for name in SCALARS if facts.get(name) is not None}
