"""Where a training stands, as one safetensors file: arrays, and a JSON record with a checksum over both.

Where that is asked for, the weights that each epoch ended with are kept in files of the same form.

The record holds the facts that must not change between writing and reading (data, options, threads, precision,
versions): with the same facts, going on gives the same bytes as never having stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..core import files
from ..core.errors import OutputError, RunError, UnreadableItem, describe
from ..core.rows import Rows
from ..core.views import Record

FORMAT = 1
DIGESTED = 64
"""Rows that are copied at a time for their digest."""
NAME = "last.safetensors"
EPOCHS = "epochs"
"""The folder of the weights that each epoch ended with; epoch 0 are the first weights."""
KEY = "discern"  # one key only: safetensors writes several in no fixed order

Arrays = dict[str, NDArray[Any]]


def write(folder: Path, facts: Mapping[str, Any], progress: Mapping[str, Any], arrays: Arrays) -> None:
    """Replace the checkpoint in `folder`, which is made when absent. Raises OutputError."""
    _write(folder / NAME, {"facts": facts, "progress": progress}, arrays)


def write_epoch(folder: Path, epoch: int, weights: Arrays) -> None:
    """Keep the weights that `epoch` ended with beside the checkpoint in `folder`. Raises OutputError."""
    _write(_epoch_file(folder, epoch), {"epoch": epoch}, weights)


def epochs(folder: Path) -> tuple[int, ...]:
    """The epochs whose weights are kept beside the checkpoint in `folder`, in order; 0 are the first weights."""
    found = (path.stem for path in (folder / EPOCHS).glob("*.safetensors"))
    return tuple(sorted(int(name) for name in found if name.isdecimal()))


def read_epoch(folder: Path, epoch: int) -> Arrays:
    """The weights that `epoch` ended with. Raises RunError when they are damaged or those of another epoch."""
    path = _epoch_file(folder, epoch)
    record, weights = _undamaged(path, do="train again with --keep-epochs")
    if record.get("epoch") != epoch:
        raise RunError(describe(str(path), found=f"no weights of epoch {epoch}", do="train again with --keep-epochs"))
    return weights


def read(folder: Path, facts: Mapping[str, Any]) -> tuple[dict[str, Any], Arrays] | None:
    """The progress and the arrays of the checkpoint in `folder`, or None when there is none.

    Raises RunError when it is damaged, or when it was written under other `facts` (the message names them).
    """
    path = folder / NAME
    if not path.exists():
        return None
    record, arrays = _undamaged(path)
    differences = _differences(record["facts"], facts)
    if differences:
        raise RunError(
            describe(
                str(path),
                found="a checkpoint of another training (" + "; ".join(differences) + ")",
                do="train as before, or into another folder",
            )
        )
    return record["progress"], arrays


def facts_of(folder: Path) -> dict[str, Any] | None:
    """The facts of the checkpoint in `folder`, or None when there is none. Raises RunError when it is damaged."""
    return dict(_undamaged(folder / NAME)[0]["facts"]) if (folder / NAME).exists() else None


def decided(folder: Path) -> tuple[dict[str, Any], tuple[int, ...], int] | None:
    """The facts of the checkpoint in `folder`, the cycles that were begun and how many of their epochs are over, or
    None when there is none. Epochs that a cycle left out because it ended early are over, too.

    What was once found out for a training, by trying or by the clock, is taken from here when it goes on.
    Raises RunError when it is damaged.
    """
    if not (folder / NAME).exists():
        return None
    record, _ = _undamaged(folder / NAME)
    progress = record["progress"]
    over = sum(progress["cycles"][: progress["cycle"]]) + progress["epoch"]
    return record["facts"], tuple(progress["cycles"]), over


def same_cycles(folder: Path, begun: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    """Raise RunError unless the cycles that were begun are the first of those wanted; further ones may be added."""
    if wanted[: len(begun)] != begun:
        raise RunError(
            describe(
                str(folder / NAME),
                found=f"a checkpoint with epochs {_show_cycles(begun)}; now {_show_cycles(wanted)} are asked for",
                do="keep the epochs as they were, or add a further cycle",
            )
        )


@dataclass(frozen=True)
class Optimizer(Record):
    """What the optimizer of a training remembers of the gradient of each array of weights."""

    facts: dict[str, Any]
    """What the checkpoint holds for, among it learning_rate, weight_decay and batch_size."""
    cycles: tuple[int, ...]
    steps_taken: int
    """In the current cycle, or in the last one when the training is finished."""
    first: Arrays
    """Running mean of the gradient, by the name of the weights."""
    second: Arrays
    """Running mean of the squared gradient, of the arrays that AdamW moves; Muon keeps none."""


def optimizer(folder: Path) -> Optimizer:
    """The optimizer's state in the checkpoint in `folder`. Raises RunError when there is none or it is damaged."""
    path = folder / NAME
    if not path.exists():
        raise RunError(describe(str(path), found="no checkpoint", expected="the one that training writes"))
    record, arrays = _undamaged(path)
    progress = record["progress"]
    return Optimizer(
        record["facts"],
        tuple(progress["cycles"]),
        int(progress["taken"]),
        under("first/", arrays),
        under("second/", arrays),
    )


