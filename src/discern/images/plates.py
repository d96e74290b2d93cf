"""Finding a vehicle's number plate: a row of dark marks, close together, on a bright ground of little colour.

The marks are what a closing by grey levels fills (the black top-hat), so a plate is found on a white car, too. Source:
Anagnostopoulos et al., "License plate recognition from still images and video sequences: a survey", IEEE Transactions
on Intelligent Transportation Systems 9(3), 2008.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy  # its parts load when they are first used
from numpy.typing import NDArray
from PIL import Image

from ..core.views import Record
from .symbols import Mask, Pixels, grey_of

Box = tuple[int, int, int, int]
"""Top, bottom, left, right, ends exclusive."""

HEIGHTS = (7, 10, 16, 26, 42)
"""Marks of about these heights are looked for, in pixels: each time those from LOW to HIGH of it."""
LARGEST, USUAL, SMALLEST = 2_000, 900, 200
"""Pixels of the longer side: a larger picture is made smaller first, and then halved down to the second number, since
the marks of a plate that is near are large; down to the third where nothing was found."""
LOW, HIGH = 0.7, 1.7
DARK = 40
"""Marks are darker than their ground by so many greys."""
BRIGHT = 90
"""The ground of a plate is at least so bright."""
COLOUR = 60
"""Greys between the strongest and the weakest colour of a plate's ground, at most: white or cream, or under a lamp."""
ASPECTS = (1.6, 12.0)
"""Of the marks together, width to height; a plate that is seen from the side is narrow."""
INK = (0.2, 0.75)
"""The share of the marks' box that is dark."""
CROSSINGS = 6
"""A row of characters goes at least so often from light to dark or back, along the median of its middle lines."""
UPRIGHT = 0.5
"""Marks lower than this share of the tallest are dirt or shadow beside the plate."""
RIM, LIGHT = 2, 0.7
"""Of the frame of so many pixels around the marks at least this share is as light as their ground."""
MOST = 3
"""Candidates, at most."""
FLOORS = (0.1, 0.2, 0.3)
"""What is fainter than these shares of the strongest ink is ground: a plate is shown in each way, since little decides
whether two letters touch or one falls apart."""
READ_HEIGHT = 64
"""Marks are enlarged to this height, in pixels."""
ASPECT = 5.2
"""Marks are widened or narrowed to so many times their height, about as they stand on a plate that is seen from the
front (seven characters and a space)."""
EDGE = 0.35
"""Light around the marks, as a share of their height."""


@dataclass(frozen=True)
class Candidate(Record):
    """Where a plate may be."""

    box: Box
    """Of its marks in the photograph."""
    score: float
    """How much it looks like a plate, by contrast and number of strokes; larger is more."""
    depth: NDArray[np.float32]
    """By how many greys each pixel of the box is darker than the ground, 0 outside of marks, `(h, w)`."""

    def pictures(self) -> tuple[Pixels, ...]:
        """Its marks dark on white, enlarged and widened, ready to be read: one `(H, W)` for each of FLOORS."""
        return tuple(_enlarged(self.depth, floor) for floor in FLOORS)


def candidates(pixels: Pixels) -> tuple[Candidate, ...]:
    """Where plates may be in a photograph `(H, W, C)` or `(H, W)`, the likeliest first; none where no row of marks
    looks like one. A large photograph is looked at in several sizes."""
    found: list[Candidate] = []
    for share, heights in sizes(pixels.shape[0], pixels.shape[1]):
        if found and share < 1 and max(pixels.shape[:2]) * share < USUAL:
            break
        some = pixels if share == 1 else _resized(pixels, share)
        grey = grey_of(some)
        for height in heights:
            if 4 * height <= min(grey.shape):
                found += [_at(one, 1 / share) for one in _of_height(some, grey, height)]
    kept: list[Candidate] = []
    for one in sorted(found, key=lambda one: (-one.score, one.box)):
        if len(kept) < MOST and not any(_shared(one.box, other.box) > 0.3 for other in kept):
            kept.append(one)
    return tuple(kept)


def sizes(high: int, wide: int) -> list[tuple[float, tuple[int, ...]]]:
    """At what shares of its sides a picture is looked at, and for marks of which heights there: all at the first, of at
    most LARGEST pixels, and the tallest at each half of it down to SMALLEST."""
    share = min(1.0, LARGEST / max(high, wide))
    found: list[tuple[float, tuple[int, ...]]] = [(share, HEIGHTS)]
    while max(high, wide) * share / 2 >= SMALLEST:
        share /= 2
        found.append((share, HEIGHTS[-2:]))
    return found


def _resized(pixels: Pixels, share: float) -> Pixels:
    image = Image.fromarray(pixels.reshape(pixels.shape[:2]) if pixels.shape[2:] == (1,) else pixels)
    size = max(1, round(share * image.width)), max(1, round(share * image.height))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR))


def _at(one: Candidate, times: float) -> Candidate:
    """A candidate of a smaller picture where it stands in the whole one."""
    top, bottom, left, right = (round(times * side) for side in one.box)
    return replace(one, box=(top, bottom, left, right))


