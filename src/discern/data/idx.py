"""MNIST's IDX files (http://yann.lecun.com/exdb/mnist, "FILE FORMATS"): unsigned bytes, gzipped or not, checked."""

from __future__ import annotations

import gzip
import math
import os
import re
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError, describe

IMAGES = re.compile(r"(?P<stem>.*?)[-_.]?images[-.]idx3-ubyte(?P<gz>\.gz)?", re.IGNORECASE)
UNSIGNED_BYTES = 0x08
MOST_SWELLING = 1032
"""No gzip file holds more than this many times its own size (RFC 1951: 258 bytes from 2 bits)."""
PARTS = {"train": "train", "t10k": "test", "test": "test", "valid": "validation", "validation": "validation"}


def image_files(folder: Path) -> list[Path]:
    """The IDX picture files of a folder, training part first; of a plain and a gzipped one, the plain one."""
    found: dict[str, Path] = {}
    for name in sorted((path.name for path in folder.iterdir()), key=os.fsencode):
        match = IMAGES.fullmatch(name)
        if match and (folder / name).is_file() and (match["stem"] not in found or not match["gz"]):
            found[match["stem"]] = folder / name
    order = ("train", "validation", "test", None)
    return sorted(found.values(), key=lambda path: (order.index(part_of(path)), path.name))


def is_images(path: Path) -> bool:
    """Whether the name is that of an IDX file of pictures."""
    return IMAGES.fullmatch(path.name) is not None


def part_of(images: Path) -> str | None:
    """`train`, `validation` or `test` when the name of the picture file says so."""
    match = IMAGES.fullmatch(images.name)
    return PARTS.get(re.split(r"[-_.]", match["stem"].lower())[-1]) if match else None


def names_of(images: Path, n: int) -> list[str]:
    """Names of the `n` pictures of a file: `train/00000` and on."""
    match = IMAGES.fullmatch(images.name)
    stem = part_of(images) or (match["stem"] if match else "") or "idx"
    width = max(5, len(str(n - 1)))
    return [f"{stem}/{index:0{width}d}" for index in range(n)]


def labels_file(images: Path) -> Path | None:
    """The file of labels that belongs to a file of pictures, or None."""
    match = IMAGES.fullmatch(images.name)
    if match is None:
        return None
    lead = images.name[: match.end("stem")]
    wanted = re.compile(re.escape(lead) + r"[-_.]?labels[-.]idx1-ubyte(\.gz)?", re.IGNORECASE)
    found = [path for path in images.parent.iterdir() if wanted.fullmatch(path.name) and path.is_file()]
    return min(found, key=lambda path: (len(path.name), path.name), default=None)


def read_images(path: Path) -> NDArray[np.uint8]:
    """Pictures `(n, H, W, 1)`. Raises DataError when the file is not exactly what its header says."""
    values = _read(path, 3, "pictures")
    return values[..., None]


def read_labels(path: Path) -> NDArray[np.uint8]:
    """Labels `(n,)`. Raises DataError."""
    return _read(path, 1, "labels")


def _read(path: Path, n_dimensions: int, what: str) -> NDArray[np.uint8]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not packed:
                return _parse(file, path, n_dimensions, what, size)
            with gzip.GzipFile(fileobj=file) as unpacked:
                return _parse(unpacked, path, n_dimensions, what, size * MOST_SWELLING)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = "cut off" if isinstance(error, EOFError) else "damaged"
        raise DataError(describe(str(path), found=f"a {reason} gzip file", do="fetch the file again")) from error
    except OSError as error:
        raise DataError(describe(str(path), found=(error.strerror or str(error)).lower())) from error


def _parse(file: IO[bytes] | gzip.GzipFile, path: Path, n_dimensions: int, what: str, most: int) -> NDArray[np.uint8]:
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
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4"))
    expected = math.prod(shape)
    sizes = " x ".join(f"{size:,}" for size in shape)
    if not expected:
        raise DataError(describe(str(path), found=f"{sizes} values", expected=f"at least one of the {what}"))
    if expected > most:  # before anything of that size is allocated
        raise DataError(describe(str(path), found=f"a header of {sizes} values on a file too short for them"))
    content = file.read(expected + 1)
    if len(content) != expected:
        found = "more" if len(content) > expected else f"only {len(content):,}"
        raise DataError(describe(str(path), found=f"{found} values", expected=f"{expected:,} ({sizes})"))
    return np.frombuffer(content, np.uint8).reshape(shape)
