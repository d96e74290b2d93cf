"""`show`: a picture as its numbers and a drawing, or a sheet of samples of each class of a data set."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core import files
from ..core.errors import DataError, OptionError, UnreadableItem, describe
from ..core.optional import require
from ..core.options import ReadOptions, raise_all, suggest
from ..core.views import Record
from ..data.embedded import TABLES
from ..data.labelled_texts import ENDINGS as TEXT_TABLES
from ..data.overview import PER_CLASS, contact_sheet
from ..data.table_overview import TableOverview, overview
from ..images import draw
from ..images.decode import decode
from ..nets import transforms
from ..store import outputs
from .audit import EVERYTHING
from .reading import read_with


@dataclass(frozen=True)
class Shown(Record):
    """A picture: its name, its label when known, and its pixels `(H, W, C)`, 0 (black) to 255 (white)."""

    item: str
    label: str | None
    pixels: NDArray[np.uint8]

    @property
    def flat(self) -> str:
        """The numbers in one line, row after row: the form in which a table model takes a picture."""
        return draw.flat(self.pixels)

    @property
    def rows(self) -> str:
        """The numbers as they lie in the picture."""
        return draw.rows(self.pixels)

    def drawing(self, *, colour: bool, width: int = 80) -> str:
        """The picture in characters: half blocks in true colour, or shades."""
        return draw.half_blocks(self.pixels, width=width) if colour else draw.shades(self.pixels, width=width)


def is_data(source: str | Path) -> bool:
    """Whether `source` is a data set rather than one picture: a folder, IDX files, an archive, an embedded sample."""
    path = Path(source)
    return str(source).startswith("sample:") or path.is_dir() or path.suffix.lower() == ".npz" or "ubyte" in path.name


def is_table(source: str | Path) -> bool:
    """Whether `source` is a table in a file, or an embedded one."""
    return str(source) in TABLES or (Path(source).suffix.lower() in TEXT_TABLES and Path(source).is_file())


def show_table(source: str | Path, *, reading: ReadOptions = EVERYTHING) -> TableOverview:
    """What the columns of a table were taken for. Raises OptionError, DataError (a table of texts, too)."""
    raise_all(reading.problems())
    data = read_with(source, reading)
    if data.kind == "texts":
        _refuse_texts(source)
    return overview(data)


@dataclass(frozen=True)
class Sheet(Record):
    """Samples of each class, side by side: pixels `(H, W, 3)`."""

    n_items: int
    n_classes: int
    pixels: NDArray[np.uint8]

    def drawing(self, *, colour: bool, width: int = 80) -> str:
        """The sheet in characters: half blocks in true colour, or shades."""
        return draw.half_blocks(self.pixels, width=width) if colour else draw.shades(self.pixels, width=width)


def show_sheet(
    source: str | Path,
    *,
    per_class: int = 8,
    augmented: str | None = None,
    reading: ReadOptions = EVERYTHING,
    out: str | Path | None = None,
    force: bool = False,
    seed: int = 0,
) -> Sheet:
    """A sheet of samples of each class; with `augmented`, each varied once as `train --augment` would vary it.

    `out` is a PNG file to write. Raises OptionError, DataError, OutputError.
    """
    raise_all([*reading.problems(), PER_CLASS.problem("--per-class", per_class)])
    target = None if out is None else outputs.checked("-o", out, inputs=[source], endings=(".png",), force=force)
    change = None
    if augmented is not None:
        transforms.parse(augmented)
        vary = require("discern.nets.augment", needed_for="--augmented").varied
        change = functools.partial(vary, text=augmented, seed=seed)
    _refuse_texts(source)
    data = read_with(source, reading)
    pixels = contact_sheet(data, per_class, change)
    if target is not None:
        files.write_bytes(target, draw.png(pixels))
    return Sheet(data.n, len(data.classes), pixels)


def _refuse_texts(source: str | Path) -> None:
    """Raise DataError for a table, which can be read as it is."""
    path = Path(source)
    if path.suffix.lower() in TEXT_TABLES and path.is_file():
        do = "`discern text concordance` shows places in texts, `discern show TABLE` the columns of a table of numbers"
        raise DataError(describe(str(source), found="a table", expected="pictures", do=do))


def show(source: str | Path, item: str | int | None = None, *, reading: ReadOptions = EVERYTHING) -> Shown:
    """A picture file, or one item of a data set by its name or its number (from 0).

    Raises DataError; OptionError when the data set has no such item.
    """
    path = Path(source)
    _refuse_texts(source)
    if item is None and not is_data(source):
        try:
            return Shown(path.name, None, decode(path).pixels)
        except UnreadableItem as error:
            raise DataError(describe(str(source), found=error.reason, expected="a picture")) from error
    data = read_with(source, reading)
    if data.kind != "pictures":
        raise DataError(describe(data.name, found=f"a data set of {data.kind}", expected="one of pictures"))
    names = data.items["item"].to_list()
    if item is None:
        item = 0
    text = str(item)
    if text in names:
        position = names.index(text)
    elif text.isdecimal() and int(text) < data.n:
        position = int(text)
    else:
        raise OptionError(
            describe(f"--item {text}", found="no such item", expected=f"a name, or a number from 0 to {data.n - 1}")
            + suggest(text, names[:10_000])
        )
    labels = data.labels
    return Shown(names[position], None if labels is None else str(labels[position]), data.values[position])