def _of_height(pixels: Pixels, grey: Pixels, height: int) -> list[Candidate]:
    """Rows of marks about `height` pixels high."""
    side = max(5, round(0.9 * height))
    ground = scipy.ndimage.grey_closing(grey, size=(side, side))
    depth = (ground.astype(np.int16) - grey).astype(np.float32)
    dark: Mask = (depth > DARK) & (ground > BRIGHT)
    reach = max(3, round(0.8 * height))
    around = np.pad(dark, ((0, 0), (reach, reach)))  # else marks at the edge of the picture would be lost
    joined = scipy.ndimage.binary_closing(around, np.ones((1, reach)))[:, reach:-reach]
    rows_of_marks, _ = scipy.ndimage.label(joined, structure=np.ones((3, 3)))
    found = []
    for number, place in enumerate(scipy.ndimage.find_objects(rows_of_marks), 1):
        high, wide = place[0].stop - place[0].start, place[1].stop - place[1].start
        if LOW * height <= high <= HIGH * height and wide >= ASPECTS[0] * high:
            tight = _without_dirt(dark[place] & (rows_of_marks[place] == number), place)
            one = _judged(pixels, grey, ground, depth, tight)
            found += [] if one is None else [one]
    return found


def _without_dirt(own: Mask, place: tuple[slice, slice]) -> tuple[tuple[slice, slice], Mask]:
    """The box of those marks that are about as high as the highest, and a mask of these within it."""
    parts, _ = scipy.ndimage.label(own, structure=np.ones((3, 3)))
    boxes = scipy.ndimage.find_objects(parts)
    heights = np.array([box[0].stop - box[0].start for box in boxes])
    kept = np.concatenate([[False], heights >= UPRIGHT * heights.max()])
    own = kept[parts]
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    tight = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    top, left = place[0].start, place[1].start
    moved = slice(top + tight[0].start, top + tight[0].stop), slice(left + tight[1].start, left + tight[1].stop)
    return moved, own[tight]


def _judged(
    pixels: Pixels, grey: Pixels, ground: Pixels, depth: NDArray[np.float32], marks: tuple[tuple[slice, slice], Mask]
) -> Candidate | None:
    """A row of marks as a candidate; None where it does not look like a plate."""
    place, own = marks
    high, wide = own.shape
    middle = own[high // 5 : max(high // 5 + 1, high - high // 5)]
    crossings = float(np.median(np.abs(np.diff(middle.astype(np.int8), axis=1)).sum(axis=1)))
    fits = ASPECTS[0] <= wide / high <= ASPECTS[1] and INK[0] <= float(own.mean()) <= INK[1]
    if not fits or crossings < CROSSINGS or not _on_light_ground(grey, ground, place):
        return None
    if pixels.ndim == 3 and pixels.shape[2] >= 3:
        colours = np.median(pixels[place][~own][:, :3], axis=0)
        if float(np.ptp(colours)) > COLOUR:
            return None
    score = float(depth[place][own].mean()) / 255 * min(crossings, 16) / 16
    box = (place[0].start, place[0].stop, place[1].start, place[1].stop)
    near = scipy.ndimage.binary_dilation(own, np.ones((3, 3)))
    return Candidate(box, score, np.where(near, depth[place], 0).astype(np.float32))


def _on_light_ground(grey: Pixels, ground: Pixels, place: tuple[slice, slice]) -> bool:
    """Whether the frame of pixels around the marks is as light as their ground: around white letters it is not."""
    rows, columns = place
    top, left = max(0, rows.start - RIM), max(0, columns.start - RIM)
    around = grey[top : rows.stop + RIM, left : columns.stop + RIM].astype(np.float32)
    rim = np.ones(around.shape, bool)
    rim[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = False
    level = float(np.median(ground[place]))
    return float((around[rim] > level - DARK).mean()) >= LIGHT


def _enlarged(depth: NDArray[np.float32], floor: float) -> Pixels:
    """Marks by their depth `(h, w)`, dark on white, READ_HEIGHT high and ASPECT times as wide, with light around."""
    strongest = max(1.0, float(np.percentile(depth[depth > 0], 90)))
    size = (round(READ_HEIGHT * ASPECT), READ_HEIGHT)
    large = np.asarray(Image.fromarray(np.pad(depth, 1)).resize(size, Image.Resampling.BICUBIC))
    ink = 255 * np.clip((large / strongest - floor) / (1 - floor), 0, 1)
    return 255 - np.pad(ink.astype(np.uint8), round(EDGE * READ_HEIGHT))


def _shared(one: Box, other: Box) -> float:
    """The share of the smaller box that both hold."""
    high = min(one[1], other[1]) - max(one[0], other[0])
    wide = min(one[3], other[3]) - max(one[2], other[2])
    areas = [(box[1] - box[0]) * (box[3] - box[2]) for box in (one, other)]
    return max(0, high) * max(0, wide) / min(areas)
