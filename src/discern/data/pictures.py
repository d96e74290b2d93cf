"""Reads folders of pictures, and one picture from whatever holds it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image

from ..core.errors import DataError, UnreadableItem, describe
from ..core.options import MAX_MEGAPIXELS
from ..core.records import InputSpec
from ..images.decode import from_image, on_white, picture_for
from ..images.fit import fit_to
from .assemble import Reading, group_column, stop_if_too_many
from .dataset import Dataset, Source, set_aside
from .decoded import pixels_of
from .labelled import label_from_sheet, sheet_columns
from .one_picture import Loaded
from .scan import Candidate, Scan, scan, shown

CONVERSIONS = (
    (("CMYK",), "printing colours (CMYK) turned into red, green, blue"),
    (("I;16", "I;16B", "I;16L", "I;16N"), "16 bits a value: the high byte is used"),
    (("P", "PA"), "colours of a palette turned into red, green, blue"),
    (("LA", "La", "RGBA", "RGBa"), "transparent pictures laid on white"),
    (("1",), "black and white turned into grey"),
)
"""What is said of pictures whose files hold other than grey or colour of 8 bits."""


def read_folder(path: Path, given: str, reading: Reading) -> Dataset:
    """The pictures of a folder (layouts: see `scan`), at one size.

    Raises DataError for a folder without pictures, TooManyBadItems.
    """
    if reading.spec is not None and reading.spec.kind != "pictures":
        raise DataError(describe(given, found="a folder of pictures", expected=f"{reading.spec}, as the model takes"))
    try:
        found = scan(path, labels_elsewhere=reading.sheet is not None)
    except OSError as error:
        raise DataError(describe(given, found=(error.strerror or str(error)).lower())) from error
    if not found.candidates:
        raise DataError(describe(given, found=_nothing(found), expected="a folder of pictures in a folder per class"))
    said = label_from_sheet(given, found, reading) if reading.sheet is not None else []
    decoded = pixels_of(given, found.candidates, found.rejected, reading)
    values = decoded.values
    pairs = list(zip(found.candidates, decoded.loaded, strict=True))
    good = [(c, one) for c, one in pairs if not isinstance(one, str)]
    rejected = sorted(found.rejected + [(c.item, one) for c, one in pairs if isinstance(one, str)])
    stop_if_too_many(given, len(good), rejected, reading.max_bad)
    if not good:
        raise DataError(describe(given, found=_none_readable(rejected), expected="a folder of pictures"))
    items = _frame(good, decoded.hashes)
    if reading.sheet is not None:
        items = items.with_columns(sheet_columns([c.item for c, _ in good], reading))
    if reading.groups is not None:
        items = items.with_columns(group_column(items["item"].to_list(), reading.groups, fixed_order=False))
    labelled = "label" in items.columns
    with_items = set(items["label"].to_list()) if labelled else found.class_folders
    return Dataset(
        name=shown(path.absolute().name) or given,
        kind="pictures",
        items=items,
        values=values,
        paths=tuple(c.path for c, _ in good),
        rejected=set_aside(rejected),
        skipped=set_aside(found.skipped),
        notes=(*said, *_notes([one for _, one in good], decoded.spec)),
        empty_classes=tuple(sorted(found.class_folders - with_items)),
        source=Source("folder", given),
        spec=decoded.spec,
    )


def load_one(
    source: str | os.PathLike[str] | bytes | Image.Image | NDArray[Any],
    spec: InputSpec,
    *,
    max_megapixels: float = MAX_MEGAPIXELS,
) -> NDArray[np.uint8]:
    """One picture as a model with input `spec` takes it, uint8 `(H, W, C)`: the same from whatever holds it.

    `source` is a path, the bytes of a file, a picture of Pillow's, or an array `(H, W)` or `(H, W, C)` of 1, 3 or 4
    channels (the fourth is how opaque a pixel is) in uint8, uint16 or true and false. A large JPEG is decoded at a
    reduced size from its file; from an array, or from a picture whose pixels are read already, a value may differ by a
    few steps then. Raises UnreadableItem.
    """
    if isinstance(source, Image.Image):
        held = from_image(source, max_megapixels=max_megapixels)
        if not isinstance(held, bytes):
            return fit_to(held.pixels, spec)
        source = held
    elif isinstance(source, np.ndarray):
        return fit_to(from_array(source), spec)
    content = source if isinstance(source, bytes) else Path(source)
    return picture_for(content, spec, max_megapixels=max_megapixels).pixels


def from_array(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Pixels `(H, W, C)` from 0 to 255 of an array `(H, W[, C])`; what is clear is laid on white, as in files. Raises
    UnreadableItem."""
    if values.ndim == 2:
        values = values[:, :, None]
    if values.ndim != 3 or values.shape[2] not in (1, 3, 4) or 0 in values.shape:
        raise UnreadableItem(f"an array of shape {values.shape}; expected (H, W) or (H, W, C) with 1, 3 or 4 channels")
    if values.dtype == np.uint16:
        values = values >> 8
    elif values.dtype == np.bool_:
        values = values * np.uint8(255)
    elif values.dtype != np.uint8:
        raise UnreadableItem(f"an array of {values.dtype}; expected uint8, uint16 or true and false")
    pixels = np.ascontiguousarray(values, dtype=np.uint8)
    return on_white(Image.fromarray(pixels)) if values.shape[2] == 4 else pixels


