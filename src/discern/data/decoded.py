"""Pixels of many files into one preallocated array: headers first, to know sizes; then pixels, on every processor.

What is decoded is kept (see `cache`), so that the next reading of the same files only reads their bytes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UnreadableItem
from ..core.events import Listener, steps
from ..core.executor import Executor, Local
from ..core.records import InputSpec
from ..images.decode import Header, probe, quiet_pillow, read_bytes
from ..images.fit import COMMON_SIZE, common_spec
from .assemble import Reading, stop_if_too_many
from .cache import PAGE, Cache, Draft, cache, key_of
from .one_picture import Facts, Loaded, load_with_facts
from .scan import Candidate
from .workers import ENDED, Decoding, load_all, n_worth

S = TypeVar("S")
T = TypeVar("T")

EVENTS = 50
"""About as many progress events come from one pass."""
WORTH_KEEPING = 2_000_000
"""Bytes of picture files from which on decoded pictures are kept."""
AT_ONCE = 32
"""Files that a thread works on in one go, at most: to hand them over one by one costs as much as to read small ones."""
ASKED_FIRST = 256
"""Pictures whose headers say at what size the others will probably be wanted."""


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
    if kept is None or not _worth_keeping(candidates):
        return _decode(given, candidates, rejected, reading)[0]
    contents = _hashes(candidates, reading)
    key = key_of(contents, _preparation(reading))
    found = _from_cache(kept, key, contents)
    if found is not None:
        return found
    with contextlib.ExitStack() as drafts, contextlib.suppress(_NoRoom):
        made, draft = _decode(given, candidates, rejected, reading, partial(_begin, kept, drafts))
        if draft is None:
            return made
        shape = (len(made.hashes), *made.spec.shape)
        same = all(
            _is_of(was, one, candidate.path, made.spec, reading.max_megapixels)
            for was, one, candidate in zip(contents, made.loaded, candidates, strict=True)
        )
        if same and made.hashes:
            loaded = [one if isinstance(one, str) else [one.shape, one.mode, one.note] for one in made.loaded]
            kept.keep(draft, key, shape, made.hashes, {"spec": made.spec.to_json(), "loaded": loaded})
            found = _from_cache(kept, key, contents)
            if found is not None:
                return found
        with contextlib.suppress(OSError, ValueError):
            return dataclasses.replace(made, values=draft.values(shape))
    return _decode(given, candidates, rejected, reading)[0]


class _NoRoom(Exception):
    """A draft could not be written to its end."""


def _is_of(content: str, found: Loaded | str, path: Path, spec: InputSpec, max_megapixels: float) -> bool:
    """Whether what was found is what these bytes hold: a file may be written meanwhile, and a failure may pass (too
    little memory, a disk that is away), so a reason must be the same when the file is decoded once more."""
    if not isinstance(found, str):
        return found.sha256 == content
    if found in (content, ENDED):  # not even its bytes could be read, both times; not to be tried in this process
        return found == content
    again = load_with_facts(path, spec, max_megapixels)
    return again == found and _hash(path, max_megapixels) == content


def _begin(kept: Cache, drafts: contextlib.ExitStack, n_bytes: int) -> Draft | None:
    drafts.close()  # pictures at a size that turned out to be another
    draft = kept.begin(n_bytes)
    return None if draft is None else drafts.enter_context(draft)


def _decode(
    given: str,
    candidates: list[Candidate],
    rejected: list[tuple[str, str]],
    reading: Reading,
    begin: Callable[[int], Draft | None] = lambda n_bytes: None,
) -> tuple[Decoded, Draft | None]:
    """Decode at the size that some of the headers ask for, and once more if all the pictures together say otherwise.

    Where `begin` gives a draft, the pixels go there and `values` has no rows. Raises _NoRoom, TooManyBadItems.
    """
    spec = _spec_for(_some_headers(candidates, reading), reading)
    values, hashes, loaded, draft = _pixels(candidates, spec, reading, begin)
    bad = [(c.item, one) for c, one in zip(candidates, loaded, strict=True) if isinstance(one, str)]
    stop_if_too_many(given, len(candidates) - len(bad), rejected + bad, reading.max_bad)
    true_spec = _spec_for(loaded, reading)
    if true_spec != spec:
        spec = true_spec
        values, hashes, loaded, draft = _pixels(candidates, spec, reading, begin)
    return Decoded(spec, values, hashes, loaded), draft


def _spec_for(found: Sequence[Header | Loaded | str], reading: Reading) -> InputSpec:
    shapes = (one.shape for one in found if not isinstance(one, str))
    return reading.spec or common_spec(shapes, reading.pictures)


def _some_headers(candidates: list[Candidate], reading: Reading) -> list[Header | str]:
    some = np.unique(np.linspace(0, len(candidates) - 1, min(ASKED_FIRST, len(candidates))).astype(np.int64))
    look = partial(_header, max_megapixels=reading.max_megapixels)
    return list(in_chunks(look, [candidates[index] for index in some.tolist()], reading.executor))


def _header(candidate: Candidate, max_megapixels: float) -> Header | str:
    try:
        return probe(candidate.path, max_megapixels=max_megapixels)
    except UnreadableItem as error:
        return error.reason


def _pixels(
    candidates: list[Candidate], spec: InputSpec, reading: Reading, begin: Callable[[int], Draft | None]
) -> tuple[NDArray[np.uint8], list[str], list[Loaded | str], Draft | None]:
    """Values of the readable ones `(n_good, H, W, C)`, the hash of each, what each file holds or why it cannot be read,
    and the draft that has the values instead."""
    draft = begin(len(candidates) * spec.n_values)
    values = np.empty((len(candidates) if draft is None else 0, *spec.shape), np.uint8)
    hashes: list[str] = []
    loaded: list[Loaded | str] = []
    tell = _progress(reading.on_event, "pictures read", len(candidates))
    paths = [candidate.path for candidate in candidates]
    with contextlib.closing(_found(paths, spec, reading, draft, values)) as found:
        for one in found:
            if not isinstance(one, str):
                hashes.append(one[1])
            loaded.append(one if isinstance(one, str) else one[0])
            tell(len(loaded))
    return values[: len(hashes)], hashes, loaded, draft


def _found(
    paths: list[Path], spec: InputSpec, reading: Reading, draft: Draft | None, values: NDArray[np.uint8]
) -> Generator[Facts | str, None, None]:
    """What the files hold; their pixels go to the draft, or else to `values`. Raises _NoRoom."""
    n_processes = n_worth(len(paths)) if isinstance(reading.executor, Local) else 0
    try:
        if draft is not None and n_processes:
            decoding = Decoding(spec, reading.max_megapixels, draft.path, PAGE)
            yield from _by_processes(paths, decoding, draft, n_processes)
            return
        look = partial(load_with_facts, spec=spec, max_megapixels=reading.max_megapixels)
        row = 0
        for one in in_chunks(look, paths, reading.executor):
            if isinstance(one, str):
                yield one
                continue
            if draft is None:
                values[row] = one[0]
            else:
                draft.write(one[0])
            row += 1
            yield one[1]
    except OSError as error:
        raise _NoRoom from error


def _by_processes(
    paths: list[Path], decoding: Decoding, draft: Draft, n_processes: int
) -> Generator[Facts | str, None, None]:
    """Raises OSError."""
    written = []
    with contextlib.closing(load_all(decoding, paths, n_processes)) as found:
        for place, one in enumerate(found):
            if not isinstance(one, str):
                written.append(place)
            yield one
    draft.close_up(written, decoding.spec.n_values)


def _worth_keeping(candidates: list[Candidate]) -> bool:
    total = 0
    for candidate in candidates:
        with contextlib.suppress(OSError):
            total += candidate.path.stat().st_size
        if total >= WORTH_KEEPING:
            return True
    return False


def _hashes(candidates: list[Candidate], reading: Reading) -> list[str]:
    """The SHA-256 of each file, or why its bytes cannot be read."""
    look = partial(_hash, max_megapixels=reading.max_megapixels)
    return list(in_chunks(look, [candidate.path for candidate in candidates], reading.executor))


def _hash(path: Path, max_megapixels: float) -> str:
    try:
        return hashlib.sha256(read_bytes(path, max_megapixels=max_megapixels)).hexdigest()
    except UnreadableItem as error:
        return error.reason


def in_chunks(look: Callable[[S], T], items: Sequence[S], executor: Executor) -> Iterator[T]:
    """What `look` finds for each of some files, in their order; so few at once that every thread has several turns."""
    size = max(1, min(AT_ONCE, len(items) // AT_ONCE))
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    return itertools.chain.from_iterable(executor.map(partial(_all, look), chunks))


def _all(look: Callable[[S], T], chunk: Sequence[S]) -> list[T]:
    with quiet_pillow():
        return [look(item) for item in chunk]


def _preparation(reading: Reading) -> dict[str, Any]:
    spec = None if reading.spec is None else reading.spec.to_json()
    asked = {"pictures": reading.pictures.to_json(), "max_megapixels": reading.max_megapixels}
    return {"spec": spec, "common_size": COMMON_SIZE, **asked}


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
