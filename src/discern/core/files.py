"""Files that are whole or not there: written under a temporary name beside the target, flushed, fsynced and renamed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from .errors import DataError, DiscernError, OutputError, UnreadableItem, describe

TEMPORARY = ".writing-"
"""What a temporary name starts with; a leftover after a kill is recognised and removed by it."""

ALREADY_OPEN = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")
"""Names of files that a process holds open: the shell's redirected file is behind them and must not be replaced."""

OWNER_ONLY = 0o600
"""Permissions of a new file: what is written may hold what nobody else may read."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that appears under `path` only when the block ends without an error.

    A link is followed. What is not a file (`/dev/stdout`, a pipe) is written to as it is, never replaced. A new file
    can be read by its owner only; one that is replaced hands its permissions on. Raises OutputError when the place
    cannot be written; nothing half-written stays behind.
    """
    path = Path(path)
    try:
        mode = _mode_of(path)
        special = str(path.absolute()).startswith(ALREADY_OPEN)
        special = special or (mode is not None and not stat.S_ISREG(mode))
        target = path if special else path.resolve()
        temporary = target if special else target.with_name(TEMPORARY + secrets.token_hex(8))
        flags = os.O_WRONLY | getattr(os, "O_BINARY", 0) | (os.O_APPEND if special else os.O_CREAT | os.O_EXCL)
        handle = os.open(temporary, flags, OWNER_ONLY)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links; a NUL in the name
        raise OutputError(describe(str(path), found=_why(error), do="choose another place with -o")) from error
    try:
        with _blamed_on(path), os.fdopen(handle, "wb") as file:
            if mode is not None and not special and hasattr(os, "fchmod"):
                os.fchmod(handle, stat.S_IMODE(mode))  # whatever the mask of new files is
            yield file
            file.flush()
            if not special:
                os.fsync(file.fileno())
        if not special:
            with _blamed_on(path, temporary):
                temporary.replace(target)
            _sync_folder(target.parent)
    except BaseException:
        if not special:
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
    """JSON as it is written everywhere, in the order of the record (it carries meaning); NaN is refused."""
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises DataError that names the file and the place of the mistake."""
    try:
        record = json.loads(Path(path).read_text("utf-8"), parse_constant=_refuse_constant)
    except OSError as error:
        raise DataError(describe(str(path), found=_why(error))) from error
    except (ValueError, RecursionError) as error:
        raise DataError(describe(str(path), found=f"not JSON ({error})")) from error
    if not isinstance(record, dict):
        raise DataError(describe(str(path), found=f"a {type(record).__name__}", expected="a JSON object"))
    return record


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Add one JSON line to an append-only file; a line is written by a single call, so lines never mix.

    After a last line that a kill cut short, the new one starts on a line of its own.
    """
    line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"
    with _blamed_on(path), open(path, "ab+", buffering=0, opener=_owned) as file:
        if file.seek(0, os.SEEK_END) > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = b"\n" + line
        if file.write(line) != len(line):
            raise OutputError(describe(str(path), found="the line was cut short", do="make room on the disk"))
        os.fsync(file.fileno())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of an append-only file; a line cut by a kill is left out. Raises DataError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(describe(str(path), found=_why(error))) from error
    records = []
    for line in content.split(b"\n"):
        with contextlib.suppress(ValueError, RecursionError):
            records.append(json.loads(line))
    return [record for record in records if isinstance(record, dict)]


@contextlib.contextmanager
def regular_file(path: Path) -> Iterator[io.BufferedReader]:
    """A file to read from. A named pipe or a device is refused without waiting for it. Raises UnreadableItem."""
    with os.fdopen(open_regular(path)[0], "rb") as file:
        yield file


def open_regular(path: Path) -> tuple[int, int]:
    """The handle of a `regular_file`, for the caller to close, and the file's size. Raises UnreadableItem."""
    try:
        _must_be_a_file(path.stat().st_mode)
        # should a pipe take the file's place meanwhile, opening it must not wait for a writer
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except UnreadableItem:
        raise
    except (OSError, ValueError) as error:
        raise UnreadableItem(_why_closed(error)) from error
    about = os.fstat(handle)
    try:
        _must_be_a_file(about.st_mode)
    except UnreadableItem:
        os.close(handle)
        raise
    return handle, about.st_size


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files that a killed process left in `folder` and below."""
    for leftover in folder.rglob(f"{TEMPORARY}*"):
        leftover.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def safe_cell(value: str) -> str:
    """A cell that a spreadsheet will not run as a formula: a leading `= + - @ TAB CR` gets an apostrophe before it."""
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def csv_text(header: Iterable[str], rows: Iterable[Iterable[object]], *, comma: str = ",") -> str:
    """CSV with every text cell quoted as needed and made safe; numbers as Python's shortest exact form, None empty."""
    return "".join(comma.join(_cell(value, comma) for value in row) + "\n" for row in (header, *rows))


def _cell(value: object, comma: str) -> str:
    text = "" if value is None else safe_cell(value) if isinstance(value, str) else str(value)
    # The csv module leaves a lone carriage return bare when lines end in a newline, and readers then see two rows.
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in f'{comma}"\r\n') else text


def _owned(path: str, flags: int) -> int:
    """How an append-only file is opened: a new one for its owner only."""
    return os.open(path, flags, OWNER_ONLY)


def _mode_of(path: Path) -> int | None:
    """Kind and permissions of what stands under `path`, or None when nothing does."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _blamed_on(path: Path, *own: Path) -> Iterator[None]:
    """A failing write names `path`. An error that names another file is not about this one and passes through."""
    try:
        yield
    except OSError as error:
        about_this = error.filename is None or Path(os.fsdecode(error.filename)) in (path, *own)
        if isinstance(error, DiscernError) or not about_this:
            raise
        raise OutputError(describe(str(path), found=_why(error), do="nothing was left behind")) from error


def _must_be_a_file(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UnreadableItem("a folder" if stat.S_ISDIR(mode) else "not a regular file")


def _why_closed(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return _why(error)


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number")


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
