"""Real data that comes with the program: 1,797 handwritten digits, from a file that scikit-learn ships.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
https://doi.org/10.24432/C50P49 (its test part). scikit-learn itself is not imported for it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core.errors import DataError, MissingDependency, OutputError, describe
from ..core.files import TEMPORARY

DIGITS = "sample:digits"
SHADES = 15
"""The digits have 17 shades, 0 to 16; times 15 they keep their proportions exactly and use 0 to 240."""


@lru_cache(maxsize=1)
def digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Pictures `(1797, 8, 8, 1)` with values 0 to 240, and labels `(1797,)`.

    Raises MissingDependency when scikit-learn's file is not there, DataError when it is not what it should be.
    """
    spec = importlib.util.find_spec("sklearn")
    folders = (spec.submodule_search_locations if spec else None) or []
    files = [path for folder in folders if (path := Path(folder, "datasets", "data", "digits.csv.gz")).is_file()]
    if not files:
        raise MissingDependency(f"{DIGITS} needs the data files of scikit-learn; pip install scikit-learn")
    table = np.loadtxt(files[0], delimiter=",", dtype=np.int64)
    if table.shape != (1797, 65) or table.min() < 0 or table[:, :64].max() > 16 or table[:, 64].max() > 9:
        raise DataError(describe(str(files[0]), found=f"a table of {table.shape}", expected="1,797 digits of 8 x 8"))
    pictures = (table[:, :64] * SHADES).astype(np.uint8).reshape(-1, 8, 8, 1)
    labels = table[:, 64].astype(np.uint8)
    pictures.flags.writeable = labels.flags.writeable = False  # shared by every caller
    return pictures, labels


def digit_names() -> list[str]:
    """Names of the digits: `digits/0000` to `digits/1796`."""
    return [f"digits/{index:04d}" for index in range(1797)]


def write_digits(folder: Path, *, force: bool = False) -> int:
    """Write the digits as PNG files, `LABEL/INDEX.png`, and return how many; pixels are those of `sample:digits`.

    The pictures are made beside their place and moved there when all are whole. With `force` a folder may hold other
    files already: digits of the same name are replaced, nothing else is touched. Raises OutputError.
    """
    written_whole(folder, _draw, force=force)
    return len(digits()[0])


def written_whole(folder: Path, draw: Callable[[Path], object], *, force: bool) -> None:
    """Have `draw` fill a folder beside `folder`, and move it there when it is whole. Raises OutputError.

    With `force` the folder may hold other files already: those of the same name are replaced, nothing else is touched.
    """
    folder = Path(folder)
    try:
        exists = folder.is_dir()
        if exists and any(folder.iterdir()) and not force:
            do = "choose another, or --force"
            raise OutputError(describe(str(folder), found="a folder that is not empty", do=do))
        home = folder if exists else folder.parent
        home.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=home))
        try:
            staging.chmod(0o755)  # a temporary folder is closed to others; what it becomes is not
            draw(staging)
            _move(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(describe(str(folder), found=(error.strerror or str(error)).lower())) from error


def _draw(folder: Path) -> None:
    pictures, labels = digits()
    for label in range(10):
        (folder / str(label)).mkdir()
    for index, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        Image.fromarray(picture[:, :, 0]).save(folder / str(label) / f"{index:04d}.png")


def _move(staging: Path, folder: Path) -> None:
    if not folder.exists():
        staging.rename(folder)
        return
    for found in sorted(staging.iterdir()):
        target = folder / found.name
        if not found.is_dir():
            found.replace(target)
            continue
        with contextlib.suppress(FileExistsError):
            target.mkdir()
        for picture in sorted(found.iterdir()):
            picture.replace(target / picture.name)
