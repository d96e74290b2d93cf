"""A folder of topics: the model, the result as JSON, tables beside them."""

from __future__ import annotations

from pathlib import Path

from ..core import files
from ..core.errors import ModelFileError
from ..evaluate.topic_cards import SCHEMA, Topics
from ..models.codecs import topics as codec
from ..models.codecs.topics import Saved
from . import model_folder
from .model_folder import ARRAYS as ARRAYS
from .model_folder import MODEL as MODEL

RESULT = "topics.json"
COMMAND = "`discern text topics`"


def save(folder: Path, saved: Saved) -> None:
    """Write the model; `load` gives the same one back."""
    model_folder.save(folder, *codec.encode(saved))


def load(folder: str | Path) -> Saved:
    """Raises RunError for a folder without topics, ModelFileError for what is damaged."""
    return model_folder.load(folder, COMMAND, codec.refuse_newer, codec.decode)


def save_result(folder: Path, found: Topics) -> None:
    """Write the result; `result` gives the same one back."""
    record = found.to_json()
    files.write_json(folder / RESULT, {**record, "sha256": model_folder.digest(record)})


def result(folder: str | Path) -> Topics:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    place = existing(folder) / RESULT
    record = model_folder.parsed(place)
    digest = record.pop("sha256", None)
    if record.get("schema") != SCHEMA:
        raise ModelFileError(f"{place} has schema {str(record.get('schema'))[:40]!r}; this program reads {SCHEMA}")
    if digest != model_folder.digest(record):
        raise ModelFileError(f"{place} is not as it was written; copy the folder again, or find the topics anew")
    try:
        return Topics.from_json(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{place} is not a result of topics: {str(error)[:200]}") from error


def existing(folder: str | Path) -> Path:
    """A folder that holds topics."""
    return model_folder.existing(folder, COMMAND)
