"""A folder of topics: the model as JSON and safetensors, the result as JSON, tables beside them."""

from __future__ import annotations

import hashlib
from pathlib import Path

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
    files.write_json(folder / MODEL, {**record, "sha256": hashlib.sha256(content).hexdigest()})


def load(folder: str | Path) -> Saved:
    """Raises RunError for a folder without topics, ModelFileError for what is damaged."""
    place = existing(folder)
    record = strict.parse(_content(place / MODEL), str(place / MODEL))
    content = _content(place / ARRAYS)
    if record.pop("sha256", None) != hashlib.sha256(content).hexdigest():
        raise ModelFileError(f"{place / ARRAYS} is not the file that {MODEL} was written with; copy the folder again")
    try:
        return codec.decode(record, tensors.read(content, str(place / ARRAYS)))
    except ModelFileError as error:
        raise type(error)(f"{place}: {error}") from error


def result(folder: str | Path) -> Topics:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    place = existing(folder) / RESULT
    record = strict.parse(_content(place), str(place))
    if record.get("schema") != SCHEMA:
        raise ModelFileError(f"{place} has schema {str(record.get('schema'))[:40]!r}; this program reads {SCHEMA}")
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


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ModelFileError(f"{path} is larger than 2 GiB; expected a model of topics")
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
