"""Arrays as data: pictures `(n, H, W[, C])` or tables `(n, n_features)`, from memory, `.npz`, IDX files or samples."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from ..core.errors import DataError, OptionError, describe
from ..core.options import PictureOptions
from ..core.records import InputSpec
from ..images.fingerprints import row_hashes
from ..images.fit import common_spec, fit_to
from . import idx, samples
from .assemble import Reading, group_column, stop_if_too_many, text_of
from .dataset import Dataset, Kind, Source, set_aside

NPZ_KEYS = "X and y, or x_train, y_train, x_test, y_test"


@dataclass(frozen=True)
class Rows:
    """Rows on their way to a Dataset; everything but `values` may be missing."""

    values: NDArray[Any]
    names: list[str]
    labels: Sequence[Any] | NDArray[Any] | None
    parts: list[str | None] | None


def read_arrays(X: ArrayLike, y: ArrayLike | None, kind: Kind | None, reading: Reading) -> Dataset:
    """Arrays given in memory. Raises DataError, TooManyBadItems."""
    values = as_array(X, "X")
    names = _names("arrays", len(values))
    rows = Rows(values, names, _labels(y, len(values), "y"), None)
    return from_rows("arrays", rows, kind, Source("arrays", None), reading)


def read_digits(kind: Kind | None, reading: Reading) -> Dataset:
    """The embedded digits."""
    pictures, labels = samples.digits()
    rows = Rows(pictures, samples.digit_names(), labels, None)
    return from_rows(samples.DIGITS, rows, kind, Source("digits", samples.DIGITS), reading)


def read_idx(files: list[Path], given: str, name: str, kind: Kind | None, reading: Reading) -> Dataset:
    """IDX files of pictures with the labels that lie beside them. Raises DataError."""
    pictures: list[NDArray[np.uint8]] = []
    names: list[str] = []
    labels: list[NDArray[np.uint8]] = []
    parts: list[str | None] = []
    unlabelled: list[str] = []
    for file in files:
        values = idx.read_images(file)
        labels_file = idx.labels_file(file)
        if labels_file is None:
            unlabelled.append(file.name)
        else:
            found = idx.read_labels(labels_file)
            if len(found) != len(values):
                expected = f"{len(values):,}, one for each picture of {file.name}"
                raise DataError(describe(str(labels_file), found=f"{len(found):,} labels", expected=expected))
            labels.append(found)
        if pictures and values.shape[1:] != pictures[0].shape[1:]:
            size, first = (" x ".join(map(str, v.shape[1:3])) for v in (values, pictures[0]))
            raise DataError(describe(str(file), found=f"pictures of {size}", expected=f"{first} as in {files[0].name}"))
        pictures.append(values)
        names += idx.names_of(file, len(values))
        parts += [idx.part_of(file)] * len(values)
    if labels and unlabelled:
        raise DataError(describe(given, found=f"no labels for {unlabelled[0]}", expected="a file of labels beside it"))
    rows = Rows(
        np.concatenate(pictures) if len(pictures) > 1 else pictures[0],
        names,
        np.concatenate(labels) if labels else None,
        parts if all(parts) else None,
    )
    return from_rows(name, rows, kind, Source("idx", given), reading)


def read_npz(path: Path, given: str, kind: Kind | None, reading: Reading) -> Dataset:
    """A `.npz` file with X and y, or with x_train, y_train, x_test and y_test. Raises DataError."""
    arrays = _load_npz(path, given)
    lower = {key.lower(): key for key in arrays}
    pieces = [(x, y, part) for x, y, part in _NPZ_PARTS if x in lower]
    if not pieces:
        found = f"arrays named {', '.join(sorted(arrays)) or '(none)'}"
        raise DataError(describe(given, found=found, expected=f"arrays named {NPZ_KEYS}"))
    if pieces[0][2] is None:
        pieces = pieces[:1]
    values, labels, names, parts = [], [], [], []
    for x, y, part in pieces:
        one = as_array(arrays[lower[x]], lower[x])
        values.append(one)
        if y in lower:
            labels.append(_labels(arrays[lower[y]], len(one), lower[y]))
        names += _names(part or "npz", len(one))
        parts += [part] * len(one)
    if (labels and len(labels) < len(values)) or any(one.shape[1:] != values[0].shape[1:] for one in values):
        expected = "the same shapes, and labels for all"
        raise DataError(describe(given, found="parts that do not go together", expected=expected))
    rows = Rows(
        np.concatenate(values),
        names,
        np.concatenate([np.asarray(one) for one in labels]) if labels else None,
        None if pieces[0][2] is None else parts,
    )
    return from_rows(path.name, rows, kind, Source("npz", given), reading)


_NPZ_PARTS = (
    ("x", "y", None),
    ("x_train", "y_train", "train"),
    ("x_val", "y_val", "validation"),
    ("x_valid", "y_valid", "validation"),
    ("x_test", "y_test", "test"),
)


def as_array(X: ArrayLike, name: str) -> NDArray[Any]:
    """A numeric array of at least two dimensions and one row. Raises DataError."""
    if hasattr(X, "toarray"):
        raise DataError(f"{name}: found a sparse matrix; expected a dense array; convert it with .toarray()")
    try:
        values = np.asarray(X)
    except ValueError as error:
        raise DataError(f"{name}: found rows of different lengths; expected an array") from error
    if values.dtype == object:
        try:
            values = values.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"{name}: found values that are no numbers ({error})") from error
    if values.dtype.kind not in "buif":
        raise DataError(f"{name}: found values of type {values.dtype}; expected numbers")
    if values.ndim < 2:
        raise DataError(f"{name}: found {values.ndim} dimensions; expected (n, n_features) or (n, H, W[, C])")
    if not values.size:
        raise DataError(f"{name}: found an array of shape {values.shape}; expected at least one row and one value")
    return values


def from_rows(name: str, rows: Rows, kind: Kind | None, source: Source, reading: Reading) -> Dataset:
    """A Dataset from rows of numbers; rows that cannot be used are set aside. Raises DataError, TooManyBadItems."""
    wanted = reading.spec
    kind = kind or (wanted.kind if wanted else "table" if rows.values.ndim == 2 else "pictures")
    if wanted is not None and wanted.kind != kind:
        raise DataError(describe(name, found=f"data of kind {kind}", expected=f"{wanted}, as the model takes"))
    if kind == "table" and reading.pictures != PictureOptions():
        raise OptionError(describe(name, found="a table", do="leave the options of pictures away"))
    spec, (values, bad) = _pictures(rows.values, reading) if kind == "pictures" else (None, _table(rows.values))
    if wanted is not None and wanted.shape != values.shape[1:]:
        found = f"{values.shape[1]:,} numbers an item"
        raise DataError(describe(name, found=found, expected=f"{wanted}, as the model takes"))
    texts = _texts(rows.labels) if rows.labels is not None else None
    for index, text in enumerate(texts or ()):
        if text is None:
            bad.setdefault(index, "no label")
    groups = group_column(rows.names, reading.groups, fixed_order=True) if reading.groups is not None else None
    rejected = [(rows.names[index], bad[index]) for index in sorted(bad)]
    keep = np.array([index for index in range(len(values)) if index not in bad], dtype=np.int64)
    stop_if_too_many(name, len(keep), rejected, reading.max_bad)
    if not len(keep):
        raise DataError(describe(name, found="no row that can be used", expected="at least one"))
    whole = {"item": rows.names, "label": texts, "part": rows.parts, "group": groups}
    columns = {
        column: pl.Series(column, cells, pl.String)[keep] for column, cells in whole.items() if cells is not None
    }
    original = rows.values
    if bad:
        original, values = original[keep], values[keep]
    notes: tuple[str, ...] = ()
    if kind == "pictures" and values.shape[1:3] != original.shape[1:3]:
        notes = (f"resized to {values.shape[1]} x {values.shape[2]}: all {len(values):,} pictures",)
    return Dataset(
        name=name,
        kind=kind,
        items=_frame(columns, original, values, spec),
        values=values,
        paths=(None,) * len(values),
        rejected=set_aside(rejected),
        skipped=set_aside([]),
        notes=notes,
        empty_classes=(),
        source=source,
        spec=spec,
    )


def _frame(
    columns: dict[str, pl.Series], original: NDArray[Any], values: NDArray[Any], spec: InputSpec | None
) -> pl.DataFrame:
    """Items with their hashes; pictures (those with a `spec`) with their size before resizing."""
    sha256 = row_hashes(original)
    same = original.dtype == values.dtype and original.shape == values.shape and (spec is None or spec == spec.plain)
    pixels = sha256 if same else row_hashes(values)
    frame = pl.DataFrame({"item": columns["item"], "sha256": sha256, "pixels": pixels, **columns})
    return frame if spec is None else frame.with_columns(_sizes(original.shape))


def _pictures(values: NDArray[Any], reading: Reading) -> tuple[InputSpec, tuple[NDArray[np.uint8], dict[int, str]]]:
    """uint8 `(n, H, W, C)` in the wanted or else the common form; whole numbers from 0 to 255 are taken exactly."""
    if values.ndim == 3:
        values = values[..., None]
    if values.ndim != 4 or values.shape[3] not in (1, 3):
        expected = "pictures (n, H, W) or (n, H, W, C) with 1 or 3 channels"
        raise DataError(f"X: found shape {values.shape}; expected {expected}")
    bad: dict[int, str] = {}
    if values.dtype != np.uint8:
        with np.errstate(invalid="ignore"):
            fits = ((values >= 0) & (values <= 255) & (values == np.floor(values))).reshape(len(values), -1).all(axis=1)
        if not fits.any():
            low, high = np.nanmin(values), np.nanmax(values)
            found = f"values of type {values.dtype} from {low:g} to {high:g}"
            raise DataError(f"X: {found}; expected whole numbers from 0 to 255; scale them, such as (X * 255).round()")
        bad = dict.fromkeys(np.flatnonzero(~fits).tolist(), "values that are no whole numbers from 0 to 255")
        values = np.where(fits[:, None, None, None], values, 0).astype(np.uint8)
    spec = reading.spec or common_spec([(values.shape[1], values.shape[2], values.shape[3])], reading.pictures)
    if values.shape[1:] != spec.shape or spec != spec.plain:
        values = np.stack([fit_to(picture, spec) for picture in values])
    return spec, (np.ascontiguousarray(values), bad)


def _table(values: NDArray[Any]) -> tuple[NDArray[np.float32], dict[int, str]]:
    flat = values.reshape(len(values), -1)
    with np.errstate(over="ignore"):
        table = np.ascontiguousarray(flat, dtype=np.float32)
    finite = np.isfinite(table)
    bad = {}
    for row in np.flatnonzero(~finite.all(axis=1)).tolist():
        column = int(np.argmin(finite[row]))
        bad[row] = f"value {flat[row, column]} in column {column}; expected a finite number"
    return table, bad


def _labels(y: ArrayLike | None, n: int, name: str) -> Sequence[Any] | NDArray[Any] | None:
    if y is None:
        return None
    labels = y if isinstance(y, (list, tuple)) else np.asarray(y)
    if isinstance(labels, np.ndarray) and labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if isinstance(labels, np.ndarray) and labels.ndim != 1:
        raise DataError(f"{name}: found an array of shape {labels.shape}; expected one label an item, ({n},)")
    if len(labels) != n:
        raise DataError(f"{name}: found {len(labels):,} labels; expected {n:,}, one for each item")
    return labels


def _texts(labels: Sequence[Any] | NDArray[Any]) -> list[str | None]:
    plain = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    return [None if label is None or label != label else text_of(label) for label in plain]


def _names(prefix: str, n: int) -> list[str]:
    width = max(5, len(str(n - 1)))
    return [f"{prefix}/{index:0{width}d}" for index in range(n)]


def _sizes(shape: tuple[int, ...]) -> list[pl.Series]:
    colour = len(shape) == 4 and shape[3] == 3
    n = shape[0]
    return [
        pl.Series("height", np.full(n, shape[1], np.int32)),
        pl.Series("width", np.full(n, shape[2], np.int32)),
        pl.Series("mode", ["RGB" if colour else "L"] * n, pl.String),
    ]


def _load_npz(path: Path, given: str) -> dict[str, NDArray[Any]]:
    """The arrays of a file; objects (pickle) are refused, and sizes must be true before memory is taken."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(info.file_size for info in members)
            idx.check_swelling(unpacked, path.stat().st_size, given, "if you trust it, save it anew with np.savez")
            for info in members:
                _check_member(archive, info, given)
        with np.load(path, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except (DataError, MemoryError):
        raise
    except OSError as error:
        raise DataError(describe(given, found=(error.strerror or str(error)).lower())) from error
    except Exception as error:  # a damaged file makes zipfile and NumPy raise almost anything
        raise DataError(describe(given, found=f"not a .npz file that can be read ({error})")) from error


def _check_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, given: str) -> None:
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(member)
        if dtype.hasobject:
            raise DataError(describe(given, found=f"{info.filename} holds Python objects", expected="numbers or texts"))
        if member.tell() + math.prod(shape) * dtype.itemsize != info.file_size:
            raise DataError(describe(given, found=f"{info.filename} is not as long as its header says"))
