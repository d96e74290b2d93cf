"""The language of texts, by their letters. What is too short or cannot be told is left open.

Source: py3langid, a naive Bayes model on runs of bytes of 97 languages (M. Lui and T. Baldwin, "langid.py", ACL 2012).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from .split import URL

LEAST_BYTES = 20
"""A text whose letters take fewer bytes in UTF-8 is not judged (a Han letter says more, and takes three)."""
LEAST_SURE = 0.8
"""A judgement of a lower probability is none. On 5,574 English text messages no other language reached it."""
_NOT_LANGUAGE = rf"{URL}|[@#]\w+|&#?\w+;"


def detect(texts: pl.Series) -> pl.Series:
    """The language of each text as an ISO 639 code, or "" where it is too short or cannot be told.

    Parameters: `texts`, `(n,)` strings. Returns `(n,)` strings. Links, @names and #tags are not looked at.
    """
    frame = texts.fill_null("").str.replace_all(_NOT_LANGUAGE, " ").to_frame("text")
    enough = pl.col("text").str.replace_all(r"[^\p{L}\p{M}]", "").str.len_bytes() >= LEAST_BYTES
    distinct = frame.filter(enough).unique(maintain_order=True)["text"]
    found = pl.Series("language", [_language(text) for text in distinct.to_list()], dtype=pl.String)
    return frame.select(pl.col("text").replace_strict(distinct, found, default="").alias("language"))["language"]


def _language(text: str) -> str:
    code, sure = _identifier().classify(text)
    return str(code) if sure >= LEAST_SURE else ""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
