"""The verbs: one file each, plain functions over the records. The command line and the studio are thin wrappers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

__all__ = [
    "Model",
    "Run",
    "audit",
    "doctor",
    "evaluate",
    "export",
    "list_runs",
    "load",
    "predict",
    "read",
    "resume",
    "sample",
    "show",
    "summary",
    "train",
    "verify",
]

if TYPE_CHECKING:
    from ..data.read import read
    from .audit import audit
    from .doctor import doctor
    from .evaluate import evaluate
    from .export import export
    from .predict import Model, load, predict
    from .resume import resume
    from .run import Run, list_runs
    from .sample import sample
    from .show import show
    from .summary import summary
    from .train import train
    from .verify import verify

__getattr__, __dir__ = attach(
    __name__,
    {
        "Model": "predict",
        "Run": "run",
        "audit": "audit",
        "doctor": "doctor",
        "evaluate": "evaluate",
        "export": "export",
        "list_runs": "run",
        "load": "predict",
        "predict": "predict",
        "resume": "resume",
        "sample": "sample",
        "show": "show",
        "summary": "summary",
        "train": "train",
        "verify": "verify",
    },
)
