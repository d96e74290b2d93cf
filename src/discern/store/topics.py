"""A folder of topics: the model, the result as JSON, tables beside them."""

from __future__ import annotations

from pathlib import Path

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
    model_folder.save_result(folder / RESULT, found.to_json())


def result(folder: str | Path) -> Topics:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    return model_folder.result(existing(folder) / RESULT, SCHEMA, "topics", Topics.from_json)


def existing(folder: str | Path) -> Path:
    """A folder that holds topics."""
    return model_folder.existing(folder, COMMAND)
