"""Filters: a small matrix slides over a picture, and at each place what lies under it is multiplied and added up.

What is done is correlation: the matrix lies on the picture as it is written. Books that say convolution turn it by half
a turn first; for a matrix that looks the same after that, and for one that is learned, it makes no difference. Equal to
`scipy.ndimage.correlate` with the edge of the same name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import OptionError
from ..core.options import Interval, one_of, raise_all
from ..core.views import Record

Array = NDArray[np.float64]

LARGEST = 99
"""Rows or columns of a kernel."""
LEAK = 0.1
"""What the leaky rectifier leaves of values below 0."""
WHITE = 255.0


@dataclass(frozen=True)
class Kernel(Record):
    """A named matrix and what it does."""

    name: str
    matrix: Array
    says: str

    @property
    def total(self) -> float:
        """The sum of its values: 1 keeps the brightness of an even area, 0 makes it black."""
        return float(self.matrix.sum())


def _gaussian(sigma: float, size: int) -> Array:
    """Values of the bell curve at whole steps from the middle, made to add up to 1."""
    along = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma * sigma))
    both: Array = np.outer(along, along)
    return both / float(both.sum())


def _kernels(*rows: tuple[str, ArrayLike, str]) -> Mapping[str, Kernel]:
    return {name: Kernel(name, np.asarray(matrix, float), says) for name, matrix, says in rows}


KERNELS = _kernels(
    ("identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]], "leaves the picture as it is"),
    ("edges", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], "what differs from all eight neighbours; even areas become 0"),
    (
        "laplacian",
        [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
        "what differs from the four neighbours; some books print it under the name sharpen, but it adds up to 0, so of "
        "the picture only edges are left",
    ),
    (
        "sharpen",
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        "the picture plus its laplacian (identity + laplacian): it adds up to 1, so even areas stay as they are and "
        "edges stand out",
    ),
    ("blur", np.full((3, 3), 1 / 9), "the mean of nine neighbours (box blur)"),
    ("gaussian", _gaussian(1.0, 5), "a mean in which what is near counts more (Gaussian blur, sigma 1)"),
    ("emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], "light from the upper left: slopes look raised"),
    ("sobel-x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "how fast it gets brighter from left to right (Sobel)"),
    ("sobel-y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]], "how fast it gets brighter from top to bottom (Sobel)"),
    ("cross", [[1, 0, 1], [0, 1, 0], [1, 0, 1]], "adds the corners and the middle: the example of many introductions"),
)
"""By name. `cross` on the picture FIVE gives 4 first."""

FIVE: Array = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]], float)
"""The small picture of ones and zeros on which many introductions show the sums."""

EDGES: Mapping[str, str] = {
    "constant": "black beyond the edge",
    "nearest": "the last pixel goes on",
    "reflect": "mirrored, the last pixel twice",
    "mirror": "mirrored, the last pixel once",
    "wrap": "the other side goes on",
}
"""What lies beyond the edge, by SciPy's names."""
_PAD = {"constant": "constant", "nearest": "edge", "reflect": "symmetric", "mirror": "reflect", "wrap": "wrap"}

RECTIFIERS: Mapping[str, tuple[str, Callable[[Array], Array]]] = {
    "none": ("values stay as they are", lambda values: values),
    "relu": ("values below 0 become 0", lambda values: np.maximum(values, 0)),
    "leaky": (
        f"values below 0 are left a {1 / LEAK:.0f}th",
        lambda values: np.where(values < 0, LEAK * values, values),
    ),
    "absolute": ("values below 0 become positive", np.abs),
    "capped": (f"values below 0 become 0, values above {WHITE:.0f} become that", lambda values: values.clip(0, WHITE)),
}
POOLS: Mapping[str, Callable[[Array], Array]] = {
    "max": lambda windows: windows.max(axis=(0, 1)),
    "min": lambda windows: windows.min(axis=(0, 1)),
    "mean": lambda windows: windows.mean(axis=(0, 1)),
}


@dataclass(frozen=True)
class Step(Record):
    """One place of the kernel: what lies under it, the products, and their sum."""

    row: int
    column: int
    window: Array
    products: Array

    @property
    def total(self) -> float:
        return float(self.products.sum())


def parse_kernel(text: str) -> Array:
    """A matrix written as `0 -1 0; -1 5 -1; 0 -1 0` (rows end with `;` or a new line, commas may stand between).

    Raises OptionError that names the row and the column of what is wrong.
    """
    rows = [line for line in re.split(r"[;\n]", text) if line.strip()]
    cells = [re.split(r"[,\s]+", line.strip().strip(",")) for line in rows]
    if not cells:
        raise OptionError("--kernel: found no number; expected rows of numbers such as '0 1 0; 1 -4 1; 0 1 0'")
    matrix = []
    for row, line in enumerate(cells, 1):
        if len(line) != len(cells[0]):
            found = f"row {row} has {len(line)} values, row 1 has {len(cells[0])}"
            raise OptionError(f"--kernel: {found}; expected as many in each row")
        matrix.append([_number(cell, row, column) for column, cell in enumerate(line, 1)])
    return checked_kernel(np.array(matrix))


def checked_kernel(matrix: ArrayLike) -> Array:
    """A matrix of finite numbers as float64 `(rows, columns)`. Raises OptionError that names the cell."""
    try:
        values = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError) as error:
        raise OptionError(f"kernel: not a rectangle of numbers ({error})") from error
    if values.ndim != 2 or not values.size:
        raise OptionError(f"kernel: found shape {values.shape}; expected rows and columns")
    if max(values.shape) > LARGEST:
        raise OptionError(
            f"kernel: found {values.shape[0]} x {values.shape[1]}; expected at most {LARGEST} x {LARGEST}"
        )
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        row, column = (int(place) for place in wrong[0])
        raise OptionError(
            f"kernel: row {row + 1}, column {column + 1} is {values[row, column]}; expected a finite number"
        )
    return values


