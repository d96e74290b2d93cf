"""Texts to learn from: a table with a column of texts and one of labels, or a folder of text files, as a Dataset."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError, describe
from ..core.options import ReadOptions, suggest
from ..core.targets import combine
from ..text import near
from .assemble import Reading, group_column, stop_if_too_many
from .dataset import COLUMN, TARGET, Dataset, Source, set_aside
from .scan import shown
from .texts import Texts, read_texts

ENDINGS = (".csv", ".tsv", ".tab", ".parquet", ".pq", ".jsonl", ".ndjson", ".xlsx", ".xls")
"""Of tables that may hold a column of texts."""
LABELS = ("label", "labels", "class", "category", "target")
"""Columns that are taken for the label where none is named."""
FILE = "file"
ANY = "any"
MOSTLY = 0.8
"""Share of the texts whose language can be told, from which on that language is the data's own."""
NO_LABEL, NO_TEXT = "no label", "no text"


def is_texts(path: Path) -> bool:
    """Whether a path holds texts: a table, or a folder with `.txt` files (looked for two levels deep)."""
    if path.is_file():
        return path.suffix.lower() in ENDINGS
    for depth in ("*", "*/*"):
        for found in path.glob(depth):
            if found.suffix.lower() == ".txt" and found.is_file():
                return True
    return False


def read_labelled(path: Path, given: str, options: ReadOptions, reading: Reading) -> Dataset:
    """The texts of a table or a folder with their labels and groups.

    Rows without a label are set aside where others have one; texts in another language than the data's own are passed
    over, and counted. Raises DataError, OptionError, TooManyBadItems.
    """
    if reading.spec is not None and reading.spec.kind != "texts":
        raise DataError(describe(given, found="texts", expected=f"{reading.spec}, as the model takes"))
    texts = read_texts(path, options.texts, max_bad=reading.max_bad, on_event=reading.on_event)
    others = [name for name in texts.frame.columns if name != texts.text]
    labels = _labels(texts, options, others)
    rejected = list(texts.rejected.iter_rows())
    keep = np.ones(texts.n, bool)
    for name in labels:
        keep &= (texts.frame[name].is_not_null() & (texts.frame[name] != "")).to_numpy()
    rejected += [(item, NO_LABEL) for item in texts.items.filter(pl.Series(~keep)).to_list()]
    stop_if_too_many(given, int(keep.sum()), rejected, reading.max_bad)
    foreign, said = _foreign(texts.texts, keep, options.language)
    skipped = [(texts.items[row], f"another language ({code})") for row, code in sorted(foreign.items())]
    keep[list(foreign)] = False
    rows = np.flatnonzero(keep)
    if not len(rows):
        raise DataError(describe(given, found="no text that can be used", expected="at least one"))
    frame, items = texts.frame[rows], texts.items.gather(rows).rename("item")
    own = texts.texts.gather(rows)
    columns: dict[str, pl.Series] = {"item": items, "sha256": _hashes(own), "pixels": _hashes(near.plain(own))}
    if labels:
        columns["label"] = pl.Series(combine([frame[name].to_list() for name in labels]), dtype=pl.String)
    if len(labels) > 1:
        columns |= {TARGET + name: frame[name] for name in labels}
    if options.group is not None:
        columns["group"] = _groups(frame, items, options.group, others)
    elif reading.groups is not None:
        columns["group"] = group_column(items.to_list(), reading.groups, fixed_order=True)
    columns |= {COLUMN + name: frame[name] for name in others if name not in labels}
    return Dataset(
        name=shown(path.absolute().name),
        kind="texts",
        items=pl.DataFrame(columns),
        values=np.array(own.to_list(), dtype=object),
        paths=tuple(path / name for name in frame[FILE]) if path.is_dir() else (None,) * len(rows),
        rejected=set_aside(rejected),
        skipped=set_aside(skipped),
        notes=(*texts.notes, *said),
        empty_classes=(),
        source=Source("texts", given),
    )


def from_strings(texts: Sequence[str] | NDArray[Any], labels: Sequence[Any] | None, reading: Reading) -> Dataset:
    """Texts given in memory. Raises DataError."""
    own = pl.Series("text", [str(text) for text in texts], dtype=pl.String)
    items = pl.Series("item", [f"texts/{number:05d}" for number in range(len(own))], dtype=pl.String)
    if labels is not None and len(labels) != len(own):
        raise DataError(f"y: found {len(labels):,} labels; expected {len(own):,}, one for each text")
    columns: dict[str, pl.Series] = {"item": items, "sha256": _hashes(own), "pixels": _hashes(near.plain(own))}
    if labels is not None:
        columns["label"] = pl.Series([str(label) for label in labels], dtype=pl.String)
    if reading.groups is not None:
        columns["group"] = group_column(items.to_list(), reading.groups, fixed_order=True)
    return Dataset(
        name="texts",
        kind="texts",
        items=pl.DataFrame(columns),
        values=np.array(own.to_list(), dtype=object),
        paths=(None,) * len(own),
        rejected=set_aside([]),
        skipped=set_aside([]),
        notes=(),
        empty_classes=(),
        source=Source("arrays", None),
    )


def _labels(texts: Texts, options: ReadOptions, others: list[str]) -> list[str]:
    """The columns of labels: those named, or the one with a usual name. Raises OptionError."""
    missing = [name for name in options.label if name not in others]
    if missing:
        raise OptionError(
            f"--label {missing[0]}: no such column; there is {', '.join(others) or 'none beside the text'}"
            f"{suggest(missing[0], others)}"
        )
    if options.label:
        return list(options.label)
    found = next((name for usual in LABELS for name in others if name.lower() == usual), None)
    return [] if found is None else [found]


def _groups(frame: pl.DataFrame, items: pl.Series, name: str, others: list[str]) -> pl.Series:
    """The column of groups; a row without one stands alone. Raises OptionError."""
    if name not in others:
        raise OptionError(
            f"--group {name}: no such column; there is {', '.join(others) or 'none beside the text'}"
            f"{suggest(name, others)}"
        )
    cells = frame[name]
    return cells.zip_with(cells.is_not_null() & (cells != ""), "alone: " + items).alias("group")


def _foreign(texts: pl.Series, keep: NDArray[np.bool_], language: str | None) -> tuple[dict[int, str], list[str]]:
    """Rows of texts in another language than the one asked for, or than most are in, with their language; and a note.

    Only long enough texts show their language; the others are taken for the data's own.
    """
    if language == ANY:
        return {}, []
    from ..text.language import detect

    found = detect(texts)
    known = [code for code, kept in zip(found.to_list(), keep, strict=True) if code and kept]
    if not known:
        return {}, []
    most, count = Counter(known).most_common(1)[0]
    if language is None and count < MOSTLY * len(known):
        few = ", ".join(f"{code} {n:,}" for code, n in Counter(known).most_common(3))
        return {}, [f"several languages ({few}); --language en would keep one of them"]
    own = language or most
    foreign = {row: code for row, code in enumerate(found.to_list()) if code not in ("", own) and keep[row]}
    if not foreign:
        return {}, []
    return foreign, [f"language: {own}; {len(foreign):,} texts in others are passed over (--language any keeps them)"]


def _hashes(texts: pl.Series) -> pl.Series:
    return pl.Series([hashlib.sha256(text.encode()).hexdigest() for text in texts.to_list()], dtype=pl.String)
