"""Hashes that say which data a result belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from json.encoder import encode_basestring

import polars as pl

FINGERPRINTED = ("item", "label", "group", "part", "sha256")


def fingerprint(items: pl.DataFrame) -> str:
    """SHA-256 over what each item is called, what it is labelled, where it belongs and what its bytes are."""
    digest = hashlib.sha256()
    columns = [name for name in FINGERPRINTED if name in items.columns]
    digest.update(json.dumps(columns).encode())
    for row in items.select(columns).iter_rows():
        digest.update(json.dumps(row, ensure_ascii=False).encode())
    return digest.hexdigest()


def fingerprint_by_columns(items: pl.DataFrame) -> str:
    """`fingerprint` for tables with very many rows: column by column, each text after how long they all are."""
    digest = hashlib.sha256()
    columns = [name for name in FINGERPRINTED if name in items.columns]
    digest.update(json.dumps([*columns, items.height]).encode())
    for name in columns:
        column = items[name]
        if column.dtype == pl.Float64:
            digest.update(column.to_numpy().astype("<f8").tobytes())
            continue
        digest.update(column.str.len_bytes().fill_null(2**32 - 1).to_numpy().astype("<u4").tobytes())
        digest.update((column.str.join("").item() or "").encode())
    return digest.hexdigest()


def key_of(rows: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over (hash, label) pairs, whatever their order: names one set of labelled items."""
    lines = sorted(f"[{_json(first)}, {_json(second)}]\n" for first, second in rows)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def key_of_items(items: pl.DataFrame) -> str:
    """`key_of` for a frame with the columns `sha256` and `label`; where labels are numbers, all rows at once."""
    rows = items.select("sha256", "label")
    if rows.schema["label"] == pl.Float64:
        return fingerprint_by_columns(rows.sort("sha256", "label"))
    return key_of(rows.iter_rows())


def _json(value: object) -> str:
    """As `json.dumps`, which makes an encoder each time."""
    return encode_basestring(value) if isinstance(value, str) else json.dumps(value)
