"""What lies in a folder of pictures or texts: which files are items, of which class and part, what is passed over.

Links are never followed, nothing but regular files is ever opened, and the answer does not depend on listing order.
"""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..images.decode import begins_like_picture

PICTURE_ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".webp")
OTHER_PICTURES = (".heic", ".heif", ".avif", ".jp2", ".jxl", ".psd", ".svg", ".eps", ".ico", ".cr2", ".nef", ".dng")
"""Pictures that are meant as items but not read: they are set aside, not passed over."""

PART_FOLDERS = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
}
LITTER = {
    "thumbs.db": "Windows' store of previews",
    "desktop.ini": "a setting of Windows",
    "__macosx": "left by macOS",
}
OUTSIDE = "a picture outside the class folders"
BESIDE = "a file beside train/ and test/"
TEXT_ENDING = ".txt"


@dataclass(frozen=True)
class Wanted:
    """What a scan looks for."""

    problem: Callable[[Path], tuple[str, str] | None]
    """For a file: None when it is an item; else `rejected` or `skipped`, and why."""
    outside: str
    """Why an item beside class folders is passed over."""


def _no_picture(path: Path) -> tuple[str, str] | None:
    ending = path.suffix.lower()
    if ending in PICTURE_ENDINGS or (not ending and begins_like_picture(path)):
        return None
    if ending in OTHER_PICTURES:
        return "rejected", f"{ending[1:].upper()} pictures are not read; save it as JPEG or PNG"
    return "skipped", f"not a picture ({ending or 'no ending'})"


def _no_text(path: Path) -> tuple[str, str] | None:
    ending = path.suffix.lower()
    return None if ending == TEXT_ENDING else ("skipped", f"not a text ({ending or 'no ending'})")


PICTURES = Wanted(_no_picture, OUTSIDE)
TEXTS = Wanted(_no_text, "a text outside the class folders")


@dataclass(frozen=True)
class Candidate:
    """A file that is meant to be an item."""

    item: str
    path: Path
    label: str | None
    part: str | None


@dataclass
class Scan:
    """What a folder holds; every list is sorted by the bytes of the relative paths."""

    candidates: list[Candidate] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    class_folders: set[str] = field(default_factory=set)
    wanted: Wanted = PICTURES


@dataclass(frozen=True)
class _Folder:
    """A folder on the way down: its path, its name within the root (`train/cats/`), and what lies in it belongs to."""

    path: Path
    inside: str
    label: str | None = None
    part: str | None = None

    def below(self, name: str, label: str | None = None, part: str | None = None) -> _Folder:
        return _Folder(self.path / name, f"{self.inside}{name}/", self.label or label, self.part or part)


def scan(root: Path, *, labels_elsewhere: bool = False, parts: bool = True, wanted: Wanted = PICTURES) -> Scan:
    """List `root`: `CLASS/...`, or `train/`, `validation/` (`valid/`, `val/`) and `test/` above the class folders.

    Below a class folder any depth belongs to the class. A folder without class folders gives items without labels;
    beside class folders, pictures that lie outside of them are passed over. With `labels_elsewhere` folders give no
    labels and every picture counts, wherever it lies; but beside `train/` and `test/` nothing does, unless `parts` is
    False and they are folders like others. Raises OSError when `root` itself cannot be listed.
    """
    result = Scan(wanted=wanted)
    top = _Folder(root, "")
    names = _list(top, result)
    if parts and _has_parts(root, names):
        result.skipped += [(c.item, BESIDE) for c in result.candidates]
        result.candidates.clear()
        for name in names:
            part = PART_FOLDERS.get(name.casefold())
            if part is None:
                result.skipped.append((f"{name}/", "a folder beside train/ and test/"))
            else:
                _scan_classes(top.below(name, part=part), result)
    else:
        _scan_classes(top, result, names)
    if labels_elsewhere:
        result.candidates = [dataclasses.replace(c, label=None) for c in result.candidates]
        result.class_folders.clear()
    if any(candidate.label is not None for candidate in result.candidates):
        result.skipped += [(c.item, wanted.outside) for c in result.candidates if c.label is None]
        result.candidates = [c for c in result.candidates if c.label is not None]
    return _in_order(result)


def shown(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 stand as backslash escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def why_not_a_file(mode: int) -> str:
    """What a thing that is neither a file nor a folder is, for people."""
    for test, words in (
        (stat.S_ISLNK, "a link (links are not followed)"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if test(mode):
            return words
    return "a device"


def _has_parts(root: Path, names: list[str]) -> bool:
    """Whether the folders below `root` are parts: all of them, or `train/` with folders of its own among others."""
    parts = [name for name in names if name.casefold() in PART_FOLDERS]
    if parts and len(parts) == len(names):
        return True
    return any(name.casefold() == "train" and _list(_Folder(root / name, ""), Scan()) for name in parts)


def _scan_classes(folder: _Folder, result: Scan, names: list[str] | None = None) -> None:
    for name in _list(folder, result) if names is None else names:
        result.class_folders.add(shown(name))
        open_folders = [folder.below(name, label=shown(name))]
        while open_folders:
            current = open_folders.pop()
            open_folders += [current.below(below) for below in _list(current, result)]


def _list(folder: _Folder, result: Scan) -> list[str]:
    """Sort what lies in one folder into `result`; the names of its sub-folders come back, sorted by their bytes."""
    folders = []
    try:
        with os.scandir(folder.path) as entries:
            found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        if not folder.inside:
            raise
        result.rejected.append((folder.inside, f"a folder that cannot be opened ({(error.strerror or '').lower()})"))
        return []
    for entry in found:
        reason = _passed_over(entry)
        if reason is not None:
            slash = "/" if entry.is_dir(follow_symlinks=False) else ""
            result.skipped.append((f"{folder.inside}{entry.name}{slash}", reason))
        elif entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
        else:
            _sort_file(folder, entry, result)
    return folders


def _passed_over(entry: os.DirEntry[str]) -> str | None:
    if entry.name.casefold() in LITTER:
        return LITTER[entry.name.casefold()]
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_symlink() or not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
        return why_not_a_file(entry.stat(follow_symlinks=False).st_mode)
    return None


def _sort_file(folder: _Folder, entry: os.DirEntry[str], result: Scan) -> None:
    inside, path = f"{folder.inside}{entry.name}", folder.path / entry.name
    problem = result.wanted.problem(path)
    if problem is None:
        result.candidates.append(Candidate(inside, path, folder.label, folder.part))
    else:
        kind, reason = problem
        (result.rejected if kind == "rejected" else result.skipped).append((inside, reason))


def _in_order(result: Scan) -> Scan:
    """Sort by the bytes of the names, then turn names into text; two that would look the same are told apart."""
    taken: set[str] = set()

    def text(name: str) -> str:
        plain = unique = shown(name)
        copy = 1
        while unique in taken:
            copy += 1
            unique = f"{plain} ({copy})"
        taken.add(unique)
        return unique

    result.candidates.sort(key=lambda candidate: os.fsencode(candidate.item))
    result.candidates = [Candidate(text(c.item), c.path, c.label, c.part) for c in result.candidates]
    for rows in (result.rejected, result.skipped):
        rows.sort(key=lambda row: os.fsencode(row[0]))
        rows[:] = [(shown(name), reason) for name, reason in rows]
    return result
