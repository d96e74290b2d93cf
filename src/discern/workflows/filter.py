"""`discern image filter`: slide a kernel over a picture, cut off what is below 0, and take one value of each square."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import files
from ..core.errors import DataError, OptionError, UnreadableItem, describe
from ..core.options import Interval, one_of, raise_all, suggest
from ..data.given import missing_path, refuse_address
from ..data.scan import shown
from ..images import filters
from ..images.decode import decode
from ..images.filtered import Filtered, Stage
from ..images.filters import KERNELS, Kernel
from ..report import filter_page
from ..store import outputs

FIVE = "sample:five"
"""The picture of 5 by 5 ones and zeros on which many introductions show the sums."""
LONGEST_NAME = 255
"""Bytes of a file's name; a longer text is a matrix, or nothing."""
FEW = 400
"""Sums that are shown one by one; more would fill many screens."""


def filter_picture(
    source: str | Path | ArrayLike,
    *,
    kernel: str | ArrayLike = "edges",
    grey: bool = False,
    stride: int = 1,
    edge: str = "constant",
    padding: str = "same",
    rectify: str = "none",
    pool: tuple[str, int] | None = None,
    partial: bool = False,
    out: str | Path | None = None,
    force: bool = False,
) -> Filtered:
    """Filter a picture: a file, `sample:five`, or an array `(H, W)` or `(H, W, C)`.

    `kernel` is a name of `images.filters.KERNELS`, rows of numbers such as `"0 -1 0; -1 5 -1; 0 -1 0"`, the path of a
    text file with such rows, or an array. `out` is a `.png` of the result or an `.html` page of all stages.
    Raises OptionError (all at once), DataError, OutputError.
    """
    raise_all(
        [
            one_of("--edge", edge, tuple(filters.EDGES)),
            one_of("--padding", padding, ("same", "none")),
            one_of("--rectify", rectify, tuple(filters.RECTIFIERS)),
            Interval(1, 1_000, whole=True).problem("--stride", stride),
            "--partial goes with --pool" if partial and pool is None else None,
        ]
    )
    chosen = _kernel(kernel)
    path = source if isinstance(source, (str, Path)) else None
    target = None
    if out is not None:
        inputs = () if path is None or str(path) == FIVE else (path,)
        target = outputs.checked("-o", out, inputs=inputs, endings=(".png", ".html"), force=force)
    item, picture = _picture(source, grey)
    how: dict[str, Any] = {"stride": stride, "edge": edge, "padding": padding}
    stages = [Stage("picture", picture), Stage("filtered", filters.correlate(picture, chosen.matrix, **how))]
    if rectify != "none":
        stages.append(Stage("rectified", filters.rectify(stages[-1].values, rectify)))
    if pool is not None:
        stages.append(Stage("pooled", filters.pool(stages[-1].values, pool[1], pool[0], partial=partial)))
    few = picture.shape[2] == 1 and stages[1].values.size <= FEW
    found = Filtered(
        item, chosen, tuple(stages), tuple(filters.steps(picture[:, :, 0], chosen.matrix, **how)) if few else (),
        edge, padding, stride, rectify,
    )  # fmt: skip
    if target is not None:
        if target.suffix == ".png":
            files.write_bytes(target, filter_page.png(found.pixels))
        else:
            files.write_text(target, filter_page.page(found))
    return found


def kernels() -> tuple[Kernel, ...]:
    """Every named kernel."""
    return tuple(KERNELS.values())


def parse_pool(text: str) -> tuple[str, int]:
    """`max 2` as what is taken of each square, and its side. Raises OptionError."""
    how, _, size = text.strip().partition(" ")
    problem = one_of("--pool", how, tuple(filters.POOLS))
    if problem or not (size.strip().isascii() and size.strip().isdigit() and len(size) < 6):
        raise OptionError(problem or f"--pool is {text[:40]!r}; expected such as 'max 2'")
    return how, int(size)


def _kernel(given: str | ArrayLike) -> Kernel:
    if not isinstance(given, str):
        return Kernel("your own", filters.checked_kernel(given), "a matrix of your own")
    if given in KERNELS:
        return KERNELS[given]
    path = Path(given)
    is_file = len(os.fsencode(given)) <= LONGEST_NAME and path.is_file()
    if any(letter.isdigit() for letter in given) and not is_file:
        return Kernel("your own", filters.parse_kernel(given), "a matrix of your own")
    refuse_address(given)
    if is_file:
        try:
            return Kernel(shown(path.name), filters.parse_kernel(path.read_text("utf-8-sig")), "a matrix of your own")
        except (OSError, UnicodeDecodeError) as error:
            raise OptionError(f"--kernel {shown(given)}: cannot be read as text ({error})") from error
    raise OptionError(
        f"--kernel {given[:60]!r} is not known; expected one of {', '.join(KERNELS)}, rows of numbers such as "
        f"'0 1 0; 1 -4 1; 0 1 0', or a file of them{suggest(given, KERNELS)}"
    )


def _picture(source: str | Path | ArrayLike, grey: bool) -> tuple[str, NDArray[np.float64]]:
    """A name, and values `(H, W, C)`."""
    if isinstance(source, (str, Path)):
        name = str(source)
        if name == FIVE:
            return FIVE, filters.FIVE[:, :, None]
        refuse_address(name)
        if not Path(source).exists():
            raise missing_path(name)
        try:
            pixels = decode(Path(source)).pixels.astype(float)
        except UnreadableItem as error:
            raise DataError(describe(shown(name), found=error.reason, expected="a picture")) from error
        item = shown(Path(source).name)
    else:
        item, pixels = "array", np.asarray(source, float)
        if pixels.ndim == 2:
            pixels = pixels[:, :, None]
        if pixels.ndim != 3 or not pixels.size or not np.isfinite(pixels).all():
            raise DataError(f"an array of shape {pixels.shape}; expected finite numbers, (H, W) or (H, W, C)")
    if grey and pixels.shape[2] == 3:
        pixels = (pixels @ np.array([0.299, 0.587, 0.114]))[:, :, None].round()
    return item, pixels
