"""MNIST's IDX files (http://yann.lecun.com/exdb/mnist, "FILE FORMATS"): unsigned bytes, gzipped or not, checked."""

from __future__ import annotations

import contextlib
import gzip
import math
import os
import re
import tempfile
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, describe

IMAGES = re.compile(r"(?P<stem>.*?)[-_.]?images[-.]idx3-ubyte(?P<gz>\.gz)?", re.IGNORECASE)
UNSIGNED_BYTES = 0x08
AT_ONCE = 2**20
"""Bytes unpacked at a time."""
MOST_SWELLING = 1032
"""No gzip file holds more than this many times its own size (RFC 1951: 258 bytes from 2 bits)."""
ALWAYS = 1_000_000_000
USUAL_SWELLING = 100
"""Pictures seldom pack to less than a hundredth; what does is unpacked up to `ALWAYS` bytes: it may be made to harm."""
PARTS = {"train": "train", "t10k": "test", "test": "test", "valid": "validation", "validation": "validation"}


def image_files(folder: Path) -> list[Path]:
    """The IDX picture files of a folder, training part first; of a plain and a gzipped one, the plain one.

    Raises DataError when two files have the same part, as those of several data sets do.
    """
    found: dict[str, Path] = {}
    for name in sorted((path.name for path in folder.iterdir()), key=os.fsencode):
        match = IMAGES.fullmatch(name)
        if match and (folder / name).is_file() and (match["stem"] not in found or not match["gz"]):
            found[match["stem"]] = folder / name
    _one_of_a_part(folder, found.values())
    order = ("train", "validation", "test", None)
    return sorted(found.values(), key=lambda path: (order.index(part_of(path)), path.name))


def _one_of_a_part(folder: Path, files: Iterable[Path]) -> None:
    named: dict[str, str] = {}
    for file in files:
        part = part_of(file)
        if part is None:
            continue
        if part in named:
            both = f"{named[part]} and {file.name}, which are both the {part} part"
            raise DataError(
                describe(str(folder), found=both, do="move the files of each data set to a folder of their own")
            )
        named[part] = file.name


def is_images(path: Path) -> bool:
    """Whether the name is that of an IDX file of pictures."""
    return IMAGES.fullmatch(path.name) is not None


def part_of(images: Path) -> str | None:
    """`train`, `validation` or `test` when the name of the picture file says so."""
    match = IMAGES.fullmatch(images.name)
    return PARTS.get(re.split(r"[-_.]", match["stem"].lower())[-1]) if match else None


def names_of(images: Path, n: int) -> Iterator[str]:
    """Names of the `n` pictures of a file: `train/00000` and on."""
    match = IMAGES.fullmatch(images.name)
    stem = part_of(images) or (match["stem"] if match else "") or "idx"
    width = max(5, len(str(n - 1)))
    return (f"{stem}/{index:0{width}d}" for index in range(n))


def labels_file(images: Path) -> Path | None:
    """The file of labels that belongs to a file of pictures, or None."""
    match = IMAGES.fullmatch(images.name)
    if match is None:
        return None
    lead = images.name[: match.end("stem")]
    wanted = re.compile(re.escape(lead) + r"[-_.]?labels[-.]idx1-ubyte(\.gz)?", re.IGNORECASE)
    found = [path for path in images.parent.iterdir() if wanted.fullmatch(path.name) and path.is_file()]
    return min(found, key=lambda path: (len(path.name), path.name), default=None)


