"""Trees that ask about gaps and categories too: the nodes of `nodes`, and how a category is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .nodes import DEEPEST, PLACES_A_STEP, Piece, Trees, join

CODES = 256
"""Of a category: up to 255, and last that of a missing one."""


@dataclass(frozen=True)
class GapTrees(Trees):
    """As `Trees`; an item that lacks the feature goes left where `missing_left` says so.

    A feature from `n_columns` on is a question about a category: whether the value of column `set_columns[j]` is in row
    j of `sets`. It is 0 for yes and 1 for no, so that yes goes left.
    """

    missing_left: NDArray[np.uint8]
    """(n_nodes,)"""
    n_columns: int
    set_columns: NDArray[np.int32]
    """(n_sets,), rising"""
    sets: NDArray[np.uint8]
    """(n_sets, CODES): 0 for yes, 1 for no."""

    def sums(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """The answers of all trees added up, `(n, n_answers)`, for float64 rows `(n, n_columns)`."""
        total = np.empty((len(rows), self.values.shape[1]))
        at_once = max(1, PLACES_A_STEP // len(self.roots))
        for start in range(0, len(rows), at_once):
            part = self.widened(rows[start : start + at_once])
            leaves = self.leaf[self._walk(part)]
            total[start : start + at_once] = 0
            for answers in leaves.T:
                total[start : start + at_once] += self.values[answers]
        return total

    def widened(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """The rows with a column behind them for each set, `(n, n_columns + n_sets)`."""
        if not len(self.sets):
            return rows
        found = np.where(np.isnan(rows[:, self.set_columns]), CODES - 1, rows[:, self.set_columns])
        code = np.clip(found, 0, CODES - 1).astype(np.int64)
        return np.concatenate([rows, self.sets[np.arange(len(self.sets)), code]], axis=1)

    def _walk(self, rows: NDArray[Any]) -> NDArray[np.int32]:
        at = np.repeat(self.roots[None], len(rows), axis=0)
        items = np.arange(len(rows))[:, None]
        lacks = np.isnan(rows)
        gaps = bool(lacks.any())
        for _ in range(DEEPEST):
            if (self.leaf[at] >= 0).all():
                break
            asked = self.feature[at]
            goes_left = rows[items, asked] <= self.threshold[at]
            if gaps:
                goes_left |= lacks[items, asked] & (self.missing_left[at] > 0)
            at = np.where(goes_left, self.left[at], self.right[at])
        return at


@dataclass(frozen=True)
class Grown:
    """One tree as scikit-learn's histogram boosting grew it."""

    nodes: NDArray[Any]
    """Its record array."""
    bitsets: NDArray[np.uint32]
    """`(n_category_nodes, 8)`, over the codes that scikit-learn gave."""
    answer: int
    """The position among the answers that the tree corrects."""


def joined(
    grown: Sequence[Grown], n_answers: int, columns: NDArray[np.int64], known: Sequence[NDArray[np.float64] | None]
) -> GapTrees:
    """All trees in one set of arrays.

    scikit-learn moves the categories to the front and counts them anew: `columns` `(n_columns,)` says which of our
    columns each of its features is, and `known` (of each feature) which of our codes its codes are, None for numbers.
    """
    tables: dict[tuple[int, bytes], int] = {}
    pieces, missing = [], []
    for tree in grown:
        nodes = tree.nodes
        ends = nodes["is_leaf"].astype(bool)
        feature = columns[nodes["feature_idx"]]
        threshold = np.minimum(nodes["num_threshold"], np.finfo(np.float64).max)
        for i in np.flatnonzero(~ends & nodes["is_categorical"].astype(bool)):
            place = int(nodes["feature_idx"][i])
            table = _table(tree.bitsets[nodes["bitset_idx"][i]], known[place], bool(nodes["missing_go_to_left"][i]))
            number = tables.setdefault((int(columns[place]), table.tobytes()), len(tables))
            feature[i], threshold[i] = len(columns) + number, 0.5
        answers = np.zeros((len(nodes), n_answers))
        answers[:, tree.answer] = nodes["value"]
        left = np.where(ends, -1, nodes["left"].astype(np.int64))
        pieces.append(Piece(feature, threshold, left, nodes["right"].astype(np.int64), answers))
        missing.append(np.where(ends, 0, nodes["missing_go_to_left"]).astype(np.uint8))
    plain = join(pieces)
    keys = list(tables)
    order = sorted(range(len(keys)), key=keys.__getitem__)  # by column, as the graph answers them
    moved = np.concatenate([np.arange(len(columns)), len(columns) + np.argsort(np.array(order, np.int64))])
    found = [keys[number] for number in order]
    return GapTrees(
        **{field.name: getattr(plain, field.name) for field in fields(Trees) if field.name != "feature"},
        feature=moved[plain.feature].astype(np.int32),
        missing_left=np.concatenate(missing),
        n_columns=len(columns),
        set_columns=np.array([column for column, _ in found], np.int32),
        sets=np.array([np.frombuffer(table, np.uint8) for _, table in found]).reshape(-1, CODES),
    )


def _table(bits: NDArray[np.uint32], known: NDArray[np.float64] | None, missing_left: bool) -> NDArray[np.uint8]:
    """For each of our codes whether it goes left (0) or right (1); what is not known goes as a missing value does."""
    table = np.full(CODES, 0 if missing_left else 1, np.uint8)
    if known is not None:
        seen = np.flatnonzero(~np.isnan(known))
        inside = (bits[seen // 32] >> (seen % 32).astype(np.uint32)) & 1
        table[known[seen].astype(np.int64)] = 1 - inside
    return table
