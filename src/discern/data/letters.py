"""Drawn letters to learn from, and number plates drawn with other fonts to read: made up, from fonts that are here.

The fonts are those that Matplotlib and Pillow ship, so that every machine draws the same. Plates follow the British
form of two letters, two digits and three letters; the marks are drawn by chance.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..core.errors import MissingDependency
from ..core.options import SEED, Interval, raise_all
from ..core.seeds import generator
from .samples import written_whole
from .tables_out import write_table

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LEARNED = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "STIXGeneral",
    "STIXGeneralBol",
    "cmr10",
    "cmb10",
    "",
)
"""Fonts of the letters; the last is Pillow's own (Aileron)."""
OTHERS = ("cmss10", "cmtt10")
"""Fonts of the plates."""
EACH = 40
"""Pictures of each letter."""
PLATES = 200
SIDE = 48
"""Height and width of a letter's picture."""
LETTER_TILT, PLATE_TILT = 7.0, 6.0
"""Degrees."""
WIDTHS = (0.8, 1.15)
"""Letters are drawn so much narrower or wider than their font has them."""
SLANT = 0.12
"""Tangent of the most that letters lean."""
GROUNDS = ((255, 255, 255), (255, 213, 46))
"""White in front, yellow at the back."""


def write_letters(folder: Path, n: int = EACH, *, seed: int = 0, force: bool = False) -> int:
    """Write `n` pictures of each of 36 capital letters and digits, `LETTER/NUMBER.png`, and return how many.

    Sizes, tilts, thickness of the ink and noise differ. Raises OptionError, OutputError, MissingDependency.
    """
    raise_all([SEED.problem("--seed", seed), Interval(1, 10_000, whole=True).problem("--n", n)])
    for name in LEARNED:
        _font(name, SIDE)

    def draw(staging: Path) -> None:
        for letter in ALPHABET:
            (staging / letter).mkdir()
            for number in range(n):
                random = generator(seed, "letters", letter, number)
                font = LEARNED[number % len(LEARNED)]
                Image.fromarray(_letter(letter, font, random)).save(staging / letter / f"{number:04d}.png")

    written_whole(folder, draw, force=force)
    return n * len(ALPHABET)


def write_plates(folder: Path, n: int = PLATES, *, seed: int = 0, force: bool = False) -> int:
    """Write `n` pictures of number plates and `plates.csv` with what stands on each (`picture`, `plate`), and return
    how many. Raises OptionError, OutputError, MissingDependency."""
    raise_all([SEED.problem("--seed", seed), Interval(1, 100_000, whole=True).problem("--n", n)])

    def draw(staging: Path) -> None:
        marks = []
        for number in range(n):
            random = generator(seed, "plates", number)
            mark = mark_of(random)
            name = f"plate{number:05d}.png"
            Image.fromarray(plate(mark, OTHERS[number % len(OTHERS)], random)).save(staging / name)
            marks.append((name, mark))
        write_table(staging / "plates.csv", pl.DataFrame(marks, schema=["picture", "plate"], orient="row"))

    written_whole(folder, draw, force=force)
    return n


def mark_of(random: np.random.Generator) -> str:
    """Two letters, two digits, a space, three letters; no I and no Q, as on British plates, and no O or Z at first."""
    first = random.choice(list("ABCDEFGHJKLMNPRSTUVWXY"), 2)
    digits = random.choice(list("0123456789"), 2)
    last = random.choice(list("ABCDEFGHJKLMNOPRSTUVWXYZ"), 3)
    return "".join([*first, *digits, " ", *last])


def plate(mark: str, font: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """A picture of a plate `(H, W, 3)`: tilted, lit from one side, with the noise of a camera."""
    size = int(random.integers(44, 70))
    drawn = _font(font, size)
    ground = GROUNDS[int(random.integers(len(GROUNDS)))]
    left, top, right, bottom = drawn.getbbox(mark)
    edge = int(0.45 * size)
    image = Image.new("RGB", (int(right - left) + 4 * edge, int(bottom - top) + 4 * edge), ground)
    ImageDraw.Draw(image).text((2 * edge - left, 2 * edge - top), mark, font=drawn, fill=(25, 25, 28))
    image = image.rotate(float(random.uniform(-PLATE_TILT, PLATE_TILT)), Image.Resampling.BICUBIC, fillcolor=ground)
    pixels = np.asarray(image).astype(np.float64)
    light = np.linspace(float(random.uniform(0.65, 1)), float(random.uniform(0.65, 1)), pixels.shape[1])
    pixels = pixels * light[None, :, None] + random.normal(0, float(random.uniform(2, 12)), pixels.shape)
    return pixels.round().clip(0, 255).astype(np.uint8)


def _letter(letter: str, name: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """A letter, dark on white, `(SIDE, SIDE)`."""
    font = _font(name, int(random.integers(24, 36)))
    image = Image.new("L", (2 * SIDE, 2 * SIDE), 255)
    width = int(random.random() < 0.3)
    ImageDraw.Draw(image).text((SIDE, SIDE), letter, font=font, fill=0, anchor="mm", stroke_width=width)
    image = image.rotate(float(random.uniform(-LETTER_TILT, LETTER_TILT)), Image.Resampling.BICUBIC, fillcolor=255)
    wide, slant = float(random.uniform(*WIDTHS)), float(random.uniform(-SLANT, SLANT))
    middle = (SIDE * (1 - 1 / wide) - slant * SIDE, 0.0)
    how = (1 / wide, slant, middle[0], 0.0, 1.0, middle[1])
    image = image.transform(image.size, Image.Transform.AFFINE, how, Image.Resampling.BICUBIC, fillcolor=255)
    pixels = np.asarray(image.crop((SIDE // 2, SIDE // 2, SIDE // 2 + SIDE, SIDE // 2 + SIDE))).astype(np.float64)
    if random.random() < 0.5:
        pixels += random.normal(0, 3, pixels.shape) * (pixels < 250)
    return pixels.round().clip(0, 255).astype(np.uint8)


def _font(name: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font that Matplotlib ships, or with no name Pillow's own. Raises MissingDependency."""
    return ImageFont.truetype(_font_file(name), size) if name else ImageFont.load_default(size)


def _font_file(name: str) -> str:
    spec = importlib.util.find_spec("matplotlib")
    for place in (spec.submodule_search_locations if spec else None) or []:
        path = Path(place, "mpl-data", "fonts", "ttf", f"{name}.ttf")
        if path.is_file():
            return str(path)
    raise MissingDependency(f"drawing letters needs the font {name} of Matplotlib; pip install matplotlib")
