"""A model that is no classifier, in a folder of its own: what it is as JSON, its numbers as safetensors."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from ..core import files
from ..core.errors import ModelFileError, RunError, UnreadableItem, describe
from ..data.given import refuse_address
from . import strict, tensors

MODEL, ARRAYS = "model.json", "model.safetensors"
LARGEST, LARGEST_JSON = 2**31, 2**26
"""Bytes of a file of arrays, and of one of JSON, that is read."""

T = TypeVar("T")
Record = Mapping[str, Any]
Arrays = Mapping[str, NDArray[Any]]


def save(folder: Path, record: Record, arrays: Arrays) -> None:
    """Write a model; `load` gives the same one back."""
    content = tensors.write(dict(arrays))
    files.write_bytes(folder / ARRAYS, content)
    files.write_json(folder / MODEL, {**record, "sha256": digest(record, content)})


def load(
    folder: str | Path, what: str, refuse_newer: Callable[[Record], None], decode: Callable[[Record, Arrays], T]
) -> T:
    """The model of a folder that `what` wrote, such as "`discern text topics`".

    Raises RunError for a folder without a model, ModelFileError for what is damaged.
    """
    place = existing(folder, what)
    record = parsed(place / MODEL)
    refuse_newer(record)
    content = _content(place / ARRAYS, LARGEST)
    if record.pop("sha256", None) != digest(record, content):
        raise ModelFileError(f"{place}: {MODEL} and {ARRAYS} are not as they were written; copy the folder again")
    try:
        return decode(record, tensors.read(content, str(place / ARRAYS)))
    except ModelFileError as error:
        raise type(error)(f"{place}: {error}") from error


def existing(folder: str | Path, what: str) -> Path:
    """A folder that holds a model that `what` wrote. Raises RunError."""
    refuse_address(str(folder))
    place = Path(folder)
    if not (place / MODEL).is_file():
        found = "no such folder" if not place.exists() else f"no {MODEL} in it"
        raise RunError(describe(str(folder), found=found, expected=f"a folder that {what} wrote"))
    return place


def parsed(path: Path) -> dict[str, Any]:
    """The JSON record of a file. Raises ModelFileError."""
    return strict.parse(_content(path, LARGEST_JSON), str(path))


def digest(record: Record, content: bytes = b"") -> str:
    """SHA-256 of a record, and of the arrays that belong to it."""
    return hashlib.sha256(files.to_json(record).encode() + content).hexdigest()


def _content(path: Path, largest: int) -> bytes:
    """A file of at most `largest` bytes. Raises ModelFileError; for a named pipe or a device without reading it."""
    try:
        handle, size = files.open_regular(path)
        with os.fdopen(handle, "rb") as file:
            if size > largest:
                raise ModelFileError(f"{path} is larger than {largest >> 20:,} MiB; expected a model")
            return file.read(size)
    except UnreadableItem as error:
        raise ModelFileError(f"{path} cannot be read: {error.reason}") from error
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error


def save_result(path: Path, record: Record) -> None:
    """Write a result beside its model; `result` gives the same record back."""
    files.write_json(path, {**record, "sha256": digest(record)})


def result(path: Path, schema: int, what: str, make: Callable[[Record], T]) -> T:
    """The result recorded at `path`; `what` it is of, such as `topics`, for messages. Raises ModelFileError."""
    record = parsed(path)
    written = record.pop("sha256", None)
    if record.get("schema") != schema:
        raise ModelFileError(f"{path} has schema {str(record.get('schema'))[:40]!r}; this program reads {schema}")
    if written != digest(record):
        raise ModelFileError(f"{path} is not as it was written; copy the folder again, or make the {what} anew")
    try:
        return make(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{path} is not a result of {what}: {str(error)[:200]}") from error
