"""The verbs: one file each, plain functions over the records. The command line and the studio are thin wrappers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import attach

__all__ = [
    "Model",
    "PlaceOptions",
    "Run",
    "apply_clusters",
    "apply_topics",
    "audit",
    "card",
    "check_batch",
    "check_steps",
    "check_vehicles",
    "clean_texts",
    "cleaning",
    "clusters",
    "collocations",
    "colour_text",
    "compare_runs",
    "compare_topics",
    "concordance",
    "count",
    "csv_text",
    "doctor",
    "draw_map",
    "evaluate",
    "examine",
    "explain",
    "export",
    "features",
    "filter_picture",
    "find_entities",
    "fit_line",
    "forecast",
    "forecast_again",
    "guess_labels",
    "index",
    "inspect",
    "is_data",
    "is_table",
    "is_writer",
    "kernels",
    "key_words",
    "key_words_by",
    "label",
    "learn_to_write",
    "line_costs",
    "list_runs",
    "load",
    "locate",
    "look_inside",
    "near_texts",
    "not_exported",
    "parse_pool",
    "plan",
    "predict",
    "purge",
    "rate_texts",
    "read_characters",
    "redact_texts",
    "rename_clusters",
    "rename_topics",
    "report",
    "resume",
    "sample",
    "show",
    "show_sheet",
    "show_table",
    "similar",
    "split_texts",
    "step_topics",
    "suggest_words",
    "summarise",
    "summary",
    "topics",
    "train",
    "train_with",
    "verify",
    "what_if",
    "words",
    "words_like",
    "write",
    "write_labelled",
]

if TYPE_CHECKING:
    from .audit import audit
    from .cluster_items import apply_clusters
    from .clusters import clusters, rename_clusters
    from .corpus import collocations, concordance, index, key_words, key_words_by, words, words_like
    from .counting import PlaceOptions, count
    from .doctor import doctor
    from .examine import examine
    from .explain import explain
    from .explain_picture import look_inside
    from .export import export, not_exported
    from .features import features
    from .filter import filter_picture, kernels, parse_pool
    from .fit_line import fit_line, line_costs
    from .forecast import forecast
    from .forecast_again import forecast_again
    from .guess import guess_labels
    from .handing import card, purge, report
    from .inspect import evaluate, inspect
    from .label import check_batch, label, write_labelled
    from .locate import locate
    from .maps import draw_map
    from .paired import compare_runs
    from .predict import Model, csv_text, load, predict
    from .read_characters import read_characters
    from .redact import redact_texts, suggest_words
    from .resume import resume
    from .run import Run, list_runs
    from .sample import sample
    from .show import is_data, is_table, show, show_sheet, show_table
    from .similar import near_texts, similar
    from .summary import plan, summary
    from .texts import clean_texts, cleaning, find_entities, rate_texts, split_texts, summarise
    from .topics import apply_topics, rename_topics, topics
    from .topics_other import check_steps, colour_text, compare_topics, step_topics
    from .train import train, train_with
    from .vehicle import check_vehicles
    from .verify import verify
    from .what_if import what_if
    from .write import is_writer, learn_to_write, write

__getattr__, __dir__ = attach(
    __name__,
    {
        "draw_map": "maps",
        "count": "counting",
        "PlaceOptions": "counting",
        "Model": "predict",
        "Run": "run",
        "audit": "audit",
        "card": "handing",
        "compare_runs": "paired",
        "csv_text": "predict",
        "doctor": "doctor",
        "evaluate": "inspect",
        "examine": "examine",
        "export": "export",
        "fit_line": "fit_line",
        "line_costs": "fit_line",
        "forecast": "forecast",
        "forecast_again": "forecast_again",
        "guess_labels": "guess",
        "inspect": "inspect",
        "check_batch": "label",
        "label": "label",
        "write_labelled": "label",
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
        "is_table": "show",
        "show": "show",
        "show_sheet": "show",
        "show_table": "show",
        "similar": "similar",
        "suggest_words": "redact",
        "summary": "summary",
        "clean_texts": "texts",
        "cleaning": "texts",
        "find_entities": "texts",
        "rate_texts": "texts",
        "split_texts": "texts",
        "summarise": "texts",
        "train": "train",
        "train_with": "train",
        "verify": "verify",
        "features": "features",
        "look_inside": "explain_picture",
        "locate": "locate",
        "read_characters": "read_characters",
        "check_vehicles": "vehicle",
        "filter_picture": "filter",
        "kernels": "filter",
        "parse_pool": "filter",
        "is_writer": "write",
        "learn_to_write": "write",
        "write": "write",
        "collocations": "corpus",
        "concordance": "corpus",
        "index": "corpus",
        "key_words": "corpus",
        "key_words_by": "corpus",
        "words": "corpus",
        "words_like": "corpus",
        "clusters": "clusters",
        "rename_clusters": "clusters",
        "apply_clusters": "cluster_items",
        "topics": "topics",
        "apply_topics": "topics",
        "rename_topics": "topics",
        "compare_topics": "topics_other",
        "colour_text": "topics_other",
        "step_topics": "topics_other",
        "check_steps": "topics_other",
        "explain": "explain",
        "what_if": "what_if",
    },
)
