"""The language that describes how pictures are varied while learning, read without torch.

The language (words apart by spaces, parts apart by commas, in any order)::

    augmentation = "none" | part {"," part}
    part = "shift" SHARE | "zoom" SHARE | "shear" SHARE | "stretch" SHARE | "rotate" DEGREES | "flip"
         | "brightness" SIZE | "contrast" SHARE | "colour" SIZE | "erase" SHARE | "mix" SIZE

Each picture gets a draw of its own, up to the number in either direction: `shift 0.1` moves it by up to a tenth of its
sides, `zoom 0.2` makes it up to 1.2 times as large or as small, `shear 0.1` slants it by up to a tenth, `stretch 0.1`
makes it up to 1.1 times as wide for its height or as high for its width, `rotate 15` turns it by up to 15 degrees,
`flip` mirrors every other one left to right. `brightness 0.3` adds up to 0.3 standard deviations (of the training
pixels) to all pixels and `colour 0.1` to each channel of its own, `contrast 0.3` spreads the pixels up to 1.3 times as
far or as close about their mean, `erase 0.4` covers every other picture with a patch of the mean of the training pixels
whose sides are up to 0.4 of the picture's. `mix 0.4` lays two pictures over each other and learns both
labels, by shares drawn from the beta distribution with both parameters 0.4 for each batch: mostly nearly all of the
one, sometimes half of both (Zhang et al. 2018, "mixup: Beyond empirical risk minimization").
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from ..core.errors import OptionError
from ..core.options import Interval, suggest

MAX_LENGTH = 400
NONE = "none"
FLIP = "flip"


@dataclass(frozen=True)
class Augmentation:
    """How far pictures are varied; 0 and False leave them as they are."""

    shift: float = 0
    zoom: float = 0
    shear: float = 0
    stretch: float = 0
    rotate: float = 0
    flip: bool = False
    brightness: float = 0
    contrast: float = 0
    colour: float = 0
    erase: float = 0
    mix: float = 0

    def __bool__(self) -> bool:
        return self != Augmentation()

    def __str__(self) -> str:
        """The description in its shortest form; `parse` reads it back."""
        return ", ".join(self.words()) or NONE

    def words(self) -> tuple[str, ...]:
        """The description, part by part."""
        said = ((name, getattr(self, name)) for name in NAMES)
        return tuple(name if name == FLIP else f"{name} {value:g}" for name, value in said if value)

    def times(self, share: float) -> Augmentation:
        """Every variation so much as far; what is mirrored stays mirrored."""
        numbers = {name: round(share * getattr(self, name), 4) for name in NAMES if name != FLIP}
        return dataclasses.replace(self, **numbers)

    @property
    def moves(self) -> bool:
        """Whether pixels change their places."""
        return any((self.shift, self.zoom, self.shear, self.stretch, self.rotate, self.flip))


NAMES = tuple(field.name for field in dataclasses.fields(Augmentation))
LIMITS = {
    "shift": Interval(0, 0.5, open_low=True),
    "rotate": Interval(0, 180, open_low=True),
    **{name: Interval(0, 1, open_low=True) for name in ("zoom", "shear", "stretch", "contrast", "erase", "mix")},
    **{name: Interval(0, 3, open_low=True) for name in ("brightness", "colour")},
}


def parse(text: str) -> Augmentation:
    """The augmentation that `text` describes. Raises OptionError with every mistake at once."""
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_LENGTH:
        shown = repr(text)[:60]
        raise OptionError(f"augment is {shown}; expected none, or a description such as 'shift 0.1, rotate 15, flip'")
    if text.strip().lower() == NONE:
        return Augmentation()
    found: dict[str, float | bool] = {}
    problems: list[str] = []
    for place, piece in enumerate(text.lower().split(","), start=1):
        words = piece.split()
        try:
            name, value = _part(words)
        except ValueError as error:
            problems.append(f"augment, part {place} ({' '.join(words)!r}): {error}")
            continue
        if name in found:
            problems.append(f"augment, part {place} ({' '.join(words)!r}): {name} is there twice")
        found[name] = value
    if problems:
        raise OptionError(problems)
    return Augmentation(**found)  # type: ignore[arg-type]


def _part(words: list[str]) -> tuple[str, float | bool]:
    """One part from its words. Raises ValueError with what is wrong."""
    if not words:
        raise ValueError("nothing stands between two commas")
    name = words[0]
    if name == NONE:
        raise ValueError("none stands alone")
    if name not in NAMES:
        raise ValueError(f"{name!r} is not known; expected one of {', '.join(NAMES)}{suggest(name, NAMES)}")
    wanted = 1 if name == FLIP else 2
    if len(words) > wanted:
        raise ValueError(f"{words[wanted]!r} is not understood there; expected a comma")
    if name == FLIP:
        return name, True
    limit = LIMITS[name]
    if len(words) < 2:
        raise ValueError(f"{name} is followed by {limit}; nothing stands there")
    if not re.fullmatch(r"[0-9]{1,3}|[0-9]{0,3}\.[0-9]{1,4}", words[1]):
        raise ValueError(f"{name} is {words[1]!r}; expected {limit}")
    problem = limit.problem(name, float(words[1]))
    if problem:
        raise ValueError(problem)
    return name, float(words[1])
