"""Pixels of many files into one preallocated array: headers first, to know sizes; then pixels, on many threads.

What is decoded is kept (see `cache`), so that the next reading of the same files only reads their bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UnreadableItem
from ..core.events import Listener, steps
from ..core.records import InputSpec
from ..images.decode import Header, picture_for, probe, read_bytes
from ..images.fingerprints import row_hashes
from ..images.fit import common_spec
from .assemble import Reading, stop_if_too_many
from .cache import Cache, cache, key_of
from .scan import Candidate

EVENTS = 50
"""About as many progress events come from one pass."""
WORTH_KEEPING = 2_000_000
"""Bytes of picture files from which on decoded pictures are kept."""
AT_ONCE = 32
"""Files that a thread hashes in one go."""


@dataclass(frozen=True)
class Loaded:
    """What the file of a picture holds."""

    shape: tuple[int, int, int]
    mode: str
    sha256: str
    note: str


@dataclass(frozen=True)
class Decoded:
    """The pictures of a folder: `loaded` has a record or a reason for each file; the rest has a row for each record."""

    spec: InputSpec
    values: NDArray[np.uint8]
    hashes: list[str]
    loaded: list[Loaded | str]


def pixels_of(given: str, candidates: list[Candidate], rejected: list[tuple[str, str]], reading: Reading) -> Decoded:
    """The pixels of these files, from the cache where it has them. Raises TooManyBadItems."""
    kept = cache()
    if kept is None or _bytes_of(candidates) < WORTH_KEEPING:
        return _decode(given, candidates, rejected, reading)
    contents = _hashes(candidates, reading)
    key = key_of(contents, _preparation(reading))
    found = _from_cache(kept, key, contents)
    if found is not None:
        return found
    made = _decode(given, candidates, rejected, reading)
    same = all(isinstance(one, str) or one.sha256 == was for one, was in zip(made.loaded, contents, strict=True))
    if not same or not made.hashes:  # a file was written meanwhile: the key is not that of these pixels
        return made
    loaded = [one if isinstance(one, str) else [one.shape, one.mode, one.note] for one in made.loaded]
    kept.save(key, made.values, made.hashes, {"spec": made.spec.to_json(), "loaded": loaded})
    return _from_cache(kept, key, contents) or made  # mapped: these pixels need not stay in memory


def load(path: Path, spec: InputSpec, max_megapixels: float) -> tuple[NDArray[np.uint8], Loaded] | str:
    """One picture as the model sees it and what its file holds, or the reason why not."""
    try:
        content = read_bytes(path, max_megapixels=max_megapixels)
        pixels, decoded = picture_for(content, spec, max_megapixels=max_megapixels)
    except UnreadableItem as error:
        return error.reason
    return pixels, Loaded(decoded.shape, decoded.mode, hashlib.sha256(content).hexdigest(), decoded.note)


def _decode(given: str, candidates: list[Candidate], rejected: list[tuple[str, str]], reading: Reading) -> Decoded:
    headers = _headers(candidates, reading)
    bad = [(c.item, one) for c, one in zip(candidates, headers, strict=True) if isinstance(one, str)]
    stop_if_too_many(given, len(candidates) - len(bad), rejected + bad, reading.max_bad)
    spec = _spec_for(headers, reading)
    values, loaded = _pixels(candidates, headers, spec, reading)
    true_spec = _spec_for(loaded, reading)
    if true_spec != spec:  # a picture that cannot be read must not decide what the others look like
        spec = true_spec
        values, loaded = _pixels(candidates, headers, spec, reading)
    return Decoded(spec, values, row_hashes(values), loaded)


def _spec_for(found: Sequence[Header | Loaded | str], reading: Reading) -> InputSpec:
    shapes = (one.shape for one in found if not isinstance(one, str))
    return reading.spec or common_spec(shapes, reading.pictures)


def _header(candidate: Candidate, max_megapixels: float) -> Header | str:
    try:
        return probe(candidate.path, max_megapixels=max_megapixels)
    except UnreadableItem as error:
        return error.reason


def _headers(candidates: list[Candidate], reading: Reading) -> list[Header | str]:
    headers: list[Header | str] = []
    tell = _progress(reading.on_event, "headers read", len(candidates))
    look = partial(_header, max_megapixels=reading.max_megapixels)
    for header in reading.executor.map(look, candidates):
        headers.append(header)
        tell(len(headers))
    return headers


def _pixels(
    candidates: list[Candidate], headers: list[Header | str], spec: InputSpec, reading: Reading
) -> tuple[NDArray[np.uint8], list[Loaded | str]]:
    """Values of the readable ones `(n_good, H, W, C)`, and what each file holds or why it cannot be read."""
    named = [c for c, header in zip(candidates, headers, strict=True) if not isinstance(header, str)]
    values = np.empty((len(named), *spec.shape), np.uint8)
    loaded: list[Loaded | str] = []
    n_good = 0
    tell = _progress(reading.on_event, "pictures read", len(named))
    look = partial(_load_candidate, spec=spec, max_megapixels=reading.max_megapixels)
    for one in reading.executor.map(look, named):
        if not isinstance(one, str):
            values[n_good] = one[0]
            n_good += 1
        loaded.append(one if isinstance(one, str) else one[1])
        tell(len(loaded))
    rest = iter(loaded)
    return values[:n_good], [header if isinstance(header, str) else next(rest) for header in headers]


def _load_candidate(
    candidate: Candidate, spec: InputSpec, max_megapixels: float
) -> tuple[NDArray[np.uint8], Loaded] | str:
    return load(candidate.path, spec, max_megapixels)


def _bytes_of(candidates: list[Candidate]) -> int:
    total = 0
    for candidate in candidates:
        with contextlib.suppress(OSError):
            total += candidate.path.stat().st_size
    return total


def _hashes(candidates: list[Candidate], reading: Reading) -> list[str]:
    """The SHA-256 of each file, or why its bytes cannot be read."""
    chunks = [candidates[start : start + AT_ONCE] for start in range(0, len(candidates), AT_ONCE)]
    look = partial(_hashes_of, max_megapixels=reading.max_megapixels)
    return list(itertools.chain.from_iterable(reading.executor.map(look, chunks)))


def _hashes_of(candidates: list[Candidate], max_megapixels: float) -> list[str]:
    hashes = []
    for candidate in candidates:
        try:
            hashes.append(hashlib.sha256(read_bytes(candidate.path, max_megapixels=max_megapixels)).hexdigest())
        except UnreadableItem as error:
            hashes.append(error.reason)
    return hashes


def _preparation(reading: Reading) -> dict[str, Any]:
    spec = None if reading.spec is None else reading.spec.to_json()
    return {"spec": spec, "pictures": reading.pictures.to_json(), "max_megapixels": reading.max_megapixels}


def _from_cache(kept: Cache, key: str, contents: list[str]) -> Decoded | None:
    entry = kept.load(key)
    if entry is None:
        return None
    loaded = [
        one if isinstance(one, str) else Loaded(tuple(one[0]), one[1], content, one[2])
        for one, content in zip(entry.facts["loaded"], contents, strict=True)
    ]
    return Decoded(InputSpec.from_json(entry.facts["spec"]), entry.values, entry.hashes, loaded)


def _progress(on_event: Listener, what: str, n: int) -> Callable[[int], None]:
    every = max(1, n // EVENTS)

    def tell(done: int) -> None:
        if done % every == 0 or done == n:
            steps(on_event, what, done, n)

    return tell
