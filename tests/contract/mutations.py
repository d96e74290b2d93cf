"""Run as a program: damage a model file in many ways, repair its checksums, and see what becomes of each.

    python mutations.py MODEL COUNT SEED

Each damaged file must be refused with ModelFileError, or load and answer with finite numbers, of classes probabilities
that sum to 1.
Prints JSON: how many were refused and how many answered, and what else happened. Memory is limited to 4 GiB and each
mutation to 20 seconds; a death by a signal shows in the exit status, and faulthandler says where.
"""

from __future__ import annotations

import copy
import faulthandler
import hashlib
import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np

from discern.core.errors import ModelFileError
from discern.models import catalogue
from discern.store import archive, bundle, tensors
from discern.store.numbers import ship
from discern.store.session import Shipped

SECONDS = 20
MEMORY = 4 * 2**30
Parts = tuple[dict[str, Any], dict[str, Any], bytes]
"""The manifest, the header of the tensors, and their data."""

HUGE = 10**400
NESTED: list[Any] = []
for _ in range(300):
    NESTED = [NESTED]
VALUES: list[Any] = [
    None, True, False, -1, 0, 1, 2, 3, 7, 255, 2**16, 2**31 - 1, 2**31, 2**53, 2**63, -(2**63), HUGE, 0.0, -0.5, 0.5,
    1e-320, 1e308, -1e308, float("nan"), float("inf"), "", "x", "../../x", "a" * 10_000, "\ud800", "conv 8, pool", [],
    [[]], {}, [1, 1, 1], [8, 8, 1], [2**20, 2**20], [-1, 64], NESTED, {"a": {"b": {}}}, "float32", "uint8", "table",
    "pictures",
]  # fmt: skip
NUMBERS = [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e30, -1e30, 1e-40, 0, -1, 1, 2**31 - 1, -(2**31)]


def main(path: str, count: int, seed: int) -> None:
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with Path(path).open("rb") as file:
        members = archive.read(file, Path(path).stat().st_size)
    whole = _apart(members)
    outcome: dict[str, Any] = {"refused": 0, "answered": 0, "wrong": []}
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        mutate = MUTATIONS[number % len(MUTATIONS)]
        content = _together(mutate(copy.deepcopy(whole), rng))
        signal.alarm(SECONDS)
        try:
            outcome[_try(content, rng)] += 1
        except Exception as error:
            outcome["wrong"].append(f"{number} {mutate.__name__}: {type(error).__name__}: {error}"[:300])
        signal.alarm(0)
    print(json.dumps(outcome))


def _try(content: bytes, rng: np.random.Generator) -> str:
    try:
        loaded = bundle.load(content)
        shipped = ship(loaded)
        estimator = loaded.estimator() if loaded.model != "conv" else None  # torch would need more than the limit
        for values in _items(loaded.spec, rng):
            if not isinstance(shipped, Shipped):
                found = shipped.answer(values)
                columns = [found.values, found.low, found.high, estimator and estimator.predict(values)]
                assert all(len(c) == len(values) and np.isfinite(c).all() for c in columns if c is not None)
                continue
            answers = [shipped.predict_proba(values), shipped.answer(values).probabilities]
            if estimator is not None:
                answers.append(estimator.predict_proba(values))
            for answer in answers:
                assert answer.shape == (len(values), len(loaded.classes))
                assert np.isfinite(answer).all() and np.abs(answer.sum(axis=1) - 1).max() < 1e-3
    except ModelFileError:
        return "refused"
    return "answered"


def _items(spec: Any, rng: np.random.Generator) -> list[np.ndarray]:
    if spec.dtype == "text":
        return [np.array(["taxi driver", "", "zz \N{FIRE}"], dtype=object)]
    shape = (2, *spec.shape)
    if spec.dtype == "uint8":
        return [rng.integers(0, 256, shape, dtype=np.uint8), np.full(shape, 255, np.uint8)]
    if spec.dtype == "float64":
        return [rng.normal(size=shape), np.full(shape, 1e6), np.full(shape, np.nan), np.full(shape, -1e60)]
    return [rng.normal(size=shape).astype(np.float32), np.full(shape, 1e6, np.float32)]


def _apart(members: dict[str, bytes]) -> Parts:
    content = members[archive.TENSORS]
    length = int.from_bytes(content[:8], "little")
    return json.loads(members[archive.MANIFEST]), json.loads(content[8 : 8 + length]), content[8 + length :]


def _together(parts: Parts) -> bytes:
    """A file with the right lengths and checksums for whatever stands in it."""
    manifest, header, data = parts
    sys.set_int_max_str_digits(0)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    content = len(text).to_bytes(8, "little") + text + data
    if isinstance(manifest.get("members"), dict) and isinstance(manifest["members"].get(archive.TENSORS), dict):
        manifest["members"][archive.TENSORS] |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    result = {archive.MANIFEST: json.dumps(manifest).encode(), archive.TENSORS: content}
    sys.set_int_max_str_digits(4300)
    return b"".join(archive.write(result))