def under(prefix: str, arrays: Arrays) -> Arrays:
    """The arrays whose names begin with `prefix`, by the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def digest(*arrays: NDArray[Any] | Rows | None) -> str:
    """SHA-256 over the types, shapes and bytes of arrays."""
    total = hashlib.sha256()
    for array in arrays:
        if array is None:
            total.update(b"none")
            continue
        total.update(f"{array.dtype.str}{array.shape}".encode())
        for block in array.blocks(DIGESTED) if isinstance(array, Rows) else (array,):
            total.update(np.ascontiguousarray(block).data)
    return total.hexdigest()


def _epoch_file(folder: Path, epoch: int) -> Path:
    return folder / EPOCHS / f"{epoch:06d}.safetensors"


def _write(path: Path, facts: Mapping[str, Any], arrays: Arrays) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(describe(str(path.parent), found=(error.strerror or str(error)).lower())) from error
    record = json.dumps({"format": FORMAT, **facts})
    head = json.dumps({"sha256": _checksum(record, arrays), "record": record})
    files.write_bytes(path, save(arrays, metadata={KEY: head}))


def _undamaged(path: Path, do: str = "remove it to train from the start") -> tuple[dict[str, Any], Arrays]:
    """Record and arrays. Raises RunError, which says what to `do`."""
    try:
        return _read(path)
    except (OSError, UnreadableItem, SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(describe(str(path), found="a damaged checkpoint", do=do)) from error


def _read(path: Path) -> tuple[dict[str, Any], Arrays]:
    with files.regular_file(path), safe_open(path, framework="numpy") as file:  # a pipe would be waited for
        head = json.loads(file.metadata()[KEY])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    if head["sha256"] != _checksum(head["record"], arrays):
        raise ValueError("checksum")
    record = json.loads(head["record"])
    if record["format"] != FORMAT:
        raise ValueError("format")
    return record, arrays


def _checksum(record: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    names = sorted(arrays)
    return hashlib.sha256((record + repr(names) + digest(*(arrays[name] for name in names))).encode()).hexdigest()


def _differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """What differs, in words; long hashes are not shown."""
    said = []
    for name in {**expected, **found}:
        before, now = found.get(name), expected.get(name)
        if before != now:
            hashed = any(isinstance(value, str) and len(value) == 64 for value in (before, now))
            said.append(f"other {name}" if hashed else f"{name} was {before!r}, is {now!r}")
    return said


def _show_cycles(cycles: tuple[int, ...]) -> str:
    return "+".join(map(str, cycles))
