"""Folders of text files, a text a file; folders within give the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import polars as pl

from ..core.errors import DataError, UnreadableItem, describe
from ..core.files import regular_file
from ..core.options import TextOptions
from .encodings import WESTERN, whole_text
from .scan import TEXTS, Candidate, scan, shown
from .text_pieces import OTHER, UTF8, ZERO, Piece, Said

FILE_LIMIT = 20_000_000
"""Bytes of a text file."""


class Folder:
    """Text files: of a folder, with a folder per class or without, or a single one."""

    only_text = "text"
    encoding = ""

    def __init__(self, path: Path, options: TextOptions, *, subject: str) -> None:
        """List the files. Raises DataError for a folder without a text."""
        self.name = shown(path.absolute().name)
        self._asked = options.encoding
        self._rejected: list[tuple[str, str]] = []
        self.notes = []
        if path.is_dir():
            try:
                found = scan(path, wanted=TEXTS)
            except OSError as error:
                raise DataError(describe(subject, found=(error.strerror or str(error)).lower())) from error
            self._files, self._rejected = found.candidates, found.rejected
            if found.skipped:
                self.notes.append(f"passed over: {_passed_over(found.skipped)}")
            if not self._files and not self._rejected:
                what = f"no text; passed over: {_passed_over(found.skipped)}" if found.skipped else "an empty folder"
                raise DataError(describe(subject, found=what, expected="a folder of .txt files"))
        else:
            self._files = [Candidate(self.name, path, None, None)]
        labelled, parted = (any(getattr(c, what) is not None for c in self._files) for what in ("label", "part"))
        self.columns = ["file", *(["label"] if labelled else []), *(["part"] if parted else []), "text"]

    def sample(self) -> pl.DataFrame:
        return pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))

    def pieces(self, rows: int, skip: int, numbers: Collection[str] = ()) -> Iterator[Piece]:
        """Folders that cannot be opened come first, as records that are set aside."""
        refs: list[Candidate | tuple[str, str]] = [*self._rejected, *self._files]
        for begin in range(skip, len(refs), rows):
            yield self._piece(refs[begin : begin + rows])

    def _piece(self, refs: Sequence[Candidate | tuple[str, str]]) -> Piece:
        cells: dict[str, list[str]] = {name: [] for name in self.columns}
        rejected: list[tuple[str, str]] = []
        said = Said()
        for ref in refs:
            if isinstance(ref, tuple):
                rejected.append(ref)
                continue
            try:
                text, encoding = _text_of(ref.path, self._asked)
            except UnreadableItem as error:
                rejected.append((ref.item, error.reason))
                continue
            row = {"file": ref.item, "label": ref.label or "", "part": ref.part or "", "text": text}
            for name in self.columns:
                cells[name].append(row[name])
            if encoding == WESTERN:
                said.add(OTHER, [ref.item])
            elif not text.isascii():
                said.add(UTF8, [ref.item])
        frame = pl.DataFrame(cells, schema=dict.fromkeys(self.columns, pl.String))
        return Piece(frame, frame["file"].alias("item"), rejected, said)


def _text_of(path: Path, asked: str | None) -> tuple[str, str]:
    """What a file holds, and its encoding. Raises UnreadableItem."""
    with regular_file(path) as file:
        try:
            content = file.read(FILE_LIMIT + 1)
        except OSError as error:
            raise UnreadableItem((error.strerror or str(error)).lower()) from error
    if len(content) > FILE_LIMIT:
        raise UnreadableItem(f"a file of more than {FILE_LIMIT:,} bytes")
    text, encoding = whole_text(content, asked)
    if "\0" in text:
        raise UnreadableItem(ZERO)
    return text, encoding


def _passed_over(skipped: Sequence[tuple[str, str]]) -> str:
    reasons = Counter(reason for _, reason in skipped).most_common(6)
    return ", ".join(f"{count:,} x {reason}" for reason, count in reasons) + f" (the first is {skipped[0][0]})"
