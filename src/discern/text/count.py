"""How frequent words are, how evenly they lie over the texts, and which words set one corpus apart from another.

Texts, not words, are what was drawn: a word that one text repeats says little about the next text. Ranges of rates and
of log ratios therefore come from the differences between texts (linearised ratio estimator, Cochran, *Sampling
Techniques*, 1977, 6.4, on the logarithm).

Sources: DP by Gries (2008), normalised by Lijffijt and Gries (2012); D by Juilland (1964), with rates where texts
differ in length; log-likelihood by Dunning (1993) over all four cells; log ratio by Hardie (2014); Holm (1979).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import chdtrc, stdtrit

from ..core.errors import DataError
from ..core.records import Figure
from ..core.views import Record
from .corpus import Corpus, Forms, Ids, Places

Floats = NDArray[np.float64]
MILLION = 1e6
RATE = "95 % range from the differences between texts"
ONE_TEXT = "no range: the words come from a single text"
MISSING = "no range: the word is missing in one of the two, and stands there with half a count"


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Which form stands how often in which text: one entry for each form and text `(n,)`, form by form."""

    forms: Forms
    form: Ids
    text: Ids
    count: Places
    lengths: Places
    """Words of each text `(n_texts,)`, those without a form too. Texts without words are left out of all figures."""

    def only(self, texts: NDArray[np.bool_]) -> Occurrences:
        """Those in some of the texts `(n_texts,)`; the other texts count as empty."""
        keep = texts[self.text]
        lengths = np.where(texts, self.lengths, 0)
        return Occurrences(self.forms, self.form[keep], self.text[keep], self.count[keep], lengths)

    def total(self, weights: Floats | Places | None = None) -> Floats:
        """For each form the sum of something over its entries `(n_forms,)`."""
        return np.bincount(self.form, weights, minlength=len(self.forms)).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Frequencies(Record):
    """How often each word is used, the most frequent first.

    `table` has `word`, `count`, `texts` (how many have it), `per_million` with `low` and `high`, `dp` (0 evenly spread,
    1 in one text alone) and `juilland` (1 evenly spread); dispersion is null where there are fewer than two texts.
    """

    table: pl.DataFrame
    n_tokens: int
    n_texts: int
    parts: str
    """What the dispersion is over, such as `texts` or `10 equal parts`."""
    counted: str
    """What was counted, in words."""

    def to_json(self, rows: int | None = None) -> dict[str, Any]:
        method = RATE if self.n_texts > 1 else ONE_TEXT
        dispersion = f"over {self.parts}; all of them are known, no range is due"
        return {
            "schema": 1,
            "n_tokens": self.n_tokens,
            "n_types": len(self.table),
            "n_texts": self.n_texts,
            "counted": self.counted,
            "words": [
                {
                    "word": row["word"],
                    "count": row["count"],
                    "texts": row["texts"],
                    "per_million": Figure(row["per_million"], row["low"], row["high"], self.n_tokens, method).to_json(),
                    **{
                        name: Figure(row[name], None, None, self.n_texts, dispersion).to_json()
                        for name in ("dp", "juilland")
                    },
                }
                for row in self.table.head(len(self.table) if rows is None else rows).iter_rows(named=True)
            ],
        }