class Pictures:
    """The pictures of an IDX file, each `(H, W, 1)`, read from the disk when they are asked for, by any thread."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...], start: int) -> None:
        self._file, self._shape, self._start, self._lock = file, shape, start, threading.Lock()

    def __len__(self) -> int:
        return self._shape[0]

    def __getitem__(self, index: int) -> NDArray[np.uint8]:
        size = math.prod(self._shape[1:])
        with self._lock:
            self._file.seek(self._start + index * size)
            content = self._file.read(size)
        if len(content) != size:
            raise DataError(f"picture {index} is no longer in the file")
        return np.frombuffer(content, np.uint8).reshape(*self._shape[1:], 1)

    def __del__(self) -> None:
        self._file.close()


def open_images(path: Path) -> Pictures:
    """Pictures one by one, in little memory; gzip is unpacked to a temporary file. Raises DataError."""
    with _opened(path) as (file, size):
        shape = _shape(file, path, 3, "pictures", size)
        if not isinstance(file, gzip.GzipFile):
            start = file.tell()
            _check_length(os.fstat(file.fileno()).st_size - start, shape, path)
            return Pictures(path.open("rb"), shape, start)
        unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - Pictures closes it
        try:
            left = math.prod(shape) + 1
            while left and (content := file.read(min(left, AT_ONCE))):
                left -= unpacked.write(content)
            _check_length(math.prod(shape) + 1 - left, shape, path)
        except BaseException:
            unpacked.close()
            raise
        return Pictures(unpacked, shape, 0)


def read_images(path: Path) -> NDArray[np.uint8]:
    """Pictures `(n, H, W, 1)`. Raises DataError when the file is not exactly what its header says."""
    values = _read(path, 3, "pictures")
    return values[..., None]


def read_labels(path: Path) -> NDArray[np.uint8]:
    """Labels `(n,)`. Raises DataError."""
    return _read(path, 1, "labels")


def _read(path: Path, n_dimensions: int, what: str) -> NDArray[np.uint8]:
    with _opened(path) as (file, size):
        shape = _shape(file, path, n_dimensions, what, size)
        content = file.read(math.prod(shape) + 1)
        _check_length(len(content), shape, path)
    return np.frombuffer(content, np.uint8).reshape(shape)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes] | gzip.GzipFile, int]]:
    """A file at the start of its content, unpacked, and the bytes that it takes on the disk. Raises DataError."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not packed:
                yield file, size
                return
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked, size
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = "cut off" if isinstance(error, EOFError) else "damaged"
        raise DataError(describe(str(path), found=f"a {reason} gzip file", do="fetch the file again")) from error
    except OSError as error:
        raise DataError(describe(str(path), found=(error.strerror or str(error)).lower())) from error


def _shape(file: IO[bytes] | gzip.GzipFile, path: Path, n_dimensions: int, what: str, size: int) -> tuple[int, ...]:
    """What the header says; the file then stands at the first value."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[3] == 0:
        raise DataError(
            describe(
                str(path),
                found=f"begins with the bytes {magic.hex(' ') or '(none)'}",
                expected=f"an IDX file of {what} (00 00 08 {n_dimensions:02x})",
            )
        )
    if magic[2] != UNSIGNED_BYTES or magic[3] != n_dimensions:
        found = f"IDX values of type 0x{magic[2]:02x} in {magic[3]} dimensions"
        raise DataError(describe(str(path), found=found, expected=f"unsigned bytes in {n_dimensions} ({what})"))
    header = file.read(4 * n_dimensions)
    if len(header) < 4 * n_dimensions:
        raise DataError(describe(str(path), found="a header that is cut off", do="fetch the file again"))
    shape = tuple(int(side) for side in np.frombuffer(header, ">u4"))
    expected = math.prod(shape)
    if not expected:
        raise DataError(describe(str(path), found=f"{_sizes(shape)} values", expected=f"at least one of the {what}"))
    packed = isinstance(file, gzip.GzipFile)
    if expected > size * (MOST_SWELLING if packed else 1):  # before anything of that size is allocated
        raise DataError(describe(str(path), found=f"a header of {_sizes(shape)} values on a file too short for them"))
    if packed:
        check_swelling(expected, size, str(path), "unpack it with gunzip if you trust it")
    return shape


def check_swelling(unpacked: int, size: int, given: str, do: str) -> None:
    """Raise DataError for a packed file of `size` bytes that holds far more than such files do."""
    most = max(ALWAYS, size * USUAL_SWELLING)
    if unpacked > most:
        found = f"a file of {size:,} bytes that unpacks to {unpacked:,} bytes"
        raise DataError(describe(given, found=found, expected=f"at most {most:,}", do=do))


def _check_length(found: int, shape: tuple[int, ...], path: Path) -> None:
    """Raise DataError when a file holds other than what its header says."""
    expected = math.prod(shape)
    if found != expected:
        much = "more" if found > expected else f"only {found:,}"
        raise DataError(describe(str(path), found=f"{much} values", expected=f"{expected:,} ({_sizes(shape)})"))


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{size:,}" for size in shape)
