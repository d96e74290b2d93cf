"""`read`: finds out what the data is, and hands it to the reader for it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, silent
from ..core.executor import Executor, Local
from ..core.options import Interval, PictureOptions, ReadOptions, one_of, raise_all, suggest
from ..core.records import InputSpec
from ..images.decode import HIGHEST_MAX_MEGAPIXELS, MAX_MEGAPIXELS
from . import arrays, idx, samples, sheets
from .assemble import MAX_BAD, Groups, Reading
from .corrections import corrected
from .dataset import Dataset, Kind
from .given import missing_path, refuse_address
from .labelled import with_groups_from
from .pictures import read_folder
from .scan import PICTURE_ENDINGS, shown, why_not_a_file

KINDS = ("pictures", "table")


def read(
    source: str | os.PathLike[str] | ArrayLike,
    y: ArrayLike | None = None,
    *,
    groups: Groups | None = None,
    kind: Kind | None = None,
    max_bad: float = MAX_BAD,
    max_megapixels: float = MAX_MEGAPIXELS,
    spec: InputSpec | None = None,
    pictures: PictureOptions | None = None,
    labels: str | os.PathLike[str] | None = None,
    id: str | None = None,
    label: str | Sequence[str] | None = None,
    group_from: str | None = None,
    corrections: str | os.PathLike[str] | None = None,
    on_event: Listener = silent,
    executor: Executor | None = None,
) -> Dataset:
    """Read data to learn from.

    `source` is a folder with a folder per class (or `train/ validation/ test/` above them), a folder of IDX files, a
    `.npz` file, `"sample:digits"`, or an array `(n, H, W[, C])` or `(n, n_features)` with labels `y` `(n,)`. Labels are
    always text. Pictures of several sizes, or larger than 112 x 112, are stretched to 112 x 112, or to the `spec` of a
    model that is to answer for them. `groups` says what must stay together: item name -> group, as a mapping or a
    function, or one group an item for arrays; or `group_from` is a regular expression whose one part in parentheses is
    the group, matched against the whole name of a file without its ending (its path, when the expression has a `/`).

    `pictures` says how pictures are prepared. `labels` is a sheet (CSV, TSV, Parquet, Excel) with the labels of a
    folder's pictures at any depth: its column `id` holds what `group_from` captures, or else names or paths of files,
    `label` is the column of the label, or several such columns. Pictures without a row are passed over, and noted.
    `corrections` is a sheet with the columns `item` and `correction`, such as a run's `suspects.csv` once filled in.

    Items that cannot be read are set aside with a reason; more than `max_bad` of them end the reading.
    Raises OptionError, DataError, TooManyBadItems.
    """
    is_path = isinstance(source, (str, os.PathLike))
    raise_all(
        [
            *reading_problems(max_bad, max_megapixels),
            None if kind is None else one_of("--kind", kind, KINDS),
            "y goes with arrays; a path brings its own labels" if is_path and y is not None else None,
            *(pictures.problems() if pictures is not None else ()),
            "spec says how pictures are prepared; leave the options of pictures away" if spec and pictures else None,
            "groups and --group-from were both given; expected one of them"
            if groups is not None and group_from is not None
            else None,
            "--id and --label go with --labels" if labels is None and (id or label) else None,
        ]
    )
    pattern = None if group_from is None else sheets.compiled(group_from)
    named = (label,) if isinstance(label, str) else tuple(label or ())
    sheet = None if labels is None else sheets.read_sheet(Path(labels), id, named)
    options = pictures or PictureOptions()
    reading = Reading(groups, max_bad, max_megapixels, on_event, executor or Local(), spec, options, sheet, pattern)
    if isinstance(source, (str, os.PathLike)):
        data = _read_path(os.fspath(source), kind, reading)
    else:
        data = arrays.read_arrays(source, y, kind, reading)
    if sheet is not None and data.source.reader != "folder":
        raise OptionError(
            describe("--labels", found=f"{data.name} has labels of its own", expected="a folder of pictures")
        )
    if pattern is not None:
        data = with_groups_from(data, pattern)
    if corrections is not None:
        data = corrected(data, Path(corrections))
    label_sheet, correction_sheet = (None if one is None else os.fspath(one) for one in (labels, corrections))
    asked = ReadOptions(options, label_sheet, id, named, group_from, max_bad, correction_sheet)
    return dataclasses.replace(data, source=dataclasses.replace(data.source, options=asked))


def reading_problems(max_bad: Any, max_megapixels: Any) -> list[str | None]:
    """What is wrong with these options, for everybody who offers them."""
    return [
        Interval(0, 1).problem("--max-bad", max_bad),
        Interval(0, HIGHEST_MAX_MEGAPIXELS, open_low=True).problem("--max-megapixels", max_megapixels),
    ]


def _read_path(given: str, kind: Kind | None, reading: Reading) -> Dataset:
    if given.startswith("sample:"):
        if given not in samples.SAMPLES:
            known = ", ".join(samples.SAMPLES)
            raise DataError(f"{given}: no such sample; there is {known}{suggest(given, samples.SAMPLES)}")
        return arrays.read_digits(kind, reading)
    refuse_address(given)
    path = Path(given)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise missing_path(given) from None
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise DataError(describe(shown(given), found=found.lower())) from error
    if path.is_dir():
        return _read_directory(path, given, kind, reading)
    if not path.is_file():
        raise DataError(describe(shown(given), found=why_not_a_file(mode), expected="a folder of pictures"))
    if path.suffix.lower() == ".npz":
        return arrays.read_npz(path, given, kind, reading)
    if idx.is_images(path):
        return arrays.read_idx([path], given, path.name, kind, reading)
    found = "a picture" if path.suffix.lower() in PICTURE_ENDINGS else "a file"
    expected = "a folder with a folder per class, a folder of IDX files, or a .npz file"
    raise DataError(describe(shown(given), found=found, expected=expected))


def _read_directory(path: Path, given: str, kind: Kind | None, reading: Reading) -> Dataset:
    try:
        files = idx.image_files(path)
    except OSError as error:
        raise DataError(describe(shown(given), found=(error.strerror or str(error)).lower())) from error
    if files:
        name = shown(path.absolute().name)
        return arrays.read_idx(files, given, name, kind, reading)
    if kind == "table":
        raise OptionError(describe("--kind table", found="a folder of pictures", do="leave --kind away"))
    return read_folder(path, given, reading)
