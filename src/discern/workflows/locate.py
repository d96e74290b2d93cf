"""`discern image locate`: where in a picture the things are that a model knows, at several sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from ..core import files
from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, silent
from ..core.options import MAX_MEGAPIXELS, SHARE, raise_all, suggest
from ..core.views import Record
from ..data.canvases import BACKGROUND
from ..data.tables_out import write_table
from ..evaluate.boxes import Box, merged, to_json
from ..images.fit import fit_to
from ..images.sections import Level, cut_out, levels
from ..images.symbols import grey_of
from ..report import locate_page
from ..store import bundle, outputs
from ..store.run_folder import megapixels_of, model_path
from ..store.session import Shipped
from .several_pictures import PAGE, each, pixels_of, target_of

SURE = 0.7
"""Sections with at least this probability of a thing become boxes."""
CLOSER, FINE = 0.2, 3
"""Around sections with this probability the windows move by a third of a step, once."""
MERGED = 0.3
"""Boxes that overlap this much are of one thing."""
SMALLEST = 1 / 12
"""Of the picture's shorter side, but not below the size that the model takes."""
AT_ONCE = 4096
EVEN = 8.0
"""Greys by which a section must differ within itself to be looked at."""
SIDE = range(2, 1_000_001)


@dataclass(frozen=True)
class Located(Record):
    """What was found in a picture."""

    item: str
    size: tuple[int, int]
    """Height and width."""
    boxes: tuple[Box, ...]
    """Most probable first."""
    n_sections: int
    """That were looked at."""
    pixels: NDArray[np.uint8] = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        record = {"schema": 1, "item": self.item, "size": list(self.size), "boxes": to_json(self.boxes)}
        return record | {"n_sections": self.n_sections, "notes": list(self.notes)}

    @property
    def table(self) -> pl.DataFrame:
        """A row a box: item, label, probability, top, left, bottom, right."""
        rows = [(self.item, box.label, box.probability, *box.corners) for box in self.boxes]
        corners = dict.fromkeys(("top", "left", "bottom", "right"), pl.Float64)
        names = {"item": pl.String, "label": pl.String, "probability": pl.Float64, **corners}
        return pl.DataFrame(rows, schema=names, orient="row")


