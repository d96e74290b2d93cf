"""The safetensors format, read strictly: every byte of the file belongs to one array, and nothing is copied.

Format: the length of a JSON header (8 bytes, little end first), the header, then the arrays without a gap.
Source: https://github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from ..core.errors import ModelFileError
from . import strict

DTYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U8": "|u1"}
HEADER_LIMIT = 2**20
RANK_LIMIT = 8


def write(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as safetensors; the same arrays give the same bytes."""
    return save({name: np.ascontiguousarray(value) for name, value in sorted(arrays.items())})


def read(content: bytes | bytearray, where: str) -> dict[str, NDArray[Any]]:
    """Arrays that look into `content`. Raises ModelFileError unless every byte is accounted for."""
    if len(content) < 8:
        raise ModelFileError(f"{where} is cut short: found {len(content)} bytes; expected a header")
    length = int.from_bytes(content[:8], "little")
    if length > min(len(content) - 8, HEADER_LIMIT):
        raise ModelFileError(f"{where} says that its header has {length} bytes; the file holds {len(content) - 8}")
    header = strict.parse(content[8 : 8 + length], f"the header of {where}")
    data = memoryview(content)[8 + length :]
    arrays: dict[str, NDArray[Any]] = {}
    end = 0
    for name, record in sorted(header.items(), key=lambda pair: _offset(pair[1])):
        dtype, shape, begin, stop = _checked(name, record, where)
        if begin != end:
            raise ModelFileError(f"{where}: array {name[:80]!r} begins at byte {begin}; expected {end}, without gaps")
        if stop > len(data):
            raise ModelFileError(f"{where}: array {name[:80]!r} ends at byte {stop} of {len(data)}")
        arrays[name] = np.frombuffer(data[begin:stop], dtype).reshape(shape)
        end = stop
    if end != len(data):
        raise ModelFileError(f"{where} holds {len(data) - end} bytes that belong to no array")
    return arrays


def _offset(record: object) -> int:
    """Where an array says it begins, for sorting; what is wrong with it is said later."""
    try:
        begin = record["data_offsets"][0]  # type: ignore[index]
    except (TypeError, KeyError, IndexError):
        return -1
    return begin if isinstance(begin, int) else -1


def _checked(name: str, record: object, where: str) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    """Dtype, shape, first byte and end of one array. Raises ModelFileError."""
    subject = f"{where}: array {name[:80]!r}"
    if not isinstance(record, dict) or set(record) != {"dtype", "shape", "data_offsets"}:
        raise ModelFileError(f"{subject} is not described by dtype, shape and data_offsets")
    if not isinstance(record["dtype"], str) or record["dtype"] not in DTYPES:
        raise ModelFileError(f"{subject} has dtype {str(record['dtype'])[:40]!r}; expected one of {', '.join(DTYPES)}")
    dtype = np.dtype(DTYPES[record["dtype"]])
    shape, offsets = _sizes(record["shape"], subject, "shape"), _sizes(record["data_offsets"], subject, "data_offsets")
    if len(offsets) != 2 or len(shape) > RANK_LIMIT or 0 in shape:
        raise ModelFileError(f"{subject} has shape {shape} and data_offsets {offsets}; expected a shape without 0")
    begin, stop = offsets
    if stop - begin != math.prod(shape) * dtype.itemsize:
        raise ModelFileError(f"{subject} has shape {shape}, which does not fill bytes {begin} to {stop}")
    return dtype, shape, begin, stop


def _sizes(value: object, subject: str, what: str) -> tuple[int, ...]:
    """A list of whole numbers from 0. Raises ModelFileError."""
    if not isinstance(value, list) or not all(type(size) is int and size >= 0 for size in value):
        raise ModelFileError(f"{subject} has {what} {str(value)[:80]}; expected a list of whole numbers")
    return tuple(value)
