"""The zip file around a model: two members, stored, in one fixed layout, so that the same members are the same bytes.

Reading accepts that layout and no other, byte for byte. Names in the file are compared, never used as paths, and
nothing is unpacked, so links, `../../x`, repeated entries and bombs have no way to act; they are told apart for the
message alone.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import IO

from ..core.errors import ModelFileError

MANIFEST = "manifest.json"
TENSORS = "model.safetensors"
MEMBERS = (MANIFEST, TENSORS)
MANIFEST_LIMIT = 4 * 2**20
MEMBER_LIMIT = 2**31 - 2**24
"""Bytes of a member: graphs above 2 GiB cannot be handed to ONNX Runtime in one piece."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _FLAGS, _STORED, _TIME, _DATE = 20, 0, 0, 0, 33  # 1 January 1980, midnight: where zip's clock begins
_UNIX_VERSION, _MODE = (3 << 8) | 20, 0o100644 << 16
_MOST_ENTRIES, _MOST_OF_ENTRIES = 1000, 2**20
"""Entries, and bytes of their directory, that are gone through to say what a zip file is instead."""


def write(members: Mapping[str, bytes | bytearray]) -> Iterator[bytes | bytearray]:
    """The pieces of a file that holds the two members."""
    for name in MEMBERS:
        yield _local(name, members[name])
        yield members[name]
    yield _directory(members)


def read(file: IO[bytes], size: int) -> dict[str, bytearray]:
    """The two members of a file of `size` bytes that stands at its beginning.

    Raises ModelFileError that says what the file seems to be instead. Holds no more than the file's size in memory.
    """
    members: dict[str, bytearray] = {}
    for name in MEMBERS:
        header = file.read(_LOCAL.size + len(name))
        stated = int.from_bytes(header[18:22], "little")
        left = size - file.tell()
        if len(header) < _LOCAL.size + len(name) or stated > left or (name == MANIFEST and stated > MANIFEST_LIMIT):
            raise _refusal(file, size)
        members[name] = bytearray(stated)  # arrays that look into it can be written to, which torch asks for
        file.readinto(members[name])  # type: ignore[attr-defined]
        if header != _local(name, members[name]):
            raise _refusal(file, size)
    directory = _directory(members)
    if file.read(len(directory) + 1) != directory:
        raise _refusal(file, size)
    return members


def peek_manifest(file: IO[bytes], size: int) -> bytes | None:
    """The bytes of the manifest in a zip file of any layout, or None: to find out whether a newer program wrote it."""
    entries = _entries(file, size)
    for entry in entries or []:
        small = entry.file_size == entry.compress_size <= MANIFEST_LIMIT and entry.header_offset < size
        if entry.filename == MANIFEST and entry.compress_type == zipfile.ZIP_STORED and small:
            file.seek(entry.header_offset)
            lengths = file.read(_LOCAL.size)[26:30]
            file.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), io.SEEK_CUR)
            return file.read(entry.file_size)
    return None


def _local(name: str, content: bytes | bytearray) -> bytes:
    crc, size = zlib.crc32(content), len(content)
    header = _LOCAL.pack(b"PK\3\4", _VERSION, _FLAGS, _STORED, _TIME, _DATE, crc, size, size, len(name), 0)
    return header + name.encode("ascii")


def _directory(members: Mapping[str, bytes | bytearray]) -> bytes:
    entries, at = b"", 0
    for name in MEMBERS:
        crc, size = zlib.crc32(members[name]), len(members[name])
        entries += _CENTRAL.pack(
            b"PK\1\2", _UNIX_VERSION, _VERSION, _FLAGS, _STORED, _TIME, _DATE, crc, size, size, len(name), 0, 0, 0, 0,
            _MODE, at,
        ) + name.encode("ascii")  # fmt: skip
        at += _LOCAL.size + len(name) + size
    return entries + _END.pack(b"PK\5\6", 0, 0, len(MEMBERS), len(MEMBERS), len(entries), at, 0)


