"""Records become text, HTML, tables and figures here. Nothing is computed that a record does not already hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

__all__ = ["evaluation_text", "findings_text", "layers_text", "summary_text", "table"]

if TYPE_CHECKING:
    from .model_text import layers_text, summary_text
    from .text import evaluation_text, findings_text, table

__getattr__, __dir__ = attach(
    __name__,
    {
        "evaluation_text": "text",
        "findings_text": "text",
        "layers_text": "model_text",
        "summary_text": "model_text",
        "table": "text",
    },
)