@dataclass(frozen=True, eq=False)
class Keyness(Record):
    """Which words set a corpus apart from another one, those more frequent here first, each by log-likelihood.

    `table` has `word`, `count` and `other` (its counts), `texts`, `per_million`, `per_million_other`, `log_ratio` (2
    means four times as frequent here) with `low` and `high`, `log_likelihood`, `p` (of as many tests as there are
    words, by Holm).
    """

    table: pl.DataFrame
    name: str
    other: str
    n_tokens: int
    n_tokens_other: int
    n_texts: int
    n_texts_other: int
    counted: str

    def to_json(self, rows: int | None = None) -> dict[str, Any]:
        enough = min(self.n_texts, self.n_texts_other) > 1
        n = self.n_tokens + self.n_tokens_other
        return {
            "schema": 1,
            "here": {"name": self.name, "n_tokens": self.n_tokens, "n_texts": self.n_texts},
            "there": {"name": self.other, "n_tokens": self.n_tokens_other, "n_texts": self.n_texts_other},
            "counted": self.counted,
            "words": [
                {
                    "word": row["word"],
                    "count": row["count"],
                    "other": row["other"],
                    "log_ratio": Figure(
                        row["log_ratio"],
                        row["low"],
                        row["high"],
                        n,
                        (MISSING if not row["count"] or not row["other"] else RATE) if enough else ONE_TEXT,
                    ).to_json(),
                    "log_likelihood": Figure(
                        row["log_likelihood"], None, None, n, "of four cells; words taken for independent draws"
                    ).to_json(),
                    "p": row["p"],
                }
                for row in self.table.head(len(self.table) if rows is None else rows).iter_rows(named=True)
            ],
        }


def occurrences(corpus: Corpus, forms: Forms, *, parts: int | None = None) -> Occurrences:
    """Which form stands how often in which text, or in which of `parts` equal parts of the corpus."""
    starts = corpus.starts if parts is None else np.linspace(0, corpus.n_tokens, parts + 1).astype(np.int64)
    lengths = np.diff(starts)
    n_texts = len(lengths)
    ids = forms.of[corpus.tokens]
    keys = ids.astype(np.int64) * n_texts
    keys += np.repeat(np.arange(n_texts), lengths)
    keys = keys[ids >= 0]
    keys.sort()
    new = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.empty(0, np.int64)
    form, text = np.divmod(keys[new], n_texts)
    counts = np.diff(np.append(new, len(keys)))
    return Occurrences(forms, form.astype(np.int32), text.astype(np.int32), counts, lengths)


def frequencies(
    found: Occurrences, *, parts: str = "texts", counted: str = "words in lower case", min_count: int = 1
) -> Frequencies:
    """Count, rate with its range, and dispersion of every form that occurs `min_count` times, over the texts with
    words.

    Raises DataError when nothing is left to count.
    """
    count = found.total(found.count)
    n_tokens, used = int(found.lengths.sum()), int(np.count_nonzero(found.lengths))
    if not np.any(count >= max(1, min_count)):
        raise DataError("no word is left to count; expected words beside stop words, numbers and rare words")
    rate = count / n_tokens
    spread = np.exp(_t(used) * _relative(found)) if used > 1 else np.full(len(count), np.nan)
    columns = {
        "word": found.forms.names,
        "count": count.astype(np.int64),
        "texts": found.total().astype(np.int64),
        "per_million": rate * MILLION,
        "low": rate / spread * MILLION,
        "high": np.minimum(rate * spread, 1.0) * MILLION,
        "dp": _dp(found) if used > 1 else np.full(len(count), np.nan),
        "juilland": _juilland(found) if used > 1 else np.full(len(count), np.nan),
    }
    table = (
        pl.DataFrame(columns)
        .filter(pl.col("count") >= max(1, min_count))
        .with_columns(pl.selectors.float().fill_nan(None))
    )
    table = table.sort(["count", "word"], descending=[True, False])
    return Frequencies(table, n_tokens, used, parts, counted)


