"""Discern learns to recognise things in pictures on your own machine, and proves how well it does.

    import discern as dc

    photos = dc.read("photos/")
    dc.audit(photos)
    run = dc.train(photos)
    run.model.predict("new/")

Names are imported when they are used, so `import discern` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .core.lazy import attach
from .core.views import Record, view_by

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "DiscernError",
    "Evaluation",
    "Event",
    "Figure",
    "Finding",
    "Findings",
    "Model",
    "Run",
    "Split",
    "audit",
    "doctor",
    "evaluate",
    "export",
    "list_runs",
    "load",
    "plot",
    "predict",
    "read",
    "resume",
    "sample",
    "show",
    "summary",
    "train",
    "verify",
]


def _view(record: Record) -> str:
    """A record as a notebook shows it; drawing is loaded with the first."""
    return str(import_module(f"{__name__}.report.notebook").fragment(record))


view_by(_view)

if TYPE_CHECKING:
    from .core.errors import DiscernError
    from .core.events import Event
    from .core.records import Figure, Finding, Findings
    from .data.dataset import Dataset
    from .data.read import read
    from .data.splits import Split
    from .evaluate.evaluation import Evaluation
    from .report.plotting import plot
    from .workflows.audit import audit
    from .workflows.doctor import doctor
    from .workflows.export import export
    from .workflows.inspect import evaluate
    from .workflows.predict import Model, load, predict
    from .workflows.resume import resume
    from .workflows.run import Run, list_runs
    from .workflows.sample import sample
    from .workflows.show import show
    from .workflows.summary import summary
    from .workflows.train import train
    from .workflows.verify import verify

__getattr__, __dir__ = attach(
    __name__,
    {
        "Dataset": "data.dataset",
        "DiscernError": "core.errors",
        "Evaluation": "evaluate.evaluation",
        "Event": "core.events",
        "Figure": "core.records",
        "Finding": "core.records",
        "Findings": "core.records",
        "Model": "workflows.predict",
        "Run": "workflows.run",
        "Split": "data.splits",
        "audit": "workflows.audit",
        "doctor": "workflows.doctor",
        "evaluate": "workflows.inspect",
        "export": "workflows.export",
        "list_runs": "workflows.run",
        "load": "workflows.predict",
        "plot": "report.plotting",
        "predict": "workflows.predict",
        "read": "data.read",
        "resume": "workflows.resume",
        "sample": "workflows.sample",
        "show": "workflows.show",
        "summary": "workflows.summary",
        "train": "workflows.train",
        "verify": "workflows.verify",
    },
)
