"""Slices of a test part: by columns of the sheet of labels, by the size of pictures, by their brightness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import OptionError
from ..core.options import suggest
from ..core.rows import Rows
from ..data.dataset import COLUMN, Dataset
from ..evaluate.evaluation import Evaluation
from ..evaluate.fairness import Fairness, describes_people, fairness
from ..evaluate.slices import Column, Slices, column_of, numeric, slices

SIZE, BRIGHTNESS = "size of the picture", "brightness, in % of white"
SIZES = 6
"""With more sizes, pictures are sliced by how many pixels they have."""
BLOCK = 1024
OWN = ("group", "mode", "part")
"""Columns that items have by themselves and that may be asked for by name."""


def examined(
    data: Dataset, test: NDArray[np.int64], evaluation: Evaluation, answers: NDArray[Any], asked: Sequence[str] = ()
) -> dict[str, Slices | Fairness]:
    """Slices of the items `test` `(n,)`, answered by `answers` `(n,)`, and error rates between groups of people.

    Size and brightness of pictures are always among them, and so is each column whose name says that it describes
    people. Nothing where there is nothing to slice by. Raises OptionError for columns that are not there.
    """
    check(data, asked)
    labels = data.labels
    if labels is None:
        return {}
    people = [name for name in data.columns if describes_people(name)]
    columns = [column_of(name, _cells(data, name, test)) for name in dict.fromkeys((*asked, *people))]
    by_people = [column for column in columns if describes_people(column.name)]
    if data.kind == "pictures":
        columns += [_size(data, test), _brightness(data, test)]
    if not columns:
        return {}
    truth, units = labels[test], data.units[test]
    given = np.asarray(answers).astype(str)
    found: dict[str, Slices | Fairness] = {"slices": slices(given == truth, columns, units, evaluation.accuracy)}
    compared = fairness(truth, given, by_people, units)
    return found if compared is None else found | {"fairness": compared}


def check(data: Dataset, asked: Sequence[str]) -> None:
    """Raise OptionError for columns that the data do not have, all at once, with the likely spelling."""
    known = _known(data)
    there = (
        f"there is {', '.join(known)}" if known else "the data have no columns; a sheet of labels (--labels) has them"
    )
    problems = [f"--slice {name}: no such column; {there}{suggest(name, known)}" for name in asked if name not in known]
    if problems:
        raise OptionError(problems)


def _known(data: Dataset) -> list[str]:
    return [*data.columns, *(name for name in OWN if name in data.items.columns and name not in data.columns)]


def _cells(data: Dataset, name: str, test: NDArray[np.int64]) -> list[str | None]:
    column = COLUMN + name if name in data.columns else name
    return [None if cell is None else str(cell) for cell in data.items[column].gather(test).to_list()]


def _size(data: Dataset, test: NDArray[np.int64]) -> Column:
    if "height" not in data.items.columns:
        high, wide = data.values.shape[1:3]
        return Column(SIZE, reason=f"every picture is of the same size ({high} x {wide})")
    height, width = (data.items[name].gather(test).to_numpy().astype(np.int64) for name in ("height", "width"))
    pixels = height * width
    sizes = [f"{high} x {wide}" for high, wide in zip(height.tolist(), width.tolist(), strict=True)]
    distinct = dict.fromkeys(size for _, size in sorted(zip(pixels.tolist(), sizes, strict=True)))
    if len(distinct) == 1:
        return Column(SIZE, reason=f"every picture is of the same size ({sizes[0]})")
    if len(distinct) <= SIZES:
        return Column(SIZE, tuple(sizes), tuple(distinct))
    return numeric(SIZE, pixels.astype(np.float64), bins=3, unit=" pixels", decimals=0)


def _brightness(data: Dataset, test: NDArray[np.int64]) -> Column:
    """The mean of what the model sees of each picture, in per cent of white."""
    means = [block.mean(axis=(1, 2, 3), dtype=np.float64) for block in Rows(data.values, test).blocks(BLOCK)]
    return numeric(BRIGHTNESS, 100 * np.concatenate(means) / 255, bins=3, decimals=1)
