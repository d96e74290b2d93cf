"""The result of redacting a whole table piece by piece: counts, the coverage curve and the risk that remains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.views import Record
from .redact import MARKS, Redacted, Whitelist
from .risk import COMPLETE, Risk, remaining_risk
from .suggest import coverage


@dataclass(frozen=True)
class Columns(Record):
    """What became of the other columns of a table."""

    kept: tuple[str, ...] = ()
    """Kept as they stand, because they were named."""
    dropped: tuple[str, ...] = ()
    unnamed: int = 0
    """Dropped too; their names are not shown, for they hold words that are not known to be safe."""
    unique: Figure | None = None
    """Share of texts whose values in the kept columns no other text has."""


@dataclass(frozen=True)
class Redaction(Record):
    """What a redaction came to. It holds no hidden word."""

    n_texts: int
    n_rejected: int
    n_words: int
    """Words and written forms that there were."""
    kept: Figure
    """Share of them that was kept."""
    hidden: Mapping[str, int]
    """How often each type was hidden."""
    n_listed: int
    """Words of the list; of them `n_used` were met."""
    n_used: int
    coverage: tuple[tuple[int, float], ...]
    """The share of all words that the n most frequent make, hidden ones too: `(n, share)`."""
    risk: Risk
    columns: Columns = Columns()

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "texts": self.n_texts,
            "rejected": self.n_rejected,
            "words": self.n_words,
            "kept": self.kept.to_json(),
            "hidden": dict(self.hidden),
            "listed_words": self.n_listed,
            "used_words": self.n_used,
            "coverage": [list(point) for point in self.coverage],
            "risk": self.risk.to_json(),
            "columns": {
                "kept": list(self.columns.kept),
                "dropped": list(self.columns.dropped),
                "dropped_unnamed": self.columns.unnamed,
                "unique": None if self.columns.unique is None else self.columns.unique.to_json(),
            },
        }


@dataclass
class Tally(Record):
    """Takes redacted pieces of a table in order and makes one result of them."""

    kept_words: Whitelist
    n_texts: int = 0
    n_words: int = 0
    hidden: Counter[str] = field(default_factory=Counter)
    _rows: list[NDArray[np.int32]] = field(default_factory=list)
    _codes: list[NDArray[np.uint32]] = field(default_factory=list)
    _hashes: list[NDArray[np.uint64]] = field(default_factory=list)
    _beside: list[NDArray[np.uint64]] = field(default_factory=list)
    _uses: list[pl.DataFrame] = field(default_factory=list)

    def add(self, piece: Redacted, beside: pl.DataFrame | None = None) -> None:
        """One more piece, with its kept columns."""
        self._rows.append((piece.kept_rows + self.n_texts).astype(np.int32))
        self._codes.append(piece.kept_codes)
        self._hashes.append(piece.texts.hash(seed=0).to_numpy())
        self._uses.append(piece.uses)
        if beside is not None and beside.width:
            self._beside.append(beside.hash_rows(seed=0).to_numpy())
        self.n_texts += len(piece.texts)
        self.n_words += piece.n_words
        self.hidden.update(piece.hidden)

    def result(self, *, k: int, n_rejected: int = 0, columns: Columns | None = None) -> Redaction:
        """The result, once: what was gathered is let go, for a million notes must not be held twice."""
        rows = np.concatenate(self._rows) if self._rows else np.zeros(0, np.int32)
        codes = np.concatenate(self._codes) if self._codes else np.zeros(0, np.uint32)
        hashes = np.concatenate(self._hashes) if self._hashes else np.zeros(0, np.uint64)
        uses = pl.concat(self._uses).group_by("key").agg(pl.col("uses").sum()) if self._uses else None
        columns = columns or Columns()
        if self._beside:
            alone = int((np.unique(np.concatenate(self._beside), return_counts=True)[1] == 1).sum())
            unique = Figure(alone / max(self.n_texts, 1), None, None, self.n_texts, COMPLETE)
            columns = Columns(columns.kept, columns.dropped, columns.unnamed, unique)
        self._rows, self._codes, self._hashes = [], [], []
        share = len(codes) / self.n_words if self.n_words else None
        return Redaction(
            n_texts=self.n_texts,
            n_rejected=n_rejected,
            n_words=self.n_words,
            kept=Figure(share, None, None, self.n_words, COMPLETE),
            hidden={name: self.hidden[name] for name in MARKS},
            n_listed=len(self.kept_words.words),
            n_used=len(np.unique(codes)),
            coverage=() if uses is None else coverage(uses["uses"]),
            risk=remaining_risk(rows, codes, self.kept_words.ordered.to_list(), hashes, n_words=self.n_words, k=k),
            columns=columns,
        )
