"""Pictures that are named one by one: each is opened, and one that cannot be used does not end the job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def pixels_of(picture: str | Path | ArrayLike, max_megapixels: float) -> tuple[str, NDArray[np.uint8]]:
    """A name, and the pixels `(H, W, C)`, of a file or of an array `(H, W[, C])`. Raises DataError."""
    if isinstance(picture, (str, Path)):
        refuse_address(str(picture))
        if not Path(picture).exists():
            raise missing_path(str(picture))
        try:
            return shown(str(picture)), decode(Path(picture), max_megapixels=max_megapixels).pixels
        except UnreadableItem as error:
            raise DataError(describe(shown(str(picture)), found=error.reason, expected="a picture")) from error
    try:
        return "array", from_array(np.asarray(picture))
    except UnreadableItem as error:
        raise DataError(error.reason) from error


def target_of(out: str | Path | None, inputs: Sequence[str | Path], *, force: bool) -> Path | None:
    """Where a table or a page is written. Raises OptionError, OutputError."""
    if out is None:
        return None
    return outputs.checked_answers(out, inputs=inputs, endings=(*FORMATS, PAGE), force=force)


def each(
    pictures: Sequence[str | Path], look: Callable[[str | Path], R], on_event: Listener
) -> tuple[tuple[R, ...], tuple[str | Path, ...], tuple[tuple[str, str], ...]]:
    """What `look` gives for each picture that can be used, those pictures, and the others as (item, reason).

    Of several, those that cannot be used are set aside and told. Raises DataError when none is left.
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
    return tuple(found), tuple(used), tuple(rejected)
