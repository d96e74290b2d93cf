"""The items of a prediction: what the arguments stand for, and their pixels in batches, however many there are."""

from __future__ import annotations

import glob
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.events import Listener, note, silent
from ..core.executor import Executor, Local
from ..core.options import MAX_MEGAPIXELS
from ..core.records import InputSpec
from ..images.fit import fit_to
from . import idx, samples
from .decoded import in_chunks
from .given import missing_path, refuse_address
from .one_picture import load
from .scan import Scan, scan, shown, why_not_a_file

STDIN = "-"
BATCH = 256
Batch = tuple[list[str], NDArray[np.uint8], list[tuple[str, str]]]


@dataclass(frozen=True)
class ItemRef:
    """An item by its name and where it lies: a file, a row of an IDX file, or (`path` None) a row of the digits."""

    name: str
    path: Path | None
    index: int | None = None


def expand(
    arguments: Sequence[str], stdin: Iterable[str] | None = None, *, on_event: Listener = silent
) -> Iterator[ItemRef]:
    """The items that `arguments` stand for, in their order.

    An argument is a file, a folder (any depth), a pattern such as `new/*.jpg`, `-` for names from the lines of `stdin`,
    an IDX file (each of its pictures is an item), or `sample:digits`.

    Arguments are checked before the first item is given. A name that comes from `stdin` is not: if it cannot be read it
    is one bad item among others. Files in folders that are no pictures are passed over with a note. Raises DataError.
    """
    if not arguments:
        raise DataError("no items given; expected files, folders, patterns, or - for a list on standard input")
    if STDIN in arguments and stdin is None:
        raise DataError("-: nothing to read from; expected names on standard input, one a line")
    places = [_places(argument, alone=len(arguments) == 1) for argument in arguments]
    return itertools.chain.from_iterable(
        _from_lines(stdin or ()) if place == STDIN else _items(place, on_event)
        for place in itertools.chain.from_iterable(places)
    )


def load_batches(
    refs: Iterable[ItemRef],
    spec: InputSpec,
    *,
    batch: int = BATCH,
    max_megapixels: float = MAX_MEGAPIXELS,
    executor: Executor | None = None,
) -> Iterator[Batch]:
    """Items as a model with input `spec` takes them: names, values uint8 `(b, H, W, C)`, (name, reason) of bad ones.

    While the caller works on one batch the next is loaded, so at most two are in memory at a time. Raises DataError
    when the model takes no pictures.
    """
    if spec.kind != "pictures":
        raise DataError(f"the items are pictures; the model takes {spec}")
    load_batch = partial(_load_batch, spec=spec, max_megapixels=max_megapixels, run=executor or Local())
    remaining = iter(refs)  # names are taken here: the thread never waits for somebody who types them
    waiting: Future[Batch] | None = None
    with ThreadPoolExecutor(1) as ahead:
        while chunk := list(itertools.islice(remaining, batch)):
            following = ahead.submit(load_batch, chunk)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()


def _load_batch(chunk: list[ItemRef], spec: InputSpec, max_megapixels: float, run: Executor) -> Batch:
    names: list[str] = []
    rejected: list[tuple[str, str]] = []
    values = np.empty((len(chunk), *spec.shape), np.uint8)
    look = partial(_load, spec=spec, max_megapixels=max_megapixels)
    for ref, found in zip(chunk, in_chunks(look, chunk, run), strict=True):
        if isinstance(found, str):
            rejected.append((ref.name, found))
        else:
            values[len(names)] = found
            names.append(ref.name)
    return names, values[: len(names)], rejected


def _places(argument: str, *, alone: bool) -> list[str]:
    """The argument itself, or what a pattern stands for. Raises DataError.

    What is there but cannot be read ends the job only when nothing else was asked for; among others it is one bad item.
    """
    if argument in (STDIN, samples.DIGITS):
        return [argument]
    refuse_address(argument)
    path = Path(argument)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if not glob.has_magic(argument):
            raise missing_path(argument) from None
        found = sorted(glob.glob(argument, recursive=True), key=os.fsencode)  # noqa: PTH207 - patterns may be absolute
        if not found:
            raise DataError(describe(shown(argument), found="no file has a name like this")) from None
        return found
    except (OSError, ValueError) as error:
        if not alone:
            return [argument]
        found_error = getattr(error, "strerror", None) or str(error)
        raise DataError(describe(shown(argument), found=found_error.lower())) from error
    if not path.is_dir() and not path.is_file() and alone:
        raise DataError(describe(shown(argument), found=why_not_a_file(mode), expected="a picture or a folder"))
    if path.is_dir():
        _listing(path, argument)
    return [argument]


def _items(place: str, on_event: Listener) -> Iterator[ItemRef]:
    if place == samples.DIGITS:
        yield from (ItemRef(name, None, index) for index, name in enumerate(samples.digit_names()))
        return
    path = Path(place)
    if not path.is_dir():
        yield from _idx_items(path) if idx.is_images(path) else [ItemRef(shown(place), path)]
        return
    images = idx.image_files(path)
    if images:
        for file in images:
            yield from _idx_items(file)
        return
    found = _listing(path, place)
    if found.skipped:
        count, (item, reason) = len(found.skipped), found.skipped[0]
        things = "thing that is no item" if count == 1 else "things that are no items, the first"
        note(on_event, f"{shown(place)}: passed over {count:,} {things}: {item} ({reason})")
    lead = shown(place).rstrip("/")
    yield from (ItemRef(f"{lead}/{c.item}", c.path) for c in found.candidates)
    # what cannot be read is an item too: it comes back with its reason
    yield from (ItemRef(f"{lead}/{name}", path / name) for name, _ in found.rejected)


def _listing(path: Path, given: str) -> Scan:
    try:
        return scan(path, labels_elsewhere=True, parts=False)  # every picture is an item, wherever it lies
    except OSError as error:
        raise DataError(describe(shown(given), found=(error.strerror or str(error)).lower())) from error


def _idx_items(file: Path) -> Iterator[ItemRef]:
    names = idx.names_of(file, len(_idx_pictures(file)))
    return (ItemRef(name, file, index) for index, name in enumerate(names))


def _from_lines(lines: Iterable[str]) -> Iterator[ItemRef]:
    for line in lines:
        name = line.rstrip("\r\n")
        if name:
            yield ItemRef(shown(name), Path(name))


def _load(ref: ItemRef, spec: InputSpec, max_megapixels: float) -> NDArray[np.uint8] | str:
    if ref.index is None:
        assert ref.path is not None
        return load(ref.path, spec, max_megapixels)
    pictures = samples.digits()[0] if ref.path is None else _idx_pictures(ref.path)
    return fit_to(pictures[ref.index], spec) if ref.index < len(pictures) else "no longer in the file"


def _idx_pictures(file: Path) -> idx.Pictures:
    try:
        about = file.stat()
    except OSError as error:
        raise DataError(describe(str(file), found=(error.strerror or str(error)).lower())) from error
    return _last_idx_pictures(file, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=2)  # where one file ends and the next begins, threads need both
def _last_idx_pictures(file: Path, mtime_ns: int, size: int) -> idx.Pictures:
    """The files that were read last stay open, so that items are not unpacked one by one."""
    return idx.open_images(file)
