"""A folder of a forecast: the model, the result as JSON, tables and pictures beside them."""

from __future__ import annotations

from pathlib import Path

from ..core import files
from ..core.errors import ModelFileError
from ..evaluate.forecast import SCHEMA
from ..evaluate.forecast_result import ForecastResult
from ..models.codecs import forecast as codec
from ..models.codecs.forecast import SavedForecast
from . import model_folder
from .model_folder import ARRAYS as ARRAYS
from .model_folder import MODEL as MODEL

RESULT = "forecast.json"
COMMAND = "`discern series forecast`"


def save(folder: Path, saved: SavedForecast) -> None:
    """Write the model; `load` gives the same one back."""
    model_folder.save(folder, *codec.encode(saved))


def load(folder: str | Path) -> SavedForecast:
    """Raises RunError for a folder without a forecast, ModelFileError for what is damaged."""
    return model_folder.load(folder, COMMAND, codec.refuse_newer, codec.decode)


def save_result(folder: Path, found: ForecastResult) -> None:
    """Write the result; `result` gives the same one back."""
    record = found.to_json()
    files.write_json(folder / RESULT, {**record, "sha256": model_folder.digest(record)})


def result(folder: str | Path) -> ForecastResult:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    place = model_folder.existing(folder, COMMAND) / RESULT
    record = model_folder.parsed(place)
    digest = record.pop("sha256", None)
    if record.get("schema") != SCHEMA:
        raise ModelFileError(f"{place} has schema {str(record.get('schema'))[:40]!r}; this program reads {SCHEMA}")
    if digest != model_folder.digest(record):
        raise ModelFileError(f"{place} is not as it was written; copy the folder again, or make the forecast anew")
    try:
        return ForecastResult.from_json(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{place} is not a result of a forecast: {str(error)[:200]}") from error