def _entries(file: IO[bytes], size: int) -> list[zipfile.ZipInfo] | None:
    """The entries of any small zip directory at the very end of the file, else None."""
    if size < _END.size:
        return None
    file.seek(size - _END.size)
    magic, _, _, _, count, length, at, comment = _END.unpack(file.read(_END.size))
    if magic != b"PK\5\6" or comment or length > _MOST_OF_ENTRIES or at + length + _END.size > size:
        return None
    file.seek(at)
    # The directory alone: zipfile would follow a ZIP64 record to another one, of any size.
    directory = file.read(length) + _END.pack(magic, 0, 0, count, count, length, 0, 0)
    try:
        with zipfile.ZipFile(io.BytesIO(directory)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error, OverflowError, RuntimeError):
        return None
    return found if len(found) <= _MOST_ENTRIES else None


def _refusal(file: IO[bytes], size: int) -> ModelFileError:
    """Why a file is not a model file of ours, in words."""
    file.seek(0)
    start = file.read(512)
    if not start.startswith(b"PK\3\4"):
        return ModelFileError(f"found {_kind(start)}; expected a model that discern wrote (model.discern)")
    entries = _entries(file, size)
    if entries is None:
        return ModelFileError("the zip file is cut short, damaged or followed by other bytes; copy it again")
    return ModelFileError(_wrong_entries(entries))


def _wrong_entries(entries: list[zipfile.ZipInfo]) -> str:
    names = Counter(entry.filename for entry in entries)
    if any(name.endswith("data.pkl") for name in names):
        return "found a PyTorch file (.pt), which can run code when opened; expected a model that discern wrote"
    if "config.json" in names and any(name.endswith(".h5") for name in names):
        return "found a Keras file (.keras); expected a model that discern wrote"
    for entry in entries:
        name, shown = entry.filename, repr(entry.filename[:80])
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            return f"entry {shown} points outside the file; expected {' and '.join(MEMBERS)}"
        if entry.external_attr >> 28 == 0o12:
            return f"entry {shown} is a link; expected {' and '.join(MEMBERS)}"
        if names[name] > 1:
            return f"entry {shown} stands twice; expected {' and '.join(MEMBERS)}, once each"
        if name in MEMBERS and entry.compress_type != zipfile.ZIP_STORED:
            return f"entry {shown} is compressed; expected it as it is, so that it cannot swell"
    if sorted(names) != sorted(MEMBERS):
        return f"found the entries {', '.join(map(repr, names))[:200]}; expected {' and '.join(MEMBERS)}"
    return "the zip file is damaged or was written by another program; copy the model again, unchanged"


_KINDS = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (.h5)"),
    (b"\x93NUMPY", "a NumPy file (.npy)"),
    (b"\x1f\x8b", "a gzip file (joblib writes such)"),
    (b"\xfd7zXZ\0", "an xz file (joblib writes such)"),
    (b"BZh", "a bzip2 file (joblib writes such)"),
    (b"\x04\x22\x4d\x18", "an lz4 file (joblib writes such)"),
    (b"\x5d\0\0", "an lzma file (joblib writes such)"),
    (b"ZF", "a zlib file (joblib writes such)"),
    (b"PK", "an empty or cut zip file"),
    (b"<", "a web page or XML"),
    (b"{", "JSON"),
)


def _kind(start: bytes) -> str:
    """What a file seems to be by its first bytes."""
    if not start:
        return "an empty file"
    if start[0] == 0x80 and len(start) > 1 and start[1] <= 5:
        return "a pickle (joblib and old PyTorch files are such), which can run code when opened"
    if start[0] == 0x78 and len(start) > 1 and (start[0] * 256 + start[1]) % 31 == 0:
        return "a zlib file (joblib writes such)"
    if len(start) > 3 and start[0] == 0x08 and start[2] in (0x12, 0x3A):
        return "an ONNX graph"
    if start[8:9] == b"{":
        return "a safetensors file"
    for magic, words in _KINDS:
        if start.startswith(magic):
            return words
    return "a file of another kind"