def _frame(good: list[tuple[Candidate, Loaded]], hashes: list[str]) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {
        "item": pl.Series([c.item for c, _ in good], dtype=pl.String),
        "sha256": pl.Series([one.sha256 for _, one in good], dtype=pl.String),
        "pixels": pl.Series(hashes, dtype=pl.String),
        "height": pl.Series([one.shape[0] for _, one in good], dtype=pl.Int32),
        "width": pl.Series([one.shape[1] for _, one in good], dtype=pl.Int32),
        "mode": pl.Series([one.mode for _, one in good], dtype=pl.String),
    }
    if good and good[0][0].label is not None:
        columns["label"] = pl.Series([c.label for c, _ in good], dtype=pl.String)
    if good and good[0][0].part is not None:
        columns["part"] = pl.Series([c.part for c, _ in good], dtype=pl.String)
    return pl.DataFrame(columns)


def _notes(loaded: list[Loaded], spec: InputSpec) -> tuple[str, ...]:
    said = Counter(one.note for one in loaded if one.note)
    notes = [f"{_pictures(count)}: {note}" for note, count in sorted(said.items())]
    modes = Counter(one.mode for one in loaded)
    for known, words in CONVERSIONS:
        if count := sum(modes[mode] for mode in known):
            notes.append(f"{words}: {_pictures(count)}")
    height, width, channels = spec.shape
    resized = sum(one.shape[:2] != (height, width) for one in loaded)
    if resized:
        notes.append(f"resized to {height} x {width}: {_pictures(resized)} of other sizes")
    if spec != spec.plain:
        notes.append(f"every picture: {str(spec).split('; ', 1)[1]}")
    if channels == 1 and (colour := sum(one.shape[2] == 3 for one in loaded)):
        notes.append(f"made grey: {_pictures(colour)} in colour")
    if channels == 3 and (grey := sum(one.shape[2] == 1 for one in loaded)):
        notes.append(f"given three equal channels, because others have colour: {_pictures(grey)} in grey")
    return tuple(notes)


def _nothing(found: Scan) -> str:
    if found.rejected:
        return _none_readable(found.rejected)
    if found.skipped:
        reasons = Counter(reason for _, reason in found.skipped).most_common(3)
        return "no pictures; passed over: " + ", ".join(f"{count:,} x {reason}" for reason, count in reasons)
    return "an empty folder" if not found.class_folders else "class folders without a single picture"


def _none_readable(rejected: list[tuple[str, str]]) -> str:
    return f"no picture that can be read ({rejected[0][0]!r}: {rejected[0][1]})"


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"