class Finder:
    """A model that tells things from background, loaded once, used for many pictures."""

    def __init__(self, run: str | Path, background: str = BACKGROUND) -> None:
        """`background` is the class that stands for nothing. Raises RunError, ModelFileError, OptionError."""
        loaded = bundle.load(model_path(run))
        if loaded.spec.kind != "pictures" or loaded.task == "regression":
            raise OptionError(f"{run}: it takes {loaded.spec}; finding needs a model of pictures")
        self.shipped = Shipped(loaded)
        self.megapixels = megapixels_of(run)
        classes = [str(one) for one in self.shipped.classes]
        if background not in classes:
            raise OptionError(
                f"--background {background!r} is none of what {run} tells apart ({', '.join(classes[:12])}); expected "
                f"a class of pictures in which nothing is; a model finds things only if it learned what is none"
                f"{suggest(background, classes)}"
            )
        self.nothing = classes.index(background)
        self.classes = classes

    def find(
        self,
        picture: str | Path | ArrayLike,
        *,
        smallest: float | None = None,
        largest: float | None = None,
        sure: float = SURE,
    ) -> Located:
        """What is in a picture file or in pixels `(H, W[, C])`. Raises DataError for one too small for the model."""
        item, pixels = _pixels(picture, self.shipped, self.megapixels)
        high, wide = pixels.shape[:2]
        window = (self.shipped.spec.shape[0], self.shipped.spec.shape[1])
        if high < window[0] or wide < window[1]:
            found = f"a picture of {high} x {wide} pixels"
            raise DataError(
                describe(item, found=found, expected=f"at least {window[0]} x {window[1]}, as the model takes")
            )
        least = float(smallest or max(max(window), SMALLEST * min(high, wide)))
        enough = max(window) * (high * wide / (1e6 * MAX_MEGAPIXELS)) ** 0.5
        if least < enough:
            found = f"--smallest {least:g} would enlarge {high} x {wide} pixels {max(window) / least:.1f} times"
            raise DataError(describe(item, found=found, expected=f"at least {np.ceil(enough):g} for this picture"))
        most = float(largest or min(high, wide))
        boxes: list[Box] = []
        n_sections = 0
        for level in levels(pixels, window, least, max(least, most)):
            n, seen = self._at(level, window, sure)
            n_sections += n
            boxes += seen
        notes = () if boxes else (f"nothing was found with a probability of {sure:g} or more",)
        return Located(item, (high, wide), tuple(merged(boxes, MERGED)), n_sections, pixels, notes)

    def _at(self, level: Level, window: tuple[int, int], sure: float) -> tuple[int, list[Box]]:
        """How many sections were looked at, and boxes at one scale."""
        places = np.stack(np.meshgrid(level.tops, level.lefts, indexing="ij"), axis=-1).reshape(-1, 2)
        places = places[_differing(level, window, places)]
        chances = self._chances(level, window, places)
        likely = 1 - chances[:, self.nothing] >= CLOSER
        step = max(1, window[0] // (4 * FINE))
        around = np.array([(a, b) for a in (-step, 0, step) for b in (-step, 0, step) if a or b])
        more = (places[likely][:, None] + around[None]).reshape(-1, 2)
        room = np.array(level.pixels.shape[:2]) - window
        more = np.unique(more[((more >= 0) & (more <= room)).all(axis=1)], axis=0)
        if len(more):
            chances = np.concatenate([chances, self._chances(level, window, more)])
            places = np.concatenate([places, more])
        best = np.where(np.arange(chances.shape[1]) == self.nothing, -1.0, chances)
        labels = best.argmax(axis=1)
        found = []
        for place in np.flatnonzero(best.max(axis=1) >= sure) if len(best) else ():
            (top, left), label = places[place] * level.scale, self.classes[labels[place]]
            bottom, right = top + window[0] * level.scale, left + window[1] * level.scale
            found.append(Box(label, float(best[place, labels[place]]), float(top), float(left), bottom, right))
        return len(places), found

    def _chances(self, level: Level, window: tuple[int, int], places: NDArray[np.int64]) -> NDArray[np.float64]:
        found = [np.zeros((0, len(self.classes)))]
        for start in range(0, len(places), AT_ONCE):
            some = cut_out(level, window, places[start : start + AT_ONCE])
            if self.shipped.spec.symbols or self.shipped.spec.binary:
                some = np.stack([fit_to(one, self.shipped.spec) for one in some])
            found.append(self.shipped.predict_proba(some).astype(np.float64))
        return np.concatenate(found)


def locate(
    run: str | Path,
    pictures: Sequence[str | Path],
    *,
    background: str = BACKGROUND,
    smallest: float | None = None,
    largest: float | None = None,
    sure: float = SURE,
    out: str | Path | None = None,
    force: bool = False,
    on_event: Listener = silent,
) -> tuple[Located, ...]:
    """Look for what a model knows in pictures, at sizes from `smallest` to `largest` pixels (default: from a twelfth of
    the picture's shorter side to all of it).

    `background` is the class of the model that stands for nothing. `out` is a table (a row a box) or an `.html` page.
    Of several pictures those that cannot be used are told, and written to `<out>.rejected.csv`.
    Raises OptionError, DataError, OutputError, RunError, ModelFileError.
    """
    sizes = {"--smallest": smallest, "--largest": largest}
    raise_all(
        [
            SHARE.problem("--sure", sure),
            *(
                f"{name} is {size:g}; expected at least {SIDE.start} pixels"
                for name, size in sizes.items()
                if size is not None and not SIDE.start <= size <= SIDE.stop
            ),
            f"--smallest {smallest:g} is above --largest {largest:g}"
            if smallest is not None and largest is not None and smallest > largest
            else None,
            None if pictures else "no picture was named",
        ]
    )
    target = target_of(out, pictures, force=force)
    finder = Finder(run, background)
    look = partial(finder.find, smallest=smallest, largest=largest, sure=sure)
    found, _, rejected = each(pictures, look, on_event)
    if target is not None and target.suffix == PAGE:
        shown_pages = [(one.item, one.boxes, one.pixels, one.notes) for one in found]
        files.write_text(target, locate_page.page(shown_pages))
    elif target is not None:
        write_table(target, pl.concat([one.table for one in found]))
    if target is not None:
        outputs.write_rejected(target, rejected)
    return found


def _differing(level: Level, window: tuple[int, int], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which windows are not all of one grey: nothing can be in those that are."""
    grey = level.pixels.mean(axis=2)
    sums = [np.pad(one.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0))) for one in (grey, grey * grey)]
    top, left = places.T
    bottom, right = top + window[0], left + window[1]
    total, squares = (one[bottom, right] - one[top, right] - one[bottom, left] + one[top, left] for one in sums)
    n = window[0] * window[1]
    found: NDArray[np.bool_] = np.maximum(0.0, squares / n - (total / n) ** 2) >= EVEN**2 / 4
    return found


def _pixels(picture: str | Path | ArrayLike, shipped: Shipped, megapixels: float) -> tuple[str, NDArray[np.uint8]]:
    """A name, and pixels `(H, W, C)` with the channels that the model takes."""
    item, pixels = pixels_of(picture, megapixels)
    if shipped.spec.shape[2] == 1:
        return item, grey_of(pixels)[:, :, None]
    return item, np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
