"""The columns of a table as a model file describes them: checked before anything is looked up by them."""

from __future__ import annotations

import itertools
from typing import Any, get_args

from ..core.errors import ModelFileError
from ..core.records import Column, ColumnKind
from ..models.codecs import fields

LETTERS = 2**24
"""Of all names and categories together."""
KINDS = get_args(ColumnKind)


def described_columns(record: Any, kind: str, shape: list[int]) -> tuple[Column, ...]:
    """One column for each of the values of a row. Raises ModelFileError."""
    if kind != "table" or not isinstance(record, list) or len(record) != shape[0]:
        raise ModelFileError(
            f"input describes columns for {kind} of {fields.shown(shape)}; expected one for each value"
        )
    columns = tuple(map(_column, record))
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        raise ModelFileError("two columns have the same name")
    if sum(map(len, itertools.chain(names, *(column.categories for column in columns)))) > LETTERS:
        raise ModelFileError("the columns have more letters than a model file holds")
    return columns


def _column(record: Any) -> Column:
    if not isinstance(record, dict):
        raise ModelFileError(f"a column is {fields.shown(record)}; expected an object")
    optional = [name for name in ("categories", "missing", "form") if name in record]
    fields.exact_keys(record, ["name", "kind", *optional], "a column")
    name, kind, form = record["name"], record["kind"], record.get("form", "")
    if not isinstance(name, str) or not isinstance(form, str) or kind not in KINDS:
        raise ModelFileError(f"a column is {fields.shown(record)}; expected a name and one of {', '.join(KINDS)}")
    lists = {key: record.get(key, []) for key in ("categories", "missing")}
    for key, texts in lists.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ModelFileError(f"{key} of column {fields.shown(name)} are {fields.shown(texts)}; expected texts")
    categories = lists["categories"]
    if (kind == "category") != bool(categories):
        raise ModelFileError(f"column {fields.shown(name)} is a {kind} with {len(categories)} categories")
    if any(earlier >= later for earlier, later in itertools.pairwise(categories)):
        raise ModelFileError(f"categories of column {fields.shown(name)} are not in rising order, each once")
    return Column.from_json(record)
