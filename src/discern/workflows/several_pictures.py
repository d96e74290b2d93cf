"""Pictures that are named one by one: each is opened, and one that cannot be used does not end the job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import files
from ..core.errors import DataError, UnreadableItem, describe
from ..core.events import Listener, note, steps
from ..data.given import missing_path, refuse_address
from ..data.pictures import from_array
from ..data.scan import shown
from ..data.tables_out import FORMATS
from ..images.decode import decode
from ..store import outputs

PAGE = ".html"
R = TypeVar("R")


def pixels_of(picture: str | Path | ArrayLike) -> tuple[str, NDArray[np.uint8]]:
    """A name, and the pixels `(H, W, C)`, of a file or of an array `(H, W[, C])`. Raises DataError."""
    if isinstance(picture, (str, Path)):
        refuse_address(str(picture))
        if not Path(picture).exists():
            raise missing_path(str(picture))
        try:
            return shown(str(picture)), decode(Path(picture)).pixels
        except UnreadableItem as error:
            raise DataError(describe(shown(str(picture)), found=error.reason, expected="a picture")) from error
    try:
        return "array", from_array(np.asarray(picture))
    except UnreadableItem as error:
        raise DataError(error.reason) from error


def target_of(out: str | Path | None, inputs: Sequence[str | Path], *, force: bool) -> Path | None:
    """Where a table or a page is written; `.rejected.csv` beside it of an earlier time is removed. Raises OptionError,
    OutputError."""
    if out is None:
        return None
    target = outputs.checked("-o", out, inputs=inputs, endings=(*FORMATS, PAGE), force=force)
    outputs.checked("-o", _aside(target), force=force).unlink(missing_ok=True)
    return target


def each(
    pictures: Sequence[str | Path], look: Callable[[str | Path], R], target: Path | None, on_event: Listener
) -> tuple[tuple[R, ...], tuple[str | Path, ...]]:
    """What `look` gives for each picture that can be used, and those pictures.

    Of several, those that cannot be used are set aside: told, and written beside `target` with their reasons. Raises
    DataError when none is left.
    """
    found: list[R] = []
    used: list[str | Path] = []
    rejected: list[tuple[str, str]] = []
    for done, picture in enumerate(pictures, start=1):
        try:
            found.append(look(picture))
            used.append(picture)
        except DataError as error:
            if len(pictures) == 1:
                raise
            rejected.append((shown(str(picture)), str(error)))
            note(on_event, f"set aside: {error}")
        steps(on_event, "pictures", done, len(pictures))
    if rejected and not found:
        raise DataError(f"none of the {len(pictures):,} pictures can be used; the first: {rejected[0][1]}")
    if rejected:
        note(on_event, f"{len(rejected):,} of {len(pictures):,} pictures set aside")
        if target is not None:
            files.write_text(_aside(target), files.csv_text(("item", "reason"), rejected))
    return tuple(found), tuple(used)


def _aside(target: Path) -> Path:
    return target.with_name(target.stem + ".rejected.csv")
