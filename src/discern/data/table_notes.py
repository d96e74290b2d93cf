"""What is said about the columns of a table, in a few sentences however many columns there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.options import TableOptions
from ..core.records import Column
from .table_cells import CURRENCY, DECIMAL_COMMA, PERCENT, THOUSANDS
from .table_columns import Judged
from .table_values import few_cells, few_names

MOSTLY = 0.5
"""A category of which this share are numbers may be meant as a column of numbers."""
WAYS = {
    PERCENT: "percentages are read as the number before the sign",
    CURRENCY: "currency signs are left away",
    THOUSANDS: "thousands separators are left away",
    DECIMAL_COMMA: "commas are decimal",
}
STRAYS_NAMED = 5
TO_LEARN_FROM = "columns to learn from: "


def on_columns(judged: Sequence[Judged], aside: Mapping[str, str], n: int, options: TableOptions) -> list[str]:
    """Sentences on what the columns are, what is set aside and why, what is missing, and how cells were read."""
    features = [one for one in judged if one.column is not None]
    said = [to_learn_from([one.column for one in features if one.column is not None])]
    said += _aside(aside)
    said += _missing(features, n)
    for word, way in WAYS.items():
        names = [one.name for one in features if one.parsed is not None and word in one.parsed.form]
        if names:
            said.append(f"{way}: {few_names(names)}")
    said += _open(features)
    strays = [one for one in features if one.parsed is not None and one.parsed.n_bad]
    for one in strays[:STRAYS_NAMED]:
        assert one.parsed is not None and one.column is not None
        cells = dict(one.parsed.bad.head(1_000).iter_rows())
        said.append(f"column {one.name!r}: no {one.column.kind}, taken as missing: {few_cells(cells)}")
    if len(strays) > STRAYS_NAMED:
        said.append(f"so in {few_names([one.name for one in strays[STRAYS_NAMED:]])}")
    for one in judged:
        known = n - one.missing
        if one.n_numbers >= MOSTLY * known > 0 and (one.column is None or one.column.kind == "category"):
            others = f"{known - one.n_numbers:,} of {known:,} cells are no numbers"
            if known > one.n_numbers:
                said.append(f"column {one.name!r} is not read as numbers, for {others}; --missing names what is none")
    if n < len(features):
        said.append(f"fewer rows ({n:,}) than columns ({len(features):,}): a model can learn them by heart")
    return said


def to_learn_from(columns: Sequence[Column]) -> str:
    """How many features of each kind there are."""
    kinds = [column.kind for column in columns]
    parts = [
        f"{kinds.count(kind):,} {many if kinds.count(kind) > 1 else kind}"
        for kind, many in (("number", "numbers"), ("category", "categories"), ("date", "dates"))
        if kind in kinds
    ]
    return f"{TO_LEARN_FROM}{', '.join(parts)}"


def _aside(aside: Mapping[str, str]) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in aside.items():
        by_reason.setdefault(reason, []).append(name)
    return [f"set aside, {reason}: {few_names(names)}" for reason, names in by_reason.items()]


def _missing(features: Sequence[Judged], n: int) -> list[str]:
    lacking = [one for one in features if one.missing]
    if not lacking:
        return []
    marks = sorted({mark for one in lacking for mark in one.marks})
    written = f", written {', '.join(map(repr, marks[:5]))}" if marks else ", empty cells"
    worst = max(lacking, key=lambda one: one.missing)
    most = f"most in {worst.name} ({worst.missing / n:.0%} of the rows)"
    return [f"missing values in {len(lacking):,} of {len(features):,} columns{written}; {most}"]


def _open(features: Sequence[Judged]) -> list[str]:
    """What the cells leave open, and how it was taken."""
    either = [one for one in features if one.parsed is not None and one.told == "either"]
    dates = [one.name for one in either if one.column is not None and one.column.kind == "date"]
    numbers = [one.name for one in either if one.name not in dates and one.parsed and THOUSANDS in one.parsed.form]
    said = []
    if dates:
        said.append(
            f"day or month first cannot be told; 01/02/2020 is taken for the first of February: {few_names(dates)}"
        )
    if numbers:
        said.append(f"1,234 is taken for one thousand two hundred and thirty-four: {few_names(numbers)}")
    return said
