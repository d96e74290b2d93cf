"""Records become text, HTML, tables and figures here. Nothing is computed that a record does not already hold."""

from ..core.lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    {
        "table": "text",
        "evaluation_text": "text",
        "findings_text": "text",
        "layers_text": "model_text",
        "summary_text": "model_text",
        "write_report": "html",
        "findings_fragment": "html",
        "evaluation_fragment": "html",
    },
)
