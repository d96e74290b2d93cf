"""A corpus on disk: arrays in one file that is mapped into memory, so that a question is answered without reading it
all.

Format 1: 8 bytes that name it, the length of a JSON header (8 bytes, little end first), the SHA-256 of the header, the
header, then the arrays, each at the next multiple of 64 bytes with zeros before it and its SHA-256 in the header. There
is no code in it. It holds the texts themselves (a concordance shows them): a new file can be read by its owner only.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..core.errors import DataError, describe
from ..core.files import atomic
from .corpus import Corpus, Strings
from .split import WORD

MAGIC = b"DISCTXT\x01"
FORMAT = 1
ALIGN = 64
LONGEST_HEADER = 2**24
HOLDS = "the texts themselves, in full"
DTYPES = {"tokens": "<i4", "begins": "<u4", "starts": "<i8", "order": "<i4", "firsts": "<i8"}
"""Arrays that every index has, beside the bytes (`|u1`) and ends (`<i8`) of its strings."""
OTHER_RULES = (
    "the words of this index were cut by other rules than those of today; make it anew to compare it with texts"
)
REMEDY = "make it anew with discern text index"


def is_index(path: str | Path) -> bool:
    """Whether a file begins as an index does; False for what cannot be read."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            return file.read(len(MAGIC) - 1) == MAGIC[:-1]
    except (OSError, ValueError):
        return False


def write_index(path: Path, corpus: Corpus) -> None:
    """Write a corpus with the places of all its words; the same corpus gives the same bytes. Raises OutputError."""
    order, firsts = corpus.places
    strings = {"vocabulary": Strings.of(corpus.vocabulary), "texts": corpus.texts, "items": corpus.items}
    strings |= {f"column {place}": column for place, column in enumerate(corpus.columns.values())}
    arrays: dict[str, NDArray[Any]] = {
        "tokens": corpus.tokens,
        "begins": corpus.begins,
        "starts": corpus.starts,
        "order": order,
        "firsts": firsts,
    }
    for name, some in strings.items():
        arrays |= {f"{name} bytes": some.blob, f"{name} ends": some.ends}
    arrays = {name: np.ascontiguousarray(value, dtype=_dtype(name)) for name, value in arrays.items()}
    header = {
        "format": FORMAT,
        "program": __version__,
        "holds": HOLDS,
        "name": corpus.name,
        "words": _rules(),
        "columns": list(corpus.columns),
        "arrays": [
            {"name": name, "n": len(value), "sha256": hashlib.sha256(value.data).hexdigest()}
            for name, value in arrays.items()
        ],
    }
    text = json.dumps(header, ensure_ascii=True).encode()
    with atomic(Path(path)) as file:
        written = file.write(MAGIC + len(text).to_bytes(8, "little") + hashlib.sha256(text).digest() + text)
        for value in arrays.values():
            written += file.write(bytes(-written % ALIGN))
            written += file.write(value.data)


