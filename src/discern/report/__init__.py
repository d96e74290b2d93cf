"""Records become text, HTML, tables and figures here. Nothing is computed that a record does not already hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

__all__ = [
    "LINES_OF_A_PAGE",
    "alike_text",
    "answers_text",
    "asked_text",
    "card_text",
    "cleaned_text",
    "clusters_text",
    "collocations_text",
    "coloured_text",
    "comparison_text",
    "concordance_head",
    "concordance_lines",
    "counts_text",
    "entities_text",
    "evaluation_text",
    "exam_text",
    "explained_text",
    "fairness_text",
    "filter_text",
    "findings_text",
    "forecast_table",
    "forecast_text",
    "frequencies_text",
    "groups_text",
    "inside_text",
    "kernels_text",
    "keyness_text",
    "keys_text",
    "label_keys",
    "labelling_text",
    "layers_text",
    "leak_price_text",
    "line_cost_text",
    "line_text",
    "located_text",
    "matrix_text",
    "more_data_text",
    "operating_text",
    "pieces_text",
    "quantity",
    "reading_text",
    "redaction_text",
    "robustness_text",
    "sentences_text",
    "sentiment_text",
    "similar_text",
    "slices_text",
    "solvable_text",
    "state_text",
    "step_text",
    "suggestion_text",
    "summary_text",
    "suspects_text",
    "table",
    "table_overview_text",
    "topics_compared_text",
    "topics_text",
    "vehicle_counts",
    "vehicle_text",
    "visible_lines",
    "what_if_text",
    "write_concordance_page",
    "write_words_picture",
    "writing_text",
]

if TYPE_CHECKING:
    from .clusters_said import clusters_text
    from .comparison_text import comparison_text
    from .concordance_page import LINES_OF_A_PAGE, write_concordance_page
    from .corpus_figures import write_words_picture
    from .corpus_text import (
        alike_text,
        collocations_text,
        concordance_head,
        concordance_lines,
        frequencies_text,
        groups_text,
        keyness_text,
    )
    from .counts_text import counts_text
    from .exam_page import exam_text
    from .explain_said import explained_text
    from .fairness_page import fairness_text
    from .filter_page import filter_text, kernels_text, matrix_text
    from .forecast_said import forecast_table, forecast_text
    from .inside_page import inside_text
    from .label_text import asked_text, keys_text, label_keys, labelling_text
    from .leak_page import leak_price_text
    from .line_words import line_cost_text, line_text
    from .locate_page import located_text
    from .measured_text import evaluation_text
    from .model_text import card_text, layers_text, summary_text
    from .more_data_page import more_data_text
    from .operating_page import operating_text
    from .prepared_text import cleaned_text, entities_text, pieces_text, sentences_text, sentiment_text
    from .read_page import reading_text
    from .redact_page import redaction_text, suggestion_text
    from .robustness_page import robustness_text
    from .similar_text import similar_text
    from .slices_page import slices_text
    from .solvable_page import solvable_text
    from .suspects_page import suspects_text
    from .table_text import table_overview_text
    from .text import findings_text, table
    from .topics_compared import topics_compared_text
    from .topics_said import coloured_text, topics_text
    from .topics_steps import state_text, step_text
    from .vehicle_words import vehicle_counts, vehicle_text
    from .what_if_text import answers_text, what_if_text
    from .words import quantity
    from .write_page import visible_lines, writing_text

__getattr__, __dir__ = attach(
    __name__,
    {
        "counts_text": "counts_text",
        "card_text": "model_text",
        "cleaned_text": "prepared_text",
        "entities_text": "prepared_text",
        "pieces_text": "prepared_text",
        "sentences_text": "prepared_text",
        "sentiment_text": "prepared_text",
        "comparison_text": "comparison_text",
        "evaluation_text": "measured_text",
        "exam_text": "exam_page",
        "fairness_text": "fairness_page",
        "findings_text": "text",
        "forecast_table": "forecast_said",
        "forecast_text": "forecast_said",
        "leak_price_text": "leak_page",
        "line_cost_text": "line_words",
        "line_text": "line_words",
        "more_data_text": "more_data_page",
        "asked_text": "label_text",
        "keys_text": "label_text",
        "label_keys": "label_text",
        "labelling_text": "label_text",
        "layers_text": "model_text",
        "operating_text": "operating_page",
        "quantity": "words",
        "redaction_text": "redact_page",
        "robustness_text": "robustness_page",
        "similar_text": "similar_text",
        "slices_text": "slices_page",
        "solvable_text": "solvable_page",
        "suggestion_text": "redact_page",
        "summary_text": "model_text",
        "suspects_text": "suspects_page",
        "table": "text",
        "table_overview_text": "table_text",
        "frequencies_text": "corpus_text",
        "keyness_text": "corpus_text",
        "groups_text": "corpus_text",
        "alike_text": "corpus_text",
        "collocations_text": "corpus_text",
        "concordance_head": "corpus_text",
        "concordance_lines": "corpus_text",
        "write_words_picture": "corpus_figures",
        "LINES_OF_A_PAGE": "concordance_page",
        "write_concordance_page": "concordance_page",
        "clusters_text": "clusters_said",
        "coloured_text": "topics_said",
        "topics_text": "topics_said",
        "topics_compared_text": "topics_compared",
        "step_text": "topics_steps",
        "state_text": "topics_steps",
        "inside_text": "inside_page",
        "located_text": "locate_page",
        "reading_text": "read_page",
        "vehicle_counts": "vehicle_words",
        "vehicle_text": "vehicle_words",
        "filter_text": "filter_page",
        "kernels_text": "filter_page",
        "matrix_text": "filter_page",
        "visible_lines": "write_page",
        "writing_text": "write_page",
        "explained_text": "explain_said",
        "what_if_text": "what_if_text",
        "answers_text": "what_if_text",
    },
)
