"""Records become text, HTML, tables and figures here. Nothing is computed that a record does not already hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

__all__ = [
    "card_text",
    "comparison_text",
    "evaluation_text",
    "exam_text",
    "fairness_text",
    "findings_text",
    "layers_text",
    "leak_price_text",
    "more_data_text",
    "operating_text",
    "redaction_text",
    "robustness_text",
    "similar_text",
    "slices_text",
    "solvable_text",
    "suggestion_text",
    "summary_text",
    "suspects_text",
    "table",
]

if TYPE_CHECKING:
    from .comparison_text import comparison_text
    from .exam_page import exam_text
    from .fairness_page import fairness_text
    from .leak_page import leak_price_text
    from .model_text import card_text, layers_text, summary_text
    from .more_data_page import more_data_text
    from .operating_page import operating_text
    from .redact_page import redaction_text, suggestion_text
    from .robustness_page import robustness_text
    from .similar_text import similar_text
    from .slices_page import slices_text
    from .solvable_page import solvable_text
    from .suspects_page import suspects_text
    from .text import evaluation_text, findings_text, table

__getattr__, __dir__ = attach(
    __name__,
    {
        "card_text": "model_text",
        "comparison_text": "comparison_text",
        "evaluation_text": "text",
        "exam_text": "exam_page",
        "fairness_text": "fairness_page",
        "findings_text": "text",
        "leak_price_text": "leak_page",
        "more_data_text": "more_data_page",
        "layers_text": "model_text",
        "operating_text": "operating_page",
        "redaction_text": "redact_page",
        "robustness_text": "robustness_page",
        "similar_text": "similar_text",
        "slices_text": "slices_page",
        "solvable_text": "solvable_page",
        "suggestion_text": "redact_page",
        "summary_text": "model_text",
        "suspects_text": "suspects_page",
        "table": "text",
    },
)