def open_index(path: str | Path) -> Corpus:
    """The corpus in an index, mapped into memory. Every byte is compared with its checksum and every place with its
    bounds before anything is used. Raises DataError for what is damaged, cut, or no index."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(16)
            length = int.from_bytes(start[8:16], "little")
            if start[:7] != MAGIC[:7]:
                _refuse(path, "no index of texts")
            if start[7:8] != MAGIC[7:]:
                _refuse(path, "an index in a format that this program does not read")
            if length > min(LONGEST_HEADER, size):
                _refuse(path, "an index that is cut short or damaged in its first bytes")
            digest, text = file.read(32), file.read(length)
    except OSError as error:
        raise DataError(describe(str(path), found=(error.strerror or str(error)).lower())) from error
    if hashlib.sha256(text).digest() != digest:
        _refuse(path, "an index whose header differs from its checksum")
    try:
        header = json.loads(text)
        columns = header["columns"]
        names = _names(len(columns))
        entries = [(entry["name"], entry["n"], entry["sha256"]) for entry in header["arrays"]]
        fits = header["format"] == FORMAT and [name for name, *_ in entries] == names
        fits = fits and all(isinstance(name, str) for name in (*columns, header["name"], header["words"]))
        fits = fits and len(set(columns)) == len(columns) and all(type(n) is int and n >= 0 for _, n, _ in entries)
    except (ValueError, KeyError, TypeError, RecursionError):
        fits = False
    if not fits:
        _refuse(path, "an index with a header that does not describe one")
    arrays = _mapped(path, 48 + length, size, entries)
    _check(path, arrays, len(columns))
    strings = {
        name: Strings(arrays[f"{name} bytes"], arrays[f"{name} ends"])
        for name in ("vocabulary", "texts", "items", *(f"column {place}" for place in range(len(columns))))
    }
    corpus = Corpus(
        header["name"],
        strings["vocabulary"].series(),
        arrays["tokens"],
        arrays["starts"],
        arrays["begins"],
        strings["texts"],
        strings["items"],
        {name: strings[f"column {place}"] for place, name in enumerate(columns)},
        (arrays["order"], arrays["firsts"]),
        () if header["words"] == _rules() else (OTHER_RULES,),
    )
    _ = corpus.lower  # worked out once, so that the first question is as quick as the others
    return corpus


def facts(path: str | Path, corpus: Corpus) -> dict[str, Any]:
    """What an index holds, in numbers."""
    return {
        "schema": 1,
        "texts": corpus.n_texts,
        "words": corpus.n_tokens,
        "distinct": len(corpus.vocabulary),
        "columns": list(corpus.columns),
        "bytes": Path(path).stat().st_size,
        "holds": HOLDS,
    }


def _mapped(path: Path, at: int, size: int, entries: list[tuple[str, int, str]]) -> dict[str, NDArray[Any]]:
    """The arrays, each where it must be, with the bytes that its checksum is of."""
    raw: NDArray[np.uint8] = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
    arrays: dict[str, NDArray[Any]] = {}
    for name, n, digest in entries:
        dtype = np.dtype(_dtype(name))
        begin = at + -at % ALIGN
        end = begin + n * dtype.itemsize
        if end > len(raw):
            _refuse(path, f"an index that is cut short: {size:,} bytes end within its {name}")
        part = raw[begin:end]
        if raw[at:begin].any() or hashlib.sha256(part.data).hexdigest() != digest:
            _refuse(path, f"an index whose {name} differ from their checksum")
        arrays[name] = part.view(dtype)
        at = end
    if at != len(raw):
        _refuse(path, f"an index with {len(raw) - at:,} bytes after its end")
    return arrays


def _check(path: Path, arrays: Mapping[str, NDArray[Any]], n_columns: int) -> None:
    """Whether every place lies within what it is a place of. A checksum shows damage only; this holds for any file."""
    n_types, n_tokens = len(arrays["vocabulary ends"]), len(arrays["tokens"])
    n_texts = len(arrays["starts"]) - 1
    right = n_texts > 0 and n_tokens > 0 and len(arrays["begins"]) == len(arrays["order"]) == n_tokens
    right = right and all(
        len(arrays[f"{name} ends"]) == n_texts for name in ("texts", "items", *_column_names(n_columns))
    )
    right = right and len(arrays["firsts"]) == n_types + 1
    right = right and _within(arrays["tokens"], n_types) and _within(arrays["order"], n_tokens)
    right = right and all(_rising(arrays[name], n_tokens, first=0) for name in ("starts", "firsts"))
    for name in ("vocabulary", "texts", "items", *_column_names(n_columns)):
        right = right and _rising(arrays[f"{name} ends"], len(arrays[f"{name} bytes"]))
    if not right:
        _refuse(path, "an index with places outside of its texts")


def _within(values: NDArray[Any], n: int) -> bool:
    return bool(values.min() >= 0 and values.max() < n)


def _rising(values: NDArray[Any], end: int, first: int | None = None) -> bool:
    """Whether places rise up to `end`."""
    return bool(values[0] >= 0 and (first is None or values[0] == first) and values[-1] == end) and bool(
        np.all(values[1:] >= values[:-1])
    )


def _names(n_columns: int) -> list[str]:
    """Every array of an index, in its order."""
    strings = ("vocabulary", "texts", "items", *_column_names(n_columns))
    return [*DTYPES, *(f"{name} {part}" for name in strings for part in ("bytes", "ends"))]


def _column_names(n_columns: int) -> list[str]:
    return [f"column {place}" for place in range(n_columns)]


def _dtype(name: str) -> str:
    return DTYPES.get(name) or ("|u1" if name.endswith("bytes") else "<i8")


def _rules() -> str:
    """What stands for the rules by which words were cut."""
    return hashlib.sha256(WORD.encode()).hexdigest()


def _refuse(path: Path, found: str) -> NoReturn:
    raise DataError(describe(str(path), found=found, expected="a whole index of texts", do=REMEDY))
