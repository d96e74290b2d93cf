"""Event files are what TensorBoard reads: whole records, each epoch once, however often writing was cut short."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event as Record

from discern.core.events import Event, silent
from discern.store.event_file import NAME, EventFile


def crc32c(data: bytes) -> int:
    """The checksum of Castagnoli, bit by bit (RFC 3720, B.4), masked as in TFRecord files."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 * (crc & 1))
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(folder: Path) -> list[Any]:
    """Every record of the file, by a reader of its own."""
    content, at, found = (folder / NAME).read_bytes(), 0, []
    while at < len(content):
        (length,) = struct.unpack_from("<Q", content, at)
        data = content[at + 12 : at + 12 + length]
        sums = struct.unpack_from("<I", content, at + 8) + struct.unpack_from("<I", content, at + 12 + length)
        assert sums == (crc32c(content[at : at + 8]), crc32c(data))
        found.append(Record.FromString(data))
        at += 16 + length
    return found


def scalars(folder: Path) -> list[tuple[int, dict[str, float]]]:
    first, *others = records(folder)
    assert first.file_version == "brain.Event:2"
    return [(event.step, {value.tag: value.simple_value for value in event.summary.value}) for event in others]


def epoch(number: int, loss: float = 0.5) -> Event:
    facts = {"epoch": number, "of": 9, "train_loss": loss, "validation_loss": None, "learning_rate": 0.01}
    return Event("epoch", facts)


def test_epochs_and_candidates_are_scalars_and_are_passed_on(tmp_path: Path) -> None:
    told: list[Event] = []
    listen = EventFile(tmp_path).listener(told.append)
    events = [Event("candidate", {"model": "knn", "validation_accuracy": 0.75}), epoch(1), epoch(2, 0.25)]
    for event in (*events, Event("note", {"text": "..."})):
        listen(event)
    assert told[:3] == events and len(told) == 4
    (zero, compared), (one, first), (two, second) = scalars(tmp_path)
    assert (zero, one, two) == (0, 1, 2)
    assert compared == {"candidates/knn": 0.75}
    assert first.keys() == {"train_loss", "learning_rate"}
    assert np.isclose(second["train_loss"], 0.25) and np.isclose(second["learning_rate"], 0.01)


def test_candidates_for_a_number_are_scalars_too_where_their_figure_is_known(tmp_path: Path) -> None:
    listen = EventFile(tmp_path).listener(silent)
    for model, figure in (("ols", 0.5), ("lasso", None), ("mean", -0.25)):
        listen(Event("candidate", {"model": model, "validation_r2": figure}))
    assert scalars(tmp_path) == [(0, {"candidates/ols": 0.5}), (0, {"candidates/mean": -0.25})]


@pytest.mark.parametrize("cut", [0, 1, 20])
def test_what_goes_on_writes_each_epoch_once(tmp_path: Path, cut: int) -> None:
    stopped = EventFile(tmp_path).listener(silent)
    for number in (1, 2, 3):
        stopped(epoch(number))
    os.truncate(tmp_path / NAME, (tmp_path / NAME).stat().st_size - cut)
    goes_on = EventFile(tmp_path).listener(silent)
    for number in (3, 4):
        goes_on(epoch(number, 0.25))
    assert [(step, found["train_loss"]) for step, found in scalars(tmp_path)] == [
        (1, 0.5),
        (2, 0.5),
        (3, 0.25),
        (4, 0.25),
    ]


def test_epochs_that_a_kill_kept_from_being_written_come_from_the_history(tmp_path: Path) -> None:
    listen = EventFile(tmp_path).listener(silent)
    for number in (1, 3):
        listen(epoch(number))
    EventFile(tmp_path).complete([epoch(number, 0.125).facts for number in (1, 2, 3)])
    assert [(step, found["train_loss"]) for step, found in scalars(tmp_path)] == [(1, 0.5), (2, 0.125), (3, 0.5)]
    before = (tmp_path / NAME).read_bytes()
    EventFile(tmp_path).complete([epoch(number).facts for number in (1, 2)])
    assert (tmp_path / NAME).read_bytes() == before
