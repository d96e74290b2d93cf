"""A folder of a forecast: the model, the result as JSON, tables and pictures beside them."""

from __future__ import annotations

from pathlib import Path

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
    model_folder.save_result(folder / RESULT, found.to_json())


def result(folder: str | Path) -> ForecastResult:
    """The result as it was recorded. Raises RunError, ModelFileError."""
    return model_folder.result(
        model_folder.existing(folder, COMMAND) / RESULT, SCHEMA, "forecast", ForecastResult.from_json
    )
