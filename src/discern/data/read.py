"""`read`: finds out what the data is, and hands it to the reader for it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, silent
from ..core.executor import Executor, Local
from ..core.options import (
    MAX_MEGAPIXELS,
    MEGAPIXELS,
    Interval,
    PictureOptions,
    ReadOptions,
    TableOptions,
    TextOptions,
    one_of,
    raise_all,
)
from ..core.records import InputSpec
from . import arrays, idx, labelled_texts, sheets, table_read
from .assemble import MAX_BAD, Groups, Reading
from .corrections import corrected
from .dataset import Dataset, Kind, Source
from .embedded import own_target, read_sample
from .given import missing_path, refuse_address
from .given_away import without_give_aways
from .labelled import with_groups_from
from .pictures import read_folder
from .scan import PICTURE_ENDINGS, TEXT_ENDING, shown, why_not_a_file
from .table_values import has_texts
from .texts import ENDINGS as TEXTS

TABLES = tuple(ending for ending in TEXTS if ending != TEXT_ENDING)
"""How files end that are tables."""
KINDS = ("pictures", "table", "texts")
LONGEST = 500
"""Characters of a label or a group, at most."""


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
    texts: TextOptions | None = None,
    group: str | None = None,
    language: str | None = None,
    target: str | None = None,
    drop: str | Sequence[str] = (),
    keep: str | Sequence[str] = (),
    missing: str | Sequence[str] = (),
    task: str | None = None,
    on_event: Listener = silent,
    executor: Executor | None = None,
) -> Dataset:
    """Read data to learn from.

    `source` is a folder with a folder per class (or `train/ validation/ test/` above them), a folder of IDX files, a
    `.npz` file, a sample such as `"sample:digits"`, a table (CSV, TSV, Parquet, JSON lines, Excel, a data frame), a
    folder of `.txt` files, or an array `(n, H, W[, C])` or `(n, n_features)` with labels `y` `(n,)`. Labels are text,
    but for the numbers of a regression. Pictures of several sizes, or larger than 112 x 112, are stretched to 112 x
    112, or to the `spec` of a model that is to answer for them. `groups` says what must stay together: item name ->
    group, as a mapping or a function, or one group an item for arrays; or `group_from` is a regular expression whose
    one part in parentheses is the group, matched against the whole name of a file without its ending (its path, when
    the expression has a `/`).

    `pictures` says how pictures are prepared. `labels` is a sheet (CSV, TSV, Parquet, Excel) with the labels of a
    folder's pictures at any depth: its column `id` holds what `group_from` captures, or else names or paths of files,
    `label` is the column of the label, or several such columns. Pictures without a row are passed over, and noted.
    Of a table of texts, `texts` says how it is read, `label` names its column of labels (or several), `group` the one
    of what must stay together; texts in another `language` than most are in are passed over (`any`: none are).
    A table with a column of texts is one of texts, unless a `target` is named, or `kind="table"`. Of other tables
    `target` is the column to learn, `drop` are columns to set aside, `keep` those that stay although they look like
    identifiers, `missing` more marks of missing values, `task` `regression` or `classification`, `group` as above.
    Columns that surely give the target away are set aside, too (see `Dataset.given_away`).
    `corrections` is a sheet with the columns `item` and `correction`, such as a run's `suspects.csv` once filled in.

    Items that cannot be read are set aside with a reason; more than `max_bad` of them end the reading.
    Raises OptionError, DataError, TooManyBadItems.
    """
    is_path = isinstance(source, (str, os.PathLike))
    table = TableOptions(target, _names(drop), _names(keep), _names(missing), task)
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
            "--id goes with --labels" if labels is None and id else None,
            *(texts.problems() if texts is not None else ()),
            *table.problems(),
            "--group and --group-from were both given; expected one of them" if group and group_from else None,
        ]
    )
    pattern = None if group_from is None else sheets.compiled(group_from)
    named = (label,) if isinstance(label, str) else tuple(label or ())
    sheet = None if labels is None else sheets.read_sheet(Path(labels), id, named)
    options = pictures or PictureOptions()
    label_sheet, correction_sheet = (None if one is None else os.fspath(one) for one in (labels, corrections))
    asked = ReadOptions(
        options,
        label_sheet,
        id,
        named,
        group_from,
        max_bad,
        correction_sheet,
        texts or TextOptions(),
        group,
        language,
        table,
        max_megapixels,
    )
    asked = own_target(source, asked)
    reading = Reading(groups, max_bad, max_megapixels, on_event, executor or Local(), spec, options, sheet, pattern)
    if isinstance(source, (str, os.PathLike)):
        data = _read_path(os.fspath(source), kind, asked, reading)
    elif table_read.is_frame(source):
        data = table_read.from_frame(source, "data frame", Source("table", None), asked, reading)
    elif kind == "texts" or _strings(source):
        data = labelled_texts.from_strings(source, y, reading)  # type: ignore[arg-type]
    else:
        data = arrays.read_arrays(source, y, kind, reading)
    _check_asked(data, asked)
    if sheet is not None and data.source.reader != "folder":
        raise OptionError(
            describe("--labels", found=f"{data.name} has labels of its own", expected="a folder of pictures")
        )
    if pattern is not None:
        data = with_groups_from(data, pattern)
    if corrections is not None:
        data = corrected(data, Path(corrections))
    _check_lengths(data)
    data = dataclasses.replace(data, source=dataclasses.replace(data.source, options=asked))
    return data if spec is not None else without_give_aways(data, on_event=on_event)


def reading_problems(max_bad: Any, max_megapixels: Any) -> list[str | None]:
    """What is wrong with these options, for everybody who offers them."""
    return [
        Interval(0, 1).problem("--max-bad", max_bad),
        MEGAPIXELS.problem("--max-megapixels", max_megapixels),
    ]


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _strings(source: Any) -> bool:
    """Whether these are texts and not numbers: a list, an array or a series of strings."""
    listed = isinstance(source, (list, tuple, pl.Series)) or (isinstance(source, np.ndarray) and source.ndim == 1)
    return listed and len(source) > 0 and isinstance(source[0], str)


def _check_asked(data: Dataset, asked: ReadOptions) -> None:
    """Raise OptionError for options that these data do not take."""
    texts = data.kind == "texts"
    table = bool(data.input.columns)
    pictures = (asked.pictures, asked.labels, asked.max_megapixels) != (PictureOptions(), None, MAX_MEGAPIXELS)
    raise_all(
        [
            "--label goes with --labels, or with a table of texts"
            if asked.label and asked.labels is None and not texts
            else None,
            *(
                f"--{name} belongs to texts; {data.name} holds none"
                for name in ("text", *(() if table else ("columns", "quote", "encoding")))
                if not texts and getattr(asked.texts, name) != getattr(TextOptions(), name)
            ),
            *(
                f"--{name} belongs to texts; {data.name} holds none"
                for name in ("language", *(() if table else ("group",)))
                if not texts and getattr(asked, name)
            ),
            *(
                f"--{name} belongs to tables; {data.name} is none"
                for name in ("target", "drop", "keep", "missing", "task")
                if not table and getattr(asked.table, name)
            ),
            f"{data.name} holds {'texts' if texts else 'a table'}; leave the options of pictures away"
            if (texts or table) and pictures
            else None,
        ]
    )


def _check_lengths(data: Dataset) -> None:
    """Raise DataError for labels and groups of free text: arrays give each of them the room of the longest."""
    for name in ("label", "group"):
        if data.items.schema.get(name) != pl.String:  # a number, or none
            continue
        lengths = data.items[name].str.len_chars().fill_null(0)
        row = lengths.arg_max()
        if row is not None and lengths[row] > LONGEST:
            found = f"the {name} of {data.items['item'][row]!r} has {lengths[row]:,} characters"
            raise DataError(describe(data.name, found=found, expected=f"at most {LONGEST}; free text is no {name}"))


def _read_path(given: str, kind: Kind | None, asked: ReadOptions, reading: Reading) -> Dataset:
    if given.startswith("sample:"):
        return read_sample(given, kind, asked, reading)
    refuse_address(given)
    path = Path(given)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise missing_path(given) from None
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise DataError(describe(shown(given), found=found.lower())) from error
    if path.is_file() and path.suffix.lower() in TABLES and _is_table(path, kind, asked, reading.spec):
        return table_read.read_rows(given, shown(path.absolute().name), asked, reading)
    if kind in (None, "texts") and labelled_texts.is_texts(path) and not _has_pictures(path, kind):
        return labelled_texts.read_labelled(path, given, asked, reading)
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


def _is_table(path: Path, kind: Kind | None, asked: ReadOptions, spec: InputSpec | None) -> bool:
    """Whether a table is one of numbers and categories, not of texts: as it was asked for, else by its columns."""
    if kind is not None or spec is not None:
        return (kind or (spec.kind if spec else "")) == "table"
    if asked.table != TableOptions():
        return True
    return not (asked.texts != TextOptions() or asked.label or asked.language) and not has_texts(path)


def _has_pictures(path: Path, kind: Kind | None) -> bool:
    """Whether a folder is one of pictures among which text files lie, unless it was called texts."""
    if kind == "texts" or path.is_file():
        return False
    names = (name for depth in ("*", "*/*") for name in path.glob(depth))
    return any(name.suffix.lower() in PICTURE_ENDINGS for name in names)


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
