"""How positive or negative English texts are, by a lexicon and rules for *not*, *very*, capitals and emoji.

Source: VADER (C. Hutto and E. Gilbert, ICWSM 2014), made for short posts. It counts words: irony, and a crime told
without feeling (`a man was stabbed`), it reads wrongly.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

EDGE = 0.05
"""From this score on a text counts as positive, from its negative on as negative (the authors' own bounds)."""


def sentiment(texts: pl.Series) -> pl.DataFrame:
    """The feeling of each text, `(n,)` strings: `score` from -1 to 1, the shares of its words (`positive`, `neutral`,
    `negative`, which add up to 1; all 0 for a text without words) and `feeling`, one of those three words."""
    rated = [_analyser().polarity_scores(text) for text in texts.fill_null("").to_list()]
    frame = pl.DataFrame(
        {
            "score": [one["compound"] for one in rated],
            "positive": [one["pos"] for one in rated],
            "neutral": [one["neu"] for one in rated],
            "negative": [one["neg"] for one in rated],
        },
        schema=dict.fromkeys(("score", "positive", "neutral", "negative"), pl.Float64),
    )
    not_positive = pl.when(pl.col("score") <= -EDGE).then(pl.lit("negative")).otherwise(pl.lit("neutral"))
    feeling = pl.when(pl.col("score") >= EDGE).then(pl.lit("positive")).otherwise(not_positive)
    return frame.with_columns(feeling.alias("feeling"))


@cache
def _analyser() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
