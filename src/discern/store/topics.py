"""A folder of topics: the model as JSON and safetensors, the result as JSON, tables beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core import files
from ..core.errors import ModelFileError, RunError, describe
from ..data.given import refuse_address
from ..evaluate.topic_cards import SCHEMA, Topics
from ..models.codecs import topics as codec
from ..models.codecs.topics import Saved
from . import strict, tensors

MODEL, ARRAYS, RESULT = "model.json", "model.safetensors", "topics.json"
LARGEST = 2**31
"""Bytes of a file that is read."""


def save(folder: Path, saved: Saved) -> None:
    """Write the model; `load` gives the same one back."""
    record, arrays = codec.encode(saved)
    content = tensors.write(arrays)
    files.write_bytes(folder / ARRAYS, content)
    files.write_json(folder / MODEL, {**record, "sha256": _digest(record, content)})


def load(folder: str | Path) -> Saved:
    """Raises RunError for a folder without topics, ModelFileError for what is damaged."""
    place = existing(folder)
    record = strict.parse(_content(place / MODEL), str(place / MODEL))
    codec.refuse_newer(record)
    content = _content(place / ARRAYS)
    if record.pop("sha256", None) != _digest(record, content):
        raise ModelFileError(f"{place}: {MODEL} and {ARRAYS} are not as they were written; copy the folder again")
    try:
        return codec.decode(record, tensors.read(content, str(place / ARRAYS)))
    except ModelFileError as error:
        raise type(error)(f"{place}: {error}") from error


def save_result(folder: Path, found: Topics) -> None:
    """Write the result; `result` gives the same one back."""
    record = found.to_json()
    files.write_json(folder / RESULT, {**record, "sha256": _digest(record)})


def result(folder: str | Path) -> Topics:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    place = existing(folder) / RESULT
    record = strict.parse(_content(place), str(place))
    digest = record.pop("sha256", None)
    if record.get("schema") != SCHEMA:
        raise ModelFileError(f"{place} has schema {str(record.get('schema'))[:40]!r}; this program reads {SCHEMA}")
    if digest != _digest(record):
        raise ModelFileError(f"{place} is not as it was written; copy the folder again, or find the topics anew")
    try:
        return Topics.from_json(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{place} is not a result of topics: {str(error)[:200]}") from error


def existing(folder: str | Path) -> Path:
    """A folder that holds topics."""
    refuse_address(str(folder))
    place = Path(folder)
    if not (place / MODEL).is_file():
        found = "no such folder" if not place.exists() else f"no {MODEL} in it"
        raise RunError(describe(str(folder), found=found, expected="a folder that `discern text topics` wrote"))
    return place


def _digest(record: Mapping[str, Any], content: bytes = b"") -> str:
    """Of a record, and of the arrays that belong to it."""
    return hashlib.sha256(files.to_json(record).encode() + content).hexdigest()


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ModelFileError(f"{path} is larger than 2 GiB; expected a model of topics")
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
