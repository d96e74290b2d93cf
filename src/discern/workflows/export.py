"""`export`: a model as a file that other programs run."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import OptionError, OutputError
from ..store import bundle
from ..store.export import to_onnx
from ..store.run_folder import model_path


def export(run: str | Path, out: str | Path, *, force: bool = False) -> Path:
    """Write the model of a run as one ONNX file: raw values in, probabilities out, classes in its metadata.

    Raises OptionError (the ending), OutputError, RunError, ModelFileError.
    """
    target = Path(out)
    if target.suffix.lower() != ".onnx":
        raise OptionError(f"--onnx {out}: found the ending {target.suffix!r}; expected .onnx")
    if target.exists() and not force:
        raise OutputError(f"{out}: it exists already; choose another place, or --force to replace it")
    to_onnx(bundle.load(model_path(run)), target)
    return target
