"""Decoded pictures on disk, so that a folder is decoded once: one file a folder's contents, mapped into memory.

A file is found by what went into it (the bytes of every picture, how they are prepared, the decoder's version), never
by names or times, and its own contents are checked against the hashes in it before they are used: what is damaged is
made anew. Files are the owner's alone. What was used longest ago goes when there is more than the limit. Several
processes may use one folder: a file appears whole under its name or not at all, and one that is removed stays readable
to who has it.

`DISCERN_CACHE` names another folder, or `off`; `DISCERN_CACHE_LIMIT` is the limit in gigabytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import platformdirs
from numpy.typing import NDArray
from PIL import features

from ..core.errors import OptionError
from ..core.files import TEMPORARY
from ..images.fingerprints import row_hashes

LIMIT = 4.0
"""Gigabytes."""
PIXELS = 1
"""Raised when the same file gives other pixels than before."""
MAGIC = b"DISCERN2"
ENDING = ".pixels"
OURS = re.compile(r"[0-9a-f]{64}\.pixels")
OF_CONTENTS = 32
"""So many digits of a key tell the files that were decoded, the others how."""
PAGE = 4096
LONGEST_RECORD = 2**31
OLD = 86_400.0
"""Seconds after which a temporary file belongs to a process that was killed."""
DECODERS = ("pil", "libjpeg_turbo", "zlib", "libtiff", "webp")


@dataclass(frozen=True)
class Entry:
    """Decoded pictures `(n, H, W, C)`, the hash of each, and the facts that were kept with them (JSON)."""

    values: NDArray[np.uint8]
    hashes: list[str]
    facts: dict[str, Any]


@dataclass(frozen=True)
class Cache:
    """A folder of decoded pictures, at most `limit` bytes of them."""

    folder: Path
    limit: int

    def load(self, key: str) -> Entry | None:
        """What is kept under `key`, or None; what is damaged, or not ours, is as good as not there."""
        path = self.folder / (key + ENDING)
        try:
            if not _is_ours(path):
                return None
            entry = _read(path)
            if entry is not None:
                os.utime(path)  # used last
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return entry

    def save(self, key: str, values: NDArray[np.uint8], hashes: list[str], facts: dict[str, Any]) -> bool:
        """Keep pictures; whether that was possible (a full or closed disk is no mistake, only slower)."""
        draft = self.begin(values.nbytes)
        if draft is None:
            return False
        with draft:
            try:
                draft.write(values)
            except OSError:
                return False
            return self.keep(draft, key, values.shape, hashes, facts)

    def begin(self, n_bytes: int) -> Draft | None:
        """A file for pixels that come one after another, at most `n_bytes`; None where there is no room for them."""
        try:
            if n_bytes > self.limit:
                return None
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if shutil.disk_usage(self.folder).free < n_bytes:
                return None
            return Draft(self.folder / (TEMPORARY + secrets.token_hex(8)))
        except OSError:
            return None

    def keep(self, draft: Draft, key: str, shape: tuple[int, ...], hashes: list[str], facts: dict[str, Any]) -> bool:
        """Give a draft that is complete its name; whether that was possible."""
        try:
            draft.complete(shape, hashes, facts)
            draft.path.replace(self.folder / (key + ENDING))
        except OSError:
            return False
        self._evict(key)
        return True

    def forget(self, values: NDArray[Any]) -> list[tuple[str, int]]:
        """Remove the file that `values` are mapped from, where it is one of these, and what else was made of the same
        picture files, at whatever size; the name and the bytes of each."""
        base: Any = values
        while base is not None and not isinstance(base, np.memmap):
            base = getattr(base, "base", None)
        path = None if base is None or base.filename is None else Path(base.filename)
        if path is None or not OURS.fullmatch(path.name) or path.parent.resolve() != self.folder.resolve():
            return []
        removed = []
        for one in sorted(self.folder.glob(f"{path.name[:OF_CONTENTS]}*{ENDING}")):
            with contextlib.suppress(OSError):
                size = one.stat().st_size
                one.unlink()
                removed.append((one.name, size))
        return removed

    def _evict(self, newest: str) -> None:
        """Remove what was used longest ago until the rest fits, and what killed processes left."""
        found = []
        with contextlib.suppress(OSError):
            for entry in os.scandir(self.folder):
                with contextlib.suppress(OSError):  # another process may remove it meanwhile
                    facts = entry.stat(follow_symlinks=False)
                    if entry.name.startswith(TEMPORARY) and facts.st_mtime < time.time() - OLD:
                        Path(entry.path).unlink()
                    elif OURS.fullmatch(entry.name):
                        found.append((entry.name == newest + ENDING, facts.st_mtime_ns, entry.path, facts.st_size))
        total = sum(size for *_, size in found)
        for is_newest, _, path, size in sorted(found):
            if total <= self.limit or is_newest:
                return
            with contextlib.suppress(OSError):
                Path(path).unlink()
            total -= size


class Draft:
    """A file in the making, under a name that nobody looks for; it goes at the end unless it was kept."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.path = path
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(handle, "w+b")
        self._file.write(bytes(PAGE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):  # no longer there once it was kept
            self.path.unlink(missing_ok=True)

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Raises OSError."""
        self._file.write(np.ascontiguousarray(pixels).data)

    def close_up(self, written: list[int], n_bytes: int) -> None:
        """What others wrote to some places of `n_bytes` each is moved together. Raises OSError."""
        for row, place in enumerate(written):
            if row != place:
                self._file.seek(PAGE + place * n_bytes)
                pixels = self._file.read(n_bytes)
                self._file.seek(PAGE + row * n_bytes)
                self._file.write(pixels)
        self._file.seek(PAGE + len(written) * n_bytes)
        self._file.truncate()

    def complete(self, shape: tuple[int, ...], hashes: list[str], facts: dict[str, Any]) -> None:
        """Write the record, and then its length and hash into the first page. Raises OSError."""
        record = json.dumps({"shape": shape, "hashes": hashes, "facts": facts}).encode()
        self._file.write(record)
        self._file.seek(0)
        self._file.write(MAGIC + len(record).to_bytes(8, "little") + hashlib.sha256(record).digest())
        self._file.close()

    def values(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """What has been written, mapped; what is written to the array stays its own. Raises OSError or ValueError."""
        self._file.close()
        return np.asarray(np.memmap(self.path, np.uint8, "c", PAGE, shape))


def cache() -> Cache | None:
    """The cache that the surroundings ask for, or None. Raises OptionError for a limit that is no number."""
    named = os.environ.get("DISCERN_CACHE", "")
    if named.casefold() in ("off", "none", "0"):
        return None
    given = os.environ.get("DISCERN_CACHE_LIMIT", "") or str(LIMIT)
    try:
        gigabytes = float(given)
    except ValueError:
        gigabytes = math.nan
    if not 0 <= gigabytes < 1e9:
        raise OptionError(f"DISCERN_CACHE_LIMIT is {given[:40]!r}; expected gigabytes, such as 4 or 0.5")
    folder = Path(named) if named else Path(platformdirs.user_cache_dir("discern", appauthor=False)) / "pictures"
    return Cache(folder, int(gigabytes * 1e9))


def key_of(contents: list[str], preparation: dict[str, Any]) -> str:
    """The name of decoded pictures: of the hashes of their files in order, then of the decoder and how it prepares."""
    versions = [PIXELS, *(features.version(name) for name in DECODERS)]
    return _hash(contents)[:OF_CONTENTS] + _hash([versions, preparation])[OF_CONTENTS:]


def _hash(record: Any) -> str:
    return hashlib.sha256(json.dumps(record).encode("utf-8", "surrogatepass")).hexdigest()


def _read(path: Path) -> Entry | None:
    """A page with the length and the hash of the record, the pixels, the record."""
    with path.open("rb") as file:
        start = file.read(PAGE)
        length = int.from_bytes(start[8:16], "little")
        n_pixels = os.fstat(file.fileno()).st_size - PAGE - length
        if start[:8] != MAGIC or any(start[48:]) or length > LONGEST_RECORD or n_pixels < 0:
            return None
        file.seek(PAGE + n_pixels)
        text = file.read(length)
        if hashlib.sha256(text).digest() != start[16:48]:
            return None
        record = json.loads(text)
        shape = tuple(record["shape"])
        if math.prod(shape) != n_pixels:
            return None
        # "c": what the program writes to it stays its own; the file never changes
        values = np.asarray(np.memmap(file, np.uint8, "c", PAGE, shape))
    if row_hashes(values) != record["hashes"]:
        return None
    return Entry(values, record["hashes"], record["facts"])


def _is_ours(path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
