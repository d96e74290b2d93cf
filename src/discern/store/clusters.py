"""A folder of groups: the model, the result as JSON, tables beside them."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import RunError, describe
from ..data.given import refuse_address
from ..evaluate.cluster_cards import SCHEMA, Clusters
from ..models.codecs import clusters as codec
from ..models.codecs.clusters import Saved
from . import model_folder
from .model_folder import ARRAYS as ARRAYS
from .model_folder import MODEL as MODEL

RESULT = "groups.json"
COMMAND = "`discern table clusters`"


def save(folder: Path, saved: Saved) -> None:
    """Write the model; `load` gives the same one back."""
    model_folder.save(folder, *codec.encode(saved))


def load(folder: str | Path) -> Saved:
    """Raises RunError for a folder without groups, ModelFileError for what is damaged."""
    place = existing(folder)
    if not (place / MODEL).is_file():
        raise RunError(f"{folder}: it holds no groups, for none were shown; choose their number with --groups")
    return model_folder.load(folder, COMMAND, codec.refuse_newer, codec.decode)


def save_result(folder: Path, found: Clusters) -> None:
    """Write the result; `result` gives the same one back."""
    model_folder.save_result(folder / RESULT, found.to_json())


def result(folder: str | Path) -> Clusters:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    return model_folder.result(existing(folder) / RESULT, SCHEMA, "groups", Clusters.from_json)


def existing(folder: str | Path) -> Path:
    """A folder that `discern table clusters` wrote; without a model where no groups were shown."""
    refuse_address(str(folder))
    place = Path(folder)
    if not (place / RESULT).is_file():
        found = "no such folder" if not place.exists() else f"no {RESULT} in it"
        raise RunError(describe(str(folder), found=found, expected=f"a folder that {COMMAND} wrote"))
    return place
