"""`export`: a model as a file that other programs run."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import OptionError, describe
from ..store import bundle, outputs
from ..store.export import missing, to_onnx
from ..store.run_folder import model_path


def export(run: str | Path, out: str | Path, *, items: bool = True, force: bool = False) -> Path:
    """Write the model of a run as one ONNX file: raw values in, probabilities out, classes in its metadata.

    With `items` False a model in which items can be seen that it learned from is refused. Raises OptionError (that,
    the ending), OutputError, RunError, ModelFileError.
    """
    target = outputs.checked("--onnx", out, endings=(".onnx",), force=force)
    model = bundle.load(model_path(run))
    holds = model.holds
    if holds and not items:
        raise OptionError(
            describe("--no-items", found=f"this model holds {holds}", expected="another one, such as a network")
        )
    to_onnx(model, target)
    return target


def not_exported(run: str | Path) -> tuple[str, ...]:
    """What the model answers with that its ONNX file does not hold: `coverage`, `unknown`, `interval`."""
    return tuple(missing(bundle.load(model_path(run))))
