"""Cutting a page of separate characters into lines and characters: ink, slant of the page, lines, characters, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..core.errors import UnreadableItem
from ..core.views import Record
from .symbols import Mask, Pixels, ink_of

MOST_TILT = 15.0
"""Degrees by which a page may stand askew."""
COARSE, FINE = 1.0, 0.1
"""Steps of the search for the tilt, in degrees."""
MOST_PARTS = 200_000
"""Separate marks of a page; more are the dots of a print, or noise."""
INK = 48
"""Grey from which on ink holds together."""
CLEARER = 1.12
"""How much more clearly rows must part for a page to be turned: five digits alone reach 1.1 by chance."""
SIDE = 900
"""Pixels across at which the tilt is looked for."""
SMALLEST = 0.12
"""Parts lower and narrower than this share of a line's height are specks, unless they lie over or under a character."""
OVERLAP = 0.5
"""Parts that share this much of the narrower one's width are one character: the dot of an i, a broken stroke."""
BESIDE = 0.4
"""Parts that share this much of the lower one's height stand on one line."""
LOOSE, NEAR, LIGHT, LOW = 0.65, 0.16, 0.35, 0.7
"""A loose piece belongs to the character beside it: one smaller than LOOSE of the line's height, no further away than
NEAR of it, with less than LIGHT of the other's ink, and not below LOW of the line, where full stops and commas are."""
GAP, WIDER, FEW_GAP = 0.3, 1.6, 0.62
"""A gap stands for a space where it is wider than GAP of the line's height and than WIDER times the line's median gap;
in lines of fewer than four characters, where it is wider than FEW_GAP of the height."""
EVEN_PITCH, SKIPPED, LOOSELY = 0.22, 1.5, 0.2
"""Where gaps are wider than LOOSELY of the height, and nine in ten distances between middles lie this close to whole
pitches (their median), characters stand at one pitch, as on forms: then a distance of SKIPPED pitches is a space."""
WIDE, THIN = 1.45, 0.5
"""What is wider than WIDE of the line's height may be two characters that touch: they are parted at a column that has
less than THIN of the mean column's ink."""
RULE = 6.0
"""Parts longer than so many times the line's height are rules or frames, no characters."""


@dataclass(frozen=True)
class Character(Record):
    """One character of a page, upright."""

    line: int
    """From 0."""
    box: tuple[int, int, int, int]
    """Top, bottom, left, right in the upright page, ends exclusive."""
    ink: Pixels
    """Its own ink alone, light on black, `(H, W)`."""
    space_before: bool


@dataclass(frozen=True)
class Page(Record):
    """A page that was set upright and cut."""

    tilt: float
    """Degrees by which it stood askew, clockwise above 0."""
    upright: Pixels
    """Its ink, light on black, `(H, W)`."""
    characters: tuple[Character, ...]

    @property
    def n_lines(self) -> int:
        return self.characters[-1].line + 1 if self.characters else 0


def cut(pixels: Pixels) -> Page:
    """The characters of a page `(H, W)` or `(H, W, C)` in reading order; none where there is no ink. Raises
    UnreadableItem for more than MOST_PARTS separate marks."""
    ink = ink_of(pixels)
    tilt = tilt_of(ink > INK)
    upright = turned(ink, tilt) if tilt else ink
    characters: list[Character] = []
    parts = _parts(upright > INK)
    if len(parts) > MOST_PARTS:
        raise UnreadableItem(f"{len(parts):,} separate marks; expected a page of at most {MOST_PARTS:,}")
    for number, line in enumerate(_lines(parts)):
        characters += _of_line(upright, line, number)
    return Page(tilt, upright, tuple(characters))


