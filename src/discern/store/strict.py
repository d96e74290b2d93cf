"""JSON out of a file that may be hostile: one meaning only, bounded, or refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

from ..core.errors import ModelFileError

DIGITS = 20
"""Digits of a whole number: more than 64 bits hold."""


def parse(content: bytes | bytearray, where: str) -> dict[str, Any]:
    """The JSON object in `content`.

    Raises ModelFileError for anything else: text that is not UTF-8 or not JSON, a name that stands twice, NaN,
    infinity (also as `1e999`), whole numbers beyond 64 bits, half of a surrogate pair, nesting too deep to read.
    """
    try:
        record = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_bounded,
        )
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ModelFileError(f"{where} is nested too deep to read") from None
    except (ValueError, UnicodeError) as error:
        raise ModelFileError(f"{where} cannot be read: {str(error)[:200]}") from None
    if not isinstance(record, dict):
        raise ModelFileError(f"{where} holds a {type(record).__name__}; expected a JSON object")
    return record


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, times in counts.items() if times > 1)
        raise ValueError(f"{twice[:80]!r} stands twice")
    return record


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"found {constant}; expected a finite number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"found {text[:40]}; expected a finite number")
    return value


def _bounded(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError(f"found a whole number of {len(text)} digits; expected at most {DIGITS}")
    return int(text)
