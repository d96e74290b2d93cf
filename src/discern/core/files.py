"""Files that are whole or not there: written under a temporary name beside the target, flushed, fsynced and renamed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from .errors import DataError, OutputError, describe

TEMPORARY = ".writing-"
"""What a temporary name starts with; a leftover after a kill is recognised and removed by it."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that appears under `path` only when the block ends without an error.

    Raises OutputError when the place cannot be written; nothing half-written stays behind.
    """
    path = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    except OSError as error:
        raise OutputError(describe(str(path), found=_why(error), do="choose another place with -o")) from error
    temporary = Path(name)
    try:
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError as error:
            raise OutputError(describe(str(path), found=_why(error), do="nothing was left behind")) from error
        _sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    with atomic(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    write_text(path, to_json(record))


def to_json(record: Any) -> str:
    """JSON as it is written everywhere: sorted keys are not wanted (order carries meaning), NaN is refused."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises DataError that names the file and the place of the mistake."""
    try:
        record = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise DataError(describe(str(path), found=_why(error))) from error
    except (ValueError, RecursionError) as error:
        raise DataError(describe(str(path), found=f"not JSON ({error})")) from error
    if not isinstance(record, dict):
        raise DataError(describe(str(path), found=f"a {type(record).__name__}", expected="a JSON object"))
    return record


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Add one JSON line to an append-only file; a line is written by a single call, so lines never mix."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise OutputError(describe(str(path), found=_why(error))) from error


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of an append-only file; a last line cut by a kill is left out."""
    if not path.exists():
        return []
    records = []
    for line in path.read_bytes().split(b"\n"):
        with contextlib.suppress(ValueError):
            records.append(json.loads(line))
    return [record for record in records if isinstance(record, dict)]


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files that a killed process left in `folder` and below."""
    for leftover in folder.rglob(f"{TEMPORARY}*"):
        leftover.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def safe_cell(value: str) -> str:
    """A cell that a spreadsheet will not run as a formula: a leading `= + - @ TAB CR` gets an apostrophe before it."""
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def csv_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """CSV with every text cell quoted as needed and made safe; numbers as Python's shortest exact form."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (header, *rows):
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