def keyness(
    here: Occurrences, there: Occurrences, *, names: tuple[str, str], min_count: int = 1, counted: str = ""
) -> Keyness:
    """Which forms set the texts of `here` apart from those of `there`; both must have the same forms (see `common`).

    Forms with fewer than `min_count` in both together are left out. Raises DataError when one side has no words.
    """
    a, b = here.total(here.count), there.total(there.count)
    n, m = float(here.lengths.sum()), float(there.lengths.sum())
    for name, size in zip(names, (n, m), strict=True):
        if not size:
            raise DataError(f"{name} has no words; expected words on both sides")
    used = [int(np.count_nonzero(side.lengths)) for side in (here, there)]
    ratio = np.log2((np.where(a > 0, a, 0.5) / n) / (np.where(b > 0, b, 0.5) / m))
    low = high = np.full(len(a), np.nan)
    if min(used) > 1:
        error = np.hypot(_relative(here), _relative(there)) / np.log(2)
        reach = np.where((a > 0) & (b > 0), _t(min(used)) * error, np.nan)
        low, high = ratio - reach, ratio + reach
    g2 = log_likelihood(a, b, n, m)
    columns = {
        "word": here.forms.names,
        "count": a.astype(np.int64),
        "other": b.astype(np.int64),
        "texts": here.total().astype(np.int64),
        "texts_other": there.total().astype(np.int64),
        "per_million": a / n * MILLION,
        "per_million_other": b / m * MILLION,
        "log_ratio": ratio,
        "low": low,
        "high": high,
        "log_likelihood": g2,
    }
    table = pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))
    table = table.filter(pl.col("count") + pl.col("other") >= max(1, min_count))
    table = table.with_columns(pl.Series("p", holm(chdtrc(1.0, table["log_likelihood"].to_numpy()))))
    table = table.sort(
        [pl.col("log_ratio") > 0, "log_likelihood", "word"], descending=[True, True, False], nulls_last=True
    )
    return Keyness(table, names[0], names[1], int(n), int(m), used[0], used[1], counted)


def log_likelihood(a: Floats, b: Floats, n: float, m: float) -> Floats:
    """Dunning's G² of counts `a` of `n` words against `b` of `m`, over all four cells."""
    total = n + m
    g2 = np.zeros(len(a))
    for count, size in ((a, n), (b, m)):
        share = size / total
        for observed, expected in ((count, (a + b) * share), (size - count, (total - a - b) * share)):
            with np.errstate(divide="ignore", invalid="ignore"):
                g2 += np.where(observed > 0, observed * np.log(observed / expected), 0.0)
    return np.maximum(0.0, 2 * g2)


def holm(p: Floats) -> Floats:
    """p-values so that one false alarm among all of them has at most that chance."""
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, raised)
    return corrected


def _relative(found: Occurrences) -> Floats:
    """The standard error of each form's rate, as a share of the rate `(n_forms,)`; 0 where it does not occur."""
    count = found.total(found.count)
    sizes = found.lengths.astype(np.float64)
    used = np.count_nonzero(sizes)
    total = sizes.sum()
    rate = count / total
    squares = found.total(found.count.astype(np.float64) ** 2)
    products = found.total(found.count * sizes[found.text])
    residual = np.maximum(0.0, squares - 2 * rate * products + rate**2 * np.sum(sizes**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.sqrt(residual * used / (used - 1)) / total / rate
    return np.where(count > 0, share, 0.0)


def _dp(found: Occurrences) -> Floats:
    """Gries' DP, normalised: half of the differences between where a word is and where words are."""
    share = found.lengths / found.lengths.sum()
    count = found.total(found.count)
    with np.errstate(divide="ignore", invalid="ignore"):
        there = np.abs(found.count / count[found.form] - share[found.text])
        dp = 0.5 * (found.total(there) + 1 - found.total(share[found.text]))
        return np.where(count > 0, np.clip(dp / (1 - share[share > 0].min()), 0, 1), np.nan)


def _juilland(found: Occurrences) -> Floats:
    """Juilland's D over the rates in the texts: 1 minus their coefficient of variation by its largest value."""
    used = np.count_nonzero(found.lengths)
    rates = found.count / found.lengths[found.text]
    mean = found.total(rates) / used
    variance = np.maximum(0.0, found.total(rates**2) / used - mean**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        even: Floats = np.clip(1 - np.sqrt(variance) / mean / np.sqrt(used - 1), 0, 1)
    return even


def _t(n_texts: int) -> float:
    """How many standard errors hold 95 %."""
    return float(stdtrit(n_texts - 1, 0.975))