def tilt_of(mask: Mask) -> float:
    """The degrees by which lines stand askew: turned back by them, rows of ink and gaps part most clearly.

    The variance of the ink's profile over rows is greatest then. Source: Postl, ICPR 1986. 0 where no direction is
    clearly better than none.
    """
    rows, columns = np.nonzero(_smaller(mask))
    if len(rows) < 20:
        return 0.0
    middle = columns.mean()

    def sharpness(angle: float) -> float:
        places = rows - np.tan(np.radians(angle)) * (columns - middle)
        profile = np.bincount(np.round(places - places.min()).astype(np.int64))
        return float((profile.astype(float) ** 2).sum())

    angles = np.arange(-MOST_TILT, MOST_TILT + COARSE / 2, COARSE)
    best = max(angles.tolist(), key=sharpness)
    near = np.arange(best - COARSE, best + COARSE + FINE / 2, FINE)
    found = max(near.tolist(), key=sharpness)
    return round(found, 2) if sharpness(found) > CLEARER * sharpness(0.0) else 0.0


def turned(ink: Pixels, tilt: float) -> Pixels:
    """A page turned back by its tilt, larger so that nothing is lost."""
    found: Pixels = ndimage.rotate(ink, tilt, order=1, reshape=True, cval=0)
    return found


@dataclass(frozen=True)
class _Part:
    """Connected ink: its box, and which labels it is made of."""

    top: int
    bottom: int
    left: int
    right: int
    labels: tuple[int, ...]
    of: NDArray[np.int32]

    def with_(self, other: _Part) -> _Part:
        """Both as one."""
        return _Part(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
            self.labels + other.labels,
            self.of,
        )

    def ink(self, page: Pixels) -> Pixels:
        """Its own ink alone, within its box."""
        rows, columns = slice(self.top, self.bottom), slice(self.left, self.right)
        return np.where(np.isin(self.of[rows, columns], self.labels), page[rows, columns], np.uint8(0))

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def _parts(mask: Mask) -> list[_Part]:
    labels, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    found = []
    for number, place in enumerate(ndimage.find_objects(labels), 1):
        if place is not None:
            rows, columns = place
            found.append(_Part(rows.start, rows.stop, columns.start, columns.stop, (number,), labels))
    return found


def _lines(parts: list[_Part]) -> list[list[_Part]]:
    """Parts by the line that they stand on, from top to bottom."""
    if not parts:
        return []
    heights = np.array([part.height for part in parts])
    tall = float(np.median(heights[heights >= 0.4 * np.percentile(heights, 75)]))
    letters = [
        part for part in parts if part.height >= 0.5 * tall and part.width <= RULE * tall and part.height <= 3 * tall
    ]
    rows: list[tuple[int, int]] = []
    for part in sorted(letters, key=lambda one: (-one.height, one.top, one.left)):
        shared = [min(bottom, part.bottom) - max(top, part.top) for top, bottom in rows]
        best = int(np.argmax(shared)) if rows else -1
        if rows and shared[best] >= BESIDE * min(part.height, rows[best][1] - rows[best][0]):
            rows[best] = (min(rows[best][0], part.top), max(rows[best][1], part.bottom))
        else:
            rows.append((part.top, part.bottom))
    if not rows:
        return []  # rules and frames alone
    rows.sort()
    lines: list[list[_Part]] = [[] for _ in rows]
    for part in parts:
        if part.width > RULE * tall or part.height > 3 * tall:
            continue
        middle = (part.top + part.bottom) / 2
        away = [max(top - middle, middle - bottom, 0.0) for top, bottom in rows]
        nearest = int(np.argmin(away))
        if away[nearest] <= 0.5 * tall:
            lines[nearest].append(part)
    return [line for line in lines if line]


def _of_line(ink: Pixels, parts: list[_Part], number: int) -> list[Character]:
    """The characters of a line from left to right."""
    height = float(np.percentile([part.height for part in parts], 80))
    top = min(part.top for part in parts)
    joined = _joined(sorted(parts, key=lambda part: (part.left, part.top)))
    joined = _gathered(joined, ink, height, top + LOW * (max(part.bottom for part in parts) - top))
    kept = [part for part in joined if max(part.height, part.width) >= max(2.0, SMALLEST * height)]
    kept = [piece for part in kept for piece in _parted(part, ink, height)]
    spaces = _spaces(kept, height)
    return [
        Character(number, (part.top, part.bottom, part.left, part.right), part.ink(ink), space)
        for part, space in zip(kept, spaces, strict=True)
    ]


