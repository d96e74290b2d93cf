"""`export`: a model as a file that other programs run."""

from __future__ import annotations

from pathlib import Path

from ..store import bundle, outputs
from ..store.export import missing, to_onnx
from ..store.run_folder import model_path


def export(run: str | Path, out: str | Path, *, force: bool = False) -> Path:
    """Write the model of a run as one ONNX file: raw values in, probabilities out, classes in its metadata.

    Raises OptionError (the ending), OutputError, RunError, ModelFileError.
    """
    target = outputs.checked("--onnx", out, endings=(".onnx",), force=force)
    to_onnx(bundle.load(model_path(run)), target)
    return target


def not_exported(run: str | Path) -> tuple[str, ...]:
    """What the model answers with that its ONNX file does not hold: `coverage`, `unknown`."""
    return tuple(missing(bundle.load(model_path(run))))
