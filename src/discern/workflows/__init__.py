"""The verbs: one file each, plain functions over the records. The command line and the studio are thin wrappers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

__all__ = [
    "Model",
    "Run",
    "audit",
    "card",
    "compare_runs",
    "csv_rows",
    "doctor",
    "evaluate",
    "examine",
    "export",
    "inspect",
    "is_data",
    "list_runs",
    "load",
    "near_texts",
    "not_exported",
    "plan",
    "predict",
    "purge",
    "redact_texts",
    "report",
    "resume",
    "sample",
    "show",
    "show_sheet",
    "similar",
    "suggest_words",
    "summary",
    "train",
    "train_with",
    "verify",
]

if TYPE_CHECKING:
    from .audit import audit
    from .doctor import doctor
    from .examine import examine
    from .export import export, not_exported
    from .handing import card, purge, report
    from .inspect import evaluate, inspect
    from .paired import compare_runs
    from .predict import Model, csv_rows, load, predict
    from .redact import redact_texts, suggest_words
    from .resume import resume
    from .run import Run, list_runs
    from .sample import sample
    from .show import is_data, show, show_sheet
    from .similar import near_texts, similar
    from .summary import plan, summary
    from .train import train, train_with
    from .verify import verify

__getattr__, __dir__ = attach(
    __name__,
    {
        "Model": "predict",
        "Run": "run",
        "audit": "audit",
        "card": "handing",
        "compare_runs": "paired",
        "csv_rows": "predict",
        "doctor": "doctor",
        "evaluate": "inspect",
        "examine": "examine",
        "export": "export",
        "inspect": "inspect",
        "list_runs": "run",
        "load": "predict",
        "near_texts": "similar",
        "not_exported": "export",
        "plan": "summary",
        "predict": "predict",
        "purge": "handing",
        "redact_texts": "redact",
        "report": "handing",
        "resume": "resume",
        "sample": "sample",
        "is_data": "show",
        "show": "show",
        "show_sheet": "show",
        "similar": "similar",
        "suggest_words": "redact",
        "summary": "summary",
        "train": "train",
        "train_with": "train",
        "verify": "verify",
    },
)