def padded(picture: Array, kernel: Array, *, edge: str = "constant", padding: str = "same") -> Array:
    """The picture `(H, W[, C])` with what lies beyond its edge: as much as keeps its size, or nothing (`none`)."""
    if padding == "none":
        return picture
    around = [(size // 2, size - 1 - size // 2) for size in kernel.shape] + [(0, 0)] * (picture.ndim - 2)
    mode = _PAD[edge]
    if mode in ("symmetric", "reflect", "wrap"):
        return _pad_far(picture, around, mode)
    return np.pad(picture, around, mode=mode)  # type: ignore[call-overload,no-any-return]


def correlate(
    picture: ArrayLike, kernel: ArrayLike, *, stride: int = 1, edge: str = "constant", padding: str = "same"
) -> Array:
    """The sums at every `stride`-th place, `(H', W'[, C])` float64; channels are filtered one by one.

    With `padding` `same` and stride 1 the picture keeps its size; `none` takes only places where the whole kernel lies
    on the picture. Raises OptionError for options that are not known, or a picture smaller than the kernel.
    """
    values, matrix = np.asarray(picture, float), checked_kernel(kernel)
    raise_all(
        [
            one_of("--edge", edge, tuple(EDGES)),
            one_of("--padding", padding, ("same", "none")),
            Interval(1, 1_000, whole=True).problem("--stride", stride),
        ]
    )
    source = padded(values, matrix, edge=edge, padding=padding)
    high, wide = (source.shape[axis] - matrix.shape[axis] + 1 for axis in (0, 1))
    if high < 1 or wide < 1:
        size, needed = (" x ".join(map(str, shape[:2])) for shape in (values.shape, matrix.shape))
        raise OptionError(f"a picture of {size} is smaller than the kernel of {needed}; expected a larger one")
    total = np.zeros((-(-high // stride), -(-wide // stride), *values.shape[2:]))
    for (row, column), weight in np.ndenumerate(matrix):
        if weight:
            total += weight * source[row : row + high : stride, column : column + wide : stride]
    return total


def steps(
    picture: ArrayLike, kernel: ArrayLike, *, stride: int = 1, edge: str = "constant", padding: str = "same"
) -> Iterator[Step]:
    """Every place of the kernel on a grey picture `(H, W)`, row by row; the sums are those of `correlate`."""
    matrix = checked_kernel(kernel)
    source = padded(np.asarray(picture, float), matrix, edge=edge, padding=padding)
    high, wide = matrix.shape
    for row, top in enumerate(range(0, source.shape[0] - high + 1, stride)):
        for column, left in enumerate(range(0, source.shape[1] - wide + 1, stride)):
            window = source[top : top + high, left : left + wide]
            yield Step(row, column, window, window * matrix)


def rectify(values: ArrayLike, how: str = "relu") -> Array:
    """Values after a rectifier of RECTIFIERS. Raises OptionError."""
    raise_all([one_of("--rectify", how, tuple(RECTIFIERS))])
    return RECTIFIERS[how][1](np.asarray(values, float))


def pool(picture: ArrayLike, size: int, how: str = "max", *, partial: bool = False) -> Array:
    """One value for each square of `size` by `size`, `(H', W'[, C])`: the largest, the smallest or the mean.

    Squares that the right and the lower edge cut are dropped, or with `partial` kept, of what there is of them.
    Raises OptionError, also where not one square fits.
    """
    values = np.asarray(picture, float)
    raise_all([one_of("--pool", how, tuple(POOLS)), Interval(1, 1_000, whole=True).problem("--pool", size)])
    counts = [math.ceil(side / size) if partial else side // size for side in values.shape[:2]]
    if not all(counts):
        shape = " x ".join(map(str, values.shape[:2]))
        raise OptionError(f"--pool {how} {size}: not one square of {size} fits into {shape}; expected a smaller size")
    found = np.empty((*counts, *values.shape[2:]))
    for row in range(counts[0]):
        for column in range(counts[1]):
            square = values[row * size : (row + 1) * size, column * size : (column + 1) * size]
            found[row, column] = POOLS[how](square)
    return found


def as_picture(values: ArrayLike) -> NDArray[np.uint8]:
    """Values as pixels `(H, W[, C])`: below 0 black, above 255 white."""
    return np.asarray(values, float).round().clip(0, WHITE).astype(np.uint8)


def _number(cell: str, row: int, column: int) -> float:
    parts = cell.split("/")
    try:
        if len(parts) > 2 or "_" in cell or not cell.isascii():
            raise ValueError
        number = float(parts[0]) / (float(parts[1]) if len(parts) == 2 else 1.0)
    except (ValueError, ZeroDivisionError):
        found = f"row {row}, column {column} is {cell[:40]!r}"
        raise OptionError(f"--kernel: {found}; expected a number such as -1, 0.5 or 1/9") from None
    return number


def _pad_far(picture: Array, around: list[tuple[int, int]], mode: str) -> Array:
    """np.pad, also where the kernel reaches further than the picture is long."""
    for axis, (before, after) in enumerate(around):
        n = picture.shape[axis]
        places = np.arange(-before, n + after)
        if mode == "wrap":
            places %= n
        elif mode == "symmetric":
            places %= 2 * n
            places = np.where(places >= n, 2 * n - 1 - places, places)
        elif n > 1:
            places %= 2 * n - 2
            places = np.where(places >= n, 2 * n - 2 - places, places)
        else:
            places = np.zeros_like(places)
        picture = np.take(picture, places, axis=axis)
    return picture