def _places(record: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    return [path] * bool(path) + [place for key, value in inner for place in _places(value, (*path, key))]


def _parent(record: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        record = record[key]
    return record


def _pick(rng: np.random.Generator, values: list[Any]) -> Any:
    return values[int(rng.integers(len(values)))]


def value(parts: Parts, rng: np.random.Generator) -> Parts:
    """One value of the manifest becomes another."""
    place = _pick(rng, _places({key: parts[0][key] for key in ("config", "input", "model", "classes", "threads")}))
    _parent(parts[0], place)[place[-1]] = _pick(rng, VALUES)
    return parts


def anywhere(parts: Parts, rng: np.random.Generator) -> Parts:
    place = _pick(rng, _places(parts[0]))
    _parent(parts[0], place)[place[-1]] = _pick(rng, VALUES)
    return parts


def nudge(parts: Parts, rng: np.random.Generator) -> Parts:
    """A number of the manifest is a little or a lot different."""
    numbers = [place for place in _places(parts[0]) if type(_parent(parts[0], place)[place[-1]]) in (int, float)]
    place = _pick(rng, numbers)
    found = _parent(parts[0], place)[place[-1]]
    _parent(parts[0], place)[place[-1]] = _pick(rng, [found + 1, found - 1, -found, found * 2, found * 1000, found / 2])
    return parts


def keys(parts: Parts, rng: np.random.Generator) -> Parts:
    """A name or an element is dropped, renamed or added."""
    place = _pick(rng, _places(_pick(rng, [parts[0], parts[0]["config"] or parts[0]])))
    holder = _parent(parts[0] if place[0] in parts[0] else parts[0]["config"], place)
    kept = holder.pop(place[-1])
    match rng.integers(3), isinstance(holder, dict):
        case 1, True:
            holder[_pick(rng, ["x", "", "__class__", "../x"])] = kept
        case 2, True:
            holder |= {place[-1]: kept, "more": _pick(rng, VALUES)}
        case 1 | 2, False:
            holder += [kept, kept]
    return parts


def model(parts: Parts, rng: np.random.Generator) -> Parts:
    """The arrays are said to be another model's."""
    parts[0]["model"]["name"] = _pick(rng, [*catalogue.ENTRIES, "os:system", "../knn"])
    return parts


def flip(parts: Parts, rng: np.random.Generator) -> Parts:
    """Some bits of the arrays turn."""
    data = bytearray(parts[2])
    for _ in range(int(rng.integers(1, 40))):
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    return parts[0], parts[1], bytes(data)


def noise(parts: Parts, rng: np.random.Generator) -> Parts:
    """A stretch of the arrays becomes noise, ones or zeros."""
    data = bytearray(parts[2])
    start = int(rng.integers(len(data)))
    size = min(int(rng.integers(1, 400)), len(data) - start)
    data[start : start + size] = _pick(rng, [rng.bytes(size), b"\xff" * size, b"\0" * size])
    return parts[0], parts[1], bytes(data)


def number(parts: Parts, rng: np.random.Generator) -> Parts:
    """Some numbers of one array become special ones."""
    arrays = _arrays(parts)
    chosen = arrays[_pick(rng, sorted(arrays))].reshape(-1)
    with np.errstate(all="ignore"):
        special = np.array(_pick(rng, NUMBERS if chosen.dtype.kind == "f" else [-1, 0, 1, 9, 10, 255, 2**31, -(2**40)]))
        chosen[rng.integers(len(chosen), size=int(rng.integers(1, 5)))] = special.astype(chosen.dtype)
    return _with(parts, arrays)


def fill(parts: Parts, rng: np.random.Generator) -> Parts:
    """All numbers of one array become the same special one."""
    arrays = _arrays(parts)
    name = _pick(rng, sorted(arrays))
    with np.errstate(all="ignore"):
        special = np.array(_pick(rng, NUMBERS if arrays[name].dtype.kind == "f" else [-1, 0, 1, 255]))
        arrays[name][...] = special.astype(arrays[name].dtype)
    return _with(parts, arrays)


def form(parts: Parts, rng: np.random.Generator) -> Parts:
    """An array is cut, doubled, turned, given another dtype or another rank, in a valid file."""
    arrays = _arrays(parts)
    name = _pick(rng, sorted(arrays))
    old = arrays[name]
    other = _pick(rng, [np.dtype(kind) for kind in ("<f4", "<f8", "<i8", "<i4", "u1")])
    with np.errstate(all="ignore"):
        arrays[name] = _pick(
            rng, [old[:-1], old[:1], np.concatenate([old, old]), old.T, old.reshape(-1), old[None], old.astype(other)]
        )
    return _with(parts, {key: array for key, array in arrays.items() if array.size})


def names(parts: Parts, rng: np.random.Generator) -> Parts:
    """An array is dropped, renamed, added or takes another's place."""
    arrays = _arrays(parts)
    name, other = _pick(rng, sorted(arrays)), _pick(rng, sorted(arrays))
    match int(rng.integers(4)):
        case 0:
            arrays["more"] = arrays[name]
        case 1:
            arrays[_pick(rng, ["x", "../x", "é"])] = arrays.pop(name)
        case 2:
            del arrays[name]
        case _:
            arrays[name], arrays[other] = arrays[other], arrays[name]
    return _with(parts, arrays)


def header(parts: Parts, rng: np.random.Generator) -> Parts:
    """The header of the arrays says something else than their bytes."""
    place = _pick(rng, _places(parts[1]))
    sizes = [
        -1,
        0,
        1,
        2**31,
        2**40,
        2**63,
        HUGE,
        8,
        1.5,
        "8",
        None,
        [],
        "F16",
        "BF16",
        "F64",
        "I64",
        "U8",
        [2**40, 2**40],
    ]
    _parent(parts[1], place)[place[-1]] = _pick(rng, sizes)
    return parts


def _arrays(parts: Parts) -> dict[str, np.ndarray]:
    text = json.dumps(parts[1]).encode()
    content = len(text).to_bytes(8, "little") + text + parts[2]
    return {name: array.copy() for name, array in tensors.read(content, "whole").items()}


def _with(parts: Parts, arrays: dict[str, np.ndarray]) -> Parts:
    content = tensors.write(arrays)
    length = int.from_bytes(content[:8], "little")
    return parts[0], json.loads(content[8 : 8 + length]), content[8 + length :]


MUTATIONS = (value, value, anywhere, nudge, keys, model, flip, noise, number, fill, form, names, header)

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