def _spaces(parts: list[_Part], height: float) -> list[bool]:
    """Whether a space stands before each character of a line."""
    if len(parts) < 2:
        return [False] * len(parts)
    middles = np.array([(part.left + part.right) / 2 for part in parts])
    pitches = np.diff(middles)
    pitch = float(np.median(pitches))
    ends = np.maximum.accumulate([part.right for part in parts])
    gaps = np.array([part.left for part in parts[1:]]) - ends[:-1]
    off = np.abs(pitches / pitch - np.round(pitches / pitch))
    even = len(parts) > 4 and float((off < EVEN_PITCH).mean()) >= 0.9
    if even and float(np.median(gaps)) > LOOSELY * height:
        return [False, *(pitches > SKIPPED * pitch).tolist()]
    wide = FEW_GAP * height if len(gaps) < 3 else max(GAP * height, WIDER * float(np.median(gaps)))
    return [False, *(gaps > wide).tolist()]


def _joined(parts: list[_Part]) -> list[_Part]:
    """Parts that lie over one another are one character."""
    found: list[_Part] = []
    for part in parts:
        for place in range(len(found) - 1, max(-1, len(found) - 4), -1):
            other = found[place]
            shared = min(other.right, part.right) - max(other.left, part.left)
            if shared >= OVERLAP * min(other.width, part.width):
                found[place] = other.with_(part)
                break
        else:
            found.append(part)
    return sorted(found, key=lambda one: one.left)


def _parted(part: _Part, page: Pixels, height: float) -> list[_Part]:
    """A part, or two where it is too wide for one character and thin in between."""
    if part.width <= WIDE * height or part.height < 0.6 * height:
        return [part]
    columns = part.ink(page).astype(float).sum(axis=0)
    begin, end = int(0.3 * part.width), int(0.7 * part.width) + 1
    at = begin + int(np.argmin(columns[begin:end]))
    if columns[at] >= THIN * columns.mean():
        return [part]
    left = _Part(part.top, part.bottom, part.left, part.left + at, part.labels, part.of)
    return [left, _Part(part.top, part.bottom, part.left + at, part.right, part.labels, part.of)]


def _gathered(parts: list[_Part], page: Pixels, height: float, low: float) -> list[_Part]:
    """Parts with loose pieces added to the character beside them: the bar of a broken 5, a torn stroke."""
    amounts = [int(part.ink(page).sum()) for part in parts]
    found: list[_Part] = []
    waiting: list[tuple[_Part, int]] = []
    owners: dict[int, list[_Part]] = {}
    for place, part in enumerate(parts):
        loose = max(part.height, part.width) < LOOSE * height and part.top < low
        beside = [
            (max(parts[other].left, part.left) - min(parts[other].right, part.right), other)
            for other in (place - 1, place + 1)
            if 0 <= other < len(parts) and amounts[place] < LIGHT * amounts[other]
        ]
        if loose and beside and min(beside)[0] <= NEAR * height:
            waiting.append((part, min(beside)[1]))
    for part, other in waiting:
        owners.setdefault(other, []).append(part)
    taken = {id(part) for part, _ in waiting}
    for place, part in enumerate(parts):
        if id(part) in taken:
            continue
        for piece in owners.get(place, ()):
            part = part.with_(piece)
        found.append(part)
    orphans = [part for part, other in waiting if id(parts[other]) in taken]
    return sorted([*found, *orphans], key=lambda one: one.left)


def _smaller(mask: Mask) -> Mask:
    """A mask of at most SIDE across, by leaving rows and columns out."""
    step = max(1, -(-max(mask.shape) // SIDE))
    return mask[::step, ::step]


def text_of(labels: Sequence[str], page: Page) -> str:
    """What was recognised, with spaces and line ends as they stand on the page."""
    found: list[str] = []
    line = 0
    for label, character in zip(labels, page.characters, strict=True):
        if character.line != line:
            found.append("\n" * (character.line - line))
            line = character.line
        elif character.space_before:
            found.append(" ")
        found.append(label)
    return "".join(found)
