"""A folder of groups: the model, the result as JSON, tables beside them."""

from __future__ import annotations

from pathlib import Path

from ..core import files
from ..core.errors import ModelFileError, RunError, describe
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
    record = found.to_json()
    files.write_json(folder / RESULT, {**record, "sha256": model_folder.digest(record)})


def result(folder: str | Path) -> Clusters:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    place = existing(folder) / RESULT
    record = model_folder.parsed(place)
    digest = record.pop("sha256", None)
    if record.get("schema") != SCHEMA:
        raise ModelFileError(f"{place} has schema {str(record.get('schema'))[:40]!r}; this program reads {SCHEMA}")
    if digest != model_folder.digest(record):
        raise ModelFileError(f"{place} is not as it was written; copy the folder again, or find the groups anew")
    try:
        return Clusters.from_json(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{place} is not a result of groups: {str(error)[:200]}") from error


def existing(folder: str | Path) -> Path:
    """A folder that `discern table clusters` wrote; without a model where no groups were shown."""
    refuse_address(str(folder))
    place = Path(folder)
    if not (place / RESULT).is_file():
        found = "no such folder" if not place.exists() else f"no {RESULT} in it"
        raise RunError(describe(str(folder), found=found, expected=f"a folder that {COMMAND} wrote"))
    return place
